//! Delta: changes of a state, in the order in which they were made.

use std::sync::{Arc, OnceLock, PoisonError};

use hashbrown::HashMap;
use oxrdf::{GraphName, GraphNameRef, NamedOrBlankNode, Quad, TermRef};

use super::base::Base;
use super::changed::Changed;
use super::id::{Graph, Id};
use super::normal::normal;
use super::terms::TooLarge;
use super::version::Version;
use crate::rdf::name_of;

/// A change. Changes that change nothing do no harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The quad is there from now on, and so is its graph.
    Insert(Quad),
    /// The quad is there no more; its graph stays.
    Remove(Quad),
    /// The graph is there, empty if it was not.
    Create(NamedOrBlankNode),
    /// The graph holds no quad.
    Clear(GraphName),
    /// The graph is there no more.
    Drop(NamedOrBlankNode),
}

impl Version {
    /// The state after some changes.
    ///
    /// # Errors
    /// [`TooLarge`] where there are more terms than numbers.
    pub fn with_changes<'a>(
        &self,
        changes: impl IntoIterator<Item = &'a Change>,
        epoch: u64,
    ) -> Result<Self, TooLarge> {
        let _growing = self.base.growing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut work = Work::new(self);
        changes.into_iter().try_for_each(|change| work.apply(change))?;
        Ok(work.finish(epoch))
    }
}

/// A state on its way to the next.
pub(super) struct Work<'a> {
    before: &'a Version,
    base: &'a Arc<Base>,
    changed: HashMap<Id, Changed>,
    /// Graphs that are touched: how many quads they hold, if they are there.
    graphs: HashMap<u32, Option<usize>>,
    triples: usize,
    quads: usize,
}

impl<'a> Work<'a> {
    pub(super) fn new(before: &'a Version) -> Self {
        Self {
            before,
            base: &before.base,
            changed: HashMap::new(),
            graphs: HashMap::new(),
            triples: before.triples,
            quads: before.quads,
        }
    }

    fn apply(&mut self, change: &Change) -> Result<(), TooLarge> {
        match change {
            Change::Insert(quad) => self.insert(quad)?,
            Change::Remove(quad) => {
                self.remove(quad);
            }
            Change::Create(name) => {
                self.graph(name.as_ref().into())?;
            }
            Change::Clear(graph) => self.clear(graph.as_ref()),
            Change::Drop(name) => {
                self.clear(name.as_ref().into());
                if let Some(number) = self.known_graph(name.as_ref().into()) {
                    self.graphs.insert(number, None);
                }
            }
        }
        Ok(())
    }

    fn insert(&mut self, quad: &Quad) -> Result<(), TooLarge> {
        let subject = self.base.intern(quad.subject.as_ref().into())?;
        let predicate = self.base.intern(quad.predicate.as_ref().into())?;
        let object = self.base.intern(normal(quad.object.clone()).as_ref())?;
        let graph = match term(quad.graph_name.as_ref()) {
            Some(name) => self.graph(name)?,
            None => 0,
        };
        self.set(predicate, subject, object, graph, true);
        Ok(())
    }

    fn remove(&mut self, quad: &Quad) -> Option<()> {
        let known = |term: TermRef<'_>| self.base.find(term).ok().or_else(|| self.base.late.find(term));
        let subject = known(quad.subject.as_ref().into())?;
        let predicate = known(quad.predicate.as_ref().into())?;
        let object = known(normal(quad.object.clone()).as_ref())?;
        let graph = match term(quad.graph_name.as_ref()) {
            Some(name) => self.known_graph(name)?,
            None => 0,
        };
        self.set(predicate, subject, object, graph, false);
        Some(())
    }

    fn changed(&mut self, predicate: Id) -> &mut Changed {
        let before = self.before;
        self.changed.entry(predicate).or_insert_with(|| match before.changed.get(&predicate) {
            Some(changed) => changed.more(),
            None => Changed::new(before.base.segments.get(&predicate).cloned()),
        })
    }

    pub(super) fn set(&mut self, predicate: Id, subject: Id, object: Id, graph: u32, present: bool) {
        let base = self.base.clone();
        let changed = self.changed(predicate);
        let before = changed.get(subject, object);
        let after = base.lists.with(before, graph, present);
        if after == before {
            return;
        }
        changed.set(subject, object, before, after);
        self.triples = self.triples + usize::from(before.is_none()) - usize::from(after.is_none());
        self.quads = if present { self.quads + 1 } else { self.quads - 1 };
        if let Some(quads) = self.touch(graph) {
            *quads = if present { *quads + 1 } else { *quads - 1 };
        }
    }

