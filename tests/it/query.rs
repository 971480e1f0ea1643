//! Queries: text, limits, results.

use std::time::{Duration, Instant};

use citypact::query::{
    Answer, Cancel, Dataset, DefaultGraph, Engine, Limit, Limits, ParseOptions, Query, QueryError, Request, Update,
    library, named,
};
use citypact::store::{BulkOptions, Embedded, StoreError};
use oxigraph::sparql::{QueryResults, QuerySolution, SparqlEvaluator};
use oxrdf::{GraphName, Literal, NamedNode, Quad, Term};

fn node(name: impl std::fmt::Display) -> NamedNode {
    NamedNode::new(format!("http://x/{name}")).unwrap()
}

fn store(quads: impl IntoIterator<Item = Quad>) -> Embedded {
    let store = Embedded::memory().unwrap();
    store.bulk_load(quads.into_iter().map(Ok::<_, StoreError>), BulkOptions::default()).unwrap();
    store
}

/// `subjects` subjects with a type, a number, a name and a link to the next, in one named graph.
fn chain(subjects: usize) -> Embedded {
    let graph = GraphName::NamedNode(node("g"));
    store((0..subjects).flat_map(|i| {
        let s = node(format_args!("s{i}"));
        let number = i64::try_from(i * 7919 % subjects).unwrap();
        [
            Quad::new(s.clone(), node("type"), node(format_args!("c{}", i % 7)), graph.clone()),
            Quad::new(s.clone(), node("n"), Literal::from(number), graph.clone()),
            Quad::new(
                s.clone(),
                node("name"),
                Literal::new_simple_literal(format!("name of number {i} in the list")),
                graph.clone(),
            ),
            Quad::new(s, node("next"), node(format_args!("s{}", (i + 1) % subjects)), graph.clone()),
        ]
    }))
}

fn options() -> ParseOptions {
    ParseOptions { prefixes: vec![("x".to_owned(), "http://x/".to_owned())], ..ParseOptions::default() }
}

fn parse(text: &str) -> Result<Query, QueryError> {
    Query::parse(text, &options())
}

fn answer(source: &Embedded, text: &str) -> Answer {
    Engine::new().answer(source, &parse(text).unwrap(), &Limits::within(Duration::from_secs(60))).unwrap()
}

fn run(source: &Embedded, text: &str, limits: &Limits) -> Result<citypact::query::Stats, QueryError> {
    let query = parse(text).unwrap();
    let request = Request { query: &query, dataset: &Dataset::default(), limits, cancel: &Cancel::new() };
    Engine::new().run(source, request, &mut |_| std::ops::ControlFlow::Continue(()))
}

