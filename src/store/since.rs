//! What has changed since a commit, as far as the index's files tell; and what was worked out from the state after one.

use std::collections::HashSet;
use std::fs;

use oxrdf::{GraphName, Quad};

use super::document::normalised;
use super::embedded::Embedded;
use super::error::StoreError;
use super::files::{self, ToldChanges};
use crate::atomic;
use crate::index::{Change, Version};

/// Quads that came and went between two states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Since {
    /// Those that are there and were not.
    pub come: Vec<Quad>,
    /// Those that were there and are not.
    pub gone: Vec<Quad>,
}

impl Since {
    /// How many quads there are of either kind.
    pub fn len(&self) -> usize {
        self.come.len() + self.gone.len()
    }

    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Embedded {
    /// What has changed from the state after the commit of number `epoch` to the state `version`. None where that is not known:
    /// the store is in memory, or its index has been built anew since.
    ///
    /// # Errors
    /// [`StoreError::File`] where the index's files are damaged.
    pub fn changes_since(&self, epoch: u64, version: &Version) -> Result<Option<Since>, StoreError> {
        let Some(path) = self.path().filter(|_| epoch <= version.epoch()) else { return Ok(None) };
        if epoch == version.epoch() {
            return Ok(Some(Since::default()));
        }
        let Some(told) = files::changes(path, self.id(), epoch, version.epoch())? else { return Ok(None) };
        Ok(Some(difference(&told)?))
    }

    /// What [`Self::remember`] was told under a name, if that can be read.
    pub fn recall(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.path()?.join(format!("citypact.{name}"))).ok()
    }

    /// Keeps what was worked out from a state beside the store, in the place of what was kept under this name. It is of use to
    /// save time alone, and says itself of which store and state it is; where it cannot be written nothing is lost.
    pub fn remember(&self, name: &str, bytes: &[u8]) {
        let Some(path) = self.path() else { return };
        let _ = atomic::replace(&path.join(format!("citypact.{name}")), bytes);
    }
}

fn difference(told: &ToldChanges) -> Result<Since, StoreError> {
    let old = &told.before;
    let new = old.with_changes(&told.changes, old.epoch()).map_err(StoreError::from)?;
    let mut touched: HashSet<Quad> = HashSet::new();
    for change in &told.changes {
        match change {
            Change::Insert(quad) | Change::Remove(quad) => drop(touched.insert(normalised(quad))),
            Change::Create(_) => {}
            // What came into it meanwhile is touched by its own change.
            Change::Clear(graph) => touched.extend(quads_of(old, graph)),
            Change::Drop(name) => touched.extend(quads_of(old, &name.clone().into())),
        }
    }
    let mut since = Since::default();
    for quad in touched {
        match (holds(old, &quad), holds(&new, &quad)) {
            (false, true) => since.come.push(quad),
            (true, false) => since.gone.push(quad),
            _ => {}
        }
    }
    old.sound()?;
    // The same changes are told in the same order.
    since.come.sort_by_cached_key(ToString::to_string);
    since.gone.sort_by_cached_key(ToString::to_string);
    Ok(since)
}

/// The number of a graph; that of the unnamed one is 0.
fn graph_number(version: &Version, graph: &GraphName) -> Option<u32> {
    match graph {
        GraphName::DefaultGraph => Some(0),
        GraphName::NamedNode(name) => version.graph_number(version.id(name.as_ref().into())?),
        GraphName::BlankNode(name) => version.graph_number(version.id(name.as_ref().into())?),
    }
}

fn quads_of(version: &Version, graph: &GraphName) -> Vec<Quad> {
    let Some(number) = graph_number(version, graph) else { return Vec::new() };
    let mut found = Vec::new();
    for predicate in version.predicates() {
        let Some(segment) = version.segment(*predicate) else { continue };
        let columns = segment.pso();
        let rows = version.rows_of_graph(&segment, number).iter().map(|row| *row as usize);
        found.extend(rows.map(|row| version.quad((columns.key[row], *predicate, columns.value[row], number))));
    }
    found
}

fn holds(version: &Version, quad: &Quad) -> bool {
    version.row(quad).is_some_and(|row| version.holds(row))
}
