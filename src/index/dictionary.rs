//! Term dictionary: the terms of a base, numbered in their order.

use std::cmp::Ordering;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use oxrdf::{BlankNodeRef, LiteralRef, NamedNodeRef, NamedOrBlankNode, Term, TermRef, Triple};

use super::file::{Blocks, Column, In, Out, Source};
use super::id::{Id, Kind, Tag, TagText};
use super::moment::moment;
use super::number::Number;
use super::order::{ByValue, Key, compare};
use super::tags::{self, Tags};
use super::terms::Terms;
use super::texts::Texts;

/// Terms by number, from 1 on.
#[derive(Debug)]
pub(super) struct Dictionary {
    texts: Texts,
    /// The first number after each kind.
    ends: [u32; 6],
    /// Of every literal.
    tags: Column<Tag>,
    /// Of every number.
    numbers: Column<Number>,
    /// Of every number and every time: the first that has its value.
    ranks: Column<u32>,
    triples: Column<[Id; 3]>,
}

impl Dictionary {
    /// The terms in their order; with it the number of each by that in which it came.
    pub(super) fn new(terms: &Terms) -> (Self, Vec<Id>) {
        let sorted = terms.sorted();
        let mut ids = vec![Id::UNBOUND; terms.len()];
        for (id, term) in (1_u32..).zip(&sorted) {
            ids[*term as usize] = Id(id);
        }
        let mut ends = [1; 6];
        sorted.iter().for_each(|term| ends[terms.kind(*term) as usize] += 1);
        (1..6).for_each(|kind| ends[kind] += ends[kind - 1] - 1);
        let part = |from: Kind, to: Kind| {
            let start = (from as usize).checked_sub(1).map_or(1, |before| ends[before]);
            &sorted[start as usize - 1..ends[to as usize] as usize - 1]
        };
        let literals = part(Kind::Number, Kind::Text);
        let numbers = part(Kind::Number, Kind::Number);
        let dictionary = Self {
            texts: Texts::new(sorted.iter().map(|term| terms.text(*term))),
            ends,
            tags: literals.iter().map(|term| terms.tag(*term)).collect(),
            numbers: numbers.iter().filter_map(|term| Number::of(terms.literal(*term))).collect(),
            ranks: ranks(terms, part(Kind::Number, Kind::Time), ends[Kind::Iri as usize]).into_iter().collect(),
            triples: part(Kind::Triple, Kind::Triple)
                .iter()
                .map(|term| terms.triple(*term).map(|part| ids[part as usize]))
                .collect(),
        };
        (dictionary, ids)
    }

    /// Of columns that go together: texts of all, and the first number after each kind; tags of literals, values of numbers,
    /// ranks of numbers and times, parts of triple terms.
    pub(super) fn of_columns(
        texts: Texts,
        ends: [u32; 6],
        tags: Column<Tag>,
        numbers: Column<Number>,
        ranks: Column<u32>,
        triples: Column<[Id; 3]>,
    ) -> Self {
        Self { texts, ends, tags, numbers, ranks, triples }
    }

    /// The number after the last.
    pub(super) fn end(&self) -> u32 {
        self.ends[5]
    }

    pub(super) fn bytes(&self) -> usize {
        self.texts.bytes() + self.tags.bytes() + self.numbers.bytes() + self.ranks.bytes() + self.triples.bytes()
    }

    pub(super) fn range(&self, kind: Kind) -> Range<u32> {
        let start = (kind as usize).checked_sub(1).map_or(1, |before| self.ends[before]);
        start..self.ends[kind as usize]
    }

    pub(super) fn kind(&self, id: Id) -> Kind {
        let [blank, iri, number, time, text, _] = self.ends;
        match id.0 {
            id if id < blank => Kind::Blank,
            id if id < iri => Kind::Iri,
            id if id < number => Kind::Number,
            id if id < time => Kind::Time,
            id if id < text => Kind::Text,
            _ => Kind::Triple,
        }
    }

