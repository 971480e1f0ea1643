//! Dialogues in a real terminal, driven through tmux. Where there is no tmux the tests say so and pass.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a screen may take to show what is expected.
const PATIENCE: Duration = Duration::from_secs(30);

const DATA: &str = r#"
<https://w3id.org/citypact/id/place/cn-qingdao> a <https://w3id.org/citypact/ns#TerritorialEntity> ;
    <http://www.w3.org/2004/02/skos/core#prefLabel> "青島市"@zh-Hant, "Qingdao"@en .
"#;

/// A terminal of 100 columns and 30 lines with a shell in it; gone with the value.
struct Terminal {
    socket: String,
    folder: tempfile::TempDir,
}

impl Terminal {
    /// Runs a line of shell in a folder with some data; none where there is no tmux.
    fn start(line: &str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if Command::new("tmux").arg("-V").output().is_err() {
            eprintln!("skipped: there is no tmux here");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.ttl"), DATA).unwrap();
        let socket = format!("citypact-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let terminal = Self { socket, folder };
        terminal.open(line);
        Some(terminal)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn open(&self, line: &str) {
        let program = Path::new(env!("CARGO_BIN_EXE_citypact")).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
        let state = self.path().join("state");
        // An interrupt is for the program; the shell around it stays, as an interactive one would.
        let line = format!("trap : INT; {line}; echo \"[ended $?]\"; sleep 600");
        let mut tmux = self.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "sh", "-c", &line]);
        tmux.current_dir(self.path()).env("PATH", path).env("XDG_STATE_HOME", state).env("LC_ALL", "C.UTF-8");
        tmux.env("XDG_CONFIG_HOME", self.path().join("config"));
        for name in [
            "CITYPACT_INIT",
            "CITYPACT_STORE",
            "CITYPACT_CONFIG",
            "CITYPACT_PAGER",
            "PAGER",
            "NO_COLOR",
            "LESS",
            "TMUX",
        ] {
            tmux.env_remove(name);
        }
        done(tmux.output().unwrap());
    }

    fn tmux(&self, args: &[&str]) -> Command {
        let mut tmux = Command::new("tmux");
        tmux.args(["-u", "-L", &self.socket]).args(args);
        tmux
    }

    /// Types a text as it is.
    fn write(&self, text: &str) {
        done(self.tmux(&["send-keys", "-l", text]).output().unwrap());
    }

    /// Presses keys by tmux's names: `Enter`, `Tab`, `C-c`.
    fn press(&self, keys: &[&str]) {
        for key in keys {
            done(self.tmux(&["send-keys", key]).output().unwrap());
        }
    }

    fn screen(&self) -> String {
        done(self.tmux(&["capture-pane", "-p"]).output().unwrap())
    }

    /// Waits until the screen shows a text, and returns the screen.
    #[track_caller]
    fn expect(&self, text: &str) -> String {
        let started = Instant::now();
        loop {
            let screen = self.screen();
            if screen.contains(text) {
                return screen;
            }
            assert!(started.elapsed() < PATIENCE, "no {text:?} on the screen:\n{screen}");
            sleep(Duration::from_millis(30));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]).output();
    }
}

