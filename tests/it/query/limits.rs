//! Limits: whatever a query does, it ends in time and within its memory.

use std::time::{Duration, Instant};

use citypact::query::{Cancel, Dataset, Engine, Limit, Limits, QueryError, Request};
use citypact::store::Embedded;

use super::{answer, chain, number, parse, run};

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
    ("graph by graph", "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?a x:next+ ?b } }"),
    ("lateral", "SELECT (COUNT(*) AS ?n) { ?a x:n ?b LATERAL { ?c x:n ?d FILTER(?d + ?b < 0) } }"),
    (
        "lateral with a limit",
        "SELECT (COUNT(*) AS ?n) { ?a x:n ?b LATERAL { SELECT ?b ?d { ?c x:n ?d FILTER(?d + ?b < 0) } LIMIT 1 } }",
    ),
    (
        "exists with a limit",
        "SELECT (COUNT(*) AS ?n) { ?a x:n ?b FILTER EXISTS { SELECT ?b { ?c x:n ?d FILTER(?d + ?b < 0) } LIMIT 1 } }",
    ),
];

/// How long after it was told to a query ends, at best of some times: the machine may have other things to do. None where it
/// reached its memory before.
fn ends_after(store: &Embedded, text: &str) -> Option<Duration> {
    let query = parse(text).unwrap();
    let limits = Limits { memory: Some(1 << 30), ..Limits::within(Duration::from_secs(60)) };
    let once = || {
        let cancel = Cancel::new();
        std::thread::scope(|scope| {
            let told = scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(100));
                cancel.cancel();
                Instant::now()
            });
            let request = Request { query: &query, dataset: &Dataset::default(), limits: &limits, cancel: &cancel };
            let result = Engine::new().run(store, request, &mut |_| std::ops::ControlFlow::Continue(()));
            let ended = Instant::now();
            match result {
                Err(QueryError::Cancelled) => Some(ended.saturating_duration_since(told.join().unwrap())),
                Err(QueryError::Limit(Limit::Memory(_))) => None,
                other => panic!("{text}: {other:?}"),
            }
        })
    };
    let enough = |time: &Duration| *time < Duration::from_millis(50);
    let mut best = once()?;
    for _ in 0..9 {
        if enough(&best) {
            break;
        }
        best = best.min(once()?);
    }
    Some(best)
}

#[test]
fn every_operator_ends_within_50_ms_of_being_told() {
    let store = chain(20_000);
    for (name, text) in ENDLESS {
        let time = ends_after(&store, text).unwrap_or_default();
        assert!(time < Duration::from_millis(50), "{name} took {time:?}");
    }
}

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
    let memory = Limits { memory: Some(1 << 19), ..base };
    for text in [
        "SELECT * { ?a ?b ?c } ORDER BY ?c",
        "SELECT (COUNT(*) AS ?n) { { SELECT DISTINCT ?a ?c { ?a ?b ?c } } }",
        "SELECT ?a (COUNT(*) AS ?n) { ?a ?b ?c } GROUP BY ?a",
        "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c FILTER(isIRI(?a)) }",
        "SELECT (GROUP_CONCAT(STR(?c)) AS ?n) { ?a ?b ?c }",
        "SELECT (COUNT(?d) AS ?n) { ?a ?b ?c BIND(CONCAT(STR(?c), \" and something more\") AS ?d) }",
        "SELECT * { ?a ?b ?c MINUS { ?a ?e ?c FILTER(?e != ?c) } }",
        "SELECT * { { SELECT DISTINCT ?a ?c { ?a ?b ?c } } { SELECT DISTINCT ?a ?f { ?a ?e ?f } } }",
        "SELECT * { { SELECT ?a ?c { ?a ?b ?c } ORDER BY ?c } ?a ?d ?e }",
    ] {
        assert_eq!(limit(memory, text), Limit::Memory(1 << 19), "{text}");
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
fn open_paths_take_the_memory_of_one_start() {
    let store = chain(3_000);
    let limits = Limits { memory: Some(4 << 20), ..Limits::within(Duration::from_secs(60)) };
    for (path, expected) in [("x:next+", 9_000_000), ("x:next*", 9_000_000 + 3_007 + 3_000 * 2)] {
        let query = parse(&format!("SELECT (COUNT(*) AS ?n) {{ ?a {path} ?b }}")).unwrap();
        let counted = number(&Engine::new().answer(&store, &query, &limits).unwrap());
        assert!(counted <= expected && counted >= 9_000_000, "{path}: {counted}");
    }
}

/// The limit is 2 s, the bound 4 s for the slowest machine that tests run on; 2.0 to 2.4 s were measured on four cores.
#[test]
fn eight_endless_queries_at_once_end_soon_after_their_limit() {
    let store = chain(50_000);
    let limits = Limits { memory: Some(512 << 20), ..Limits::within(Duration::from_secs(2)) };
    let names =
        ["cross product", "group", "path", "order by with limit", "construct", "count distinct", "minus", "optional"];
    std::thread::scope(|scope| {
        for name in names {
            let (store, limits) = (&store, &limits);
            scope.spawn(move || {
                let (_, text) = ENDLESS.iter().find(|(other, _)| *other == name).unwrap();
                let started = Instant::now();
                let result = run(store, text, limits);
                let elapsed = started.elapsed();
                assert!(matches!(result, Err(QueryError::Limit(_))), "{name}: {result:?} after {elapsed:?}");
                assert!(elapsed < Duration::from_secs(4), "{name} took {elapsed:?}");
            });
        }
    });
}

#[test]
fn a_count_holds_no_rows_of_a_union_of_products() {
    let store = chain(3_000);
    let limits = Limits { memory: Some(2 << 20), ..Limits::within(Duration::from_secs(60)) };
    let text = "SELECT (COUNT(*) AS ?n) {
        { ?a x:type x:c0 . ?b x:type x:c0 } UNION { ?c x:type x:c1 . ?d x:type x:c1 } }";
    let query = parse(text).unwrap();
    assert_eq!(number(&Engine::new().answer(&store, &query, &limits).unwrap()), 2 * 429 * 429);
}

