//! Texts: what is read, what is refused, and how errors say so.

use std::time::Duration;

use citypact::query::{Engine, Limits, QueryError, Update};

use super::{answer, chain, options, parse};

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
fn the_same_text_gives_the_same_algebra() {
    for text in [
        "SELECT (COUNT(*) AS ?n) (SUM(?x) + 1 AS ?m) { ?s x:p [ x:q ?x ] ; x:r/x:s ?y } GROUP BY (STR(?s)) HAVING (MAX(?x) > 2)",
        "CONSTRUCT { ?s x:p [] } WHERE { ?s (x:p/x:q)+ ?value_0 . [] x:p ?_value_0 }",
    ] {
        assert_eq!(parse(text).unwrap(), parse(text).unwrap(), "{text}");
    }
}

#[test]
fn triple_patterns_are_limited_and_data_is_not() {
    let too_large = |error: QueryError| matches!(error, QueryError::Syntax(error) if error.too_large);
    let patterns = "?s ?p ?o . ".repeat(300);
    assert!(parse(&format!("SELECT * {{ {patterns} }}")).is_ok());
    assert!(too_large(parse(&format!("SELECT * {{ {patterns} FILTER EXISTS {{ ?s ?p ?o }} }}")).unwrap_err()));
    assert!(too_large(parse(&format!("SELECT * {{ ?s {} ?o }}", "x:p/".repeat(300) + "x:p")).unwrap_err()));
    let update = |text: &str| Update::parse(text, &options());
    assert!(too_large(update(&format!("DELETE WHERE {{ {patterns} ?s x:q ?o }}")).unwrap_err()));
    let data: String = (0..1000).map(|i| format!("x:s x:p {i} . ")).collect();
    assert!(update(&format!("INSERT DATA {{ {data} }}")).is_ok());
}
