//! The operators of our own give the rows that Oxigraph's evaluator gives over the store.

use std::ops::ControlFlow;
use std::time::Duration;

use citypact::query::{Cancel, Dataset, DefaultGraph, Engine, Event, Limits, Query, Request};
use citypact::store::Embedded;
use oxigraph::sparql::{QueryResults, QuerySolution, SparqlEvaluator};
use oxrdf::{Literal, Quad, Term};

use super::{node, parse, store};

/// What the other evaluator says.
fn plainly(store: &Embedded, query: &Query, graph: DefaultGraph) -> Vec<Vec<Option<Term>>> {
    let mut prepared = SparqlEvaluator::new().for_query(query.algebra().clone());
    if graph == DefaultGraph::Union {
        prepared.dataset_mut().set_default_graph_as_union();
    }
    let QueryResults::Solutions(solutions) = store.bind(prepared).execute().unwrap() else { panic!() };
    let Some(spargebra::algebra::GraphPattern::Project { variables, .. }) = project(query.algebra()) else { panic!() };
    let row = |solution: QuerySolution| variables.iter().map(|variable| solution.get(variable).cloned()).collect();
    solutions.map(|solution| row(solution.unwrap())).collect()
}

fn project(query: &spargebra::Query) -> Option<&spargebra::algebra::GraphPattern> {
    use spargebra::algebra::GraphPattern as P;
    let spargebra::Query::Select { pattern, .. } = query else { return None };
    let mut pattern = pattern;
    while let P::Slice { inner, .. } | P::Distinct { inner } | P::Reduced { inner } = pattern {
        pattern = inner;
    }
    Some(pattern)
}

/// Pseudo-random numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn of<'a>(&mut self, choice: &[&'a str]) -> &'a str {
        choice[self.roll(choice.len())]
    }

    /// Literals whose order the engine and SPARQL agree on, IRIs, blank nodes.
    fn term(&mut self) -> Term {
        let number = i64::try_from(self.roll(12)).unwrap();
        match self.roll(6) {
            0 | 1 => Literal::from(number - 4).into(),
            2 => Literal::from(number as f64 + 0.5).into(),
            3 => node(format_args!("o{number}")).into(),
            4 => oxrdf::BlankNode::new_unchecked(format!("b{number}")).into(),
            _ => Literal::new_simple_literal(self.of(&["z", "zz", "zur"])).into(),
        }
    }

    fn store(&mut self, graphs: usize) -> Embedded {
        let quads: Vec<Quad> = (0..120)
            .map(|_| {
                let (s, p) = (node(format_args!("s{}", self.roll(15))), node(self.of(&["p", "q", "r"])));
                Quad::new(s, p, self.term(), node(format_args!("g{}", self.roll(graphs))))
            })
            .collect();
        store(quads)
    }

    fn pattern(&mut self) -> String {
        let part = |dice: &mut Self| {
            dice.of(&[
                "?s x:p ?o .",
                "?s x:q ?v .",
                "?s ?p ?o .",
                "?s x:p ?o . ?t x:p ?o .",
                "OPTIONAL { ?s x:r ?w }",
                "OPTIONAL { ?s x:q ?v . ?t x:r ?v }",
                "{ ?s x:p ?o } UNION { ?s x:q ?v }",
                "MINUS { ?s x:r ?m }",
                "FILTER EXISTS { ?s x:q ?e . ?f x:p ?e }",
                "FILTER NOT EXISTS { ?s x:r ?o }",
                "BIND(STR(?s) AS ?b)",
                "{ SELECT DISTINCT ?s { ?s x:p ?h } }",
                "{ SELECT ?s (COUNT(*) AS ?c) { ?s ?j ?k } GROUP BY ?s }",
                "GRAPH ?g { ?s x:p ?o }",
                "?s (x:p|x:q)+ ?y .",
                "?s (x:p/^x:p)+ ?y .",
                "?s (^(x:q/^x:q))* ?y .",
                "FILTER EXISTS { ?s x:p ?e . ?e x:q ?f . ?s x:q ?o }",
                "FILTER NOT EXISTS { ?t x:p ?e . ?s x:q ?e FILTER(?e != ?o) OPTIONAL { ?s x:r ?w } }",
                "FILTER EXISTS { { ?s x:q ?e } UNION { ?e x:p ?o } MINUS { ?s x:r ?w } }",
                "FILTER(BOUND(?v) || EXISTS { ?s x:q ?v FILTER(BOUND(?s) && !BOUND(?nobody)) })",
                "FILTER EXISTS { ?s (x:p/^x:p)* ?t . ?t x:q ?e BIND(?o AS ?f) FILTER(?f != ?e) }",
                "VALUES ?s { x:s1 x:s2 x:s3 x:s4 x:s5 x:s6 x:s7 }",
                "FILTER(!BOUND(?w) || ?w != ?o)",
                "{ SELECT ?s { ?s x:p ?h } ORDER BY DESC(?h) ?s LIMIT 5 }",
                "{ SELECT ?s ?h { ?s x:q ?h } ORDER BY ?s ?h }",
            ])
        };
        let mut pattern = "?s x:p ?o . ".to_owned();
        for _ in 0..self.roll(4) {
            let part = part(self);
            // No variable is given a value by two BINDs.
            if !pattern.contains(part) {
                pattern += part;
                pattern.push(' ');
            }
        }
        pattern
    }
}

