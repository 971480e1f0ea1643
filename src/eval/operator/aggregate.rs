//! Aggregation: GROUP BY and the aggregates.

use oxrdf::{Literal, Term, TermRef};

use super::sum::Sum;
use super::{Seen, Table};
use crate::eval::expression::Compiled;
use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::Id;

/// A set function.
#[derive(Clone, Debug)]
pub enum Kind {
    /// COUNT(*)
    Rows,
    Count,
    Sum,
    Avg,
    Min,
    Max,
    Sample,
    Concat(String),
    /// One that nobody knows: an error (17.6).
    Unknown,
}

/// What an aggregate reads.
pub enum Input {
    /// All of a row, as it is told apart by these columns.
    Row(Vec<usize>),
    Column(Option<usize>),
    Expression(Box<Compiled>),
}

/// An aggregate.
pub struct Accumulating {
    kind: Kind,
    input: Input,
    /// What was seen, where each counts once, with the number of its group where there are several.
    seen: Option<Seen>,
    alone: bool,
    states: Vec<State>,
}

impl Accumulating {
    /// `alone` where there is one group.
    pub fn new(kind: Kind, input: Input, distinct: bool, alone: bool) -> Self {
        let width = usize::from(!alone)
            + match &input {
                Input::Row(columns) => columns.len(),
                _ => 1,
            };
        // The least and the greatest of a set are those of the bag.
        let distinct = distinct && !matches!(kind, Kind::Min | Kind::Max | Kind::Sample);
        let seen = distinct.then(|| Seen::new(width));
        Self { kind, input, seen, alone, states: Vec::new() }
    }

    fn add(&mut self, batch: &Batch, groups: &[Id], cx: &mut Context) -> Result<(), Stop> {
        let values = match &mut self.input {
            Input::Row(_) => Column::Constant(Id(1)),
            Input::Column(at) => at.map_or(Column::Constant(Id::UNBOUND), |at| batch.columns[at].clone()),
            Input::Expression(compiled) => Column::Owned(compiled.column(batch, cx)?),
        };
        let told_apart = self.told_apart(batch, groups, &values);
        for (row, group) in groups.iter().enumerate() {
            let value = values.get(row);
            let is_new = match (&mut self.seen, &told_apart) {
                (Some(seen), Some((keys, columns))) => !value.is_bound() || seen.insert(keys, row, columns, cx)?,
                _ => true,
            };
            if !is_new {
                continue;
            }
            self.states[group.0 as usize].add(&self.kind, values.get(row), cx)?;
        }
        Ok(())
    }

    /// What rows are told apart by, where each counts once.
    fn told_apart(&self, batch: &Batch, groups: &[Id], values: &Column) -> Option<(Batch, Vec<usize>)> {
        self.seen.as_ref()?;
        let mut columns = Vec::new();
        if !self.alone {
            columns.push(Column::Owned(groups.to_vec()));
        }
        match &self.input {
            Input::Row(all) => columns.extend(all.iter().map(|at| batch.columns[*at].clone())),
            _ => columns.push(values.clone()),
        }
        let all = (0..columns.len()).collect();
        Some((Batch { columns, len: batch.len }, all))
    }

    fn resize(&mut self, groups: usize, cx: &mut Context) -> Result<(), Stop> {
        if groups > self.states.len() {
            cx.reserve((groups - self.states.len()) * size_of::<State>())?;
            self.states.resize_with(groups, || State::new(&self.kind));
        }
        Ok(())
    }
}

/// One aggregate of one group.
enum State {
    Count(u64),
    Sum(Sum),
    /// The least or the greatest so far.
    Best(Option<Id>),
    Sample(Option<Id>),
    Concat(Option<String>),
    /// A value was an error, and so is the aggregate.
    Failed,
}

impl State {
    fn new(kind: &Kind) -> Self {
        match kind {
            Kind::Rows | Kind::Count => Self::Count(0),
            Kind::Sum | Kind::Avg => Self::Sum(Sum::default()),
            Kind::Min | Kind::Max => Self::Best(None),
            Kind::Sample => Self::Sample(None),
            Kind::Concat(_) => Self::Concat(None),
            Kind::Unknown => Self::Failed,
        }
    }

