//! Plans for a small world: which steps they take, and that rows stay the same whatever the plan.

use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use oxigraph::sparql::QueryDatasetSpecification;
use oxrdf::vocab::xsd;
use oxrdf::{GraphName, Literal, NamedNode, Quad, Term, Variable};
use spargebra::algebra::GraphPattern;

use super::*;
use crate::index::Id;

const PLACES: usize = 600;
const TIES: usize = 6_000;

fn node(name: impl std::fmt::Display) -> NamedNode {
    NamedNode::new_unchecked(format!("http://x/{name}"))
}

/// Places with a level and a number; ties of two places each, every hundredth of which has ended, with a day and some with a note.
fn world(places: usize, ties: usize) -> Arc<Version> {
    let mut quads = Vec::new();
    let mut put = |subject: &NamedNode, predicate: &str, object: Term| {
        quads.push(Quad::new(subject.clone(), node(predicate), object, GraphName::DefaultGraph));
    };
    for place in 0..places {
        let own = node(format_args!("p{place}"));
        put(&own, "level", node(format_args!("level{}", place % 3)).into());
        put(&own, "n", Literal::from(i64::try_from(place).unwrap()).into());
    }
    for tie in 0..ties {
        let own = node(format_args!("t{tie}"));
        put(&own, "type", node(if tie % 2 == 0 { "Tie" } else { "Agreement" }).into());
        for party in [tie % places, tie * 7 % places] {
            put(&own, "party", node(format_args!("p{party}")).into());
        }
        put(&own, "status", node(if tie % 100 == 0 { "ended" } else { "active" }).into());
        let day = format!("{}-0{}-0{}", 1950 + tie % 60, 1 + tie % 9, 1 + tie % 7);
        put(&own, "since", Literal::new_typed_literal(day, xsd::DATE).into());
        if tie % 50 == 0 {
            put(&own, "note", Literal::new_simple_literal(format!("note {tie}")).into());
        }
    }
    Arc::new(crate::index::build(quads, 0).unwrap())
}

/// One in which estimates decide, or one so small that any order of joins is quick.
fn version(is_small: bool) -> Arc<Version> {
    static WORLDS: OnceLock<[Arc<Version>; 2]> = OnceLock::new();
    WORLDS.get_or_init(|| [world(PLACES, TIES), world(12, 60)])[usize::from(is_small)].clone()
}

fn told(step: &Rc<Told>, depth: usize, shown: &mut String) {
    *shown += &format!("{}{}\n", " ".repeat(depth), step.name);
    step.children().iter().for_each(|child| told(child, depth + 1, shown));
}

/// The rows, in their order, and the steps of the plan.
fn evaluated(text: &str, version: Arc<Version>, variation: Option<Variation>) -> (Vec<String>, String) {
    let text = format!("PREFIX x: <http://x/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> {text}");
    let query = spargebra::SparqlParser::new().parse_query(&text).unwrap();
    let spargebra::Query::Select { pattern, .. } = query else { panic!("{text}") };
    let mut specification = QueryDatasetSpecification::new();
    specification.set_default_graph_as_union();
    let options = Options { specification, functions: Arc::default(), services: None, trace: true };
    let cx = Context::new(version, Cancel::new(), None).with_variation(variation);
    let mut evaluation = Evaluation::new(&pattern, &variables(&pattern), &options, cx).unwrap();
    let mut rows = Vec::new();
    while let Some(batch) = evaluation.draw().unwrap() {
        let show = |id: Id| if id.is_bound() { evaluation.cx.term(id).to_string() } else { "-".into() };
        let row = |row: usize| batch.columns.iter().map(|column| show(column.get(row))).collect::<Vec<_>>().join(" ");
        rows.extend((0..batch.len).map(row));
    }
    let mut shown = String::new();
    told(evaluation.told().unwrap(), 0, &mut shown);
    (rows, shown)
}

fn variables(pattern: &GraphPattern) -> Vec<Variable> {
    let mut all = Vec::new();
    pattern.on_in_scope_variable(|variable| {
        if !all.contains(variable) {
            all.push(variable.clone());
        }
    });
    all
}