fn number(answer: &Answer) -> i64 {
    match &answer.rows[0][0] {
        Some(Term::Literal(literal)) => literal.value().parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn forms_give_what_they_promise() {
    let store = chain(10);
    assert_eq!(answer(&store, "SELECT ?s { ?s x:next ?o }").rows.len(), 10);
    assert_eq!(answer(&store, "ASK { ?s x:next ?s }").boolean, Some(false));
    assert_eq!(answer(&store, "CONSTRUCT { ?o x:before ?s } WHERE { ?s x:next ?o }").triples.len(), 10);
    assert_eq!(answer(&store, "DESCRIBE x:s1").triples.len(), 4);
    assert_eq!(number(&answer(&store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")), 40);
    assert_eq!(answer(&store, "SELECT ?s { ?s x:n ?n } ORDER BY DESC(?n) LIMIT 2 OFFSET 1").rows.len(), 2);
}

#[test]
fn the_default_graph_is_the_merge_of_all_unless_told_otherwise() {
    let quad = |graph: &str, object: &str| Quad::new(node("s"), node("p"), node(object), node(graph));
    let store = store([quad("g1", "a"), quad("g2", "a"), quad("g2", "b")]);
    for (text, expected) in [
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", 2),
        ("SELECT (COUNT(?o) AS ?n) { x:s x:p ?o }", 2),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?s x:p ?o2 }", 4),
        ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", 3),
        ("SELECT (COUNT(*) AS ?n) FROM x:g1 FROM x:g2 { ?s ?p ?o }", 2),
        ("SELECT (COUNT(*) AS ?n) FROM x:g1 { ?s ?p ?o }", 1),
        ("SELECT (COUNT(*) AS ?n) FROM NAMED x:g1 { ?s ?p ?o }", 0),
        ("SELECT (COUNT(*) AS ?n) FROM NAMED x:g1 { GRAPH ?g { ?s ?p ?o } }", 1),
        ("SELECT (COUNT(*) AS ?n) { ?s x:p x:b OPTIONAL { ?s x:p ?o } }", 2),
        ("SELECT (COUNT(*) AS ?n) { { SELECT ?o { ?s ?p ?o } } }", 2),
    ] {
        assert_eq!(number(&answer(&store, text)), expected, "{text}");
    }
    let query = parse("SELECT ?o { ?s ?p ?o }").unwrap();
    let empty = Engine::new().with_default_graph(DefaultGraph::Empty);
    assert!(empty.answer(&store, &query, &Limits::default()).unwrap().rows.is_empty());
}

/// Each of these takes minutes at least without a limit.
const ENDLESS: &[(&str, &str)] = &[
    ("cross product", "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"),
    ("count of a cross product", "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }"),
    ("cross product with a filter", "SELECT * { ?a x:n ?b . ?c x:n ?d . ?e x:n ?f FILTER(?b + ?d + ?f < 0) }"),
    ("order by", "SELECT * { ?a x:name ?b . ?d x:name ?e } ORDER BY ?b ?e"),
    ("order by with limit", "SELECT * { ?a x:name ?b . ?d x:name ?e } ORDER BY ?b ?e LIMIT 10"),
    ("distinct", "SELECT DISTINCT ?b { ?a x:n ?b . ?c x:n ?d }"),
    ("distinct within", "SELECT (COUNT(*) AS ?n) { { SELECT DISTINCT ?b ?d { ?a x:n ?b . ?c x:n ?d } } }"),
    ("path", "SELECT (COUNT(*) AS ?n) { ?a x:next+ ?b }"),
    ("any path", "SELECT (COUNT(*) AS ?n) { ?a (x:next|!x:next)* ?b }"),
    ("construct", "CONSTRUCT { ?a x:with ?d } WHERE { ?a ?b ?c . ?d ?e ?f }"),
    ("group", "SELECT ?a (SUM(?e) AS ?n) { ?a x:n ?b . ?d x:n ?e } GROUP BY ?a"),
    ("group concat", "SELECT (GROUP_CONCAT(?b) AS ?n) { ?a x:name ?b . ?d x:n ?e }"),
    ("count distinct", "SELECT (COUNT(DISTINCT ?b) AS ?n) { ?a x:n ?b . ?d x:n ?e }"),
    ("regex", "SELECT * { ?a x:name ?b . ?c x:name ?d FILTER(REGEX(CONCAT(?b, ?d), \"^(a|b)*c$\")) }"),
    ("exists", "SELECT * { ?a x:n ?b FILTER EXISTS { ?c x:n ?d . ?e x:n ?f FILTER(?d + ?f < ?b - 10000000) } }"),
    ("not exists", "SELECT (COUNT(*) AS ?n) { ?a x:n ?b FILTER NOT EXISTS { ?c x:n ?d FILTER(?d < ?b - 10000000) } }"),
    ("optional", "SELECT (COUNT(*) AS ?n) { ?a x:n ?b OPTIONAL { ?c x:n ?d OPTIONAL { ?e x:n ?f } } }"),
    ("optional with a condition", "SELECT (COUNT(*) AS ?n) { ?a x:n ?b OPTIONAL { ?c x:n ?d FILTER(?d + ?b < 0) } }"),
    ("union", "SELECT (COUNT(*) AS ?n) { { ?a ?b ?c } UNION { ?d ?e ?f } { ?g ?h ?i } UNION { ?j ?k ?l } }"),
    ("minus", "SELECT (COUNT(*) AS ?n) { ?a x:n ?b . ?c x:n ?d MINUS { ?a x:next ?c } }"),
    ("ask", "ASK { ?a x:n ?b . ?c x:n ?d FILTER(?b + ?d < 0) }"),
    ("describe", "DESCRIBE ?a { ?a x:n ?b . ?c x:n ?d }"),
    ("bind", "SELECT (COUNT(?z) AS ?n) { ?a x:n ?b . ?c x:n ?d BIND(CONCAT(STR(?b), STR(?d)) AS ?z) }"),
    (
        "subquery",
        "SELECT (COUNT(*) AS ?n) { { SELECT ?a ?b { ?a x:n ?b } } { SELECT ?c ?d { ?c x:n ?d } } FILTER(?b + ?d < 0) }",
    ),
    ("ordered subquery", "SELECT (COUNT(*) AS ?n) { { SELECT * { ?a x:name ?b . ?c x:n ?d } ORDER BY ?d ?b } }"),
    (
        "ordered subquery with limit",
        "SELECT * { { SELECT ?b { ?a x:name ?b . ?c x:name ?d } ORDER BY ?d ?b LIMIT 5 } ?x x:name ?b }",
    ),
    ("path with a repeated end", "SELECT (COUNT(*) AS ?n) { ?a (x:next|!x:next)+ ?a . ?c x:n ?d }"),
    ("graph", "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?a ?b ?c } GRAPH ?h { ?d ?e ?f } }"),
];

#[test]
fn a_time_limit_ends_every_operator() {
    let store = chain(50_000);
    let limits = Limits { memory: Some(1 << 30), ..Limits::within(Duration::from_millis(1000)) };
    for (name, text) in ENDLESS {
        let started = Instant::now();
        let result = run(&store, text, &limits);
        let elapsed = started.elapsed();
        assert!(
            matches!(result, Err(QueryError::Limit(Limit::Time(_) | Limit::Memory(_)))),
            "{name}: {result:?} after {elapsed:?}"
        );
        assert!(elapsed < Duration::from_millis(2500), "{name} took {elapsed:?}");
    }
}

#[test]
fn values_joins_end_in_time() {
    let store = chain(10);
    let values =
        |variable: char| format!("VALUES ?{variable} {{ {} }}", (0..3000).map(|i| format!("{i} ")).collect::<String>());
    let text = format!(
        "SELECT (COUNT(*) AS ?n) {{ {} {} {} FILTER(?a + ?b + ?c < 0) }}",
        values('a'),
        values('b'),
        values('c')
    );
    let started = Instant::now();
    let result = run(&store, &text, &Limits::within(Duration::from_millis(1000)));
    assert!(matches!(result, Err(QueryError::Limit(Limit::Time(_)))), "{result:?}");
    assert!(started.elapsed() < Duration::from_millis(2500));
}

#[test]
fn whoever_asked_can_end_it() {
    let store = chain(20_000);
    let query = parse("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }").unwrap();
    let cancel = Cancel::new();
    let started = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(300));
            cancel.cancel();
        });
        let request =
            Request { query: &query, dataset: &Dataset::default(), limits: &Limits::default(), cancel: &cancel };
        let result = Engine::new().run(&store, request, &mut |_| std::ops::ControlFlow::Continue(()));
        assert!(matches!(result, Err(QueryError::Cancelled)), "{result:?}");
    });
    assert!(started.elapsed() < Duration::from_millis(1500));
}

