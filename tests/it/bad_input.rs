//! Bad input of every kind we could think of: the messages, and that the good records beside it come through.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use citypact::convert::{self, Event, NQuads, Options, Summary};
use citypact::format::Syntax;
use citypact::place::Register;
use citypact::rdf;
use citypact::record::RecordType;
use citypact::record::read::{Input, ReadOptions, RecordSource as _};
use proptest::prelude::*;

use crate::golden::assert_golden;

fn corpus(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// What reading an input says: the number of records that came through, and every message.
fn report(input: &Input, options: &ReadOptions) -> String {
    let (mut through, mut said) = (0, String::new());
    match input.open(options) {
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            writeln!(said, "{error}{cause}").unwrap();
        }
        Ok(batches) => {
            for batch in batches {
                let batch = match batch {
                    Ok(batch) => batch,
                    Err(diagnostic) => {
                        writeln!(said, "{diagnostic}").unwrap();
                        continue;
                    }
                };
                for record in batch.records() {
                    let diagnostics = match record {
                        Ok(parsed) => {
                            through += 1;
                            parsed.warnings
                        }
                        Err(rejected) => rejected.diagnostics,
                    };
                    diagnostics.iter().for_each(|diagnostic| writeln!(said, "{diagnostic}").unwrap());
                }
            }
        }
    }
    format!("{through} through\n{said}")
}

fn named(path: &Path) -> Input {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    Input::bytes(name, fs::read(path).unwrap())
}

#[test]
fn messages() {
    let files = corpus("tests/data/bad");
    assert!(files.len() >= 200, "the corpus has shrunk to {}", files.len());
    let (mut found, mut silent) = (String::new(), Vec::new());
    for file in &files {
        let report = report(&named(file), &ReadOptions::default());
        silent.extend((report.lines().count() < 2).then_some(file));
        writeln!(found, "== {}: {report}", file.file_name().unwrap().to_string_lossy()).unwrap();
    }
    assert_eq!(silent, Vec::<&PathBuf>::new(), "nothing is said of these");
    assert_golden("bad-input.txt", &found);
}

/// What converting an input says, its quads, and how many records went each way.
fn conversion(input: Input, read: ReadOptions, jobs: usize) -> (String, String, Summary) {
    let mut said = String::new();
    let mut sink = NQuads(Vec::new());
    let options = Options { read, jobs, ..Options::default() };
    let summary = convert::convert(&[input], &Register::builtin(), &options, &mut sink, &mut |event| match event {
        Event::Finding(finding) => writeln!(said, "{finding}").unwrap(),
        Event::Rejected(rejected) => rejected.diagnostics.iter().for_each(|it| writeln!(said, "{it}").unwrap()),
        _ => {}
    });
    let summary = summary.unwrap_or_else(|error| {
        writeln!(said, "{error}").unwrap();
        Summary::default()
    });
    (said, String::from_utf8(sink.0).unwrap(), summary)
}

/// What only several records together show goes through the whole conversion.
#[test]
fn messages_of_records_together() {
    let files = corpus("tests/data/bad-together");
    assert!(files.len() >= 30, "the corpus has shrunk to {}", files.len());
    let mut found = String::new();
    for file in &files {
        let (said, quads, summary) = conversion(named(file), ReadOptions::default(), 2);
        let name = file.file_name().unwrap().to_string_lossy();
        writeln!(found, "== {name}: {} of {} through\n{said}", summary.records - summary.rejected, summary.records)
            .unwrap();
        assert!(quads.contains("/kind/intent"), "{name}: the good record is lost");
        assert_well_formed(&quads, &name);
    }
    assert_golden("bad-together.txt", &found);
}

