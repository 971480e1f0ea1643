//! SPARQL's algebra to the logical tree.

use std::rc::Rc;

use oxrdf::{NamedNode, Term, Variable};
use spargebra::algebra::{
    AggregateExpression, Expression, GraphPattern, OrderExpression, PropertyPathExpression as Path,
};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

use super::dataset::Dataset;
use super::group::group;
use super::names::Names;
use super::node::{Active, Aggregate, Closure, Condition, Expr, Filter, Node, Pattern, Remote, Slot, Step, Vars};
use super::push;
use crate::eval::children::{children, children_mut};
use crate::eval::operator::Answers;
use crate::eval::{Context, Stop};
use crate::index::Id;

/// Translates the patterns of one query.
pub struct Translator<'a> {
    pub cx: &'a mut Context,
    pub names: &'a mut Names,
    pub dataset: &'a Dataset,
    /// EXISTS so far.
    pub exists: usize,
}

type Translated<T> = Result<T, Stop>;

impl Translator<'_> {
    pub fn pattern(&mut self, pattern: &GraphPattern, scope: usize, active: Active) -> Translated<Node> {
        use GraphPattern as P;
        Ok(match pattern {
            P::Bgp { patterns } => self.bgp(patterns, scope, active)?,
            P::Path { subject, path, object } => {
                let mut parts = Vec::new();
                let (subject, object) = (self.term(subject, scope, &mut parts)?, self.term(object, scope, &mut parts)?);
                parts.insert(0, self.path(subject, path, object, active));
                group(parts, Vec::new())
            }
            P::Join { left, right } => {
                group(vec![self.pattern(left, scope, active)?, self.pattern(right, scope, active)?], Vec::new())
            }
            P::LeftJoin { left, right, expression } => Node::LeftJoin {
                left: Box::new(self.pattern(left, scope, active)?),
                right: Box::new(self.pattern(right, scope, active)?),
                conditions: match expression {
                    Some(expression) => self.conditions(expression, scope, active)?,
                    None => Vec::new(),
                },
            },
            P::Lateral { left, right } => Node::Lateral {
                left: Box::new(self.pattern(left, scope, active)?),
                right: Box::new(self.pattern(right, scope, active)?),
            },
            P::Filter { expr, inner } => {
                let inner = self.pattern(inner, scope, active)?;
                let visible = inner.possible();
                let filters = self.conditions(expr, scope, active)?.into_iter();
                let filters = filters.map(|condition| Filter { condition, visible: visible.clone() });
                filters.fold(inner, push::filtered)
            }
            P::Union { left, right } => self.union(left, right, scope, active)?,
            P::Graph { name, inner } => self.graph(name, inner, scope)?,
            P::Extend { inner, variable, expression } => Node::Extend {
                inner: Box::new(self.pattern(inner, scope, active)?),
                var: self.names.var(scope, variable),
                expr: self.expr(expression, scope, active)?,
            },
            P::Minus { left, right } => Node::Minus {
                left: Box::new(self.pattern(left, scope, active)?),
                right: Box::new(self.pattern(right, scope, active)?),
            },
            P::Values { variables, bindings } => Node::Values {
                vars: variables.iter().map(|variable| self.names.var(scope, variable)).collect(),
                rows: self.rows(variables, bindings),
            },
            P::OrderBy { inner, expression } => Node::Sort {
                inner: Box::new(self.pattern(inner, scope, active)?),
                keys: expression.iter().map(|key| self.sort_key(key, scope, active)).collect::<Result<_, _>>()?,
            },
            P::Project { inner, variables } => {
                let within = self.names.scope(scope, variables);
                self.pattern(inner, within, active)?
            }
            P::Distinct { inner } => self.distinct(inner, scope, active)?,
            P::Reduced { inner } => self.pattern(inner, scope, active)?,
            P::Slice { inner, start, length } => {
                Node::Slice { inner: Box::new(self.pattern(inner, scope, active)?), start: *start, length: *length }
            }
            P::Group { inner, variables, aggregates } => {
                self.aggregation(inner, variables, aggregates, scope, active)?
            }
            P::Service { name, inner, silent } => self.service(name, inner, *silent, scope),
        })
    }

    fn service(&mut self, name: &NamedNodePattern, inner: &GraphPattern, silent: bool, scope: usize) -> Node {
        let mut variables: Vec<&Variable> = Vec::new();
        inner.on_in_scope_variable(|variable| {
            if !variables.contains(&variable) {
                variables.push(variable);
            }
        });
        let vars = variables.into_iter().map(|variable| (variable.clone(), self.names.var(scope, variable))).collect();
        let (name, answers) = (self.name(name, scope), Answers::default());
        Node::Service(Remote { name, pattern: Rc::new(inner.clone()), silent, vars, answers })
    }

    fn bgp(&mut self, patterns: &[TriplePattern], scope: usize, active: Active) -> Translated<Node> {
        let mut parts = Vec::new();
        for pattern in patterns {
            let subject = self.term(&pattern.subject, scope, &mut parts)?;
            let predicate = self.name(&pattern.predicate, scope);
            let object = self.term(&pattern.object, scope, &mut parts)?;
            parts.push(Node::Pattern(Pattern { subject, predicate, object, active, excluded: Vec::new() }));
        }
        Ok(Node::Group { parts, filters: Vec::new() })
    }

    fn term(&mut self, term: &TermPattern, scope: usize, parts: &mut Vec<Node>) -> Translated<Slot> {
        Ok(match term {
            TermPattern::NamedNode(node) => Slot::Id(self.cx.intern(node.clone().into())),
            TermPattern::Literal(literal) => Slot::Id(self.cx.intern(literal.clone().into())),
            TermPattern::Variable(variable) => Slot::Var(self.names.var(scope, variable)),
            TermPattern::BlankNode(node) => {
                let name = Variable::new_unchecked(format!(" _:{}", node.as_str()));
                Slot::Var(self.names.var(scope, &name))
            }
            TermPattern::Triple(triple) if is_ground(triple) => {
                let term = Term::try_from(term.clone()).map_err(|()| Stop::internal("a triple term"))?;
                Slot::Id(self.cx.intern(term))
            }
            TermPattern::Triple(triple) => {
                let subject = self.term(&triple.subject, scope, parts)?;
                let predicate = self.name(&triple.predicate, scope);
                let object = self.term(&triple.object, scope, parts)?;
                let term = self.names.fresh();
                parts.push(Node::TripleTerm { term, parts: [subject, predicate, object] });
                Slot::Var(term)
            }
        })
    }

    fn name(&mut self, name: &NamedNodePattern, scope: usize) -> Slot {
        match name {
            NamedNodePattern::NamedNode(node) => Slot::Id(self.cx.intern(node.clone().into())),
            NamedNodePattern::Variable(variable) => Slot::Var(self.names.var(scope, variable)),
        }
    }

    fn rows(&mut self, variables: &[Variable], bindings: &[Vec<Option<GroundTerm>>]) -> Vec<Vec<Id>> {
        if bindings.is_empty() {
            return self.cx.given(variables).unwrap_or_default().to_vec();
        }
        let row = |row: &Vec<Option<GroundTerm>>| {
            row.iter().map(|term| term.as_ref().map_or(Id::UNBOUND, |term| self.ground(term))).collect()
        };
        bindings.iter().map(row).collect()
    }

    fn ground(&mut self, term: &GroundTerm) -> Id {
        self.cx.intern(ground(term))
    }

    fn path(&mut self, subject: Slot, path: &Path, object: Slot, active: Active) -> Node {
        let single = |predicate, excluded| Node::Pattern(Pattern { subject, predicate, object, active, excluded });
        match path {
            Path::NamedNode(node) => single(Slot::Id(self.predicate(node)), Vec::new()),
            Path::NegatedPropertySet(nodes) => {
                let excluded = nodes.iter().map(|node| self.predicate(node)).collect();
                single(Slot::Var(self.names.fresh()), excluded)
            }
            Path::Reverse(path) => self.path(object, path, subject, active),
            Path::Sequence(a, b) => {
                let middle = Slot::Var(self.names.fresh());
                group(vec![self.path(subject, a, middle, active), self.path(middle, b, object, active)], Vec::new())
            }
            Path::Alternative(a, b) => {
                Node::Union(vec![self.path(subject, a, object, active), self.path(subject, b, object, active)])
            }
            Path::ZeroOrMore(path) => self.closure(subject, path, object, (true, false), active),
            Path::OneOrMore(path) => self.closure(subject, path, object, (false, false), active),
            Path::ZeroOrOne(path) => self.closure(subject, path, object, (true, true), active),
        }
    }

    fn predicate(&mut self, node: &NamedNode) -> Id {
        self.cx.intern(node.clone().into())
    }

    fn closure(
        &mut self,
        subject: Slot,
        path: &Path,
        object: Slot,
        (zero, once): (bool, bool),
        active: Active,
    ) -> Node {
        let step = Rc::new(self.step(path));
        match active {
            Active::Each(var) => {
                let inner = Closure { subject, object, step, zero, once, active: Active::Current };
                Node::EachGraph { var, inner: Box::new(Node::Closure(inner)) }
            }
            active => Node::Closure(Closure { subject, object, step, zero, once, active }),
        }
    }

    fn step(&mut self, path: &Path) -> Step {
        let closure = |step, zero, once| Step::Closure { step: Box::new(step), zero, once };
        match path {
            Path::NamedNode(node) => Step::Predicate(self.predicate(node)),
            Path::NegatedPropertySet(nodes) => Step::Not(nodes.iter().map(|node| self.predicate(node)).collect()),
            Path::Reverse(path) => Step::Reverse(Box::new(self.step(path))),
            Path::Sequence(a, b) => Step::Sequence(Box::new(self.step(a)), Box::new(self.step(b))),
            Path::Alternative(a, b) => Step::Alternative(Box::new(self.step(a)), Box::new(self.step(b))),
            Path::ZeroOrMore(path) => closure(self.step(path), true, false),
            Path::OneOrMore(path) => closure(self.step(path), false, false),
            Path::ZeroOrOne(path) => closure(self.step(path), true, true),
        }
    }

    fn union(&mut self, left: &GraphPattern, right: &GraphPattern, scope: usize, active: Active) -> Translated<Node> {
        let mut parts = Vec::new();
        for side in [left, right] {
            match self.pattern(side, scope, active)? {
                Node::Union(more) => parts.extend(more),
                one => parts.push(one),
            }
        }
        Ok(Node::Union(parts))
    }

    fn distinct(&mut self, inner: &GraphPattern, scope: usize, active: Active) -> Translated<Node> {
        let node = self.pattern(inner, scope, active)?;
        let vars = match inner {
            GraphPattern::Project { variables, .. } => {
                variables.iter().map(|variable| self.names.var(scope, variable)).collect()
            }
            _ => node.possible().into_iter().collect(),
        };
        Ok(Node::Distinct { inner: Box::new(node), vars })
    }

    fn graph(&mut self, name: &NamedNodePattern, inner: &GraphPattern, scope: usize) -> Translated<Node> {
        match name {
            NamedNodePattern::NamedNode(node) => {
                let number = self.dataset.named_number(node, self.cx);
                let inner = self.pattern(inner, scope, Active::One(number))?;
                Ok(group(vec![Node::GraphExists(number), inner], Vec::new()))
            }
            NamedNodePattern::Variable(variable) => {
                let var = self.names.var(scope, variable);
                if is_attachable(inner) && !super::mentions::mentions(inner, variable) {
                    return self.pattern(inner, scope, Active::Each(var));
                }
                if matches!(inner, GraphPattern::Bgp { patterns } if patterns.is_empty()) {
                    return Ok(Node::GraphNames(var));
                }
                let inner = Box::new(self.pattern(inner, scope, Active::Current)?);
                Ok(Node::EachGraph { var, inner })
            }
        }
    }

    fn aggregation(
        &mut self,
        inner: &GraphPattern,
        keys: &[Variable],
        aggregates: &[(Variable, AggregateExpression)],
        scope: usize,
        active: Active,
    ) -> Translated<Node> {
        let inner = self.pattern(inner, scope, active)?;
        let all: Vec<_> = inner.possible().into_iter().filter(|var| self.names.is_visible(scope, *var)).collect();
        let aggregates = aggregates.iter().map(|(variable, aggregate)| {
            let var = self.names.var(scope, variable);
            Ok(match aggregate {
                AggregateExpression::CountSolutions { distinct } => {
                    Aggregate { var, function: None, expr: None, distinct: *distinct, all: all.clone() }
                }
                AggregateExpression::FunctionCall { name, expr, distinct } => Aggregate {
                    var,
                    function: Some(name.clone()),
                    expr: Some(self.expr(expr, scope, active)?),
                    distinct: *distinct,
                    all: Vec::new(),
                },
            })
        });
        let aggregates = aggregates.collect::<Translated<Vec<_>>>()?;
        let keys = keys.iter().map(|variable| self.names.var(scope, variable)).collect();
        Ok(Node::Aggregation { inner: Box::new(inner), keys, aggregates })
    }

    fn sort_key(&mut self, key: &OrderExpression, scope: usize, active: Active) -> Translated<(Expr, bool)> {
        Ok(match key {
            OrderExpression::Asc(expression) => (self.expr(expression, scope, active)?, false),
            OrderExpression::Desc(expression) => (self.expr(expression, scope, active)?, true),
        })
    }

    /// An expression that must be true, as its conjuncts.
    fn conditions(&mut self, expression: &Expression, scope: usize, active: Active) -> Translated<Vec<Condition>> {
        Ok(match expression {
            Expression::And(a, b) => {
                let mut all = self.conditions(a, scope, active)?;
                all.extend(self.conditions(b, scope, active)?);
                all
            }
            Expression::Exists(pattern) => {
                vec![Condition::Exists { pattern: self.pattern(pattern, scope, active)?, negated: false }]
            }
            Expression::Not(inner) if matches!(**inner, Expression::Exists(_)) => {
                let mut inner = self.conditions(inner, scope, active)?;
                if let Some(Condition::Exists { negated, .. }) = inner.first_mut() {
                    *negated = true;
                }
                inner
            }
            other => vec![Condition::Expr(self.expr(other, scope, active)?)],
        })
    }

    fn expr(&mut self, expression: &Expression, scope: usize, active: Active) -> Translated<Expr> {
        let mut expression = expression.clone();
        let (mut exists, mut vars) = (Vec::new(), Vars::new());
        self.without_exists(&mut expression, scope, active, &mut exists, &mut vars)?;
        Ok(Expr { expression: Rc::new(expression), scope, vars, exists })
    }

    fn without_exists(
        &mut self,
        expression: &mut Expression,
        scope: usize,
        active: Active,
        exists: &mut Vec<(super::node::Var, Node)>,
        vars: &mut Vars,
    ) -> Translated<()> {
        if let Expression::Exists(pattern) = expression {
            let node = self.pattern(pattern, scope, active)?;
            vars.extend(node.mentioned());
            self.exists += 1;
            let name = Variable::new_unchecked(format!(" exists{}", self.exists));
            exists.push((self.names.var(scope, &name), node));
            *expression = Expression::Bound(name);
        } else if let Expression::Variable(variable) | Expression::Bound(variable) = expression {
            vars.insert(self.names.var(scope, variable));
        }
        children_mut(expression)
            .into_iter()
            .try_for_each(|child| self.without_exists(child, scope, active, exists, vars))
    }
}

