//! The fuzz targets, with what the tests lend them: the reference evaluator, and two readers of every syntax.

#[path = "../../tests/it/reference/mod.rs"]
mod reference;
#[path = "../../tests/it/round_trip.rs"]
mod round_trip;
pub mod targets;