/// Every syntax can hold what came of the input, and every IRI is one.
fn assert_well_formed(nquads: &str, name: &str) {
    let quads: Vec<_> = oxttl::NQuadsParser::new().for_slice(nquads.as_bytes()).map(|quad| quad.unwrap()).collect();
    for syntax in [Syntax::TriG, Syntax::RdfXml, Syntax::JsonLd] {
        let mut bytes = Vec::new();
        rdf::write(quads.clone(), syntax, &mut bytes).unwrap();
        let format = oxrdfio::RdfFormat::from_media_type(syntax.media_type()).unwrap();
        let again = oxrdfio::RdfParser::from_format(format).for_slice(&bytes).filter(Result::is_err).count();
        assert_eq!(again, 0, "{name} as {syntax:?}");
    }
    for quad in &quads {
        if let oxrdf::NamedOrBlankNode::NamedNode(node) = &quad.subject {
            assert!(iri_string::types::IriStr::new(node.as_str()).is_ok(), "{name}: {node}");
        }
    }
}

/// The corpus of single records, converted: as many records go through as reading gives, and nothing panics.
#[test]
fn the_corpus_converts_as_far_as_it_reads() {
    for file in corpus("tests/data/bad") {
        let (said, quads, summary) = conversion(named(&file), ReadOptions::default(), 1);
        let read = report(&named(&file), &ReadOptions::default());
        let through = read.split_once(' ').unwrap().0.parse::<u64>().unwrap();
        let name = file.display();
        // Records without a source are told so; what reading says is said again.
        assert!(summary.records == 0 || summary.records - summary.rejected <= through, "{name}: {said}");
        assert!(
            read.lines().skip(1).all(|line| said.contains(line) || line.starts_with("cannot read")),
            "{name}: {said}"
        );
        assert_well_formed(&quads, &name.to_string());
    }
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let folders = ["tests/data/bad-together", "tests/data/bad"].map(corpus).concat();
    let seeds: Vec<_> = folders.iter().map(|file| fs::read(file).unwrap()).filter(|seed| seed.len() < 3000).collect();
    let letters = prop::sample::select(b"{}[]\",:\\\n0-e\x00".to_vec());
    let edit = (any::<prop::sample::Index>(), letters, any::<bool>());
    (prop::sample::select(seeds), prop::collection::vec(edit, 0..4)).prop_map(|(mut bytes, edits)| {
        for (index, byte, insert) in edits {
            let at = index.index(bytes.len() + 1);
            match bytes.get_mut(at) {
                Some(there) if !insert => *there = byte,
                _ => bytes.insert(at, byte),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the records, converting ends without a panic, says the same in one thread and in two, and what it
    /// writes is well-formed.
    #[test]
    fn no_records_panic(bytes in mutated(), suffix in prop::sample::select(vec!["jsonl", "json", "csv"]), lenient: bool) {
        let input = Input::bytes(format!("a.{suffix}"), bytes);
        let options = ReadOptions { lenient, batch_size: 256, ..ReadOptions::default() };
        let (said, quads, summary) = conversion(input.clone(), options.clone(), 1);
        assert_well_formed(&quads, "mutated");
        prop_assert_eq!((said, quads, summary), conversion(input, options, 2));
    }
}

fn table(text: &str, row_type: Option<RecordType>) -> String {
    report(&Input::bytes("t.csv", text.as_bytes()), &ReadOptions { csv_type: row_type, ..ReadOptions::default() })
}

#[test]
fn findings_on_a_table_name_the_column() {
    let heading = "type,party_a,party_b,kind,since,name@zh";
    let rows = [
        ("tie,cn-qingdao,,friendship-city,,", "t.csv:2:16 /parties: column `party_b` is empty: ", "fill it in"),
        ("tie,,cn-qingdao,friendship-city,,", "t.csv:2:5 /parties: column `party_a` is empty: ", "fill it in"),
        ("tie,a,b,,,", "t.csv:2:9: column `kind` is empty: a tie needs `kind`", "fill it in"),
        ("tie,a,b,frendship,,", "t.csv:2:9 /kind: `frendship` is no value of `kind`", "friendship-city"),
        ("tie,a,b,intent,1979-13,", "t.csv:2:16 /since: ", ""),
        (
            "tie,a,b,intent",
            "t.csv:2:1: the row has 4 cells, the heading 6: column `since` and what follows it is missing",
            "",
        ),
    ];
    for (row, reason, remedy) in rows {
        let said = table(&format!("{heading}\n{row}\n"), None);
        assert!(said.contains(reason) && said.contains(remedy), "{row}:\n{said}");
    }
    let named = table("type,recipient,award\nconferral,,x\n", None);
    assert!(named.contains("column `recipient` is empty: a conferral needs `recipient`"), "{named}");
    let absent = table("type,party_a,kind\ntie,cn-qingdao,intent\n", None);
    assert!(absent.contains("t.csv:2:1 /parties: column `party_b` is missing: "), "{absent}");
    let dotted = table("type,party_a,party_b,kind,evidence.quote,evidence.start\ntie,a,b,intent,x,one\n", None);
    assert!(dotted.contains("column `evidence.start`: "), "{dotted}");
}

#[test]
fn findings_on_a_heading_name_the_column() {
    let headings = [
        ("party_a,kind", "t.csv:1:1: the heading has no column `party_b`, and a tie needs it"),
        ("kind", "the heading has no column `party_a`"),
        ("kind", "the heading has no column `party_b`"),
        ("parties", "the heading has no column `kind`"),
        ("party_a,party_b,kind,sinse", "t.csv:1:22: the column `sinse` names no field"),
        ("party_a,party_b,kind,,since", "t.csv:1:22: column 4 has no name"),
        ("party_a,party_b,kind@en", "t.csv:1:17: the column `kind@en` is of a field that takes no language"),
        ("party_a,party_b,kind,since,since", "t.csv:1:28: the column `since` occurs twice"),
    ];
    for (heading, reason) in headings {
        let said = table(&format!("{heading}\na,b,intent,1979,1979\n"), Some(RecordType::Tie));
        assert!(said.starts_with("0 through\n") && said.contains(reason), "{heading}:\n{said}");
    }
    for heading in ["parties,kind", "party_a,party_b,kind", "party_a.state,party_a,party_b,kind"] {
        let cells = ["cn", "cn-qingdao;jp-nagoya", "b", "intent"].iter().skip(4 - heading.split(',').count());
        let said =
            table(&format!("{heading}\n{}\n", cells.copied().collect::<Vec<_>>().join(",")), Some(RecordType::Tie));
        assert!(!said.contains("the heading"), "{heading}:\n{said}");
    }
}

#[test]
fn plain_text_named_as_compressed_is_told_and_read() {
    let line = r#"{"type":"place","id":"cn-x","level":"municipality","state":"cn","names":{"en":"X"}}"#;
    for (suffix, tool) in [("gz", "gzip"), ("zst", "zstd")] {
        let said = report(&Input::bytes(format!("a.jsonl.{suffix}"), line.as_bytes()), &ReadOptions::default());
        let expected = format!(
            "1 through\nwarning: a.jsonl.{suffix}:1:1: the file is named `.{suffix}` and is not compressed; it is read as it is\n  \
             Hint: take `.{suffix}` off its name, or compress it with {tool}\n"
        );
        assert_eq!(said, expected);
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.ttl.gz"), "<http://a/s> <http://a/p> 1 .").unwrap();
    fs::write(folder.path().join("b.jsonl.gz"), line).unwrap();
    let told = |args: &[&str]| crate::citypact::run(folder.path(), args);
    assert!(told(&["diff", "a.ttl.gz", "a.ttl.gz"]).stderr.contains("a.ttl.gz:1:1: the file is named `.gz`"));
    let converted = told(&["convert", "b.jsonl.gz", "--to", "nquads"]);
    assert_eq!(converted.stderr.matches("the file is named").count(), 1, "{}", converted.stderr);
    converted.ok();
}
