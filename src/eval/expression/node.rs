//! The tree that an expression is compiled to.

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
    /// Depends on one column alone and is remembered by its terms.
    Memo {
        column: usize,
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

impl Node {
    pub(super) fn constant(term: impl Into<Term>) -> Self {
        Self::Constant(Value::from(term.into()), None)
    }

    pub(super) fn children(&self) -> Vec<&Self> {
        match self {
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
                all.iter().collect()
            }
            Self::If(all) => all.iter().collect(),
            Self::SameTerm(both) | Self::Compare(_, both) | Self::Reckon(_, both) => both.iter().collect(),
            Self::In(one, all) => std::iter::once(&**one).chain(all).collect(),
        }
    }

    fn children_mut(&mut self) -> Vec<&mut Self> {
        match self {
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
                all.iter_mut().collect()
            }
            Self::If(all) => all.iter_mut().collect(),
            Self::SameTerm(both) | Self::Compare(_, both) | Self::Reckon(_, both) => both.iter_mut().collect(),
            Self::In(one, all) => std::iter::once(&mut **one).chain(all).collect(),
        }
    }

    /// The columns that it reads, ascending.
    pub(super) fn columns(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = self.children().into_iter().flat_map(Self::columns).collect();
        if let Self::Column(column) | Self::Bound(column) = self {
            columns.push(*column);
        }
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Whether it gives the same for the same terms.
    pub(super) fn is_pure(&self) -> bool {
        let own = match self {
            Self::Builtin(function, _) => {
                !matches!(function, Builtin::Rand | Builtin::Uuid | Builtin::StrUuid | Builtin::BNode)
            }
            _ => true,
        };
        own && self.children().into_iter().all(Self::is_pure)
    }

    /// Whether to evaluate it costs no more than to look up what was found before.
    pub(super) fn is_cheap(&self) -> bool {
        match self {
            Self::Constant(..) | Self::Column(_) | Self::Error | Self::Bound(_) => true,
            Self::Is(Is::Iri | Is::Blank | Is::Literal | Is::Triple, inner) => matches!(**inner, Self::Column(_)),
            Self::SameTerm(both) => both.iter().all(|one| matches!(one, Self::Column(_) | Self::Constant(..))),
            Self::Not(inner) => inner.is_cheap(),
            Self::And(all) | Self::Or(all) => all.len() < 3 && all.iter().all(Self::is_cheap),
            _ => false,
        }
    }

    /// Wraps the largest parts that depend on one column each, so that they are remembered.
    pub(super) fn remember(&mut self) {
        for child in self.children_mut() {
            let columns = child.columns();
            match columns[..] {
                [] => {}
                [column] if child.is_pure() => {
                    if !child.is_cheap() {
                        let inner = Box::new(std::mem::replace(child, Self::Error));
                        *child = Self::Memo { column, inner, known: Memo::default() };
                    }
                }
                _ => child.remember(),
            }
        }
    }
}
