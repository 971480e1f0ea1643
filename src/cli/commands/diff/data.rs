//! What is compared: stores, files of RDF or of records, folders of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use oxrdf::{GraphNameRef, NamedNodeRef, NamedOrBlankNodeRef, Quad, QuadRef, TermRef};

use crate::cli::backend::{Backend, TargetArgs};
use crate::cli::edge::Edge;
use crate::cli::endpoint::OpenedArgs;
use crate::cli::progress::Unit;
use crate::cli::report::{Failure, Result, of_work};
use crate::cli::{files, input};
use crate::index::{GraphFilter, Selection, Version, normal};
use crate::load::{Content, FileOptions, LoadError, read_files};
use crate::place::Register;
use crate::query::{Executor, Limits};
use crate::rdf::{CompareError, Side, canonical_quad};
use crate::store::is_store;
use crate::vocab;

/// The statement by which the vocabulary says what it is.
const DECLARED: [NamedNodeRef<'static>; 3] = [vocab::ONTOLOGY, vocab::rdf::type_, vocab::owl::Ontology];

/// What is known of a data set as a whole.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) is_store: bool,
    /// Whether there is something in the unnamed graph.
    pub(super) unnamed: bool,
    /// Whether there is something in a named graph other than that of the vocabulary.
    pub(super) named: bool,
    /// Whether there is something in the graph of the vocabulary.
    pub(super) vocabulary: bool,
    /// Whether the vocabulary is stated in the unnamed graph, and in any.
    declared_unnamed: bool,
    declared: bool,
}

impl Facts {
    /// Of a store.
    pub(super) fn of(version: &Arc<Version>) -> Self {
        let vocabulary = version.id(vocab::graph::ontology.into());
        let filled = version.graphs().iter().filter(|graph| graph.quads > 0);
        let named = filled.clone().any(|graph| Some(graph.id) != vocabulary);
        let declared = DECLARED.map(|node| version.id(node.into()));
        let states = |pattern, graphs| Selection::new(version.clone(), graphs).triples(pattern).next().is_some();
        let declares = |graphs| declared.iter().all(Option::is_some) && states(declared, graphs);
        Self {
            is_store: true,
            unnamed: states([None; 3], GraphFilter::One(0)),
            named,
            vocabulary: filled.clone().any(|graph| Some(graph.id) == vocabulary),
            declared_unnamed: declares(GraphFilter::One(0)),
            declared: declares(GraphFilter::Any),
        }
    }

    /// Notes what a quad shows.
    fn note(&mut self, quad: QuadRef<'_>) {
        let declares = quad.predicate == DECLARED[1]
            && quad.subject == NamedOrBlankNodeRef::from(DECLARED[0])
            && quad.object == TermRef::from(DECLARED[2]);
        self.declared |= declares;
        match quad.graph_name {
            GraphNameRef::DefaultGraph => {
                self.unnamed = true;
                self.declared_unnamed |= declares;
            }
            GraphNameRef::NamedNode(name) if name == vocab::graph::ontology => self.vocabulary = true,
            _ => self.named = true,
        }
    }

    /// Whether the vocabulary is among the graphs, or, in a syntax without graphs, in it.
    pub(super) fn has_vocabulary(&self, merge: bool) -> bool {
        self.vocabulary || if merge { self.declared } else { self.declared_unnamed }
    }
}

/// All but a graph.
pub(super) fn without(version: &Arc<Version>, graph: &str) -> Selection {
    let name = version.id(NamedNodeRef::new_unchecked(graph).into());
    let left_out = name.and_then(|name| version.graph_number(name));
    let graphs = std::iter::once(0).chain(version.graphs().iter().map(|graph| graph.number));
    let mut graphs: Vec<u32> = graphs.filter(|graph| Some(*graph) != left_out).collect();
    graphs.sort_unstable();
    Selection::new(version.clone(), GraphFilter::Set(graphs.into()))
}

/// Where a data set comes from.
pub(super) enum Source {
    /// A store with an index.
    Index(Arc<Version>),
    /// An endpoint, which is asked for all that it holds.
    Endpoint(Backend),
    /// A file, or the files of a folder.
    Files,
}

/// A data set that is being read.
pub(super) struct Data {
    pub(super) side: Side,
    pub(super) facts: Facts,
    /// Bytes that it is known to hold.
    held: usize,
}

impl Data {
    /// Takes a quad in, in the form in which a store gives it back.
    fn take(&mut self, quad: Quad, executor: &Executor) -> Result<()> {
        let quad = canonical_quad(Quad { object: normal(quad.object), ..quad });
        self.side.push(quad.as_ref()).map_err(CompareError::from)?;
        watched(executor, self.side.count(), self.side.held(), &mut self.held)
    }
}

