//! Identifiers: numbers that stand for terms, tags and sets of graphs.

use oxrdf::BaseDirection;

/// A term by its number in a [`Version`](super::Version).
///
/// 0 stands for no value. The terms of the base are numbered from 1 in the order of `ORDER BY`, so that a smaller number
/// comes first; terms that came with later commits follow from [`Id::LATE`], and those that a query makes from
/// [`Id::LOCAL`].
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[repr(transparent)]
pub struct Id(pub u32);

impl Id {
    /// No value.
    pub const UNBOUND: Self = Self(0);
    /// The first number of terms that came after the base was built.
    pub const LATE: u32 = 1 << 31;
    /// The first number of terms that one query made. The index never gives one.
    pub const LOCAL: u32 = 3 << 30;

    /// Whether a query made the term.
    pub const fn is_local(self) -> bool {
        self.0 >= Self::LOCAL
    }

    /// Whether the term came with a commit after the base was built.
    pub const fn is_late(self) -> bool {
        self.0 >= Self::LATE && self.0 < Self::LOCAL
    }

    /// Whether it stands for a value.
    pub const fn is_bound(self) -> bool {
        self.0 != 0
    }

    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What kind of term a number stands for, in the order of `ORDER BY`. In the base each kind is one range of numbers.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Kind {
    /// A blank node.
    Blank,
    /// An IRI.
    Iri,
    /// A literal whose value is an `xsd:integer`, `xsd:decimal`, `xsd:float` or `xsd:double`.
    Number,
    /// A literal whose value is an `xsd:dateTime`, `xsd:date`, `xsd:gYear` or `xsd:gYearMonth`.
    Time,
    /// Every other literal.
    Text,
    /// A triple term.
    Triple,
}

impl Kind {
    /// All kinds in their order.
    pub const ALL: [Self; 6] = [Self::Blank, Self::Iri, Self::Number, Self::Time, Self::Text, Self::Triple];

    /// Whether it is a literal.
    pub const fn is_literal(self) -> bool {
        matches!(self, Self::Number | Self::Time | Self::Text)
    }
}

/// The number of a literal's datatype, language and direction.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tag(pub u16);

/// What makes a literal of a text.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TagText {
    /// The datatype's IRI.
    pub datatype: String,
    /// The language tag of a tagged string.
    pub language: Option<String>,
    /// The base direction of a directional string.
    pub direction: Option<BaseDirection>,
}

/// A named graph of a version.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Graph {
    /// Its name.
    pub id: Id,
    /// Its number, which it keeps through all versions of one base. 0 is the unnamed graph.
    pub number: u32,
    /// How many quads it holds.
    pub quads: usize,
}

/// The graphs that a triple stands in: a graph's number, or (with the top bit set) the number of a list of them.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(transparent)]
pub struct GraphSet(pub(super) u32);

impl GraphSet {
    pub(super) const LIST: u32 = 1 << 31;

    /// The one graph, where it is one.
    pub const fn single(self) -> Option<u32> {
        if self.0 & Self::LIST == 0 { Some(self.0) } else { None }
    }

    /// The number of the list, where it is several.
    pub(super) const fn list(self) -> usize {
        (self.0 & !Self::LIST) as usize
    }
}

/// Which graphs a triple must stand in, one of them at least.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GraphFilter {
    /// Any, the unnamed one included.
    Any,
    /// Any that has a name.
    Named,
    /// This.
    One(u32),
    /// One of these, in ascending order.
    Set(Box<[u32]>),
}

impl GraphFilter {
    /// Whether a graph is one of them.
    pub fn allows(&self, graph: u32) -> bool {
        match self {
            Self::Any => true,
            Self::Named => graph != 0,
            Self::One(one) => *one == graph,
            Self::Set(set) => set.binary_search(&graph).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_whose_they_are_by_their_number() {
        let kinds = |id: Id| (id.is_bound(), id.is_late(), id.is_local());
        assert_eq!(kinds(Id::UNBOUND), (false, false, false));
        for (number, expected) in [
            (1, (true, false, false)),
            (Id::LATE - 1, (true, false, false)),
            (Id::LATE, (true, true, false)),
            (Id::LOCAL - 1, (true, true, false)),
            (Id::LOCAL, (true, false, true)),
            (u32::MAX, (true, false, true)),
        ] {
            assert_eq!(kinds(Id(number)), expected, "{number}");
        }
    }

    #[test]
    fn filters_allow_the_graphs_that_they_name() {
        let allowed = |filter: GraphFilter| (0..5).filter(|graph| filter.allows(*graph)).collect::<Vec<u32>>();
        assert_eq!(allowed(GraphFilter::Any), [0, 1, 2, 3, 4]);
        assert_eq!(allowed(GraphFilter::Named), [1, 2, 3, 4]);
        assert_eq!(allowed(GraphFilter::One(0)), [0]);
        assert_eq!(allowed(GraphFilter::Set([0, 3].into())), [0, 3]);
        assert!(allowed(GraphFilter::Set([].into())).is_empty());
    }

    #[test]
    fn a_set_of_graphs_is_one_or_a_list() {
        assert_eq!(GraphSet(7).single(), Some(7));
        let list = GraphSet(GraphSet::LIST | 7);
        assert_eq!((list.single(), list.list()), (None, 7));
    }
}
