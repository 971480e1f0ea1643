//! SPARQL as it is written, where evaluators are known to do something else.

use citypact::query::{Answer, DefaultGraph, Engine, Limits};
use citypact::store::Embedded;
use oxrdf::vocab::xsd;
use oxrdf::{GraphName, Literal, NamedNodeRef, Quad, Term};

use super::{answer, node, number, parse, store};

/// `s0 s1 …`, each with one value of `p`, in one graph.
fn values(values: &[Term]) -> Embedded {
    let quad =
        |(at, value): (usize, &Term)| Quad::new(node(format_args!("s{at}")), node("p"), value.clone(), node("g"));
    store(values.iter().enumerate().map(quad))
}

fn typed(value: &str, datatype: NamedNodeRef<'_>) -> Term {
    Literal::new_typed_literal(value, datatype).into()
}

/// The values of one column, `-` where it has none; IRIs by their last part.
fn column(answer: &Answer) -> Vec<String> {
    let shown = |term: &Option<Term>| match term {
        Some(Term::Literal(literal)) => literal.value().to_owned(),
        Some(Term::NamedNode(node)) => node.as_str().rsplit('/').next().unwrap().to_owned(),
        Some(other) => other.to_string(),
        None => "-".to_owned(),
    };
    answer.rows.iter().map(|row| shown(&row[0])).collect()
}

fn one(text: &str) -> String {
    column(&answer(&values(&[]), &format!("SELECT ({text} AS ?v) {{}}"))).remove(0)
}

#[test]
fn a_path_of_no_length_begins_at_any_term() {
    let store = values(&[node("o").into()]);
    for (pattern, expected) in [
        ("x:absent x:p* ?v", vec!["absent"]),
        ("?v x:p* x:absent", vec!["absent"]),
        ("x:absent x:p? ?v", vec!["absent"]),
        ("?v x:p? x:absent", vec!["absent"]),
        ("x:absent x:p+ ?v", vec![]),
        ("\"text\" x:p* ?v", vec!["text"]),
        ("x:s0 x:p* ?v", vec!["o", "s0"]),
        ("x:absent (x:p/x:q)* ?v", vec!["absent"]),
    ] {
        let mut found = column(&answer(&store, &format!("SELECT ?v {{ {pattern} }}")));
        found.sort();
        assert_eq!(found, expected, "{pattern}");
    }
    assert_eq!(answer(&store, "ASK { x:absent x:p* x:absent }").boolean, Some(true));
    assert_eq!(answer(&store, "ASK { x:absent x:p* x:other }").boolean, Some(false));
}

#[test]
fn what_is_equal_ties_and_the_next_key_decides() {
    let numbers = values(&[
        Literal::from(1).into(),
        typed("1.0", xsd::DECIMAL),
        typed("1", xsd::DOUBLE),
        Literal::from(0).into(),
    ]);
    let order = |text: &str| column(&answer(&numbers, &format!("SELECT ?s {{ ?s x:p ?v }} ORDER BY {text}")));
    assert_eq!(order("?v DESC(?s)"), ["s3", "s2", "s1", "s0"]);
    assert_eq!(order("DESC(?v) ?s"), ["s0", "s1", "s2", "s3"]);
    let instants = values(&[
        typed("2000-01-01T12:00:00Z", xsd::DATE_TIME),
        typed("2000-01-01T13:00:00+01:00", xsd::DATE_TIME),
        typed("2000-01-01T12:30:00+01:00", xsd::DATE_TIME),
    ]);
    let order = |text: &str| column(&answer(&instants, &format!("SELECT ?s {{ ?s x:p ?v }} ORDER BY {text}")));
    assert_eq!(order("?v DESC(?s)"), ["s2", "s1", "s0"]);
    assert_eq!(order("?v ?s"), ["s2", "s0", "s1"]);
}

#[test]
fn the_variable_of_graph_is_bound_after_its_group() {
    let quad = |graph: &str| Quad::new(node("s"), node("p"), node("o"), node(graph));
    let store = store([quad("g1"), quad("g2")]);
    let count = |pattern: &str| number(&answer(&store, &format!("SELECT (COUNT(*) AS ?n) {{ {pattern} }}")));
    assert_eq!(count("GRAPH ?g { FILTER(!BOUND(?g)) ?s ?p ?o }"), 2);
    assert_eq!(count("GRAPH ?g { { SELECT (COUNT(*) AS ?c) { ?s x:none ?o } } }"), 2);
    assert_eq!(count("GRAPH ?g { VALUES (?g ?t) { (UNDEF 1) (x:g1 2) } }"), 3);
    assert_eq!(count("GRAPH ?g { ?s ?p ?o MINUS { GRAPH ?g { ?s ?p ?o } } }"), 0);
    assert_eq!(count("GRAPH ?g { ?s ?p ?o OPTIONAL { ?x ?y ?z FILTER(?g = x:g1) } }"), 2);
    assert_eq!(count("GRAPH ?g { BIND(?g AS ?inner) FILTER(BOUND(?inner)) }"), 0);
}

#[test]
fn one_text_gives_one_blank_node_in_a_solution() {
    let store = values(&[Literal::from(1).into(), Literal::from(2).into()]);
    let text = "SELECT (BNODE(\"a\") AS ?x) (BNODE(\"a\") AS ?y) (BNODE(\"b\") AS ?z) (BNODE() AS ?w) { ?s x:p ?v }";
    let rows = answer(&store, text).rows;
    for row in &rows {
        assert_eq!(row[0], row[1]);
        assert_ne!(row[0], row[2]);
        assert_ne!(row[0], row[3]);
    }
    assert_ne!(rows[0][0], rows[1][0], "another in another solution");
}

