//! The commands that the help and the documents show, run as their readers would: none fails.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::citypact::{Run, finish, run};
use crate::server::process::Serving;

const DOCUMENTS: &[&str] = &[
    "COMMANDS.md",
    "README.md",
    "README.zh-Hans.md",
    "CONTRIBUTING.md",
    "examples/README.md",
    "examples/deploy/README.md",
    "examples/scale/README.md",
    "ontology/README.md",
    "ontology/sources/README.md",
];

/// What a test replaces: addresses and folders of other machines, and numbers that take long.
const INSTEAD: &[(&str, &str)] = &[
    ("0.0.0.0:80", "127.0.0.1:0"),
    ("unix:/run/citypact/socket", "unix:socket"),
    ("/etc/citypact/", "etc/"),
    ("/etc/citypact ", "etc "),
    ("/srv/citypact/", ""),
    ("127.0.0.1:7870", "127.0.0.1:0"),
    ("127.0.0.1:7871", "127.0.0.1:0"),
    ("127.0.0.1:7872", "127.0.0.1:0"),
    ("--places 100000", "--places 1000"),
    ("https://query.wikidata.org/sparql", "ADDRESS/sparql"),
    ("https://cities.example.org/", "ADDRESS/"),
    ("http://localhost:8890/sparql", "ADDRESS/sparql"),
    ("http://localhost:7878", "ADDRESS"),
    ("http://127.0.0.1:7878", "ADDRESS"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn document(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// The commands of the blocks of shell in a document; those of `console` blocks begin with `$ `.
fn commands(markdown: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut fence = None;
    for line in markdown.lines() {
        match (fence, line.strip_prefix("```")) {
            (None, Some(language)) => fence = Some(language),
            (Some(_), Some(_)) => fence = None,
            (Some("console"), None) => match (line.strip_prefix("$ "), found.last_mut()) {
                (Some(command), _) => found.push(command.to_owned()),
                (None, Some(last)) if goes_on(last) => *last += &format!("\n{line}"),
                _ => {}
            },
            (Some("sh"), None) if !line.trim().is_empty() => found.push(line.to_owned()),
            _ => {}
        }
    }
    found
}

/// Whether a command goes on on the next line: after a backslash, or within quotes.
fn goes_on(command: &str) -> bool {
    command.ends_with('\\') || command.matches('\'').count() % 2 == 1
}

/// The folder in which the commands are run, with the files that they name, and a server to go to.
struct World {
    folder: tempfile::TempDir,
    server: Serving,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["examples", "ontology", "queries"] {
            symlink(root().join(name), folder.path().join(name)).unwrap();
        }
        write_files(folder.path());
        let args =
            ["--data", "old.ttl", "--bind", "127.0.0.1:0", "--admin-token-file", "token", "--backup-dir", "kept"];
        let server = Serving::start(folder.path(), &args);
        let world = Self { folder, server };
        for store in ["my.db", "cities.db", "old.db", "new.db"] {
            world.sh(&format!("citypact load new.ttl --store {store}")).ok();
        }
        world.sh("citypact backup backups/monday --store my.db").ok();
        world
    }

    /// What is not there twice, before it is made again.
    fn clear_for(&self, command: &str) {
        let made = if command.contains(" restore ") { "cities.db" } else { "cities-2024.db" };
        if command.contains(" restore ") || command.contains(" backup ") {
            let _ = fs::remove_dir_all(self.folder.path().join(made));
        }
    }

    fn shell(&self, command: &str) -> Command {
        let mut text = command.to_owned();
        for (shown, instead) in INSTEAD {
            text = text.replace(shown, instead);
        }
        let program = Path::new(env!("CARGO_BIN_EXE_citypact")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell = Command::new("sh");
        shell.args(["-c", &text.replace("ADDRESS", &format!("http://{}", self.server.authority()))]);
        shell.current_dir(&self.folder).env_remove("CITYPACT_STORE").env("HOME", self.folder.path());
        shell.env("PATH", format!("{}:{}:{path}", self.folder.path().join("bin").display(), program.display()));
        shell.env("TOKEN", "0123456789abcdef").env("PROFILE", "profile.ps1").env("LC_ALL", "C.UTF-8");
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        shell
    }

    fn sh(&self, command: &str) -> Run {
        finish(&mut self.shell(command), "")
    }

    /// Serves until it says that it does; what it says where it does not.
    fn serve(&self, command: &str) -> Result<(), String> {
        let command = command.trim_end_matches('&');
        let anywhere = if command.contains("--bind") { "" } else { " --bind 127.0.0.1:0" };
        let mut child = self.shell(&format!("exec {command}{anywhere}")).stdout(Stdio::null()).spawn().unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        while !said.contains("Serving ") && lines.read_line(&mut said).unwrap() > 0 {}
        let _ = child.kill();
        let _ = child.wait();
        if said.contains("Serving ") { Ok(()) } else { Err(said) }
    }

    /// Why a command does not do what it says, if it does not.
    fn fault(&self, command: &str) -> Option<String> {
        self.clear_for(command);
        if command.starts_with("citypact serve ") {
            return self.serve(command).err();
        }
        let run = self.sh(command);
        let asked = run.stdout.contains("\"status\":401") || run.stdout.contains("\"status\":400");
        let told = command.contains("citypact check") || command.contains("citypact diff");
        let is_done = run.status == Some(0) && !asked || run.status == Some(3) && told;
        (!is_done).then(|| format!("exit status {:?}\n{}{}", run.status, run.stdout, run.stderr))
    }
}

fn write_files(folder: &Path) {
    let tie = r#"{"type":"tie","parties":["cn-qingdao",{"name":"Xanadu"}],"kind":"friendship-city","since":"1979-10"}"#;
    let place =
        r#"{"type":"place","id":"cn-testville","level":"municipality","state":"cn","names":{"en":"Testville"}}"#;
    let city = "9999991\tNewtown\tNewtown\t\t1.5\t2.5\tP\tPPL\tFR\t\t11\t\t\t\t20000\t\t\tEurope/Paris\t2020-01-01\n";
    let shapes =
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <http://a/S> a sh:NodeShape ; sh:targetNode <http://a/s> .";
    let files = [
        ("records.jsonl", tie),
        ("my-places.jsonl", place),
        ("cities15000.txt", city),
        ("alternateNamesV2.txt", "1\t9999991\tzh\t新城測\n"),
        ("old.ttl", "<http://a/s> <http://a/p> 1, 2 ."),
        ("new.ttl", "<http://a/s> <http://a/p> 1, 3 ."),
        ("my-shapes.ttl", shapes),
        ("question.rq", "SELECT ?s { ?s ?p ?o } LIMIT 3"),
        ("questions.txt", "ASK { ?s ?p ?o }\n\n"),
        ("changes.ru", "INSERT DATA { GRAPH <http://a/g> { <http://a/s> <http://a/p> 4 } }"),
        ("token", "0123456789abcdef"),
        ("etc/write-token", "0123456789abcdef"),
        ("my-rules/none.rq", "CONSTRUCT { ?s <http://a/q> ?o } WHERE { ?s <http://a/p> ?o }"),
        ("articles/README", "the texts"),
        ("bin/extractor", "#!/bin/sh\nsed -n 1,2p examples/articles/004.jsonl\n"),
    ];
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    for name in
        [".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions", "records", "kept", "backups"]
    {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
    fs::set_permissions(folder.join("bin/extractor"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::copy(root().join("examples/tables/xian.csv"), folder.join("xian.csv")).unwrap();
    for name in ["cities.jsonl", "part"] {
        fs::copy(root().join("examples/articles/004.jsonl"), folder.join(name)).unwrap();
    }
    pack(&folder.join("register.ttl.gz"), b"<http://a/s> <http://a/p> 1 .");
    pack(&folder.join("records/004.jsonl.gz"), &fs::read(root().join("examples/articles/004.jsonl")).unwrap());
}

fn pack(path: &Path, bytes: &[u8]) {
    use std::io::Write as _;
    let mut packed = flate2::write::GzEncoder::new(fs::File::create(path).unwrap(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap();
}

/// Whether a command builds something, which a test cannot; others hold that it can be built.
fn is_of_the_build(command: &str) -> bool {
    ["make ", "cargo ", "docker "].iter().any(|program| command.starts_with(program))
}

/// Whether a command needs a program that is not here.
fn lacks_its_program(command: &str) -> bool {
    let is_missing = |name: &str| Command::new(name).arg("--version").output().is_err();
    let first = ["curl", "parallel", "spark-submit"].into_iter().find(|name| command.starts_with(&format!("{name} ")));
    first.is_some_and(is_missing) || (command.contains("| man ") && is_missing("man"))
}

#[test]
fn every_command_of_the_documents_works() {
    let world = World::new();
    let (mut faults, mut done) = (Vec::new(), 0);
    for name in DOCUMENTS {
        let all = commands(&document(name));
        for command in all.iter().filter(|command| !is_of_the_build(command) && !lacks_its_program(command)) {
            match world.fault(command) {
                Some(fault) => faults.push(format!("{name}: {command}\n{fault}")),
                None => done += 1,
            }
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), faults.len() + done, faults.join("\n"));
    assert!(done >= 70, "only {done} commands were run");
}

/// The spans of code in a text that call the program.
fn inline(markdown: &str) -> Vec<String> {
    let outside: String = markdown.split("```").step_by(2).collect();
    let spans = outside.split('`').skip(1).step_by(2).filter(|span| span.starts_with("citypact "));
    spans.map(|span| span.split(" | ").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn commands_within_sentences_are_those_of_the_help() {
    use clap::error::ErrorKind::{
        DisplayHelpOnMissingArgumentOrSubcommand, MissingRequiredArgument, MissingSubcommand,
    };
    let mut count = 0;
    for name in DOCUMENTS {
        for span in
            inline(&document(name)).iter().filter(|span| !span.contains(['{', '…', '\'']) && !span.contains(" help "))
        {
            count += 1;
            let parsed = citypact::cli::command().try_get_matches_from(span.split_whitespace());
            let kind = parsed.err().map(|error| error.kind());
            let is_short = [MissingRequiredArgument, MissingSubcommand, DisplayHelpOnMissingArgumentOrSubcommand];
            assert!(kind.is_none_or(|kind| is_short.contains(&kind)), "{name}: {span}: {kind:?}");
        }
    }
    assert!(count >= 20, "only {count} found");
}

#[test]
fn targets_of_make_that_documents_name_are_in_the_makefile() {
    let makefile = document("Makefile");
    for name in DOCUMENTS {
        for call in document(name).split("make ").skip(1) {
            let target: String = call.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            let is_code = !target.is_empty()
                && call[target.len()..].starts_with(['`', '\n', ' '])
                && document(name).contains(&format!("`make {target}"));
            assert!(!is_code || makefile.contains(&format!("\n{target}:")), "{name}: make {target}");
        }
    }
}

#[test]
fn what_the_demonstration_suggests_works() {
    let world = World::new();
    let said = world.sh("citypact demo").ok();
    let (_, next) = said.split_once("Try next").unwrap();
    let suggested: Vec<&str> = next.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    assert!(suggested.len() >= 7, "{said}");
    let shown: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("   citypact query ")).collect();
    assert_eq!(shown.len(), 5, "{said}");
    let again = shown.iter().map(|line| format!("citypact query {line}"));
    for command in suggested.iter().map(|line| (*line).to_owned()).chain(again) {
        assert_eq!(world.fault(&command), None, "{command}");
    }
    assert_eq!(next.contains("make demo FEATURES="), cfg!(not(feature = "rocksdb")), "{next}");
}

#[test]
fn standard_input_holds_json_lines_or_the_error_says_what_to_add() {
    let world = World::new();
    let count = "'SELECT (COUNT(?t) AS ?n) { ?t a pact:Tie }' --to csv";
    let asked = world.sh(&format!("citypact generate --places 50 | citypact query {count} --data -")).ok();
    assert!(asked.lines().nth(1).unwrap().parse::<u64>().unwrap() > 10, "{asked}");
    for command in
        ["check --conflicts --cases 0 --data -", "export --to nquads --data -", "diff - old.ttl", "convert -"]
    {
        let run = world.sh(&format!("citypact generate --places 50 | citypact {command}"));
        assert!(matches!(run.status, Some(0 | 3)) && !run.stderr.contains("error:"), "{command}: {}", run.stderr);
    }
    let packed = world.sh(&format!("gzip -c examples/articles/004.jsonl | citypact query {count} --data -")).ok();
    assert_eq!(packed, "n\r\n11\r\n");
    for (file, syntax) in [("old.ttl", "turtle"), ("ontology/context.jsonld", "jsonld")] {
        let said = world.sh(&format!("citypact query 'ASK {{}}' --data - < {file}")).failed(1);
        assert!(said.contains("-: a stream has no suffix") && said.contains("--from turtle"), "{said}");
        world.sh(&format!("citypact query 'ASK {{}}' --data - --from {syntax} < {file}")).ok();
    }
    let twice = world.sh("citypact query - --data - < question.rq").failed(2);
    assert!(twice.contains("cannot both come from standard input"), "{twice}");
    world.sh("citypact convert - - < records.jsonl").failed(2);
    world.sh("citypact diff - - < records.jsonl").failed(2);
}

#[test]
fn a_query_may_stand_behind_the_files() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.ttl"), "<http://a/s> <http://a/p> 1 .").unwrap();
    let ask = |last: &str| run(folder.path(), &["query", "--to", "csv", "--data", "a.ttl", last]);
    assert_eq!(ask("SELECT ?o { <http://a/s> ?p ?o }").ok(), "o\r\n1\r\n");
    let partners = ask("partners");
    assert!(
        partners.status != Some(0) && partners.stderr.contains("place"),
        "the query of the library wants its parameter"
    );
    let cut = ask("SELECT ?o { ");
    assert!(cut.status != Some(0) && cut.stderr.contains("query:1:"), "{}", cut.stderr);
    for last in ["b.ttl", "a.ttl", "-"] {
        let said = ask(last).failed(2);
        assert!(said.contains("the query is missing") && said.contains("write the query before it"), "{said}");
    }
    assert!(run(folder.path(), &["query"]).failed(2).contains("the query is missing"));
}

#[test]
fn the_tables_of_commands_are_those_of_the_help() {
    let mut known: Vec<String> =
        citypact::cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    known.sort();
    for name in ["README.md", "README.zh-Hans.md"] {
        let text = document(name);
        let rows =
            text.lines().skip_while(|line| !line.starts_with("| `convert`")).take_while(|line| line.starts_with('|'));
        let cells = rows.filter_map(|row| row.split('|').nth(1));
        let mut listed: Vec<String> =
            cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect();
        listed.sort();
        assert_eq!(listed, known, "{name}");
    }
}
