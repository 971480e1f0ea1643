//! One walk through an algebra for all that rewrite it: a visitor changes what it is about and leaves the rest to the walk.

use oxrdf::{BlankNode, Variable};
use spargebra::algebra::{
    AggregateExpression, Expression, GraphPattern, OrderExpression, PropertyPathExpression as Path,
};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use crate::eval::children_mut;

/// Visits an algebra in the order of evaluation, patterns before the expressions over them. Each function may change what it is
/// given; one that is not overridden walks on.
pub(in crate::query) trait Visitor {
    /// A variable, wherever it stands.
    fn variable(&mut self, _: &mut Variable) {}

    /// A blank node of a pattern or a template.
    fn node(&mut self, _: &mut BlankNode) {}

    /// A pattern, or one within it.
    fn pattern(&mut self, pattern: &mut GraphPattern) {
        walk_pattern(self, pattern);
    }

    /// An expression, or one within it.
    fn expression(&mut self, expression: &mut Expression) {
        walk_expression(self, expression);
    }

    /// A property path, or one within it.
    fn path(&mut self, path: &mut Path) {
        walk_path(self, path);
    }

    /// A triple of a pattern or a template.
    fn triple(&mut self, triple: &mut TriplePattern) {
        self.term(&mut triple.subject);
        self.name(&mut triple.predicate);
        self.term(&mut triple.object);
    }

    /// A subject or an object.
    fn term(&mut self, term: &mut TermPattern) {
        match term {
            TermPattern::Variable(variable) => self.variable(variable),
            TermPattern::BlankNode(node) => self.node(node),
            TermPattern::Triple(triple) => self.triple(triple),
            TermPattern::NamedNode(_) | TermPattern::Literal(_) => {}
        }
    }

    /// A predicate, or the name of a graph or a service.
    fn name(&mut self, name: &mut NamedNodePattern) {
        if let NamedNodePattern::Variable(variable) = name {
            self.variable(variable);
        }
    }

    /// A query: its template, if it has one, and its pattern.
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
}

/// Visits what stands within a pattern.
pub(in crate::query) fn walk_pattern<V: Visitor + ?Sized>(visitor: &mut V, pattern: &mut GraphPattern) {
    use GraphPattern as P;
    match pattern {
        P::Bgp { patterns } => patterns.iter_mut().for_each(|triple| visitor.triple(triple)),
        P::Path { subject, path, object } => {
            visitor.path(path);
            visitor.term(subject);
            visitor.term(object);
        }
        P::Join { left, right } | P::Lateral { left, right } | P::Union { left, right } | P::Minus { left, right } => {
            visitor.pattern(left);
            visitor.pattern(right);
        }
        P::LeftJoin { left, right, expression } => {
            visitor.pattern(left);
            visitor.pattern(right);
            expression.iter_mut().for_each(|expression| visitor.expression(expression));
        }
        P::Filter { expr, inner } => {
            visitor.pattern(inner);
            visitor.expression(expr);
        }
        P::Graph { name, inner } | P::Service { name, inner, .. } => {
            visitor.name(name);
            visitor.pattern(inner);
        }
        P::Extend { inner, variable, expression } => {
            visitor.pattern(inner);
            visitor.variable(variable);
            visitor.expression(expression);
        }
        P::Values { variables, .. } => variables.iter_mut().for_each(|variable| visitor.variable(variable)),
        P::OrderBy { inner, expression } => {
            visitor.pattern(inner);
            for OrderExpression::Asc(key) | OrderExpression::Desc(key) in expression {
                visitor.expression(key);
            }
        }
        P::Project { inner, variables } => {
            visitor.pattern(inner);
            variables.iter_mut().for_each(|variable| visitor.variable(variable));
        }
        P::Distinct { inner } | P::Reduced { inner } | P::Slice { inner, .. } => visitor.pattern(inner),
        P::Group { inner, variables, aggregates } => {
            visitor.pattern(inner);
            variables.iter_mut().for_each(|variable| visitor.variable(variable));
            for (variable, aggregate) in aggregates {
                visitor.variable(variable);
                if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                    visitor.expression(expr);
                }
            }
        }
    }
}

