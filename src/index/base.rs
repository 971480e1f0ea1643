//! Shared base: what the versions after one build share.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashMap;
use oxrdf::{Term, TermRef};

use super::appended::Appended;
use super::dictionary::Dictionary;
use super::file::{Damage, Source};
use super::graphs::GraphLists;
use super::id::{Id, Tag};
use super::late::{Late, LateTerm, Place};
use super::moment::moment;
use super::number::Number;
use super::order::Key;
use super::segment::Segment;
use super::tags::Tags;
use super::terms::TooLarge;

#[derive(Debug)]
pub(super) struct Base {
    pub(super) dictionary: Dictionary,
    pub(super) tags: Tags,
    pub(super) late: Late,
    pub(super) lists: GraphLists,
    /// Graphs by number, those of the first state and those that came later.
    first_graphs: Box<[Id]>,
    graph_names: Appended<Id>,
    graph_count: AtomicU32,
    /// How many of the first graphs ascend by name, and the numbers of all others.
    ascending: usize,
    other_graphs: Mutex<HashMap<Id, u32>>,
    pub(super) segments: HashMap<Id, Arc<Segment>>,
    /// Whether terms have the form in which they came.
    pub(super) verbatim: bool,
    /// Held by whoever adds terms, tags, lists or graphs.
    pub(super) growing: Mutex<()>,
    /// The file from which it is read.
    source: Option<Arc<Source>>,
}

impl Base {
    pub(super) fn new(
        dictionary: Dictionary,
        tags: Tags,
        lists: GraphLists,
        graphs: &[Id],
        segments: HashMap<Id, Arc<Segment>>,
        source: Option<Arc<Source>>,
    ) -> Self {
        let ascending = graphs.chunk_by(|a, b| a < b).next().map_or(0, <[Id]>::len);
        let others = graphs.iter().copied().zip(1..).skip(ascending).collect();
        Self {
            dictionary,
            tags,
            late: Late::default(),
            lists,
            first_graphs: graphs.into(),
            graph_names: Appended::default(),
            graph_count: AtomicU32::new(0),
            ascending,
            other_graphs: Mutex::new(others),
            segments,
            verbatim: false,
            growing: Mutex::new(()),
            source,
        }
    }

    /// What was found wrong with the file that it is read from.
    pub(super) fn damage(&self) -> Option<&Damage> {
        self.source.as_ref()?.damage()
    }

    pub(super) fn bytes(&self) -> usize {
        self.dictionary.bytes() + self.segments.values().map(|segment| segment.bytes()).sum::<usize>()
    }

    /// Gives a graph a number, from 1 on.
    pub(super) fn add_graph(&self, name: Id) -> u32 {
        let count = self.graph_count.load(Ordering::Acquire);
        self.graph_names.set(count as usize, name);
        self.graph_count.store(count + 1, Ordering::Release);
        let number = self.graphs();
        self.other_graphs.lock().unwrap_or_else(PoisonError::into_inner).insert(name, number);
        number
    }

    /// The number of a graph that ever had one.
    pub(super) fn graph_number(&self, name: Id) -> Option<u32> {
        match self.first_graphs[..self.ascending].binary_search(&name) {
            Ok(place) => u32::try_from(place + 1).ok(),
            Err(_) => self.other_graphs.lock().unwrap_or_else(PoisonError::into_inner).get(&name).copied(),
        }
    }

    /// How many graphs ever had a number.
    fn graphs(&self) -> u32 {
        u32::try_from(self.first_graphs.len()).unwrap_or(u32::MAX) + self.graph_count.load(Ordering::Acquire)
    }

    pub(super) fn graph_id(&self, number: u32) -> Option<Id> {
        let place = (number as usize).checked_sub(1)?;
        match place.checked_sub(self.first_graphs.len()) {
            None => self.first_graphs.get(place).copied(),
            Some(late) => self.graph_names.get(late).copied(),
        }
    }

    /// Every graph that ever had a number, by name.
    pub(super) fn graph_numbers(&self) -> impl Iterator<Item = (Id, u32)> + '_ {
        (1..=self.graphs()).filter_map(|number| Some((self.graph_id(number)?, number)))
    }

    pub(super) fn find(&self, term: TermRef<'_>) -> Result<Id, Id> {
        self.dictionary.find(term, &self.tags)
    }

    pub(super) fn term(&self, id: Id) -> Term {
        match self.late_term(id) {
            Some(late) => late.term.clone(),
            None => self.dictionary.term(id, &self.tags),
        }
    }

    pub(super) fn text<R>(&self, id: Id, f: impl FnOnce(TermRef<'_>) -> R) -> R {
        match self.late_term(id) {
            Some(late) => f(late.term.as_ref()),
            None => self.dictionary.text(id, &self.tags, f),
        }
    }

    fn late_term(&self, id: Id) -> Option<&LateTerm> {
        if id.is_late() { self.late.get(id) } else { None }
    }

    /// Where a term stands among the base's.
    pub(super) fn place(&self, term: TermRef<'_>) -> Place {
        let next = match self.find(term) {
            Ok(id) => return Place::Ties(self.dictionary.rank(id)),
            Err(next) => next,
        };
        let ties = |id: u32| {
            id > 0
                && id < self.dictionary.end()
                && self.text(Id(id), |other| Key::new(Some(other)) == Key::new(Some(term)))
        };
        [next.0 - 1, next.0]
            .into_iter()
            .find(|neighbour| ties(*neighbour))
            .map_or(Place::After(next.0 - 1), |tied| Place::Ties(self.dictionary.rank(Id(tied))))
    }

    /// The number of a term in normal form, which gets one where it has none. The caller holds [`Self::growing`].
    pub(super) fn intern(&self, term: TermRef<'_>) -> Result<Id, TooLarge> {
        if let Ok(id) = self.find(term) {
            return Ok(id);
        }
        if let Some(id) = self.late.find(term) {
            return Ok(id);
        }
        let triple = match term {
            TermRef::Triple(triple) => Some([
                self.intern(triple.subject.as_ref().into())?,
                self.intern(triple.predicate.as_ref().into())?,
                self.intern(triple.object.as_ref())?,
            ]),
            _ => None,
        };
        self.late.add(self.late_of(term, triple)?).ok_or(TooLarge)
    }

    fn late_of(&self, term: TermRef<'_>, triple: Option<[Id; 3]>) -> Result<LateTerm, TooLarge> {
        let (mut tag, mut number): (Option<Tag>, _) = (None, None);
        if let TermRef::Literal(literal) = term {
            tag = Some(self.tags.of(literal).ok_or(TooLarge)?);
            number = Number::of(literal);
            debug_assert!(number.is_none() || moment(literal).is_none());
        }
        let kind = Key::new(Some(term)).kind().ok_or(TooLarge)?;
        Ok(LateTerm { term: term.into_owned(), kind, tag, number, triple, place: self.place(term) })
    }
}
