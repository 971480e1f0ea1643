//! What the records of one run share: the ids that they define, the register of places, the documents, and which
//! figures stand against each other.

use std::collections::HashSet;

use hashbrown::HashMap;

use super::iri::{self, Key};
use super::{Node, Unresolved};
use crate::location::Location;
use crate::place::Register;
use crate::record::RecordType;
use crate::vocab;
use crate::vocab::BaseIri;

/// Everything that mapping one record needs to know of the others.
#[derive(Debug)]
pub struct Run<'r> {
    /// The base of the data's IRIs.
    pub base: BaseIri,
    /// All places: those of the register and those of the run.
    pub register: &'r Register,
    /// What becomes of a mention that is no one place.
    pub unresolved: Unresolved,
    /// The ids that records of the run define.
    pub ids: Ids,
    /// Hashes of the keys under which one document states different figures.
    pub conflicts: HashSet<u64>,
    /// While records are mapped only to learn their IRIs: a reference to one not named yet leads anywhere.
    pub naming: bool,
}

impl<'r> Run<'r> {
    /// A run over a register, with no ids yet.
    pub fn new(base: BaseIri, register: &'r Register, unresolved: Unresolved) -> Self {
        Self { base, register, unresolved, ids: Ids::default(), conflicts: HashSet::new(), naming: false }
    }
}

/// The ids that the records of a run define, each with the type of its record.
///
/// The IRI of a tie, an agreement or a figure comes from what it says, so it is kept beside the id; all others follow
/// from type and id.
#[derive(Debug, Default)]
pub struct Ids(HashMap<Box<str>, Known>, HashMap<Box<str>, Location>);

#[derive(Debug)]
struct Known {
    kind: RecordType,
    /// The IRI of what is named by its content, the language of a source.
    note: Option<Box<str>>,
    /// Hash of the record as it is written.
    raw: u64,
}

impl Ids {
    /// Notes that a record of this type has this id.
    pub fn define(&mut self, id: &str, kind: RecordType) {
        self.define_as(id, kind, 0);
    }

    /// As [`Self::define`], with the hash of the record as it is written; whether there is a record of this id already, which is
    /// written in another way.
    pub(crate) fn define_as(&mut self, id: &str, kind: RecordType, raw: u64) -> bool {
        match self.0.get(id) {
            Some(known) => known.raw != raw,
            None => {
                self.0.insert(id.into(), Known { kind, note: None, raw });
                false
            }
        }
    }

    /// Notes that a record with this id cannot be read, and where it stands; the first of them.
    pub fn reject(&mut self, id: &str, at: &Location) {
        self.1.entry(id.into()).or_insert_with(|| at.clone());
    }

    /// Where the record with this id stands, where it cannot be read and no other has the id.
    pub fn rejected(&self, id: &str) -> Option<&Location> {
        self.1.get(id).filter(|_| !self.0.contains_key(id))
    }

    /// Notes the IRI of a record whose IRI does not follow from its id, or the language of a source; once.
    pub fn annotate(&mut self, id: &str, note: &str) {
        if let Some(known) = self.0.get_mut(id) {
            known.note.get_or_insert_with(|| note.into());
        }
    }

    /// Notes it in the place of what was noted.
    pub fn annotate_anew(&mut self, id: &str, note: &str) {
        if let Some(known) = self.0.get_mut(id) {
            known.note = Some(note.into());
        }
    }

    /// What was noted.
    pub fn annotation(&self, id: &str) -> Option<&str> {
        self.0.get(id)?.note.as_deref()
    }

    /// The type of the record with this id.
    pub fn kind(&self, id: &str) -> Option<RecordType> {
        self.0.get(id).map(|known| known.kind)
    }

    /// Whether a place record of the run has this id.
    pub fn is_place(&self, id: &str) -> bool {
        self.kind(id) == Some(RecordType::Place)
    }

    /// Every id with the type of its record and what was noted, sorted.
    pub(crate) fn sorted(&self) -> Vec<(&str, RecordType, Option<&str>)> {
        let known = self.0.iter().map(|(id, known)| (&**id, known.kind, known.note.as_deref()));
        let mut sorted: Vec<_> = known.collect();
        sorted.sort_unstable_by_key(|(id, ..)| *id);
        sorted
    }

