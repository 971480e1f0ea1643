//! The vocabulary's shapes over an example without fault and 135 faults put into it: what another validator finds there.

use citypact::ontology::SHAPES;
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::Quad;
use oxigraph::sparql::SparqlEvaluator;
use oxigraph::store::Store;

use super::{lines, parts, quads, validate};

const VALID: &str = include_str!("../../data/shapes/valid.ttl");
const MUTANTS: &str = include_str!("../../data/shapes/mutants.ru");
const RESULTS: &str = include_str!("../../data/shapes/results.txt");
const BASE: &str = "https://w3id.org/citypact/id/";

fn mutant(update: &str) -> Vec<Quad> {
    let store = Store::new().unwrap();
    let parser = RdfParser::from_format(RdfFormat::Turtle).with_base_iri(BASE).unwrap();
    store.load_from_slice(parser, VALID.as_bytes()).unwrap();
    let prefixes = citypact::vocab::PREFIXES.iter().map(|(name, iri)| format!("PREFIX {name}: <{iri}>\n"));
    let prologue: String = std::iter::once(format!("BASE <{BASE}>\n")).chain(prefixes).collect();
    SparqlEvaluator::new().parse_update(&(prologue + update)).unwrap().on_store(&store).execute().unwrap();
    store.iter().map(Result::unwrap).collect()
}

#[test]
fn every_fault_is_found_as_another_validator_finds_it() {
    let shapes = quads(SHAPES, BASE);
    let results = parts(RESULTS);
    let blocks: Vec<(&str, &str)> = std::iter::once(("valid", ""))
        .chain(MUTANTS.split("\n#### ").skip(1).map(|block| block.split_once('\n').unwrap()))
        .collect();
    assert_eq!(blocks.len(), results.len());
    let mut faults = Vec::new();
    for ((heading, update), (of, wanted)) in blocks.into_iter().zip(results) {
        assert_eq!(heading, of);
        let findings = validate(mutant(update), shapes.clone()).unwrap();
        let found = lines(&findings).join("\n").to_lowercase();
        if found.trim() != wanted.trim().to_lowercase() {
            faults.push(format!("{heading}: found\n{found}\nexpected\n{wanted}"));
        }
        if let Some((_, message)) = heading.split_once(' ') {
            let said = |finding: &super::Finding| finding.messages.iter().any(|said| said.value() == message);
            assert!(findings.iter().any(said), "{heading}");
        }
    }
    assert!(faults.is_empty(), "{} differ\n{}", faults.len(), faults.join("\n\n"));
}
