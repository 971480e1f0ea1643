//! Quads gathered by document, so that each document is loaded in one transaction wherever its records stood.

use std::collections::{HashMap, HashSet};

use oxrdf::{NamedNode, Quad};

use super::LoadReport;
use super::document::document_graph;
use super::error::LoadError;
use super::spill::Spill;
use crate::rdf::quad_bytes;
use crate::store::{BulkOptions, Change, Document, Store};
use crate::vocab;

/// From so many new quads on, sorted files are faster than transactions.
const BULK: usize = 50_000;

/// Quads by the graph of their document; those of shared graphs stand apart.
#[derive(Default)]
struct Groups {
    documents: HashMap<Box<str>, Vec<Quad>>,
    shared: Vec<Quad>,
    size: usize,
}

impl Groups {
    fn take(&mut self, quad: Quad) {
        self.size += quad_bytes(quad.as_ref());
        match document_graph(&quad.graph_name) {
            None => self.shared.push(quad),
            Some(name) => match self.documents.get_mut(name) {
                Some(quads) => quads.push(quad),
                None => {
                    self.documents.insert(name.into(), vec![quad]);
                }
            },
        }
    }

    fn into_quads(self) -> impl Iterator<Item = Quad> {
        self.shared.into_iter().chain(self.documents.into_values().flatten())
    }
}

/// Gathers quads in memory up to a bound, then in temporary files.
pub(super) struct Gather {
    groups: Groups,
    limit: usize,
    spill: Option<Spill>,
    quads: u64,
    whole: HashSet<Box<str>>,
    retracted: Vec<Quad>,
}

impl Gather {
    /// With a bound in megabytes.
    pub(super) fn new(megabytes: usize) -> Self {
        Self {
            groups: Groups::default(),
            limit: megabytes.saturating_mul(1_000_000),
            spill: None,
            quads: 0,
            whole: HashSet::new(),
            retracted: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, quad: Quad) -> Result<(), LoadError> {
        self.quads += 1;
        self.groups.take(quad);
        if self.groups.size > self.limit { self.spill() } else { Ok(()) }
    }

    /// Notes that the run says all there is to say of the document with this graph.
    pub(super) fn note_whole(&mut self, graph: &str) {
        self.whole.insert(graph.into());
    }

    /// Notes quads that no longer hold.
    pub(super) fn retract(&mut self, mut quads: Vec<Quad>) {
        self.retracted.append(&mut quads);
    }

    fn spill(&mut self) -> Result<(), LoadError> {
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill::new()?),
        };
        std::mem::take(&mut self.groups).into_quads().try_for_each(|quad| spill.write(&quad))
    }

    /// Loads everything: what is shared first, so that no document ever refers to places that are not there.
    pub(super) fn load_into(mut self, store: &dyn Store, options: BulkOptions) -> Result<LoadReport, LoadError> {
        let mut report = LoadReport { quads: self.quads, ..LoadReport::default() };
        report.change += remove(&self.retracted, store)?;
        if self.spill.is_some() {
            self.spill()?;
        }
        let Some(spill) = self.spill else {
            load_groups(self.groups, &self.whole, store, options, &mut report)?;
            return Ok(report);
        };
        for part in spill.parts()? {
            let mut groups = Groups::default();
            part.read(|quad| groups.take(quad))?;
            load_groups(groups, &self.whole, store, options, &mut report)?;
        }
        Ok(report)
    }
}

fn load_groups(
    groups: Groups,
    whole: &HashSet<Box<str>>,
    store: &dyn Store,
    options: BulkOptions,
    report: &mut LoadReport,
) -> Result<(), LoadError> {
    report.documents += groups.documents.len() as u64;
    report.change += add(groups.shared, store, options)?;
    let (mut known, mut new, mut new_quads) = (Vec::new(), Vec::new(), 0);
    for (name, quads) in groups.documents {
        let document = Document { graphs: graphs(&name, &quads, whole.contains(&name)), quads };
        if is_new(&document, store)? {
            new_quads += document.quads.len();
            new.push(document);
        } else {
            known.push(document);
        }
    }
    // Not in parts: each document is one transaction.
    if new_quads >= BULK && store.adds_at_once() {
        let quads = new.drain(..).flat_map(|document| document.quads);
        report.change += bulk(quads, store, options)?;
    }
    for document in new.iter().chain(&known) {
        report.change += store.load(document)?;
    }
    Ok(())
}

/// Removes quads, and counts them.
fn remove(quads: &[Quad], store: &dyn Store) -> Result<Change, LoadError> {
    if quads.is_empty() {
        return Ok(Change::default());
    }
    let before = store.count_quads()?;
    store.remove(quads)?;
    Ok(Change { inserted: 0, removed: before.saturating_sub(store.count_quads()?) })
}

/// Adds quads of shared graphs, many or few.
fn add(quads: Vec<Quad>, store: &dyn Store, options: BulkOptions) -> Result<Change, LoadError> {
    if quads.is_empty() {
        return Ok(Change::default());
    }
    if quads.len() >= BULK {
        return bulk(quads.into_iter(), store, options);
    }
    Ok(store.load(&Document { graphs: Vec::new(), quads })?)
}

/// Adds many quads, of which some may be there: an engine elsewhere, for which counting may be hard work, tells those, too.
fn bulk(quads: impl Iterator<Item = Quad>, store: &dyn Store, options: BulkOptions) -> Result<Change, LoadError> {
    let mut quads = quads.map(Ok);
    if !store.adds_at_once() {
        return Ok(Change { inserted: store.add_all(&mut quads, options)?, removed: 0 });
    }
    let before = store.count_quads()?;
    store.add_all(&mut quads, options)?;
    Ok(Change { inserted: store.count_quads()?.saturating_sub(before), removed: 0 })
}

/// The graphs that a document's quads replace: both of its graphs if the run says all there is to say of it, else those
/// that the quads name.
fn graphs(name: &str, quads: &[Quad], is_whole: bool) -> Vec<NamedNode> {
    let both = [NamedNode::new_unchecked(name), NamedNode::new_unchecked(vocab::graph::provenance_of(name))];
    let is_named = |graph: &NamedNode| quads.iter().any(|quad| quad.graph_name.as_ref() == graph.as_ref().into());
    both.into_iter().filter(|graph| is_whole || is_named(graph)).collect()
}

fn is_new(document: &Document, store: &dyn Store) -> Result<bool, LoadError> {
    for graph in &document.graphs {
        if store.has_graph(graph.as_ref())? {
            return Ok(false);
        }
    }
    Ok(true)
}
