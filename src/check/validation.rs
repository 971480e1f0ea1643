//! Validation of a data set against shapes: document by document, as the contract is meant, or all of it as one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oxrdf::{BlankNode, GraphName, NamedOrBlankNode, Quad, Term};
use serde::{Deserialize, Serialize};

use super::HIERARCHY;
use super::data::{document_of, documents, graph_number};
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
    #[cfg(feature = "client")]
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
        shapes::add(&mut more, named_alike(shapes))?;
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
        let how = How { threads, executor, told };
        let mut report = ShapesReport { documents: self.documents.len(), ..ShapesReport::default() };
        match scope {
            Scope::Whole => {
                let all = self.documents.values().flatten().copied().chain(self.shared());
                report.take(self.at_once(all.collect(), &how)?);
            }
            Scope::Documents => report.take(self.at_once(self.shared().collect(), &how)?),
            Scope::DocumentsAlone => {}
        }
        if scope != Scope::Whole {
            let all: Vec<&String> = self.documents.keys().collect();
            self.one_by_one(&all, &how)?.into_values().for_each(|found| report.take(found));
        }
        self.finished(report, executor)
    }

    /// Validates document by document as [`Self::validate`] does in [`Scope::Documents`], of which `before` tells what was found in
    /// an earlier state: only what may be found otherwise since is looked at. Gives what was found, for the next time, and how
    /// many documents were looked at.
    ///
    /// # Errors
    /// [`ValidateError`]
    pub fn validate_again(
        &self,
        before: Option<(Validations, &Touched)>,
        threads: usize,
        executor: &Executor,
        told: &(dyn Fn(usize) + Sync),
    ) -> Result<(Validations, usize), ValidateError> {
        let how = How { threads, executor, told };
        let (mut known, touched) = match before {
            Some((known, touched)) if !touched.is_everything => (known, touched.clone()),
            _ => (Validations::default(), Touched { is_everything: true, is_shared: true, ..Touched::default() }),
        };
        known.documents.retain(|document, _| self.documents.contains_key(document));
        if touched.is_shared {
            known.shared = self.at_once(self.shared().collect(), &how)?;
        }
        let is_due =
            |document: &&String| touched.documents.contains(*document) || !known.documents.contains_key(*document);
        let due: Vec<&String> = self.documents.keys().filter(is_due).collect();
        let anew = due.len();
        known.documents.extend(self.one_by_one(&due, &how)?);
        executor.sound(&self.version).map_err(|cause| ValidateError::Stopped(Box::new(cause)))?;
        Ok((known, anew))
    }

    /// What was found, document by document, as one.
    pub fn report(&self, found: Validations) -> ShapesReport {
        let mut report = ShapesReport { documents: self.documents.len(), ..ShapesReport::default() };
        report.take(found.shared);
        found.documents.into_values().for_each(|found| report.take(found));
        report.findings.sort_by_cached_key(key);
        report
    }

    fn finished(&self, mut report: ShapesReport, executor: &Executor) -> Result<ShapesReport, ValidateError> {
        executor.sound(&self.version).map_err(|cause| ValidateError::Stopped(Box::new(cause)))?;
        report.findings.sort_by_cached_key(key);
        Ok(report)
    }

    /// The numbers of the graphs that documents share.
    fn shared(&self) -> impl Iterator<Item = u32> {
        graph::SHARED.iter().filter_map(|graph| graph_number(&self.version, *graph))
    }

    fn validator<'a>(&'a self, graphs: BTreeSet<u32>, executor: &'a Executor) -> Validator<'a> {
        let graphs = GraphFilter::Set(graphs.into_iter().collect());
        Validator::new(&self.shapes, Selection::new(self.version.clone(), graphs), &self.classes, executor)
    }

    /// Validates some graphs as one.
    fn at_once(&self, graphs: BTreeSet<u32>, how: &How<'_>) -> Result<Validated, ValidateError> {
        let of = how.threads.max(1);
        let parts: Vec<usize> = (0..of).collect();
        let mut all = Validated::default();
        for found in in_parallel(&parts, how.threads, |number| {
            let focus = Focus::Part { number: *number, of };
            self.validator(graphs.clone(), how.executor).validate(focus, &|| (how.told)(1))
        }) {
            let mut found = found?;
            all.findings.append(&mut found.findings);
            all.nodes += found.nodes;
        }
        Ok(all)
    }

    /// Validates each of some documents with its provenance and the register of places.
    fn one_by_one(&self, documents: &[&String], how: &How<'_>) -> Result<BTreeMap<String, Validated>, ValidateError> {
        let places = graph_number(&self.version, graph::places);
        let found = in_parallel(documents, how.threads, |document| {
            let own: &[u32] = self.documents.get(*document).map_or(&[], Vec::as_slice);
            let (subjects, objects) = spoken_of(&self.version, own);
            let focus = Focus::Of { subjects: &subjects, objects: &objects };
            let graphs = own.iter().copied().chain(places).collect();
            let found = self.validator(graphs, how.executor).validate(focus, &|| {});
            (how.told)(1);
            found
        });
        documents.iter().zip(found).map(|(document, found)| Ok(((*document).clone(), found?))).collect()
    }
}