#[test]
fn a_pattern_that_must_exist_is_looked_up_from_what_is_known() {
    let store = chain(20_000);
    let count = |condition: &str| {
        number(&answer(&store, &format!("SELECT (COUNT(*) AS ?n) {{ ?s x:type x:c0 FILTER {condition} }}")))
    };
    assert_eq!(count("EXISTS { ?a x:n ?m . ?s x:next ?a . ?a x:type ?t }"), 2858);
    assert_eq!(count("NOT EXISTS { ?a x:n ?m . ?s x:next ?a . ?a x:type x:c0 }"), 2857);
    assert_eq!(count("EXISTS { ?a x:n ?m . ?s x:next ?a FILTER(BOUND(?s) && ?m > 0) }"), 2857);
}

fn explain(store: &Embedded, text: &str, limits: &Limits) -> Result<citypact::query::Explanation, QueryError> {
    let query = parse(text).unwrap();
    let request = Request { query: &query, dataset: &Dataset::default(), limits, cancel: &Cancel::new() };
    Engine::new().explain(store, request)
}

#[test]
fn limits_hold_while_a_plan_is_measured() {
    let store = chain(20_000);
    let within = |limits: Limits, text: &str| match explain(&store, text, &limits) {
        Err(QueryError::Limit(limit)) => limit,
        other => panic!("{text}: {other:?}"),
    };
    let base = Limits::within(Duration::from_secs(60));
    let memory = Limits { memory: Some(1 << 19), ..base };
    for text in ["SELECT * { ?a ?b ?c } ORDER BY ?c", "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c FILTER(isIRI(?a)) }"]
    {
        assert_eq!(within(memory, text), Limit::Memory(1 << 19), "{text}");
    }
    let time = Limits { timeout: Some(Duration::from_millis(300)), ..base };
    let started = Instant::now();
    for text in
        ["SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }", "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c LIMIT 1"]
    {
        assert!(matches!(within(time, text), Limit::Time(_)), "{text}");
    }
    assert!(started.elapsed() < Duration::from_secs(4));
    assert_eq!(within(Limits { rows: Some(10), ..base }, "SELECT * { ?a ?b ?c }"), Limit::Rows(10));
}

#[test]
fn a_plan_shows_what_is_done() {
    let store = chain(10);
    let text =
        "SELECT DISTINCT ?s { ?s x:n ?n OPTIONAL { ?s x:next ?t FILTER(?n > 3) } FILTER EXISTS { ?s x:type ?c } }
        ORDER BY DESC(?n) LIMIT 3";
    let plan = explain(&store, text, &Limits::default()).unwrap();
    assert_eq!((plan.rows, plan.plan.name.as_str(), plan.plan.rows), (3, "Slice(0, 3)", Some(3)));
    let shown = plan.to_string();
    for step in ["Distinct", "Sort(DESC(?n))", "Exists", "LeftJoin", "(?s <http://x/n> ?n)", "(?s <http://x/type> ?c)"]
    {
        assert!(shown.contains(step), "{step}: {shown}");
    }
}
