//! Delta queries against whole evaluations, over random changes.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use oxigraph::sparql::QueryDatasetSpecification;
use oxrdf::{NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Variable};

use super::*;
use crate::index::{Change, Version, build};
use crate::pseudo_random::SplitMix64;
use crate::query::{ParseOptions, Query};

/// Queries of every form that patterns may have, with what their solutions are told apart by; none of one's own where empty.
const QUERIES: &[(&str, &str)] = &[
    ("SELECT ?a ?b { ?a :p ?b . ?b :q ?c }", "a"),
    ("SELECT ?a ?b { ?a :p ?b . ?b :q ?c }", ""),
    ("SELECT ?a ?c { ?a :p ?b OPTIONAL { ?b :q ?c } }", "a"),
    ("SELECT ?a { ?a :p ?b FILTER NOT EXISTS { ?b :q ?c . ?c :r ?a } }", "a"),
    ("SELECT ?a { ?a :p ?b MINUS { ?b :q ?c . ?a :r ?d } }", "a"),
    ("SELECT ?a ?b { { ?a :p ?b } UNION { ?b :q ?a . ?a :r ?c } }", "a"),
    ("SELECT ?a ?n { ?a :p ?b { SELECT ?b (COUNT(?x) AS ?n) { ?b :q ?x } GROUP BY ?b } }", "a"),
    ("SELECT ?a ?n { ?a :p ?b { SELECT (COUNT(?x) AS ?n) { ?y :q ?x } } }", "a"),
    ("SELECT ?a ?g { GRAPH ?g { ?a :p ?b } ?b :q ?c }", "a"),
    ("SELECT ?a { ?a :p ?b FILTER NOT EXISTS { GRAPH ?g { ?b :q ?x } FILTER(?g != :g1) } }", "a"),
    ("SELECT ?a ?b { ?a :p/:q ?b . ?b (:r|^:p) ?c }", "a"),
    ("SELECT ?a ?b { ?a :p+ ?b . ?a :q ?c }", "a"),
    ("SELECT ?a { ?a :p ?b, ?c FILTER(STR(?b) < STR(?c)) BIND(EXISTS { ?b :q ?c } AS ?e) FILTER(?e) }", "a"),
    ("SELECT ?a ?x { VALUES (?x ?y) { (1 :n1) (2 :n2) } ?a :p ?y . ?y ?any ?z }", "a"),
    ("SELECT ?a { ?a :p [ :q ?c ] FILTER(EXISTS { ?c :r ?d FILTER NOT EXISTS { ?d :p ?a } }) }", "a"),
];

fn random_quad(chance: &mut SplitMix64) -> Quad {
    let node = |n: u64| NamedNode::new_unchecked(format!("http://e/n{n}"));
    let property = NamedNode::new_unchecked(format!("http://e/{}", ["p", "q", "r"][chance.below(3) as usize]));
    let graph = NamedNode::new_unchecked(format!("http://e/g{}", chance.below(3)));
    Quad::new(node(chance.below(6)), property, node(chance.below(6)), graph)
}

fn over(version: &Arc<Version>) -> Over {
    let mut graphs = QueryDatasetSpecification::new();
    graphs.set_default_graph_as_union();
    let names = (0..3).map(|n| NamedOrBlankNode::from(NamedNode::new_unchecked(format!("http://e/g{n}"))));
    graphs.set_available_named_graphs(names.collect());
    Over { version: version.clone(), graphs }
}

type Solutions = BTreeSet<Vec<Option<String>>>;

fn solutions(query: &Prepared, over: &Over, given: &[Vec<Id>], shown: &[Variable]) -> Solutions {
    let places: Vec<usize> =
        shown.iter().map(|name| query.variables().iter().position(|other| other == name).unwrap()).collect();
    let mut found = Solutions::new();
    let mut take = |solution: crate::query::Solution<'_>| {
        found.insert(places.iter().map(|at| solution.term(*at).map(|term| term.to_string())).collect());
        ControlFlow::Continue(())
    };
    Executor::default().put(query, over, given, &mut take).unwrap();
    found
}

fn rows(version: &Version, quads: &[Quad]) -> Vec<Row> {
    let id = |node: NamedNodeRef<'_>| version.id(node.into()).unwrap();
    let row = |quad: &Quad| {
        let text = |term: String| NamedNode::new(term.trim_matches(['<', '>'])).unwrap();
        let (s, o, g) =
            (text(quad.subject.to_string()), text(quad.object.to_string()), text(quad.graph_name.to_string()));
        (id(s.as_ref()), id(quad.predicate.as_ref()), id(o.as_ref()), version.graph_number(id(g.as_ref())).unwrap())
    };
    quads.iter().map(row).collect()
}

