//! Duplicate detection: rows that have come already: a set of ids where they have one column, of pairs where they have two,
//! else a table.

use hashbrown::HashSet;

use super::{IdSet, Table};
use crate::eval::{Batch, Context, Stop};

/// Rows, each once, told apart by some columns.
pub enum Seen {
    One(IdSet),
    Pairs { pairs: HashSet<u64>, held: usize },
    Rows(Table),
}

/// What a pair takes in a set that is half full.
const PAIR: usize = 2 * size_of::<u64>();
/// For how many memory is reserved at once.
const AT_ONCE: usize = 256;

impl Seen {
    /// `width` is the number of the columns.
    pub fn new(width: usize) -> Self {
        match width {
            1 => Self::One(IdSet::default()),
            2 => Self::Pairs { pairs: HashSet::new(), held: 0 },
            _ => Self::Rows(Table::new(width, (0..width).collect())),
        }
    }

    /// Adds a row of a batch, told apart by these columns; whether it is new.
    pub fn insert(&mut self, batch: &Batch, row: usize, columns: &[usize], cx: &mut Context) -> Result<bool, Stop> {
        let id = |at: usize| batch.columns[columns[at]].get(row);
        match self {
            Self::One(ids) => ids.insert(id(0), cx),
            Self::Pairs { pairs, held } => {
                let is_new = pairs.insert(u64::from(id(0).0) << 32 | u64::from(id(1).0));
                if is_new && pairs.len() % AT_ONCE == 1 {
                    *held += AT_ONCE * PAIR;
                    cx.reserve(AT_ONCE * PAIR)?;
                }
                Ok(is_new)
            }
            Self::Rows(table) => Ok(table.entry(batch, row, columns, cx)?.1),
        }
    }

    /// The rows of a batch that are new.
    pub fn new_in(&mut self, batch: &Batch, columns: &[usize], cx: &mut Context) -> Result<Vec<u32>, Stop> {
        let mut keep = Vec::new();
        for row in 0..batch.len {
            if self.insert(batch, row, columns, cx)? {
                keep.push(row as u32);
            }
        }
        Ok(keep)
    }

    /// Gives its memory back.
    pub fn drop_rows(&mut self, cx: &mut Context) {
        match self {
            Self::One(ids) => ids.drop_ids(cx),
            Self::Pairs { pairs, held } => {
                *pairs = HashSet::new();
                cx.release(std::mem::take(held));
            }
            Self::Rows(table) => table.drop_rows(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::operator::testing::{context, rows, source};

    #[test]
    fn columns_that_are_asked_for_tell_rows_apart() {
        let input = rows(9, 400, &[(0, 5), (0, 5), (0, 5), (1, 400)]);
        for columns in [vec![1], vec![2, 0], vec![0, 1, 2]] {
            let (mut cx, mut seen, mut known) = (context(4_096), Seen::new(columns.len()), HashSet::new());
            let batch = source(4, &input).next(&mut cx).unwrap().unwrap();
            let new: Vec<u32> = seen.new_in(&batch, &columns, &mut cx).unwrap();
            let key = |row: &Vec<u32>| columns.iter().map(|at| row[*at]).collect::<Vec<_>>();
            let expected: Vec<u32> =
                (0..).zip(&input).filter(|(_, row)| known.insert(key(row))).map(|(at, _)| at).collect();
            assert_eq!(new, expected);
            seen.drop_rows(&mut cx);
            assert_eq!(seen.new_in(&batch, &columns, &mut cx).unwrap(), expected, "forgotten");
        }
    }
}
