//! Constants of shapes against values of data, whatever a store makes of tags and numbers: numbers are compared by value, tags
//! without case (RDF 1.1 Concepts, 3.3), and texts as the file has them.

use std::sync::Arc;

use citypact::check::{Scope, Validation};
use citypact::index::Version;
use citypact::query::{Engine, Executor, LocalSession, Session};
use citypact::store::{BulkOptions, Embedded, IndexOnly, Store, StoreError};
use oxrdf::Quad;

use super::quads;

const PROLOGUE: &str = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . ";
const DATA: &str = r#"e:k a e:City ; e:name "昆明"@zh-Hans , "Kunming"@en-GB ; e:zh "昆明"@ZH-hans ; e:code 020 ; e:area 1.50 ;
    e:size "1.5"^^xsd:decimal ; e:big "1"^^xsd:boolean ; e:level "5"^^xsd:int ; e:id "a-1" ."#;

fn conforms(data: &Version, shape: &str) -> bool {
    let shapes = quads(&format!("{PROLOGUE} e:S {shape} ."), "http://e/");
    let validation = Validation::new(data, shapes, Vec::new()).unwrap_or_else(|error| panic!("{shape}: {error}"));
    let report = validation.validate(Scope::Whole, 1, &Executor::default(), &|_| {}).unwrap();
    assert_eq!(report.nodes, 1, "{shape}");
    report.findings.is_empty()
}

fn data() -> impl Iterator<Item = Result<Quad, StoreError>> {
    quads(&format!("{PROLOGUE}{DATA}"), "http://e/").into_iter().map(Ok)
}

fn of_file() -> Arc<Version> {
    let files = IndexOnly::verbatim();
    files.add_all(&mut data(), BulkOptions::default()).unwrap();
    files.version().clone()
}

fn of_store() -> Arc<Version> {
    let store = Embedded::memory().unwrap();
    store.bulk_load(data(), BulkOptions::default()).unwrap();
    let session = LocalSession::new(Arc::new(store), Engine::new());
    (&session as &dyn Session).index(&Executor::default(), &|_| {}).unwrap()
}

/// What is expected, a shape, and where pySHACL judges otherwise, why; `tests/readers/shapes.py` asks it.
const CASES: &str = include_str!("../../data/shacl/constants.tsv");

#[test]
fn constants_match_the_terms_of_files_and_of_stores() {
    let cases = CASES.lines().filter(|line| !line.starts_with('#'));
    let cases: Vec<Vec<&str>> = cases.map(|line| line.split('\t').collect()).collect();
    assert!(cases.len() >= 28, "{}", cases.len());
    for case in cases {
        let (expected, shape) = (case[0] == "true", case[1]);
        assert_eq!(conforms(&of_file(), shape), expected, "file: {shape}");
        assert_eq!(conforms(&of_store(), shape), expected, "store: {shape}");
    }
}

#[test]
fn queries_of_shapes_compare_as_all_queries_do() {
    for (filter, expected) in [
        ("$this e:name ?value FILTER(LANG(?value) = 'zh-Hans')", false),
        ("$this e:name ?value FILTER(LANG(?value) = 'fr')", true),
        ("$this e:name '昆明'@zh-Hans", false),
        ("$this e:code 020", false),
        ("$this e:code 21", true),
    ] {
        let shape = format!(
            "sh:targetClass e:City ; sh:sparql [ sh:select \"\"\"SELECT $this ?value {{ {filter} }}\"\"\" ; \
             sh:prefixes [ sh:declare [ sh:prefix 'e' ; sh:namespace 'http://e/'^^xsd:anyURI ] ] ]"
        );
        assert_eq!(conforms(&of_file(), &shape), expected, "file: {filter}");
        assert_eq!(conforms(&of_store(), &shape), expected, "store: {filter}");
    }
}

#[test]
fn texts_are_those_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("d.ttl"), format!("\u{FEFF}{PROLOGUE}{DATA}")).unwrap();
    for (shape, status) in [
        ("[ sh:path e:code ; sh:pattern '^020$' ; sh:minLength 3 ; sh:datatype xsd:integer ]", 0),
        ("[ sh:path e:code ; sh:maxLength 2 ]", 3),
        ("[ sh:path e:area ; sh:minLength 4 ; sh:maxLength 4 ]", 0),
        ("[ sh:path e:level ; sh:datatype xsd:int ]", 0),
        ("[ sh:path e:big ; sh:pattern '1' ]", 0),
    ] {
        let text = format!("{PROLOGUE} e:S sh:targetClass e:City ; sh:property {shape} .");
        std::fs::write(here.join("s.ttl"), text).unwrap();
        let told = crate::citypact::run(here, &["check", "--quiet", "--shapes", "s.ttl", "--data", "d.ttl"]);
        assert_eq!(told.status, Some(status), "{shape}: {}{}", told.stdout, told.stderr);
    }
}
