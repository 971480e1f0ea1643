//! Test harness for operators: operators by themselves: rows of numbers go in, rows of numbers come out, in batches of any
//! size. 0 is an unbound variable.

use std::sync::Arc;

use super::{Match, Rows};
use crate::eval::{Cancel, Context, Operator, Variation};
use crate::index::Id;

/// Sizes of batches that tests go through: one row, some, all at once.
pub const SIZES: [usize; 3] = [1, 7, 4_096];

/// An evaluation over no data, whose operators make at most so many rows at once.
pub fn context(rows: usize) -> Context {
    let version = Arc::new(crate::index::build([], 0).unwrap());
    Context::new(version, Cancel::new(), None).with_variation(Some(Variation { seed: 1, rows }))
}

/// An operator that gives these rows.
pub fn source(width: usize, rows: &[Vec<u32>]) -> Box<dyn Operator> {
    let column = |at: usize| rows.iter().map(|row| Id(row[at])).collect();
    Box::new(Rows::new((0..width).map(column).collect(), rows.len()))
}

/// All rows of an operator, in their order.
pub fn drained(mut operator: impl Operator, cx: &mut Context) -> Vec<Vec<u32>> {
    let mut all = Vec::new();
    while let Some(batch) = operator.next(cx).unwrap() {
        assert!(batch.len > 0, "a batch without rows");
        all.extend((0..batch.len).map(|row| batch.columns.iter().map(|column| column.get(row).0).collect::<Vec<_>>()));
    }
    all
}

/// Rows in an order that does not hang on how they were made.
pub fn sorted(mut rows: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
    rows.sort();
    rows
}

/// Rows by chance: as many columns as there are numbers in `below`, each with terms below its number, from `least` on.
pub fn rows(seed: u64, count: usize, below: &[(u32, u32)]) -> Vec<Vec<u32>> {
    let mut state = seed | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    (0..count).map(|_| below.iter().map(|(least, below)| least + next() % (below - least)).collect()).collect()
}

/// Whether two rows are compatible, by the definition (SPARQL 1.1 Query, 18.3).
pub fn compatible(matching: &Match, left: &[u32], right: &[u32]) -> bool {
    matching.keys.iter().all(|(own, other)| left[*own] == right[*other])
        && matching
            .checks
            .iter()
            .all(|(own, other)| left[*own] == right[*other] || left[*own] == 0 || right[*other] == 0)
}

/// How two sides are matched in tests: by a variable that both bind, by one that either may lack, by both.
pub fn matchings() -> [Match; 3] {
    [(vec![(0, 0)], vec![]), (vec![], vec![(1, 1)]), (vec![(0, 0)], vec![(1, 1)])]
        .map(|(keys, checks)| Match { keys, checks })
}

/// Two sides of three columns: one that is bound, one that may be unbound, and the row's own number.
pub fn sides() -> [Vec<Vec<u32>>; 2] {
    let side = |seed, count| {
        let mut side = rows(seed, count, &[(1, 12), (0, 5), (1, 2)]);
        side.iter_mut().zip(1..).for_each(|(row, number)| row[2] = number);
        side
    };
    [side(7, 60), side(11, 45)]
}
