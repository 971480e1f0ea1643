//! Range scans: comparisons with a constant as ranges of term numbers, in which the triples of a predicate stand by their
//! objects.
//!
//! A range holds every term of the base for which the comparison can be true, and perhaps more: what is compared by promoted
//! values or without a time zone is not in the order of the numbers. The comparison itself is decided afterwards.

use std::ops::Range;

use oxrdf::vocab::xsd;
use oxrdf::{Literal, LiteralRef, TermRef};
use oxsdatatypes::{Date, DateTime, DayTimeDuration};
use spargebra::algebra::Expression;

use super::node::{Condition, Filter, Node, Slot, Var};
use crate::index::{Id, Kind, Number, Version};

/// What is asked of a variable's terms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Below,
    Equal,
    Above,
}

/// Notes at the patterns of a group which of their objects the filters can let through.
pub fn narrow(parts: &mut [Node], filters: &[Filter], version: &Version) {
    for filter in filters {
        let Some((var, range)) = of_filter(filter, version) else { continue };
        for part in parts.iter_mut() {
            if let Node::Pattern(pattern) = part
                && pattern.object == Slot::Var(var)
                && pattern.subject != pattern.object
                && pattern.predicate != pattern.object
            {
                let before = pattern.objects.take().unwrap_or(0..Id::LATE);
                pattern.objects = Some(before.start.max(range.start)..before.end.min(range.end));
            }
        }
    }
}

/// The terms of the base for which a condition on one variable can be true.
fn of_filter(filter: &Filter, version: &Version) -> Option<(Var, Range<u32>)> {
    use Expression as E;
    let Condition::Expr(expr) = &filter.condition else { return None };
    let var = expr.vars.first().filter(|var| filter.visible.contains(var))?;
    let (a, b, side) = match &*expr.expression {
        E::Less(a, b) | E::LessOrEqual(a, b) => (a, b, Side::Below),
        E::Greater(a, b) | E::GreaterOrEqual(a, b) => (a, b, Side::Above),
        E::Equal(a, b) | E::SameTerm(a, b) => (a, b, Side::Equal),
        _ => return None,
    };
    let (constant, side) = match (&**a, &**b, side) {
        (E::Variable(_), constant, side) => (constant, side),
        (constant, E::Variable(_), Side::Below) => (constant, Side::Above),
        (constant, E::Variable(_), Side::Above) => (constant, Side::Below),
        (constant, E::Variable(_), Side::Equal) => (constant, Side::Equal),
        _ => return None,
    };
    let range = match constant {
        E::NamedNode(name) if side == Side::Equal => same(name.as_ref().into(), version),
        E::Literal(literal) => of_literal(literal.as_ref(), side, version)?,
        _ => return None,
    };
    Some((var, range))
}

/// The term alone, if the base has it.
fn same(term: TermRef<'_>, version: &Version) -> Range<u32> {
    match version.id(term) {
        Some(id) if !id.is_late() => id.0..id.0 + 1,
        _ => 0..0,
    }
}

fn of_literal(literal: LiteralRef<'_>, side: Side, version: &Version) -> Option<Range<u32>> {
    if let Some(number) = Number::of(literal) {
        return of_number(number, side, version);
    }
    match literal.datatype() {
        xsd::STRING if side == Side::Equal => Some(same(literal.into(), version)),
        xsd::DATE | xsd::DATE_TIME => of_time(literal, side, version),
        _ => None,
    }
}

/// Numbers are compared as floats where one of them is one, so that those count as equal that are it then.
fn of_number(number: Number, side: Side, version: &Version) -> Option<Range<u32>> {
    let single = |number: Number| number.double() as f32;
    let bound = single(number);
    if bound.is_nan() {
        return None;
    }
    let all = version.range(Kind::Number);
    let value = |id: u32| version.number(Id(id)).map_or(f32::NAN, single);
    let start = match side {
        Side::Below => all.start,
        _ => first(&all, |id| value(id) < bound),
    };
    let end = match side {
        Side::Above => all.end,
        _ => first(&all, |id| value(id) <= bound),
    };
    Some(start..end)
}

/// Time zones differ by 28 hours at most. Moments with and without one stand among each other.
fn of_time(literal: LiteralRef<'_>, side: Side, version: &Version) -> Option<Range<u32>> {
    let all = version.range(Kind::Time);
    let key = |days: &str| Some(version.position(shifted(literal, days)?.as_ref().into()));
    let start = match side {
        Side::Below => all.start,
        _ => {
            let key = key("-P2D")?;
            first(&all, |id| version.key(Id(id)) < key)
        }
    };
    let end = match side {
        Side::Above => all.end,
        _ => {
            let key = key("P2D")?;
            first(&all, |id| version.key(Id(id)) <= key)
        }
    };
    Some(start..end)
}

