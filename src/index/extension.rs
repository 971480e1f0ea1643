//! Overlay of a state: a state with more in it, or less, by the numbers of terms.

use std::sync::{MutexGuard, PoisonError};

use oxrdf::{GraphNameRef, NamedOrBlankNodeRef, QuadRef, TermRef};

use super::base::Base;
use super::change::{Work, term};
use super::id::Id;
use super::terms::TooLarge;
use super::version::Version;

/// What is added to a version; [`Self::finish`] gives the version with it. Numbers of terms mean the same in both.
pub struct Extension<'a> {
    work: Work<'a>,
    base: &'a Base,
    epoch: u64,
    _growing: MutexGuard<'a, ()>,
}

impl Version {
    /// Begins to add to it. Until the end nobody else can add to versions of the same base.
    pub fn extend(&self) -> Extension<'_> {
        let growing = self.base.growing.lock().unwrap_or_else(PoisonError::into_inner);
        Extension { work: Work::new(self), base: &self.base, epoch: self.epoch, _growing: growing }
    }
}

impl Extension<'_> {
    /// The number of a term as it stands, which gets one where it has none.
    ///
    /// # Errors
    /// [`TooLarge`] where there are more terms than numbers.
    pub fn intern(&mut self, term: TermRef<'_>) -> Result<Id, TooLarge> {
        self.base.intern(term)
    }

    /// The number of a graph, which is there from now on.
    ///
    /// # Errors
    /// As [`Self::intern`].
    pub fn graph(&mut self, name: TermRef<'_>) -> Result<u32, TooLarge> {
        self.work.graph(name)
    }

    /// Adds a triple to a graph that [`Self::graph`] gave, or to the unnamed one (0).
    pub fn insert(&mut self, [subject, predicate, object]: [Id; 3], graph: u32) {
        self.work.set(predicate, subject, object, graph, true);
    }

    /// Takes a triple out of a graph.
    pub fn remove(&mut self, [subject, predicate, object]: [Id; 3], graph: u32) {
        self.work.set(predicate, subject, object, graph, false);
    }

    /// Adds a quad whose terms stay as they stand.
    ///
    /// # Errors
    /// As [`Self::intern`].
    pub fn insert_quad(&mut self, quad: QuadRef<'_>) -> Result<(), TooLarge> {
        let subject = match quad.subject {
            NamedOrBlankNodeRef::NamedNode(node) => self.intern(node.into())?,
            NamedOrBlankNodeRef::BlankNode(node) => self.intern(node.into())?,
        };
        let triple = [subject, self.intern(quad.predicate.into())?, self.intern(quad.object)?];
        let graph = term(quad.graph_name).map_or(Ok(0), |name| self.graph(name))?;
        self.insert(triple, graph);
        Ok(())
    }

    /// Empties a graph.
    pub fn clear(&mut self, graph: GraphNameRef<'_>) {
        self.work.clear(graph);
    }

    /// The version with all of it.
    pub fn finish(self) -> Version {
        self.work.finish(self.epoch)
    }
}
