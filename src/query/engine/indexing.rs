//! Ad-hoc index: building an index for work over all data, within its limits.

use std::sync::Arc;

use oxrdf::Quad;

use super::prepared::Executor;
use crate::index::{Builder, TooLarge, Version};
use crate::query::QueryError;

/// Quads after which it is looked whether to go on.
const PARCEL: usize = 4_096;

/// An index that is being built.
pub struct Indexing<'e> {
    builder: Builder,
    held: usize,
    executor: &'e Executor,
    told: &'e (dyn Fn(usize) + Sync),
}

impl<'e> Indexing<'e> {
    /// Of nothing yet. `told` hears of quads that were taken in.
    pub fn new(executor: &'e Executor, told: &'e (dyn Fn(usize) + Sync)) -> Self {
        Self { builder: Builder::new(), held: 0, executor, told }
    }

    /// Takes a quad in, as stores keep it.
    ///
    /// # Errors
    /// [`QueryError::Store`] where there are more terms than numbers, and those of [`Executor::reserve`].
    pub fn push(&mut self, quad: &Quad) -> Result<(), QueryError> {
        let too_large = |TooLarge| QueryError::Store("there are more terms than an index can hold".into());
        self.builder.push_stored(quad).map_err(too_large)?;
        if self.builder.len().is_multiple_of(PARCEL) {
            let bytes = self.builder.bytes();
            self.executor.reserve(bytes.saturating_sub(self.held))?;
            self.held = bytes;
            (self.told)(PARCEL);
        }
        Ok(())
    }

    /// The index.
    pub fn finish(self) -> Arc<Version> {
        Arc::new(self.builder.finish(0))
    }
}
