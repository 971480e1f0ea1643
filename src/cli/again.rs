//! Work after a change: what was worked out from an earlier state of a store, and what has changed since.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::edge::Edge;
use super::report::{Failure, Result};
use super::work::Whole;
use crate::index::{Change, Row, Version};
use crate::ontology::{CITYPACT, SCHEMES};
use crate::store::{Embedded, Since};

/// What was kept, of which state of which store, and by whom it was worked out.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Kept<T> {
    store: String,
    epoch: u64,
    by: String,
    what: T,
}

/// Two states of the data, and what changed between them.
pub struct Changes {
    /// The number of the earlier state.
    pub epoch: u64,
    /// What changed.
    pub since: Since,
}

/// The earlier state by the numbers of the present one, and what changed by them.
pub struct Numbered {
    /// The earlier state.
    pub old: Arc<Version>,
    /// Quads that came.
    pub come: Vec<Row>,
    /// Quads that went.
    pub gone: Vec<Row>,
}

/// What is another for every other program, vocabulary, and what it was given (`of`).
pub fn by(of: &str) -> String {
    let vocabulary = [CITYPACT, SCHEMES].iter().fold(blake3::Hasher::new(), |mut hasher, text| {
        hasher.update(text.as_bytes());
        hasher
    });
    format!("{} {} {of}", env!("CARGO_PKG_VERSION"), vocabulary.finalize().to_hex())
}

/// Says, of data behind an endpoint, that everything is looked at, and why: which state it is in, and what changed since another, is
/// nothing that the protocols of SPARQL tell.
pub fn say_of_endpoint(data: &Whole, edge: &Edge) {
    if data.remote().is_some() {
        edge.say(
            "Everything is looked at: an endpoint does not tell what changed since the last time. Of a store that no server holds \
             only what changed is looked at.",
        );
    }
}

/// What was kept under a name by the same program for the same purpose, with what has changed since, where both are known.
pub fn recalled<T: DeserializeOwned>(data: &Whole, name: &str, by: &str, edge: &Edge) -> Result<Option<(T, Changes)>> {
    let Some(store) = data.embedded() else { return Ok(None) };
    let kept = store.recall(name).and_then(|bytes| serde_json::from_slice::<Kept<T>>(&bytes).ok());
    let Some(kept) = kept.filter(|kept| kept.store == store.id() && kept.by == by) else { return Ok(None) };
    let since = store.changes_since(kept.epoch, &data.version)?;
    if since.is_none() {
        edge.say(format_args!(
            "The store no longer tells what changed since state {}: everything is looked at.",
            kept.epoch
        ));
    }
    Ok(since.map(|since| (kept.what, Changes { epoch: kept.epoch, since })))
}

/// Keeps what was worked out from a state of the store.
pub fn remember<T: Serialize>(store: Option<&Arc<Embedded>>, name: &str, by: &str, epoch: u64, what: &T) {
    let Some(store) = store else { return };
    let kept = Kept { store: store.id().to_owned(), epoch, by: by.to_owned(), what };
    if let Ok(bytes) = serde_json::to_vec(&kept) {
        store.remember(name, &bytes);
    }
}

impl Changes {
    /// The earlier state, made of the present one.
    pub fn numbered(&self, new: &Version) -> Result<Numbered> {
        let Since { come, gone } = &self.since;
        let back: Vec<Change> =
            come.iter().cloned().map(Change::Remove).chain(gone.iter().cloned().map(Change::Insert)).collect();
        let old = new.with_changes(&back, self.epoch).map_err(|error| Failure::from(anyhow::Error::from(error)))?;
        let rows = |version: &Version, quads: &[oxrdf::Quad]| -> Vec<Row> {
            quads.iter().filter_map(|quad| version.row(quad)).collect()
        };
        Ok(Numbered { come: rows(new, come), gone: rows(&old, gone), old: Arc::new(old) })
    }
}
