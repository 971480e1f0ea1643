//! Expression tree: the tree that an expression is compiled to.

use oxrdf::Term;
use spargebra::algebra::Function as Builtin;

use super::super::Function;
use super::memo::Memo;
use super::value::Value;
use crate::index::Id;
use crate::xpath::{Regex, Replacement};

/// An operator that compares two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Whether it is true of two values that stand like this.
    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// An operator that reckons with two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// What kind of term is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Iri,
    Blank,
    Literal,
    Numeric,
    Triple,
}

/// A function by IRI.
#[derive(Clone)]
pub(super) struct Named(pub(super) Function);

/// A part of an expression.
pub(super) enum Node {
    Constant(Value, Option<Id>),
    Column(usize),
    /// What is always an error: a variable that nobody binds, a function that nobody knows.
    Error,
    /// Depends on one column alone and is remembered by its terms, or by what tags them.
    Memo {
        column: usize,
        by_tag: bool,
        inner: Box<Node>,
        known: Memo<Option<Value>>,
    },
    Or(Vec<Node>),
    And(Vec<Node>),
    Not(Box<Node>),
    Bound(usize),
    If(Box<[Node; 3]>),
    Coalesce(Vec<Node>),
    SameTerm(Box<[Node; 2]>),
    Compare(Comparison, Box<[Node; 2]>),
    In(Box<Node>, Vec<Node>),
    Reckon(Arithmetic, Box<[Node; 2]>),
    Minus(Box<Node>),
    Plus(Box<Node>),
    Is(Is, Box<Node>),
    /// REGEX whose pattern and flags are constant.
    Matches(Box<Node>, Regex),
    /// REPLACE whose pattern, replacement and flags are constant.
    Replace(Box<Node>, Regex, Replacement),
    Cast(super::casts::Cast, Box<Node>),
    Builtin(Builtin, Vec<Node>),
    Named(Named, Vec<Node>),
}

/// The nodes within a node, lent as the node is.
macro_rules! children {
    ($node:expr, $iter:ident, $all:ty) => {
        match $node {
            Self::Constant(..) | Self::Column(_) | Self::Error | Self::Bound(_) => Vec::new(),
            Self::Not(inner)
            | Self::Minus(inner)
            | Self::Plus(inner)
            | Self::Is(_, inner)
            | Self::Matches(inner, _)
            | Self::Replace(inner, ..)
            | Self::Cast(_, inner)
            | Self::Memo { inner, .. } => vec![inner],
            Self::Or(all) | Self::And(all) | Self::Coalesce(all) | Self::Builtin(_, all) | Self::Named(_, all) => {
                all.$iter().collect()
            }
            Self::If(all) => all.$iter().collect(),
            Self::SameTerm(both) | Self::Compare(_, both) | Self::Reckon(_, both) => both.$iter().collect(),
            Self::In(one, more) => {
                let mut all: $all = vec![one];
                all.extend(more);
                all
            }
        }
    };
}

impl Node {
    pub(super) fn constant(term: impl Into<Term>) -> Self {
        Self::Constant(Value::from(term.into()), None)
    }

    pub(super) fn children(&self) -> Vec<&Self> {
        children!(self, iter, Vec<&Self>)
    }

    fn children_mut(&mut self) -> Vec<&mut Self> {
        children!(self, iter_mut, Vec<&mut Self>)
    }

    /// The columns that it reads, ascending, and whether it gives the same for the same terms.
    pub(super) fn reads(&self) -> (Vec<usize>, bool) {
        let (mut columns, mut is_pure) = (Vec::new(), true);
        let mut open = vec![self];
        while let Some(node) = open.pop() {
            if let Self::Column(column) | Self::Bound(column) = node {
                columns.push(*column);
            }
            is_pure &= !node.is_chance();
            open.extend(node.children());
        }
        columns.sort_unstable();
        columns.dedup();
        (columns, is_pure)
    }

    fn is_chance(&self) -> bool {
        matches!(self, Self::Builtin(Builtin::Rand | Builtin::Uuid | Builtin::StrUuid | Builtin::BNode, _))
    }

    /// Whether it is the same for all literals of one datatype, language and direction: these are all that it asks for.
    pub(super) fn is_of_tag(&self) -> bool {
        use Builtin as F;
        match self {
            Self::Column(_) | Self::Bound(_) => false,
            Self::Builtin(F::Lang | F::LangDir | F::HasLang | F::HasLangDir | F::Datatype, of)
                if matches!(&of[..], [Self::Column(_)]) =>
            {
                true
            }
            other => other.children().into_iter().all(Self::is_of_tag),
        }
    }

    /// The column whose text it is, if it is STR of a variable.
    pub(super) fn text_of(&self) -> Option<usize> {
        match self {
            Self::Builtin(Builtin::Str, of) => match &of[..] {
                [Self::Column(column)] => Some(*column),
                _ => None,
            },
            Self::Memo { inner, .. } => inner.text_of(),
            _ => None,
        }
    }

    /// Whether to evaluate it costs no more than to look up what was found before.
    pub(super) fn is_cheap(&self) -> bool {
        match self {
            Self::Constant(..) | Self::Column(_) | Self::Error | Self::Bound(_) => true,
            Self::Is(Is::Iri | Is::Blank | Is::Literal | Is::Triple, inner) => matches!(**inner, Self::Column(_)),
            Self::SameTerm(both) => both.iter().all(|one| matches!(one, Self::Column(_) | Self::Constant(..))),
            Self::Not(inner) => matches!(**inner, Self::Bound(_)),
            _ => false,
        }
    }

    /// Wraps the largest parts that depend on one column each, so that they are remembered. Says what this depends on: one
    /// look at each part is enough.
    pub(super) fn remember(&mut self) -> Depends {
        let mut all = match self {
            Self::Column(column) | Self::Bound(column) => Depends::One(*column),
            _ => Depends::Nothing,
        };
        if self.is_chance() {
            all = Depends::More;
        }
        let mut each = Vec::new();
        for child in self.children_mut() {
            let depends = child.remember();
            each.push(depends);
            all = all.and(depends);
        }
        if all == Depends::More {
            for (child, depends) in self.children_mut().into_iter().zip(each) {
                if let Depends::One(column) = depends
                    && !child.is_cheap()
                {
                    let inner = Box::new(std::mem::replace(child, Self::Error));
                    *child = Self::Memo { column, by_tag: inner.is_of_tag(), inner, known: Memo::default() };
                }
            }
        }
        all
    }
}

/// What decides a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depends {
    Nothing,
    One(usize),
    /// Several columns, or chance.
    More,
}

impl Depends {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, one) | (one, Self::Nothing) => one,
            (Self::One(a), Self::One(b)) if a == b => self,
            _ => Self::More,
        }
    }
}
