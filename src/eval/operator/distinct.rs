//! Duplicate elimination, projection and slice: projection, DISTINCT, LIMIT and OFFSET.

use super::Seen;
use crate::eval::{Batch, Context, Operator, Stop};

/// Some columns.
pub struct Project {
    pub input: Box<dyn Operator>,
    pub columns: Vec<Option<usize>>,
}

impl Operator for Project {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        Ok(self.input.next(cx)?.map(|batch| batch.project(&self.columns)))
    }
}

/// Each row once, where it comes first.
pub struct Distinct {
    input: Box<dyn Operator>,
    columns: Vec<usize>,
    seen: Seen,
}

impl Distinct {
    /// Rows differ in one of these columns at least.
    pub fn new(input: Box<dyn Operator>, columns: Vec<usize>) -> Self {
        let seen = Seen::new(columns.len());
        Self { input, columns, seen }
    }
}

impl Operator for Distinct {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while let Some(batch) = self.input.next(cx)? {
            cx.check()?;
            let keep = self.seen.new_in(&batch, &self.columns, cx)?;
            if !keep.is_empty() {
                return Ok(Some(if keep.len() == batch.len { batch } else { batch.gather(&keep) }));
            }
        }
        self.seen.drop_rows(cx);
        Ok(None)
    }
}

/// Rows that are as good once as often: those that have come already are left out, as long as they are many.
pub struct Thin {
    input: Box<dyn Operator>,
    columns: Vec<usize>,
    seen: Seen,
    /// Rows that came and rows that were new since the last look at how many that is.
    rows: usize,
    new: usize,
    gives_all: bool,
}

/// Rows after which it is looked at whether leaving some out is worth it.
const TRIED: usize = 8 * 4_096;

impl Thin {
    /// Over all columns of the input.
    pub fn new(input: Box<dyn Operator>) -> Self {
        Self { input, columns: Vec::new(), seen: Seen::new(0), rows: 0, new: 0, gives_all: false }
    }

    fn begin(&mut self, width: usize) {
        self.columns = (0..width).collect();
        self.seen = Seen::new(width);
        (self.rows, self.new, self.gives_all) = (0, 0, false);
    }

    fn weigh(&mut self, rows: usize, new: usize, cx: &mut Context) {
        self.rows += rows;
        self.new += new;
        if self.rows >= TRIED {
            self.gives_all = self.new * 4 > self.rows * 3;
            (self.rows, self.new) = (0, 0);
        }
        if self.gives_all {
            self.seen.drop_rows(cx);
        }
    }
}

impl Operator for Thin {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while let Some(batch) = self.input.next(cx)? {
            if self.columns.len() != batch.columns.len() {
                self.begin(batch.columns.len());
            }
            if self.gives_all || batch.columns.is_empty() {
                return Ok(Some(batch));
            }
            cx.check()?;
            let keep = self.seen.new_in(&batch, &self.columns, cx)?;
            self.weigh(batch.len, keep.len(), cx);
            if !keep.is_empty() {
                return Ok(Some(if keep.len() == batch.len { batch } else { batch.gather(&keep) }));
            }
        }
        // What is fed is asked again, about other rows.
        self.seen.drop_rows(cx);
        self.columns.clear();
        Ok(None)
    }
}

/// Some rows from a place on.
pub struct Slice {
    pub input: Box<dyn Operator>,
    pub skip: usize,
    pub left: usize,
}

impl Operator for Slice {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while self.left > 0 {
            let Some(batch) = self.input.next(cx)? else { return Ok(None) };
            let skipped = self.skip.min(batch.len);
            self.skip -= skipped;
            let taken = (batch.len - skipped).min(self.left);
            self.left -= taken;
            if taken == batch.len {
                return Ok(Some(batch));
            }
            if taken > 0 {
                return Ok(Some(batch.slice(skipped..skipped + taken)));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::operator::testing::{SIZES, context, drained, rows, source};

    #[test]
    fn each_row_comes_once_and_where_it_came_first() {
        for width in 1..4 {
            let input = rows(3, 300, &vec![(0, 4); width]);
            let mut expected: Vec<Vec<u32>> = Vec::new();
            for row in &input {
                if !expected.contains(row) {
                    expected.push(row.clone());
                }
            }
            for size in SIZES {
                let distinct = Distinct::new(source(width, &input), (0..width).collect());
                assert_eq!(drained(distinct, &mut context(size)), expected);
                assert_eq!(drained(Thin::new(source(width, &input)), &mut context(size)), expected);
            }
        }
    }

    #[test]
    fn memory_is_given_back() {
        let mut cx = context(7);
        let input = rows(3, 500, &[(0, 9); 3]);
        let mut peak = || {
            drained(Distinct::new(source(3, &input), vec![0, 1, 2]), &mut cx);
            cx.peak()
        };
        assert_eq!((peak() > 0, peak()), (true, peak()), "a second time needs no more");
    }

    #[test]
    fn a_slice_begins_and_ends_anywhere() {
        let input: Vec<Vec<u32>> = (1..=20).map(|number| vec![number]).collect();
        for (skip, left) in [(0, 0), (0, 20), (3, 5), (18, 5), (20, 1), (7, usize::MAX)] {
            let expected: Vec<_> = input.iter().skip(skip).take(left).cloned().collect();
            for size in SIZES {
                let slice = Slice { input: source(1, &input), skip, left };
                assert_eq!(drained(slice, &mut context(size)), expected, "{skip} {left} {size}");
            }
        }
    }

    #[test]
    fn a_projection_may_show_what_is_not_there() {
        let project = Project { input: source(2, &[vec![1, 2], vec![3, 4]]), columns: vec![Some(1), None, Some(1)] };
        assert_eq!(drained(project, &mut context(7)), [[2, 0, 2], [4, 0, 4]]);
    }
}
