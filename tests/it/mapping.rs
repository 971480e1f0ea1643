//! Every type and every field of the contract in the graph, and IRIs that no key can break.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use citypact::convert::{self, Event, Options};
use citypact::format::Syntax;
use citypact::mapping::Unresolved;
use citypact::mapping::iri::{Key, LIMIT, fragment};
use citypact::place::Register;
use citypact::rdf;
use citypact::record::RecordType;
use citypact::record::read::Input;
use citypact::vocab::BaseIri;
use iri_string::types::IriStr;
use oxrdf::{Quad, Term};
use proptest::prelude::*;
use serde_json::Value;

use crate::round_trip as syntaxes;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// The quads of some JSON Lines over the curated register, and what was said.
fn convert(lines: &str, options: &Options) -> (Vec<Quad>, Vec<String>) {
    let (mut quads, mut said) = (Vec::new(), Vec::new());
    let inputs = [Input::bytes("records.jsonl", lines.as_bytes().to_vec())];
    convert::convert(&inputs, &Register::curated(), options, &mut quads, &mut |event| match event {
        Event::Finding(finding) => said.push(finding.to_string()),
        Event::Rejected(rejected) => said.extend(rejected.diagnostics.iter().map(ToString::to_string)),
        _ => {}
    })
    .unwrap();
    (quads, said)
}

fn full() -> String {
    std::fs::read_to_string(golden("records.jsonl")).unwrap()
}

/// `UPDATE_GOLDEN=1 cargo test` writes the file anew.
#[test]
fn records_of_every_type_become_the_golden_graph() {
    let (quads, said) = convert(&full(), &Options { jobs: 1, ..Options::default() });
    assert!(said.iter().all(|said| said.starts_with("warning")), "{said:#?}");
    let path = golden("records.trig");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, syntaxes::write(&quads, Syntax::TriG)).unwrap();
    }
    let expected = syntaxes::read(&std::fs::read_to_string(&path).unwrap(), Syntax::TriG);
    let diff = rdf::diff(&syntaxes::lower_tags(&expected), &syntaxes::lower_tags(&quads)).unwrap();
    assert!(diff.is_empty(), "{diff:#?}");
}

#[test]
fn codes_of_places_that_are_spoken_of_stand_beside_them() {
    let lines = r#"{"type":"source","id":"s","language":"en"}
{"type":"place","id":"my-town","level":"municipality","names":{"en":"My Town"},"codes":{"geonames":7}}
{"type":"tie","kind":"friendship-city","parties":[{"name":"My Town","codes":{"wikidata":"Q182852","geonames":99}},{"name":"Nowhere","codes":{"wikidata":"Q7"}}]}
{"type":"tie","kind":"intent","parties":["cn-qingdao",{"name":"Nowhere","codes":{"wikidata":"Q7"}}]}
{"type":"tie","kind":"intent","parties":["cn-qingdao",{"name":"x","codes":{"wikidata":"http://www.wikidata.org/entity/Q7"}}]}"#;
    let (quads, said) = convert(lines, &Options::default());
    assert!(
        said.iter().any(|said| said.contains("/parties/1/codes/wikidata: ") && said.contains("no wikidata code")),
        "{said:?}"
    );
    let told: BTreeSet<String> = quads
        .iter()
        .filter(|quad| {
            quad.predicate.as_str() == "https://schema.org/value" && quad.graph_name.to_string().contains("graph/s")
        })
        .map(|quad| format!("{} {}", quad.subject, quad.object))
        .collect();
    let town = "https://w3id.org/citypact/id/place/my-town";
    // The place has a GeoNames id of its own, which is not contradicted, and that is told.
    let contradicted =
        "/parties/0/codes/geonames: `My Town` has the geonames code `99` here, and `my-town` has `7`, which stays";
    assert_eq!(
        said.iter().filter(|said| said.starts_with("warning") && said.contains(contradicted)).count(),
        1,
        "{said:?}"
    );
    assert!(told.contains(&format!("<{town}#wikidata> \"Q182852\"")), "{told:?}");
    assert!(!told.iter().any(|one| one.contains("99")), "{told:?}");
    assert!(told.iter().any(|one| one.contains("/place/x-") && one.ends_with("#wikidata> \"Q7\"")), "{told:?}");
}

#[test]
fn the_golden_graph_survives_every_syntax() {
    let (quads, _) = convert(&full(), &Options::default());
    Syntax::ALL.iter().for_each(|syntax| syntaxes::assert_round_trip(&quads, *syntax));
}

#[test]
fn the_test_records_have_every_field() {
    for kind in RecordType::ALL {
        let records = full();
        let found: BTreeSet<String> = records
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|record| record["type"] == kind.as_str())
            .flat_map(|record| record.as_object().unwrap().keys().cloned().collect::<Vec<_>>())
            .collect();
        let missing: Vec<_> = kind.fields().filter(|field| *field != "type" && !found.contains(*field)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", kind.as_str());
    }
}