    fn add(&mut self, kind: &Kind, value: Id, cx: &mut Context) -> Result<(), Stop> {
        match self {
            Self::Count(count) => *count += u64::from(value.is_bound()),
            Self::Sample(sample) => *sample = sample.or(Some(value).filter(|id| id.is_bound())),
            Self::Failed => {}
            // Errors come before all else in the order.
            Self::Best(_) if !value.is_bound() && matches!(kind, Kind::Max) => {}
            _ if !value.is_bound() => *self = Self::Failed,
            Self::Sum(sum) => {
                if !cx.number(value).is_some_and(|number| sum.add(number)) {
                    *self = Self::Failed;
                }
            }
            Self::Best(best) => {
                let better = best.is_none_or(|best| {
                    let order = cx.compare(value, best);
                    if matches!(kind, Kind::Min) { order.is_lt() } else { order.is_gt() }
                });
                if better {
                    *best = Some(value);
                }
            }
            Self::Concat(text) => {
                let Kind::Concat(separator) = kind else { return Ok(()) };
                match length(value, cx) {
                    Some(more) => {
                        let all = grown(text.take(), separator.len() + more, cx)?;
                        *text = Some(append(all, separator, value, cx));
                    }
                    None => *self = Self::Failed,
                }
            }
        }
        Ok(())
    }

    fn finish(self, kind: &Kind, cx: &mut Context) -> Id {
        let term: Option<Term> = match self {
            Self::Count(count) => return cx.integer(i64::try_from(count).unwrap_or(i64::MAX)),
            Self::Sum(sum) => {
                if matches!(kind, Kind::Avg) {
                    sum.mean()
                } else {
                    Some(sum.total())
                }
            }
            Self::Best(best) => return best.unwrap_or_default(),
            Self::Sample(sample) => return sample.unwrap_or_default(),
            Self::Concat(all) => Some(Literal::new_simple_literal(all.unwrap_or_default()).into()),
            Self::Failed => None,
        };
        term.map_or(Id::UNBOUND, |term| cx.intern(term))
    }
}

/// The bytes of a string; none if it is none.
fn length(value: Id, cx: &Context) -> Option<usize> {
    cx.text(value, |term| {
        let TermRef::Literal(literal) = term else { return None };
        let is_string = literal.language().is_some() || literal.datatype() == oxrdf::vocab::xsd::STRING;
        is_string.then(|| literal.value().len())
    })
}

/// A text with room for so many bytes more. Where it has to be moved, both places count while that is done.
fn grown(text: Option<String>, more: usize, cx: &mut Context) -> Result<Option<String>, Stop> {
    let (held, needed) = text.as_ref().map_or((0, more), |text| (text.capacity(), text.len() + more));
    if needed <= held {
        return Ok(text);
    }
    let room = needed.max(2 * held);
    cx.reserve(room)?;
    let grown = text.map(|mut text| {
        text.reserve_exact(room - text.len());
        text
    });
    cx.release(held);
    Ok(grown)
}

/// Appends a string. The result has no language: a separator stands between any two, and it has none (18.5.1.7).
fn append(all: Option<String>, separator: &str, value: Id, cx: &Context) -> String {
    cx.text(value, |term| {
        let TermRef::Literal(literal) = term else { return all.unwrap_or_default() };
        match all {
            Some(mut all) => {
                all.push_str(separator);
                all.push_str(literal.value());
                all
            }
            None => literal.value().to_owned(),
        }
    })
}

/// One row a group: its keys, then its aggregates. Without keys there is one group, also of no rows.
pub struct Aggregation {
    input: Box<dyn Operator>,
    keys: Vec<Option<usize>>,
    aggregates: Vec<Accumulating>,
    result: Option<(Vec<Column>, usize)>,
    next: usize,
}

impl Aggregation {
    pub fn new(input: Box<dyn Operator>, keys: Vec<Option<usize>>, aggregates: Vec<Accumulating>) -> Self {
        Self { input, keys, aggregates, result: None, next: 0 }
    }

    fn collect(&mut self, cx: &mut Context) -> Result<(Vec<Column>, usize), Stop> {
        let width = self.keys.len();
        let mut groups = Table::new(width, (0..width).collect());
        let mut count = usize::from(width == 0);
        let all: Vec<usize> = (0..width).collect();
        while let Some(batch) = self.input.next(cx)? {
            cx.check()?;
            let keys = batch.project(&self.keys);
            let mut numbers = Vec::with_capacity(batch.len);
            for row in 0..batch.len {
                // Rows of one group mostly follow each other.
                let number = match numbers.last() {
                    Some(last) if is_same(&keys, row - 1, row) => *last,
                    _ if width == 0 => Id(0),
                    _ => Id(groups.entry(&keys, row, &all, cx)?.0),
                };
                numbers.push(number);
            }
            count = count.max(groups.len);
            for aggregate in &mut self.aggregates {
                aggregate.resize(count, cx)?;
                aggregate.add(&batch, &numbers, cx)?;
            }
        }
        let mut columns: Vec<Column> = std::mem::take(&mut groups.columns).into_iter().map(Column::Owned).collect();
        for mut aggregate in std::mem::take(&mut self.aggregates) {
            aggregate.resize(count, cx)?;
            let states = aggregate.states.into_iter();
            columns.push(Column::Owned(states.map(|state| state.finish(&aggregate.kind, cx)).collect()));
        }
        Ok((columns, count))
    }
}

