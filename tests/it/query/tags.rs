//! Language tags: whatever their case in the question, and as BCP 47 recommends them in the answer.

use citypact::format::{ResultsFormat, Syntax};
use citypact::output::{ResultsWriter, Style};
use citypact::query::{Engine, Limits, ParseOptions, Update};
use citypact::store::Embedded;
use oxrdf::Term;

use super::answer;

/// Three names of one place, one of which is noted by its tag.
fn store() -> Embedded {
    let store = Embedded::memory().unwrap();
    update(
        &store,
        "INSERT DATA { GRAPH <http://g> { <http://s> rdfs:label '青岛'@zh-Hans, '青島'@ZH-hant-tw, 'Qingdao'@EN ;
           <http://tag> 'zh-Hans' ; rdfs:comment 'none' } }",
    );
    store
}

fn update(store: &Embedded, text: &str) {
    let update = Update::parse(text, &ParseOptions::default()).unwrap();
    Engine::new().update(store, &update, &Default::default(), &Limits::default(), &Default::default()).unwrap();
}

fn found(store: &Embedded, pattern: &str) -> Vec<String> {
    let rows = answer(store, &format!("SELECT ?l {{ ?s rdfs:label ?l . {pattern} }} ORDER BY ?l")).rows;
    let text = |row: &Vec<Option<Term>>| match row[0].as_ref() {
        Some(Term::Literal(literal)) => literal.value().to_owned(),
        other => panic!("{other:?}"),
    };
    let mut found: Vec<String> = rows.iter().map(text).collect();
    found.sort();
    found
}

#[test]
fn tags_are_compared_without_case() {
    let store = store();
    for tag in ["zh-Hans", "zh-hans", "ZH-HANS"] {
        for pattern in [
            "FILTER(LANG(?l) = 'TAG')",
            "FILTER('TAG' = LANG(?l))",
            "FILTER(LANG(?l) IN ('x', 'TAG'))",
            "FILTER(SAMETERM(LANG(?l), 'TAG'))",
            "FILTER(!(LANG(?l) != 'TAG'))",
            "FILTER(LCASE(LANG(?l)) = LCASE('TAG'))",
            "FILTER(STR(LANG(?l)) = 'TAG')",
            "FILTER(LANGMATCHES(LANG(?l), 'TAG'))",
            "FILTER(STRSTARTS(LANG(?l), 'TAG'))",
            "FILTER(REGEX(LANG(?l), '^TAG$'))",
            "FILTER(?l = '青岛'@TAG)",
            "FILTER(SAMETERM(?l, '青岛'@TAG))",
            "FILTER(?l IN ('青岛'@TAG))",
            "FILTER(?l = STRLANG('青岛', 'TAG'))",
            "BIND(LANG(?l) AS ?t) FILTER(?t = 'TAG')",
            "BIND(LANG(?l) AS ?t) VALUES ?t { 'TAG' }",
            "VALUES ?t { 'TAG' } FILTER(LANG(?l) = ?t)",
            "VALUES ?l { '青岛'@TAG }",
            "{ SELECT ?l (LANG(?l) AS ?t) { ?s rdfs:label ?l } } FILTER(?t = 'TAG')",
            "{ SELECT ?t (SAMPLE(?m) AS ?l) { ?s rdfs:label ?m } GROUP BY (LANG(?m) AS ?t) HAVING(?t = 'TAG') }",
            "FILTER EXISTS { ?s rdfs:label ?m FILTER(?m = ?l && LANG(?m) = 'TAG') }",
            "?s <http://tag> ?t FILTER(LANG(?l) = ?t)",
        ] {
            assert_eq!(found(&store, &pattern.replace("TAG", tag)), ["青岛"], "{pattern} {tag}");
        }
    }
    assert_eq!(found(&store, "FILTER(LANG(?l) NOT IN ('zh-Hans', 'EN'))"), ["青島"]);
    assert_eq!(found(&store, "FILTER(STRENDS(LANG(?l), '-TW') || CONTAINS(LANG(?l), 'Hans'))"), ["青岛", "青島"]);
    assert_eq!(found(&store, "FILTER(LANG(?l) = '')"), [""; 0]);
}

#[test]
fn answers_show_tags_as_they_are_recommended() {
    let store = store();
    let tags = answer(&store, "SELECT DISTINCT (LANG(?l) AS ?t) { ?s ?p ?l } ORDER BY ?t").rows;
    let shown: Vec<String> = tags.iter().map(|row| row[0].as_ref().unwrap().to_string()).collect();
    assert_eq!(shown, ["\"\"", "\"en\"", "\"zh-Hans\"", "\"zh-Hant-TW\""]);
    let rows = answer(&store, "SELECT ?l (<<( <http://a> <http://b> ?l )>> AS ?t) { ?s rdfs:label ?l }");
    for format in [ResultsFormat::Json, ResultsFormat::Xml, ResultsFormat::Tsv, ResultsFormat::Table] {
        let mut writer = ResultsWriter::new(format, Syntax::Turtle, Style::default(), Vec::new());
        writer.head(&rows.variables).unwrap();
        rows.rows.iter().for_each(|row| writer.row(row).unwrap());
        let text = String::from_utf8(writer.finish().unwrap().0).unwrap();
        assert!(text.contains("zh-Hans") && text.contains("zh-Hant-TW") && !text.contains("zh-hans"), "{text}");
    }
}

#[test]
fn what_answers_show_can_be_pasted_into_an_update() {
    let store = store();
    update(
        &store,
        "DELETE { GRAPH ?g { ?s ?p ?l } } INSERT { GRAPH ?g { ?s ?p 'new'@zh-Hans ; <http://was> ?t } }
        WHERE { GRAPH ?g { ?s ?p ?l FILTER(LANG(?l) = 'zh-Hans') BIND(LANG(?l) AS ?t) } }",
    );
    assert_eq!(found(&store, "FILTER(LANG(?l) = 'zh-Hans')"), ["new"]);
    assert_eq!(found(&store, "?s <http://was> 'zh-Hans' FILTER(LANG(?l) = 'en')"), ["Qingdao"]);
    update(&store, "DELETE DATA { GRAPH <http://g> { <http://s> rdfs:label '青島'@zh-Hant-TW } }");
    assert_eq!(found(&store, "FILTER(LANGMATCHES(LANG(?l), 'zh-Hant'))"), [""; 0]);
}
