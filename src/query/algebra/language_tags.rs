//! Language tags in expressions: given as BCP 47 recommends them, compared without case.
//!
//! A store keeps tags in lower case (RDF 1.1 Concepts, 3.3). Constants are brought to that form by the parser, and what goes
//! out is written as BCP 47 recommends. What is left is the text that `LANG` gives, and what it is compared with: here
//! `LANG` comes to give the recommended form, and comparisons of a tag come to ignore case (RFC 5646, 2.1.1). What is sent to
//! others by SERVICE stays as it is.

use std::collections::HashSet;

use oxrdf::{Literal, NamedNodeRef, Variable};
use spargebra::algebra::{AggregateExpression, Expression, Function, GraphPattern};
use spargebra::term::GroundTerm;

use crate::eval::{Part, children_mut, parts_mut, patterns};
use crate::rdf::canonical_tag;

/// The function that gives a tag in its recommended form. It is for plans alone.
pub(in crate::query) const RECOMMENDED: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("tag:w3id.org,2026:citypact/recommended-tag");

/// Brings a pattern to the meaning above. Doing so twice changes nothing.
pub(in crate::query) fn without_case(pattern: &mut GraphPattern) {
    let mut tags = Tags::default();
    tags.learn(pattern);
    tags.pattern(pattern);
}

/// Whether an expression calls `LANG` itself.
pub(in crate::query) fn is_lang(expression: &Expression) -> bool {
    matches!(expression, Expression::FunctionCall(Function::Lang, _))
}

/// The variables that hold tags.
#[derive(Default)]
struct Tags(HashSet<Variable>);

impl Tags {
    /// Finds the variables, those of inner patterns first.
    fn learn(&mut self, pattern: &GraphPattern) {
        for inner in patterns(pattern) {
            self.learn(inner);
        }
        match pattern {
            GraphPattern::Extend { variable, expression, .. } if self.is_tag(expression) => {
                self.0.insert(variable.clone());
            }
            GraphPattern::Group { aggregates, .. } => {
                for (variable, aggregate) in aggregates {
                    if matches!(aggregate, AggregateExpression::FunctionCall { expr, .. } if self.is_tag(expr)) {
                        self.0.insert(variable.clone());
                    }
                }
            }
            _ => {}
        }
    }

    fn is_tag(&self, expression: &Expression) -> bool {
        use Expression as E;
        match expression {
            E::FunctionCall(Function::Lang, _) => true,
            E::FunctionCall(Function::Custom(name), _) => *name == RECOMMENDED,
            E::FunctionCall(Function::Str | Function::LCase | Function::UCase, list) => {
                list.iter().any(|inner| self.is_tag(inner))
            }
            E::Variable(variable) => self.0.contains(variable),
            E::If(_, a, b) => self.is_tag(a) || self.is_tag(b),
            E::Coalesce(list) => list.iter().any(|inner| self.is_tag(inner)),
            _ => false,
        }
    }

    fn pattern(&self, pattern: &mut GraphPattern) {
        parts_mut(pattern, &mut |part| match part {
            Part::Expression(expression) => self.expression(expression),
            Part::Values(variables, bindings) => self.values(variables, bindings),
        });
    }

    /// Tags that are given as data take the form of those that they are joined with.
    fn values(&self, variables: &[Variable], bindings: &mut [Vec<Option<GroundTerm>>]) {
        for (at, _) in variables.iter().enumerate().filter(|(_, variable)| self.0.contains(variable)) {
            for term in bindings.iter_mut().filter_map(|row| row.get_mut(at)?.as_mut()) {
                if let GroundTerm::Literal(literal) = term
                    && is_text(literal)
                {
                    *literal = Literal::new_simple_literal(canonical_tag(literal.value()));
                }
            }
        }
    }

    fn expression(&self, expression: &mut Expression) {
        use Expression as E;
        match expression {
            E::Equal(a, b) | E::SameTerm(a, b) if self.is_tag(a) || self.is_tag(b) => {
                self.folded(a);
                self.folded(b);
            }
            E::In(value, list) if self.is_tag(value) || list.iter().any(|item| self.is_tag(item)) => {
                self.folded(value);
                list.iter_mut().for_each(|item| self.folded(item));
            }
            E::FunctionCall(Function::StrStarts | Function::StrEnds | Function::Contains, list)
                if list.iter().any(|item| self.is_tag(item)) =>
            {
                list.iter_mut().for_each(|item| self.folded(item));
            }
            E::FunctionCall(Function::Regex, list) if list.first().is_some_and(|text| self.is_tag(text)) => {
                list.iter_mut().for_each(|item| self.inner(item));
                ignore_case(list);
            }
            E::FunctionCall(Function::LangMatches | Function::LCase | Function::UCase | Function::StrLang, list) => {
                list.iter_mut().for_each(|item| self.inner(item));
            }
            E::FunctionCall(Function::Custom(name), list) if *name == RECOMMENDED => {
                list.iter_mut().for_each(|item| self.inner(item));
            }
            E::FunctionCall(Function::Lang, list) => {
                list.iter_mut().for_each(|item| self.expression(item));
                let lang = std::mem::replace(expression, E::Coalesce(Vec::new()));
                let recommended = Function::Custom(RECOMMENDED.into_owned());
                *expression = E::FunctionCall(recommended, vec![lang]);
            }
            E::Exists(pattern) => self.pattern(pattern),
            other => children_mut(other).into_iter().for_each(|inner| self.expression(inner)),
        }
    }

