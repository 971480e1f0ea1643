//! Graph selection: a version and the graphs of it that are looked at.

use std::sync::Arc;

use super::id::{GraphFilter, Id};
use super::scan::{Pattern, Scan};
use super::version::{Row, Version};

/// The merge of some graphs of a version. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Selection {
    version: Arc<Version>,
    graphs: Arc<GraphFilter>,
}

impl Selection {
    /// Of these graphs.
    pub fn new(version: Arc<Version>, graphs: GraphFilter) -> Self {
        Self { version, graphs: Arc::new(graphs) }
    }

    /// Of all graphs, the unnamed one included.
    pub fn all(version: Arc<Version>) -> Self {
        Self::new(version, GraphFilter::Any)
    }

    /// What it is a selection of.
    pub fn version(&self) -> &Arc<Version> {
        &self.version
    }

    /// The graphs.
    pub fn graphs(&self) -> &GraphFilter {
        &self.graphs
    }

    fn scan(&self, [subject, predicate, object]: [Option<Id>; 3], each: bool) -> Scan {
        let pattern = Pattern { subject, predicate, object };
        Scan::new(self.version.clone(), pattern, self.graphs.clone(), each)
    }

    /// The quads that fit subject, predicate and object as far as they are given, each with the number of its graph.
    pub fn quads(&self, pattern: [Option<Id>; 3]) -> impl Iterator<Item = Row> + use<> {
        self.scan(pattern, true)
    }

    /// As [`Self::quads`], each triple once.
    pub fn triples(&self, pattern: [Option<Id>; 3]) -> impl Iterator<Item = [Id; 3]> + use<> {
        self.scan(pattern, false).map(|(subject, predicate, object, _)| [subject, predicate, object])
    }

    /// The objects of a subject's property, in ascending order.
    pub fn objects(&self, subject: Id, predicate: Id) -> impl Iterator<Item = Id> + '_ {
        self.values(predicate, Some(subject), None)
    }

    /// The subjects that have this object as this property, in ascending order.
    pub fn subjects(&self, predicate: Id, object: Id) -> impl Iterator<Item = Id> + '_ {
        self.values(predicate, None, Some(object))
    }

    /// What stands at the other end of the triples of one subject or of one object.
    fn values(&self, predicate: Id, subject: Option<Id>, object: Option<Id>) -> impl Iterator<Item = Id> + '_ {
        let segment = self.version.segment(predicate);
        let found = segment.as_ref().map(|segment| segment.find(subject, object)).unwrap_or_default();
        found.rows.clone().filter_map(move |row| {
            let columns = segment.as_ref()?.columns(&found);
            self.version.in_graphs(columns.graph[row], &self.graphs).then(|| columns.value[row])
        })
    }

    /// Whether a triple is there.
    pub fn contains(&self, [subject, predicate, object]: [Id; 3]) -> bool {
        self.triples([Some(subject), Some(predicate), Some(object)]).next().is_some()
    }
}
