//! Regular expressions that a query gives as constants, in the syntax of the evaluator of shapes and rules (see [`crate::xpath`]).

use oxrdf::Literal;
use spargebra::algebra::{Expression, Function, GraphPattern};

use crate::eval::{Part, children_mut, parts_mut};
use crate::xpath;

/// Brings the regular expressions of a pattern to a form that the engine reads as XPath does.
pub(super) fn in_our_words(pattern: &mut GraphPattern) {
    parts_mut(pattern, &mut |part| {
        if let Part::Expression(whole) = part {
            expression(whole);
        }
    });
}

/// Whether an expression has a regular expression itself.
pub(super) fn is_regular(expression: &Expression) -> bool {
    matches!(expression, Expression::FunctionCall(Function::Regex | Function::Replace, _))
}

/// An error to every engine.
const NO_PATTERN: &str = "(";

fn expression(whole: &mut Expression) {
    children_mut(whole).into_iter().for_each(expression);
    match whole {
        Expression::Exists(pattern) => in_our_words(pattern),
        Expression::FunctionCall(Function::Regex, list) => rewrite(list, 2, true),
        Expression::FunctionCall(Function::Replace, list) => rewrite(list, 3, false),
        _ => {}
    }
}

/// What is no pattern of XPath is none here, even if that evaluator knew it. The flag `q` may concern the replacement, too.
fn rewrite(arguments: &mut [Expression], flags_at: usize, quotes: bool) {
    let text = |argument: Option<&Expression>| match argument {
        Some(Expression::Literal(literal)) if literal.language().is_none() => Some(literal.value().to_owned()),
        _ => None,
    };
    let flags = if arguments.len() > flags_at { text(arguments.get(flags_at)) } else { Some(String::new()) };
    let (Some(pattern), Some(flags)) = (text(arguments.get(1)), flags) else { return };
    if !quotes && flags.contains('q') {
        return;
    }
    let (new_pattern, new_flags) = match xpath::plain(&pattern, &flags) {
        Ok(Some(plain)) => plain,
        // A back-reference, which that evaluator does not know: an error there.
        Ok(None) => return,
        Err(_) => (NO_PATTERN.to_owned(), String::new()),
    };
    for (at, old, new) in [(1, pattern, new_pattern), (flags_at, flags, new_flags)] {
        if let Some(argument) = arguments.get_mut(at).filter(|_| old != new) {
            *argument = Literal::new_simple_literal(new).into();
        }
    }
}
