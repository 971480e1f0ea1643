//! Loading a store: everything that a run brings, gathered by document, one transaction a document.
//!
//! The graphs of documents (`graph/{doc}` and `graph/{doc}/provenance`) are replaced by what the run says of them. All
//! other graphs gain: the register of places, links, reviews, the default graph, graphs of other names. What is there
//! already is left as it is, so the same load twice changes nothing. A store that holds nothing yet is filled by sorted
//! files, all at once.

mod document;
mod error;
mod files;
mod gather;
mod places;
mod rdf;
mod spill;

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use oxrdf::Quad;

use crate::format::Syntax;
use crate::rdf::ReadAs;
use crate::store::{BulkOptions, Change, Store, StoreError};
use crate::{ontology, vocab};

pub use error::LoadError;
pub use files::{Content, FileOptions, LoadInput, Take, load_files, load_inputs, read_files};
use gather::Gather;
pub use rdf::{Open, read_rdf};

/// Quads that are handed to the other thread at once.
const PARCEL: usize = 4096;

/// How a store is loaded.
#[derive(Debug, Clone, Copy)]
pub struct LoadOptions {
    /// Roughly how many megabytes quads may take before they go to temporary files.
    pub memory: usize,
    /// Threads; all processors where not given.
    pub threads: Option<usize>,
    /// Whether a store that lacks the vocabulary with its schemes is given it, so that codes have labels. Files of RDF alone
    /// bring none ([`FileOptions::with_ontology`]).
    pub ontology: bool,
}

impl Default for LoadOptions {
    /// 512 megabytes, with the vocabulary.
    fn default() -> Self {
        Self { memory: 512, threads: None, ontology: true }
    }
}

impl LoadOptions {
    fn bulk(self) -> BulkOptions {
        BulkOptions { threads: self.threads, memory: Some(self.memory) }
    }
}

/// What a load did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Quads that the run brought, those counted that came twice.
    pub quads: u64,
    /// Documents among them.
    pub documents: u64,
    /// What changed in the store.
    pub change: Change,
}

/// Where a load's quads go. They may come in any order.
pub struct Sink<'a>(Way<'a>);

enum Way<'a> {
    Gathered(&'a mut Gather),
    Direct { parcel: Vec<Quad>, outlet: SyncSender<Vec<Quad>>, documents: document::Names },
}

impl Sink<'_> {
    /// Takes one quad. Blank nodes are those of the whole run: two with one label are one node.
    ///
    /// # Errors
    /// [`LoadError::Spill`], [`LoadError::Stopped`]
    pub fn take(&mut self, quad: Quad) -> Result<(), LoadError> {
        match &mut self.0 {
            Way::Gathered(gather) => gather.take(quad),
            Way::Direct { parcel, outlet, documents } => {
                documents.note(&quad);
                parcel.push(quad);
                if parcel.len() < PARCEL {
                    return Ok(());
                }
                let full = std::mem::replace(parcel, Vec::with_capacity(PARCEL));
                outlet.send(full).map_err(|_| LoadError::Stopped)
            }
        }
    }

    /// Says that the run holds all there is to say of the document with this graph, so that what it no longer says goes
    /// from both of the document's graphs. Otherwise only those graphs are replaced that quads come for.
    pub fn whole_document(&mut self, graph: &str) {
        if let Way::Gathered(gather) = &mut self.0 {
            gather.note_whole(graph);
        }
    }

    /// Takes quads that no longer hold; a store that is new does not have them.
    pub fn retract(&mut self, quads: Vec<Quad>) {
        if let Way::Gathered(gather) = &mut self.0 {
            gather.retract(quads);
        }
    }

    fn finish(self) -> Result<u64, LoadError> {
        match self.0 {
            Way::Gathered(_) => Ok(0),
            Way::Direct { parcel, outlet, documents } => {
                outlet.send(parcel).map_err(|_| LoadError::Stopped)?;
                Ok(documents.count())
            }
        }
    }
}