    /// The text of a term; none of a triple term.
    pub(super) fn raw(&self, id: Id) -> &str {
        self.texts.get(id.index() - 1)
    }

    pub(super) fn tag(&self, id: Id) -> Option<Tag> {
        self.tags.get(id.0.checked_sub(self.ends[Kind::Iri as usize])? as usize)
    }

    pub(super) fn number(&self, id: Id) -> Option<Number> {
        self.numbers.get(id.0.checked_sub(self.ends[Kind::Iri as usize])? as usize)
    }

    pub(super) fn rank(&self, id: Id) -> u32 {
        let place = id.0.checked_sub(self.ends[Kind::Iri as usize]);
        place.and_then(|place| self.ranks.get(place as usize)).unwrap_or(id.0)
    }

    pub(super) fn triple(&self, id: Id) -> Option<[Id; 3]> {
        self.triples.get(id.0.checked_sub(self.ends[Kind::Text as usize])? as usize)
    }

    fn literal<'a>(&'a self, id: Id, tags: &'a Tags) -> LiteralRef<'a> {
        literal(self.raw(id), self.tag(id), tags)
    }

    /// What `f` makes of a term.
    pub(super) fn text<R>(&self, id: Id, tags: &Tags, f: impl FnOnce(TermRef<'_>) -> R) -> R {
        match self.kind(id) {
            Kind::Blank => f(BlankNodeRef::new_unchecked(self.raw(id)).into()),
            Kind::Iri => f(NamedNodeRef::new_unchecked(self.raw(id)).into()),
            Kind::Triple => f(self.term(id, tags).as_ref()),
            Kind::Number | Kind::Time | Kind::Text => f(self.literal(id, tags).into()),
        }
    }

    pub(super) fn term(&self, id: Id, tags: &Tags) -> Term {
        match self.triple(id) {
            Some(parts) => self.triple_term(parts, tags).into(),
            None => self.text(id, tags, |term| term.into_owned()),
        }
    }

    fn triple_term(&self, [subject, predicate, object]: [Id; 3], tags: &Tags) -> Triple {
        let node = |id: Id| oxrdf::NamedNode::new_unchecked(self.raw(id));
        let subject: NamedOrBlankNode = match self.kind(subject) {
            Kind::Blank => oxrdf::BlankNode::new_unchecked(self.raw(subject)).into(),
            _ => node(subject).into(),
        };
        Triple { subject, predicate: node(predicate), object: self.term(object, tags) }
    }

    /// Where a term stands, or else the number before which it would.
    pub(super) fn find(&self, term: TermRef<'_>, tags: &Tags) -> Result<Id, Id> {
        let key = Key::new(Some(term));
        let Some(kind) = key.kind() else { return Err(Id(1)) };
        let range = self.range(kind);
        if kind == Kind::Triple {
            return search(range, |id| compare(self.term(Id(id), tags).as_ref(), term)).map(Id).map_err(Id);
        }
        let by = |text: &str, tag: Option<Tag>, number: &dyn Fn() -> Option<Number>| match &key {
            Key::Blank(wanted) | Key::Iri(wanted) => text.cmp(wanted),
            Key::Number(wanted) => number()
                .map_or(Ordering::Less, |here| ByValue(here).cmp(wanted))
                .then_with(|| compare(literal(text, tag, tags).into(), term)),
            Key::Text(_) => text_first(text, term).then_with(|| compare(literal(text, tag, tags).into(), term)),
            _ => compare(literal(text, tag, tags).into(), term),
        };
        let places = self.texts.narrowed(range.start as usize - 1..range.end as usize - 1, |head| {
            by(&head.text, head.tag, &|| Number::of(literal(&head.text, head.tag, tags)))
        });
        let (start, end) = (places.start as u32 + 1, places.end as u32 + 1);
        let by_id = |id: u32| by(self.raw(Id(id)), self.tag(Id(id)), &|| self.number(Id(id)));
        search(start..end, by_id).map(Id).map_err(Id)
    }

    /// The numbers of the terms of a kind whose texts begin with `start`. Of blank nodes, IRIs and texts alone, whose order
    /// is that of their texts.
    pub(super) fn beginning(&self, kind: Kind, start: &str) -> Range<u32> {
        let range = self.range(kind);
        let places = range.start as usize - 1..range.end as usize - 1;
        let from = self.texts.narrowed(places.clone(), |head| head.text.as_ref().cmp(start));
        let first = split(from, |place| self.texts.get(place) < start);
        let mut last = first;
        // Those that begin so are few beside all: their end is looked for in steps that double.
        let mut step = 1;
        while last < places.end && self.texts.get(last).starts_with(start) {
            last = places.end.min(last + step);
            step *= 2;
        }
        let last = split(first..last, |place| self.texts.get(place).starts_with(start));
        first as u32 + 1..last as u32 + 1
    }

    pub(super) fn write(&self, blocks: &mut Blocks, directory: &mut Out) -> io::Result<()> {
        self.ends.into_iter().for_each(|end| directory.u32(end));
        self.texts.write(|place| self.tag(Id(place as u32 + 1)), blocks, directory)?;
        self.tags.write(blocks, directory)?;
        self.numbers.write(blocks, directory)?;
        self.ranks.write(blocks, directory)?;
        self.triples.write(blocks, directory)
    }

    pub(super) fn read(directory: &mut In<'_>, source: &Arc<Source>) -> io::Result<Self> {
        let mut ends = [1; 6];
        for end in &mut ends {
            *end = directory.u32()?;
        }
        let texts = Texts::read(directory, source)?;
        if !ends.is_sorted() || ends[0] == 0 || ends[5] as usize != texts.len() + 1 {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        Ok(Self {
            texts,
            ends,
            tags: Column::read(directory, source)?,
            numbers: Column::read(directory, source)?,
            ranks: Column::read(directory, source)?,
            triples: Column::read(directory, source)?,
        })
    }
}

/// The literal of a text; of no type where its tag is not known.
fn literal<'a>(text: &'a str, tag: Option<Tag>, tags: &'a Tags) -> LiteralRef<'a> {
    const NONE: &TagText = &TagText { datatype: String::new(), language: None, direction: None };
    tags::literal(text, tag.and_then(|tag| tags.text(tag)).unwrap_or(NONE))
}

/// The order of two literals by their texts, which decide most often.
fn text_first(text: &str, term: TermRef<'_>) -> Ordering {
    if let TermRef::Literal(literal) = term { text.cmp(literal.value()) } else { Ordering::Equal }
}

/// The first place of a range for which `is_before` does not hold.
fn split(range: Range<usize>, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut from, mut to) = (range.start, range.end);
    while from < to {
        let middle = from + (to - from) / 2;
        if is_before(middle) { from = middle + 1 } else { to = middle }
    }
    from
}

fn search(range: Range<u32>, by: impl Fn(u32) -> Ordering) -> Result<u32, u32> {
    let (mut from, mut to) = (range.start, range.end);
    while from < to {
        let middle = from + (to - from) / 2;
        match by(middle) {
            Ordering::Less => from = middle + 1,
            Ordering::Equal => return Ok(middle),
            Ordering::Greater => to = middle,
        }
    }
    Err(from)
}

/// For each of these terms, which begin with the number `first`, the first number whose value is the same.
fn ranks(terms: &Terms, part: &[u32], first: u32) -> Vec<u32> {
    let same = |a: u32, b: u32| {
        let (a, b) = (terms.literal(a), terms.literal(b));
        match (Number::of(a), Number::of(b)) {
            (Some(a), Some(b)) => a.compare(b).is_eq(),
            (None, None) => moment(a) == moment(b),
            _ => false,
        }
    };
    let mut ranks: Vec<u32> = Vec::with_capacity(part.len());
    for (place, id) in (0..part.len()).zip(first..) {
        let before = place.checked_sub(1).filter(|before| same(part[*before], part[place]));
        let rank = before.map_or(id, |before| ranks[before]);
        ranks.push(rank);
    }
    ranks
}
