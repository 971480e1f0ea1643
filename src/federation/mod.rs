//! SERVICE and LOAD: what a text asks of other servers, within bounds of time, size and reach. A server reaches what is on its list;
//! the command line of a person's own machine reaches what that person can.

mod load;
mod outbound;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use oxigraph::sparql::{DefaultServiceHandler, QuerySolutionIter};
use oxiri::Iri;
use oxrdf::NamedNode;
use sparesults::{QueryResultsFormat, QueryResultsParser, SliceQueryResultsParserOutput};
use spargebra::Query;
use spargebra::algebra::GraphPattern;

use crate::rdf::Guard;

pub use load::{LoadError, loaded, sources};
pub use outbound::{Outbound, OutboundError, Reply};

/// What an answer to a SERVICE may be, the favourite first.
const RESULTS: &str = "application/sparql-results+json, application/sparql-results+xml;q=0.9";

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
        let reply = self.outbound.query(service.as_str(), &query, RESULTS, left(self.deadline))?;
        solutions(service.as_str(), reply)
    }
}

/// The time left until a deadline; a little where it is over.
fn left(deadline: Option<Instant>) -> Option<Duration> {
    deadline.map(|end| end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)))
}

fn solutions(address: &str, reply: Reply) -> Result<QuerySolutionIter<'static>, OutboundError> {
    let media_type = reply.media_type.unwrap_or_default();
    let format = QueryResultsFormat::from_media_type(&media_type)
        .ok_or_else(|| OutboundError::Format { address: address.to_owned(), media_type })?;
    let syntax = |reason: String| OutboundError::Syntax { address: address.to_owned(), reason };
    io::copy(&mut Guard::results(&*reply.bytes, format), &mut io::sink()).map_err(|error| syntax(error.to_string()))?;
    let parsed =
        QueryResultsParser::from_format(format).for_slice(&reply.bytes).map_err(|error| syntax(error.to_string()))?;
    let SliceQueryResultsParserOutput::Solutions(solutions) = parsed else {
        return Err(syntax("it is an answer to ASK".to_owned()));
    };
    let variables: Arc<[_]> = solutions.variables().into();
    let rows = solutions.collect::<Result<Vec<_>, _>>().map_err(|error| syntax(error.to_string()))?;
    Ok(QuerySolutionIter::new(variables, rows.into_iter().map(Ok)))
}
