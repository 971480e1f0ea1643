//! Records into quads: pure functions, one file for each family of types. Nothing here reads, writes or waits.
//!
//! [`map`] takes one record and writes its quads into a [`QuadSink`](crate::rdf::QuadSink), over what the records of the run share ([`Run`]).
//! What a document asserts goes into `graph/{doc}`; its description and the evidence into `graph/{doc}/provenance`;
//! places into `graph/places`, their links elsewhere into `graph/links`; assessments into `graph/review`.
//!
//! Two inputs make the same node where they name the same thing: IRIs come from keys alone ([`iri`]).

mod agent;
mod arrangement;
mod common;
mod context;
mod emit;
mod event;
mod figure;
pub mod iri;
mod other;
mod place;
pub(crate) mod reference;
mod run;
mod scheme;
mod source;

pub use context::{Finding, Findings, ResolutionCache, Resolved, Tally, Target};
pub use emit::Node;
pub(crate) use emit::datatype;
pub use place::describe_place;
pub(crate) use run::named_by_id;
pub use run::{Document, Ids, Run};
pub use source::describe_document;

use crate::record::{Record, RecordType};
use crate::vocab::graph;
use context::{Context, RecordPath};

/// What becomes of a mention that is no one place of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Unresolved {
    /// A place of its own, `place/x-{hash}`, marked `pact:unreconciled`: the same from every document.
    #[default]
    Mint,
    /// A blank `schema:Place` with the name and nothing else; documents do not share it.
    Keep,
    /// An error of the record.
    Reject,
}

/// Maps one record, and gives its node. `None` where it cannot be mapped: [`Findings::said`] says why, and the quads
/// that are in the sink already are to be taken out again.
///
/// `doc` is the document that the record is from; only places and assessments can do without.
pub fn map(run: &Run<'_>, doc: Option<&Document>, record: &Record, target: &mut Target<'_>) -> Option<Node> {
    let graph = graph_of(record.record_type(), doc)?;
    let mut cx = Context::new(run, doc, graph, target);
    let node = cx.record_to_quads(record);
    cx.settle().then_some(node).flatten()
}

fn graph_of(kind: RecordType, doc: Option<&Document>) -> Option<&str> {
    match kind {
        RecordType::Place => Some(graph::places.as_str()),
        RecordType::Assessment => Some(graph::review.as_str()),
        RecordType::Source => doc.map(|doc| doc.provenance.as_str()),
        _ => doc.map(|doc| doc.graph.as_str()),
    }
}

impl Context<'_> {
    fn record_to_quads(&mut self, record: &Record) -> Option<Node> {
        let at = RecordPath::Record;
        let (node, common): (Option<Node>, common::Common<'_>) = match record {
            Record::Source(record) => (Some(self.source(record, at)), record.into()),
            Record::Place(record) => (Some(self.place_record(record, at)), record.into()),
            Record::Organization(record) => (Some(self.organization(record, at)), record.into()),
            Record::Person(record) => (Some(self.person(record, at)), record.into()),
            Record::Event(record) => (Some(self.event(record, at).node), record.into()),
            Record::Tie(record) => (self.tie(record, at), record.into()),
            Record::Agreement(record) => (self.agreement(record, at), record.into()),
            Record::Alliance(record) => (self.alliance(record, at), record.into()),
            Record::Award(record) => (Some(self.award(record, at)), record.into()),
            Record::Conferral(record) => (self.conferral(record, at), record.into()),
            Record::Declaration(record) => (Some(self.declaration(record, at)), record.into()),
            Record::Count(record) => (self.count(record, at), record.into()),
            Record::Rank(record) => (self.rank(record, at), record.into()),
            Record::Target(record) => (self.target(record, at), record.into()),
            Record::Service(record) => (self.service(record, at), record.into()),
            Record::Post(record) => (self.post(record, at), record.into()),
            Record::Project(record) => (self.project(record, at), record.into()),
            Record::Assessment(record) => (Some(self.assessment(record, at)), record.into()),
        };
        if let Some(node) = &node {
            self.common(common, node, at);
        }
        node
    }
}