/// Every leaf of a JSON value with the keys that lead to it.
fn leaves(value: &Value, keys: &mut Vec<String>, found: &mut Vec<(Vec<String>, String)>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            keys.push(key.clone());
            leaves(value, keys, found);
            keys.pop();
        }),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, keys, found)),
        Value::String(text) => found.push((keys.clone(), text.clone())),
        other => found.push((keys.clone(), other.to_string())),
    }
}

#[test]
fn every_value_of_every_field_is_in_the_graph() {
    let (quads, _) = convert(&full(), &Options::default());
    let terms: BTreeSet<String> =
        quads.iter().flat_map(|quad| [quad.subject.to_string(), quad.object.to_string()]).collect();
    let languages: BTreeSet<(&str, &str)> = quads
        .iter()
        .filter_map(|quad| match &quad.object {
            Term::Literal(literal) => Some((literal.language()?, literal.value())),
            _ => None,
        })
        .collect();
    for line in full().lines() {
        let mut found = Vec::new();
        leaves(&serde_json::from_str(line).unwrap(), &mut Vec::new(), &mut found);
        for (keys, value) in found.iter().filter(|(keys, _)| keys[0] != "type") {
            let field = keys.last().unwrap();
            let shown = terms.iter().any(|term| {
                term.starts_with(&format!("\"{value}\""))
                    || term.ends_with(&format!("/{value}>"))
                    || term == &format!("<{value}>")
            });
            // Ids of what is named by its content are only for reference.
            let reference =
                matches!(field.as_str(), "id" | "assesses" | "establishes" | "established_by" | "breakdown_of");
            let topic = terms.contains(&format!("<https://w3id.org/citypact/code/topic-{value}>"));
            assert!(shown || reference || topic, "{value} of {keys:?} is not in the graph");
            if ["en", "ja", "zh-Hans", "zh-Hant"].contains(&field.as_str()) {
                assert!(languages.contains(&(field, value)), "{value}@{field}");
            }
        }
    }
}

#[test]
fn a_bare_text_takes_the_language_of_its_source() {
    let (quads, _) = convert(&full(), &Options::default());
    assert!(quads.iter().any(|quad| quad.object.to_string() == "\"同舟共濟\"@zh-Hant"));
}

#[test]
fn unresolved_mentions_are_minted_kept_or_rejected() {
    let lines = concat!(
        r#"{"type":"source","id":"d","language":"en"}"#,
        "\n",
        r#"{"type":"tie","parties":["cn-qingdao","Nowhere at all"],"kind":"intent"}"#,
        "\n"
    );
    let run = |unresolved| convert(lines, &Options { unresolved, ..Options::default() });
    let count = |quads: &[Quad], text: &str| quads.iter().filter(|quad| quad.to_string().contains(text)).count();
    let (minted, said) = run(Unresolved::Mint);
    assert_eq!(count(&minted, "unreconciled> \"true\""), 1);
    assert!(said[0].contains("warning: records.jsonl:2:") && said[0].contains("/parties/1"), "{said:?}");
    let (kept, _) = run(Unresolved::Keep);
    assert_eq!((count(&kept, "unreconciled"), count(&kept, "party> _:m")), (0, 1));
    assert_eq!(count(&kept, "https://schema.org/name> \"Nowhere at all\"@en"), 1);
    let (rejected, said) = run(Unresolved::Reject);
    assert_eq!(count(&rejected, "ns#Tie"), 0);
    assert!(said[0].starts_with("error: records.jsonl:2:"), "{said:?}");
}