    /// An expression whose value's case does not matter: `LANG` may give what the store has.
    fn inner(&self, expression: &mut Expression) {
        match expression {
            Expression::FunctionCall(Function::Lang, list) => list.iter_mut().for_each(|item| self.expression(item)),
            other => self.expression(other),
        }
    }

    /// The expression with its value in lower case.
    fn folded(&self, expression: &mut Expression) {
        use Expression as E;
        match expression {
            E::Literal(literal) if is_text(literal) => {
                *literal = Literal::new_simple_literal(literal.value().to_lowercase());
            }
            E::Literal(_) | E::NamedNode(_) => {}
            E::FunctionCall(Function::Lang | Function::LCase, _) => self.inner(expression),
            other => {
                self.inner(other);
                let inner = std::mem::replace(other, E::Coalesce(Vec::new()));
                *other = E::FunctionCall(Function::LCase, vec![inner]);
            }
        }
    }
}

fn is_text(literal: &Literal) -> bool {
    literal.language().is_none() && literal.datatype() == oxrdf::vocab::xsd::STRING
}

/// Adds the flag that makes a regular expression ignore case.
fn ignore_case(arguments: &mut Vec<Expression>) {
    let flag = || Expression::Literal(Literal::new_simple_literal("i"));
    match arguments.get_mut(2) {
        None => arguments.push(flag()),
        Some(Expression::Literal(flags)) if flags.value().contains('i') => {}
        Some(flags) => {
            let given = std::mem::replace(flags, flag());
            *flags = Expression::FunctionCall(Function::Concat, vec![given, flag()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{ParseOptions, Query};

    fn rewritten(filter: &str) -> String {
        let query = Query::parse(&format!("ASK {{ ?s ?p ?l {filter} }}"), &ParseOptions::default()).unwrap();
        let spargebra::Query::Ask { mut pattern, .. } = query.algebra().clone() else { panic!("{filter}") };
        without_case(&mut pattern);
        let once = pattern.clone();
        without_case(&mut pattern);
        assert_eq!(pattern, once, "{filter}");
        pattern.to_string().replace(&RECOMMENDED.to_string(), "TAG")
    }

    #[test]
    fn comparisons_are_without_case_and_results_as_recommended() {
        for (filter, expected) in [
            ("FILTER(LANG(?l) = 'zh-Hans')", "(LANG(?l) = \"zh-hans\")"),
            ("FILTER('ZH-hans' != LANG(?l))", "(\"zh-hans\" = LANG(?l))"),
            ("FILTER(LANG(?l) IN ('zh-Hans', ?p))", "(LANG(?l) IN (\"zh-hans\", LCASE(?p)))"),
            ("FILTER(LANG(?l) = LANG(?s))", "(LANG(?l) = LANG(?s))"),
            ("FILTER(SAMETERM(STR(LANG(?l)), 'A-BC'))", "(LCASE(STR(TAG(LANG(?l)))), \"a-bc\")"),
            ("FILTER(STRENDS(LANG(?l), '-Hans'))", "STRENDS(LANG(?l), \"-hans\")"),
            ("FILTER(REGEX(LANG(?l), 'Hans'))", "REGEX(LANG(?l), \"Hans\", \"i\")"),
            ("FILTER(LANGMATCHES(LANG(?l), 'zh'))", "LANGMATCHES(LANG(?l), \"zh\")"),
            ("BIND(LANG(?l) AS ?t) FILTER(?t = 'zh-HANS')", "(LCASE(?t) = \"zh-hans\")"),
            ("BIND(LANG(?l) AS ?t)", "(TAG(LANG(?l)) AS ?t)"),
            ("BIND(LANG(?l) AS ?t) VALUES ?t { 'zh-hans' 1 }", "\"zh-Hans\""),
            ("BIND(CONCAT('@', LANG(?l)) AS ?t)", "CONCAT(\"@\", TAG(LANG(?l)))"),
            ("FILTER(EXISTS { ?l ?q ?r FILTER(LANG(?r) = 'EN') })", "(LANG(?r) = \"en\")"),
            ("SERVICE <http://x> { FILTER(LANG(?l) = 'EN') }", "(LANG(?l) = \"EN\")"),
            ("FILTER(?l = 'Name'@zh-Hans && STR(?l) = 'Name')", "(STR(?l) = \"Name\")"),
        ] {
            let text = rewritten(filter);
            assert!(text.contains(expected), "{filter}: {text}");
        }
    }
}
