//! A run in parts: what any part needs of the others is read from a file, and the union of the parts is the run.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use citypact::convert::{self, ConvertError, Event, NQuads, Options, Summary, SurveyError};
use citypact::generate::{self, World};
use citypact::place::Register;
use citypact::record::read::{Input, Whole};

use crate::citypact::{command, finish, run};

/// Records each of which needs something that stands far away, among them everything that can be wrong between records.
fn entangled() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parts.jsonl")).unwrap()
}

fn world(places: u64) -> Vec<u8> {
    let mut lines = Vec::new();
    generate::write(World { places, seed: 7 }, &mut lines).unwrap();
    lines
}

#[derive(Default)]
struct Done {
    quads: BTreeSet<String>,
    said: BTreeSet<String>,
    summary: Summary,
}

impl Done {
    fn hear(&mut self, event: Event) {
        match event {
            Event::Finding(finding) => drop(self.said.insert(finding.to_string())),
            Event::Rejected(rejected) => self.said.extend(rejected.diagnostics.iter().map(ToString::to_string)),
            Event::Mention(mention) => drop(self.said.insert(format!("{mention:?}"))),
            _ => {}
        }
    }

    fn convert(&mut self, inputs: &[Input], options: &Options) {
        let mut sink = NQuads(Vec::new());
        let register = Register::builtin();
        let summary = convert::convert(inputs, &register, options, &mut sink, &mut |event| self.hear(event)).unwrap();
        self.quads.extend(String::from_utf8(sink.0).unwrap().lines().map(str::to_owned));
        self.summary.records += summary.records;
        self.summary.rejected += summary.rejected;
        self.summary.warnings += summary.warnings;
    }
}

fn options() -> Options {
    Options { jobs: 2, report_mentions: true, ..Options::default() }
}

fn surveyed(inputs: &[Input], options: &Options, done: &mut Done) -> Input {
    let mut file = Vec::new();
    convert::survey(inputs, &Register::builtin(), options, &mut file, &mut |event| done.hear(event)).unwrap();
    Input::bytes("run.places", file)
}

/// The parts of a text of so many lines each, with how many lines stand before each.
fn parts(text: &[u8], lines: usize) -> Vec<(u64, Vec<u8>)> {
    let all: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let parts = all.chunks(lines).enumerate();
    parts.map(|(number, part)| ((number * lines) as u64, part.concat())).collect()
}

#[track_caller]
fn parts_are_the_whole(text: &[u8], lines: &[usize], options: &Options) {
    let whole = [Input::bytes("all.jsonl", text.to_vec())];
    let mut once = Done::default();
    once.convert(&whole, options);
    for &lines in lines {
        let mut apart = Done::default();
        let options = Options { survey: Some(surveyed(&whole, options, &mut apart)), ..options.clone() };
        for (before, part) in parts(text, lines) {
            let whole = Whole { name: "all.jsonl".into(), before };
            apart.convert(&[Input::bytes("-", part).part_of(whole)], &options);
        }
        let lost: Vec<_> = once.quads.symmetric_difference(&apart.quads).take(5).collect();
        assert!(lost.is_empty(), "{lines} lines a part: {lost:#?}");
        let unsaid: Vec<_> = once.said.symmetric_difference(&apart.said).take(5).collect();
        assert!(unsaid.is_empty(), "{lines} lines a part: {unsaid:#?}");
        let counts = |done: &Done| (done.summary.records, done.summary.rejected, done.summary.warnings);
        assert_eq!(counts(&once), counts(&apart), "{lines} lines a part");
    }
}

#[test]
fn the_union_of_parts_is_one_run_with_its_messages() {
    let text = entangled();
    let mut once = Done::default();
    once.convert(&[Input::bytes("all.jsonl", text.clone())], &options());
    for said in [
        "is taken by",
        "lies in places that lie in it",
        "was rejected, at all.jsonl:30:1",
        "no source is named",
        "not UTF-8",
    ] {
        assert!(once.said.iter().any(|line| line.contains(said)), "{said}: {:#?}", once.said);
    }
    parts_are_the_whole(&text, &[1, 2, 7, 1000], &options());
    parts_are_the_whole(&text, &[5], &Options { default_source: Some("d2".to_owned()), ..options() });
    parts_are_the_whole(&world(60), &[97], &options());
}