#[test]
fn figures_of_one_key_that_differ_all_stay() {
    let count = |value: u32| {
        format!(
            r#"{{"type":"count","about":"cn-kunming","variable":"friendship-cities","value":{value},"as_of":"2024","as_of_basis":"stated","source":"d"}}"#
        )
    };
    let lines =
        [r#"{"type":"source","id":"d","language":"en"}"#.to_owned(), count(17), count(20), count(17)].join("\n");
    let (quads, said) = convert(&lines, &Options::default());
    assert!(said.is_empty(), "{said:?}");
    let nodes: BTreeSet<String> = quads
        .iter()
        .filter(|quad| quad.object.to_string().ends_with("CountObservation>"))
        .map(|quad| quad.subject.to_string())
        .collect();
    let path = "<https://w3id.org/citypact/id/claim/d/friendship-cities/cn-kunming/2024";
    assert_eq!(nodes.into_iter().collect::<Vec<_>>(), [format!("{path}/17>"), format!("{path}/20>")]);
}

#[test]
fn references_to_figures_that_differ_lead_to_their_values() {
    let count = |id: &str, date: &str, value: u32| {
        format!(
            r#"{{"type":"count","id":"{id}","about":"cn-kunming","variable":"friendship-cities","value":{value},"as_of":"{date}","as_of_basis":"stated","source":"d"}}"#
        )
    };
    let lines = [
        r#"{"type":"source","id":"d","language":"en"}"#.to_owned(),
        r#"{"type":"assessment","id":"x","assesses":["a","b","c"],"verdict":"unresolved-conflict"}"#.to_owned(),
        count("a", "2024", 17),
        count("b", "2024", 20),
        count("c", "2025", 21),
    ];
    let (quads, said) = convert(&lines.join("\n"), &Options::default());
    assert!(said.is_empty(), "{said:?}");
    let path = "<https://w3id.org/citypact/id/claim/d/friendship-cities/cn-kunming";
    let objects: BTreeSet<String> = quads.iter().map(|quad| quad.object.to_string()).collect();
    let assessed: Vec<&String> = objects.iter().filter(|object| object.starts_with(path)).collect();
    assert_eq!(assessed, [&format!("{path}/2024/17>"), &format!("{path}/2024/20>"), &format!("{path}/2025>")]);
}

#[test]
fn the_same_id_twice_is_one_record_or_an_error() {
    let lines = concat!(
        r#"{"type":"source","id":"d","language":"en"}"#,
        "\n",
        r#"{"type":"organization","id":"o","names":{"en":"One"}}"#,
        "\n",
        r#"{"type":"organization", "names":{"en":"One"}, "id":"o"}"#,
        "\n",
        r#"{"type":"organization","id":"o","names":{"en":"Other"}}"#,
        "\n",
        r#"{"type":"place","id":"cn-qingdao","level":"county","names":{"en":"Qingdao"}}"#,
        "\n"
    );
    let (quads, said) = convert(lines, &Options::default());
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(said[0].contains("records.jsonl:4:") && said[0].contains("records.jsonl:2:1"), "{}", said[0]);
    assert!(said[1].contains("records.jsonl:5:") && said[1].contains("municipality"), "{}", said[1]);
    assert!(!quads.iter().any(|quad| quad.to_string().contains("Other")));
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        ".{0,20}",
        "[-.~%/x0-9a-f]{0,8}",
        Just("..".to_owned()),
        Just("../../etc/passwd".to_owned()),
        Just("javascript:alert(1)".to_owned()),
        "x-[0-9a-f]{32}",
        prop::collection::vec(any::<char>(), 0..300).prop_map(|chars| chars.into_iter().collect()),
    ]
}

fn tie(ids: &[String]) -> String {
    let keys: Vec<Key<'_>> = ids.iter().map(|id| Key::Id(id.into())).collect();
    BaseIri::default().path("tie").fixed("intent").keys(&keys).finish()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_id_makes_a_valid_iri_under_its_path(id in hostile(), other in hostile()) {
        let base = BaseIri::default();
        let iri = base.path("place").key(&Key::Id(id.as_str().into())).finish();
        prop_assert!(IriStr::new(&iri).is_ok(), "{}", iri);
        let rest = iri.strip_prefix("https://w3id.org/citypact/id/place/").unwrap();
        prop_assert!(!rest.is_empty() && !rest.contains('/') && rest != "." && rest != "..");
        prop_assert!(iri.chars().count() <= base.as_str().len() + LIMIT);
        prop_assert!(!rest.strip_prefix("x-").is_some_and(|hash| hash.len() == 32 && hash.bytes().all(|b| b.is_ascii_hexdigit())));
        let another = base.path("place").key(&Key::Id(other.as_str().into())).finish();
        prop_assert_eq!(id == other, iri == another);
    }

    #[test]
    fn different_parties_make_different_ties(one in prop::collection::vec(hostile(), 2..4), other in prop::collection::vec(hostile(), 2..4)) {
        prop_assert_eq!(one == other, tie(&one) == tie(&other));
        prop_assert!(IriStr::new(&tie(&one)).is_ok());
        let keys: Vec<Key<'_>> = one.iter().map(|id| Key::Id(id.into())).collect();
        prop_assert!(IriStr::new(&fragment(&tie(&other), "signature", &keys)).is_ok());
    }

    #[test]
    fn any_id_converts(id in "\\PC{1,40}", name in "\\PC{1,20}") {
        let place = serde_json::json!({"type": "place", "id": id, "level": "state", "names": {"en": name}});
        let event = serde_json::json!({"type": "event", "id": format!("e{id}"), "names": {"en": name}, "location": id, "source": id.clone() + "s"});
        let source = serde_json::json!({"type": "source", "id": id + "s", "language": "en"});
        let (quads, _) = convert(&format!("{place}\n{event}\n{source}\n"), &Options { jobs: 1, ..Options::default() });
        for quad in &quads {
            let text = quad.subject.to_string();
            if let Some(iri) = text.strip_prefix('<').and_then(|iri| iri.strip_suffix('>')) {
                prop_assert!(IriStr::new(iri).is_ok(), "{}", iri);
            }
        }
    }
}