/// Terms as far as two evaluations can agree on them.
fn shown(rows: &[Vec<Option<Term>>]) -> Vec<String> {
    rows.iter()
        .map(|row| {
            row.iter().map(|term| term.as_ref().map_or("-".into(), Term::to_string)).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

/// A slice that is in every text the same for the same dice.
fn slice(dice: &mut Dice) -> String {
    match dice.roll(4) {
        0 => String::new(),
        1 => format!("LIMIT {}", dice.roll(6)),
        2 => format!("OFFSET {}", dice.roll(6)),
        _ => format!("LIMIT {} OFFSET {}", 1 + dice.roll(8), dice.roll(4)),
    }
}

/// ORDER BY these variables, each up or down.
fn order(dice: &mut Dice, vars: &str) -> String {
    let key = |var: &str| if dice.roll(2) == 0 { format!("DESC({var})") } else { var.to_owned() };
    let keys: Vec<String> = vars.split(' ').map(key).collect();
    format!("ORDER BY {}", keys.join(" "))
}

#[test]
fn what_is_done_here_agrees_with_the_engine_on_random_data_and_queries() {
    let mut dice = Dice(20_261_121);
    let engine = Engine::new().with_default_graph(DefaultGraph::Union);
    for round in 0..400 {
        // One graph: a merge of several is a set here and a bag in the engine.
        let store = dice.store(1);
        let (pattern, vars) = (dice.pattern(), dice.of(&["?s ?o", "?o", "?s ?o ?v ?w"]));
        let (select, order, slice) = (dice.of(&["", "DISTINCT"]), order(&mut dice, vars), slice(&mut dice));
        // By all that is shown: rows that tie are equal.
        let text = format!("SELECT {select} {vars} {{ {pattern} }} {order} {slice}");
        let query = parse(&text).unwrap();
        let ours = engine.answer(&store, &query, &Limits::within(Duration::from_secs(30))).unwrap().rows;
        let theirs = plainly(&store, &query, DefaultGraph::Union);
        assert_eq!(shown(&ours), shown(&theirs), "round {round}: {text}");
    }
}

#[test]
fn a_triple_in_several_graphs_is_one_triple_of_their_union() {
    let mut dice = Dice(17);
    for round in 0..300 {
        let several = dice.store(3);
        let at_once = |quad: Result<Quad, _>| Quad { graph_name: node("g0").into(), ..quad.unwrap() };
        let one = store(several.quads(None).map(at_once).collect::<Vec<_>>());
        let pattern = dice.pattern();
        if pattern.contains("GRAPH") {
            continue;
        }
        let text = format!("SELECT ?s ?o ?v ?w ?b ?c ?y {{ {pattern} }}");
        let query = parse(&text).unwrap();
        let ours = Engine::new().answer(&several, &query, &Limits::within(Duration::from_secs(30))).unwrap().rows;
        let (mut ours, mut theirs) = (shown(&ours), shown(&plainly(&one, &query, DefaultGraph::Union)));
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "round {round}: {text}");
    }
}

#[test]
fn rows_that_tie_may_come_in_any_order_but_their_keys_are_the_engines() {
    let mut dice = Dice(4);
    let engine = Engine::new().with_default_graph(DefaultGraph::Union);
    let within = Limits::within(Duration::from_secs(30));
    let rows = |store: &Embedded, text: &str| engine.answer(store, &parse(text).unwrap(), &within).unwrap().rows;
    for round in 0..200 {
        let store = dice.store(1);
        let pattern = dice.pattern();
        let (order, slice) = (order(&mut dice, "?o"), slice(&mut dice));
        let text = format!("SELECT ?o ?s ?v {{ {pattern} }} {order} {slice}");
        let ours = rows(&store, &text);
        let theirs = plainly(&store, &parse(&text).unwrap(), DefaultGraph::Union);
        let keys = |rows: &[Vec<Option<Term>>]| rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>();
        assert_eq!(keys(&ours), keys(&theirs), "round {round}: {text}");
        let mut all = shown(&rows(&store, &format!("SELECT ?o ?s ?v {{ {pattern} }}")));
        for row in shown(&ours) {
            let at = all.iter().position(|one| *one == row);
            all.swap_remove(at.unwrap_or_else(|| panic!("round {round}: {text}: {row} is no row, or not so often")));
        }
    }
}

#[test]
fn rows_of_one_graph_are_the_engines_own() {
    let mut dice = Dice(7);
    for round in 0..300 {
        let store = dice.store(3);
        let pattern = dice.pattern();
        let text = format!("SELECT ?s ?o ?v ?w ?b ?c ?y FROM x:g0 FROM NAMED x:g1 {{ {pattern} }}");
        let query = parse(&text).unwrap();
        let ours = Engine::new().answer(&store, &query, &Limits::within(Duration::from_secs(30))).unwrap().rows;
        let (mut ours, mut theirs) = (shown(&ours), shown(&plainly(&store, &query, DefaultGraph::Empty)));
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "round {round}: {text}");
    }
}

#[test]
fn a_plan_that_is_kept_serves_every_store_and_dataset() {
    let mut dice = Dice(11);
    let engine = Engine::new();
    let within = Limits::within(Duration::from_secs(30));
    // Large enough to be kept.
    let filters: String = (100..115).map(|number| format!("FILTER(?o != {number}) ")).collect();
    let subquery = "{ SELECT ?s { ?s x:p ?h } ORDER BY ?h ?s LIMIT 6 }";
    let query =
        parse(&format!("SELECT ?s ?o ?w {{ ?s x:p ?o OPTIONAL {{ ?s x:r ?w }} {filters} {subquery} }}")).unwrap();
    let rows = |engine: &Engine, store: &Embedded, dataset: &Dataset| {
        let mut rows = Vec::new();
        let request = Request { query: &query, dataset, limits: &within, cancel: &Cancel::new() };
        let keep = &mut |event: Event<'_>| {
            if let Event::Row(row) = event {
                rows.push(row.terms());
            }
            ControlFlow::Continue(())
        };
        engine.run(store, request, keep).unwrap();
        shown(&rows)
    };
    let one = Dataset { default: vec![node("g0")], named: Vec::new() };
    for round in 0..20 {
        let store = dice.store(1 + round % 3);
        for dataset in [&one, &Dataset::default(), &one] {
            assert_eq!(rows(&engine, &store, dataset), rows(&Engine::new(), &store, dataset), "round {round}");
        }
    }
}
