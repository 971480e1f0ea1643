//! Interned graph sets: sets of graphs, each kept once.

use std::io;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use hashbrown::HashMap;

use super::appended::Appended;
use super::file::{In, Out};
use super::id::{GraphFilter, GraphSet};

/// The lists of graphs that triples stand in where they stand in several. Shared by all versions of a base.
#[derive(Debug, Default)]
pub(super) struct GraphLists {
    /// Those that were read from a file: where each ends, and all of them one after the other.
    ends: Box<[u32]>,
    graphs: Box<[u32]>,
    /// Those that came later.
    lists: Appended<Box<[u32]>>,
    numbers: OnceLock<Mutex<HashMap<Box<[u32]>, u32>>>,
}

impl GraphLists {
    /// The set of these graphs, which are in ascending order and at least one.
    pub(super) fn set(&self, graphs: &[u32]) -> GraphSet {
        if let [graph] = graphs {
            return GraphSet(*graph);
        }
        let mut numbers = self.numbers();
        if let Some(number) = numbers.get(graphs) {
            return GraphSet(*number | GraphSet::LIST);
        }
        let number = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        numbers.insert(graphs.into(), number);
        self.lists.set(number as usize - self.ends.len(), graphs.into());
        GraphSet(number | GraphSet::LIST)
    }

    /// All lists by their numbers; gathered when the first set is made.
    fn numbers(&self) -> MutexGuard<'_, HashMap<Box<[u32]>, u32>> {
        let gather = || {
            let read = (0_u32..).zip(0..self.ends.len());
            Mutex::new(read.map(|(number, place)| (self.numbered(place).into(), number)).collect())
        };
        self.numbers.get_or_init(gather).lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn list(&self, set: GraphSet) -> &[u32] {
        self.numbered(set.list())
    }

    fn numbered(&self, number: usize) -> &[u32] {
        let Some(end) = self.ends.get(number) else {
            return number.checked_sub(self.ends.len()).and_then(|late| self.lists.get(late)).map_or(&[], |list| list);
        };
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.graphs.get(start as usize..*end as usize).unwrap_or_default()
    }

    pub(super) fn write(&self, directory: &mut Out) {
        let count = self.numbers().len();
        let mut end = 0;
        let ends = (0..count).map(|number| {
            end += u32::try_from(self.numbered(number).len()).unwrap_or(u32::MAX);
            end
        });
        directory.values(ends.collect::<Vec<_>>().into_iter());
        let graphs = (0..count).flat_map(|number| self.numbered(number)).copied();
        directory.values(graphs.collect::<Vec<_>>().into_iter());
    }

    pub(super) fn read(directory: &mut In<'_>) -> io::Result<Self> {
        let (ends, graphs) = (directory.values()?.into(), directory.values()?.into());
        Ok(Self { ends, graphs, ..Self::default() })
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
