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
