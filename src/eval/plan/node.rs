//! The logical tree: SPARQL's algebra over numbered variables, groups flattened.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::rc::Rc;

use oxrdf::Variable;
use spargebra::algebra::{AggregateFunction, Expression, GraphPattern};

use crate::eval::operator::Answers;
use crate::index::Id;

/// A variable of one query. Variables of one name that SPARQL's scopes keep apart have different numbers.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Var(pub u32);

/// Some variables.
pub type Vars = BTreeSet<Var>;

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

    /// The variables that may be bound in its rows.
    pub fn possible(&self) -> Vars {
        let mut all = Vars::new();
        self.add_possible(&mut all);
        all
    }

    fn add_possible(&self, all: &mut Vars) {
        match self {
            Self::Pattern(pattern) => all.extend(pattern.vars()),
            Self::Closure(closure) => all.extend(closure.vars()),
            Self::Values { vars, .. } => all.extend(vars),
            Self::Service(remote) => all.extend(remote.vars.iter().map(|(_, var)| *var)),
            Self::Extend { var, .. } | Self::EachGraph { var, .. } | Self::GraphNames(var) => {
                all.insert(*var);
            }
            Self::Distinct { inner, vars } => {
                let inner = inner.possible();
                all.extend(vars.iter().filter(|var| inner.contains(var)));
            }
            Self::Aggregation { inner, keys, aggregates } => {
                let inner = inner.possible();
                all.extend(keys.iter().filter(|var| inner.contains(var)));
                all.extend(aggregates.iter().map(|aggregate| aggregate.var));
            }
            Self::TripleTerm { term, parts } => all.extend(parts.iter().filter_map(|slot| slot.var()).chain([*term])),
            _ => {}
        }
        match self {
            Self::Minus { left, .. } => left.add_possible(all),
            Self::Distinct { .. } | Self::Aggregation { .. } => {}
            _ => self.each_below(&mut |node| node.add_possible(all)),
        }
    }

    /// The variables that are bound in each of its rows.
    pub fn certain(&self) -> Vars {
        let mut all = Vars::new();
        self.add_certain(&mut all);
        all
    }

    fn add_certain(&self, all: &mut Vars) {
        match self {
            Self::Group { parts, .. } => parts.iter().for_each(|part| part.add_certain(all)),
            Self::Union(parts) => {
                let common = parts.iter().map(Self::certain).reduce(|a, b| &a & &b);
                all.extend(common.unwrap_or_default());
            }
            Self::Lateral { left, right } => {
                left.add_certain(all);
                right.add_certain(all);
            }
            Self::LeftJoin { left, .. } | Self::Minus { left, .. } => left.add_certain(all),
            Self::Extend { inner, var, expr } => {
                inner.add_certain(all);
                if expr.is_constant() || expr.renames().is_some_and(|var| inner.certain().contains(&var)) {
                    all.insert(*var);
                }
            }
            Self::EachGraph { inner, var } => {
                inner.add_certain(all);
                all.insert(*var);
            }
            Self::Values { vars, rows } => {
                let bound = |at: &usize| rows.iter().all(|row| row[*at].is_bound());
                all.extend((0..vars.len()).filter(bound).map(|at| vars[at]));
            }
            Self::Distinct { inner, vars } | Self::Aggregation { inner, keys: vars, .. } => {
                let inner = inner.certain();
                all.extend(vars.iter().filter(|var| inner.contains(var)));
            }
            Self::Sort { inner, .. } | Self::Slice { inner, .. } => inner.add_certain(all),
            Self::Service(_) => {}
            Self::Pattern(_)
            | Self::Closure(_)
            | Self::GraphExists(_)
            | Self::GraphNames(_)
            | Self::TripleTerm { .. } => self.add_possible(all),
        }
    }

    /// The variables that it names anywhere, also those that it only looks at.
    pub fn mentioned(&self) -> Vars {
        let mut all = Vars::new();
        self.add_mentioned(&mut all);
        all
    }

    fn add_mentioned(&self, all: &mut Vars) {
        if !matches!(self, Self::Group { .. } | Self::Union(_) | Self::LeftJoin { .. } | Self::Lateral { .. }) {
            self.add_own(all);
        }
        self.each_below(&mut |node| node.add_mentioned(all));
        self.each_condition(&mut |vars| all.extend(vars));
    }

    /// The variables that it names beside those of the nodes below.
    fn add_own(&self, all: &mut Vars) {
        match self {
            Self::Extend { var, .. } | Self::EachGraph { var, .. } => {
                all.insert(*var);
            }
            Self::Distinct { vars, .. } => all.extend(vars),
            Self::Aggregation { keys, aggregates, .. } => {
                all.extend(keys);
                all.extend(aggregates.iter().map(|aggregate| aggregate.var));
            }
            Self::Minus { .. } | Self::Sort { .. } | Self::Slice { .. } => {}
            Self::Service(remote) => {
                all.extend(remote.name.var());
                self.add_possible(all);
            }
            _ => self.add_possible(all),
        }
    }

    /// The variables that name endpoints and that it does not bind itself.
    pub fn asked(&self) -> Vars {
        let own = match self {
            Self::Service(remote) => remote.name.var().into_iter().collect(),
            _ => {
                let mut all = Vars::new();
                self.each_below(&mut |node| all.extend(node.asked()));
                all
            }
        };
        if own.is_empty() { own } else { &own - &self.possible() }
    }

    /// Whether values from around it that stand for variables change more than which of its rows are left: it counts or
    /// orders rows before they meet these values, or looks at them where they are not bound.
    pub fn depends_on(&self, given: &Vars) -> bool {
        let within = |inner: &Node| !inner.possible().is_disjoint(given);
        let own = match self {
            Self::Slice { inner, .. } => within(inner),
            Self::Aggregation { inner, keys, .. } => {
                inner.possible().iter().any(|var| given.contains(var) && !keys.contains(var))
            }
            Self::EachGraph { var, inner } => given.contains(var) && inner.mentioned().contains(var),
            _ => false,
        };
        let mut below = own;
        self.each_below(&mut |node| below = below || node.depends_on(given));
        below
    }

    fn each_below(&self, see: &mut dyn FnMut(&Node)) {
        match self {
            Self::Group { parts, .. } | Self::Union(parts) => parts.iter().for_each(see),
            Self::LeftJoin { left, right, .. } | Self::Minus { left, right } | Self::Lateral { left, right } => {
                see(left);
                see(right);
            }
            Self::Extend { inner, .. }
            | Self::Distinct { inner, .. }
            | Self::Sort { inner, .. }
            | Self::Slice { inner, .. }
            | Self::Aggregation { inner, .. }
            | Self::EachGraph { inner, .. } => see(inner),
            _ => {}
        }
    }

    fn each_condition(&self, see: &mut dyn FnMut(Vars)) {
        match self {
            Self::Group { filters, .. } => filters.iter().for_each(|filter| see(filter.condition.vars())),
            Self::LeftJoin { conditions, .. } => conditions.iter().for_each(|condition| see(condition.vars())),
            Self::Extend { expr, .. } => see(expr.vars.clone()),
            Self::Sort { keys, .. } => keys.iter().for_each(|(expr, _)| see(expr.vars.clone())),
            Self::Aggregation { aggregates, .. } => aggregates
                .iter()
                .filter_map(|aggregate| aggregate.expr.as_ref())
                .for_each(|expr| see(expr.vars.clone())),
            _ => {}
        }
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
            Expression::Variable(_) => self.vars.first().copied(),
            _ => None,
        }
    }
}

