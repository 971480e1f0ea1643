//! What is accepted in answer to a query, and read.

use std::io::Read;

use oxigraph::sparql::{QueryEvaluationError, QueryResults, QueryTripleIter};
use oxrdf::Triple;
use oxrdfio::{RdfFormat, RdfParser};
use sparesults::{QueryResultsFormat, QueryResultsParser};

use super::response::Answer;
use crate::rdf::Guard;
use crate::store::error::StoreError;

const ROWS: &str = "application/sparql-results+json, application/sparql-results+xml;q=0.8";
/// Triples, in the syntax that is read the fastest where there is a choice.
pub(super) const GRAPH: &str = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5";

/// What is accepted in answer to a query: by its form, since some servers give triples as rows to whoever takes both; all of
/// it where the form does not stand behind its declarations.
pub(super) fn accepted(query: &str) -> String {
    let form = behind_declarations(query).get(..6).map(str::to_ascii_uppercase);
    match form.as_deref() {
        Some("SELECT") => ROWS.to_owned(),
        Some("CONSTR" | "DESCRI") => GRAPH.to_owned(),
        _ => format!("{ROWS}, {GRAPH}"),
    }
}

/// A query without what declares its base and its prefixes, as queries are written out here: without comments.
fn behind_declarations(query: &str) -> &str {
    let mut rest = query.trim_start();
    while ["BASE ", "PREFIX "]
        .iter()
        .any(|word| rest.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word)))
    {
        let Some((_, behind)) = rest.split_once('>') else { break };
        rest = behind.trim_start();
    }
    rest
}

/// The results of an answer, read as they come.
pub(super) fn results(url: &str, answer: Answer) -> Result<QueryResults<'static>, StoreError> {
    let media_type = answer.media_type.clone();
    let format = QueryResultsFormat::from_media_type(&media_type).filter(|_| media_type.contains("sparql-results"));
    match format {
        Some(format) => {
            let parsed = QueryResultsParser::from_format(format).for_reader(Guard::results(answer.body, format));
            Ok(parsed.map_err(|error| StoreError::answer(url, error))?.into())
        }
        None => Ok(QueryResults::Graph(triples(url, &media_type, answer.body)?)),
    }
}

/// The triples of an answer, read as they come.
pub(super) fn triples(
    url: &str,
    media_type: &str,
    body: Box<dyn Read>,
) -> Result<QueryTripleIter<'static>, StoreError> {
    let unknown = || StoreError::answer(url, format!("an answer of the type {media_type:?}"));
    let format = RdfFormat::from_media_type(media_type).ok_or_else(unknown)?;
    let quads = RdfParser::from_format(format).with_base_iri(url).map_err(|error| StoreError::answer(url, error))?;
    Ok(QueryTripleIter::new(quads.for_reader(Guard::document(body, format)).map(|quad| match quad {
        Ok(quad) => Ok(Triple::from(quad)),
        Err(error) => Err(QueryEvaluationError::Dataset(Box::new(error))),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accepted_hangs_on_the_form() {
        for (query, accepts) in [
            ("SELECT * {}", ROWS),
            ("  construct { ?s ?p ?o } {}", GRAPH),
            ("BASE <http://a/>\nPREFIX a: <http://b/>\nCONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", GRAPH),
            ("prefix : <http://b/> DESCRIBE :a", GRAPH),
        ] {
            assert_eq!(accepted(query), accepts, "{query}");
        }
        for query in ["ASK {}", "", "BASE <", "# SELECT\nASK {}", "é"] {
            assert_eq!(accepted(query), format!("{ROWS}, {GRAPH}"), "{query}");
        }
    }
}
