//! Sets of graphs, each kept once.

use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;

use super::appended::Appended;
use super::id::{GraphFilter, GraphSet};

/// The lists of graphs that triples stand in where they stand in several. Shared by all versions of a base.
#[derive(Debug, Default)]
pub(super) struct GraphLists {
    lists: Appended<Box<[u32]>>,
    numbers: Mutex<HashMap<Box<[u32]>, u32>>,
}

impl GraphLists {
    /// The set of these graphs, which are in ascending order and at least one.
    pub(super) fn set(&self, graphs: &[u32]) -> GraphSet {
        if let [graph] = graphs {
            return GraphSet(*graph);
        }
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = numbers.get(graphs) {
            return GraphSet(*number | GraphSet::LIST);
        }
        let number = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        numbers.insert(graphs.into(), number);
        self.lists.set(number as usize, graphs.into());
        GraphSet(number | GraphSet::LIST)
    }

    fn list(&self, set: GraphSet) -> &[u32] {
        self.lists.get(set.list()).map_or(&[], |list| list)
    }

    /// The graphs of a set, in ascending order.
    pub(super) fn of(&self, set: GraphSet) -> impl Iterator<Item = u32> + '_ {
        let (single, list) = match set.single() {
            Some(graph) => (Some(graph), &[][..]),
            None => (None, self.list(set)),
        };
        single.into_iter().chain(list.iter().copied())
    }

    pub(super) fn matches(&self, set: GraphSet, wanted: &GraphFilter) -> bool {
        match (wanted, set.single()) {
            (GraphFilter::Any, _) => true,
            (_, Some(graph)) => wanted.allows(graph),
            (_, None) => self.list(set).iter().any(|graph| wanted.allows(*graph)),
        }
    }

    /// The set with one graph more or less; `None` where none is left.
    pub(super) fn with(&self, set: Option<GraphSet>, graph: u32, present: bool) -> Option<GraphSet> {
        let mut graphs: Vec<u32> = set.into_iter().flat_map(|set| self.of(set)).collect();
        match (graphs.binary_search(&graph), present) {
            (Err(at), true) => graphs.insert(at, graph),
            (Ok(at), false) => drop(graphs.remove(at)),
            _ => return set,
        }
        if graphs.is_empty() { None } else { Some(self.set(&graphs)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_kept_once_and_grows_and_shrinks() {
        let lists = GraphLists::default();
        let one = lists.with(None, 4, true);
        assert_eq!(one.unwrap().single(), Some(4));
        let two = lists.with(one, 2, true);
        assert_eq!(lists.of(two.unwrap()).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(lists.with(lists.with(None, 2, true), 4, true), two);
        assert_eq!(lists.with(two, 2, false), one);
        assert_eq!(lists.with(one, 4, false), None);
        assert_eq!(lists.with(two, 4, true), two);
    }

    #[test]
    fn filters_see_every_graph_of_a_set() {
        let lists = GraphLists::default();
        let both = lists.set(&[0, 7]);
        assert!(lists.matches(both, &GraphFilter::One(7)) && lists.matches(both, &GraphFilter::Named));
        assert!(!lists.matches(both, &GraphFilter::Set([1, 2].into())));
        assert!(!lists.matches(lists.set(&[0]), &GraphFilter::Named));
        assert!(lists.matches(lists.set(&[0]), &GraphFilter::Any));
    }
}
