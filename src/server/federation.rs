//! LOAD: what an update asks of other servers, within the list and the deadline.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use oxrdf::NamedNode;
use spargebra::term::{GraphName, Quad};
use spargebra::{GraphUpdateOperation, Update};

use super::problem::Problem;
use super::reading;
use crate::federation::{Outbound, OutboundError};
use crate::format::Syntax;
/// What a document to LOAD may be.
const RDF: &str =
    "text/turtle, application/n-triples, application/rdf+xml;q=0.9, application/trig;q=0.8, application/ld+json;q=0.7";

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
