//! Queries: text, limits, results.

use std::time::{Duration, Instant};

use citypact::query::{
    Answer, Cancel, Dataset, DefaultGraph, Engine, Limit, Limits, ParseOptions, Query, QueryError, Request, Update,
    library, named,
};
use citypact::store::{BulkOptions, Embedded, StoreError};
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