    /// The ids of records that cannot be read, with where these stand, sorted.
    pub(crate) fn sorted_rejected(&self) -> Vec<(&str, &Location)> {
        let mut sorted: Vec<_> = self.1.iter().map(|(id, at)| (&**id, at)).collect();
        sorted.sort_unstable();
        sorted
    }

    /// How many ids there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether the IRIs of records of this type follow from their ids.
pub(crate) const fn named_by_id(kind: RecordType) -> bool {
    use RecordType::{Alliance, Assessment, Award, Event, Organization, Person, Place, Project, Source};
    matches!(kind, Alliance | Assessment | Award | Event | Organization | Person | Place | Project | Source)
}

/// The first segment of the IRIs of records of this type.
pub(crate) const fn segment_of(kind: RecordType) -> &'static str {
    match kind {
        RecordType::Source => "doc",
        RecordType::Organization => "org",
        RecordType::Count | RecordType::Rank | RecordType::Target => "claim",
        other => other.as_str(),
    }
}

impl Run<'_> {
    /// The node of a record of the run, by its id.
    pub(crate) fn node(&self, id: &str) -> Option<Node> {
        let known = self.ids.0.get(id)?;
        match &known.note {
            _ if named_by_id(known.kind) => Some(self.by_id(segment_of(known.kind), id)),
            Some(iri) => Some(Node::Iri(String::from(&**iri))),
            None => self.naming.then(|| Node::Iri(String::new())),
        }
    }

    /// The node of a kind with a key of its own.
    pub(crate) fn by_key(&self, kind: &'static str, key: &Key<'_>) -> Node {
        Node::Iri(self.base.path(kind).key(key).finish())
    }

    /// The node of a kind with an id.
    pub(crate) fn by_id(&self, kind: &'static str, id: &str) -> Node {
        self.by_key(kind, &Key::Id(id.into()))
    }
}

/// A document and its two graphs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The id of its source record, or the name it takes where there is none.
    pub id: String,
    /// The language of its text, which texts without a tag take.
    pub language: Option<String>,
    /// Its own node.
    pub node: Node,
    /// IRI of the graph of what it asserts, `graph/{doc}`.
    pub graph: String,
    /// IRI of the graph that holds its description and the evidence, `graph/{doc}/provenance`.
    pub provenance: String,
}

impl Document {
    /// The document with this id.
    pub fn new(base: &BaseIri, id: &str, language: Option<&str>) -> Self {
        let graph = graph_iri(id);
        Self {
            id: id.to_owned(),
            language: language.map(str::to_owned),
            node: Node::Iri(base.path("doc").key(&Key::Id(id.into())).finish()),
            provenance: vocab::graph::provenance_of(&graph),
            graph,
        }
    }
}

/// The graph of a document. An id that is the name of one of the fixed graphs has its first letter encoded.
fn graph_iri(id: &str) -> String {
    iri::under(vocab::GRAPH.trim_end_matches('/')).segment_unlike(id, vocab::graph::is_fixed).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_never_take_a_fixed_graph() {
        let graph = |id: &str| Document::new(&BaseIri::default(), id, None).graph;
        assert_eq!(graph("004"), "https://w3id.org/citypact/graph/004");
        assert_eq!(graph("places"), "https://w3id.org/citypact/graph/%70laces");
        assert_eq!(graph("places/provenance"), "https://w3id.org/citypact/graph/places%2Fprovenance");
    }

    #[test]
    fn ids_lead_to_nodes() {
        let register = Register::empty();
        let mut run = Run::new(BaseIri::default(), &register, Unresolved::Mint);
        run.ids.define("a", RecordType::Award);
        run.ids.define("t", RecordType::Tie);
        assert_eq!(run.node("a").unwrap().as_str(), "https://w3id.org/citypact/id/award/a");
        assert_eq!(run.node("t"), None, "not named yet");
        run.ids.annotate("t", "https://w3id.org/citypact/id/tie/intent/a--b");
        assert_eq!(run.node("t").unwrap().as_str(), "https://w3id.org/citypact/id/tie/intent/a--b");
        assert_eq!(run.node("?"), None);
    }
}
