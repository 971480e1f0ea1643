//! Set functions (SPARQL 1.1, 18.5.1). Errors are elements: COUNT leaves them out, and ORDER BY has them before all else.

use std::collections::HashSet;

use oxrdf::{Literal, Term};
use spargebra::algebra::{AggregateExpression, AggregateFunction};

use super::algebra::Solution;
use super::expression::{Place, quotient, sum};
use super::order::Key;
use super::value::Value;

pub fn aggregate(place: &Place<'_>, group: &[Solution], what: &AggregateExpression) -> Option<Term> {
    match what {
        AggregateExpression::CountSolutions { distinct: false } => Some(number(group.len())),
        AggregateExpression::CountSolutions { distinct: true } => {
            let shown = |solution: &Solution| {
                let shown = solution.iter().filter(|(variable, _)| !variable.as_str().starts_with('_'));
                shown.map(|(variable, term)| (variable.clone(), term.clone())).collect::<Solution>()
            };
            Some(number(group.iter().map(shown).collect::<HashSet<_>>().len()))
        }
        AggregateExpression::FunctionCall { name, expr, distinct } => {
            let mut elements: Vec<Option<Term>> = group.iter().map(|solution| place.term(expr, solution)).collect();
            if *distinct {
                let mut known = HashSet::new();
                elements.retain(|element| known.insert(element.clone()));
            }
            function(name, elements)
        }
    }
}

fn function(name: &AggregateFunction, mut elements: Vec<Option<Term>>) -> Option<Term> {
    use AggregateFunction as A;
    match name {
        A::Count => Some(number(elements.iter().flatten().count())),
        A::Sum => total(&elements).map(Value::term),
        A::Avg if elements.is_empty() => Some(number(0)),
        A::Avg => quotient(&total(&elements)?, &Value::of(&number(elements.len()))).map(Value::term),
        A::Min | A::Max => {
            elements.sort_by_cached_key(|element| Key::ascending(element.clone()));
            let best = if *name == A::Min { elements.first() } else { elements.last() };
            best.cloned().flatten()
        }
        A::Sample => elements.into_iter().flatten().next(),
        A::GroupConcat { separator } => {
            let text = |element: Option<Term>| match element? {
                Term::NamedNode(node) => Some(node.into_string()),
                Term::Literal(literal) => Some(literal.value().to_owned()),
                _ => None,
            };
            let texts = elements.into_iter().map(text).collect::<Option<Vec<_>>>()?;
            Some(Literal::new_simple_literal(texts.join(separator.as_deref().unwrap_or(" "))).into())
        }
        A::Custom(name) => panic!("the reference knows no {name}"),
    }
}

fn total(elements: &[Option<Term>]) -> Option<Value> {
    let zero = Value::of(&number(0));
    elements.iter().try_fold(zero, |total, element| sum(&total, &Value::of(element.as_ref()?)))
}

fn number(count: usize) -> Term {
    Literal::from(i64::try_from(count).unwrap()).into()
}
