//! LOAD (SPARQL 1.1 Update, 3.1.4): the documents that an update names, fetched before it begins.

use std::path::Path;
use std::time::Instant;

use oxrdf::NamedNode;
use spargebra::term::{GraphName, Quad};
use spargebra::{GraphUpdateOperation, Update};

use super::left;
use super::outbound::{Outbound, OutboundError, Reply};
use crate::format::Syntax;
use crate::location::{Diagnostic, Tame};
use crate::rdf::{ReadAs, decompressed, document_triples, syntax_of};

/// What a document to LOAD may be, the favourite first.
const RDF: &str = "text/turtle, application/n-triples, application/rdf+xml;q=0.9, application/trig;q=0.8, \
    application/n-quads;q=0.8, application/ld+json;q=0.7, */*;q=0.1";

/// Media types that say less of a document than the suffix of its address does.
const VAGUE: &[&str] = &[
    "nothing",
    "text/plain",
    "text/xml",
    "application/gzip",
    "application/json",
    "application/octet-stream",
    "application/x-gzip",
    "application/xml",
    "application/zstd",
    "binary/octet-stream",
];

/// Why a document could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// It could not be had.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// Its media type and its suffix name no syntax of RDF.
    #[error("{address} is {media_type}, which is no RDF syntax known here")]
    MediaType {
        /// Its address.
        address: String,
        /// What it is said to be.
        media_type: String,
    },
    /// A file whose suffix names no syntax of RDF.
    #[error("the suffix of {0} does not say in which RDF syntax it is")]
    Suffix(String),
    /// It is not what it is said to be.
    #[error("{}: {}", .0.at, Tame(&.0.reason))]
    Document(Diagnostic),
}

impl LoadError {
    /// What to do about it, where something can be done.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Outbound(_) => None,
            Self::MediaType { .. } => {
                Some("LOAD reads Turtle, TriG, N-Triples, N-Quads, RDF/XML and JSON-LD".to_owned())
            }
            Self::Suffix(_) => Some("give it one of the suffixes .ttl, .trig, .nt, .nq, .rdf, .jsonld".to_owned()),
            Self::Document(fault) => fault.remedy.clone(),
        }
    }
}

/// The addresses of the documents that an update loads.
pub fn sources(update: &Update) -> impl Iterator<Item = &NamedNode> {
    update.operations.iter().filter_map(|operation| match operation {
        GraphUpdateOperation::Load { source, .. } => Some(source),
        _ => None,
    })
}

/// An update in which what LOAD would fetch stands as INSERT DATA, so that all of its operations are one transaction.
///
/// # Errors
/// [`LoadError`]; SILENT leaves the operation out.
pub fn loaded(update: Update, outbound: &Outbound, deadline: Option<Instant>) -> Result<Update, LoadError> {
    let mut operations = Vec::with_capacity(update.operations.len());
    for operation in update.operations {
        let GraphUpdateOperation::Load { silent, source, destination } = operation else {
            operations.push(operation);
            continue;
        };
        match load(source.as_str(), &destination, outbound, deadline) {
            Ok(data) => operations.push(data),
            Err(_) if silent => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Update { operations, ..update })
}

fn load(
    address: &str,
    destination: &GraphName,
    outbound: &Outbound,
    deadline: Option<Instant>,
) -> Result<GraphUpdateOperation, LoadError> {
    let reply = outbound.get(address, RDF, left(deadline))?;
    let syntax = syntax(&reply)?;
    let broken = |source| OutboundError::Broken { address: address.to_owned(), source };
    let plain = decompressed(&reply.bytes[..]).and_then(|bytes| outbound.bounded(bytes)).map_err(broken)?;
    let plain = plain.ok_or_else(|| OutboundError::TooLarge(address.to_owned()))?;
    let how = ReadAs { base: Some(reply.address), ..ReadAs::new(address, syntax) };
    let triples = document_triples(&plain, &how).map_err(LoadError::Document)?;
    let quad = |triple: oxrdf::Triple| Quad {
        subject: triple.subject,
        predicate: triple.predicate,
        object: triple.object,
        graph_name: destination.clone(),
    };
    Ok(GraphUpdateOperation::InsertData { data: triples.into_iter().map(quad).collect() })
}

/// The syntax that the media type of a document names, else the suffix of its address.
fn syntax(reply: &Reply) -> Result<Syntax, LoadError> {
    let address = reply.address.split(['?', '#']).next().unwrap_or_default();
    let by_suffix = || syntax_of(Path::new(address));
    let Some(media_type) = &reply.media_type else {
        return by_suffix().ok_or_else(|| LoadError::Suffix(reply.address.clone()));
    };
    let vague = VAGUE.contains(&media_type.as_str());
    Syntax::from_media_type(media_type)
        .or_else(|| vague.then(by_suffix).flatten())
        .ok_or_else(|| LoadError::MediaType { address: reply.address.clone(), media_type: media_type.clone() })
}
