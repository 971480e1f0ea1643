//! SPARQL's grammar, production by production, where the parser underneath reads less of it or something else.

use citypact::format::Syntax;
use citypact::query::{Engine, Limits, ParseOptions, Query, QueryError, Update};
use citypact::rdf::Writer;
use citypact::store::Embedded;
use proptest::prelude::*;

use super::{answer, parse};

const PREFIXES: &str = "PREFIX f: <http://f/> PREFIX : <http://e/> ";

/// Each pair is one query in two writings.
#[test]
fn what_the_grammar_has_is_read_as_it_means() {
    let pairs = [
        // [169] PN_LOCAL: any number of dots, with escapes and percent signs between.
        ("ASK { ?s f:v1.2.3 ?o }", "ASK { ?s <http://f/v1.2.3> ?o }"),
        (r"ASK { f:a.b\.c.d..e ?p f:x\.y\.z. }", "ASK { <http://f/a.b.c.d..e> ?p <http://f/x.y.z> }"),
        (r"ASK { f:a\. ?p f:b\.\. . }", "ASK { <http://f/a.> ?p <http://f/b..> }"),
        ("ASK { f:1.a.%4e.x ?p f:a.b:c.d }", "ASK { <http://f/1.a.%4e.x> ?p <http://f/a.b:c.d> }"),
        (r"ASK { f:\~a.b.c\#d ?p f:_.-.9 }", "ASK { <http://f/~a.b.c#d> ?p <http://f/_.-.9> }"),
        (
            "ASK { ?s f:v1.2.3*/^f:a.b.c ?o FILTER(f:x.y.z(?o)) }",
            "ASK { ?s <http://f/v1.2.3>*/^<http://f/a.b.c> ?o FILTER(<http://f/x.y.z>(?o)) }",
        ),
        ("SELECT (\"x\"^^f:a.b.c AS ?t) {}", "SELECT (\"x\"^^<http://f/a.b.c> AS ?t) {}"),
        // [164] PN_CHARS_BASE: beyond the basic plane.
        ("ASK { f:𠮷野 f:a😀 f:野𠮷.x.y }", "ASK { <http://f/𠮷野> <http://f/a😀> <http://f/野𠮷.x.y> }"),
        ("PREFIX 𠮷: <http://y/> ASK { 𠮷:a 𠮷: f:b }", "ASK { <http://y/a> <http://y/> f:b }"),
        ("PREFIX 𠮷.a: <y> ASK { 𠮷.a:a ?p ?o }", "ASK { <http://base/ya> ?p ?o }"),
        // [95] PathNegatedPropertySet
        ("ASK { ?s !() ?o }", "ASK { ?s (!a|a) ?o }"),
        ("ASK { ?s f:a/^! ( )+ ?o }", "ASK { ?s f:a/^(!a|a)+ ?o }"),
        ("ASK { ?s !(#none\n) ?o }", "ASK { ?s (!a|a) ?o }"),
        // 19.2: characters by their numbers.
        (r"ASK { ?\u0073 f:a\u0062c ?o }", "ASK { ?s f:abc ?o }"),
        (r#"ASK { ?s ?p "\u0022\U0001F600\u005Cn" }"#, r#"ASK { ?s ?p "\"😀\\n" }"#),
        (r"ASK { ?s <http://e/\u0061b> ?o }", "ASK { ?s <http://e/ab> ?o }"),
        ("\u{FEFF}ASK {}", "ASK {}"),
        // 19.8, note 1: keywords in any case.
        ("ask { ?s ?p TRUE, False } ", "ASK { ?s ?p true, false }"),
        (
            "SELECT * { VALUES ?x { TRUE UNDEF } FILTER(?x = True) }",
            "SELECT * { VALUES ?x { true undef } FILTER(?x = true) }",
        ),
        // White space and comments between any tokens.
        (
            "SELECT (CONCAT (?a, ?b) AS ?c) { BIND(COALESCE #x\n (1) AS ?d) BIND(BNODE () AS ?e) }",
            "SELECT (CONCAT(?a, ?b) AS ?c) { BIND(COALESCE(1) AS ?d) BIND(BNODE() AS ?e) }",
        ),
        ("ASK { [ #nobody\n ] ?p ( #nothing\n ) }", "ASK { [] ?p () }"),
        // [19] GroupClause with a name for a variable.
        ("SELECT ?y { ?x ?p ?o } GROUP BY (?x AS ?y)", "SELECT ?y { ?x ?p ?o } GROUP BY (COALESCE(?x) AS ?y)"),
        (
            "SELECT ?y ?p { ?x ?p ?o } GROUP BY ((?x) AS ?y) ?p (?x + 1 AS ?z)",
            "SELECT ?y ?p { ?x ?p ?o } GROUP BY (COALESCE(?x) AS ?y) ?p (?x + 1 AS ?z)",
        ),
        // [10] to [12] with [18] SolutionModifier.
        (
            "ASK { ?x ?p ?o } GROUP BY ?x HAVING (COUNT(*) > 1)",
            "ASK { { SELECT ?x { ?x ?p ?o } GROUP BY ?x HAVING (COUNT(*) > 1) } }",
        ),
        (
            "CONSTRUCT { ?x a f:X } WHERE { ?x ?p ?o } GROUP BY ?x (STR(?p) AS ?q) LIMIT 3 # end",
            "CONSTRUCT { ?x a f:X } WHERE { { SELECT ?x ?q { ?x ?p ?o } GROUP BY ?x (STR(?p) AS ?q) LIMIT 3 } }",
        ),
        (
            "DESCRIBE ?x { ?x ?p ?o } GROUP BY ?x ORDER BY DESC(COUNT(?o))",
            "DESCRIBE ?x { { SELECT ?x { ?x ?p ?o } GROUP BY ?x ORDER BY DESC(COUNT(?o)) } }",
        ),
        // [9] SelectClause
        (
            "SELECT ?x (COUNT(?y) AS ?n) (?n + 1 AS ?m) (STR (?m * ?n) AS ?k) (?n AS ?o) { ?x ?p ?y } GROUP BY ?x",
            "SELECT ?x (COUNT(?y) AS ?n) (COUNT(?y) + 1 AS ?m) (STR((COUNT(?y) + 1) * COUNT(?y)) AS ?k) (COUNT(?y) AS ?o) { ?x ?p ?y } GROUP BY ?x",
        ),
        (
            "SELECT (SUM(?x) AS ?𠮷) (CONCAT (?𠮷, 'a') AS ?b) { ?x f:a.b.c TRUE }",
            "SELECT (SUM(?x) AS ?𠮷) (CONCAT(SUM(?x), 'a') AS ?b) { ?x <http://f/a.b.c> true }",
        ),
        ("SELECT (?x + 1 AS ?y) (?y + 1 AS ?z) { ?x ?p ?q }", "SELECT ((?x + 1) AS ?y) ((?y + 1) AS ?z) { ?x ?p ?q }"),
        ("SELECT ?x ?y ?x { ?x ?p ?y }", "SELECT ?x ?y { ?x ?p ?y }"),
        ("ASK {} LIMIT 99999999999999999999999", "ASK {} LIMIT 1000000000000000"),
        // Prefixes that look like keywords.
        (
            "PREFIX silent: <http://l/> ASK { SERVICE SILENT silent:x { ?s ?p ?o } }",
            "ASK { SERVICE SILENT <http://l/x> { ?s ?p ?o } }",
        ),
        (
            "PREFIX distinct: <http://d/> SELECT (COUNT(distinct:f(?x)) AS ?n) {}",
            "SELECT (COUNT(<http://d/f>(?x)) AS ?n) {}",
        ),
    ];
    let options = ParseOptions { base: Some("http://base/".into()), ..ParseOptions::default() };
    for (text, plain) in pairs {
        let read = |text: &str| {
            let text = if text.starts_with('\u{FEFF}') { text.to_owned() } else { format!("{PREFIXES}{text}") };
            Query::parse(&text, &options).unwrap_or_else(|error| panic!("{text}\n{error}"))
        };
        assert_eq!(read(text).algebra().to_string(), read(plain).algebra().to_string(), "{text}");
    }
}

#[test]
fn updates_are_read_as_they_mean() {
    let pairs = [
        // [29] Update: a prologue before each operation.
        (
            "PREFIX a: <http://1/> INSERT DATA { a:s a:p a:o } ; PREFIX a: <http://2/> INSERT DATA { a:s a:p <x> } ; BASE <http://3/> PREFIX b: <y#> DELETE DATA { b:s a:p <x> } ; PREFIX c: <z>",
            "INSERT DATA { <http://1/s> <http://1/p> <http://1/o> } ; INSERT DATA { <http://2/s> <http://2/p> <http://base/x> } ; DELETE DATA { <http://3/y#s> <http://2/p> <http://3/x> }",
        ),
        ("CLEAR ALL ; VERSION \"1.2\" CLEAR DEFAULT", "CLEAR ALL ; CLEAR DEFAULT"),
        // Prefixes that look like keywords, our own among them.
        (
            "COPY graph:004 TO graph:005 ; MOVE SILENT DEFAULT TO graph:a",
            "COPY GRAPH <https://w3id.org/citypact/graph/004> TO GRAPH <https://w3id.org/citypact/graph/005> ; MOVE SILENT DEFAULT TO GRAPH <https://w3id.org/citypact/graph/a>",
        ),
        ("PREFIX default: <http://d/> ADD default:a TO default:b", "ADD GRAPH <http://d/a> TO GRAPH <http://d/b>"),
        (
            "PREFIX f: <http://f/> INSERT DATA { _:𠮷 f:v1.2.3 TRUE . GRAPH f:a.b.c { _:𠮷 a f:𠮷 . } . }",
            "INSERT DATA { _:x <http://f/v1.2.3> true . GRAPH <http://f/a.b.c> { _:x a <http://f/𠮷> } }",
        ),
        (
            "DELETE { ?𠮷 ?p ?o } INSERT { GRAPH ?𠮷g { ?𠮷 ?p <<( ?𠮷 ?p ?o )>> } } WHERE { GRAPH ?𠮷g { ?𠮷 ?p ?o } }",
            "DELETE { ?𠮷 ?p ?o } INSERT { GRAPH ?𠮷g { ?𠮷 ?p <<( ?𠮷 ?p ?o )>> } } WHERE { GRAPH ?𠮷g { ?𠮷 ?p ?o } }",
        ),
        ("", "# nothing\n"),
    ];
    let options = ParseOptions { base: Some("http://base/".into()), ..ParseOptions::default() };
    for (text, plain) in pairs {
        let read = |text: &str| {
            let update = Update::parse(text, &options).unwrap_or_else(|error| panic!("{text}\n{error}"));
            update.algebra().operations.iter().map(|operation| format!("{operation}\n")).collect::<String>()
        };
        let unlabelled = |text: String| {
            let first = text.find("_:").map(|at| text[at..].split([' ', '\n']).next().unwrap().to_owned());
            first.map_or(text.clone(), |label| text.replace(&label, "_:b"))
        };
        assert_eq!(unlabelled(read(text)), unlabelled(read(plain)), "{text}");
    }
}

#[test]
fn variables_keep_the_names_that_the_asker_gave() {
    let store = Embedded::memory().unwrap();
    let rows = |text: &str| answer(&store, text);
    let both = rows("SELECT * { VALUES (?𠮷 ?b $a𠮷·) { (1 2 3) } BIND(?𠮷 + 1 AS ?name_0) }");
    let names: Vec<&str> = both.variables.iter().map(|variable| variable.as_str()).collect();
    assert_eq!(names, ["𠮷", "b", "a𠮷·", "name_0"]);
    assert!(both.rows[0].iter().all(Option::is_some), "{both:?}");
    let grouped = rows(
        "SELECT ?𠮷 (COUNT(*) AS ?😀) { VALUES ?𠮷 { 1 1 2 } } GROUP BY ?𠮷 HAVING (?😀 > 1 || COUNT(*) > 1) ORDER BY ?𠮷",
    );
    assert_eq!((grouped.variables[1].as_str(), grouped.rows.len()), ("😀", 1));
    let asked = rows("ASK { VALUES ?𠮷 { 1 1 2 } } GROUP BY ?𠮷 HAVING (COUNT(*) > 2)");
    assert_eq!(asked.boolean, Some(false));
    assert_eq!(rows("ASK { VALUES ?x { 1 1 2 } } HAVING (COUNT(*) = 3)").boolean, Some(true));
}

#[test]
fn every_predicate_is_in_the_empty_negated_property_set() {
    let store = Embedded::memory().unwrap();
    let data = "INSERT DATA { <http://a> <http://p> <http://b> ; a <http://c> . <http://b> <http://q> <http://d> }";
    let update = Update::parse(data, &ParseOptions::default()).unwrap();
    Engine::new().update(&store, &update, &Default::default(), &Limits::default(), &Default::default()).unwrap();
    let count = |path: &str| answer(&store, &format!("SELECT * {{ <http://a> {path} ?o }}")).rows.len();
    assert_eq!((count("!()"), count("!()/!()"), count("!()*"), count("^!()")), (2, 1, 4, 0));
}

#[test]
fn regular_expressions_are_those_of_xpath() {
    let store = Embedded::memory().unwrap();
    let count = |filter: &str| {
        let text = format!("SELECT * {{ VALUES ?t {{ '昆明' 'kunming' 'Kun Ming' 'k.n' }} FILTER({filter}) }}");
        answer(&store, &text).rows.len()
    };
    for (filter, rows) in [
        (r"REGEX(?t, '^\\p{IsCJKUnifiedIdeographs}+$')", 1),
        (r"REGEX(?t, '^[\\p{IsBasicLatin}-[A-Z ]]+$')", 2),
        (r"REGEX(?t, '^\\i\\c*$')", 3),
        ("REGEX(?t, 'k . n', 'x')", 2),
        ("REGEX(?t, 'K.N', 'qi')", 1),
        (r"REPLACE(?t, '\\P{IsBasicLatin}', '') = ''", 1),
    ] {
        assert_eq!(count(filter), rows, "{filter}");
    }
}

#[test]
fn errors_stand_where_the_asker_wrote_them() {
    for (text, line, column, snippet) in [
        ("PREFIX f: <http://f/>\nASK { f:v1.2.3 f:a.b.c ?o . ?x ?y }", 2, 29, "?x ?y }\n"),
        ("ASK { ?𠮷 ?𠮷 ?𠮷 . ?a ?b }", 1, 18, "?a ?b }\n"),
        ("ASK { ?\\u006F ?p ?o . ?a ?b }", 1, 23, "\\u006F"),
        ("ASK { ?s !() ?o . ?a ?b }", 1, 19, "!()"),
        ("ASK { ?x ?p ?o . ?a ?b } GROUP BY ?x HAVING (COUNT(*) > 1)", 1, 18, "HAVING"),
    ] {
        let Err(QueryError::Syntax(error)) = parse(text) else { panic!("{text} was read") };
        assert_eq!((error.at.line + 1, error.at.column + 1), (line, column), "{error}");
        assert!(error.snippet().contains(snippet), "{error}");
    }
}

#[test]
fn no_text_grows_without_end() {
    let doubling: String = (0..60).map(|n| format!("(?v{n} + ?v{n} AS ?v{}) ", n + 1)).collect::<Vec<_>>().concat();
    let long = "x".repeat(200_000);
    for text in [
        format!("SELECT (COUNT(*) AS ?v0) {doubling} {{}}"),
        format!("PREFIX f: <http://{long}/> ASK {{ {} }}", "f:a.b.c a f:d.e.f . ".repeat(30_000)),
    ] {
        assert!(matches!(parse(&text), Err(QueryError::Syntax(_))), "{}", &text[..80]);
    }
}

#[test]
fn what_the_grammar_has_not_stays_refused() {
    for text in [
        "ASK { f:a.b.c ?p ?o }",
        "PREFIX f: <http://f/> ASK { f:.a.b ?p ?o }",
        "PREFIX f: <http://f/> ASK { f:-a.b.c ?p ?o }",
        "PREFIX f: <http://f/> ASK { f:a.%zz.c ?p ?o }",
        "PREFIX f: <http://f/> ASK { f:a\u{F0000} ?p ?o }",
        "ASK { ?\u{300}𠮷 ?p ?o }",
        r#"ASK { ?s ?p "\uD83C" }"#,
        r"ASK { ?x\u0020y ?p ?o }",
        "SELECT ?x { } PREFIX f: <http://f/>",
        "ASK {} PREFIX f: <http://f/> ASK {}",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}

proptest! {
    /// Names that our Turtle writes mean the same in a query.
    #[test]
    fn names_of_our_turtle_can_be_pasted_into_a_query(local in "[a-zA-Z0-9_.:%~#/()!'*,;=?@$&+é野𠮷😀·\u{300}-]{0,12}") {
        let iri = format!("https://w3id.org/citypact/id/place/{local}");
        prop_assume!(oxrdf::NamedNode::new(&iri).is_ok());
        for held in [1000, 1] {
            let turtle = turtle(&iri, held);
            let (declarations, triples): (Vec<&str>, Vec<&str>) = turtle.lines().partition(|line| line.contains("refix"));
            let declarations: String =
                declarations.iter().map(|line| line.replace("@prefix", "PREFIX").replace("> .", "> ")).collect();
            let query = parse(&format!("{declarations} SELECT * {{ {} }}", triples.join("\n")));
            let query = query.map_err(|error| TestCaseError::fail(format!("{turtle}\n{error}")))?;
            prop_assert_eq!(query.algebra().to_string().matches(&format!("<{iri}>")).count(), 3, "{}", turtle);
        }
    }
}

/// A triple of an IRI alone as our Turtle has it, laid out or streamed.
fn turtle(iri: &str, held: usize) -> String {
    let node = oxrdf::NamedNode::new_unchecked(iri);
    let other = oxrdf::NamedNode::new_unchecked("http://other/");
    let mut writer = Writer::new(Syntax::Turtle, Vec::new()).holding(held);
    for node in [other, node] {
        writer.quad(&oxrdf::Quad::new(node.clone(), node.clone(), node, oxrdf::GraphName::DefaultGraph)).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}
