//! The readers of records, one for each container: whatever the bytes, reading ends, where the input is cut into batches
//! changes nothing, and a record that is written as JSON reads as that record.

use citypact::record::read::{Container, Input, ReadOptions, RecordSource as _};
use citypact::record::{Record, RecordType};

#[derive(Debug, PartialEq)]
struct Outcome {
    records: Vec<Record>,
    said: Vec<String>,
}

fn read(bytes: &[u8], options: &ReadOptions) -> Option<Outcome> {
    let (mut records, mut said) = (Vec::new(), Vec::new());
    for batch in Input::bytes("fuzz", bytes).open(options).ok()? {
        match batch {
            Err(diagnostic) => said.push(diagnostic.to_string()),
            Ok(batch) => batch.records().for_each(|record| match record {
                Ok(parsed) => {
                    said.extend(parsed.warnings.iter().map(ToString::to_string));
                    records.push(parsed.record.into_owned());
                }
                Err(rejected) => said.extend(rejected.diagnostics.iter().map(ToString::to_string)),
            }),
        }
    }
    Some(Outcome { records, said })
}

fn hold(bytes: &[u8], container: Container, csv_type: Option<RecordType>) {
    // Where compressed data are damaged, how far they are read depends on how much is read at once.
    let is_compressed = bytes.starts_with(&[0x1F, 0x8B]) || bytes.starts_with(&[0x28, 0xB5]);
    for lenient in [false, true] {
        let options = ReadOptions {
            lenient,
            container: Some(container),
            csv_type,
            record_limit: 10_000,
            ..ReadOptions::default()
        };
        let Some(whole) = read(bytes, &options) else { return };
        for batch_size in [1, 13] {
            let cut = read(bytes, &ReadOptions { batch_size, ..options.clone() });
            assert!(
                is_compressed || cut.as_ref() == Some(&whole),
                "in batches of {batch_size}: {cut:#?}\nwhole: {whole:#?}"
            );
        }
        let written: String = whole.records.iter().map(|it| serde_json::to_string(it).unwrap() + "\n").collect();
        let lines = ReadOptions { container: Some(Container::JsonLines), ..ReadOptions::default() };
        let again = read(written.as_bytes(), &lines).unwrap();
        assert_eq!(again.records, whole.records, "written as {written}: {:?}", again.said);
    }
}

/// JSON Lines.
pub fn json_lines(bytes: &[u8]) {
    hold(bytes, Container::JsonLines, None);
}

/// A JSON document.
pub fn json(bytes: &[u8]) {
    hold(bytes, Container::Json, None);
}

/// Tables, with their type in a column and given.
pub fn tables(bytes: &[u8]) {
    hold(bytes, Container::Csv, None);
    hold(bytes, Container::Csv, Some(RecordType::Tie));
}
