//! Reading records: what no single bad file shows. Sizes, depths, batches, mutations, reject files, the schema.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use citypact::record::read::{Container, Input, ReadOptions, RecordSource as _, Rejected};
use citypact::record::{Record, RecordType, RejectWriter, content_hash, schema};
use proptest::prelude::*;
use serde_json::Value;

const PLACE: &str = r#"{"type":"place","id":"good","level":"municipality","names":"良市"}"#;

#[derive(Default, PartialEq, Debug)]
struct Outcome {
    records: Vec<Record>,
    rejected: Vec<String>,
    said: Vec<String>,
}

/// All that reading gives; `None` where the input does not open.
fn read(input: &Input, options: &ReadOptions) -> Option<(Outcome, Vec<Rejected>)> {
    let (mut outcome, mut rejects) = (Outcome::default(), Vec::new());
    for batch in input.open(options).ok()? {
        match batch {
            Err(diagnostic) => outcome.said.push(diagnostic.to_string()),
            Ok(batch) => batch.records().for_each(|record| match record {
                Ok(parsed) => {
                    outcome.said.extend(parsed.warnings.iter().map(ToString::to_string));
                    outcome.records.push(parsed.record.into_owned());
                }
                Err(rejected) => {
                    outcome.rejected.extend(rejected.diagnostics.iter().map(ToString::to_string));
                    rejects.push(rejected);
                }
            }),
        }
    }
    Some((outcome, rejects))
}

fn lines(text: impl AsRef<[u8]>) -> Outcome {
    read(&Input::bytes("a.jsonl", text.as_ref()), &ReadOptions::default()).unwrap().0
}

fn folder(name: &str) -> Vec<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let mut files: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn examples() -> Vec<PathBuf> {
    folder("examples/articles").into_iter().filter(|path| path.extension().is_some_and(|e| e == "jsonl")).collect()
}

#[test]
fn nesting_of_ten_thousand_is_an_error() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        let record = format!("{{\"type\":\"place\",\"id\":\"a\",\"level\":\"state\",\"names\":\"甲\",\"x\":{deep}}}");
        for text in [format!("{deep}\n{PLACE}\n"), format!("{record}\n{PLACE}\n")] {
            let outcome = lines(&text);
            assert_eq!(outcome.records.len(), 1);
            assert!(outcome.rejected[0].contains("values are nested too deep"), "{}", outcome.rejected[0]);
        }
        let document = Input::bytes("a.json", format!("[{deep},{PLACE}]").into_bytes());
        let (outcome, _) = read(&document, &ReadOptions::default()).unwrap();
        assert_eq!((outcome.records.len(), outcome.rejected.len()), (1, 1));
    }
    let document = Input::bytes("a.json", "[".repeat(100_000).into_bytes());
    assert!(read(&document, &ReadOptions::default()).unwrap().0.records.is_empty());
}

