//! Dependent plan: a plan for each row: where what is computed depends on the row's values, or on the graph that they name.

use std::rc::Rc;

use crate::eval::explain::Told;
use crate::eval::{Batch, Context, Operator, Stop};

/// The plan for a row, and its steps if they are told.
pub type Made = (Box<dyn Operator>, Option<Rc<Told>>);

/// Makes the plan for a row, whose values are a part of what it gives.
pub type Make = Box<dyn FnMut(&Batch, usize, &mut Context) -> Result<Made, Stop>>;

/// The rows of one plan after the other.
pub struct ForEach {
    input: Box<dyn Operator>,
    make: Make,
    /// The rows that are gone through, and the next one.
    batch: Option<(Batch, usize)>,
    current: Option<Made>,
    /// What all the plans did.
    told: Option<Rc<Told>>,
}

impl ForEach {
    pub fn new(input: Box<dyn Operator>, make: Make, told: Option<Rc<Told>>) -> Self {
        Self { input, make, batch: None, current: None, told }
    }
}

impl Operator for ForEach {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            cx.check()?;
            if let Some((current, steps)) = &mut self.current {
                if let Some(batch) = current.next(cx)? {
                    return Ok(Some(batch));
                }
                if let (Some(told), Some(steps)) = (&self.told, steps) {
                    told.add(steps);
                }
                self.current = None;
            }
            match &mut self.batch {
                Some((batch, row)) if *row < batch.len => {
                    self.current = Some((self.make)(batch, *row, cx)?);
                    *row += 1;
                }
                _ => match self.input.next(cx)? {
                    Some(batch) => self.batch = Some((batch, 0)),
                    None => {
                        self.batch = None;
                        return Ok(None);
                    }
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::operator::testing::{SIZES, context, drained, source};

    /// A plan for each row: as many rows as its number says, each with the row's number and its own; none for 3.
    #[test]
    fn the_rows_of_each_plan_come_after_those_of_the_row_before() {
        let input: Vec<Vec<u32>> = [2, 0, 3, 1, 0, 12].map(|number| vec![number]).to_vec();
        let expected: Vec<Vec<u32>> =
            input.iter().filter(|row| row[0] != 3).flat_map(|row| (1..=row[0]).map(|at| vec![row[0], at])).collect();
        for size in SIZES {
            let total = Told::new("all".to_owned(), 1.0, Vec::new());
            let make: Make = Box::new(|batch, row, _| {
                let number = batch.columns[0].get(row).0;
                let rows: Vec<Vec<u32>> = (1..=number).filter(|_| number != 3).map(|at| vec![number, at]).collect();
                let told = Told::new(format!("of {}", number % 2), 1.0, Vec::new());
                told.note(rows.len() as u64, std::time::Duration::ZERO);
                Ok((source(2, &rows), Some(told)))
            });
            let each = ForEach::new(source(1, &input), make, Some(total.clone()));
            assert_eq!(drained(each, &mut context(size)), expected, "{size}");
            // Plans of one name are told as one.
            let mut told: Vec<(String, u64)> =
                total.children().iter().map(|plan| (plan.name.clone(), plan.rows())).collect();
            told.sort();
            assert_eq!(told, [("of 0".to_owned(), 14), ("of 1".to_owned(), 1)]);
        }
    }

    #[test]
    fn a_plan_that_cannot_be_made_ends_the_evaluation() {
        let make: Make = Box::new(|_, _, _| Err(Stop::Memory));
        let mut each = ForEach::new(source(1, &[vec![1]]), make, None);
        assert!(matches!(each.next(&mut context(7)), Err(Stop::Memory)));
    }
}