/// Loads into `store` what `produce` hands to the sink. `produce` runs on a thread of its own when the store is empty.
///
/// # Errors
/// What `produce` returns, and nothing is loaded then; [`LoadError::Store`], and every document before the one that
/// failed is loaded whole.
pub fn load<T: Send>(
    store: &dyn Store,
    options: LoadOptions,
    produce: impl FnOnce(&mut Sink<'_>) -> Result<T, LoadError> + Send,
) -> Result<(T, LoadReport), LoadError> {
    if store.is_new()? { load_new(store, options, produce) } else { load_more(store, options, produce) }
}

fn load_more<T>(
    store: &dyn Store,
    options: LoadOptions,
    produce: impl FnOnce(&mut Sink<'_>) -> Result<T, LoadError>,
) -> Result<(T, LoadReport), LoadError> {
    let mut gather = Gather::new(options.memory);
    let mut sink = Sink(Way::Gathered(&mut gather));
    if options.ontology && !store.has_graph(vocab::graph::ontology)? {
        read_ontology(&mut sink)?;
    }
    let product = produce(&mut sink)?;
    let report = gather.load_into(store, options.bulk())?;
    Ok((product, report))
}

fn load_new<T: Send>(
    store: &dyn Store,
    options: LoadOptions,
    produce: impl FnOnce(&mut Sink<'_>) -> Result<T, LoadError> + Send,
) -> Result<(T, LoadReport), LoadError> {
    let (outlet, inlet) = sync_channel(4);
    let (failed, failure) = sync_channel(1);
    thread::scope(|scope| {
        let producer = scope.spawn(move || {
            let mut sink = Sink(Way::Direct { parcel: Vec::new(), outlet, documents: document::Names::default() });
            let ontology = if options.ontology { read_ontology(&mut sink) } else { Ok(()) };
            let result = ontology.and_then(|()| produce(&mut sink)).and_then(|product| Ok((product, sink.finish()?)));
            failed.send(result.is_err()).map_or(Err(LoadError::Stopped), |()| result)
        });
        let added = store.add_all(&mut Inlet::new(inlet, failure), options.bulk());
        let produced = producer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        match (produced, added) {
            // The one that failed first knows why.
            (Err(LoadError::Stopped), Err(error)) => Err(error.into()),
            (Err(error), _) => Err(error),
            (Ok(_), Err(error)) => Err(error.into()),
            (Ok((product, documents)), Ok(quads)) => {
                let change = Change { inserted: store.count_quads()?, removed: 0 };
                Ok((product, LoadReport { quads, documents, change }))
            }
        }
    })
}

fn read_ontology(sink: &mut Sink<'_>) -> Result<(), LoadError> {
    for (name, text) in [("citypact.ttl", ontology::CITYPACT), ("schemes.ttl", ontology::SCHEMES)] {
        let graph = vocab::graph::ontology.into_owned().into();
        let how = ReadAs { graph, ..ReadAs::new(name, Syntax::Turtle) };
        read_rdf(&how, &|| Ok(Box::new(text.as_bytes())), sink)?;
    }
    Ok(())
}

/// The quads that the producer sends, and an error at the end if it failed, so that nothing is committed.
struct Inlet {
    parcels: Receiver<Vec<Quad>>,
    failure: Receiver<bool>,
    parcel: std::vec::IntoIter<Quad>,
    ended: bool,
}

impl Inlet {
    fn new(parcels: Receiver<Vec<Quad>>, failure: Receiver<bool>) -> Self {
        Self { parcels, failure, parcel: Vec::new().into_iter(), ended: false }
    }
}

impl Iterator for Inlet {
    type Item = Result<Quad, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(quad) = self.parcel.next() {
                return Some(Ok(quad));
            }
            match self.parcels.recv() {
                Ok(parcel) => self.parcel = parcel.into_iter(),
                Err(_) if self.ended => return None,
                Err(_) => {
                    self.ended = true;
                    // A producer that panicked sends nothing and has failed as well.
                    return self.failure.recv().unwrap_or(true).then_some(Err(StoreError::Interrupted));
                }
            }
        }
    }
}
