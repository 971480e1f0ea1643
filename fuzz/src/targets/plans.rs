//! Queries over the index, by the plan that the planner makes and by one that is made by chance, against the reference
//! evaluator: the bytes choose the data and the query.

use crate::reference::fault;

pub fn run(bytes: &[u8]) {
    if let Some(fault) = fault(bytes) {
        panic!("{fault}");
    }
}
