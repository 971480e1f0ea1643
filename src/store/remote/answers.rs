//! What is accepted in answer to a query, and read.

use std::io::Read;

use oxigraph::sparql::{QueryEvaluationError, QueryResults, QueryTripleIter};
use oxrdf::Triple;
use oxrdfio::{RdfFormat, RdfParser};
use sparesults::{QueryResultsFormat, QueryResultsParser};

use super::client::Answer;
use crate::store::error::StoreError;

const ROWS: &str = "application/sparql-results+json, application/sparql-results+xml;q=0.8";
/// Triples, in the syntax that is read the fastest where there is a choice.
pub(super) const GRAPH: &str = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5";

/// What is accepted in answer to a query: by its form, since some servers give triples as rows to whoever takes both; all of
/// it where the form does not stand at the beginning.
pub(super) fn accepted(query: &str) -> String {
    let form = query.trim_start().get(..6).map(str::to_ascii_uppercase);
    match form.as_deref() {
        Some("SELECT") => ROWS.to_owned(),
        Some("CONSTR" | "DESCRI") => GRAPH.to_owned(),
        _ => format!("{ROWS}, {GRAPH}"),
    }
}

/// The results of an answer, read as they come.
pub(super) fn results(url: &str, answer: Answer) -> Result<QueryResults<'static>, StoreError> {
    let media_type = answer.media_type.clone();
    let format = QueryResultsFormat::from_media_type(&media_type).filter(|_| media_type.contains("sparql-results"));
    match format {
        Some(format) => {
            let parsed = QueryResultsParser::from_format(format).for_reader(answer.body);
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
    Ok(QueryTripleIter::new(quads.for_reader(body).map(|quad| match quad {
        Ok(quad) => Ok(Triple::from(quad)),
        Err(error) => Err(QueryEvaluationError::Dataset(Box::new(error))),
    })))
}
