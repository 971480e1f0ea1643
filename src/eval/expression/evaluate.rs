//! Expression evaluator: one row through the tree.

use oxrdf::Term;

use super::super::Stop;
use super::node::{Arithmetic, Comparison, Is, Node};
use super::value::{Value, is_literal, is_numeric, string, tagged, truth, value};
use super::{Row, arithmetic, compare, dates, hashed, memo, terms, text};
use crate::index::{Id, Kind};
use spargebra::algebra::Function as Builtin;

/// A value, or an error of the expression; or the evaluation ends.
type Found<T> = Result<Option<T>, Stop>;

impl Node {
    /// Its effective boolean value (17.2.2).
    pub(super) fn test(&mut self, row: &mut Row<'_>) -> Found<bool> {
        match self {
            Self::Or(all) => any(all, row, true),
            Self::And(all) => any(all, row, false),
            Self::Not(inner) => Ok(inner.test(row)?.map(|is| !is)),
            Self::Bound(column) => Ok(Some(row.id(*column).is_bound())),
            Self::SameTerm(both) => same_term(both, row),
            Self::Compare(how, both) => comparison(*how, both, row),
            Self::In(one, all) => within(one, all, row),
            Self::Is(kind, inner) => is_kind(*kind, inner, row),
            Self::Matches(inner, regex) => {
                let Some((text, _)) = inner.value(row)?.and_then(string) else { return Ok(None) };
                Ok(regex.is_match(&text))
            }
            Self::If(all) => {
                let [test, then, otherwise] = &mut **all;
                match test.test(row)? {
                    Some(true) => then.test(row),
                    Some(false) => otherwise.test(row),
                    None => Ok(None),
                }
            }
            other => Ok(other.value(row)?.as_ref().and_then(compare::boolean)),
        }
    }

    /// Its term.
    pub(super) fn id(&mut self, row: &mut Row<'_>) -> Result<Id, Stop> {
        match self {
            Self::Column(column) => Ok(row.id(*column)),
            Self::Constant(value, id) => Ok(*id.get_or_insert_with(|| row.cx.intern(value.clone().into()))),
            Self::If(all) => {
                let [test, then, otherwise] = &mut **all;
                match test.test(row)? {
                    Some(true) => then.id(row),
                    Some(false) => otherwise.id(row),
                    None => Ok(Id::UNBOUND),
                }
            }
            Self::Coalesce(all) => {
                for one in all {
                    let id = one.id(row)?;
                    if id.is_bound() {
                        return Ok(id);
                    }
                }
                Ok(Id::UNBOUND)
            }
            other => Ok(match other.value(row)? {
                Some(Value::IntegerLiteral(value)) => row.cx.integer(value.into()),
                Some(value) => row.cx.intern(value.into()),
                None => Id::UNBOUND,
            }),
        }
    }

    /// Its value.
    pub(super) fn value(&mut self, row: &mut Row<'_>) -> Found<Value> {
        Ok(match self {
            Self::Constant(value, _) => Some(value.clone()),
            Self::Error => None,
            Self::Column(column) => Some(row.id(*column)).filter(|id| id.is_bound()).map(|id| value(id, row.cx)),
            Self::Memo { column, by_tag, inner, known } => {
                let key = memo::key(row.id(*column), *by_tag, row.cx);
                if let Some(known) = known.get(key) {
                    return Ok(known);
                }
                let found = inner.value(row)?;
                known.put(key, found.clone(), row.cx)?;
                found
            }
            Self::If(all) => {
                let [test, then, otherwise] = &mut **all;
                match test.test(row)? {
                    Some(true) => then.value(row)?,
                    Some(false) => otherwise.value(row)?,
                    None => None,
                }
            }
            Self::Coalesce(all) => {
                for one in all {
                    if let Some(value) = one.value(row)? {
                        return Ok(Some(value));
                    }
                }
                None
            }
            Self::Reckon(how, both) => {
                let Some((a, b)) = pair(both, row)? else { return Ok(None) };
                match how {
                    Arithmetic::Add => arithmetic::add(a, b),
                    Arithmetic::Subtract => arithmetic::subtract(a, b),
                    Arithmetic::Multiply => arithmetic::multiply(a, b),
                    Arithmetic::Divide => arithmetic::divide(a, b),
                }
            }
            Self::Minus(inner) => inner.value(row)?.and_then(arithmetic::negate),
            Self::Plus(inner) => inner.value(row)?.filter(arithmetic::is_signed),
            Self::Replace(inner, regex, replacement) => {
                let Some((text, language)) = inner.value(row)?.and_then(string) else { return Ok(None) };
                regex.replace(&text, replacement).map(|text| tagged(text, language))
            }
            Self::Cast(cast, inner) => inner.value(row)?.and_then(|value| cast.apply(value)),
            Self::Builtin(function, arguments) => return builtin(function, arguments, row),
            Self::Named(function, arguments) => {
                let Some(values) = values(arguments, row)? else { return Ok(None) };
                let terms: Vec<Term> = values.into_iter().map(Term::from).collect();
                (function.0)(&terms).map(Value::from)
            }
            test => test.test(row)?.map(truth),
        })
    }
}

/// `||` of 17.2 where `wanted` is true, `&&` where it is false: the wanted value wins over errors, and errors over the other.
fn any(all: &mut [Node], row: &mut Row<'_>, wanted: bool) -> Found<bool> {
    let mut has_error = false;
    for one in all {
        match one.test(row)? {
            Some(is) if is == wanted => return Ok(Some(wanted)),
            Some(_) => {}
            None => has_error = true,
        }
    }
    Ok((!has_error).then_some(!wanted))
}

