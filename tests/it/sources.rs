//! Sources of records: files in every layout, typed records, tables, and sources that programs make; the converter takes each.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use citypact::convert::{self, Event, Options, Summary};
use citypact::load::{FileOptions, LoadInput, load_inputs};
use citypact::place::Register;
use citypact::record::read::{Batches, Container, Input, ReadError, ReadOptions, RecordSource, Records, Spool};
use citypact::record::{
    AsOfBasis, Count, Date, Event as EventRecord, EventRef, Place, Record, RejectWriter, Source, Text, Tie, TieKind,
};
use citypact::store::{Embedded, Store as _};
use citypact::table::{Mapping, translate};
use oxrdf::{NamedNodeRef, Quad};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// What became of some records.
#[derive(Debug, PartialEq)]
struct Done {
    quads: Vec<Quad>,
    summary: Summary,
    said: Vec<String>,
    /// The file of rejected records.
    rejected: String,
}

fn converted(sources: &[impl RecordSource], jobs: usize) -> Done {
    let (mut quads, mut said) = (Vec::new(), Vec::new());
    let mut rejected = RejectWriter::new(Vec::new(), Container::JsonLines);
    let options = Options { jobs, report_mentions: true, ..Options::default() };
    let summary = convert::convert(sources, &Register::builtin(), &options, &mut quads, &mut |event| match event {
        Event::Finding(finding) => said.push(finding.to_string()),
        Event::Rejected(record) => {
            said.extend(record.diagnostics.iter().map(ToString::to_string));
            rejected.write(&record).unwrap();
        }
        Event::Mention(mention) => said.push(format!("{} {} {:?}", mention.at, mention.pointer, mention.resolution)),
        _ => {}
    });
    let rejected = String::from_utf8(rejected.finish().unwrap()).unwrap();
    Done { quads, summary: summary.unwrap(), said, rejected }
}

/// The records of a source, and all that is said of them.
fn read(source: &dyn RecordSource) -> (Vec<Record>, Vec<String>) {
    let (mut records, mut said) = (Vec::new(), Vec::new());
    // Small batches, so that a source has several of them.
    for batch in source.open(&ReadOptions { batch_size: 1000, ..ReadOptions::default() }).unwrap() {
        match batch {
            Err(finding) => said.push(finding.to_string()),
            Ok(batch) => batch.records().for_each(|record| match record {
                Ok(parsed) => {
                    said.push(parsed.at.to_string());
                    records.push(parsed.record.into_owned());
                }
                Err(rejected) => said.extend(rejected.diagnostics.iter().map(ToString::to_string)),
            }),
        }
    }
    (records, said)
}

fn lines(records: &[Record]) -> Vec<u8> {
    records.iter().flat_map(|record| serde_json::to_vec(record).unwrap().into_iter().chain(*b"\n")).collect()
}

/// Records of every type, and those of the examples, file by file.
fn files() -> Vec<(String, Vec<Record>)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(path("examples/articles"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "jsonl"))
        .collect();
    paths.sort();
    paths.push(path("tests/golden/records.jsonl"));
    let named = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, read(&Input::Path(path)).0)
    };
    paths.into_iter().map(named).collect()
}

#[test]
fn typed_records_become_the_quads_of_their_json() {
    let files = files();
    assert!(files.iter().map(|(_, records)| records.len()).sum::<usize>() > 300);
    let text: Vec<Input> = files.iter().map(|(name, records)| Input::bytes(name.as_str(), lines(records))).collect();
    let typed: Vec<Records<'_>> =
        files.iter().map(|(name, records)| Records::named(name.as_str(), records.as_slice())).collect();
    let expected = converted(&text, 1);
    assert!(expected.summary.quads > 10_000);
    for jobs in [1, 3] {
        assert!(converted(&typed, jobs) == expected, "{jobs} threads");
    }
}