#[test]
fn a_receiver_that_has_enough_ends_it() {
    let store = chain(20_000);
    let query = parse("SELECT * { ?a ?b ?c . ?d ?e ?f }").unwrap();
    let mut left = 5;
    let request =
        Request { query: &query, dataset: &Dataset::default(), limits: &Limits::default(), cancel: &Cancel::new() };
    let stats = Engine::new().run(&store, request, &mut |_| {
        left -= 1;
        if left == 0 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    });
    assert!(stats.unwrap().broken_off);
}

#[test]
fn rows_bytes_and_memory_are_limited() {
    let store = chain(20_000);
    let limit = |limits: Limits, text| match run(&store, text, &limits) {
        Err(QueryError::Limit(limit)) => limit,
        other => panic!("{text}: {other:?}"),
    };
    let base = Limits::within(Duration::from_secs(60));
    assert_eq!(limit(Limits { rows: Some(10), ..base }, "SELECT * { ?s ?p ?o }"), Limit::Rows(10));
    assert_eq!(limit(Limits { rows: Some(10), ..base }, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"), Limit::Rows(10));
    assert_eq!(limit(Limits { bytes: Some(1000), ..base }, "SELECT * { ?s ?p ?o }"), Limit::Bytes(1000));
    let memory = Limits { memory: Some(1 << 20), ..base };
    for text in [
        "SELECT * { ?a ?b ?c . ?d ?e ?f }",
        "SELECT * { ?a ?b ?c } ORDER BY ?c",
        "SELECT (COUNT(*) AS ?n) { { SELECT DISTINCT ?a ?c { ?a ?b ?c } } }",
        "SELECT ?a (COUNT(*) AS ?n) { ?a ?b ?c } GROUP BY ?a",
        "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a ?b ?c }",
        "SELECT (GROUP_CONCAT(?c) AS ?n) { ?a ?b ?c }",
        "SELECT (COUNT(?d) AS ?n) { ?a ?b ?c BIND(CONCAT(STR(?c), \" and something more\") AS ?d) }",
        "SELECT * { ?a ?b ?c MINUS { ?d ?e ?f } }",
        "SELECT * { { SELECT ?a ?c { ?a ?b ?c } ORDER BY ?c } ?a ?d ?e }",
    ] {
        assert_eq!(limit(memory, text), Limit::Memory(1 << 20), "{text}");
    }
}

#[test]
fn rows_that_are_let_go_do_not_count() {
    let store = chain(20_000);
    let limits = Limits { memory: Some(8 << 20), ..Limits::within(Duration::from_secs(60)) };
    for text in [
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
        "SELECT ?o { ?s x:n ?o } ORDER BY ?o LIMIT 10",
        "SELECT ?t (COUNT(*) AS ?n) { ?s x:type ?t } GROUP BY ?t",
        "SELECT (COUNT(*) AS ?n) { ?s x:n ?o FILTER EXISTS { SELECT DISTINCT ?s { ?s x:next ?t } } }",
        "SELECT (COUNT(*) AS ?n) { ?s x:n ?o OPTIONAL { ?s x:next ?t . ?t x:n ?u } }",
        "SELECT (COUNT(*) AS ?n) { { SELECT ?s { ?s x:n ?o } ORDER BY ?o LIMIT 10 } ?s x:next ?t }",
    ] {
        let stats = run(&store, text, &limits);
        assert!(stats.is_ok(), "{text}: {stats:?}");
    }
}

#[test]
fn strings_do_not_grow_without_limit() {
    let store = chain(1);
    let mut text = "SELECT (STRLEN(?x40) AS ?n) { VALUES ?x0 { \"aaaaaaaaaa\" }".to_owned();
    for i in 0..40 {
        text += &format!(" BIND(CONCAT(?x{i}, ?x{i}) AS ?x{})", i + 1);
    }
    let result = run(&store, &(text + " }"), &Limits::default());
    assert!(matches!(result, Err(QueryError::Limit(Limit::Memory(_)))), "{result:?}");
    let mut text = "SELECT (STRLEN(?x9) AS ?n) { VALUES ?x0 { \"aaaaaaaaaa\" }".to_owned();
    for i in 0..9 {
        text += &format!(" BIND(REPLACE(?x{i}, \"a\", ?x{i}) AS ?x{})", i + 1);
    }
    let result = run(&store, &(text + " }"), &Limits::default());
    assert!(matches!(result, Err(QueryError::Limit(Limit::Memory(_)))), "{result:?}");
    let many = "?x, ".repeat(100);
    let text = format!("SELECT (STRLEN(CONCAT({many} ?x)) AS ?n) {{ VALUES ?x {{ \"abc\" }} }}");
    assert_eq!(number(&answer(&store, &text)), 303);
}

#[test]
fn nothing_that_parses_overflows_the_stack() {
    let store = chain(3);
    let limits = Limits::within(Duration::from_secs(5));
    let deep = |open: &str, middle: &str, close: &str, times: usize| {
        format!("{}{middle}{}", open.repeat(times), close.repeat(times))
    };
    let texts = [
        format!("SELECT * {{ FILTER({}) }}", deep("(", "1", ")", 95)),
        format!("SELECT * {{ FILTER({}) }}", deep("!", "1", "", 95)),
        format!("SELECT * {{ {} }}", deep("{ ", "?s ?p ?o", " }", 95)),
        format!("SELECT * {{ {} }}", deep("OPTIONAL { ?s ?p ?o ", "", " }", 95)),
        format!("SELECT * {{ {} }}", deep("?s ?p ?o FILTER EXISTS { ", "", " }", 95)),
        format!("SELECT * {{ ?s ?p {} }}", deep("[ ?p ", "1", " ]", 95)),
        format!("SELECT * {{ ?s ?p {} }}", deep("( 1 ", "", " )", 90)),
        format!("SELECT * {{ ?s {} ?o }}", deep("(", "x:p", ")*", 95)),
        format!("SELECT * {{ ?s {} ?o }}", deep("(^", "x:p", ")", 47)),
        format!("SELECT (1{} AS ?x) {{}}", "+1".repeat(3900)),
        format!("SELECT * {{ FILTER(1{}) }}", "||1".repeat(1900)),
        format!("SELECT * {{ {} }}", "OPTIONAL { ?s ?p ?o } ".repeat(250)),
        format!("SELECT * {{ {} }}", "{ ?s ?p ?o } UNION ".repeat(250) + "{}"),
        format!("SELECT * {{ ?s x:p{} ?o }}", "/x:p".repeat(250)),
        format!("SELECT * {{ ?s (x:p{})* ?o }}", "/x:p".repeat(3900)),
        format!("SELECT * {{ ?s (x:p{})* ?o }}", "|x:p".repeat(3900)),
        format!("SELECT * {{ {} }}", "FILTER(?x) ".repeat(1900)),
        format!("SELECT * {{ {} }}", "MINUS { ?s ?p ?o } ".repeat(250)),
        format!("SELECT * {{ {} }}", (0..1900).map(|i| format!("BIND(1 AS ?x{i}) ")).collect::<String>()),
        format!("SELECT * {{ ?s ?p ?o FILTER(?o IN (1{})) }}", ", 1".repeat(20_000)),
        format!("SELECT * {{ VALUES ?o {{ {} }} }}", "1 ".repeat(100_000)),
        format!("SELECT {} {{ }}", (0..1300).map(|i| format!("(1 AS ?x{i}) ")).collect::<String>()),
    ];
    for text in &texts {
        match parse(text) {
            Ok(query) => drop(Engine::new().answer(&store, &query, &limits)),
            Err(QueryError::Syntax(error)) => assert!(error.too_large, "{error}"),
            Err(error) => panic!("{error}"),
        }
    }
}

fn syntax(text: &str) -> (u64, u64, String, Option<String>) {
    match parse(text) {
        Err(QueryError::Syntax(error)) => (error.at.line + 1, error.at.column + 1, error.reason, error.hint),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn errors_say_where_and_what() {
    let hint = |text: &str| Some(text.to_owned());
    assert_eq!(
        syntax("SELECT * { ?s patc:party ?o }"),
        (
            1,
            15,
            "the prefix patc: is not declared".into(),
            hint("did you mean pact: ? Otherwise declare it: PREFIX patc: <…>")
        )
    );
    assert_eq!(
        syntax("SELEC * { ?s ?p ?o }"),
        (1, 1, "`SELEC` is not expected here".into(), hint("did you mean SELECT?"))
    );
    assert_eq!(
        syntax("SELECT *\nWHERE { ?s ?p ?o\n  FILTER(?o = ) }"),
        (3, 15, "`)` is not expected here".into(), None)
    );
    assert_eq!(syntax("SELECT * { ?s ?p 'abc }"), (1, 18, "this string has no end".into(), None));
    assert_eq!(syntax("SELECT * { ?s ?p ?o "), (1, 10, "this { is never closed".into(), None));
    assert_eq!(
        syntax("SELECT * { ?s ?p ?o ) }"),
        (1, 21, "this ) does not close the { of line 1, column 10".into(), None)
    );
    assert_eq!(syntax("SELECT * { <a> ?p ?o }").2, "this IRI is relative, and there is no BASE");
    assert_eq!(syntax("SELECT * { ?s ?p ?o } LIMIT x"), (1, 29, "`x` is not expected here".into(), None));
    assert_eq!(syntax("").2, "the text ends too early");
    assert!(syntax("SELECT ?y { ?x ?y ?z } GROUP BY ?x").2.contains("unbound"));
    assert_eq!(syntax("SELECT * { ?市 ?p ?o . 昆明:x }").1, 23);
    assert_eq!(
        syntax(&format!("SELECT * {{ {} }}", "(".repeat(200))).2,
        "brackets, groups and prefix operators nest deeper than the 100 levels allowed"
    );
}

#[test]
fn snippets_point_at_the_place_under_wide_characters() {
    let Err(QueryError::Syntax(error)) = parse("SELECT * { ?市 昆明:x 1 }") else { panic!() };
    assert_eq!(error.snippet(), "SELECT * { ?市 昆明:x 1 }\n               ^");
}

#[test]
fn known_prefixes_need_no_declaration_and_declarations_win() {
    let store = chain(3);
    assert_eq!(answer(&store, "SELECT * { ?s x:n ?o }").rows.len(), 3);
    assert_eq!(answer(&store, "PREFIX x: <http://y/> SELECT * { ?s x:n ?o }").rows.len(), 0);
    assert!(parse("SELECT * { ?t a pact:Tie ; skos:prefLabel ?l ; prov:wasDerivedFrom doc:000 }").is_ok());
}

#[test]
fn every_file_of_the_library_is_listed_and_reads() {
    let mut files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/queries"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let mut names: Vec<&str> = library().iter().map(|query| query.name.as_ref()).collect();
    names.sort_unstable();
    assert_eq!(files, names);
    for query in library() {
        assert!(!query.title.is_empty() && !query.description.is_empty(), "{}", query.name);
    }
    assert_eq!(named("partnrs").unwrap_err().hint(), Some("did you mean partners?".into()));
}

fn update(store: &Embedded, text: &str, limits: &Limits) -> Result<(u64, u64), QueryError> {
    let update = Update::parse(text, &options())?;
    let stats = Engine::new().update(store, &update, &Dataset::default(), limits, &Cancel::new())?;
    Ok((stats.inserted, stats.removed))
}

#[test]
fn updates_do_what_they_say_and_all_or_nothing() {
    let store = chain(3);
    let done = |text: &str| update(&store, text, &Limits::default()).unwrap();
    assert_eq!(done("INSERT DATA { x:a x:p 1, 1, _:b . GRAPH x:h { _:b x:q x:a } }"), (3, 0));
    assert_eq!(done("INSERT DATA { x:a x:p 1 }"), (0, 0));
    assert_eq!(done("DELETE DATA { x:a x:p 1 } ; DELETE DATA { x:a x:p 7 }"), (0, 1));
    assert_eq!(
        done(
            "WITH x:g DELETE { ?s x:n ?n } INSERT { ?s x:m ?m . ?s x:new [ x:v ?n ] } WHERE { ?s x:n ?n BIND(?n + 1 AS ?m) }"
        ),
        (9, 3)
    );
    assert_eq!(done("INSERT { ?n x:p ?s . ?s ?unbound 1 } WHERE { ?s x:m ?n }"), (0, 0), "no literal is a subject");
    assert_eq!(done("DELETE WHERE { GRAPH ?g { ?s x:new ?b . ?b x:v ?v } }"), (0, 6));
    let epoch = store.epoch();
    assert!(update(&store, "INSERT DATA { x:z x:p 1 } ; CREATE GRAPH x:h", &Limits::default()).is_err());
    assert!(update(&store, "LOAD <http://x/>", &Limits::default()).is_err());
    assert_eq!(store.epoch(), epoch);
    assert_eq!(answer(&store, "ASK { x:z ?p ?o }").boolean, Some(false));
    done("CREATE GRAPH x:i ; DROP GRAPH x:i ; DROP SILENT GRAPH x:i ; CLEAR GRAPH x:h ; COPY x:g TO x:k");
    assert_eq!(number(&answer(&store, "SELECT (COUNT(*) AS ?n) { GRAPH x:k { ?s ?p ?o } }")), 12);
    done("DROP ALL");
    assert_eq!(number(&answer(&store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")), 0);
}

#[test]
fn limits_end_updates_and_nothing_is_changed() {
    let store = chain(20_000);
    let epoch = store.epoch();
    let limits = Limits { memory: Some(1 << 30), ..Limits::within(Duration::from_millis(700)) };
    for text in [
        "INSERT { ?a x:with ?d } WHERE { ?a ?b ?c . ?d ?e ?f }",
        "DELETE { ?a x:n ?b } WHERE { ?a x:n ?b . ?c x:n ?d . ?e x:n ?f FILTER(?b + ?d + ?f < 0) }",
        "DELETE { ?a x:n ?b } INSERT { GRAPH x:new { ?a x:n ?d } } WHERE { ?a x:n ?b . ?c x:n ?d }",
        "INSERT { ?a x:n ?b } WHERE { ?a x:next* ?b . ?c x:next* ?d }",
    ] {
        let started = Instant::now();
        let result = update(&store, text, &limits);
        assert!(matches!(result, Err(QueryError::Limit(Limit::Time(_) | Limit::Memory(_)))), "{text}: {result:?}");
        assert!(started.elapsed() < Duration::from_millis(2200), "{text}: {:?}", started.elapsed());
    }
    let rows = Limits { rows: Some(10), ..Limits::default() };
    let result = update(&store, "INSERT { ?a x:more ?b } WHERE { ?a x:n ?b }", &rows);
    assert!(matches!(result, Err(QueryError::Limit(Limit::Rows(10)))));
    assert_eq!(store.epoch(), epoch);
    assert_eq!(update(&store, "INSERT DATA { x:a x:p 1 }", &limits).unwrap(), (1, 0), "the store still takes writes");
}

/// What the engine says by itself: no lacing, no sorter of ours.
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
                "VALUES ?s { x:s1 x:s2 x:s3 x:s4 x:s5 x:s6 x:s7 }",
                "FILTER(!BOUND(?w) || ?w != ?o)",
                "{ SELECT ?s { ?s x:p ?h } ORDER BY DESC(?h) ?s LIMIT 5 }",
                "{ SELECT ?s ?h { ?s x:q ?h } ORDER BY ?s ?h }",
            ])
        };
        let mut pattern = "?s x:p ?o . ".to_owned();
        for _ in 0..self.roll(4) {
            pattern += part(self);
            pattern.push(' ');
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
fn distinct_rows_in_the_order_of_what_they_do_not_show() {
    let store = chain(500);
    let text = "SELECT DISTINCT ?t { ?s x:type ?t ; x:n ?n } ORDER BY ?n LIMIT 3 OFFSET 1";
    let all = answer(&store, "SELECT ?t ?n { ?s x:type ?t ; x:n ?n } ORDER BY ?n").rows;
    let mut expected: Vec<Option<Term>> = Vec::new();
    for row in all {
        if !expected.contains(&row[0]) {
            expected.push(row[0].clone());
        }
    }
    let found: Vec<Option<Term>> = answer(&store, text).rows.into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(found, expected[1..4]);
}

#[test]
fn the_same_text_gives_the_same_algebra() {
    for text in [
        "SELECT (COUNT(*) AS ?n) (SUM(?x) + 1 AS ?m) { ?s x:p [ x:q ?x ] ; x:r/x:s ?y } GROUP BY (STR(?s)) HAVING (MAX(?x) > 2)",
        "CONSTRUCT { ?s x:p [] } WHERE { ?s (x:p/x:q)+ ?value_0 . [] x:p ?_value_0 }",
    ] {
        assert_eq!(parse(text).unwrap(), parse(text).unwrap(), "{text}");
    }
}

#[test]
fn open_paths_take_the_memory_of_one_start() {
    let store = chain(3_000);
    let limits = Limits { memory: Some(4 << 20), ..Limits::within(Duration::from_secs(60)) };
    for (path, expected) in [("x:next+", 9_000_000), ("x:next*", 9_000_000 + 3_007 + 3_000 * 2)] {
        let query = parse(&format!("SELECT (COUNT(*) AS ?n) {{ ?a {path} ?b }}")).unwrap();
        let counted = number(&Engine::new().answer(&store, &query, &limits).unwrap());
        assert!(counted <= expected && counted >= 9_000_000, "{path}: {counted}");
    }
}
