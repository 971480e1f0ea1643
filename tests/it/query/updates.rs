//! Updates: what they change, and that they change all or nothing.

use std::time::{Duration, Instant};

use citypact::query::{Cancel, Dataset, Engine, Limit, Limits, QueryError, Update};
use citypact::store::Embedded;

use super::{answer, chain, number, options};

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
fn counts_know_what_has_changed() {
    let store = chain(1_000);
    let counts = || {
        ["DISTINCT ?s", "DISTINCT ?o", "DISTINCT *", "*"]
            .map(|of| number(&answer(&store, &format!("SELECT (COUNT({of}) AS ?n) {{ ?s x:type ?o }}"))))
    };
    assert_eq!(counts(), [1_000, 7, 1_000, 1_000]);
    update(&store, "INSERT DATA { x:new x:type x:c0, x:c1, x:other }", &Limits::default()).unwrap();
    assert_eq!(counts(), [1_001, 8, 1_003, 1_003]);
    update(&store, "DELETE WHERE { GRAPH ?g { ?s x:type x:c6 } }", &Limits::default()).unwrap();
    assert_eq!(counts(), [1_001 - 142, 7, 1_003 - 142, 1_003 - 142]);
}

/// SPARQL 1.1 Update §3.2.3 to §3.2.5: DEFAULT is the unnamed graph, also where queries see the union of all as the default
/// graph.
#[test]
fn default_is_copied_as_the_graph_that_it_is() {
    let start = "INSERT DATA { x:a x:p 1 . GRAPH x:g { x:b x:p 2 } }";
    for (text, expected) in [
        ("COPY DEFAULT TO x:k", ". x:a 1|g x:b 2|k x:a 1"),
        ("move silent default to x:g", "g x:a 1"),
        ("ADD DEFAULT TO x:g", ". x:a 1|g x:a 1|g x:b 2"),
        ("MOVE DEFAULT TO DEFAULT ; COPY SILENT DEFAULT TO DEFAULT", ". x:a 1|g x:b 2"),
        ("COPY x:g TO DEFAULT", ". x:b 2|g x:b 2"),
        ("ADD DEFAULT TO x:k ; MOVE x:k TO DEFAULT", ". x:a 1|g x:b 2"),
        ("INSERT { GRAPH x:k { ?s ?p ?o } } WHERE { ?s ?p ?o }", ". x:a 1|g x:b 2|k x:a 1|k x:b 2"),
    ] {
        let store = Embedded::memory().unwrap();
        update(&store, start, &Limits::default()).unwrap();
        update(&store, text, &Limits::default()).unwrap();
        let line = |quad: oxrdf::Quad| {
            let short = |text: String| text.replace("http://x/", "x:").replace(['<', '>'], "");
            let oxrdf::Term::Literal(object) = quad.object else { panic!() };
            let graph = match quad.graph_name {
                oxrdf::GraphName::DefaultGraph => ".".to_owned(),
                name => short(name.to_string()).replace("x:", ""),
            };
            format!("{graph} {} {}", short(quad.subject.to_string()), object.value())
        };
        let mut found: Vec<_> = store.quads(None).map(|quad| line(quad.unwrap())).collect();
        found.sort();
        assert_eq!(found.join("|"), expected, "{text}");
    }
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

#[test]
fn big_graphs_are_emptied_and_the_time_limit_ends_that_too() {
    let store = chain(40_000);
    let count = |store: &Embedded| number(&answer(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"));
    let epoch = store.epoch();
    let limits = Limits::within(Duration::from_millis(20));
    for text in ["CLEAR GRAPH x:g", "DROP GRAPH x:g", "CLEAR NAMED", "DROP ALL"] {
        let started = Instant::now();
        let result = update(&store, text, &limits);
        assert!(matches!(result, Err(QueryError::Limit(Limit::Time(_)))), "{text}: {result:?}");
        assert!(started.elapsed() < Duration::from_secs(2), "{text}: {:?}", started.elapsed());
    }
    assert_eq!((store.epoch(), count(&store)), (epoch, 160_000));
    let text = "INSERT DATA { GRAPH x:g { x:a x:p 1 } GRAPH x:h { x:a x:p 1 } } ; CLEAR GRAPH x:g";
    update(&store, text, &Limits::default()).unwrap();
    assert_eq!(count(&store), 1);
    update(&store, "DROP ALL", &Limits::default()).unwrap();
    assert_eq!(count(&store), 0);
}
