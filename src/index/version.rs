//! Version (MVCC snapshot): a state of the data: a base, and what has changed since.

use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;
use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Quad, Term, TermRef};

use super::base::Base;
use super::changed::Changed;
use super::file::Damage;
use super::id::{Graph, GraphFilter, GraphSet, Id, Kind, Tag, TagText};
use super::late::{LateTerm, Place};
use super::normal::normal;
use super::number::Number;
use super::order::Key;
use super::segment::Segment;

/// An immutable state of the data, as numbers of terms in sorted columns.
///
/// The quads' triples stand in it once, whatever the number of graphs they are in; each with the set of its graphs.
#[derive(Debug)]
pub struct Version {
    pub(super) epoch: u64,
    pub(super) base: Arc<Base>,
    /// How many late terms it knows.
    pub(super) late: u32,
    pub(super) graphs: Arc<[Graph]>,
    pub(super) predicates: Arc<[Id]>,
    pub(super) changed: HashMap<Id, Arc<Changed>>,
    pub(super) triples: usize,
    pub(super) quads: usize,
    pub(super) late_places: OnceLock<LatePlaces>,
}

/// What is known of a state beside its base.
pub(super) struct Parts {
    pub(super) epoch: u64,
    pub(super) graphs: Arc<[Graph]>,
    pub(super) triples: usize,
    pub(super) quads: usize,
}

/// Where the late terms stand.
#[derive(Debug)]
pub(super) struct LatePlaces {
    /// The key of each.
    keys: Box<[u64]>,
    /// Those that stand between terms of the base: the number before, and their own, in their order.
    gaps: Box<[(u32, u32)]>,
}

/// A quad by numbers: subject, predicate, object, and the number of its graph.
pub type Row = (Id, Id, Id, u32);

impl Version {
    /// A state that is nothing but its base.
    pub(super) fn of_base(base: Base, Parts { epoch, graphs, triples, quads }: Parts) -> Self {
        let mut predicates: Vec<Id> = base.segments.keys().copied().collect();
        predicates.sort_unstable();
        Self {
            epoch,
            base: Arc::new(base),
            late: 0,
            graphs,
            predicates: predicates.into(),
            changed: HashMap::new(),
            triples,
            quads,
            late_places: OnceLock::new(),
        }
    }

    /// What was found wrong with the file that it is read from ([`Self::open`]). From then on nothing that it says is to be
    /// trusted: whoever hands out what it said looks here first.
    pub fn damage(&self) -> Option<&Damage> {
        self.base.damage()
    }

    /// Fails where [`Self::damage`] tells something.
    ///
    /// # Errors
    /// [`Damage`]
    pub fn sound(&self) -> Result<(), Damage> {
        self.damage().map_or(Ok(()), |damage| Err(damage.clone()))
    }

    /// The number of the store's commit that it is the state of.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The same state under another number.
    #[must_use]
    pub fn at(self, epoch: u64) -> Self {
        Self { epoch, ..self }
    }

    /// How many triples there are, each counted once.
    pub fn len(&self) -> usize {
        self.triples
    }

    /// Whether there is no triple.
    pub fn is_empty(&self) -> bool {
        self.triples == 0
    }

    /// How many quads there are.
    pub fn quads(&self) -> usize {
        self.quads
    }

    /// Bytes that its base takes, roughly.
    pub fn bytes(&self) -> usize {
        self.base.bytes()
    }

    /// How many of its triples have changed since the base was built.
    pub fn changes(&self) -> usize {
        self.changed.values().map(|changed| changed.changes()).sum()
    }

    /// Whether nothing has been changed or added since its base was built.
    pub fn is_plain(&self) -> bool {
        self.late == 0 && self.changed.is_empty()
    }

    /// With the epoch, what tells apart versions whose terms are numbered differently: results that nobody ordered may come in
    /// another order from each.
    pub fn arrangement(&self) -> (u32, usize) {
        (self.late, self.changes())
    }

    /// The number of a term in normal form ([`super::normal`]); `None` where the data has no such term.
    pub fn id(&self, term: TermRef<'_>) -> Option<Id> {
        self.base.find(term).ok().or_else(|| self.late_id(term))
    }

    /// Whether its terms have the form in which they came, so that one value may have several; else each is in the normal
    /// form of its value.
    pub fn is_verbatim(&self) -> bool {
        self.base.verbatim
    }

    /// The number of a term in any form: of a version that is verbatim the term as it stands, else the normal form.
    pub fn find(&self, term: Term) -> Option<Id> {
        let as_it_stands = if self.is_verbatim() { self.id(term.as_ref()) } else { None };
        as_it_stands.or_else(|| self.id(normal(term).as_ref()))
    }

    fn late_id(&self, term: TermRef<'_>) -> Option<Id> {
        if self.late == 0 {
            return None;
        }
        self.base.late.find(term).filter(|id| id.0 - Id::LATE < self.late)
    }

    fn late(&self, id: Id) -> Option<&LateTerm> {
        if id.is_late() { self.base.late.get(id) } else { None }
    }

