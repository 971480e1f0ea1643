//! Stack guard: stack enough for every text that the limits let through.

/// Bytes of stack. The system backs only what is used. Tests hold that the default text limits stay far below.
pub(in crate::query) const LARGE: usize = 256 << 20;

/// Bytes of stack for a small text: half of what a thread has by default. 200 KiB were enough when this was measured.
pub(in crate::query) const SMALL: usize = 1 << 20;

/// Runs `work` with `need` bytes of stack at least: on the caller's stack if so much of it is left, else on one of
/// [`LARGE`] bytes that is given back when `work` ends. A panic goes on in the caller.
pub(in crate::query) fn call<T>(need: usize, work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(need, LARGE, work)
}

#[cfg(test)]
mod tests {
    use super::SMALL;
    use crate::query::{Engine, Limits, ParseOptions, Query};
    use crate::store::Embedded;

    /// The deepest texts of each kind that are taken for small.
    fn texts() -> Vec<String> {
        let deep = |open: &str, middle: &str, close: &str, times: usize| {
            format!("SELECT * {{ {}{middle}{} }}", open.repeat(times), close.repeat(times))
        };
        vec![
            deep("{ ", "?s ?p ?o", " }", 5),
            deep("OPTIONAL { ?s ?p ?o ", "", " }", 5),
            deep("?s ?p ?o FILTER EXISTS { ", "?s ?p ?o", " }", 5),
            deep("?s ?p ?o MINUS { ", "?s ?p ?o", " }", 5),
            deep("{ SELECT ?s { ?s ?p ?o . ", "?s ?p ?o", " } ORDER BY ?o LIMIT 3 }", 3),
            deep("GRAPH ?g { ?s ?p ?o . ", "?s ?p ?o", " }", 5),
            deep("?s ?p ?o FILTER((((!!(!", "CONCAT(STR(?o))", ")))))", 1),
            deep("?s (", "^pact:a|pact:b", ")+ ?o", 1),
            deep("?s ((((", "pact:a", ")+)?)*)+ ?o", 1),
            format!("SELECT * {{ ?s {} ?o }}", "pact:a/".repeat(30) + "pact:b"),
            format!("SELECT * {{ {} }}", "?s ?p ?o . ".repeat(38)),
            format!("SELECT (1{} AS ?x) {{ ?s ?p ?o }}", "+1".repeat(17)),
            format!("SELECT * {{ {} }}", "OPTIONAL { ?s ?p ?o } ".repeat(12)),
            format!("SELECT * {{ {} }}", "{ ?s ?p ?o } UNION ".repeat(11) + "{}"),
            format!("SELECT * {{ {} }}", (0..15).map(|i| format!("BIND(1 AS ?x{i}) ")).collect::<String>()),
            "SELECT ?s (GROUP_CONCAT(DISTINCT STR(?o)) AS ?n) { ?s ?p ?o } GROUP BY ?s HAVING (COUNT(*) > 0)".into(),
        ]
    }

    #[test]
    fn small_texts_have_enough_of_a_small_stack() {
        let store = Embedded::memory().unwrap();
        let node = oxrdf::NamedNode::new_unchecked(format!("{}a", crate::vocab::NS));
        let quad = oxrdf::Quad::new(node.clone(), node.clone(), node, oxrdf::GraphName::DefaultGraph);
        store.transaction(|transaction| transaction.insert(quad.as_ref())).unwrap();
        let run = || {
            for text in texts() {
                let query = Query::parse(&text, &ParseOptions::default()).unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(query.facts().stack(), SMALL, "{text}: {:?}", query.facts());
                Engine::new().answer(&store, &query, &Limits::default()).unwrap();
            }
        };
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(SMALL + (64 << 10)).spawn_scoped(scope, run).unwrap();
            thread.join().unwrap();
        });
    }
}
