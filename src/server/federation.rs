//! SERVICE and LOAD: what a query or update asks of other servers, within the list and the deadline.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use oxigraph::sparql::{DefaultServiceHandler, QuerySolutionIter};
use oxiri::Iri;
use oxrdf::NamedNode;
use sparesults::{QueryResultsFormat, QueryResultsParser, SliceQueryResultsParserOutput};
use spargebra::algebra::GraphPattern;
use spargebra::term::{GraphName, Quad};
use spargebra::{GraphUpdateOperation, Query, Update};

use super::outbound::{Outbound, OutboundError, Reply};
use super::problem::Problem;
use super::reading;
use crate::format::Syntax;
use crate::rdf::Guard;

/// What an answer to a SERVICE may be, the favourite first.
const RESULTS: &str = "application/sparql-results+json, application/sparql-results+xml;q=0.9";
/// What a document to LOAD may be.
const RDF: &str =
    "text/turtle, application/n-triples, application/rdf+xml;q=0.9, application/trig;q=0.8, application/ld+json;q=0.7";

/// Puts the patterns of SERVICE to other endpoints.
pub struct Services {
    /// Where to.
    pub outbound: Outbound,
    /// When the evaluation must end.
    pub deadline: Option<Instant>,
}

impl DefaultServiceHandler for Services {
    type Error = OutboundError;

    fn handle(
        &self,
        service: &NamedNode,
        pattern: &GraphPattern,
        _base: Option<&Iri<String>>,
    ) -> Result<QuerySolutionIter<'static>, OutboundError> {
        let query = Query::Select { dataset: None, pattern: pattern.clone(), base_iri: None }.to_string();
        let time = self.deadline.map(|end| end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)));
        let reply = self.outbound.query(service.as_str(), &query, RESULTS, time)?;
        solutions(service.as_str(), reply)
    }
}

fn solutions(address: &str, reply: Reply) -> Result<QuerySolutionIter<'static>, OutboundError> {
    let format = QueryResultsFormat::from_media_type(&reply.media_type)
        .ok_or_else(|| OutboundError::Format { address: address.to_owned(), media_type: reply.media_type.clone() })?;
    let syntax = |reason: String| OutboundError::Syntax { address: address.to_owned(), reason };
    guarded(format, &reply.bytes).map_err(|error| syntax(error.to_string()))?;
    let parsed =
        QueryResultsParser::from_format(format).for_slice(&reply.bytes).map_err(|error| syntax(error.to_string()))?;
    let SliceQueryResultsParserOutput::Solutions(solutions) = parsed else {
        return Err(syntax("it is an answer to ASK".to_owned()));
    };
    let variables: Arc<[_]> = solutions.variables().into();
    let rows = solutions.collect::<Result<Vec<_>, _>>().map_err(|error| syntax(error.to_string()))?;
    Ok(QuerySolutionIter::new(variables, rows.into_iter().map(Ok)))
}

/// Terms of an answer may nest as those of a document do, and so deep that nobody's stack could take them down again.
fn guarded(format: QueryResultsFormat, bytes: &[u8]) -> io::Result<()> {
    let alike = match format {
        QueryResultsFormat::Json => Syntax::JsonLd,
        QueryResultsFormat::Xml => Syntax::RdfXml,
        _ => Syntax::Turtle,
    };
    io::copy(&mut Guard::new(bytes, alike), &mut io::sink()).map(drop)
}

/// An update in which what LOAD would fetch stands as INSERT DATA, so that all of its operations are one transaction.
///
/// # Errors
/// 403 for an address that is not on the list, 502 for one that gives no document; SILENT leaves the operation out.
pub fn loaded(update: Update, outbound: &Outbound, deadline: Option<Instant>) -> Result<Update, Problem> {
    let mut operations = Vec::with_capacity(update.operations.len());
    for operation in update.operations {
        let GraphUpdateOperation::Load { silent, source, destination } = operation else {
            operations.push(operation);
            continue;
        };
        match load(&source, destination, outbound, deadline) {
            Ok(data) => operations.push(data),
            Err(_) if silent => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(Update { operations, ..update })
}

fn load(
    source: &NamedNode,
    destination: GraphName,
    outbound: &Outbound,
    deadline: Option<Instant>,
) -> Result<GraphUpdateOperation, Problem> {
    let time = deadline.map(|end| end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)));
    let reply = outbound.get(source.as_str(), RDF, time).map_err(|error| match error {
        OutboundError::NotAllowed(_) => Problem::new(StatusCode::FORBIDDEN, error.to_string())
            .hint(Some("whoever runs the server can allow it with --allow-service")),
        error => Problem::new(StatusCode::BAD_GATEWAY, error.to_string()),
    })?;
    let syntax = Syntax::from_media_type(&reply.media_type).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_GATEWAY,
            format!("{source} is {}, which is no RDF syntax known here", reply.media_type),
        )
    })?;
    let triples = reading::triples(&reply.bytes, syntax, source.as_str())
        .map_err(|problem| Problem::new(StatusCode::BAD_GATEWAY, format!("{source}: {}", problem.detail())))?;
    let quad = |triple: oxrdf::Triple| Quad {
        subject: triple.subject,
        predicate: triple.predicate,
        object: triple.object,
        graph_name: destination.clone(),
    };
    Ok(GraphUpdateOperation::InsertData { data: triples.into_iter().map(quad).collect() })
}