    /// What is known of a graph, to be changed.
    fn touch(&mut self, number: u32) -> &mut Option<usize> {
        let before = self.before;
        self.graphs.entry(number).or_insert_with(|| {
            if number == 0 {
                return Some(before.quads - before.graphs.iter().map(|graph| graph.quads).sum::<usize>());
            }
            let name = before.base.graph_id(number)?;
            let at = before.graphs.binary_search_by_key(&name, |graph| graph.id).ok()?;
            Some(before.graphs[at].quads)
        })
    }

    /// The number of a graph that has one.
    fn known_graph(&self, name: TermRef<'_>) -> Option<u32> {
        let id = self.base.find(name).ok().or_else(|| self.base.late.find(name))?;
        self.base.graph_number(id)
    }

    /// The number of a graph, which gets one where it has none; it is there from now on.
    pub(super) fn graph(&mut self, name: TermRef<'_>) -> Result<u32, TooLarge> {
        let id = self.base.intern(name)?;
        let number = self.base.graph_number(id).unwrap_or_else(|| self.base.add_graph(id));
        self.touch(number).get_or_insert(0);
        Ok(number)
    }

    pub(super) fn clear(&mut self, graph: GraphNameRef<'_>) {
        let number = match term(graph) {
            Some(name) => self.known_graph(name),
            None => Some(0),
        };
        let Some(number) = number else { return };
        let mut predicates: Vec<Id> = self.before.predicates.to_vec();
        predicates.extend(self.changed.keys());
        predicates.sort_unstable();
        predicates.dedup();
        for predicate in predicates {
            for (subject, object) in self.rows(predicate, number) {
                self.set(predicate, subject, object, number, false);
            }
        }
    }

    /// The triples of a predicate that stand in a graph now.
    fn rows(&mut self, predicate: Id, graph: u32) -> Vec<(Id, Id)> {
        let base = self.base.clone();
        let segment = match self.changed.get_mut(&predicate) {
            Some(changed) => changed.settle(),
            None => match self.before.segment(predicate) {
                Some(segment) => segment,
                None => return Vec::new(),
            },
        };
        let columns = segment.pso();
        let rows = segment.rows_of_graph(graph, |set| base.lists.of(set)).iter();
        rows.map(|row| (columns.key[*row as usize], columns.value[*row as usize])).collect()
    }

    pub(super) fn finish(self, epoch: u64) -> Version {
        let mut changed = self.before.changed.clone();
        changed.extend(self.changed.into_iter().map(|(predicate, changed)| (predicate, Arc::new(changed))));
        let mut predicates: Vec<Id> =
            self.before.base.segments.keys().filter(|predicate| !changed.contains_key(*predicate)).copied().collect();
        predicates.extend(changed.iter().filter(|(_, changed)| changed.len() > 0).map(|(predicate, _)| *predicate));
        predicates.sort_unstable();
        Version {
            epoch,
            base: self.base.clone(),
            late: u32::try_from(self.base.late.len()).unwrap_or(u32::MAX),
            graphs: graphs(self.before, &self.graphs),
            predicates: predicates.into(),
            changed,
            triples: self.triples,
            quads: self.quads,
            late_places: OnceLock::new(),
        }
    }
}

/// The graphs of a state with those that were touched as they are now.
fn graphs(before: &Version, touched: &HashMap<u32, Option<usize>>) -> Arc<[Graph]> {
    if touched.is_empty() {
        return before.graphs.clone();
    }
    let named = touched.iter().filter_map(|(number, quads)| Some((before.base.graph_id(*number)?, *number, *quads)));
    let mut named: Vec<(Id, u32, Option<usize>)> = named.collect();
    named.sort_unstable_by_key(|(id, ..)| *id);
    let mut graphs = Vec::with_capacity(before.graphs.len() + named.len());
    let mut rest = &before.graphs[..];
    for (id, number, quads) in named {
        let (kept, after) = rest.split_at(rest.partition_point(|graph| graph.id < id));
        graphs.extend_from_slice(kept);
        graphs.extend(quads.map(|quads| Graph { id, number, quads }));
        rest = if after.first().is_some_and(|graph| graph.id == id) { &after[1..] } else { after };
    }
    graphs.extend_from_slice(rest);
    graphs.into()
}

pub(super) fn term(graph: GraphNameRef<'_>) -> Option<TermRef<'_>> {
    name_of(graph).map(TermRef::from)
}
