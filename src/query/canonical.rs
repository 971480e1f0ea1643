//! One pass over an algebra: what it needs to be evaluated, and names that are the same whenever the text is.
//!
//! The parser names what has no name in the text (aggregates, `[]`, steps of paths) by random numbers. Here these names are
//! replaced by their order of appearance, so that an algebra can be a key and a query's plan does not change by chance.

use std::collections::HashMap;

use oxrdf::{BlankNode, NamedNode, Variable};
use spargebra::GraphUpdateOperation;
use spargebra::algebra::{
    AggregateExpression, Expression, Function, GraphPattern, OrderExpression, PropertyPathExpression as Path,
};
use spargebra::term::{
    GraphNamePattern, GroundQuadPattern, GroundTermPattern, NamedNodePattern, QuadPattern, TermPattern, TriplePattern,
};

use super::{stack, tags};
use crate::eval::children_mut;

/// What the evaluation of an algebra needs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Needs {
    /// Triple patterns and paths.
    pub(super) patterns: usize,
    /// Nodes of the algebra, data apart: how deep an evaluation can nest.
    nodes: usize,
    /// Functions that are called by IRI, some more than once.
    pub(super) functions: Vec<NamedNode>,
    /// Whether others are asked.
    pub(super) services: bool,
    /// Whether tags of languages are asked for as texts.
    pub(super) tags: bool,
}

/// Nodes of a small algebra: [`stack::SMALL`] has room for them.
const FEW: usize = 40;

impl Needs {
    /// Bytes of stack that are enough. What functions make of their arguments is bounded by nothing but the large one.
    pub(super) fn stack(&self) -> usize {
        let small = self.is_small() && self.functions.is_empty() && !self.services;
        if small { stack::SMALL } else { stack::LARGE }
    }

    pub(super) fn is_small(&self) -> bool {
        self.nodes <= FEW
    }
}

/// Renames what the parser named in a query that was read from `text`, if it was, and says what the query needs.
pub(super) fn canonicalise(query: &mut spargebra::Query, text: Option<&str>) -> Needs {
    let mut names = Names::new(text);
    names.query(query);
    names.needs
}

/// Gives the variables of a query the names that they have in `names`.
pub(super) fn rename(query: &mut spargebra::Query, names: &HashMap<String, String>) {
    Names::known(names).query(query);
}

/// Gives the variables of an update the names that they have in `names`.
pub(super) fn rename_update(update: &mut spargebra::Update, names: &HashMap<String, String>) {
    let mut names = Names::known(names);
    for operation in &mut update.operations {
        if let GraphUpdateOperation::DeleteInsert { delete, insert, pattern, .. } = operation {
            delete.iter_mut().for_each(|quad| names.deleted(quad));
            insert.iter_mut().for_each(|quad| names.inserted(quad));
            names.pattern(pattern);
        }
    }
}

/// The triple patterns and paths of an update.
pub(super) fn patterns(update: &mut spargebra::Update) -> usize {
    needs(update).patterns
}

/// What the patterns of an update need, which are renamed as those of a query.
pub(super) fn needs(update: &mut spargebra::Update) -> Needs {
    let mut names = Names::new(None);
    for operation in &mut update.operations {
        if let GraphUpdateOperation::DeleteInsert { pattern, .. } = operation {
            names.pattern(pattern);
        }
    }
    names.needs
}

struct Names<'a> {
    text: Option<&'a str>,
    needs: Needs,
    variables: HashMap<Variable, Variable>,
    nodes: HashMap<BlankNode, BlankNode>,
}

impl<'a> Names<'a> {
    fn new(text: Option<&'a str>) -> Self {
        Self { text, needs: Needs::default(), variables: HashMap::new(), nodes: HashMap::new() }
    }

    /// Renames the variables that are in `names`, and nothing else.
    fn known(names: &HashMap<String, String>) -> Self {
        let variable = |name: &String| Variable::new_unchecked(name.as_str());
        let variables = names.iter().map(|(plain, given)| (variable(plain), variable(given))).collect();
        Self { variables, ..Self::new(None) }
    }

    fn query(&mut self, query: &mut spargebra::Query) {
        use spargebra::Query as Q;
        if let Q::Construct { template, .. } = query {
            template.iter_mut().for_each(|triple| self.triple(triple));
        }
        let (Q::Select { pattern, .. }
        | Q::Ask { pattern, .. }
        | Q::Describe { pattern, .. }
        | Q::Construct { pattern, .. }) = query;
        self.pattern(pattern);
    }

    /// Whether the asker gave the name.
    fn is_given(&self, name: &str) -> bool {
        self.text.is_none_or(|text| text.contains(name))
    }

    /// A name that does not stand in the text is the parser's. So is one that stands there by a chance of 2⁻¹²⁸.
    fn variable(&mut self, variable: &mut Variable) {
        if let Some(known) = self.variables.get(variable) {
            *variable = known.clone();
        } else if !self.is_given(variable.as_str()) {
            let name = self.free("value", self.variables.len());
            let canonical = Variable::new_unchecked(name);
            self.variables.insert(std::mem::replace(variable, canonical.clone()), canonical);
        }
    }

    fn node(&mut self, node: &mut BlankNode) {
        if let Some(known) = self.nodes.get(node) {
            *node = known.clone();
        } else if !self.is_given(node.as_str()) {
            let canonical = BlankNode::new_unchecked(self.free("node", self.nodes.len()));
            self.nodes.insert(std::mem::replace(node, canonical.clone()), canonical);
        }
    }

