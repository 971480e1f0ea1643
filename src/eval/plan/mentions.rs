//! Whether a pattern names a variable anywhere.

use oxrdf::Variable;
use spargebra::algebra::GraphPattern;

/// Whether a pattern names a variable anywhere, also in expressions and inner scopes. The text of the algebra tells: a
/// variable stands there after a question mark and before what is no part of a name.
pub fn mentions(pattern: &GraphPattern, variable: &Variable) -> bool {
    let (text, name) = (pattern.to_string(), variable.to_string());
    text.match_indices(&name).any(|(at, _)| {
        let rest = text[at + name.len()..].chars().next();
        rest.is_none_or(|c| !c.is_alphanumeric() && c != '_')
    })
}