/// What no reader lets through, or puts otherwise, or what contradicts another record.
fn wrong() -> Vec<Record> {
    let tie = |change: &dyn Fn(&mut Tie)| {
        let mut tie = Tie::new(vec!["cn-kunming".into(), "jp-fujisawa".into()], TieKind::FriendshipCity);
        change(&mut tie);
        Record::from(tie)
    };
    let place = |id: &str, names: Text, lat: f64| {
        let mut place = Place::new(id.into(), citypact::record::Level::County, names);
        (place.lat, place.long) = (Some(lat), Some(100.0));
        Record::from(place)
    };
    let count = |variable: &str, value| {
        Record::from(Count::new("cn-kunming".into(), variable.into(), value, Date::Year(2020), AsOfBasis::Stated))
    };
    let mut deep = EventRecord::new();
    for _ in 0..30 {
        let mut around = EventRecord::new();
        around.part_of = Some(EventRef::inline(deep));
        deep = around;
    }
    vec![
        Source::new("a".into(), "en".into()).into(),
        tie(&|tie| tie.since = Some(Date::Day(2023, 2, 30))),
        tie(&|tie| tie.since = Some(Date::Year(12_345))),
        tie(&|tie| tie.parties = vec!["cn-kunming".into(), "cn-kunming".into()]),
        tie(&|tie| tie.source = Some("nowhere".into())),
        tie(&|tie| tie.confidence = Some(f64::NAN)),
        tie(&|tie| tie.confidence = Some(1.5)),
        tie(&|tie| tie.note = Some(Text::tagged("ZH-hant", "昆明"))),
        tie(&|tie| {
            tie.note = Some(Text(vec![(Some("en".into()), vec!["a".into()]), (Some("EN".into()), vec!["b".into()])]))
        }),
        tie(&|tie| tie.note = Some(Text::tagged("no tag at all", "a"))),
        place("p-1", Text::tagged("en", "One"), 25.0),
        place("p-1", Text::tagged("en", "Another"), 26.0),
        place("p-2", Text::tagged("en", "Two"), 95.0),
        place("p-3", Text(Vec::new()), 25.0),
        place("p-4", Text::tagged("en", "Four"), f64::INFINITY),
        count("友好城市", 3),
        count("friendship-cities", 4),
        count("No Slug", 5),
        deep.into(),
        tie(&|_| {}),
    ]
}

#[test]
fn what_is_wrong_with_a_typed_record_is_said_as_of_its_json() {
    let records = wrong();
    let text = converted(&[Input::bytes("records.jsonl", lines(&records))], 1);
    assert!(text.summary.rejected >= 8 && text.summary.warnings >= 1, "{text:#?}");
    assert!(
        text.said.iter().any(|said| said.starts_with("error: records.jsonl:2:") && said.contains("/since")),
        "{text:#?}"
    );
    let typed = converted(&[Records::new(&records)], 1);
    assert_eq!(typed, text);
    assert_eq!(typed.rejected.lines().count() as u64, typed.summary.rejected);
    let (quads, summary) =
        convert::records(&records, &Register::builtin(), &Options { jobs: 1, ..Options::default() }, &mut |_| {})
            .unwrap();
    assert_eq!((quads, summary), (typed.quads, typed.summary));
}

/// A source of a program's own, of records that it makes one by one.
struct Made(u64);

impl RecordSource for Made {
    fn name(&self) -> Arc<str> {
        "figures.db".into()
    }

    fn open(&self, options: &ReadOptions) -> Result<Batches<'_>, ReadError> {
        let count = |value| {
            let (about, as_of) = ("cn-kunming".into(), Date::Year(u16::try_from(1000 + value).unwrap()));
            Record::from(Count::new(about, "friendship-cities".into(), value, as_of, AsOfBasis::Stated))
        };
        Ok(Batches::of_records(self.name(), (0..self.0).map(count), options))
    }
}

/// A source that cannot be read.
struct Away;

impl RecordSource for Away {
    fn name(&self) -> Arc<str> {
        "away".into()
    }

    fn open(&self, _: &ReadOptions) -> Result<Batches<'_>, ReadError> {
        let cause = std::io::Error::other("the other side hung up");
        Err(ReadError::Open { name: self.name(), cause })
    }
}

const TABLE: &str = "甲方,乙方,缔结\n昆明,藤泽,1981-11-05\n青岛,下关,1979\n昆明,藤泽,昨日\n";
const MAPPING: &str = r#"
[source]
id = "yearbook"
language = "zh-Hans"
[[record]]
type = "tie"
kind = "friendship-city"
parties = [{ name = "{甲方}", state = "cn" }, { name = "{乙方}", state = "jp" }]
since = { column = "缔结", date = "guess" }
"#;

