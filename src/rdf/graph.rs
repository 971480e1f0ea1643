//! Graphs of data in memory by number.

use std::num::NonZeroU32;

use oxrdf::{GraphNameRef, NamedOrBlankNodeRef};

use super::terms::Id;

/// A graph: one that a term names, or the default graph, which no term stands for. The default graph comes first in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Graph(Option<NonZeroU32>);

impl Graph {
    /// The default graph.
    pub const DEFAULT: Self = Self(None);

    /// The graph that the term of this number names.
    pub const fn named(name: Id) -> Self {
        // The greatest number is never given to a term.
        Self(NonZeroU32::new(name.wrapping_add(1)))
    }

    /// The number of the term that names it; none for the default graph.
    pub fn name(self) -> Option<Id> {
        self.0.map(|number| number.get() - 1)
    }
}

/// The name of a graph, if it has one.
pub fn name_of(graph: GraphNameRef<'_>) -> Option<NamedOrBlankNodeRef<'_>> {
    match graph {
        GraphNameRef::NamedNode(name) => Some(name.into()),
        GraphNameRef::BlankNode(name) => Some(name.into()),
        GraphNameRef::DefaultGraph => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_graph_has_no_name_and_comes_first() {
        assert_eq!((Graph::DEFAULT.name(), Graph::named(0).name(), Graph::named(7).name()), (None, Some(0), Some(7)));
        assert!(Graph::DEFAULT < Graph::named(0) && Graph::named(0) < Graph::named(1));
        assert_eq!(size_of::<Graph>(), 4);
    }
}