fn done(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const QUESTION: &str = "SELECT ?city ?name { ?city skos:prefLabel ?name FILTER(LANG(?name) = \"en\" && STRSTARTS(STR(?city), STR(place:))) }";

#[test]
fn a_person_gets_a_table_and_a_pipe_gets_data() {
    let ask = format!("citypact query '{QUESTION}' --data x.ttl");
    let Some(terminal) = Terminal::start(&format!("{ask} --labels=zh-Hant; {ask} | cat")) else { return };
    let screen = terminal.expect("[ended 0]");
    let table = "city                      │ name\n──────────────────────────┼───────────\nplace:cn-qingdao (青島市) │ Qingdao@en\n1 row\n";
    let tsv = "?city   ?name\n<https://w3id.org/citypact/id/place/cn-qingdao> \"Qingdao\"@en\n";
    assert!(screen.starts_with(&format!("{table}{tsv}")), "{screen}");
}

#[test]
fn a_dialogue_with_completion_history_and_several_lines() {
    let Some(terminal) = Terminal::start("citypact shell --data x.ttl --with-ontology") else { return };
    terminal.expect("citypact>");
    terminal.write("SELECT ?city WHERE { ?ci");
    terminal.press(&["Tab"]);
    terminal.write(" a pact:Territ");
    terminal.press(&["Tab"]);
    terminal.expect("{ ?city a pact:TerritorialEntity");
    // A bracket is open: the text goes on, after a prompt of its own, where the variables above are known.
    terminal.press(&["Enter"]);
    terminal.expect("       ->");
    terminal.write("FILTER(?ci");
    terminal.press(&["Tab"]);
    terminal.write(" != 1) }");
    terminal.expect("FILTER(?city != 1) }");
    terminal.press(&["Enter"]);
    terminal.expect("1 row");
    // Two entities begin so: a list of them, with their labels; one character more, and it is one.
    terminal.write("ASK { 青");
    terminal.press(&["Tab", "Tab"]);
    terminal.expect("place:cn-qingdao (青島市)");
    terminal.write("島");
    terminal.press(&["Tab"]);
    terminal.write(" ?p ?o }");
    terminal.expect("ASK { place:cn-qingdao ?p ?o }");
    terminal.press(&["Enter"]);
    terminal.expect("yes");
    terminal.write("\\tim");
    terminal.press(&["Tab", "Enter"]);
    terminal.expect("Timing is on.");
    terminal.press(&["Up", "Up"]);
    terminal.press(&["Enter"]);
    terminal.expect("1 row in ");
    terminal.write("ASK { ?x pct:a ?y }");
    terminal.press(&["Enter"]);
    terminal.expect("Hint: ");
    terminal.press(&["C-d"]);
    terminal.expect("[ended 0]");
    let history = std::fs::read_to_string(terminal.path().join("state/citypact/history")).unwrap();
    assert!(history.contains("SELECT ?city WHERE") && history.contains("\\timing"), "{history}");
}

#[test]
fn an_interrupt_ends_the_question_and_not_the_dialogue() {
    let Some(terminal) = Terminal::start("citypact shell --data x.ttl --with-ontology") else { return };
    terminal.expect("citypact>");
    terminal.write("ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . FILTER(STR(?a) = CONCAT(STR(?l), 'x')) }");
    terminal.press(&["Enter"]);
    sleep(Duration::from_millis(500));
    terminal.press(&["C-c"]);
    terminal.expect("the query was cancelled");
    terminal.write("half a question");
    terminal.press(&["C-c"]);
    terminal.write("ASK {}");
    terminal.press(&["Enter"]);
    terminal.expect("yes");
    terminal.write("\\quit");
    terminal.press(&["Enter"]);
    terminal.expect("[ended 0]");
}

#[test]
fn what_is_longer_than_the_screen_is_paged() {
    if Command::new("less").arg("--version").output().is_err() {
        eprintln!("skipped: there is no less here");
        return;
    }
    let ask =
        "citypact query 'SELECT ?term ?label { ?term rdfs:label ?label } ORDER BY ?term' --data x.ttl --with-ontology";
    let Some(terminal) = Terminal::start(ask) else { return };
    let screen = terminal.expect("\n:");
    assert!(screen.contains("term") && !screen.contains(" rows"), "{screen}");
    terminal.write("G");
    terminal.expect(" rows");
    terminal.write("q");
    terminal.expect("[ended 0]");
}

#[test]
fn a_wide_table_is_cut_to_the_screen_unless_that_is_not_wanted() {
    let Some(terminal) = Terminal::start("citypact shell --data x.ttl --lang zh-Hans") else { return };
    terminal.expect("citypact>");
    let wide =
        "SELECT (CONCAT('begin', REPLACE('0123456789012345678901234567890123456789', '(.)', 'abc$1')) AS ?long) {}";
    terminal.write(wide);
    terminal.press(&["Enter"]);
    let cut = terminal.expect("1 行");
    assert!(cut.contains('…'), "{cut}");
    terminal.write("\\wide on");
    terminal.press(&["Enter"]);
    terminal.write(wide);
    terminal.press(&["Enter"]);
    sleep(Duration::from_millis(500));
    let whole = terminal.screen().replace('\n', "");
    assert!(whole.contains("abc7abc8abc9"), "{whole}");
    terminal.write("ASK { 青");
    terminal.press(&["Tab"]);
    terminal.expect("ASK { place:cn-qingdao");
    terminal.write(" ?p ?o }");
    terminal.press(&["Enter"]);
    terminal.expect("是");
    terminal.write("\\run partners place=青島");
    terminal.press(&["Tab"]);
    terminal.expect("place=cn-qingdao");
    terminal.press(&["C-c"]);
    terminal.write("ASK { ?x pct:a ?y }");
    terminal.press(&["Enter"]);
    terminal.expect("提示：");
    terminal.press(&["C-d"]);
    terminal.expect("[ended 0]");
}