fn table() -> impl RecordSource {
    let mapping = Mapping::parse("m.toml", MAPPING).unwrap();
    translate(&Input::bytes("年鉴.csv", TABLE.as_bytes()), &mapping, &Register::builtin(), &mut |_| {}).unwrap().0
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// The same records in every layout of text.
fn layouts(records: &[Record], folder: &Path) -> Vec<Box<dyn RecordSource>> {
    let lines = lines(records);
    let array = serde_json::to_vec_pretty(records).unwrap();
    let (path, stream) = (folder.join("a.jsonl"), &mut Cursor::new(&lines));
    std::fs::write(&path, &lines).unwrap();
    vec![
        Box::new(Input::bytes("a.jsonl", lines.as_slice())),
        Box::new(Input::bytes("a.ndjson.gz", packed(&lines))),
        Box::new(Input::bytes("a.jsonl.zst", zstd::encode_all(lines.as_slice(), 1).unwrap())),
        Box::new(Input::bytes("a.json", array)),
        Box::new(Input::Stream(Spool::new("a", stream).unwrap())),
        Box::new(Input::Path(path)),
    ]
}

#[test]
fn the_same_records_come_out_of_every_layout() {
    let (_, records) = files().swap_remove(0);
    let expected = converted(&[Records::named("a", records.as_slice())], 1);
    let folder = tempfile::tempdir().unwrap();
    for source in layouts(&records, folder.path()) {
        assert_eq!(read(&*source).0, records, "{}", source.name());
        let done = converted(&[&*source], 2);
        assert!(done.quads == expected.quads && done.summary == expected.summary, "{}", source.name());
    }
}

#[test]
fn a_source_that_is_opened_again_gives_the_same_again() {
    let records: Vec<Record> = files().into_iter().flat_map(|(_, records)| records).collect();
    let folder = tempfile::tempdir().unwrap();
    let mut sources = layouts(&records, folder.path());
    sources.push(Box::new(Records::new(records.clone())));
    sources.push(Box::new(Records::new(wrong())));
    sources.push(Box::new(Records::new(Vec::<Record>::new())));
    sources.push(Box::new(Made(1000)));
    sources.push(Box::new(table()));
    for source in sources {
        let first = read(&*source);
        assert!(!first.1.is_empty());
        // What is open already is not disturbed by another reading.
        let mut open = source.open(&ReadOptions::default()).unwrap();
        open.next();
        assert_eq!(read(&*source), first, "{}", source.name());
        open.for_each(drop);
        assert_eq!(read(&*source), first, "{}", source.name());
    }
}

#[test]
fn positions_are_as_close_as_the_source_knows() {
    let said = |source: &dyn RecordSource| read(source).1;
    // A typed record is a line of its own.
    let made = said(&Made(300));
    assert_eq!((made.len(), made[0].as_str(), made[299].as_str()), (300, "figures.db:1:1", "figures.db:300:1"));
    assert_eq!(
        said(&Records::named("none", Vec::<Record>::new())),
        ["warning: none:1:1: the input holds no record\n  Hint: see that it is the right file"]
    );
    // A row is told by its line, number and column.
    let rows = said(&table());
    assert!(rows[1].contains("年鉴.csv:2 (row 2"), "{rows:#?}");
    let done = converted(&[&table() as &dyn RecordSource, &Made(1)], 1);
    assert_eq!((done.summary.records, done.summary.documents), (4, 2), "{:#?}", done.said);
    assert!(
        done.said.iter().any(|said| said.contains("figures.db:1:1") && said.contains("`figures`")),
        "{:#?}",
        done.said
    );
}

#[test]
fn a_source_that_does_not_open_ends_the_conversion() {
    for jobs in [1, 2] {
        let options = Options { jobs, ..Options::default() };
        let sources: [&dyn RecordSource; 2] = [&Made(3), &Away];
        let error =
            convert::convert(&sources, &Register::builtin(), &options, &mut Vec::new(), &mut |_| {}).unwrap_err();
        assert_eq!(error.to_string(), "cannot read away");
    }
}

#[test]
fn files_and_other_sources_are_loaded_in_one_run() {
    let store = Embedded::memory().unwrap();
    let rdf = "<http://e/s> <http://e/p> <http://e/o> .\n";
    let mut tie = Tie::new(vec!["p-9".into(), "jp-fujisawa".into()], TieKind::Intent);
    tie.source = Some("b".into());
    let typed: [Record; 2] = [Source::new("b".into(), "en".into()).into(), tie.into()];
    let inputs = [
        Input::bytes("a.jsonl", &br#"{"type":"place","id":"p-9","level":"county","names":{"en":"Nine"}}"#[..]).into(),
        LoadInput::records(Records::new(&typed)),
        Input::bytes("r.nt", rdf.as_bytes()).into(),
        LoadInput::records(table()),
    ];
    let options = FileOptions::default();
    let (summary, report) = load_inputs(&store, &inputs, &Register::builtin(), &options, &mut drop).unwrap();
    // The typed tie refers to a place of the file; the table's last row has no date, and gives no record.
    assert_eq!((summary.records, summary.rejected), (6, 0));
    assert_eq!(report.documents, 3);
    for graph in ["https://w3id.org/citypact/graph/b", "https://w3id.org/citypact/graph/yearbook"] {
        assert!(store.has_graph(NamedNodeRef::new(graph).unwrap()).unwrap(), "{graph}");
    }
}