/// Asserts that a plan has a step, and that other plans give the same rows. Gives the rows, sorted, and the plan.
fn agrees(text: &str, step: &str) -> (Vec<String>, String) {
    let sorted = |(mut rows, plan): (Vec<String>, String)| {
        rows.sort();
        (rows, plan)
    };
    let (few, _) = sorted(evaluated(text, version(true), None));
    for seed in 0..30 {
        let variation = Variation { seed, rows: [1, 7, 4_096][seed as usize % 3] };
        let (others, plan) = sorted(evaluated(text, version(true), Some(variation)));
        assert_eq!(others, few, "by another plan for {text}\n{plan}");
    }
    let (rows, plan) = sorted(evaluated(text, version(false), None));
    assert!(plan.contains(step), "no {step} for {text}\n{plan}");
    (rows, plan)
}

#[test]
fn what_must_exist_is_joined_where_it_is_little_by_itself() {
    let ended = "?t x:status x:ended ; x:party ?p";
    let (with, _) = agrees(&format!("SELECT ?p {{ ?p x:level ?l FILTER EXISTS {{ {ended} }} }}"), "SemiJoin(?p)");
    let (without, _) =
        agrees(&format!("SELECT ?p {{ ?p x:level ?l FILTER NOT EXISTS {{ {ended} }} }}"), "AntiJoin(?p)");
    assert_eq!(with.len() + without.len(), PLACES);
    assert!(!with.is_empty() && !without.is_empty());
    let text = format!("SELECT ?p {{ ?p x:level ?l FILTER(?l = x:level1 || EXISTS {{ {ended} }}) }}");
    let (either, _) = agrees(&text, "MarkJoin(?p)");
    assert!(either.len() > with.len() && either.len() < PLACES);
    agrees(&format!("SELECT ?p {{ ?p x:level ?l MINUS {{ {ended} }} }}"), "Minus");
}

#[test]
fn what_must_exist_is_looked_up_where_it_is_much_or_sees_the_row() {
    agrees("SELECT ?p { ?p x:n 5 FILTER EXISTS { ?t x:party ?p ; x:type x:Tie } }", "Exists");
    let sees = "SELECT ?p { ?p x:n ?n FILTER EXISTS { ?t x:status x:ended ; x:party ?p ; x:note ?m FILTER(STRLEN(?m) > ?n) } }";
    let (_, plan) = agrees(sees, "Exists");
    assert!(!plan.contains("SemiJoin"), "{plan}");
    let open = "SELECT ?p { ?p x:n ?n FILTER EXISTS { OPTIONAL { ?t x:status x:ended ; x:party ?p } } }";
    assert_eq!(agrees(open, "Exists").0.len(), PLACES);
}

#[test]
fn a_path_of_no_steps_leads_from_a_term_that_is_put_into_it() {
    let values = "VALUES ?v { x:nowhere x:p1 x:t0 }";
    let exists =
        |path: &str| agrees(&format!("SELECT ?v {{ {values} FILTER EXISTS {{ ?v {path} ?w }} }}"), "Path(").0.len();
    assert_eq!(exists("x:party*"), 3);
    assert_eq!(exists("x:party?"), 3);
    assert_eq!(exists("x:party+"), 1);
    let lateral = "LATERAL { SELECT ?v ?w { ?v x:party* ?w } LIMIT 1 }";
    assert_eq!(agrees(&format!("SELECT ?v {{ {values} {lateral} }}"), "ForEach(").0.len(), 3);
    // Without either it is a join, with the nodes of the graph.
    assert_eq!(agrees(&format!("SELECT DISTINCT ?v {{ {values} ?v x:party* ?w }}"), "Path(").0.len(), 2);
}

#[test]
fn chains_meet_in_the_middle() {
    let text = "SELECT ?x { ?a x:party x:p1 . ?a x:party ?m . ?b x:party ?m . ?b x:party ?x . ?x x:n 21 }";
    let (_, plan) = agrees(text, "HashJoin(");
    let joined = plan.lines().filter(|line| line.contains("Scan(")).count();
    assert!(joined >= 2, "{plan}");
}

