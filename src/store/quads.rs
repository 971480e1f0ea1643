//! The quads of a state, out of the engine or out of the index.

use std::sync::Arc;

use oxrdf::{GraphNameRef, NamedNodeRef, NamedOrBlankNodeRef, Quad, TermRef};

use super::embedded::ox;
use super::error::StoreError;
use crate::index::{BySubject, GraphFilter, Pattern, Row, Scan, Version, normal};

/// The quads of a snapshot.
pub struct Quads<'a>(Source<'a>);

enum Source<'a> {
    Store(Box<ox::QuadIter<'a>>),
    Index {
        version: Arc<Version>,
        rows: Box<dyn Iterator<Item = Row> + Send>,
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
        let rows = Box::new(scan(&version, asked).into_iter().flatten());
        Self(Source::Index { version, rows, done: false })
    }

    /// All quads, or those of one graph, graph by graph and subject by subject.
    pub(super) fn by_subject(version: Arc<Version>, graph: Option<GraphNameRef<'_>>) -> Self {
        let rows = match graph {
            None => BySubject::all(version.clone()),
            Some(graph) => BySubject::new(version.clone(), number(&version, graph).into_iter().collect()),
        };
        Self(Source::Index { version, rows: Box::new(rows), done: false })
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
    let graphs = match asked.graph {
        None => GraphFilter::Any,
        Some(graph) => GraphFilter::One(number(version, graph)?),
    };
    Some(Scan::new(version.clone(), pattern, Arc::new(graphs), true))
}

/// The number of a graph, if there is one of this name; the unnamed one is always there.
fn number(version: &Version, graph: GraphNameRef<'_>) -> Option<u32> {
    let named = |name: TermRef<'_>| version.graph_number(version.id(name)?);
    match graph {
        GraphNameRef::DefaultGraph => Some(0),
        GraphNameRef::NamedNode(name) => named(name.into()),
        GraphNameRef::BlankNode(name) => named(name.into()),
    }
}

impl Iterator for Quads<'_> {
    type Item = Result<Quad, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Store(quads) => Some(quads.next()?.map_err(StoreError::from)),
            Source::Failed(error) => error.take().map(Err),
            Source::Index { done: true, .. } => None,
            Source::Index { version, rows, done } => {
                let quad = rows.next().map(|row| version.quad(row));
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
