//! Logical plan: SPARQL's algebra over numbered variables, groups flattened.

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use oxrdf::Variable;
use spargebra::algebra::{AggregateFunction, Expression, GraphPattern};

pub use super::vars::{Var, Vars};
use crate::eval::operator::Answers;
use crate::index::Id;

/// A place of a pattern.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Slot {
    /// A term; one that the data lacks has the number of a query's own.
    Id(Id),
    Var(Var),
}

impl Slot {
    pub fn var(self) -> Option<Var> {
        match self {
            Self::Var(var) => Some(var),
            Self::Id(_) => None,
        }
    }

    pub fn id(self) -> Option<Id> {
        match self {
            Self::Id(id) => Some(id),
            Self::Var(_) => None,
        }
    }
}

/// Which graph the patterns of a group are matched with.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Active {
    /// The default graph of the dataset.
    Default,
    /// A named graph by its number; `None` is one that the dataset does not have.
    One(Option<u32>),
    /// Every named graph; its name is the value of a variable.
    Each(Var),
    /// That of the graph loop around it.
    Current,
}

#[derive(Clone, Debug)]
pub struct Pattern {
    pub subject: Slot,
    pub predicate: Slot,
    pub object: Slot,
    pub active: Active,
    /// Predicates that do not match.
    pub excluded: Vec<Id>,
    /// The terms of the base that need be looked at as objects, where conditions let through no others.
    pub objects: Option<Range<u32>>,
}

impl Pattern {
    pub fn vars(&self) -> Vars {
        let graph = match self.active {
            Active::Each(var) => Some(var),
            _ => None,
        };
        [self.subject, self.predicate, self.object].into_iter().filter_map(Slot::var).chain(graph).collect()
    }
}

/// A path that is more than a join or a union of patterns: its pairs come once each.
#[derive(Clone, Debug)]
pub struct Closure {
    pub subject: Slot,
    pub object: Slot,
    pub step: Rc<Step>,
    /// Whether a node is connected with itself.
    pub zero: bool,
    /// Whether the step is taken once at most.
    pub once: bool,
    pub active: Active,
}

impl Closure {
    pub fn vars(&self) -> Vars {
        [self.subject, self.object].into_iter().filter_map(Slot::var).collect()
    }
}

/// What is asked of another endpoint.
#[derive(Clone)]
pub struct Remote {
    /// Its name.
    pub name: Slot,
    pub pattern: Rc<GraphPattern>,
    /// Whether a failure is an answer that binds nothing.
    pub silent: bool,
    /// The variables of the answer.
    pub vars: Vec<(Variable, Var)>,
    /// What was answered already.
    pub answers: Answers,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SERVICE {:?} {{ {} }}", self.name, self.pattern)
    }
}

/// What a closure repeats.
#[derive(Clone, Debug)]
pub enum Step {
    Predicate(Id),
    Not(Vec<Id>),
    Reverse(Box<Step>),
    Sequence(Box<Step>, Box<Step>),
    Alternative(Box<Step>, Box<Step>),
    Closure { step: Box<Step>, zero: bool, once: bool },
}

impl Step {
    /// Whether it can lead from a node to itself along no triple.
    pub fn may_be_empty(&self) -> bool {
        match self {
            Self::Predicate(_) | Self::Not(_) => false,
            Self::Reverse(step) => step.may_be_empty(),
            Self::Sequence(a, b) => a.may_be_empty() && b.may_be_empty(),
            Self::Alternative(a, b) => a.may_be_empty() || b.may_be_empty(),
            Self::Closure { step, zero, .. } => *zero || step.may_be_empty(),
        }
    }
}

/// An expression with the names that it is read by. EXISTS in it reads `BOUND` of a variable of its own.
#[derive(Clone, Debug)]
pub struct Expr {
    pub expression: Rc<Expression>,
    pub scope: usize,
    /// Those that it mentions, also in its EXISTS.
    pub vars: Vars,
    pub exists: Vec<(Var, Node)>,
}

/// What a row must fulfil.
#[derive(Clone, Debug)]
pub struct Filter {
    pub condition: Condition,
    /// The variables of the group that it stands in.
    pub visible: Vars,
}

#[derive(Clone, Debug)]
pub enum Condition {
    Expr(Expr),
    Exists { pattern: Node, negated: bool },
}

impl Condition {
    pub fn vars(&self) -> Vars {
        match self {
            Self::Expr(expr) => expr.vars.clone(),
            Self::Exists { pattern, .. } => pattern.mentioned(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Aggregate {
    pub var: Var,
    /// None counts rows.
    pub function: Option<AggregateFunction>,
    pub expr: Option<Expr>,
    pub distinct: bool,
    /// What COUNT(DISTINCT *) tells rows apart by.
    pub all: Vec<Var>,
}

#[derive(Clone, Debug)]
pub enum Node {
    Pattern(Pattern),
    Closure(Closure),
    /// All of these, and conditions on their rows. Without parts: one row that binds nothing.
    Group {
        parts: Vec<Node>,
        filters: Vec<Filter>,
    },
    LeftJoin {
        left: Box<Node>,
        right: Box<Node>,
        conditions: Vec<Condition>,
    },
    Minus {
        left: Box<Node>,
        right: Box<Node>,
    },
    /// The right side for each row of the left, whose values it sees.
    Lateral {
        left: Box<Node>,
        right: Box<Node>,
    },
    Union(Vec<Node>),
    Extend {
        inner: Box<Node>,
        var: Var,
        expr: Expr,
    },
    Values {
        vars: Vec<Var>,
        rows: Vec<Vec<Id>>,
    },
    Distinct {
        inner: Box<Node>,
        vars: Vec<Var>,
    },
    Sort {
        inner: Box<Node>,
        keys: Vec<(Expr, bool)>,
    },
    Slice {
        inner: Box<Node>,
        start: usize,
        length: Option<usize>,
    },
    Aggregation {
        inner: Box<Node>,
        keys: Vec<Var>,
        aggregates: Vec<Aggregate>,
    },
    Service(Remote),
    /// Its inner part once for each named graph.
    EachGraph {
        var: Var,
        inner: Box<Node>,
    },
    /// One row where the named graph exists.
    GraphExists(Option<u32>),
    /// The names of the named graphs.
    GraphNames(Var),
    /// A variable's triple term taken apart.
    TripleTerm {
        term: Var,
        parts: [Slot; 3],
    },
}

impl Node {
    /// One row that binds nothing.
    pub fn unit() -> Self {
        Self::Group { parts: Vec::new(), filters: Vec::new() }
    }
}

impl Expr {
    /// Whether it is a term.
    pub fn is_constant(&self) -> bool {
        matches!(*self.expression, Expression::NamedNode(_) | Expression::Literal(_))
    }

    /// The variable, if it is nothing but one.
    pub fn renames(&self) -> Option<Var> {
        match *self.expression {
            Expression::Variable(_) => self.vars.first(),
            _ => None,
        }
    }
}