#[test]
fn what_changed_is_among_what_is_found_and_all_else_stays() {
    let mut chance = SplitMix64::new(7);
    for round in 0..60 {
        let first: Vec<Quad> = (0..12).map(|_| random_quad(&mut chance)).collect();
        let come: Vec<Quad> = (0..3).map(|_| random_quad(&mut chance)).filter(|quad| !first.contains(quad)).collect();
        let gone: Vec<Quad> = first.iter().filter(|_| chance.below(5) == 0).cloned().collect();
        // Every term and graph has a number in both states.
        let all = (0..6).flat_map(|n| (0..3).map(move |g| (n, g)));
        let fixed = all.map(|(n, g)| {
            let name = |text: String| NamedNode::new_unchecked(format!("http://e/{text}"));
            Quad::new(
                name(format!("n{n}")),
                name("fixed".into()),
                name(["p", "q", "r"][g].into()),
                name(format!("g{g}")),
            )
        });
        let old = Arc::new(build(first.iter().cloned().chain(fixed), 0).unwrap());
        let changes: Vec<Change> =
            gone.iter().cloned().map(Change::Remove).chain(come.iter().cloned().map(Change::Insert)).collect();
        let new = Arc::new(old.with_changes(&changes, 1).unwrap());
        let (came, went) = (rows(&new, &come), rows(&new, &gone));
        let changed = Changed { come: &came, gone: &went };
        for (text, anchor) in QUERIES {
            let text = format!("PREFIX : <http://e/> {text}");
            let query = Query::parse(&text, &ParseOptions::default()).unwrap();
            let spargebra::Query::Select { pattern, .. } = query.algebra() else { panic!("{text}") };
            let whole = Prepared::from(query.clone());
            let shown = whole.variables().to_vec();
            let anchors = (!anchor.is_empty()).then(|| vec![Variable::new_unchecked(*anchor)]);
            let delta = Delta::new(pattern, &shown, anchors);
            let all = |version| solutions(&whole, &over(version), &[], &shown);
            let (before, after) = (all(&old), all(&new));
            for (version, side, these, others) in
                [(&old, Side::Lost, &before, &after), (&new, Side::Gained, &after, &before)]
            {
                let Some(affected) = delta.affected(&Executor::default(), &over(version), &changed, side).unwrap()
                else {
                    assert!(text.contains(":p+") || !delta.is_narrow(), "{text}");
                    continue;
                };
                let given: Vec<Vec<Id>> = affected.into_iter().collect();
                let narrow = match delta.restricted() {
                    Some(restricted) if !given.is_empty() => solutions(restricted, &over(version), &given, &shown),
                    _ => Solutions::new(),
                };
                assert!(narrow.is_subset(these), "{round} {text}: {narrow:?} {these:?}");
                let lacking: Vec<_> = these.difference(others).filter(|row| !narrow.contains(*row)).collect();
                assert!(lacking.is_empty(), "{round} {side:?} {text}: {lacking:?} of {first:?} + {come:?} - {gone:?}");
            }
        }
    }
}

#[test]
fn most_queries_are_narrow() {
    for (text, anchor) in QUERIES {
        let query = Query::parse(&format!("PREFIX : <http://e/> {text}"), &ParseOptions::default()).unwrap();
        let spargebra::Query::Select { pattern, .. } = query.algebra() else { panic!("{text}") };
        let anchors = (!anchor.is_empty()).then(|| vec![Variable::new_unchecked(*anchor)]);
        assert!(Delta::new(pattern, &[], anchors).is_narrow(), "{text}");
    }
    for text in [
        "SELECT ?a { { SELECT ?a { ?a ?p ?b } LIMIT 3 } }",
        "SELECT ?a { ?a !<http://e/p> ?b }",
        "SELECT ?a { SERVICE <http://e/> { ?a ?p ?b } }",
    ] {
        let query = Query::parse(text, &ParseOptions::default()).unwrap();
        let spargebra::Query::Select { pattern, .. } = query.algebra() else { panic!("{text}") };
        assert!(!Delta::new(pattern, &[], Some(vec![Variable::new_unchecked("a")])).is_narrow(), "{text}");
    }
}

#[test]
fn predicates_are_those_named_or_given() {
    for (text, wanted) in [
        ("SELECT ?a { VALUES ?x { :p :q } ?a ?x ?b FILTER NOT EXISTS { ?b :r ?c . ?c ?x ?d } }", Some("p q r")),
        ("SELECT ?a { ?a :p/:q ?b . ?b :r* ?c }", Some("p q r")),
        ("SELECT ?a { ?a :p ?b { SELECT ?b (COUNT(*) AS ?n) { ?b :q ?x } GROUP BY ?b } }", Some("p q")),
        ("SELECT ?a { ?a ?x ?b . ?b :p ?x }", None),
    ] {
        let query = Query::parse(&format!("PREFIX : <http://e/> {text}"), &ParseOptions::default()).unwrap();
        let spargebra::Query::Select { pattern, .. } = query.algebra() else { panic!("{text}") };
        let delta = Delta::new(pattern, &[], Some(vec![Variable::new_unchecked("a")]));
        let found = delta.predicates().map(|all| {
            all.iter().map(|one| one.as_str().trim_start_matches("http://e/").to_owned()).collect::<Vec<_>>().join(" ")
        });
        assert_eq!(found.as_deref(), wanted, "{text}");
    }
}
