//! Logical translation: SPARQL's algebra to the logical tree.

use std::rc::Rc;

use oxrdf::{Term, Variable};
use spargebra::algebra::GraphPattern;
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

use super::attach::is_attachable;
use super::dataset::Dataset;
use super::group::group;
use super::names::Names;
use super::node::{Active, Expr, Filter, Node, Pattern, Remote, Slot, Var, Vars};
use super::push;
use crate::eval::expression::is_chance;
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

pub type Translated<T> = Result<T, Stop>;

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
            P::LeftJoin { left, right, expression } => {
                let (left, right) = (self.pattern(left, scope, active)?, self.pattern(right, scope, active)?);
                let conditions = match expression {
                    Some(expression) => self.conditions(expression, scope, active)?,
                    None => Vec::new(),
                };
                push::left_join(left, right, conditions)
            }
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
            parts.push(Node::Pattern(Pattern {
                subject,
                predicate,
                object,
                active,
                excluded: Vec::new(),
                objects: None,
            }));
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
            _ => node.possible().iter().collect(),
        };
        Ok(distinct(node, vars))
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

/// Each row once. Where an order looks at nothing else, the rows are told apart before they are sorted.
fn distinct(node: Node, vars: Vec<Var>) -> Node {
    match node {
        Node::Sort { inner, keys } if keys.iter().all(|(key, _)| is_shown(key, &vars)) => {
            Node::Sort { inner: Box::new(distinct(*inner, vars)), keys }
        }
        node => Node::Distinct { inner: Box::new(node), vars },
    }
}

/// Whether a key of an order is the same for all rows that these variables do not tell apart.
fn is_shown(key: &Expr, vars: &[Var]) -> bool {
    let shown: Vars = vars.iter().copied().collect();
    key.exists.is_empty() && key.vars.is_subset(&shown) && !is_chance(&key.expression)
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