fn pair(both: &mut [Node; 2], row: &mut Row<'_>) -> Found<(Value, Value)> {
    let [a, b] = both;
    let Some(a) = a.value(row)? else { return Ok(None) };
    Ok(b.value(row)?.map(|b| (a, b)))
}

fn values(all: &mut [Node], row: &mut Row<'_>) -> Found<Vec<Value>> {
    let mut values = Vec::with_capacity(all.len());
    for one in all {
        match one.value(row)? {
            Some(value) => values.push(value),
            None => return Ok(None),
        }
    }
    Ok(Some(values))
}

/// 17.4.1.8: terms are the same where their ids are.
fn same_term(both: &mut [Node; 2], row: &mut Row<'_>) -> Found<bool> {
    let [a, b] = both;
    let (a, b) = (a.id(row)?, b.id(row)?);
    Ok((a.is_bound() && b.is_bound()).then_some(a == b))
}

fn comparison(how: Comparison, both: &mut [Node; 2], row: &mut Row<'_>) -> Found<bool> {
    if how == Comparison::Equal
        && let [Node::Column(a), Node::Column(b)] = *both
        && let Some(known) = equal_ids(row.id(a), row.id(b), row)
    {
        return Ok(Some(known));
    }
    if let Some(order) = texts_of_iris(both, row) {
        return Ok(Some(how.holds(order)));
    }
    let Some((a, b)) = pair(both, row)? else { return Ok(None) };
    Ok(match how {
        Comparison::Equal => compare::equal(&a, &b),
        how => compare::order(&a, &b).map(|order| how.holds(order)),
    })
}

/// The order of the texts of two variables' IRIs, which is that of their ids.
fn texts_of_iris([a, b]: &[Node; 2], row: &Row<'_>) -> Option<std::cmp::Ordering> {
    let iri = |node: &Node| {
        let id = row.id(node.text_of()?);
        (id.is_bound() && !id.is_local() && row.cx.kind(id) == Kind::Iri).then_some(id)
    };
    let (a, b) = (iri(a)?, iri(b)?);
    Some(row.cx.version().key(a).cmp(&row.cx.version().key(b)))
}

/// Whether two terms are equal, where their ids and kinds tell.
fn equal_ids(a: Id, b: Id, row: &Row<'_>) -> Option<bool> {
    if !a.is_bound() || !b.is_bound() {
        return None;
    }
    let (x, y) = (row.cx.kind(a), row.cx.kind(b));
    let is_node = |kind| matches!(kind, Kind::Blank | Kind::Iri);
    // Of literals and triple terms, values decide: NaN is not equal to itself, 1 is to 1.0.
    (is_node(x) || is_node(y)).then_some(a == b)
}

/// 17.4.1.9: equal to one, or an error if to compare it with one is, or not.
fn within(one: &mut Node, all: &mut [Node], row: &mut Row<'_>) -> Found<bool> {
    let Some(one) = one.value(row)? else { return Ok(None) };
    let mut has_error = false;
    for other in all {
        match other.value(row)?.and_then(|other| compare::equal(&one, &other)) {
            Some(true) => return Ok(Some(true)),
            Some(false) => {}
            None => has_error = true,
        }
    }
    Ok((!has_error).then_some(false))
}

/// Kinds of terms; of a variable by its id alone.
fn is_kind(wanted: Is, inner: &mut Node, row: &mut Row<'_>) -> Found<bool> {
    if let Node::Column(column) = inner {
        let id = row.id(*column);
        if !id.is_bound() {
            return Ok(None);
        }
        let kind = row.cx.kind(id);
        return Ok(Some(match wanted {
            Is::Iri => kind == Kind::Iri,
            Is::Blank => kind == Kind::Blank,
            Is::Literal => kind.is_literal(),
            Is::Numeric => kind == Kind::Number,
            Is::Triple => kind == Kind::Triple,
        }));
    }
    Ok(inner.value(row)?.map(|value| match wanted {
        Is::Iri => matches!(value, Value::NamedNode(_)),
        Is::Blank => matches!(value, Value::BlankNode(_)),
        Is::Literal => is_literal(&value),
        Is::Numeric => is_numeric(&value),
        Is::Triple => matches!(value, Value::Triple(_)),
    }))
}

fn builtin(function: &Builtin, arguments: &mut [Node], row: &mut Row<'_>) -> Found<Value> {
    use Builtin as F;
    // CONCAT and BNODE apart, a missing argument is the parser's fault; an error all the same.
    let Some(values) = values(arguments, row)? else { return Ok(None) };
    Ok(match function {
        F::Now => Some(Value::DateTimeLiteral(row.cx.now())),
        F::Iri => terms::iri(values, row.cx.base()),
        F::Rand | F::Uuid | F::StrUuid | F::BNode => terms::made(function, values),
        F::Lang
        | F::LangDir
        | F::HasLang
        | F::HasLangDir
        | F::Datatype
        | F::StrDt
        | F::StrLang
        | F::StrLangDir
        | F::Triple
        | F::Subject
        | F::Predicate
        | F::Object
        | F::Str => terms::call(function, values),
        F::Abs | F::Ceil | F::Floor | F::Round => {
            values.into_iter().next().and_then(|value| arithmetic::rounded(function, value))
        }
        F::Year | F::Month | F::Day | F::Hours | F::Minutes | F::Seconds | F::Timezone | F::Tz | F::Adjust => {
            dates::call(function, values)
        }
        F::Md5 | F::Sha1 | F::Sha256 | F::Sha384 | F::Sha512 => hashed::call(function, values),
        F::Custom(_) => None,
        _ => text::call(function, values),
    })
}