#[test]
fn whole_files_are_parts_too_and_keep_the_documents_that_they_assume() {
    let files = [
        Input::bytes("a.jsonl", &br#"{"type":"tie","parties":["p-1","cn-kunming"],"kind":"intent"}"#[..]),
        Input::bytes("b.json", &br#"[{"type":"place","id":"p-1","level":"county","names":["x"]},{"type":"source","id":"b","language":"en"}]"#[..]),
        Input::bytes("c.csv", &b"type,id,level,names@en\nplace,p-2,county,Two\n"[..]),
    ];
    let mut once = Done::default();
    once.convert(&files, &options());
    let mut apart = Done::default();
    let options = Options { survey: Some(surveyed(&files, &options(), &mut apart)), ..options() };
    files.iter().for_each(|file| apart.convert(std::slice::from_ref(file), &options));
    assert_eq!(once.quads, apart.quads);
    assert_eq!(once.said, apart.said);
    assert!(once.said.iter().any(|line| line.contains("the document is called `a`")), "{:?}", once.said);
}

#[test]
fn a_file_of_another_run_is_refused_and_says_why() {
    let text = entangled();
    let whole = [Input::bytes("all.jsonl", text)];
    let Input::Bytes { bytes, .. } = surveyed(&whole, &options(), &mut Done::default()) else { panic!("bytes") };
    let file = String::from_utf8(bytes.to_vec()).unwrap();
    let refused = |file: &str, inputs: &[Input], options: Options| {
        let survey = Some(Input::bytes("run.places", file.as_bytes().to_vec()));
        let options = Options { survey, ..options };
        let done = convert::convert(inputs, &Register::builtin(), &options, &mut Vec::new(), &mut drop);
        match done {
            Err(ConvertError::Survey(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    let other = refused(&file, &whole, Options { default_source: Some("d1".to_owned()), ..options() });
    assert!(matches!(other, SurveyError::Other { what: "--source", .. }), "{other}");
    let base = citypact::vocab::BaseIri::new("http://example.org/").unwrap();
    assert!(refused(&file, &whole, Options { base, ..options() }).to_string().contains("--base"));
    let input = refused(&file, &[Input::bytes("more.jsonl", *b"")], options());
    assert_eq!(
        input.to_string(),
        "run.places tells nothing of more.jsonl, but of all.jsonl: convert parts of these, or make it anew by --places-out"
    );
    let lines: Vec<&str> = file.split_inclusive('\n').collect();
    for kept in [0, 1, lines.len() / 2, lines.len() - 1] {
        let cut = refused(&lines[..kept].concat(), &whole, options());
        assert!(matches!(cut, SurveyError::Cut { .. }), "{kept}: {cut}");
    }
    // Without a line of the middle.
    let torn = lines[..3].concat() + &lines[4..].concat();
    assert!(matches!(refused(&torn, &whole, options()), SurveyError::Cut { .. }));
    let strange = refused("{\"type\":\"place\"}\n", &whole, options());
    assert!(matches!(strange, SurveyError::Line { line: 1, .. }), "{strange}");
}

#[test]
fn the_file_does_not_depend_on_threads() {
    let whole = [Input::bytes("all.jsonl", [entangled(), world(200)].concat())];
    let file = |jobs| {
        let mut options = Options { jobs, ..Options::default() };
        options.read.batch_size = 4096;
        let mut file = Vec::new();
        convert::survey(&whole, &Register::builtin(), &options, &mut file, &mut drop).unwrap();
        file
    };
    assert!(file(1) == file(4));
}

/// The recipe of `examples/scale/parts.sh`: `split`, `xargs`, `sort`.
#[cfg(unix)]
#[test]
fn the_recipe_with_split_and_xargs_gives_what_one_run_gives() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("all.jsonl"), [entangled(), world(60)].concat()).unwrap();
    let once = run(here, &["convert", "all.jsonl", "--to", "nquads", "--messages", "1000000"]);
    assert_eq!(once.status, Some(3), "{}", once.stderr);
    let mut script = Command::new("sh");
    let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scale/parts.sh");
    script.arg(recipe).args(["all.jsonl", "all.nq", "50", "2"]).current_dir(here);
    script.env("CITYPACT", env!("CARGO_BIN_EXE_citypact")).stdout(std::process::Stdio::piped());
    let apart = finish(script.stderr(std::process::Stdio::piped()), "");
    assert_eq!(apart.status, Some(0), "{}", apart.stderr);
    let quads: BTreeSet<&str> = once.stdout.lines().collect();
    let written = fs::read_to_string(here.join("all.nq")).unwrap();
    assert!(written.lines().eq(quads.iter().copied()), "{} lines, {}", written.lines().count(), quads.len());
    let findings = |text: &str| -> BTreeSet<String> {
        let begins = ["warning: ", "error: ", "  Hint: "];
        text.lines().filter(|line| begins.iter().any(|begin| line.starts_with(begin))).map(str::to_owned).collect()
    };
    assert_eq!(findings(&once.stderr), findings(&apart.stderr));
    assert!(findings(&apart.stderr).iter().any(|line| line.starts_with("error: all.jsonl:29:")), "{}", apart.stderr);
    let left: Vec<_> = fs::read_dir(here).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn parts_are_told_apart_at_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("all.jsonl"), entangled()).unwrap();
    let told = run(here, &["convert", "all.jsonl", "--places-out", "run.places"]);
    assert!(told.stderr.contains("ids, 6 place records; convert the parts with --places-in"), "{}", told.stderr);
    assert_eq!((told.status, told.stdout.as_str()), (Some(0), ""));
    let part: String = "\n".repeat(3);
    let mut piped =
        command(here, &["convert", "-", "--places-in", "run.places", "--part-of", "all.jsonl:36", "--to", "nquads"]);
    assert_eq!(finish(&mut piped, &part).ok(), "", "a part without a record is no fault");
    for (args, reason) in [
        (&["convert", "all.jsonl", "--part-of", "all.jsonl:1"][..], "--places-in"),
        (&["convert", "all.jsonl", "--places-in", "run.places", "--part-of", "all.jsonl:0"], "write FILE:LINE"),
        (&["convert", "all.jsonl", "--places-in", "run.places", "--part-of", "all.jsonl"], "write FILE:LINE"),
        (&["convert", "all.jsonl", "--places-out", "run.places", "--to", "nquads"], "--to"),
        (&["convert", "all.jsonl", "all.jsonl", "--places-out", "x"], "all.jsonl is given twice"),
        (&["convert", "all.jsonl", "run.places", "--places-in", "run.places", "--part-of", "all.jsonl:1"], "one file"),
        (
            &["convert", "all.jsonl", "--from", "csv", "--places-in", "run.places", "--part-of", "all.jsonl:1"],
            "JSON Lines",
        ),
    ] {
        let told = run(here, args).failed(2);
        assert!(told.contains(reason), "{args:?}: {told}");
    }
    let other = run(here, &["convert", "all.jsonl", "--places-in", "run.places", "--lenient"]).failed(1);
    assert!(other.contains("run.places was made with --lenient false, and is used with true"), "{other}");
}