/// How a validation is done.
struct How<'a> {
    threads: usize,
    executor: &'a Executor,
    told: &'a (dyn Fn(usize) + Sync),
}

/// What shapes found: in the graphs that documents share, and in each document by the name of its graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validations {
    shared: Validated,
    documents: BTreeMap<String, Validated>,
}

impl Validations {
    /// How many findings there are.
    pub fn len(&self) -> usize {
        self.shared.findings.len() + self.documents.values().map(|found| found.findings.len()).sum::<usize>()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What changes may have made otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Whether what is found may be otherwise everywhere: the register of places or the classes have changed, which count for every
    /// document.
    is_everything: bool,
    /// Whether the graphs have changed that documents share.
    is_shared: bool,
    /// Documents that have changed, by the names of their graphs.
    documents: BTreeSet<String>,
}

impl Touched {
    /// By quads that came and went.
    pub fn by<'q>(quads: impl IntoIterator<Item = &'q Quad>) -> Self {
        let mut touched = Self::default();
        for quad in quads {
            touched.is_everything |= quad.predicate == rdfs::subClassOf;
            let name = match &quad.graph_name {
                GraphName::DefaultGraph => {
                    touched.documents.insert(String::new());
                    continue;
                }
                GraphName::NamedNode(name) => Term::from(name.clone()),
                GraphName::BlankNode(name) => name.clone().into(),
            };
            match &name {
                Term::NamedNode(node) if graph::SHARED.contains(&node.as_ref()) => {
                    touched.is_everything |= node.as_ref() == graph::places;
                    touched.is_shared = true;
                }
                name => touched.documents.extend(document_of(name)),
            }
        }
        touched
    }

    /// Whether only looking at all will do.
    pub const fn is_everything(&self) -> bool {
        self.is_everything
    }
}

/// Shapes whose blank nodes have the same names each time that they are read, so that findings of several runs go together.
fn named_alike(shapes: impl IntoIterator<Item = Quad>) -> impl Iterator<Item = Quad> {
    let mut names: HashMap<BlankNode, BlankNode> = HashMap::new();
    let mut name = move |node: BlankNode| -> BlankNode {
        let next = names.len();
        names.entry(node).or_insert_with(|| BlankNode::new_unchecked(format!("x-shape-{next}"))).clone()
    };
    shapes.into_iter().map(move |mut quad| {
        if let NamedOrBlankNode::BlankNode(node) = quad.subject {
            quad.subject = name(node).into();
        }
        if let Term::BlankNode(node) = quad.object {
            quad.object = name(node).into();
        }
        quad
    })
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
