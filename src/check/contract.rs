//! Shapes over a data set: document by document, as the contract is meant, or all of it as one.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use oxrdf::Quad;

use super::HIERARCHY;
use super::data::{self, SHARED};
use super::shapes::{self, Finding, Focus, Shapes, ValidateError, Validated, Validator};
use crate::query::Evaluator;
use crate::rdf::{Graph, Id, Indexed, Row, Rows, View};
use crate::vocab::rdfs;

/// What is validated at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Each document with its provenance and the register of places; then the graphs that documents share.
    Documents,
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
    fn take(&mut self, mut found: Validated) {
        self.findings.append(&mut found.findings);
        self.nodes += found.nodes;
    }
}

/// Puts class hierarchies beside data, where classes are looked up and nothing else.
pub fn add_hierarchy(data: &mut Indexed, ontology: impl IntoIterator<Item = Quad>) {
    for quad in ontology.into_iter().filter(|quad| quad.predicate == rdfs::subClassOf) {
        data.add(Quad { graph_name: HIERARCHY.into(), ..quad }.as_ref());
    }
    data.settle();
}

/// Validates data against the shapes that stand beside it (see [`shapes::add`]), on `threads` threads.
///
/// # Errors
/// [`ValidateError`]
pub fn validate(data: &Indexed, shapes: &Shapes, scope: Scope, threads: usize) -> Result<ShapesReport, ValidateError> {
    let documents = data::documents(data);
    let evaluator = Arc::new(Evaluator::default());
    let shared: HashSet<Graph> = SHARED.iter().filter_map(|graph| data.graph(*graph)).collect();
    let places = SHARED[0];
    let work = |view: View<'_>, focus: Focus<'_>| {
        Validator::new(shapes, view, data.view()).with_evaluator(Arc::clone(&evaluator)).validate(focus)
    };
    let mut report = ShapesReport { documents: documents.len(), ..ShapesReport::default() };
    let all_at_once =
        if scope == Scope::Whole { documents.values().flatten().copied().chain(shared).collect() } else { shared };
    let parts: Vec<usize> = (0..threads.max(1)).collect();
    let of = parts.len();
    for found in
        in_parallel(&parts, threads, |number| work(data.view_of(&all_at_once), Focus::Part { number: *number, of }))
    {
        report.take(found?);
    }
    if scope == Scope::Documents {
        let mut rows = by_graph(data);
        let below = Rows::new(&data.graph(places).and_then(|places| rows.remove(&places)).unwrap_or_default());
        let jobs: Vec<&HashSet<Graph>> = documents.values().collect();
        for found in in_parallel(&jobs, threads, |own| {
            let own_rows: Vec<Row> = own.iter().filter_map(|graph| rows.get(graph)).flatten().copied().collect();
            let subjects: BTreeSet<Id> = own_rows.iter().map(|row| row.subject).collect();
            let objects: BTreeSet<Id> = own_rows.iter().map(|row| row.object).collect();
            let (above, graphs) = (Rows::new(&own_rows), own.iter().copied().chain(data.graph(places)).collect());
            let focus = Focus::Of { subjects: &subjects, objects: &objects };
            work(data.view_over(&below, &above, &graphs), focus)
        }) {
            report.take(found?);
        }
    }
    report.findings.sort_by_cached_key(key);
    Ok(report)
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

fn by_graph(data: &Indexed) -> HashMap<Graph, Vec<Row>> {
    let mut rows: HashMap<Graph, Vec<Row>> = HashMap::new();
    data.rows().for_each(|row| rows.entry(row.graph).or_default().push(row));
    rows
}

/// Does jobs on several threads; results in the order of the jobs.
fn in_parallel<J: Sync, T: Send>(jobs: &[J], threads: usize, work: impl Fn(&J) -> T + Sync) -> Vec<T> {
    let share = jobs.len().div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        let handles: Vec<_> =
            jobs.chunks(share).map(|jobs| scope.spawn(|| jobs.iter().map(&work).collect::<Vec<T>>())).collect();
        let joined = handles.into_iter().map(|handle| handle.join());
        joined.flat_map(|part| part.unwrap_or_else(|payload| std::panic::resume_unwind(payload))).collect()
    })
}

/// Reads shapes beside data from Turtle texts' quads, and what the crate's own ontology says of classes.
///
/// # Errors
/// [`shapes::ShapesError`]
pub fn prepare(
    data: &mut Indexed,
    shape_quads: impl IntoIterator<Item = Quad>,
    ontology: impl IntoIterator<Item = Quad>,
) -> Result<Shapes, shapes::ShapesError> {
    shapes::add(data, shape_quads);
    add_hierarchy(data, ontology);
    Shapes::read(data)
}