    /// The term of a number that this version gave.
    pub fn term(&self, id: Id) -> Term {
        self.base.term(id)
    }

    /// What `f` makes of the term of a number that this version gave.
    pub fn text<R>(&self, id: Id, f: impl FnOnce(TermRef<'_>) -> R) -> R {
        self.base.text(id, f)
    }

    /// The text of a term without what makes a literal of it; none of a triple term.
    pub(super) fn raw(&self, id: Id) -> &str {
        self.late(id).map_or_else(|| self.base.dictionary.raw(id), |late| plain(late.term.as_ref()))
    }

    /// What kind of term it is. No text is looked at.
    pub fn kind(&self, id: Id) -> Kind {
        self.late(id).map_or_else(|| self.base.dictionary.kind(id), |late| late.kind)
    }

    /// The numbers of the base's terms of a kind, from the first to that after the last.
    pub fn range(&self, kind: Kind) -> std::ops::Range<u32> {
        self.base.dictionary.range(kind)
    }

    /// The terms of a kind whose texts begin with `start`, in the order of the base, then those that came later. Of blank
    /// nodes, IRIs and texts ([`Kind::Text`]) alone; texts of other kinds have an order of their own.
    pub fn beginning<'a>(&'a self, kind: Kind, start: &'a str) -> impl Iterator<Item = Id> + 'a {
        let late = (0..self.late).map(|number| Id(Id::LATE + number));
        let begins = move |id: &Id| self.kind(*id) == kind && self.text(*id, |term| plain(term).starts_with(start));
        self.base.dictionary.beginning(kind, start).map(Id).chain(late.filter(begins))
    }

    /// The number of a literal's datatype, language and direction.
    pub fn literal(&self, id: Id) -> Option<Tag> {
        self.late(id).map_or_else(|| self.base.dictionary.tag(id), |late| late.tag)
    }

    /// The datatype, language and direction of a number that [`Self::literal`] gave.
    pub fn tag(&self, tag: Tag) -> Option<&TagText> {
        self.base.tags.text(tag)
    }

    /// The value of a numeric literal.
    pub fn number(&self, id: Id) -> Option<Number> {
        self.late(id).map_or_else(|| self.base.dictionary.number(id), |late| late.number)
    }

    /// The parts of a triple term: subject, predicate, object.
    pub fn triple_term(&self, id: Id) -> Option<[Id; 3]> {
        self.late(id).map_or_else(|| self.base.dictionary.triple(id), |late| late.triple)
    }

    /// A key that compares as `ORDER BY` does ([`Key`]): equal numbers of different types have one, and so do equal
    /// moments. Keys of different versions do not compare.
    pub fn key(&self, id: Id) -> u64 {
        match self.late(id) {
            Some(_) => self.late_places().keys[(id.0 - Id::LATE) as usize],
            None => u64::from(self.base.dictionary.rank(id)) << 32,
        }
    }

    /// The key at which a term stands or would: it compares with those of [`Self::key`], and is the key of none of them
    /// unless the term ties with it. Terms that the data lacks may share one although they differ.
    pub fn position(&self, term: TermRef<'_>) -> u64 {
        match self.base.place(term) {
            Place::Ties(rank) => u64::from(rank) << 32,
            Place::After(before) => {
                let key = Key::new(Some(term));
                self.late_key(before, &key)
            }
        }
    }

    /// The key of a term that stands after this number of the base and ties with none of the base.
    fn late_key(&self, before: u32, key: &Key<'_>) -> u64 {
        let LatePlaces { keys, gaps } = self.late_places();
        let gap = gaps.partition_point(|(other, _)| *other < before);
        let gap = &gaps[gap..gap + gaps[gap..].partition_point(|(other, _)| *other == before)];
        let key_of = |number: u32| self.late(Id(Id::LATE + number)).map(|late| Key::new(Some(late.term.as_ref())));
        let smaller = gap.partition_point(|(_, number)| key_of(*number).is_some_and(|other| other < *key));
        let place = |at: usize| gap.get(at).map(|(_, number)| (*number, keys[*number as usize]));
        match place(smaller) {
            Some((number, place)) if key_of(number).as_ref() == Some(key) => place,
            _ => smaller.checked_sub(1).and_then(place).map_or(u64::from(before) << 32, |(_, place)| place) + 1,
        }
    }

    /// The keys of the late terms: after that of the base's term before them, those of one gap by even numbers.
    fn late_places(&self) -> &LatePlaces {
        self.late_places.get_or_init(|| {
            let mut gaps: Vec<(u32, Key<'_>, u32)> = Vec::new();
            let mut keys = vec![0; self.late as usize];
            for number in 0..self.late {
                let Some(late) = self.late(Id(Id::LATE + number)) else { continue };
                match late.place {
                    Place::Ties(rank) => keys[number as usize] = u64::from(rank) << 32,
                    Place::After(before) => gaps.push((before, Key::new(Some(late.term.as_ref())), number)),
                }
            }
            gaps.sort_unstable();
            for gap in gaps.chunk_by(|a, b| a.0 == b.0) {
                for (step, tied) in (1_u64..).zip(gap.chunk_by(|a, b| a.1 == b.1)) {
                    for (before, _, number) in tied {
                        keys[*number as usize] = (u64::from(*before) << 32) | (2 * step);
                    }
                }
            }
            let gaps = gaps.into_iter().map(|(before, _, number)| (before, number)).collect();
            LatePlaces { keys: keys.into(), gaps }
        })
    }

    /// The predicates that have triples, in ascending order of their numbers.
    pub fn predicates(&self) -> &[Id] {
        &self.predicates
    }

    /// The triples of a predicate, if it has any.
    pub fn segment(&self, predicate: Id) -> Option<Arc<Segment>> {
        let segment = match self.changed.get(&predicate) {
            Some(changed) => changed.segment(),
            None => self.base.segments.get(&predicate)?.clone(),
        };
        Some(segment).filter(|segment| !segment.is_empty())
    }

    /// How many triples a predicate has.
    pub fn count(&self, predicate: Id) -> usize {
        match self.changed.get(&predicate) {
            Some(changed) => changed.len(),
            None => self.base.segments.get(&predicate).map_or(0, |segment| segment.len()),
        }
    }

    /// Every named graph, empty ones that were created included, in ascending order of the names' numbers.
    pub fn graphs(&self) -> &[Graph] {
        &self.graphs
    }

    /// The number of the graph of this name, if there is one.
    pub fn graph_number(&self, name: Id) -> Option<u32> {
        let at = self.graphs.binary_search_by_key(&name, |graph| graph.id).ok()?;
        Some(self.graphs[at].number)
    }

    /// The name of a graph; the unnamed one (0) has none.
    pub fn graph_id(&self, number: u32) -> Option<Id> {
        self.base.graph_id(number)
    }

    /// The graphs of a set, in ascending order of their numbers; 0 is the unnamed one.
    pub fn graphs_of(&self, set: GraphSet) -> impl Iterator<Item = u32> + '_ {
        self.base.lists.of(set)
    }

    /// Whether a set holds a graph that is wanted.
    pub fn in_graphs(&self, set: GraphSet, wanted: &GraphFilter) -> bool {
        self.base.lists.matches(set, wanted)
    }

    /// The rows of a segment's `pso` that stand in a graph.
    pub fn rows_of_graph<'a>(&self, segment: &'a Segment, graph: u32) -> &'a [u32] {
        segment.rows_of_graph(graph, |set| self.base.lists.of(set))
    }

    /// All quads, by predicate, subject, object and graph.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.predicates.iter().filter_map(|predicate| Some((*predicate, self.segment(*predicate)?))).flat_map(
            move |(predicate, segment)| {
                (0..segment.len()).flat_map(move |row| {
                    let columns = segment.pso();
                    let (subject, object, set) = (columns.key[row], columns.value[row], columns.graph[row]);
                    self.graphs_of(set).map(move |graph| (subject, predicate, object, graph))
                })
            },
        )
    }

    /// A quad by the numbers of its terms, in any form, and of its graph; none where the data lacks one of them.
    pub fn row(&self, quad: &Quad) -> Option<Row> {
        let subject = match &quad.subject {
            NamedOrBlankNode::NamedNode(node) => self.id(node.as_ref().into()),
            NamedOrBlankNode::BlankNode(node) => self.id(node.as_ref().into()),
        };
        let graph = match &quad.graph_name {
            GraphName::DefaultGraph => Some(0),
            GraphName::NamedNode(name) => self.id(name.as_ref().into()).and_then(|name| self.base.graph_number(name)),
            GraphName::BlankNode(name) => self.id(name.as_ref().into()).and_then(|name| self.base.graph_number(name)),
        };
        Some((subject?, self.id(quad.predicate.as_ref().into())?, self.find(quad.object.clone())?, graph?))
    }

    /// Whether a quad is there.
    pub fn holds(&self, (subject, predicate, object, graph): Row) -> bool {
        let set = self.segment(predicate).and_then(|segment| segment.graphs(subject, object));
        set.is_some_and(|set| self.graphs_of(set).any(|other| other == graph))
    }

    /// The quad of a row.
    pub fn quad(&self, (subject, predicate, object, graph): Row) -> Quad {
        let graph_name = self.graph_id(graph).map_or(GraphName::DefaultGraph, |name| self.node(name).into());
        let predicate = self.text(predicate, |term| NamedNode::new_unchecked(plain(term)));
        Quad { subject: self.node(subject), predicate, object: self.term(object), graph_name }
    }

    fn node(&self, id: Id) -> NamedOrBlankNode {
        self.text(id, |term| match term {
            TermRef::BlankNode(node) => node.into_owned().into(),
            other => NamedNode::new_unchecked(plain(other)).into(),
        })
    }
}

fn plain(term: TermRef<'_>) -> &str {
    match term {
        TermRef::NamedNode(node) => node.as_str(),
        TermRef::BlankNode(node) => node.as_str(),
        TermRef::Literal(literal) => literal.value(),
        TermRef::Triple(_) => "",
    }
}