#[test]
fn sides_that_ascend_by_one_variable_are_merged() {
    let parties = "{ SELECT ?t (COUNT(?p) AS ?n) { ?t x:party ?p } GROUP BY ?t }";
    let first = "{ SELECT ?t (MIN(?o) AS ?m) { ?t x:note ?o } GROUP BY ?t }";
    let (rows, _) = agrees(&format!("SELECT * {{ {parties} {first} }}"), "MergeJoin(?t)");
    assert_eq!(rows.len(), TIES / 50);
    let twice =
        "{ SELECT DISTINCT ?t ?p { ?t x:party ?p } } { SELECT DISTINCT ?t ?p ?s { ?t x:party ?p ; x:status ?s } }";
    let (rows, _) = agrees(&format!("SELECT * {{ {twice} }}"), "MergeJoin(?t ?p)");
    assert_eq!(rows.len(), 2 * TIES - TIES / 100);
    let (_, plan) = agrees(&format!("SELECT * {{ {parties} ?t x:party ?q }} ORDER BY ?q"), "Join(");
    assert!(plan.contains("Sort("), "{plan}");
}

#[test]
fn comparisons_with_constants_are_ranges() {
    let (rows, plan) = agrees("SELECT ?p ?n { ?p x:n ?n ; x:level ?l FILTER(?n >= 590 && 598.5 > ?n) }", "RangeScan(");
    assert_eq!(rows.len(), 9, "{plan}");
    let since = |filter: &str| format!("SELECT ?t {{ ?t x:since ?day FILTER({filter}) }}");
    let day = |text: &str| format!("\"{text}\"^^xsd:date");
    let (rows, _) =
        agrees(&since(&format!("?day >= {} && ?day < {}", day("2000-01-01"), day("2001-01-01"))), "RangeScan(");
    assert_eq!(rows.len(), TIES / 60);
    // A zone may make a day begin before another or after it.
    let (zoned, _) = agrees(&since(&format!("?day < {}", day("1950-01-01+14:00"))), "Scan(");
    assert!(zoned.is_empty());
    let (same, _) = agrees("SELECT ?t { ?t x:status ?s ; x:note ?n FILTER(?s = x:ended) }", "Scan(");
    assert_eq!(same.len(), TIES / 100);
    let (text, _) = agrees("SELECT ?t { ?t x:note ?n FILTER(?n = \"note 50\") }", "RangeScan(");
    assert_eq!(text.len(), 1);
    agrees("SELECT ?p { ?p x:n ?n FILTER(?n > \"a\" || ?n < 3) }", "Scan(");
}

#[test]
fn what_has_no_rows_is_not_joined() {
    let steps = |text: &str| {
        let (rows, plan) = agrees(text, "Scan(");
        assert!(rows.is_empty(), "{rows:?}");
        plan.lines().count()
    };
    assert_eq!(steps("SELECT * { ?t x:type x:Tie ; x:party ?p . ?p x:owner x:nobody }"), 1);
    assert_eq!(steps("SELECT * { ?p x:n ?n ; x:level ?l FILTER(?n > 600) }"), 1);
    assert_eq!(steps("SELECT * { ?p x:level ?l FILTER EXISTS { ?p x:status x:none } }"), 1);
    let (rows, plan) =
        agrees("SELECT ?p ?o { ?p x:level ?l OPTIONAL { ?p x:owner ?o } MINUS { ?p x:owner ?q } }", "Scan(");
    assert_eq!((rows.len(), plan.lines().count()), (PLACES, 1), "{plan}");
    let (rows, plan) =
        agrees("SELECT ?p { { ?p x:owner ?o } UNION { ?p x:n 3 } FILTER NOT EXISTS { ?p x:owner ?q } }", "Scan(");
    assert_eq!((rows.len(), plan.lines().count()), (1, 1), "{plan}");
    let (rows, _) = agrees("SELECT (COUNT(*) AS ?n) { ?p x:level ?l ; x:owner ?o }", "Counts");
    assert_eq!(rows, ["\"0\"^^<http://www.w3.org/2001/XMLSchema#integer>"]);
}

