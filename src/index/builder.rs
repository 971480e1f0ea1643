//! Index builder: quads in, a version out.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use oxrdf::{GraphNameRef, NamedOrBlankNodeRef, Quad, QuadRef, TermRef};

use super::base::Base;
use super::dictionary::Dictionary;
use super::graphs::GraphLists;
use super::id::{Graph, Id};
use super::normal::{may_change, normal};
use super::segment::Segment;
use super::tags::Tags;
use super::terms::{Terms, TooLarge};
use super::version::{Parts, Version};
use crate::rdf::stored;

/// Takes quads in, in any order and any number of times, and sorts them at the end.
#[derive(Debug, Default)]
pub struct Builder {
    terms: Terms,
    /// Predicate, subject, object, and one more than the graph's name (0 for the unnamed graph), as they came.
    rows: Vec<[u32; 4]>,
    graphs: HashSet<u32>,
    verbatim: bool,
}

impl Builder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// As [`Self::new`], for a version that keeps terms in the form in which they come ([`Version::is_verbatim`]).
    pub fn verbatim() -> Self {
        Self { verbatim: true, ..Self::default() }
    }

    /// How many quads it was given.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it was given none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Bytes that it takes, roughly.
    pub fn bytes(&self) -> usize {
        self.terms.bytes() + self.rows.capacity() * size_of::<[u32; 4]>()
    }

    /// Takes a quad in, whose object may have any form.
    ///
    /// # Errors
    /// [`TooLarge`] where there are more terms than numbers.
    pub fn push(&mut self, quad: QuadRef<'_>) -> Result<(), TooLarge> {
        let object = if !self.verbatim && may_change(quad.object) {
            self.terms.intern(normal(quad.object.into_owned()).as_ref())?
        } else {
            self.terms.intern(quad.object)?
        };
        let subject = self.terms.intern(node(quad.subject))?;
        let predicate = self.terms.intern(quad.predicate.into())?;
        let graph = match quad.graph_name {
            GraphNameRef::NamedNode(name) => self.graph(name.into())?,
            GraphNameRef::BlankNode(name) => self.graph(name.into())?,
            GraphNameRef::DefaultGraph => 0,
        };
        self.rows.push([predicate, subject, object, graph]);
        Ok(())
    }

    /// Takes a quad in with its language tag in lower case, as stores keep it.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn push_stored(&mut self, quad: &Quad) -> Result<(), TooLarge> {
        let object = stored(&quad.object);
        self.push(QuadRef::new(&quad.subject, &quad.predicate, object.as_ref(), &quad.graph_name))
    }

    /// Takes a graph in that may be empty.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn push_graph(&mut self, name: NamedOrBlankNodeRef<'_>) -> Result<(), TooLarge> {
        self.graph(name).map(drop)
    }

    fn graph(&mut self, name: NamedOrBlankNodeRef<'_>) -> Result<u32, TooLarge> {
        let name = self.terms.intern(node(name))?;
        self.graphs.insert(name);
        Ok(name + 1)
    }

    /// Sorts everything.
    pub fn finish(self, epoch: u64) -> Version {
        let Self { terms, mut rows, graphs, verbatim } = self;
        let (dictionary, ids) = Dictionary::new(&terms);
        let tags = Tags::new(terms.tags().iter().cloned());
        drop(terms);
        let mut names: Vec<Id> = graphs.into_iter().map(|name| ids[name as usize]).collect();
        names.sort_unstable();
        let numbers: HashMap<Id, u32> = names.iter().copied().zip(1..).collect();
        for [predicate, subject, object, graph] in &mut rows {
            *predicate = ids[*predicate as usize].0;
            *subject = ids[*subject as usize].0;
            *object = ids[*object as usize].0;
            *graph = graph.checked_sub(1).map_or(0, |name| numbers[&ids[name as usize]]);
        }
        drop(ids);
        rows.sort_unstable();
        rows.dedup();
        let mut quads = vec![0; names.len() + 1];
        rows.iter().for_each(|row| quads[row[3] as usize] += 1);
        let lists = GraphLists::default();
        let segments = segments(&rows, &lists);
        let graphs =
            names.iter().zip(1_u32..).map(|(id, number)| Graph { id: *id, number, quads: quads[number as usize] });
        let triples = segments.values().map(|segment| segment.len()).sum();
        let parts = Parts { epoch, graphs: graphs.collect(), triples, quads: rows.len() };
        let mut base = Base::new(dictionary, tags, lists, &names, segments, None);
        base.verbatim = verbatim;
        Version::of_base(base, parts)
    }
}

impl Version {
    /// A builder that was given all quads and graphs of this version.
    ///
    /// # Errors
    /// As [`Self::compacted`].
    pub fn to_builder(&self) -> Result<Builder, TooLarge> {
        let mut builder = Builder { verbatim: self.is_verbatim(), ..Builder::new() };
        for graph in self.graphs() {
            self.text(graph.id, |name| builder.terms.intern(name).map(|name| builder.graphs.insert(name)))?;
        }
        let mut known: HashMap<Id, u32> = HashMap::new();
        for (subject, predicate, object, graph) in self.rows() {
            let mut number = |id: Id| match known.get(&id) {
                Some(number) => Ok(*number),
                None => {
                    let number = self.text(id, |term| builder.terms.intern(term))?;
                    known.insert(id, number);
                    Ok(number)
                }
            };
            let graph = self.graph_id(graph).map_or(Ok(0), |name| number(name).map(|name| name + 1))?;
            let row = [number(predicate)?, number(subject)?, number(object)?, graph];
            builder.rows.push(row);
        }
        // What could not be read is not to be built on.
        if self.damage().is_some() { Err(TooLarge) } else { Ok(builder) }
    }
}

/// The segments of rows that ascend by predicate, subject, object and graph.
fn segments(rows: &[[u32; 4]], lists: &GraphLists) -> HashMap<Id, Arc<Segment>> {
    let mut graphs = Vec::new();
    let mut segments = HashMap::new();
    for of_predicate in rows.chunk_by(|a, b| a[0] == b[0]) {
        let triples = of_predicate.chunk_by(|a, b| a[1..3] == b[1..3]).map(|quads| {
            graphs.clear();
            graphs.extend(quads.iter().map(|quad| quad[3]));
            (Id(quads[0][1]), Id(quads[0][2]), lists.set(&graphs))
        });
        let triples: Vec<_> = triples.collect();
        segments.insert(Id(of_predicate[0][0]), Arc::new(Segment::new(&triples)));
    }
    segments
}

/// The version of some quads.
///
/// # Errors
/// [`TooLarge`] where there are more terms than numbers.
pub fn build(quads: impl IntoIterator<Item = Quad>, epoch: u64) -> Result<Version, TooLarge> {
    let mut builder = Builder::new();
    quads.into_iter().try_for_each(|quad| builder.push(quad.as_ref()))?;
    Ok(builder.finish(epoch))
}

fn node(node: NamedOrBlankNodeRef<'_>) -> TermRef<'_> {
    node.into()
}
