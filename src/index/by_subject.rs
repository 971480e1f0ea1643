//! Subject-ordered iteration: the quads of a version graph by graph and subject by subject: the order in which documents are
//! written.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::Arc;

use super::id::Id;
use super::segment::Segment;
use super::version::{Row, Version};

/// A row that comes next at a place, and the key of its subject.
struct Next {
    key: u64,
    row: u32,
    is_late: bool,
}

/// The quads graph after graph, each graph's by subject, predicate and object. The order is that of the terms: whatever
/// numbers they have in this version, the same quads come in the same order.
pub struct BySubject {
    version: Arc<Version>,
    /// Graphs still to be read, the next one last.
    graphs: Vec<u32>,
    graph: u32,
    /// The predicates that have rows in the graph.
    places: Vec<Place>,
    /// The next subject of each place by its key, the smallest first.
    next: BinaryHeap<Reverse<(u64, usize)>>,
    /// The rows of one subject, the next one last.
    ready: Vec<Row>,
}

/// Where a predicate is read.
struct Place {
    predicate: Id,
    segment: Arc<Segment>,
    /// Which of the rows of the graph come next: those whose subjects are of the base.
    base: Range<usize>,
    /// The rows whose subjects came later, the next one last.
    late: Vec<u32>,
}

impl BySubject {
    /// The quads of these graphs, by their numbers; 0 is the unnamed one.
    pub fn new(version: Arc<Version>, mut graphs: Vec<u32>) -> Self {
        graphs.reverse();
        Self { version, graphs, graph: 0, places: Vec::new(), next: BinaryHeap::new(), ready: Vec::new() }
    }

    /// The quads of all graphs, the unnamed one first.
    pub fn all(version: Arc<Version>) -> Self {
        let mut graphs: Vec<_> = version.graphs().iter().collect();
        graphs.sort_by_cached_key(|graph| version.key(graph.id));
        let graphs = std::iter::once(0).chain(graphs.into_iter().map(|graph| graph.number)).collect();
        Self::new(version, graphs)
    }

    fn begin(&mut self, graph: u32) {
        self.graph = graph;
        let version = &self.version;
        let places = version.predicates().iter().filter_map(|predicate| Place::new(version, *predicate, graph));
        self.places = places.collect();
        self.next.clear();
        (0..self.places.len()).for_each(|place| self.wait(place));
    }

    /// Enters the next subject of a place.
    fn wait(&mut self, place: usize) {
        let next = self.places[place].next(&self.version, self.graph);
        self.next.extend(next.map(|next| Reverse((next.key, place))));
    }

    /// Makes the rows of the next subject ready; whether there was one.
    fn gather(&mut self) -> bool {
        let Some(Reverse((subject, _))) = self.next.peek().copied() else { return false };
        while let Some(Reverse((key, place))) = self.next.peek().copied()
            && key == subject
        {
            self.next.pop();
            while let Some(next) = self.places[place].next(&self.version, self.graph)
                && next.key == subject
            {
                let row = self.places[place].take(&next);
                self.ready.push((row.0, row.1, row.2, self.graph));
            }
            self.wait(place);
        }
        if !self.version.is_plain() {
            let version = &self.version;
            let key = |(_, predicate, object, _): &Row| (version.key(*predicate), version.key(*object));
            // Equal numbers of different types have one key.
            self.ready.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| spelt(version, a.2).cmp(&spelt(version, b.2))));
        }
        self.ready.reverse();
        true
    }
}

fn spelt(version: &Version, object: Id) -> String {
    version.text(object, |term| term.to_string())
}

impl Place {
    /// None where the predicate has nothing in the graph.
    fn new(version: &Version, predicate: Id, graph: u32) -> Option<Self> {
        let segment = version.segment(predicate)?;
        let rows = version.rows_of_graph(&segment, graph);
        if rows.is_empty() {
            return None;
        }
        let subjects = segment.pso().key;
        let base = rows.partition_point(|row| !subjects[*row as usize].is_late());
        let mut late = rows[base..].to_vec();
        late.sort_by_cached_key(|row| Reverse(version.key(subjects[*row as usize])));
        Some(Self { predicate, segment, base: 0..base, late })
    }

    fn next(&self, version: &Version, graph: u32) -> Option<Next> {
        let next = |row: u32, is_late| Next { key: version.key(self.segment.pso().key[row as usize]), row, is_late };
        let rows = || version.rows_of_graph(&self.segment, graph);
        let base = (!self.base.is_empty()).then(|| next(rows()[self.base.start], false));
        let late = self.late.last().map(|row| next(*row, true));
        match (base, late) {
            (Some(base), Some(late)) => Some(if late.key < base.key { late } else { base }),
            (base, late) => base.or(late),
        }
    }

    /// The triple of the row that comes next, which does so no more.
    fn take(&mut self, next: &Next) -> (Id, Id, Id) {
        if next.is_late {
            self.late.pop();
        } else {
            self.base.start += 1;
        }
        let columns = self.segment.pso();
        (columns.key[next.row as usize], self.predicate, columns.value[next.row as usize])
    }
}

impl Iterator for BySubject {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            if let Some(row) = self.ready.pop() {
                return Some(row);
            }
            if !self.gather() {
                let graph = self.graphs.pop()?;
                self.begin(graph);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use oxrdf::{GraphName, NamedNode, Quad};

    use super::*;
    use crate::index::Builder;

    #[test]
    fn every_quad_comes_once_with_the_others_of_its_subject() {
        let node = |name: String| NamedNode::new_unchecked(format!("http://a/{name}"));
        let graph = |n: u32| if n == 0 { GraphName::DefaultGraph } else { node(format!("g{n}")).into() };
        let quad = |n: u32| {
            Quad::new(node(format!("s{}", n % 7)), node(format!("p{}", n % 3)), node(format!("o{n}")), graph(n % 4))
        };
        let mut builder = Builder::new();
        (0..100).for_each(|n| builder.push(quad(n).as_ref()).unwrap());
        let before = builder.finish(1);
        // Terms that are late: subjects, objects, a predicate and a graph, all of which stand before others.
        let late = |subject: &str, predicate: &str, object: &str, graph: &str| {
            Quad::new(node(subject.into()), node(predicate.into()), node(object.into()), node(graph.into()))
        };
        let added = [
            late("s3a", "p1", "o5", "g1"),
            late("s2", "p0a", "o", "g1"),
            late("s2", "p1", "o1a", "g1"),
            late("s2", "p1", "o", "g0"),
        ];
        let changes: Vec<_> = added.iter().cloned().map(crate::index::Change::Insert).collect();
        let version = Arc::new(before.with_changes(&changes, 2).unwrap());
        let found: Vec<Quad> = BySubject::all(version.clone()).map(|row| version.quad(row)).collect();
        let mut sorted: Vec<String> = found.iter().map(ToString::to_string).collect();
        sorted.sort();
        let mut expected: Vec<String> = (0..100).map(quad).chain(added).map(|quad| quad.to_string()).collect();
        expected.sort();
        assert_eq!(sorted, expected);
        let groups = found.chunk_by(|a, b| (&a.graph_name, &a.subject) == (&b.graph_name, &b.subject)).count();
        assert_eq!(groups, 4 * 7 + 2);
        assert_eq!(found[0].graph_name, GraphName::DefaultGraph);
        let compacted = Arc::new(version.compacted().unwrap());
        let again: Vec<Quad> = BySubject::all(compacted.clone()).map(|row| compacted.quad(row)).collect();
        assert_eq!(again, found, "the same quads in the same order, whatever their numbers");
    }
}
