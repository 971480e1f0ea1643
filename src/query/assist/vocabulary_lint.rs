//! Vocabulary lint: terms of the vocabulary that it does not have; a query with one is right, and finds nothing.

use oxrdf::NamedNode;

use crate::eval::expression::is_function;
use crate::nearest::nearest;
use crate::query::engine::Query;
use crate::query::engine::functions::{FUNCTIONS, LazyRegister, functions};
use crate::query::syntax::error::SyntaxError;
use crate::query::syntax::options::ParseOptions;
use crate::query::syntax::tokens::{Kind, Tokens};
use crate::vocab;

/// The prefixes whose names the vocabulary closes.
const CLOSED: &[&str] = &["pact", "kind", "code", "variable"];

/// The terms in a text that stand under a prefix of the vocabulary and are none of its terms, each where it stands and with
/// the nearest one. They are no errors: data may have terms of its own.
pub fn unknown_terms(text: &str, options: &ParseOptions) -> Vec<SyntaxError> {
    let tokens = Tokens::new(text).filter(|token| token.kind == Kind::Name);
    let names: Vec<(usize, &str)> = tokens.map(|token| (token.start, token.text(text))).collect();
    let mut found: Vec<&str> = Vec::new();
    let mut unknown = Vec::new();
    for (at, name) in &names {
        let Some((prefix, local)) = name.split_once(':').filter(|(_, local)| !local.is_empty()) else { continue };
        // A text that declares the prefix may mean something else by it.
        let is_declared = names.iter().any(|(_, name)| name.strip_suffix(':') == Some(prefix));
        let is_function = prefix == "pact" && FUNCTIONS.contains(&local);
        let is_known = is_function || known(prefix).is_none_or(|terms| terms.contains(&local));
        if !is_declared && !is_known && !found.contains(name) {
            found.push(name);
            unknown.push(describe(text, options, *at, prefix, local));
        }
    }
    unknown
}

/// The functions that a query calls by IRI and this crate does not have, and the nearest that it has. Such a call is an error
/// of its expression (SPARQL 1.1, 17.6), so that the query is right, and what it asks for is often not there.
pub fn unknown_functions(query: &Query) -> Vec<(NamedNode, Option<NamedNode>)> {
    let called = &query.facts().functions;
    if called.is_empty() {
        return Vec::new();
    }
    let known = functions(LazyRegister::new(vocab::ID, None));
    let mut unknown: Vec<&NamedNode> = called.iter().filter(|name| !is_function(name, &known)).collect();
    unknown.sort_unstable();
    unknown.dedup();
    let near = |name: &NamedNode| nearest(name.as_str(), known.each().map(|(name, _)| name.as_str()));
    unknown.into_iter().map(|name| (name.clone(), near(name).map(NamedNode::new_unchecked))).collect()
}

/// The local names under a prefix of the vocabulary.
fn known(prefix: &str) -> Option<Vec<&'static str>> {
    let (_, namespace) = vocab::PREFIXES.iter().find(|(name, _)| *name == prefix && CLOSED.contains(name))?;
    Some(vocab::terms().filter_map(|term| term.as_str().strip_prefix(namespace)).collect())
}

fn describe(text: &str, options: &ParseOptions, at: usize, prefix: &str, local: &str) -> SyntaxError {
    let near = known(prefix).and_then(|terms| nearest(local, terms));
    let error = SyntaxError::new(options, text, at, format!("the vocabulary has no `{prefix}:{local}`"));
    SyntaxError { hint: near.map(|name| format!("did you mean `{prefix}:{name}`?")), ..error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, Option<String>)> {
        let told = unknown_terms(text, &ParseOptions::default());
        told.into_iter().map(|one| (format!("{}: {}", one.at, one.reason), one.hint)).collect()
    }

    #[test]
    fn functions_that_nobody_has() {
        let told = |text: &str| {
            let query = Query::parse(text, &ParseOptions::default()).unwrap();
            let told = unknown_functions(&query).into_iter();
            told.map(|(name, near)| (name.into_string(), near.map(NamedNode::into_string))).collect::<Vec<_>>()
        };
        let text =
            "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT ?x { BIND(xsd:integer(pact:fold(?n)) AS ?x) }";
        assert!(told(text).is_empty());
        let slip = format!("{}fodl", vocab::NS);
        let text = "SELECT ?x { FILTER(pact:fodl(?n) || pact:fodl(?m) || <http://nowhere/f>(1)) ?x ?n ?m }";
        let found = told(text);
        assert_eq!(found[1], (slip, Some(format!("{}fold", vocab::NS))));
        assert_eq!((found.len(), found[0].0.as_str()), (2, "http://nowhere/f"));
    }

    #[test]
    fn a_term_that_is_not_there_is_told_once_with_the_nearest() {
        let expected =
            ("query:1:14: the vocabulary has no `pact:partty`".into(), Some("did you mean `pact:party`?".into()));
        assert_eq!(told("SELECT * {?s pact:partty ?o . ?o pact:partty ?s }"), [expected]);
        assert_eq!(told("ASK { FILTER(pact:inForce(?day, '', '', ?since, '', '') = pact:fold('x')) }"), []);
        assert_eq!(told("ASK { ?t pact:kind kind:friendship-city ; pact:status code:in-force ; a skos:Whatever }"), []);
    }

    #[test]
    fn what_is_declared_or_only_text_is_left_alone() {
        assert_eq!(told("PREFIX pact: <http://example.org/> ASK { ?s pact:anything 'pact:nothing' } # pact:none"), []);
    }
}
