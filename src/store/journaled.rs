//! A store in memory out of a journal, and a journal out of a store.

use std::path::Path;

use oxrdf::Quad;

use super::embedded::{filled, ox};
use super::error::StoreError;
use super::journal::{Found, Push, read, write_anew};
use crate::index::{Builder, Change};

/// Quads are put into the store so many at a time.
const BATCH: usize = 100_000;

/// What a journal says.
pub(super) struct Replayed {
    pub(super) store: ox::Store,
    /// Its index; `None` where it is to be built from the store.
    pub(super) index: Option<Builder>,
    pub(super) found: Found,
}

/// Carries out all changes of a journal.
pub(super) fn replay(directory: &Path) -> Result<Replayed, StoreError> {
    let store = ox::Store::new()?;
    let (mut index, mut new) = (Some(Builder::new()), Vec::new());
    let found = read(directory, |change| {
        if let Change::Insert(quad) = change {
            index = index.take().and_then(|index| filled(index, &quad));
            new.push(quad);
            return if new.len() < BATCH { Ok(()) } else { insert(&store, &mut new) };
        }
        // A builder cannot forget.
        index = None;
        insert(&store, &mut new)?;
        apply(&store, &change)
    })?;
    insert(&store, &mut new)?;
    Ok(Replayed { store, index, found })
}

fn insert(store: &ox::Store, new: &mut Vec<Quad>) -> Result<(), StoreError> {
    if !new.is_empty() {
        let mut loader = store.bulk_loader();
        loader.load_quads(new.drain(..))?;
        loader.commit()?;
    }
    Ok(())
}

fn apply(store: &ox::Store, change: &Change) -> Result<(), StoreError> {
    match change {
        Change::Insert(quad) => store.insert(quad)?,
        Change::Remove(quad) => store.remove(quad)?,
        Change::Create(name) => store.insert_named_graph(name)?,
        Change::Clear(graph) => store.clear_graph(graph)?,
        Change::Drop(name) => store.remove_named_graph(name)?,
    }
    Ok(())
}

/// What makes the store of nothing.
pub(super) fn fill(store: &ox::Store, push: &mut Push<'_>) -> Result<(), StoreError> {
    for graph in store.named_graphs() {
        push(&Change::Create(graph?))?;
    }
    for quad in store.quads_for_pattern(None, None, None, None) {
        push(&Change::Insert(quad?))?;
    }
    Ok(())
}

/// Writes a journal of the store into the new directory `target`.
pub(super) fn copy(store: &ox::Store, target: &Path) -> Result<(), StoreError> {
    std::fs::create_dir(target).map_err(StoreError::file(target))?;
    write_anew(target, |push| fill(store, push))
}
