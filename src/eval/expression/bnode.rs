//! Blank node constructor: BNODE of a text (17.4.2.9): one blank node for one text within a solution, another in each other
//! solution.
//!
//! Each solution that such a call can see gets a blank node of its own, bound to a variable that nobody can name; what a text
//! gives is made of that node and the text, wherever and in whatever order the calls are evaluated.

use oxrdf::{BlankNode, Literal, NamedNode, Term, Variable};
use spargebra::algebra::{Expression, Function as Builtin, GraphPattern};

use super::super::Function;
use crate::eval::{children, children_mut, patterns, patterns_mut};

/// The function that makes a blank node of that of the solution and a text.
const NAME: &str = "urn:x-citypact:bnode-of";

/// Whether a function is the one that calls of BNODE become.
pub(super) fn is_own(name: &NamedNode) -> bool {
    name.as_str() == NAME
}

/// What it does.
pub(super) fn function() -> Function {
    std::sync::Arc::new(|terms: &[Term]| match terms {
        [Term::BlankNode(solution), Term::Literal(text)] if is_simple(text) => {
            let hash = blake3::Hasher::new()
                .update(solution.as_str().as_bytes())
                .update(b" ")
                .update(text.value().as_bytes())
                .finalize();
            Some(BlankNode::new_unchecked(format!("b{}", &hash.to_hex()[..32])).into())
        }
        _ => None,
    })
}

fn is_simple(literal: &Literal) -> bool {
    literal.datatype() == oxrdf::vocab::xsd::STRING
}

/// Whether a pattern has a chain of BIND or of expressions of SELECT with BNODE of a text in it.
pub fn asks_for_nodes(pattern: &GraphPattern) -> bool {
    let own = matches!(pattern, GraphPattern::Extend { expression, .. } if calls_bnode(expression));
    own || patterns(pattern).into_iter().any(asks_for_nodes)
}

fn calls_bnode(expression: &Expression) -> bool {
    let own = matches!(expression, Expression::FunctionCall(Builtin::BNode, arguments) if !arguments.is_empty());
    own || children(expression).into_iter().any(calls_bnode)
}

/// Gives the solutions within a pattern a node of their own where a chain of BIND or of expressions of SELECT asks BNODE for
/// that of a text. `free` makes names of variables that the query does not have.
pub fn number_solutions(pattern: &mut GraphPattern, free: &mut dyn FnMut() -> Variable) {
    if let GraphPattern::Extend { .. } = pattern {
        let mut solution = None;
        let mut next = &mut *pattern;
        while let GraphPattern::Extend { inner, expression, .. } = next {
            replace(expression, &mut solution, free);
            next = inner;
        }
        if let Some(variable) = solution {
            let inner = Box::new(std::mem::take(next));
            *next = GraphPattern::Extend {
                inner,
                variable,
                expression: Expression::FunctionCall(Builtin::BNode, Vec::new()),
            };
        }
    }
    for inner in patterns_mut(pattern) {
        number_solutions(inner, free);
    }
}

fn replace(expression: &mut Expression, solution: &mut Option<Variable>, free: &mut dyn FnMut() -> Variable) {
    for inner in children_mut(expression) {
        replace(inner, solution, free);
    }
    if let Expression::FunctionCall(function @ Builtin::BNode, arguments) = expression
        && !arguments.is_empty()
    {
        let variable = solution.get_or_insert_with(free).clone();
        *function = Builtin::Custom(NamedNode::new_unchecked(NAME));
        arguments.insert(0, variable.into());
    }
}
