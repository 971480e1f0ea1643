//! Validation of a data set against shapes: document by document, as the contract is meant, or all of it as one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oxrdf::Quad;

use super::HIERARCHY;
use super::data::{documents, graph_number};
use super::shapes::{self, Classes, Finding, Focus, Shapes, ShapesError, ValidateError, Validated, Validator};
use crate::index::{GraphFilter, Id, Selection, TooLarge, Version};
use crate::query::Executor;
use crate::vocab::{graph, rdfs};

/// What is validated at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Each document with its provenance and the register of places; then the graphs that documents share.
    Documents,
    /// The same without the graphs that documents share.
    DocumentsAlone,
    /// All graphs as one.
    Whole,
}

/// What shapes found.
#[derive(Debug, Clone, Default)]
pub struct ShapesReport {
    /// The findings, in a fixed order.
    pub findings: Vec<Finding>,
    /// How many documents were looked at.
    pub documents: usize,
    /// How many nodes were validated; one that several shapes aim at counts for each.
    pub nodes: usize,
}

impl ShapesReport {
    /// Takes in what was found in another part of the data.
    pub(super) fn join(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.documents += other.documents;
        self.nodes += other.nodes;
        self.findings.sort_by_cached_key(key);
    }

    fn take(&mut self, mut found: Validated) {
        self.findings.append(&mut found.findings);
        self.nodes += found.nodes;
    }
}

/// Why data and shapes cannot be brought together.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The shapes graph is not well-formed, or says something that is not understood.
    #[error(transparent)]
    Shapes(#[from] ShapesError),
    /// There are more terms than numbers for them.
    #[error("there are more terms than an index can hold")]
    TooLarge,
}

impl From<TooLarge> for SetupError {
    fn from(_: TooLarge) -> Self {
        Self::TooLarge
    }
}

/// Data and the shapes that it is to conform to.
#[derive(Debug)]
pub struct Validation {
    /// The data, the shapes and the class hierarchy, the latter two in graphs of their own.
    version: Arc<Version>,
    shapes: Shapes,
    classes: Classes,
    documents: BTreeMap<String, Vec<u32>>,
}

impl Validation {
    /// Reads shapes for data, and what `ontology` says of classes.
    ///
    /// # Errors
    /// [`SetupError`]
    pub fn new(
        data: &Version,
        shapes: impl IntoIterator<Item = Quad>,
        ontology: impl IntoIterator<Item = Quad>,
    ) -> Result<Self, SetupError> {
        let mut more = data.extend();
        shapes::add(&mut more, shapes)?;
        for quad in ontology.into_iter().filter(|quad| quad.predicate == rdfs::subClassOf) {
            more.insert_quad(Quad { graph_name: HIERARCHY.into(), ..quad }.as_ref())?;
        }
        let version = Arc::new(more.finish());
        let shapes = Shapes::read(&version)?;
        let classes = Classes::new(&shapes, &Selection::all(version.clone()));
        Ok(Self { shapes, classes, documents: documents(&version), version })
    }

    /// The shapes.
    pub fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// How often [`Self::validate`] tells that a part of its work is done.
    pub fn parts(&self, scope: Scope, threads: usize) -> usize {
        let at_once = self.shapes.targeted() * threads.max(1);
        match scope {
            Scope::Whole => at_once,
            Scope::Documents => at_once + self.documents.len(),
            Scope::DocumentsAlone => self.documents.len(),
        }
    }

    /// Validates the data on `threads` threads. `told` hears of each part that is done.
    ///
    /// # Errors
    /// [`ValidateError`]
    pub fn validate(
        &self,
        scope: Scope,
        threads: usize,
        executor: &Executor,
        told: &(dyn Fn(usize) + Sync),
    ) -> Result<ShapesReport, ValidateError> {
        let validator = |graphs: BTreeSet<u32>| {
            let graphs = GraphFilter::Set(graphs.into_iter().collect());
            Validator::new(&self.shapes, Selection::new(self.version.clone(), graphs), &self.classes, executor)
        };
        let shared = graph::SHARED.iter().filter_map(|graph| graph_number(&self.version, *graph));
        let all: BTreeSet<u32> = match scope {
            Scope::Whole => self.documents.values().flatten().copied().chain(shared).collect(),
            Scope::Documents | Scope::DocumentsAlone => shared.collect(),
        };
        let mut report = ShapesReport { documents: self.documents.len(), ..ShapesReport::default() };
        let of = threads.max(1);
        let parts: Vec<usize> = if scope == Scope::DocumentsAlone { Vec::new() } else { (0..of).collect() };
        for found in in_parallel(&parts, threads, |number| {
            validator(all.clone()).validate(Focus::Part { number: *number, of }, &|| told(1))
        }) {
            report.take(found?);
        }
        if scope != Scope::Whole {
            let places = graph_number(&self.version, graph::places);
            let jobs: Vec<&Vec<u32>> = self.documents.values().collect();
            for found in in_parallel(&jobs, threads, |own| {
                let (subjects, objects) = spoken_of(&self.version, own);
                let focus = Focus::Of { subjects: &subjects, objects: &objects };
                let found = validator(own.iter().copied().chain(places).collect()).validate(focus, &|| {});
                told(1);
                found
            }) {
                report.take(found?);
            }
        }
        executor.sound(&self.version).map_err(|cause| ValidateError::Stopped(Box::new(cause)))?;
        report.findings.sort_by_cached_key(key);
        Ok(report)
    }
}

/// The subjects and objects of what stands in some graphs.
fn spoken_of(version: &Version, graphs: &[u32]) -> (BTreeSet<Id>, BTreeSet<Id>) {
    let (mut subjects, mut objects) = (BTreeSet::new(), BTreeSet::new());
    for segment in version.predicates().iter().filter_map(|predicate| version.segment(*predicate)) {
        let columns = segment.pso();
        for row in graphs.iter().flat_map(|graph| version.rows_of_graph(&segment, *graph)) {
            subjects.insert(columns.key[*row as usize]);
            objects.insert(columns.value[*row as usize]);
        }
    }
    (subjects, objects)
}

/// Violations first, then by message, node and value.
fn key(finding: &Finding) -> impl Ord + use<> {
    let rank = match finding.severity.as_ref() {
        severity if severity == crate::vocab::sh::Violation => 0,
        severity if severity == crate::vocab::sh::Warning => 1,
        severity if severity == crate::vocab::sh::Info => 2,
        _ => 3,
    };
    let message = finding.messages.iter().map(ToString::to_string).min();
    let value = finding.value.as_ref().map(ToString::to_string);
    (rank, message, finding.focus.to_string(), finding.path.clone(), value)
}

/// Does jobs on several threads; results in the order of the jobs.
fn in_parallel<J: Sync, T: Send>(jobs: &[J], threads: usize, work: impl Fn(&J) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(number) else { return done };
            done.push((number, work(job)));
        }
    };
    let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads.clamp(1, jobs.len().max(1))).map(|_| scope.spawn(take)).collect();
        let joined = handles.into_iter().map(|handle| handle.join());
        joined.flat_map(|part| part.unwrap_or_else(|payload| std::panic::resume_unwind(payload))).collect()
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}