    /// `stem` and a number, with as many underscores before as make it a name that the text does not have.
    fn free(&self, stem: &str, number: usize) -> String {
        let mut name = format!("{stem}_{number}");
        while self.is_given(&name) {
            name.insert(0, '_');
        }
        name
    }

    fn variables(&mut self, variables: &mut [Variable]) {
        variables.iter_mut().for_each(|variable| self.variable(variable));
    }

    fn triple(&mut self, triple: &mut TriplePattern) {
        self.term(&mut triple.subject);
        self.name(&mut triple.predicate);
        self.term(&mut triple.object);
    }

    fn term(&mut self, term: &mut TermPattern) {
        match term {
            TermPattern::Variable(variable) => self.variable(variable),
            TermPattern::BlankNode(node) => self.node(node),
            TermPattern::Triple(triple) => self.triple(triple),
            TermPattern::NamedNode(_) | TermPattern::Literal(_) => {}
        }
    }

    fn inserted(&mut self, quad: &mut QuadPattern) {
        self.term(&mut quad.subject);
        self.name(&mut quad.predicate);
        self.term(&mut quad.object);
        self.graph(&mut quad.graph_name);
    }

    fn deleted(&mut self, quad: &mut GroundQuadPattern) {
        self.ground(&mut quad.subject);
        self.name(&mut quad.predicate);
        self.ground(&mut quad.object);
        self.graph(&mut quad.graph_name);
    }

    fn ground(&mut self, term: &mut GroundTermPattern) {
        match term {
            GroundTermPattern::Variable(variable) => self.variable(variable),
            GroundTermPattern::Triple(triple) => {
                self.ground(&mut triple.subject);
                self.name(&mut triple.predicate);
                self.ground(&mut triple.object);
            }
            GroundTermPattern::NamedNode(_) | GroundTermPattern::Literal(_) => {}
        }
    }

    fn graph(&mut self, graph: &mut GraphNamePattern) {
        if let GraphNamePattern::Variable(variable) = graph {
            self.variable(variable);
        }
    }

    fn name(&mut self, name: &mut NamedNodePattern) {
        if let NamedNodePattern::Variable(variable) = name {
            self.variable(variable);
        }
    }

    fn pattern(&mut self, pattern: &mut GraphPattern) {
        use GraphPattern as P;
        self.needs.nodes += 1;
        let is_service = matches!(pattern, P::Service { .. });
        match pattern {
            P::Bgp { patterns } => {
                self.needs.patterns += patterns.len();
                self.needs.nodes += patterns.len();
                patterns.iter_mut().for_each(|triple| self.triple(triple));
            }
            P::Path { subject, path, object } => {
                self.needs.patterns += 1;
                self.path(path);
                self.term(subject);
                self.term(object);
            }
            P::Join { left, right }
            | P::Lateral { left, right }
            | P::Union { left, right }
            | P::Minus { left, right } => {
                self.pattern(left);
                self.pattern(right);
            }
            P::LeftJoin { left, right, expression } => {
                self.pattern(left);
                self.pattern(right);
                expression.iter_mut().for_each(|expression| self.expression(expression));
            }
            P::Filter { expr, inner } => {
                self.pattern(inner);
                self.expression(expr);
            }
            P::Graph { name, inner } | P::Service { name, inner, .. } => {
                self.needs.services |= is_service;
                self.name(name);
                self.pattern(inner);
            }
            P::Extend { inner, variable, expression } => {
                self.pattern(inner);
                self.variable(variable);
                self.expression(expression);
            }
            P::Values { variables, .. } => self.variables(variables),
            P::OrderBy { inner, expression } => {
                self.pattern(inner);
                for OrderExpression::Asc(key) | OrderExpression::Desc(key) in expression {
                    self.expression(key);
                }
            }
            P::Project { inner, variables } => {
                self.pattern(inner);
                self.variables(variables);
            }
            P::Distinct { inner } | P::Reduced { inner } | P::Slice { inner, .. } => self.pattern(inner),
            P::Group { inner, variables, aggregates } => {
                self.pattern(inner);
                self.variables(variables);
                for (variable, aggregate) in aggregates {
                    self.variable(variable);
                    if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                        self.expression(expr);
                    }
                }
            }
        }
    }

    fn expression(&mut self, expression: &mut Expression) {
        use Expression as E;
        self.needs.nodes += 1;
        if let E::FunctionCall(Function::Custom(name), _) = expression {
            self.needs.functions.push(name.clone());
        }
        self.needs.tags |= tags::is_lang(expression);
        match expression {
            E::Variable(variable) | E::Bound(variable) => self.variable(variable),
            E::Exists(pattern) => self.pattern(pattern),
            other => children_mut(other).into_iter().for_each(|inner| self.expression(inner)),
        }
    }

    fn path(&mut self, path: &Path) {
        self.needs.nodes += 1;
        match path {
            Path::Reverse(path) | Path::ZeroOrMore(path) | Path::OneOrMore(path) | Path::ZeroOrOne(path) => {
                self.path(path);
            }
            Path::Sequence(a, b) | Path::Alternative(a, b) => {
                self.path(a);
                self.path(b);
            }
            Path::NamedNode(_) | Path::NegatedPropertySet(_) => {}
        }
    }
}
