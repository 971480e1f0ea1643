//! The quads of a state, out of the engine or out of the index.

use std::sync::Arc;

use oxrdf::{GraphNameRef, NamedNodeRef, NamedOrBlankNodeRef, Quad, TermRef};

use super::embedded::ox;
use super::error::StoreError;
use crate::index::{GraphFilter, Pattern, Scan, Version, normal};

/// The quads of a snapshot.
pub struct Quads<'a>(Source<'a>);

enum Source<'a> {
    Store(Box<ox::QuadIter<'a>>),
    Index {
        version: Arc<Version>,
        scan: Option<Scan>,
        done: bool,
    },
    /// There is no state to be read.
    Failed(Option<StoreError>),
}

/// What is asked of quads.
#[derive(Clone, Copy, Default)]
pub(super) struct Asked<'a> {
    pub(super) subject: Option<NamedOrBlankNodeRef<'a>>,
    pub(super) predicate: Option<NamedNodeRef<'a>>,
    pub(super) object: Option<TermRef<'a>>,
    pub(super) graph: Option<GraphNameRef<'a>>,
}

impl<'a> Asked<'a> {
    pub(super) fn of_graph(graph: Option<GraphNameRef<'a>>) -> Self {
        Self { graph, ..Self::default() }
    }
}

impl<'a> Quads<'a> {
    pub(super) fn of_store(quads: ox::QuadIter<'a>) -> Self {
        Self(Source::Store(Box::new(quads)))
    }

    pub(super) fn failed(error: StoreError) -> Self {
        Self(Source::Failed(Some(error)))
    }

    pub(super) fn of_index(version: Arc<Version>, asked: Asked<'_>) -> Self {
        let scan = scan(&version, asked);
        Self(Source::Index { version, scan, done: false })
    }
}

/// None where a term is asked for that the data lacks.
fn scan(version: &Arc<Version>, asked: Asked<'_>) -> Option<Scan> {
    let id = |term: Option<TermRef<'_>>| match term {
        None => Some(None),
        Some(term) => version.id(normal(term.into_owned()).as_ref()).map(Some),
    };
    let pattern = Pattern {
        subject: id(asked.subject.map(Into::into))?,
        predicate: id(asked.predicate.map(Into::into))?,
        object: id(asked.object)?,
    };
    let named = |name: TermRef<'_>| Some(GraphFilter::One(version.graph_number(version.id(name)?)?));
    let graphs = match asked.graph {
        None => GraphFilter::Any,
        Some(GraphNameRef::DefaultGraph) => GraphFilter::One(0),
        Some(GraphNameRef::NamedNode(name)) => named(name.into())?,
        Some(GraphNameRef::BlankNode(name)) => named(name.into())?,
    };
    Some(Scan::new(version.clone(), pattern, Arc::new(graphs), true))
}

impl Iterator for Quads<'_> {
    type Item = Result<Quad, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Store(quads) => Some(quads.next()?.map_err(StoreError::from)),
            Source::Failed(error) => error.take().map(Err),
            Source::Index { done: true, .. } => None,
            Source::Index { version, scan, done } => {
                let quad = scan.as_mut().and_then(Iterator::next).map(|row| version.quad(row));
                // What could not be read is told instead of what was made of it.
                let sound = version.sound();
                *done = quad.is_none() || sound.is_err();
                match sound {
                    Ok(()) => quad.map(Ok),
                    Err(damage) => Some(Err(damage.into())),
                }
            }
        }
    }
}