/// The variables' names.
#[derive(Default, Debug)]
pub struct Names {
    numbers: HashMap<(usize, Variable), Var>,
    names: Vec<Option<Variable>>,
    scopes: usize,
}

impl Names {
    /// A scope that shares the given variables with another.
    pub fn scope(&mut self, outer: usize, shared: &[Variable]) -> usize {
        self.scopes += 1;
        for variable in shared {
            let var = self.var(outer, variable);
            self.numbers.insert((self.scopes, variable.clone()), var);
        }
        self.scopes
    }

    /// The number of a name in a scope.
    pub fn var(&mut self, scope: usize, variable: &Variable) -> Var {
        if let Some(var) = self.numbers.get(&(scope, variable.clone())) {
            return *var;
        }
        let var = self.push(Some(variable.clone()));
        self.numbers.insert((scope, variable.clone()), var);
        var
    }

    /// A number without a name.
    pub fn fresh(&mut self) -> Var {
        self.push(None)
    }

    fn push(&mut self, name: Option<Variable>) -> Var {
        self.names.push(name);
        Var(u32::try_from(self.names.len() - 1).unwrap_or(u32::MAX))
    }

    /// The number of a name that has one.
    pub fn find(&self, scope: usize, variable: &Variable) -> Option<Var> {
        self.numbers.get(&(scope, variable.clone())).copied()
    }

    /// How a variable is shown.
    pub fn name(&self, var: Var) -> String {
        match self.names.get(var.0 as usize) {
            Some(Some(name)) => name.to_string(),
            _ => format!("?_{}", var.0),
        }
    }

    /// Whether the asker named it, in this scope.
    pub fn is_visible(&self, scope: usize, var: Var) -> bool {
        match self.names.get(var.0 as usize) {
            Some(Some(name)) => !name.as_str().starts_with(' ') && self.find(scope, name) == Some(var),
            _ => false,
        }
    }
}
