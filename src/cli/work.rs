//! Commands that look at all data: the index that they read, within limits, while a bar tells how far they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use oxrdf::NamedNode;

use super::answer::seconds;
use super::backend::{Backend, DataArgs};
use super::edge::Edge;
use super::progress::Unit;
use super::report::{Outcome, Result, of_work};
use crate::index::Version;
use crate::query::{Cancel, Executor, Limits};
use crate::store::{Embedded, IndexOnly, Remote, Store};

/// What the work may use.
#[derive(Debug, Clone, clap::Args)]
pub struct WorkArgs {
    /// Time limit in seconds, from the first quad that is read to the end of the work
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    /// Memory for the work at most, in megabytes: an index that is built for it, what it finds, and its queries
    #[arg(long, value_name = "MB", default_value_t = 4096)]
    limit_memory: u64,
}

impl WorkArgs {
    /// The limits of the library that these arguments stand for.
    pub fn limits(&self) -> Limits {
        Limits { timeout: self.timeout, memory: Some(self.limit_memory.saturating_mul(1 << 20)), ..Limits::default() }
    }

    /// Begins the work.
    pub fn begin(&self) -> Result<Arc<Executor>> {
        Executor::new(self.limits(), &Cancel::new()).map(Arc::new).map_err(of_work)
    }
}

/// All data of a store or of files.
pub struct Whole {
    kept: Kept,
    /// The data.
    pub version: Arc<Version>,
    /// Whether all of the files went through.
    pub outcome: Outcome,
}

enum Kept {
    Store(Backend),
    Files(Arc<IndexOnly>),
}

impl Whole {
    /// Of a store that was opened.
    pub fn of(backend: Backend, executor: &Executor, edge: &Edge) -> Result<Self> {
        let progress = edge.progress("Indexing", Unit::Things("quads"), None);
        let version = backend.index(executor, &|quads| progress.advance(quads as u64)).map_err(of_work)?;
        progress.finish();
        Ok(Self { kept: Kept::Store(backend), version, outcome: Outcome::Done })
    }

    /// Of a store that was opened; of an endpoint nothing but the statements of some predicates.
    pub fn part_of(backend: Backend, predicates: &[NamedNode], executor: &Executor, edge: &Edge) -> Result<Self> {
        let progress = edge.progress("Asking", Unit::Things("quads"), None);
        let version =
            backend.index_of(predicates, executor, &|quads| progress.advance(quads as u64)).map_err(of_work)?;
        progress.finish();
        Ok(Self { kept: Kept::Store(backend), version, outcome: Outcome::Done })
    }

    /// The endpoint, where it is of one.
    pub fn remote(&self) -> Option<&Remote> {
        match &self.kept {
            Kept::Store(backend) => backend.remote(),
            Kept::Files(_) => None,
        }
    }

    /// Of the files that arguments name; `verbatim` where numbers are to stay as they are written.
    pub fn of_files(data: &DataArgs, verbatim: bool, executor: &Arc<Executor>, edge: &Edge) -> Result<Self> {
        let (watched, held) = (executor.clone(), AtomicUsize::new(0));
        let goes_on = move |bytes: usize| {
            let more = bytes.saturating_sub(held.fetch_max(bytes, Ordering::Relaxed));
            watched.reserve(more).is_ok()
        };
        let store = if verbatim { IndexOnly::verbatim() } else { IndexOnly::new() };
        let store = Arc::new(store.asking(goes_on));
        let loaded = data.load_into(store.as_ref(), edge);
        // What stopped the load says more than that it was given up.
        executor.check().map_err(of_work)?;
        let outcome = loaded?;
        Ok(Self { version: store.version().clone(), kept: Kept::Files(store), outcome })
    }

    /// The store, where it is one of this process.
    pub fn embedded(&self) -> Option<&Arc<Embedded>> {
        match &self.kept {
            Kept::Store(backend) => backend.embedded(),
            Kept::Files(_) => None,
        }
    }

    /// What it was read from.
    pub fn store(&self) -> &dyn Store {
        match &self.kept {
            Kept::Store(backend) => backend.store(),
            Kept::Files(store) => store.as_ref(),
        }
    }
}
