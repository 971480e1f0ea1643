//! The same text always gives the same algebra.
//!
//! The parser names what has no name in the text (aggregates, `[]`, steps of paths) by random numbers. Here these names are
//! replaced by their order of appearance, so that an algebra can be a key and a query's plan does not change by chance.

use std::collections::HashMap;

use oxrdf::{BlankNode, Variable};
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

/// Renames what the parser named in a query that was read from `text`.
pub(super) fn canonicalise(query: &mut spargebra::Query, text: &str) {
    use spargebra::Query as Q;
    let mut names = Names { text, variables: HashMap::new(), nodes: HashMap::new() };
    if let Q::Construct { template, .. } = query {
        template.iter_mut().for_each(|triple| names.triple(triple));
    }
    let (Q::Select { pattern, .. }
    | Q::Ask { pattern, .. }
    | Q::Describe { pattern, .. }
    | Q::Construct { pattern, .. }) = query;
    names.pattern(pattern);
}

struct Names<'a> {
    text: &'a str,
    variables: HashMap<Variable, Variable>,
    nodes: HashMap<BlankNode, BlankNode>,
}

impl Names<'_> {
    /// A name that does not stand in the text is the parser's. So is one that stands there by a chance of 2⁻¹²⁸.
    fn variable(&mut self, variable: &mut Variable) {
        if let Some(known) = self.variables.get(variable) {
            *variable = known.clone();
        } else if !self.text.contains(variable.as_str()) {
            let name = self.free("value", self.variables.len());
            let canonical = Variable::new_unchecked(name);
            self.variables.insert(std::mem::replace(variable, canonical.clone()), canonical);
        }
    }

    fn node(&mut self, node: &mut BlankNode) {
        if let Some(known) = self.nodes.get(node) {
            *node = known.clone();
        } else if !self.text.contains(node.as_str()) {
            let canonical = BlankNode::new_unchecked(self.free("node", self.nodes.len()));
            self.nodes.insert(std::mem::replace(node, canonical.clone()), canonical);
        }
    }

    /// `stem` and a number, with as many underscores before as make it a name that the text does not have.
    fn free(&self, stem: &str, number: usize) -> String {
        let mut name = format!("{stem}_{number}");
        while self.text.contains(&name) {
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

    fn name(&mut self, name: &mut NamedNodePattern) {
        if let NamedNodePattern::Variable(variable) = name {
            self.variable(variable);
        }
    }

    fn pattern(&mut self, pattern: &mut GraphPattern) {
        use GraphPattern as P;
        match pattern {
            P::Bgp { patterns } => patterns.iter_mut().for_each(|triple| self.triple(triple)),
            P::Path { subject, object, .. } => {
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
        match expression {
            E::Variable(variable) | E::Bound(variable) => self.variable(variable),
            E::NamedNode(_) | E::Literal(_) => {}
            E::Or(a, b)
            | E::And(a, b)
            | E::Equal(a, b)
            | E::SameTerm(a, b)
            | E::Greater(a, b)
            | E::GreaterOrEqual(a, b)
            | E::Less(a, b)
            | E::LessOrEqual(a, b)
            | E::Add(a, b)
            | E::Subtract(a, b)
            | E::Multiply(a, b)
            | E::Divide(a, b) => {
                self.expression(a);
                self.expression(b);
            }
            E::UnaryPlus(a) | E::UnaryMinus(a) | E::Not(a) => self.expression(a),
            E::Exists(pattern) => self.pattern(pattern),
            E::If(a, b, c) => [a, b, c].into_iter().for_each(|inner| self.expression(inner)),
            E::In(a, list) => {
                self.expression(a);
                list.iter_mut().for_each(|inner| self.expression(inner));
            }
            E::Coalesce(list) | E::FunctionCall(_, list) => list.iter_mut().for_each(|inner| self.expression(inner)),
        }
    }
}
