//! Graph postings: the rows of a segment by the graphs they stand in.

use crate::index::id::GraphSet;

/// Rows of `pso` by graph.
#[derive(Debug)]
pub(super) struct ByGraph {
    /// Each graph and where its rows begin, in ascending order.
    graphs: Box<[(u32, u32)]>,
    rows: Box<[u32]>,
}

impl ByGraph {
    pub(super) fn new<I: Iterator<Item = u32>>(sets: &[GraphSet], graphs: impl Fn(GraphSet) -> I) -> Self {
        let pairs = (0_u32..).zip(sets).flat_map(|(row, set)| graphs(*set).map(move |graph| (graph, row)));
        let mut pairs: Vec<(u32, u32)> = pairs.collect();
        pairs.sort_unstable();
        let mut starts = Vec::new();
        for (place, (graph, _)) in (0_u32..).zip(&pairs) {
            if starts.last().is_none_or(|(last, _)| last != graph) {
                starts.push((*graph, place));
            }
        }
        Self { graphs: starts.into(), rows: pairs.into_iter().map(|(_, row)| row).collect() }
    }

    pub(super) fn rows(&self, graph: u32) -> &[u32] {
        let Ok(at) = self.graphs.binary_search_by_key(&graph, |(graph, _)| *graph) else { return &[] };
        let from = self.graphs[at].1 as usize;
        let to = self.graphs.get(at + 1).map_or(self.rows.len(), |(_, start)| *start as usize);
        &self.rows[from..to]
    }
}
