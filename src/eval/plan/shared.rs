//! Planning context: what all plans of one query share.

use std::sync::Arc;

use super::dataset::Dataset;
use super::names::Names;
use crate::eval::{Functions, Service};

/// What all plans of one query share: the names of its variables, its dataset, what it may call and whom it may ask.
pub struct Shared {
    pub names: Names,
    pub dataset: Dataset,
    pub functions: Arc<Functions>,
    pub services: Option<Service>,
}
