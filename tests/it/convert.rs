//! Records into quads, end to end.

use std::collections::BTreeSet;
use std::path::Path;

use citypact::convert::{self, Event, NQuads, Options, Summary};
use citypact::place::Register;
use citypact::record::read::Input;

/// The N-Quads of some inputs, the summary, and what was said.
fn convert(inputs: &[Input], options: &Options) -> (String, Summary, Vec<String>) {
    let mut said = Vec::new();
    let mut sink = NQuads(Vec::new());
    let summary = convert::convert(inputs, &Register::builtin(), options, &mut sink, &mut |event| match event {
        Event::Finding(finding) => said.push(finding.to_string()),
        Event::Rejected(rejected) => said.extend(rejected.diagnostics.iter().map(ToString::to_string)),
        _ => {}
    });
    (String::from_utf8(sink.0).unwrap(), summary.unwrap(), said)
}

fn lines(text: &str) -> [Input; 1] {
    [Input::bytes("records.jsonl", text.as_bytes().to_vec())]
}

fn examples() -> Vec<Input> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/articles");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(Input::Path).collect()
}

#[test]
fn the_examples_convert_whole_and_alike_for_any_number_of_threads() {
    let run = |jobs| {
        let mut options = Options { jobs, ..Options::default() };
        options.read.batch_size = 4096;
        convert(&examples(), &options)
    };
    let (quads, summary, said) = run(1);
    assert!(summary.is_complete(), "{said:#?}");
    assert_eq!(summary.documents, 5);
    for jobs in [2, 4, 8] {
        assert!(run(jobs).0 == quads, "{jobs} threads");
    }
}

#[test]
fn a_record_that_is_wrong_leaves_nothing_behind_and_the_others_go_through() {
    let (quads, summary, said) = convert(
        &lines(concat!(
            r#"{"type":"source","id":"d","language":"en"}"#,
            "\n",
            r#"{"type":"conferral","award":"nowhere","recipient":"cn-kunming"}"#,
            "\n",
            r#"{"type":"tie","parties":["cn-kunming","cn-kunming"],"kind":"friendship-city"}"#,
            "\n",
            r#"{"type":"tie","parties":["cn-kunming","jp-fujisawa"],"kind":"friendship-city","established_by":"a"}"#,
            "\n",
            r#"{"type":"tie","parties":["cn-kunming","jp-fujisawa"],"kind":"friendship-city","source":"e"}"#,
            "\n",
            r#"{"type":"tie","parties":["cn-kunming","jp-fujisawa"],"kind":"friendship-city"}"#,
            "\n",
        )),
        &Options::default(),
    );
    assert_eq!((summary.records, summary.rejected), (6, 4), "{said:#?}");
    assert!(!quads.contains("AwardConferral"));
    assert!(quads.contains("tie/friendship-city/cn-kunming--jp-fujisawa> <https://w3id.org/citypact/ns#party>"));
    assert!(said[0].contains("records.jsonl:2:") && said[0].contains("/award"), "{}", said[0]);
}

#[test]
fn every_line_is_a_quad_once_duplicates_are_gone() {
    let (quads, summary, _) = convert(&examples(), &Options { jobs: 1, ..Options::default() });
    assert_eq!(quads.lines().count() as u64, summary.quads);
    let distinct: BTreeSet<&str> = quads.lines().collect();
    assert!(distinct.len() > 10_000);
    let parsed = oxttl::NQuadsParser::new().for_slice(quads.as_bytes()).map(Result::unwrap).count();
    assert_eq!(parsed as u64, summary.quads);
}
