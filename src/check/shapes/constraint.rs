//! Shapes as they are validated.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use oxrdf::{NamedNode, NamedNodeRef, Term};

use super::path::Path;
use super::sparql::{Ask, Select};
use crate::index::{Id, Kind, Selection};
use crate::rdf::normal;
use crate::vocab::sh;
use crate::xpath::Regex;

/// A shapes graph, read and found to be well-formed.
#[derive(Debug, Clone)]
pub struct Shapes {
    pub(super) shapes: Vec<Shape>,
    pub(super) same: Same,
}

/// Literals that a store takes for the same, such as `020` and `20`: constants of shapes match the data's by value, whatever
/// has been made of either.
#[derive(Debug, Clone, Default)]
pub(super) struct Same(HashMap<Id, Id>);

impl Same {
    /// Looks through the constants of shapes, and of data whose terms have the form in which they came through all literals.
    pub(super) fn of(shapes: &Selection) -> Self {
        let version = shapes.version();
        let mut literals: BTreeSet<Id> = shapes.triples([None; 3]).map(|[.., object]| object).collect();
        if version.is_verbatim() {
            let kinds = Kind::ALL.into_iter().filter(|kind| kind.is_literal());
            literals.extend(kinds.flat_map(|kind| version.range(kind)).map(Id));
        }
        let (mut same, mut made): (HashMap<Id, Id>, HashMap<Term, Id>) = Default::default();
        for id in literals {
            let term = version.term(id);
            if let Cow::Owned(normal) = normal(&term) {
                let one = version.id(normal.as_ref()).unwrap_or_else(|| *made.entry(normal).or_insert(id));
                if one != id {
                    same.insert(id, one);
                }
            }
        }
        Self(same)
    }

    /// The one that stands for all that are the same.
    pub(super) fn one(&self, id: Id) -> Id {
        self.0.get(&id).copied().unwrap_or(id)
    }

    /// All that are the same as one, and it.
    pub(super) fn all(&self, id: Id) -> impl Iterator<Item = Id> {
        let one = self.one(id);
        let others = self.0.iter().filter(move |(_, other)| **other == one).map(|(id, _)| *id);
        std::iter::once(one).chain(others)
    }
}

impl Shapes {
    /// How many shapes have targets.
    pub fn targeted(&self) -> usize {
        self.shapes.iter().filter(|shape| !shape.targets.is_empty() && !shape.deactivated).count()
    }
}

/// Number of a shape in [`Shapes`].
pub(super) type Number = usize;

/// A node shape, or with a path a property shape.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) node: Id,
    /// The node that the path is written as, and the path.
    pub(super) path: Option<(Id, Arc<Path>)>,
    pub(super) targets: Vec<Target>,
    pub(super) deactivated: bool,
    pub(super) severity: NamedNode,
    pub(super) messages: Vec<Id>,
    pub(super) constraints: Vec<Constraint>,
}

/// What a shape is validated on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Node(Id),
    Class(Id),
    SubjectsOf(Id),
    ObjectsOf(Id),
}

/// Which side a bound is on, and whether it is itself allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    MinExclusive,
    MinInclusive,
    MaxExclusive,
    MaxInclusive,
}

/// A constraint.
#[derive(Debug, Clone)]
pub(super) enum Constraint {
    Class(Id),
    Datatype(Id),
    NodeKind(NamedNode),
    MinCount(u64),
    MaxCount(u64),
    Bound(Bound, Id),
    MinLength(u64),
    MaxLength(u64),
    Pattern(Regex, String),
    LanguageIn(Vec<String>),
    UniqueLang,
    Equals(Id),
    Disjoint(Id),
    LessThan(Id),
    LessThanOrEquals(Id),
    Not(Number),
    And(Vec<Number>),
    Or(Vec<Number>),
    Xone(Vec<Number>),
    Node(Number),
    Property(Number),
    QualifiedMin(Qualified, u64),
    QualifiedMax(Qualified, u64),
    Closed(HashSet<Id>),
    HasValue(Id),
    In(HashSet<Id>),
    Select(Box<Select>),
    Ask(Box<Ask>),
}

/// Values of a sort that are counted.
#[derive(Debug, Clone)]
pub(super) struct Qualified {
    pub(super) shape: Number,
    /// Shapes of which a value that counts must have none.
    pub(super) siblings: Vec<Number>,
}

impl Constraint {
    /// The component it is of.
    pub(super) fn component(&self) -> NamedNodeRef<'_> {
        match self {
            Self::Class(_) => sh::ClassConstraintComponent,
            Self::Datatype(_) => sh::DatatypeConstraintComponent,
            Self::NodeKind(_) => sh::NodeKindConstraintComponent,
            Self::MinCount(_) => sh::MinCountConstraintComponent,
            Self::MaxCount(_) => sh::MaxCountConstraintComponent,
            Self::Bound(Bound::MinExclusive, _) => sh::MinExclusiveConstraintComponent,
            Self::Bound(Bound::MinInclusive, _) => sh::MinInclusiveConstraintComponent,
            Self::Bound(Bound::MaxExclusive, _) => sh::MaxExclusiveConstraintComponent,
            Self::Bound(Bound::MaxInclusive, _) => sh::MaxInclusiveConstraintComponent,
            Self::MinLength(_) => sh::MinLengthConstraintComponent,
            Self::MaxLength(_) => sh::MaxLengthConstraintComponent,
            Self::Pattern(..) => sh::PatternConstraintComponent,
            Self::LanguageIn(_) => sh::LanguageInConstraintComponent,
            Self::UniqueLang => sh::UniqueLangConstraintComponent,
            Self::Equals(_) => sh::EqualsConstraintComponent,
            Self::Disjoint(_) => sh::DisjointConstraintComponent,
            Self::LessThan(_) => sh::LessThanConstraintComponent,
            Self::LessThanOrEquals(_) => sh::LessThanOrEqualsConstraintComponent,
            Self::Not(_) => sh::NotConstraintComponent,
            Self::And(_) => sh::AndConstraintComponent,
            Self::Or(_) => sh::OrConstraintComponent,
            Self::Xone(_) => sh::XoneConstraintComponent,
            Self::Node(_) => sh::NodeConstraintComponent,
            Self::Property(_) => sh::PropertyConstraintComponent,
            Self::QualifiedMin(..) => sh::QualifiedMinCountConstraintComponent,
            Self::QualifiedMax(..) => sh::QualifiedMaxCountConstraintComponent,
            Self::Closed(_) => sh::ClosedConstraintComponent,
            Self::HasValue(_) => sh::HasValueConstraintComponent,
            Self::In(_) => sh::InConstraintComponent,
            Self::Select(select) => select.component.as_ref(),
            Self::Ask(ask) => ask.component.as_ref(),
        }
    }
}