#[test]
fn group_concat_has_no_language() {
    let tagged = |value: &str, tag: &str| Term::from(Literal::new_language_tagged_literal(value, tag).unwrap());
    let concat = |values_given: &[Term]| {
        let rows =
            answer(&values(values_given), "SELECT (GROUP_CONCAT(?v; SEPARATOR=\"\") AS ?all) { ?s x:p ?v }").rows;
        rows[0][0].clone().map(|term| term.to_string())
    };
    assert_eq!(concat(&[tagged("a", "en"), tagged("a", "en")]).as_deref(), Some("\"aa\""));
    assert_eq!(concat(&[tagged("a", "en"), tagged("a", "fr")]).as_deref(), Some("\"aa\""));
    assert_eq!(concat(&[tagged("a", "en")]).as_deref(), Some("\"a\""));
    assert_eq!(concat(&[]).as_deref(), Some("\"\""));
}

#[test]
fn patterns_are_those_of_xpath() {
    assert_eq!(one(r#"REPLACE("ab", "(a)", "$1c")"#), "acb");
    assert_eq!(one(r#"REPLACE("ab", "(a)", "\\$")"#), "$b");
    assert_eq!(one(r#"REPLACE("ab", "a", "\\\\")"#), r"\b");
    assert_eq!(one(r#"REPLACE("ab", "(a)", "$10")"#), "a0b");
    assert_eq!(one(r#"REPLACE("a.b", ".", "$", "q")"#), "a$b");
    assert_eq!(one(r#"REPLACE("ab", "x*", "-")"#), "-", "an error");
    assert_eq!(one(r#"REGEX("helloworld", "hello world", "x")"#), "true");
    assert_eq!(one(r#"REGEX("hello world", "hello[ ]world", "x")"#), "true");
    assert_eq!(one(r#"REGEX("e", "^[a-z-[aeiou]]$")"#), "false");
    assert_eq!(one(r#"REGEX("Σ", "\\p{IsGreek}")"#), "true");
    assert_eq!(one(r#"REGEX("aa", "^(.)\\1$")"#), "true");
    assert_eq!(one(r#"REGEX("a", "\\b")"#), "-", "no pattern of XPath");
}

#[test]
fn a_function_that_nobody_knows_is_an_error_of_the_expression() {
    assert_eq!(one("x:nobody(1)"), "-");
    assert_eq!(one("COALESCE(x:nobody(1), \"else\")"), "else");
    let store = values(&[Literal::from(1).into()]);
    assert_eq!(answer(&store, "SELECT ?s { ?s x:p ?v FILTER(x:nobody(?v)) }").rows.len(), 0);
    assert_eq!(answer(&store, "SELECT ?s { ?s x:p ?v FILTER(x:nobody(?v) || ?v = 1) }").rows.len(), 1);
}

#[test]
fn copies_of_a_triple_are_one_in_a_merge() {
    let quad = |graph: GraphName| Quad::new(node("s"), node("p"), node("o"), graph);
    let store = store([quad(node("g1").into()), quad(node("g2").into()), quad(GraphName::DefaultGraph)]);
    let engine = Engine::new().with_default_graph(DefaultGraph::Union);
    for pattern in ["?s x:p ?o", "?s !x:q ?o", "?o ^x:p ?s", "?s (x:p|x:q) ?o", "?s (^!x:p|!x:q) ?o"] {
        let query = parse(&format!("SELECT ?s ?o {{ {pattern} }}")).unwrap();
        assert_eq!(engine.answer(&store, &query, &Limits::default()).unwrap().rows.len(), 1, "{pattern}");
    }
}

#[test]
fn errors_in_aggregates() {
    let store = values(&[Literal::from(1).into(), node("o").into(), Literal::from(3).into()]);
    let of =
        |aggregate: &str| column(&answer(&store, &format!("SELECT ({aggregate} AS ?n) {{ ?s x:p ?v }}"))).remove(0);
    assert_eq!(of("COUNT(?v + 0)"), "2");
    assert_eq!(of("COUNT(DISTINCT ?v + 0)"), "2");
    assert_eq!(of("SUM(?v)"), "-");
    assert_eq!(of("AVG(?v)"), "-");
    assert_eq!(of("MIN(?v + 0)"), "-", "an error comes before all values");
    assert_eq!(of("MAX(?v + 0)"), "3");
    assert_eq!(of("SUM(COALESCE(?v + 0, 0))"), "4");
}

#[test]
fn times_that_may_be_equal_or_not_are_neither() {
    let store = values(&[
        typed("2006-08-23", xsd::DATE),
        typed("2006-08-23Z", xsd::DATE),
        typed("2001-01-01Z", xsd::DATE),
        typed("2006-08-23T09:00:00+01:00", xsd::DATE_TIME),
    ]);
    let text = |operator: &str| {
        format!("SELECT ?s {{ ?s x:p ?v FILTER(?v {operator} \"2006-08-23\"^^<{}>) }} ORDER BY ?s", xsd::DATE.as_str())
    };
    assert_eq!(column(&answer(&store, &text("="))), ["s0"]);
    assert_eq!(column(&answer(&store, &text("!="))), ["s2", "s3"]);
    assert_eq!(column(&answer(&store, &text("<"))), ["s2"]);
}

#[test]
fn names_that_are_made_up_are_not_the_askers() {
    let store = values(&[Literal::from(1).into()]);
    for name in ["value_0", "node_0", "solution", "v0", "_0"] {
        let text = format!(
            "SELECT (COUNT(*) AS ?n) (BNODE(\"a\") AS ?b) {{ ?s x:p ?v OPTIONAL {{ ?s x:q ?{name} }} FILTER(!BOUND(?{name})) }}"
        );
        assert_eq!(number(&answer(&store, &text)), 1, "{name}");
    }
}
