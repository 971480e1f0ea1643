//! Filter and projection of expressions: FILTER and BIND.

use crate::eval::expression::Compiled;
use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::Id;

/// The rows for which a condition is true.
pub struct Filter {
    input: Box<dyn Operator>,
    condition: Compiled,
}

impl Filter {
    pub fn new(input: Box<dyn Operator>, condition: Compiled) -> Self {
        Self { input, condition }
    }
}

impl Operator for Filter {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while let Some(batch) = self.input.next(cx)? {
            cx.check()?;
            let mut keep = Vec::new();
            self.condition.filter(&batch, cx, &mut keep)?;
            if keep.len() == batch.len {
                return Ok(Some(batch));
            }
            if !keep.is_empty() {
                return Ok(Some(batch.gather(&keep)));
            }
        }
        Ok(None)
    }
}

/// One column more: an expression's values. Where there is one for the variable already, its values must be those.
pub struct Bind {
    input: Box<dyn Operator>,
    expression: Compiled,
    into: Option<usize>,
}

impl Bind {
    pub fn new(input: Box<dyn Operator>, expression: Compiled, into: Option<usize>) -> Self {
        Self { input, expression, into }
    }
}

impl Operator for Bind {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while let Some(mut batch) = self.input.next(cx)? {
            cx.check()?;
            let values = self.expression.column(&batch, cx)?;
            let Some(into) = self.into else {
                batch.columns.push(Column::Owned(values));
                return Ok(Some(batch));
            };
            if let Some(batch) = joined(&batch, into, &values) {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }
}

/// The rows whose value in a column is the one given, or that lack either.
fn joined(batch: &Batch, into: usize, values: &[Id]) -> Option<Batch> {
    let (mut keep, mut both) = (Vec::new(), Vec::new());
    for (row, new) in values.iter().enumerate() {
        let old = batch.columns[into].get(row);
        if old == *new || !old.is_bound() || !new.is_bound() {
            keep.push(row as u32);
            both.push(if old.is_bound() { old } else { *new });
        }
    }
    let mut kept = batch.gather(&keep);
    kept.columns[into] = Column::Owned(both);
    (kept.len > 0).then_some(kept)
}

#[cfg(test)]
mod tests {
    use oxrdf::{Literal, Term, Variable};
    use spargebra::algebra::Expression;

    use super::*;
    use crate::eval::Functions;
    use crate::eval::expression::{Compile, compile};
    use crate::eval::operator::testing::{SIZES, context, source};

    /// ?a is the first column, ?b the second.
    fn compiled(expression: &Expression) -> Compiled {
        let columns = |variable: &Variable| ["a", "b"].iter().position(|name| *name == variable.as_str());
        compile(expression, &Compile { columns: &columns, functions: &Functions::default() }).unwrap()
    }

    fn variable(name: &str) -> Box<Expression> {
        Box::new(Expression::Variable(Variable::new_unchecked(name)))
    }

    fn texts(row: &[u32], cx: &Context) -> String {
        let text = |id: &u32| match Id(*id) {
            Id::UNBOUND => "-".to_owned(),
            id => match cx.term(id) {
                Term::Literal(literal) => literal.value().to_owned(),
                other => other.to_string(),
            },
        };
        row.iter().map(text).collect::<Vec<_>>().join(" ")
    }

    /// Pairs of numbers, or of what is no number, or nothing, through an operator.
    fn through(
        rows: &[(&str, &str)],
        make: impl Fn(Box<dyn Operator>) -> Box<dyn Operator>,
        size: usize,
    ) -> Vec<String> {
        let mut cx = context(size);
        let mut id = |text: &str| match (text, text.parse::<i64>()) {
            ("-", _) => 0,
            (_, Ok(number)) => cx.integer(number).0,
            (text, _) => cx.intern(Literal::new_simple_literal(text).into()).0,
        };
        let input: Vec<Vec<u32>> = rows.iter().map(|(a, b)| vec![id(a), id(b)]).collect();
        let mut operator = make(source(2, &input));
        let mut found = Vec::new();
        while let Some(batch) = operator.next(&mut cx).unwrap() {
            assert!(batch.len > 0);
            let row = |row| batch.columns.iter().map(|column| column.get(row).0).collect::<Vec<_>>();
            found.extend((0..batch.len).map(|at| texts(&row(at), &cx)));
        }
        found
    }

    const ROWS: &[(&str, &str)] = &[("1", "2"), ("3", "2"), ("x", "2"), ("-", "2"), ("1", "-"), ("2", "3")];

    /// An error is not true (17.2): the row goes, as where the condition is false.
    #[test]
    fn rows_stay_whose_condition_is_true() {
        let less = Expression::Less(variable("a"), variable("b"));
        for size in SIZES {
            let found = through(ROWS, |input| Box::new(Filter::new(input, compiled(&less))), size);
            assert_eq!(found, ["1 2", "2 3"], "{size}");
        }
        let none = through(&ROWS[1..2], |input| Box::new(Filter::new(input, compiled(&less))), 7);
        assert!(none.is_empty());
    }

    /// Extend (18.5): an expression that fails leaves the variable unbound.
    #[test]
    fn a_value_is_bound_where_there_is_one() {
        let sum = Expression::Add(variable("a"), variable("b"));
        for size in SIZES {
            let found = through(ROWS, |input| Box::new(Bind::new(input, compiled(&sum), None)), size);
            assert_eq!(found, ["1 2 3", "3 2 5", "x 2 -", "- 2 -", "1 - -", "2 3 5"], "{size}");
        }
    }

    /// Where the variable has a value already, it must be that.
    #[test]
    fn a_value_that_is_there_already_must_be_the_same() {
        let one = Expression::Literal(Literal::from(1));
        let same = Expression::Add(variable("a"), Box::new(one));
        let found = through(ROWS, |input| Box::new(Bind::new(input, compiled(&same), Some(1))), 7);
        assert_eq!(found, ["1 2", "x 2", "- 2", "1 2", "2 3"]);
    }
}
