//! Quad scan: the quads of a version that fit a pattern.

use std::ops::Range;
use std::sync::Arc;

use super::id::{GraphFilter, GraphSet, Id};
use super::segment::{Found, Segment};
use super::version::{Row, Version};

/// What is asked of a quad: none is any.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pattern {
    /// The subject.
    pub subject: Option<Id>,
    /// The predicate.
    pub predicate: Option<Id>,
    /// The object.
    pub object: Option<Id>,
}

/// The quads that fit a pattern, read as they are drawn.
pub struct Scan {
    version: Arc<Version>,
    pattern: Pattern,
    graphs: Arc<GraphFilter>,
    /// Whether a triple comes once for each of the graphs, or once.
    each: bool,
    /// Predicates still to be read: places in the version's list.
    predicates: Range<usize>,
    reading: Option<Reading>,
    /// Graphs of the row just read that are still to come, the next one last.
    waiting: Vec<u32>,
    row: Row,
}

/// Where it reads.
struct Reading {
    predicate: Id,
    segment: Arc<Segment>,
    found: Found,
    /// The graph by whose list of rows the rows found are numbered, if they are.
    listed: Option<u32>,
}

impl Scan {
    /// The triples that stand in one of the graphs: `each` of those graphs gives a quad, or all together one, whose graph is
    /// the unnamed one.
    pub fn new(version: Arc<Version>, pattern: Pattern, graphs: Arc<GraphFilter>, each: bool) -> Self {
        let predicates = match pattern.predicate {
            Some(_) => 0..0,
            None => 0..version.predicates().len(),
        };
        let row = (Id::UNBOUND, Id::UNBOUND, Id::UNBOUND, 0);
        let mut scan = Self { version, pattern, graphs, each, predicates, reading: None, waiting: Vec::new(), row };
        scan.reading = pattern.predicate.and_then(|predicate| scan.read(predicate));
        scan
    }

    fn read(&self, predicate: Id) -> Option<Reading> {
        let segment = self.version.segment(predicate)?;
        let Pattern { subject, object, .. } = self.pattern;
        let mut found = segment.find(subject, object);
        let listed = match *self.graphs {
            GraphFilter::One(graph) if subject.is_none() && object.is_none() => Some(graph),
            _ => None,
        };
        if let Some(graph) = listed {
            found.rows = 0..self.version.rows_of_graph(&segment, graph).len();
        }
        Some(Reading { predicate, segment, found, listed })
    }

    /// The next triple and the graphs it stands in.
    fn triple(&mut self) -> Option<(Id, Id, Id, GraphSet)> {
        loop {
            if let Some(reading) = &mut self.reading
                && let Some(row) = reading.found.rows.next()
            {
                return Some(reading.triple(row, &self.version));
            }
            let place = self.predicates.next()?;
            self.reading = self.read(self.version.predicates()[place]);
        }
    }
}

impl Reading {
    fn triple(&self, row: usize, version: &Version) -> (Id, Id, Id, GraphSet) {
        let row = self.listed.map_or(row, |graph| version.rows_of_graph(&self.segment, graph)[row] as usize);
        let columns = self.segment.columns(&self.found);
        let (key, value, set) = (columns.key[row], columns.value[row], columns.graph[row]);
        if self.found.by_object { (value, self.predicate, key, set) } else { (key, self.predicate, value, set) }
    }
}

impl Iterator for Scan {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            if let Some(graph) = self.waiting.pop() {
                self.row.3 = graph;
                return Some(self.row);
            }
            let (subject, predicate, object, set) = self.triple()?;
            if !self.each {
                if self.version.in_graphs(set, &self.graphs) {
                    return Some((subject, predicate, object, 0));
                }
                continue;
            }
            self.row = (subject, predicate, object, 0);
            let Self { version, graphs, waiting, .. } = self;
            waiting.extend(version.graphs_of(set).filter(|graph| graphs.allows(*graph)));
            waiting.reverse();
        }
    }
}