/// How data sets are read.
pub(super) struct Reading<'r> {
    /// How stores are opened.
    pub(super) opened: &'r OpenedArgs,
    /// What files hold, whatever their suffixes say.
    pub(super) from: Option<Content>,
    pub(super) limits: Limits,
    pub(super) edge: &'r Edge,
    pub(super) executor: &'r Arc<Executor>,
    /// Bytes of memory for each.
    pub(super) memory: usize,
}

/// Quads after which it is looked whether to go on.
const PARCEL: u64 = 4_096;

/// Every so many quads: whether to go on, holding so many bytes, of which `known` were told before.
pub(super) fn watched(executor: &Executor, quads: u64, bytes: usize, known: &mut usize) -> Result<()> {
    if !quads.is_multiple_of(PARCEL) {
        return Ok(());
    }
    let more = bytes.saturating_sub(std::mem::replace(known, bytes));
    executor.reserve(more).map_err(of_work)
}

impl Reading<'_> {
    /// What a side is: a store behind an endpoint, in a directory, or in one that a server holds; else files.
    pub(super) fn source(&self, path: &Path) -> Result<Source> {
        let Some(backend) = self.backend(path)? else { return Ok(Source::Files) };
        if backend.remote().is_some() {
            return Ok(Source::Endpoint(backend));
        }
        let progress = self.edge.progress("Indexing", Unit::Things("quads"), None);
        let version = backend.index(self.executor, &|quads| progress.advance(quads as u64)).map_err(of_work)?;
        Ok(Source::Index(version))
    }

    fn backend(&self, path: &Path) -> Result<Option<Backend>> {
        let address = path.to_str().filter(|text| text.starts_with("http://") || text.starts_with("https://"));
        if address.is_none() && !(path.is_dir() && is_store(path)?) {
            return Ok(None);
        }
        TargetArgs::new(path.to_owned(), address.map(str::to_owned), self.opened.clone())
            .open_read_only(&self.limits, self.edge)
            .map(Some)
    }

    /// The quads of a source; of files, of those at `path`.
    pub(super) fn data(&self, path: &Path, source: Source) -> Result<Data> {
        match source {
            Source::Index(version) => self.of_index(&version),
            Source::Endpoint(backend) => self.of_endpoint(&backend),
            Source::Files => self.of_files(path),
        }
    }

    fn empty(&self, facts: Facts) -> Data {
        Data { side: Side::new(self.memory), facts, held: 0 }
    }

    fn of_index(&self, version: &Arc<Version>) -> Result<Data> {
        let progress = self.edge.progress("Reading", Unit::Things("quads"), Some(version.quads() as u64));
        let mut data = self.empty(Facts::of(version));
        for row in version.rows() {
            data.take(version.quad(row), self.executor)?;
            progress.advance(1);
        }
        self.executor.sound(version).map_err(of_work)?;
        Ok(data)
    }

    fn of_endpoint(&self, backend: &Backend) -> Result<Data> {
        let progress = self.edge.progress("Asking", Unit::Things("quads"), None);
        let mut data = self.empty(Facts { is_store: true, ..Facts::default() });
        for quad in backend.store().read(None)? {
            let quad = quad?;
            data.facts.note(quad.as_ref());
            data.take(quad, self.executor)?;
            progress.advance(1);
        }
        Ok(data)
    }

    fn of_files(&self, path: &Path) -> Result<Data> {
        let (inputs, progress) = input::inputs(&self.files(path)?, self.edge)?;
        let options = FileOptions { content: self.from, ..FileOptions::default() };
        let (mut data, mut ended) = (self.empty(Facts::default()), None);
        let mut take = |quad: Quad| {
            data.facts.note(quad.as_ref());
            data.take(quad, self.executor).map_err(|error| {
                ended = Some(error);
                LoadError::Stopped
            })
        };
        let report = &mut |event| input::warn(&event, self.edge);
        let read = read_files(&inputs, &Register::builtin(), &options, report, &mut take);
        if let Some(error) = ended {
            return Err(error);
        }
        let summary = read?;
        progress.finish();
        if summary.is_complete() {
            return Ok(data);
        }
        let reason = format!("{} records of {} do not convert", summary.rejected, path.display());
        Err(Failure::from(anyhow::Error::msg(reason)).hint("`citypact convert --reject FILE` sets them apart"))
    }

    /// The file, or the files of a folder that hold records or RDF, in the order of their names.
    fn files(&self, path: &Path) -> Result<Vec<PathBuf>> {
        if !path.is_dir() {
            return Ok(vec![path.to_owned()]);
        }
        let context = || format!("cannot read {}", path.display());
        let entries = std::fs::read_dir(path).with_context(context)?;
        let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<_>>>();
        let mut paths = paths.with_context(context)?;
        paths.retain(|path| path.is_file() && (self.from.is_some() || files::is_known(path)));
        paths.sort();
        if paths.is_empty() {
            let hint = "name a store, a file, or a folder of .jsonl, .ttl, .trig, .nq … files";
            return Err(Failure::usage(format!("{} holds neither a store nor data", path.display())).hint(hint));
        }
        Ok(paths)
    }
}
