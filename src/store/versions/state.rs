//! A version, and what has been published since it was made.

use std::sync::Arc;

use crate::index::{Change, TooLarge, Version};

/// More changes than these, and than a tenth of the quads, are not kept: building again is quicker.
const MOST_PENDING: usize = 100_000;

#[derive(Default)]
pub(super) struct State {
    pub(super) version: Option<Arc<Version>>,
    pub(super) pending: Vec<Change>,
    pub(super) epoch: u64,
    /// Whether a commit is being made: what the engine holds may be that of this epoch already, or of the one to come.
    pub(super) changing: bool,
    /// Whether a base is being built elsewhere, and what has changed since it was begun.
    pub(super) busy: bool,
    pub(super) since: Option<Vec<Change>>,
    /// Grows when what is being built elsewhere is of no use any more.
    pub(super) generation: u64,
    /// Why no version can be built of the present state.
    pub(super) failed: Option<String>,
}

impl State {
    /// Something is being built elsewhere from now on.
    pub(super) fn begin(&mut self) {
        self.busy = true;
        self.generation += 1;
        self.since = None;
    }

    pub(super) fn forget(&mut self) {
        self.version = None;
        self.pending = Vec::new();
        self.failed = None;
        self.give_up();
    }

    /// What is built elsewhere is of no use any more; what there is stays.
    pub(super) fn give_up(&mut self) {
        self.busy = false;
        self.since = None;
        self.generation += 1;
    }

    pub(super) fn most_pending(&self) -> usize {
        MOST_PENDING.max(self.version.as_ref().map_or(0, |version| version.quads() / 10))
    }

    /// Takes changes in. Where too many have gathered they become a version if one is kept on disk; it is forgotten
    /// otherwise.
    pub(super) fn add(&mut self, changes: Vec<Change>, is_kept: bool) {
        let most = self.most_pending();
        if is_kept && self.version.is_some() && self.pending.len() + changes.len() > most {
            self.give_up();
            self.pending.extend(changes);
            if self.settle().is_err() {
                self.forget();
            }
            return;
        }
        if self.pending.len().max(self.since.as_ref().map_or(0, Vec::len)) + changes.len() > most {
            return self.forget();
        }
        if let Some(since) = &mut self.since {
            since.extend(changes.iter().cloned());
        }
        if self.version.is_some() {
            self.pending.extend(changes);
        }
    }

    /// The version with what is pending.
    pub(super) fn settle(&mut self) -> Result<Option<Arc<Version>>, TooLarge> {
        let Some(version) = &self.version else { return Ok(None) };
        if version.epoch() == self.epoch && self.pending.is_empty() {
            return Ok(Some(version.clone()));
        }
        let version = Arc::new(version.with_changes(&self.pending, self.epoch)?);
        self.pending.clear();
        self.version = Some(version.clone());
        Ok(Some(version))
    }
}
