//! The concept schemes: SKOS's integrity conditions, and every closed list of the records in its scheme.

use citypact::place::fold::fold;
use citypact::record::{
    AgreementKind, AsOfBasis, EventKind, Level, Modality, Mode, OrganizationKind, PostKind, Quantifier, Status,
    TextCondition, TieKind, Tier, Verdict,
};
use citypact::vocab;

use super::{SCHEMES, none, rows, store};

/// Scheme, namespace of its concepts, and the values that records may take in it.
pub(super) fn closed_lists() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    macro_rules! values {
        ($list:ident) => {
            $list::ALL.iter().map(|value| value.as_str()).collect()
        };
    }
    vec![
        ("kind", vocab::KIND, values!(TieKind)),
        ("kind", vocab::KIND, values!(AgreementKind)),
        ("scheme/status", vocab::CODE, values!(Status)),
        ("scheme/modality", vocab::CODE, values!(Modality)),
        ("scheme/level", vocab::CODE, values!(Level)),
        ("scheme/tier", vocab::CODE, values!(Tier)),
        ("scheme/quantifier", vocab::CODE, values!(Quantifier)),
        ("scheme/as-of-basis", vocab::CODE, values!(AsOfBasis)),
        ("scheme/text-condition", vocab::CODE, values!(TextCondition)),
        ("scheme/verdict", vocab::CODE, values!(Verdict)),
        ("scheme/organization-kind", vocab::CODE, values!(OrganizationKind)),
        ("scheme/event-kind", vocab::CODE, values!(EventKind)),
        ("scheme/transport-mode", vocab::CODE, values!(Mode)),
        ("scheme/post-kind", vocab::CODE, values!(PostKind)),
    ]
}

fn members(scheme: &str) -> Vec<String> {
    rows(&store(&[SCHEMES]), &format!("SELECT ?c {{ ?c skos:inScheme <https://w3id.org/citypact/{scheme}> }}"))
}

#[test]
fn every_value_of_a_record_is_a_concept_of_its_scheme() {
    for (scheme, namespace, values) in closed_lists() {
        let members = members(scheme);
        for value in &values {
            assert!(members.contains(&format!("<{namespace}{value}>")), "{value} is not in {scheme}");
        }
        if scheme != "kind" {
            assert_eq!(members.len(), values.len(), "{scheme} holds concepts that no record can take");
        }
    }
}

#[test]
fn variables_of_the_contract_are_published() {
    let members = members("variable");
    for slug in [
        "friendship-cities",
        "friendly-exchange-cities",
        "partner-cities",
        "partner-states",
        "friendship-pairs",
        "agreements-signed",
        "participants",
    ] {
        assert!(members.contains(&format!("<{}{slug}>", vocab::VARIABLE)), "{slug}");
    }
}

const CONDITIONS: [(&str, &str); 12] = [
    ("a concept without scheme", "SELECT ?c { ?c a skos:Concept FILTER NOT EXISTS { ?c skos:inScheme ?s } }"),
    ("a scheme that is none", "SELECT ?c ?s { ?c skos:inScheme ?s FILTER NOT EXISTS { ?s a skos:ConceptScheme } }"),
    (
        "two preferred labels in one language",
        "SELECT ?c ?l { ?c skos:prefLabel ?l, ?m FILTER(?l != ?m && LANG(?l) = LANG(?m)) }",
    ),
    (
        "no preferred label in a language",
        "SELECT ?c ?tag { { ?c a skos:Concept } UNION { ?c a skos:ConceptScheme }
        VALUES ?tag { 'en' 'zh-hans' 'zh-hant' 'ja' }
        FILTER NOT EXISTS { ?c skos:prefLabel ?l FILTER(LCASE(LANG(?l)) = ?tag && STRLEN(?l) > 0) } }",
    ),
    (
        "no definition",
        "SELECT ?c { { ?c a skos:Concept } UNION { ?c a skos:ConceptScheme }
        FILTER NOT EXISTS { ?c skos:definition ?d } }",
    ),
    ("a label both preferred and alternative", "SELECT ?c ?l { ?c skos:prefLabel ?l ; skos:altLabel ?l }"),
    ("a broader concept that is none", "SELECT ?c ?b { ?c skos:broader ?b FILTER NOT EXISTS { ?b a skos:Concept } }"),
    ("a circle of broader concepts", "SELECT ?c { ?c skos:broader+ ?c }"),
    (
        "a broader concept of another scheme",
        "SELECT ?c ?b { ?c skos:broader ?b ; skos:inScheme ?s
        FILTER NOT EXISTS { ?b skos:inScheme ?s } }",
    ),
    (
        "a top concept that its scheme does not name, or the other way round",
        "SELECT ?c ?s {
        { ?c skos:topConceptOf ?s FILTER NOT EXISTS { ?s skos:hasTopConcept ?c } } UNION
        { ?s skos:hasTopConcept ?c FILTER NOT EXISTS { ?c skos:topConceptOf ?s } } UNION
        { ?c skos:topConceptOf ?s FILTER NOT EXISTS { ?c skos:inScheme ?s } } }",
    ),
    (
        "a concept neither top nor narrower",
        "SELECT ?c { ?c a skos:Concept
        FILTER NOT EXISTS { ?c skos:broader ?b } FILTER NOT EXISTS { ?c skos:topConceptOf ?s } }",
    ),
    (
        "one preferred label for two concepts of a scheme",
        "SELECT ?c ?l { ?c skos:prefLabel ?l ; skos:inScheme ?s .
        ?d skos:prefLabel ?l ; skos:inScheme ?s FILTER(?c != ?d) }",
    ),
];

#[test]
fn the_schemes_keep_the_integrity_conditions() {
    let store = store(&[SCHEMES]);
    for (what, query) in CONDITIONS {
        none(&store, what, query);
    }
}

#[test]
fn each_condition_finds_its_fault() {
    let faulty = store(&[SCHEMES, FAULTS]);
    for (what, query) in CONDITIONS {
        assert!(!rows(&faulty, query).is_empty(), "{what} goes unseen");
    }
}

const FAULTS: &str = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix kind: <https://w3id.org/citypact/kind/> . @prefix code: <https://w3id.org/citypact/code/> .
    kind:loose a skos:Concept .
    kind:lost a skos:Concept ; skos:inScheme <nowhere> .
    kind:tie skos:prefLabel 'tie again'@en ; skos:altLabel '友好关系'@zh-Hans ; skos:broader kind:friendship-city, kind:none .
    code:air skos:broader code:state .
    code:rail skos:prefLabel 'sea'@en .
    <https://w3id.org/citypact/kind> skos:hasTopConcept kind:memorandum .";

/// Records write topics in free words, which are folded before they are looked up.
#[test]
fn a_topic_is_meant_by_each_of_its_names_alone() {
    let names = "SELECT ?c (STR(?l) AS ?name) { ?c skos:inScheme <https://w3id.org/citypact/scheme/topic> ;
        skos:prefLabel|skos:altLabel ?l }";
    let mut owners = std::collections::HashMap::new();
    for row in rows(&store(&[SCHEMES]), names) {
        let (concept, name) = row.split_once(' ').unwrap();
        let owner = owners.entry(fold(name)).or_insert_with(|| concept.to_owned());
        assert_eq!(owner, concept, "{name}");
    }
    assert!(owners.len() > 300, "{}", owners.len());
}
