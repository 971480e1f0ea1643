//! Consistency check: whether the index of a store on disk says what the store holds.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use oxrdf::{NamedOrBlankNode, Quad};

use super::directory::{is_rocksdb, is_store, must_be_present};
use super::embedded::{Embedded, ox};
use super::error::StoreError;
use super::files::{self, Found};
use super::lock::Lock;
use super::meta::Meta;
use super::opening::open_disk_read_only;
use super::overlay::{Overlay, named_graphs};
use super::quads::{Asked, Quads};
use crate::index::Version;

/// So many differences are kept; all are counted.
const MOST: usize = 10;

/// How an index stands to its store.
#[derive(Debug)]
pub enum Agreement {
    /// It was compared quad by quad, or checked in itself where it is the store.
    Compared(Differences),
    /// There is none.
    Missing,
    /// It is of another state, and of no use.
    Stale {
        /// The index's epoch.
        index: u64,
        /// The store's.
        store: u64,
    },
    /// It cannot be read, and of no use.
    Damaged(StoreError),
}

/// In what an index and its store differ.
#[derive(Debug, Default)]
pub struct Differences {
    /// Quads of the index.
    pub quads: u64,
    /// How many quads and graphs are in one of the two only.
    pub count: u64,
    /// The first of them.
    pub first: Vec<Difference>,
}

/// A quad or a graph that is in one of the two only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Whether it is the index that has it.
    pub in_index: bool,
    /// What it is.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "only in the {}: {}", if self.in_index { "index" } else { "store" }, self.what)
    }
}

impl Differences {
    fn note(&mut self, in_index: bool, what: impl fmt::Display) {
        self.count += 1;
        if self.first.len() < MOST {
            self.first.push(Difference { in_index, what: what.to_string() });
        }
    }
}

impl Embedded {
    /// Compares the index of the store in the directory `path` with what the store holds. Nobody may be writing to it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Locked`], [`StoreError::Storage`]; where the index is the store,
    /// [`StoreError::File`] and [`StoreError::Damaged`].
    pub fn check_index(path: &Path) -> Result<Agreement, StoreError> {
        if !is_store(path)? {
            return Err(StoreError::NotFound(path.to_owned()));
        }
        must_be_present(path)?;
        let _lock = Lock::shared(path)?;
        if !is_rocksdb(path)? {
            return checked_alone(files::read(path)?).map(Agreement::Compared);
        }
        if !files::are_there(path)? {
            return Ok(Agreement::Missing);
        }
        let meta = Meta::open_read_only(path)?;
        let found = match files::read(path) {
            Ok(found) => found,
            Err(error) => return Ok(Agreement::Damaged(error)),
        };
        let (index, store) = (found.version.epoch(), meta.epoch());
        if found.id() != meta.id() || index != store {
            return Ok(Agreement::Stale { index, store });
        }
        match compared(&Arc::new(found.version), &open_disk_read_only(path)?) {
            Err(error @ StoreError::Damaged(_)) => Ok(Agreement::Damaged(error)),
            compared => compared.map(Agreement::Compared),
        }
    }
}

fn compared(version: &Arc<Version>, engine: &ox::Store) -> Result<Differences, StoreError> {
    let mut found = Differences { quads: version.quads() as u64, ..Differences::default() };
    let index = Overlay::new(version.clone());
    for quad in engine.quads_for_pattern(None, None, None, None) {
        let quad = quad?;
        if !index.contains(quad.as_ref())? {
            found.note(false, quad);
        }
    }
    for quad in Quads::of_index(version.clone(), Asked::default()) {
        let quad: Quad = quad?;
        if !engine.contains(&quad)? {
            found.note(true, quad);
        }
    }
    let graphs = named_graphs(version)?;
    for graph in &graphs {
        if !engine.contains_named_graph(graph)? {
            found.note(true, format_args!("the graph {graph}"));
        }
    }
    for graph in engine.named_graphs() {
        let graph: NamedOrBlankNode = graph?;
        if !index.contains_graph(graph.as_ref())? {
            found.note(false, format_args!("the graph {graph}"));
        }
    }
    Ok(found)
}

/// There is nothing to compare with: every block is read, and every quad must be found by its terms.
fn checked_alone(found: Found) -> Result<Differences, StoreError> {
    let version = Arc::new(found.version);
    let mut differences = Differences { quads: version.quads() as u64, ..Differences::default() };
    let index = Overlay::new(version.clone());
    let (mut count, mut by_object) = (0, 0);
    for quad in Quads::of_index(version.clone(), Asked::default()) {
        let quad = quad?;
        count += 1;
        if !index.contains(quad.as_ref())? {
            differences.note(true, quad);
        }
    }
    for segment in version.predicates().iter().filter_map(|predicate| version.segment(*predicate)) {
        by_object += segment.pos().graph.iter().map(|set| version.graphs_of(*set).count()).sum::<usize>();
    }
    version.sound()?;
    if count != version.quads() || by_object != count {
        differences
            .note(true, format_args!("{count} quads by subject and {by_object} by object, of {}", version.quads()));
    }
    Ok(differences)
}