/// Whether two rows are the same.
fn is_same(batch: &Batch, a: usize, b: usize) -> bool {
    batch.columns.iter().all(|column| column.get(a) == column.get(b))
}

impl Operator for Aggregation {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        cx.check()?;
        let (columns, len) = match self.result.take() {
            Some(result) => result,
            None => self.collect(cx)?,
        };
        let rows = self.next..len.min(self.next + cx.rows());
        self.next = rows.end;
        let batch = (!rows.is_empty()).then(|| Batch {
            columns: columns.iter().map(|column| column.slice(rows.clone())).collect(),
            len: rows.len(),
        });
        self.result = Some((columns, len));
        Ok(batch)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::eval::operator::testing::{SIZES, context, drained, rows, source};

    /// Numbers by group, in the order in which they come.
    fn groups() -> (Vec<Vec<u32>>, BTreeMap<u32, Vec<u32>>) {
        let input = rows(29, 300, &[(1, 5), (0, 20)]);
        let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        input.iter().for_each(|row| groups.entry(row[0]).or_default().push(row[1]));
        (input, groups)
    }

    /// What an aggregate gives for each group, as texts of numbers.
    fn found(kind: Kind, distinct: bool, size: usize) -> BTreeMap<u32, String> {
        let (mut cx, (input, _)) = (context(size), groups());
        let input: Vec<Vec<u32>> = input.iter().map(|row| vec![row[0], cx.integer(i64::from(row[1])).0]).collect();
        let aggregate = Accumulating::new(kind, Input::Column(Some(1)), distinct, false);
        let rows = drained(Aggregation::new(source(2, &input), vec![Some(0)], vec![aggregate]), &mut cx);
        let value = |id: u32| match cx.term(Id(id)) {
            Term::Literal(literal) => literal.value().to_owned(),
            other => other.to_string(),
        };
        rows.into_iter().map(|row| (row[0], value(row[1]))).collect()
    }

    #[test]
    fn aggregates_are_those_of_their_groups() {
        let (_, groups) = groups();
        let each = |of: &dyn Fn(&[u32]) -> u32| -> BTreeMap<u32, String> {
            groups.iter().map(|(key, numbers)| (*key, of(numbers).to_string())).collect()
        };
        let different = |numbers: &[u32]| numbers.iter().copied().collect::<std::collections::BTreeSet<_>>();
        for size in SIZES {
            assert_eq!(found(Kind::Count, false, size), each(&|numbers| numbers.len() as u32));
            assert_eq!(found(Kind::Count, true, size), each(&|numbers| different(numbers).len() as u32));
            assert_eq!(found(Kind::Sum, false, size), each(&|numbers| numbers.iter().sum()));
            assert_eq!(found(Kind::Sum, true, size), each(&|numbers| different(numbers).iter().sum()));
            assert_eq!(found(Kind::Min, false, size), each(&|numbers| *numbers.iter().min().unwrap()));
            assert_eq!(found(Kind::Max, true, size), each(&|numbers| *numbers.iter().max().unwrap()));
            let sampled = found(Kind::Sample, false, size);
            assert!(sampled.iter().all(|(key, number)| groups[key].contains(&number.parse().unwrap())));
        }
    }

    #[test]
    fn without_keys_there_is_one_group_even_of_nothing() {
        let mut cx = context(7);
        let count = |input: &[Vec<u32>], cx: &mut Context| {
            let aggregate = Accumulating::new(Kind::Count, Input::Column(Some(0)), false, true);
            let rows = drained(Aggregation::new(source(1, input), Vec::new(), vec![aggregate]), cx);
            rows.into_iter().map(|row| cx.term(Id(row[0])).to_string()).collect::<Vec<_>>()
        };
        let integer = |text: &str| format!("\"{text}\"^^<http://www.w3.org/2001/XMLSchema#integer>");
        assert_eq!(count(&[], &mut cx), [integer("0")]);
        assert_eq!(count(&[vec![5], vec![0], vec![6]], &mut cx), [integer("2")], "what is unbound does not count");
    }
}