/// Visits what stands within an expression, the pattern of an EXISTS too.
pub(in crate::query) fn walk_expression<V: Visitor + ?Sized>(visitor: &mut V, expression: &mut Expression) {
    use Expression as E;
    match expression {
        E::Variable(variable) | E::Bound(variable) => visitor.variable(variable),
        E::Exists(pattern) => visitor.pattern(pattern),
        other => children_mut(other).into_iter().for_each(|inner| visitor.expression(inner)),
    }
}

/// Visits the steps of a path.
pub(in crate::query) fn walk_path<V: Visitor + ?Sized>(visitor: &mut V, path: &mut Path) {
    match path {
        Path::Reverse(path) | Path::ZeroOrMore(path) | Path::OneOrMore(path) | Path::ZeroOrOne(path) => {
            visitor.path(path);
        }
        Path::Sequence(one, other) | Path::Alternative(one, other) => {
            visitor.path(one);
            visitor.path(other);
        }
        Path::NamedNode(_) | Path::NegatedPropertySet(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts a mark to every name and counts the steps of paths.
    #[derive(Default)]
    struct Marked {
        nodes: usize,
        steps: usize,
    }

    impl Visitor for Marked {
        fn variable(&mut self, variable: &mut Variable) {
            *variable = Variable::new_unchecked(format!("{}_", variable.as_str()));
        }

        fn node(&mut self, _: &mut BlankNode) {
            self.nodes += 1;
        }

        fn path(&mut self, path: &mut Path) {
            self.steps += 1;
            walk_path(self, path);
        }
    }

    fn parsed(text: &str) -> spargebra::Query {
        spargebra::SparqlParser::new().parse_query(text).unwrap()
    }

    #[test]
    fn no_variable_is_passed_over() {
        let text = |v: &str| {
            format!(
                "CONSTRUCT {{ ?a{v} ?p{v} << ?a{v} ?p{v} ?o{v} >> }} WHERE {{
                   {{ SELECT ?a{v} (SUM(?n{v}) AS ?sum{v}) {{
                        ?a{v} ?p{v} ?n{v} OPTIONAL {{ ?a{v} <http://e/p> ?b{v} FILTER(?b{v} > ?n{v}) }}
                      }} GROUP BY ?a{v} HAVING(SUM(?n{v}) > 1) ORDER BY ?a{v} }}
                   VALUES ?o{v} {{ 1 }} GRAPH ?g{v} {{ ?a{v} <http://e/p>* ?o{v} }} MINUS {{ ?a{v} a ?c{v} }}
                   {{ ?a{v} ?p{v} ?o{v} }} UNION {{ SERVICE ?s{v} {{ ?a{v} ?p{v} ?o{v} }} }}
                   BIND(IF(BOUND(?o{v}), ?a{v}, ?g{v}) AS ?e{v})
                   FILTER(EXISTS {{ ?a{v} ?q{v} ?o{v} }} && ?e{v} IN (?a{v}, ?o{v}))
                 }}"
            )
        };
        let mut query = parsed(&text(""));
        Marked::default().query(&mut query);
        let names = |query: &spargebra::Query| {
            let text = query.to_string();
            let words = text.split(|c: char| !(c.is_alphanumeric() || "?_".contains(c))).map(str::to_owned);
            // What the parser calls an aggregate is longer than any name of ours.
            words.filter(|word| word.starts_with('?') && word.len() < 10).collect::<Vec<_>>()
        };
        assert_eq!(names(&query), names(&parsed(&text("_"))));
    }

    #[test]
    fn blank_nodes_and_steps_are_visited() {
        let mut marked = Marked::default();
        marked.query(&mut parsed("ASK { _:a <http://e/p> [ <http://e/q> 1 ] . ?s (^<http://e/p>|<http://e/q>+) ?o }"));
        assert_eq!(marked.nodes, 3);
        assert_eq!(marked.steps, 5, "alternative, inverse and its step, closure and its step");
    }
}