pub fn ground(term: &GroundTerm) -> Term {
    match term {
        GroundTerm::NamedNode(node) => node.clone().into(),
        GroundTerm::Literal(literal) => literal.clone().into(),
        GroundTerm::Triple(triple) => {
            let object = ground(&triple.object);
            Term::Triple(Box::new(oxrdf::Triple::new(triple.subject.clone(), triple.predicate.clone(), object)))
        }
    }
}

/// Whether `GRAPH ?g` over a pattern is the same as `?g` being one more place of each triple pattern in it.
fn is_attachable(pattern: &GraphPattern) -> bool {
    use GraphPattern as P;
    match pattern {
        P::Bgp { patterns } => !patterns.is_empty(),
        P::Path { path, .. } => is_plain(path),
        P::Join { left, right } => {
            let apart = |side: &P| {
                matches!(side, P::Values { .. }) || matches!(side, P::Bgp { patterns } if patterns.is_empty())
            };
            match (apart(left), apart(right)) {
                (false, false) => is_attachable(left) && is_attachable(right),
                (true, false) => is_attachable(right),
                (false, true) => is_attachable(left),
                (true, true) => false,
            }
        }
        P::LeftJoin { left, right, expression } => {
            is_attachable(left) && is_attachable(right) && expression.iter().all(is_attachable_expression)
        }
        P::Union { left, right } => is_attachable(left) && is_attachable(right),
        P::Filter { inner, expr: expression } | P::Extend { inner, expression, .. } => {
            is_attachable(inner) && is_attachable_expression(expression)
        }
        _ => false,
    }
}

fn is_attachable_expression(expression: &Expression) -> bool {
    match expression {
        Expression::Exists(pattern) => is_attachable(pattern),
        other => children(other).into_iter().all(is_attachable_expression),
    }
}

fn is_plain(path: &Path) -> bool {
    match path {
        Path::NamedNode(_) | Path::NegatedPropertySet(_) => true,
        Path::Reverse(path) => is_plain(path),
        Path::Sequence(a, b) | Path::Alternative(a, b) => is_plain(a) && is_plain(b),
        Path::ZeroOrMore(_) | Path::OneOrMore(_) | Path::ZeroOrOne(_) => false,
    }
}

/// Whether a triple term is a constant: blank nodes of patterns are variables.
fn is_ground(triple: &TriplePattern) -> bool {
    let object = match &triple.object {
        TermPattern::Triple(inner) => is_ground(inner),
        object => matches!(object, TermPattern::NamedNode(_) | TermPattern::Literal(_)),
    };
    let predicate = matches!(triple.predicate, NamedNodePattern::NamedNode(_));
    object && predicate && matches!(triple.subject, TermPattern::NamedNode(_))
}