/// A date or a moment so much later.
fn shifted(literal: LiteralRef<'_>, by: &str) -> Option<Literal> {
    let by: DayTimeDuration = by.parse().ok()?;
    Some(match literal.datatype() {
        xsd::DATE => literal.value().parse::<Date>().ok()?.checked_add_day_time_duration(by)?.into(),
        _ => literal.value().parse::<DateTime>().ok()?.checked_add_day_time_duration(by)?.into(),
    })
}

/// The first of some numbers for which what holds up to it does not hold.
fn first(all: &Range<u32>, holds: impl Fn(u32) -> bool) -> u32 {
    let (mut start, mut end) = (all.start, all.end);
    while start < end {
        let middle = start + (end - start) / 2;
        if holds(middle) { start = middle + 1 } else { end = middle }
    }
    start
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use oxrdf::{GraphName, NamedNode, Quad, Term, Variable};

    use super::*;
    use crate::eval::expression::{Compile, compile};
    use crate::eval::{Batch, Cancel, Column, Context, Functions};

    /// Literals that are compared by value, by promoted values, with and without a time zone, or not at all.
    fn literals() -> Vec<Literal> {
        let float = NamedNode::from(xsd::FLOAT);
        let all: [(&[&str], NamedNode); 7] = [
            (&["-3", "0", "1", "2", "7", "16777216", "16777217", "16777218"], xsd::INTEGER.into()),
            (&["0.5", "1.0", "1.1", "16777217.5"], xsd::DECIMAL.into()),
            (&["1E0", "1.1E0", "NaN", "INF", "-INF", "16777217E0"], xsd::DOUBLE.into()),
            (&["1.1", "16777216", "NaN"], float),
            (&["2023-12-31", "2024-01-01", "2024-01-01Z", "2024-01-02-14:00", "2024-02-01"], xsd::DATE.into()),
            (
                &["2024-01-01T00:00:00", "2024-01-01T00:00:00Z", "2024-01-01T13:00:00+14:00", "2024-03-01T00:00:00"],
                xsd::DATE_TIME.into(),
            ),
            (&["1", "a", "b"], xsd::STRING.into()),
        ];
        let of = |(texts, datatype): &(&[&str], NamedNode)| {
            texts.iter().map(|text| Literal::new_typed_literal(*text, datatype.clone())).collect::<Vec<_>>()
        };
        all.iter().flat_map(of).collect()
    }

    /// The terms of the data for which a comparison with a constant is true.
    fn true_for(expression: &Expression, ids: &[Id], cx: &mut Context) -> Vec<Id> {
        let columns = |_: &Variable| Some(0);
        let functions = Functions::default();
        let mut compiled = compile(expression, &Compile { columns: &columns, functions: &functions }).unwrap();
        let batch = Batch { columns: vec![Column::Owned(ids.to_vec())], len: ids.len() };
        let mut keep = Vec::new();
        compiled.filter(&batch, cx, &mut keep).unwrap();
        keep.into_iter().map(|row| ids[row as usize]).collect()
    }

    /// No term for which the comparison is true lies beside the range.
    #[test]
    fn a_range_leaves_out_no_term_that_the_comparison_holds_for() {
        let node = |name: &str| NamedNode::new_unchecked(format!("http://x/{name}"));
        let quads =
            literals().into_iter().map(|object| Quad::new(node("s"), node("p"), object, GraphName::DefaultGraph));
        let version = Arc::new(crate::index::build(quads, 0).unwrap());
        let ids: Vec<Id> = version.rows().map(|(_, _, object, _)| object).collect();
        let mut cx = Context::new(version.clone(), Cancel::new(), None);
        let variable = || Box::new(Expression::Variable(Variable::new_unchecked("a")));
        let (mut ranges, mut narrow) = (0, 0);
        for constant in literals() {
            let literal = || Box::new(Expression::Literal(constant.clone()));
            for (expression, side) in [
                (Expression::Less(variable(), literal()), Side::Below),
                (Expression::LessOrEqual(variable(), literal()), Side::Below),
                (Expression::Equal(variable(), literal()), Side::Equal),
                (Expression::Greater(variable(), literal()), Side::Above),
                (Expression::GreaterOrEqual(variable(), literal()), Side::Above),
            ] {
                let Some(range) = of_literal(constant.as_ref(), side, &version) else { continue };
                let held = true_for(&expression, &ids, &mut cx);
                let beside: Vec<Term> =
                    held.iter().filter(|id| !range.contains(&id.0)).map(|id| version.term(*id)).collect();
                assert!(beside.is_empty(), "{expression}: {beside:?} beside {range:?}");
                ranges += 1;
                narrow += usize::from(ids.iter().filter(|id| range.contains(&id.0)).count() * 2 < ids.len());
            }
        }
        assert!(ranges > 100 && narrow * 2 > ranges, "{narrow} of {ranges} leave out half of the terms");
    }

    #[test]
    fn the_first_that_does_not_hold_is_found_at_either_end() {
        for limit in 3..=9 {
            assert_eq!(first(&(3..9), |number| number < limit), limit);
        }
        assert_eq!(first(&(5..5), |_| true), 5);
    }
}