/// Records may be written in each other; a small stack holds as many levels as the reader allows.
#[test]
fn events_in_events_do_not_overflow_a_small_stack() {
    let nested = |levels: usize| {
        let inner = "{\"names\":\"會\",\"part_of\":".repeat(levels);
        format!("{{\"type\":\"event\",\"id\":\"e\",\"names\":\"會\",\"part_of\":{inner}\"x\"{}}}", "}".repeat(levels))
    };
    let run = move || {
        assert_eq!(lines(nested(24)).records.len(), 1);
        for levels in [25, 60, 98, 120, 126, 200, 5000] {
            assert!(lines(nested(levels)).rejected[0].contains("too deep"), "{levels}");
            assert_eq!(lines(nested(24)).records.len(), 1, "after {levels}");
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn a_line_of_twenty_megabytes_is_read() {
    let note = "友".repeat(20 << 18);
    let text = format!("{}\n{PLACE}\n", PLACE.replace("\"良市\"", &format!("\"良市\",\"note\":\"{note}\"")));
    assert_eq!(lines(&text).records.len(), 2);
    let document = Input::bytes("a.json", format!("[{}]", text.trim().replace('\n', ",")).into_bytes());
    assert_eq!(read(&document, &ReadOptions::default()).unwrap().0.records.len(), 2);
}

#[test]
fn what_is_longer_than_the_limit_is_passed_over() {
    let long = PLACE.replace("良市", &"良".repeat(5000));
    let options = ReadOptions { record_limit: 4096, batch_size: 512, ..ReadOptions::default() };
    for (name, text) in [
        ("a.jsonl", format!("{PLACE}\n{long}\n{PLACE}\n")),
        ("a.json", format!("[{PLACE},{long},{PLACE}]")),
        ("b.jsonl", format!("{PLACE}\n{PLACE}\n{long}")),
    ] {
        let (outcome, _) = read(&Input::bytes(name, text.into_bytes()), &options).unwrap();
        assert_eq!(outcome.records.len(), 2, "{name}");
        assert_eq!(outcome.said.len() + outcome.rejected.len(), 1, "{name}: {outcome:?}");
    }
    let open_quote = Input::bytes("a.csv", format!("type,id\nplace,\"{}", "x\n".repeat(9000)).into_bytes());
    assert_eq!(read(&open_quote, &options).unwrap().0.said.len(), 1);
}

/// What is said of a source that is no JSON leads into no character.
#[test]
fn a_source_that_is_no_json_is_rejected() {
    let document = r#"{"source":{"type":"source","id":"a","evidence":[{"quote":"x",湃新聞}]},"records":[RECORD]}"#;
    let input = Input::bytes("a.json", document.replace("RECORD", PLACE).into_bytes());
    let (outcome, rejects) = read(&input, &ReadOptions::default()).unwrap();
    assert_eq!((outcome.records.len(), rejects.len()), (1, 1), "{outcome:?}");
}

/// Where an input is cut into batches changes nothing, not even a column in a message.
#[test]
fn batches_of_any_size_say_the_same() {
    for file in folder("tests/data/bad").into_iter().chain(examples()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let input = Input::bytes(name.clone(), fs::read(&file).unwrap());
        let whole = read(&input, &ReadOptions::default()).map(|(outcome, _)| outcome);
        for batch_size in [1, 2, 7, 64] {
            let options = ReadOptions { batch_size, ..ReadOptions::default() };
            assert_eq!(read(&input, &options).map(|(outcome, _)| outcome), whole, "{name} in batches of {batch_size}");
        }
    }
}

#[test]
fn every_example_comes_through_as_it_is() {
    for file in examples() {
        let (outcome, _) = read(&Input::Path(file.clone()), &ReadOptions::default()).unwrap();
        assert_eq!(outcome.rejected, Vec::<String>::new(), "{}", file.display());
        assert_eq!(outcome.said, Vec::<String>::new(), "{}", file.display());
        let written: String = outcome.records.iter().map(|it| serde_json::to_string(it).unwrap() + "\n").collect();
        let again = lines(&written).records;
        assert_eq!(again, outcome.records, "{}", file.display());
        let hashes = |records: &[Record]| records.iter().map(content_hash).collect::<Vec<_>>();
        assert_eq!(hashes(&again), hashes(&outcome.records));
        assert_eq!(hashes(&again).into_iter().collect::<HashSet<_>>().len(), again.len(), "two records hash alike");
    }
}

#[test]
fn the_hash_is_of_what_is_said() {
    let hash = |text: &str| content_hash(&lines(text).records[0]);
    let one =
        r#"{"type":"place","id":"a","level":"state","names":{"en":"A","ja":["い"]},"same_as":"urn:a:b","note":null}"#;
    let other = r#"{ "same_as":["urn:a:b"], "names":{"ja":"い", "en":"A"}, "level":"state", "id":"a", "type":"place"}"#;
    assert_eq!(hash(one), hash(other));
    assert_ne!(hash(one), hash(&one.replace("\"A\"", "\"B\"")));
}

#[test]
fn unknown_fields_are_warnings_where_one_is_lenient_and_nothing_else_is_lost() {
    let text =
        r#"{"type":"tie","colour":"red","parties":["a",{"name":"b","size":3}],"kind":"intent","since":"2024-01"}"#;
    let options = ReadOptions { lenient: true, ..ReadOptions::default() };
    let (outcome, _) = read(&Input::bytes("a.jsonl", text.as_bytes()), &options).unwrap();
    let right = lines(text.replace("\"colour\":\"red\",", "").replace(",\"size\":3", ""));
    assert_eq!(outcome.records, right.records);
    assert_eq!(
        outcome.said,
        [
            "warning: a.jsonl:1:15 /colour: `colour` is no field of a tie\n  Hint: it was passed over",
            "warning: a.jsonl:1:57 /parties/1/size: `size` is no field of `parties`\n  Hint: it was passed over",
        ]
    );
    let bad = text.replace("intent", "love");
    assert_eq!(read(&Input::bytes("a.jsonl", bad.as_bytes()), &options).unwrap().0.records, []);
}

/// However much is wrong, it is said in bounded time, and nothing goes through or is lost in silence.
#[test]
fn thousands_of_faults_in_one_record_take_no_time() {
    let fields: String = (0..20_000).map(|i| format!(",\"f{i}\":{i}")).collect();
    let quotes = vec![r#"{"quote":"x","size":1}"#; 20_000].join(",");
    let wrong = vec![r#"{"quote":5}"#; 20_000].join(",");
    let tie = |rest: &str| format!(r#"{{"type":"tie","parties":["a","b"],"kind":"intent"{rest}}}"#);
    for lenient in [false, true] {
        let options = ReadOptions { lenient, ..ReadOptions::default() };
        let read = |text: String| read(&Input::bytes("a.jsonl", text.into_bytes()), &options).unwrap().0;
        let of_fields = read(tie(&fields));
        assert_eq!(
            (of_fields.records.len(), of_fields.rejected.len()),
            (usize::from(lenient), 21 * usize::from(!lenient))
        );
        for text in [tie(&format!(",\"evidence\":[{quotes}]")), tie(&format!(",\"evidence\":[{wrong}]"))] {
            let outcome = read(text);
            assert!(outcome.records.is_empty());
            assert!(outcome.rejected.iter().any(|said| said.starts_with("error: ")));
        }
    }
}

#[test]
fn null_is_no_value() {
    let text =
        r#"{"type":"tie","parties":["a","b"],"kind":"intent","since":null,"evidence":null,"note":null,"source":null}"#;
    assert_eq!(lines(text).records, lines(r#"{"type":"tie","parties":["a","b"],"kind":"intent"}"#).records);
}

/// A reject file, once mended, is read as the input would have been.
#[test]
fn reject_files_can_be_mended_and_read_again() {
    let csv = "type,party_a,party_b,kind,note\ntie,a,b,sister,\"one, \"\"two\"\"\nthree\"\ntie,a,b,intent,\n";
    let json = "[{\"type\":\"tie\",\n \"parties\": [\"a\",\"b\"],\n \"kind\": \"sister\"}]";
    let wrapped = "{\"source\":{\"id\":\"s\",\"langage\":\"ja\"},\"records\":[]}";
    for (name, text, container) in [
        ("a.csv", csv, Container::Csv),
        ("a.csv", csv, Container::JsonLines),
        ("a.json", json, Container::JsonLines),
        ("a.json", wrapped, Container::JsonLines),
    ] {
        let mend = |text: &str| text.replace("sister", "intent").replace("langage", "language");
        let (_, rejects) = read(&Input::bytes(name, text.as_bytes()), &ReadOptions::default()).unwrap();
        let mut writer = RejectWriter::new(Vec::new(), container);
        rejects.iter().for_each(|rejected| writer.write(rejected).unwrap());
        let mended = mend(&String::from_utf8(writer.finish().unwrap()).unwrap());
        let mended = Input::bytes(if container == Container::Csv { "r.csv" } else { "r.jsonl" }, mended.into_bytes());
        let right = read(&Input::bytes(name, mend(text).into_bytes()), &ReadOptions::default()).unwrap().0.records;
        let (again, _) = read(&mended, &ReadOptions::default()).unwrap();
        assert_eq!(again.records, right[..1], "{name} as {container:?}: {again:?}");
    }
}

#[test]
fn rows_of_another_table_do_not_go_into_a_csv_of_rejects() {
    let rejects =
        |name: &str, text: &str| read(&Input::bytes(name, text.as_bytes()), &ReadOptions::default()).unwrap().1;
    let mut writer = RejectWriter::new(Vec::new(), Container::Csv);
    writer.write(&rejects("a.csv", "type,id\nplace,a\n")[0]).unwrap();
    assert!(writer.write(&rejects("a.jsonl", "{}")[0]).is_err());
    assert!(writer.write(&rejects("b.csv", "type,id,level\nplace,a,b\n")[0]).is_err());
}

#[test]
fn only_records_that_may_have_an_id_are_parsed_for_their_ids() {
    let tie = r#"{"type":"tie","parties":["a","b"],"kind":"intent"}"#;
    let escaped = PLACE.replace("\"id\"", "\"\\u0069\\u0064\"");
    let text = format!("{tie}\n{PLACE}\nnonsense\n{escaped}\n");
    let found: usize = Input::bytes("a.jsonl", text.into_bytes())
        .open(&ReadOptions::default())
        .unwrap()
        .map(|batch| {
            batch
                .unwrap()
                .records_with_id()
                .filter(|record| record.as_ref().unwrap().record.id() == Some("good"))
                .count()
        })
        .sum();
    assert_eq!(found, 2);
}

#[test]
fn compressed_inputs_read_as_plain_ones_do() {
    let text = format!("{PLACE}\n").repeat(1000);
    let mut members = Vec::new();
    for part in [&text[..5000], &text[5000..]] {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(part.as_bytes()).unwrap();
        members.extend(gzip.finish().unwrap());
    }
    let frames = [&text[..5000], &text[5000..]].map(|part| zstd::encode_all(part.as_bytes(), 1).unwrap()).concat();
    for (name, bytes, told) in [
        ("a.jsonl.gz", members.clone(), 0),
        ("a.jsonl.ZST", frames, 0),
        ("a.jsonl", members, 0),
        // Plain text that is named as compressed is read, and told.
        ("a.jsonl.gz", text.clone().into(), 1),
    ] {
        let (outcome, _) = read(&Input::bytes(name, bytes), &ReadOptions::default()).unwrap();
        assert_eq!((outcome.records.len(), outcome.said.len()), (1000, told), "{name}");
    }
}

#[test]
fn the_schema_accepts_the_examples_and_refuses_most_of_what_the_reader_refuses() {
    let schema = schema();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for file in examples() {
        for line in fs::read_to_string(&file).unwrap().lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            let wrong: Vec<String> = validator.iter_errors(&record).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{}: {line}: {wrong:?}", file.display());
        }
    }
    let (mut refused, mut accepted) = (0, Vec::new());
    for file in folder("tests/data/bad").iter().filter(|file| file.extension().is_some_and(|suffix| suffix == "jsonl"))
    {
        let (Ok(text), name) = (fs::read_to_string(file), file.file_stem().unwrap().to_string_lossy().into_owned())
        else {
            continue;
        };
        let outcome = read(&Input::Path(file.clone()), &ReadOptions::default());
        let good = outcome.is_some_and(|(outcome, _)| outcome.rejected.is_empty());
        let Some(Ok(record)) = text.lines().next().map(serde_json::from_str::<Value>) else { continue };
        match validator.is_valid(&record) {
            true if !good => accepted.push(name),
            true => {}
            false => {
                assert!(!good, "the schema refuses what the reader takes: {name}");
                refused += 1;
            }
        }
    }
    assert!(refused >= 75, "the schema refuses only {refused}; it accepts {accepted:?}");
}

#[test]
fn the_schema_names_every_type_and_field() {
    let schema = schema();
    for known in RecordType::ALL {
        let reference = schema["oneOf"].as_array().unwrap().iter().find_map(|alternative| {
            let name = alternative["$ref"].as_str()?.rsplit('/').next()?;
            let definition = &schema["$defs"][name];
            (definition["properties"]["type"]["const"] == known.as_str()).then_some((alternative, definition))
        });
        let (alternative, definition) = reference.unwrap_or_else(|| panic!("{} is missing", known.as_str()));
        assert_eq!(definition["additionalProperties"], false);
        for field in known.fields() {
            assert!(
                definition["properties"][field]["description"].is_string()
                    || definition["properties"][field].is_object()
            );
        }
        for field in known.required_fields() {
            assert!(alternative["required"].as_array().unwrap().iter().any(|name| name == field), "{field}");
        }
    }
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let seeds: Vec<Vec<u8>> = folder("tests/data/bad")
        .iter()
        .chain(&examples())
        .map(|file| fs::read(file).unwrap())
        .filter(|seed| seed.len() < 4000)
        .collect();
    let edit = (
        any::<prop::sample::Index>(),
        prop_oneof![Just(0_u8), any::<u8>(), prop::sample::select(b"{}[]\",:\\\n\r0-e".to_vec())],
        0..3,
    );
    (prop::sample::select(seeds), prop::collection::vec(edit, 1..6)).prop_map(|(mut bytes, edits)| {
        for (index, byte, how) in edits {
            let at = index.index(bytes.len() + 1);
            match how {
                0 => bytes.insert(at, byte),
                1 if at < bytes.len() => drop(bytes.remove(at)),
                _ if at < bytes.len() => bytes[at] = byte,
                _ => bytes.truncate(at / 2),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the bytes, reading ends, and what it says does not depend on the batches.
    #[test]
    fn no_bytes_panic(bytes in mutated(), suffix in prop::sample::select(vec!["jsonl", "json", "csv", "jsonl.gz"]), batch_size in 1_usize..40, lenient: bool) {
        let input = Input::bytes(format!("a.{suffix}"), bytes);
        let options = ReadOptions { lenient, record_limit: 10_000, ..ReadOptions::default() };
        let whole = read(&input, &options).map(|(outcome, _)| outcome);
        // Where compressed data are damaged, how far they are read depends on how much is read at once.
        prop_assume!(!matches!(&input, Input::Bytes { bytes, .. } if bytes.starts_with(&[0x1F, 0x8B]) || bytes.starts_with(&[0x28, 0xB5])));
        let cut = read(&input, &ReadOptions { batch_size, ..options }).map(|(outcome, _)| outcome);
        prop_assert_eq!(whole, cut);
    }

    /// What is written as JSON from a record reads as that record.
    #[test]
    fn random_texts_keep(name in "\\PC{1,20}", id in "\\PC{1,20}", tag in prop::sample::select(vec!["en", "zh-Hans", "ja"])) {
        let record = serde_json::json!({"type": "place", "id": id, "level": "state", "names": {tag: name}});
        let outcome = lines(record.to_string());
        prop_assert_eq!(outcome.records.len(), usize::from(!name.trim().is_empty()));
        if let Some(Record::Place(place)) = outcome.records.first() {
            prop_assert_eq!(place.names.first(), Some(name.as_str()));
            prop_assert_eq!(&place.id, &id);
        }
    }
}
