//! Constants of shapes against values of data, whatever a store makes of tags and numbers: numbers are compared by value, tags
//! without case (RDF 1.1 Concepts, 3.3), and texts as the file has them.

use citypact::check::{self, Scope};
use citypact::store::{BulkOptions, Embedded, StoreError};
use oxrdf::Quad;

use super::quads;

const PROLOGUE: &str = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . ";
const DATA: &str = r#"e:k a e:City ; e:name "昆明"@zh-Hans , "Kunming"@en-GB ; e:zh "昆明"@ZH-hans ; e:code 020 ; e:area 1.50 ;
    e:size "1.5"^^xsd:decimal ; e:big "1"^^xsd:boolean ; e:level "5"^^xsd:int ; e:id "a-1" ."#;

fn conforms(mut data: citypact::rdf::Indexed, shape: &str) -> bool {
    let shapes = quads(&format!("{PROLOGUE} e:S {shape} ."), "http://e/");
    let shapes = check::prepare(&mut data, shapes, Vec::new()).unwrap_or_else(|error| panic!("{shape}: {error}"));
    let report = check::validate(&data, &shapes, Scope::Whole, 1).unwrap();
    assert_eq!(report.nodes, 1, "{shape}");
    report.findings.is_empty()
}

fn of_file() -> Vec<Quad> {
    quads(&format!("{PROLOGUE}{DATA}"), "http://e/")
}

fn of_store() -> citypact::rdf::Indexed {
    let store = Embedded::memory().unwrap();
    store.bulk_load(of_file().into_iter().map(Ok::<_, StoreError>), BulkOptions::default()).unwrap();
    check::read(&store).unwrap()
}

#[test]
fn constants_match_the_terms_of_files_and_of_stores() {
    for (shape, expected) in [
        (r#"[ sh:path e:name ; sh:hasValue "昆明"@zh-Hans ]"#, true),
        (r#"[ sh:path e:name ; sh:hasValue "昆明"@zh-HANS ]"#, true),
        (r#"[ sh:path e:name ; sh:hasValue "昆明"@zh ]"#, false),
        (r#"[ sh:path e:name ; sh:in ("昆明"@zh-Hans "Kunming"@en-GB) ]"#, true),
        (r#"[ sh:path e:name ; sh:in ("昆明"@zh-Hans "Kunming"@en) ]"#, false),
        (r#"[ sh:path e:name ; sh:languageIn ("zh-HANS" "en") ; sh:uniqueLang true ]"#, true),
        ("[ sh:path e:code ; sh:hasValue 020 ]", true),
        ("[ sh:path e:code ; sh:hasValue 20 ]", true),
        ("[ sh:path e:code ; sh:in (19 20) ]", true),
        ("[ sh:path e:code ; sh:in (20.0) ]", false),
        ("[ sh:path e:code ; sh:not [ sh:in (020) ] ]", false),
        ("[ sh:path e:area ; sh:hasValue 1.50 ]", true),
        ("[ sh:path e:area ; sh:in (1.5) ]", true),
        ("[ sh:path e:area ; sh:equals e:size ]", true),
        ("[ sh:path e:area ; sh:disjoint e:size ]", false),
        ("[ sh:path e:zh ; sh:disjoint e:name ]", false),
        ("[ sh:path e:big ; sh:hasValue true ]", true),
        (r#"[ sh:path e:big ; sh:in ("1"^^xsd:boolean) ]"#, true),
        (r#"[ sh:path e:level ; sh:hasValue "5"^^xsd:int ]"#, true),
        (r#"[ sh:path e:name ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShape [ sh:in ("Kunming"@EN-gb) ] ]"#, true),
        (r#"[ sh:path e:name ; sh:qualifiedMaxCount 0 ; sh:qualifiedValueShape [ sh:in ("Kunming"@EN-gb) ] ]"#, false),
        (r#"[ sh:path e:zh ; sh:pattern "^\\p{IsCJKUnifiedIdeographs}+$" ]"#, true),
        (r#"[ sh:path e:id ; sh:pattern "^[\\i-[:]]\\c*$" ]"#, true),
        (r#"[ sh:path e:id ; sh:pattern "A - 1" ; sh:flags "ix" ]"#, true),
    ] {
        let shape = shape
            .strip_suffix(']')
            .map_or(shape.to_owned(), |open| format!("sh:targetClass e:City ; sh:property {open}]"));
        assert_eq!(conforms(of_file().into_iter().collect(), &shape), expected, "file: {shape}");
        assert_eq!(conforms(of_store(), &shape), expected, "store: {shape}");
    }
}

#[test]
fn literals_are_targets_as_the_data_has_them() {
    for (shape, expected) in [
        (
            r#"sh:targetNode "昆明"@zh-Hans ; sh:languageIn ("zh") ; sh:property [ sh:path [ sh:inversePath e:name ] ; sh:minCount 1 ]"#,
            true,
        ),
        (r#"sh:targetNode "昆明"@zh-Hans ; sh:languageIn ("en")"#, false),
        ("sh:targetNode 020 ; sh:property [ sh:path [ sh:inversePath e:code ] ; sh:minCount 1 ]", true),
        ("sh:targetNode 20 ; sh:property [ sh:path [ sh:inversePath e:code ] ; sh:minCount 1 ]", true),
    ] {
        assert_eq!(conforms(of_file().into_iter().collect(), shape), expected, "file: {shape}");
        assert_eq!(conforms(of_store(), shape), expected, "store: {shape}");
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
        assert_eq!(conforms(of_file().into_iter().collect(), &shape), expected, "file: {filter}");
        assert_eq!(conforms(of_store(), &shape), expected, "store: {filter}");
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