#[test]
fn what_the_index_counts_is_not_counted() {
    let count = |text: &str| agrees(text, "Counts").0.concat();
    for (of, expected) in [
        ("(COUNT(DISTINCT ?t) AS ?n) { ?t x:party ?p }", TIES),
        ("(COUNT(DISTINCT ?p) AS ?n) { ?t x:party ?p }", PLACES),
        ("(COUNT(DISTINCT *) AS ?n) { ?t x:type ?c }", TIES),
        ("(COUNT(*) AS ?n) { ?t x:type x:Tie }", TIES / 2),
    ] {
        assert_eq!(count(&format!("SELECT {of}")), format!("\"{expected}\"^^<{}>", xsd::INTEGER.as_str()), "{of}");
    }
    let (_, plan) = agrees("SELECT (COUNT(DISTINCT *) AS ?n) { ?t x:party [] }", "Aggregate()");
    assert!(!plan.contains("Counts"), "{plan}");
}

#[test]
fn rows_are_told_apart_before_they_are_sorted() {
    let text = "SELECT DISTINCT ?day { ?t x:since ?day } ORDER BY DESC(?day) LIMIT 3";
    let (rows, plan) = evaluated(text, version(false), None);
    let at = |step: &str| plan.find(step).unwrap_or_else(|| panic!("{plan}"));
    assert!(at("Sort(") < at("Distinct"), "{plan}");
    assert!(rows[0].starts_with("\"2009-"), "{rows:?}");
    let (_, hidden) = evaluated("SELECT DISTINCT ?p { ?p x:n ?n } ORDER BY ?n", version(false), None);
    assert!(hidden.find("Distinct") < hidden.find("Sort("), "{hidden}");
}

#[test]
fn the_first_rows_of_an_order_are_those_of_the_whole() {
    for keys in ["DESC(?n) ?t", "?p DESC(?t)", "DESC(STR(?p)) ?t", "STRLEN(STR(?t)) ?p ?t"] {
        let text = format!("SELECT ?t ?p ?n {{ ?t x:party ?p . ?p x:n ?n }} ORDER BY {keys}");
        let (all, _) = evaluated(&text, version(false), None);
        for (skip, most) in [(0, 1), (0, 10), (5, 20), (0, 5_000)] {
            let (some, _) = evaluated(&format!("{text} OFFSET {skip} LIMIT {most}"), version(false), None);
            assert_eq!(some, all[skip..skip + most], "{keys} {skip} {most}");
        }
    }
}

#[test]
fn batches_are_looked_up_as_rows_are() {
    // Subjects of many objects, objects of many subjects, pairs with a constant and without, some of them unbound.
    let rows = |text: &str| agrees(text, "IndexJoin(").0.len();
    // Of the even ties all but each fiftieth, which have two parties.
    let active = 2 * (TIES / 2 - TIES / 100);
    assert_eq!(rows("SELECT * { ?t x:type x:Tie ; x:party ?p ; x:status x:active }"), active);
    // Those that have ended have one party each, ten of them one of six.
    let ended = rows("SELECT ?t ?u { ?t x:status x:ended ; x:party ?p . ?u x:party ?p ; x:status x:ended }");
    assert_eq!(ended, 6 * 10 * 10);
    rows("SELECT * { ?t x:note ?m ; x:party ?p ; x:type ?c . ?u x:party ?p ; x:type ?c ; x:note ?o }");
    rows("SELECT * { ?t x:note ?m OPTIONAL { ?t x:status x:ended ; x:party ?p } ?u x:party ?p ; x:status x:ended }");
}

#[test]
fn what_comes_again_and_again_is_thought_to_be_much() {
    let mut quads = Vec::new();
    for tie in 0..2_000 {
        let own = node(format_args!("t{tie}"));
        let mut put = |predicate: &str, object: NamedNode| {
            quads.push(Quad::new(own.clone(), node(predicate), object, GraphName::DefaultGraph));
        };
        put("type", node(if tie % 2 == 0 { "Tie" } else { "Agreement" }));
        put("party", node(format_args!("hub{}", tie % 3)));
        put("party", node(format_args!("p{}", tie % 300)));
    }
    let version = Arc::new(crate::index::build(quads, 0).unwrap());
    let text = "SELECT DISTINCT ?a ?b { ?t x:type x:Tie ; x:party ?a, ?b FILTER(STR(?a) < STR(?b))
        FILTER NOT EXISTS { ?u x:type x:Agreement ; x:party ?a, ?b } }";
    let (rows, plan) = evaluated(text, version, None);
    assert!(plan.contains("AntiJoin(?a ?b)"), "{plan}");
    assert_eq!(rows.len(), 150, "{plan}");
}
