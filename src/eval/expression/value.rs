//! Typed values of terms.

use oxrdf::{BaseDirection, Term};
pub use spareval::ExpressionTerm as Value;

use super::super::Context;
use crate::index::{Id, Number};

/// The value of a bound id. Numbers are read by their id.
pub fn value(id: Id, cx: &Context) -> Value {
    if let Some(number) = cx.number(id) {
        return match number {
            Number::Integer(value) => Value::IntegerLiteral(value.into()),
            Number::Decimal(value) => Value::DecimalLiteral(value),
            Number::Float(value) => Value::FloatLiteral(value),
            Number::Double(value) => Value::DoubleLiteral(value),
        };
    }
    Value::from(cx.term(id))
}

/// The language of a string, and its direction.
pub(super) type Language = Option<(String, Option<BaseDirection>)>;

/// A string literal (17.1.2): its text and language.
pub(super) fn string(value: Value) -> Option<(String, Language)> {
    match value {
        Value::StringLiteral(text) => Some((text, None)),
        Value::LangStringLiteral { value, language } => Some((value, Some((language, None)))),
        Value::DirLangStringLiteral { value, language, direction } => Some((value, Some((language, Some(direction))))),
        _ => None,
    }
}

/// A string literal without language.
pub(super) fn simple(value: Value) -> Option<String> {
    if let Value::StringLiteral(text) = value { Some(text) } else { None }
}

/// The literal of a text and a language.
pub(super) fn tagged(value: String, language: Language) -> Value {
    match language {
        None => Value::StringLiteral(value),
        Some((language, None)) => Value::LangStringLiteral { value, language },
        Some((language, Some(direction))) => Value::DirLangStringLiteral { value, language, direction },
    }
}

/// The lexical form of a literal, or the text of an IRI (17.4.2.5).
pub(super) fn lexical(value: Value) -> Option<String> {
    match Term::from(value) {
        Term::NamedNode(node) => Some(node.into_string()),
        Term::Literal(literal) => Some(literal.destruct().0),
        Term::BlankNode(_) | Term::Triple(_) => None,
    }
}

/// Whether it is a literal.
pub(super) fn is_literal(value: &Value) -> bool {
    !matches!(value, Value::NamedNode(_) | Value::BlankNode(_) | Value::Triple(_))
}

/// Whether it is a number (17.4.2.4).
pub(super) fn is_numeric(value: &Value) -> bool {
    use Value as V;
    matches!(value, V::IntegerLiteral(_) | V::DecimalLiteral(_) | V::FloatLiteral(_) | V::DoubleLiteral(_))
}

/// A literal of whole numbers.
pub(super) fn integer(number: impl TryInto<i64>) -> Option<Value> {
    Some(Value::IntegerLiteral(number.try_into().ok()?.into()))
}

/// A literal of a truth.
pub(super) fn truth(is: bool) -> Value {
    Value::BooleanLiteral(is.into())
}
