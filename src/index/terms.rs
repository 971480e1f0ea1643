//! Term interning: terms as they come, each once, while an index is built.

use std::cmp::Ordering;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use oxrdf::{LiteralRef, TermRef};

use super::id::{Kind, Tag, TagText};
use super::moment::moment;
use super::number::Number;
use super::tags;

/// What a term is but for its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    /// Where its text begins; the number of a triple term.
    start: u64,
    length: u32,
    tag: Tag,
    kind: Kind,
}

/// Terms by the number in which they came, from 0 on.
#[derive(Debug, Default)]
pub(super) struct Terms {
    entries: Vec<Entry>,
    text: String,
    known: HashTable<u32>,
    hasher: DefaultHashBuilder,
    tags: Vec<TagText>,
    tag_numbers: HashMap<TagText, u16>,
    triples: Vec<[u32; 3]>,
    triple_numbers: HashMap<[u32; 3], u32>,
}

/// Why data cannot be indexed: there are more terms or tags than numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there are more terms than numbers")]
pub struct TooLarge;

impl Terms {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Bytes that it takes, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.text.capacity() + self.entries.capacity() * size_of::<Entry>() + self.known.capacity() * 5
    }

    pub(super) fn tags(&self) -> &[TagText] {
        &self.tags
    }

    pub(super) fn kind(&self, number: u32) -> Kind {
        self.entries[number as usize].kind
    }

    pub(super) fn tag(&self, number: u32) -> Tag {
        self.entries[number as usize].tag
    }

    pub(super) fn text(&self, number: u32) -> &str {
        let entry = self.entries[number as usize];
        let start = usize::try_from(entry.start).unwrap_or(usize::MAX);
        if entry.kind == Kind::Triple { "" } else { &self.text[start..start + entry.length as usize] }
    }

    pub(super) fn triple(&self, number: u32) -> [u32; 3] {
        self.triples[usize::try_from(self.entries[number as usize].start).unwrap_or(usize::MAX)]
    }

    pub(super) fn literal(&self, number: u32) -> LiteralRef<'_> {
        tags::literal(self.text(number), &self.tags[usize::from(self.tag(number).0)])
    }

    /// The number of a term in normal form, which gets one where it has none.
    pub(super) fn intern(&mut self, term: TermRef<'_>) -> Result<u32, TooLarge> {
        match term {
            TermRef::BlankNode(node) => self.intern_text(node.as_str(), Tag(0), Class::Blank),
            TermRef::NamedNode(node) => self.intern_text(node.as_str(), Tag(0), Class::Iri),
            TermRef::Literal(literal) => {
                let tag = self.tag_of(literal)?;
                self.intern_text(literal.value(), tag, Class::Literal)
            }
            TermRef::Triple(triple) => {
                let parts = [
                    self.intern(triple.subject.as_ref().into())?,
                    self.intern(triple.predicate.as_ref().into())?,
                    self.intern(triple.object.as_ref())?,
                ];
                self.intern_triple(parts)
            }
        }
    }

    fn tag_of(&mut self, literal: LiteralRef<'_>) -> Result<Tag, TooLarge> {
        let found = self.tags.iter().take(64).position(|tag| {
            tag.datatype == literal.datatype().as_str()
                && tag.language.as_deref() == literal.language()
                && tag.direction == literal.direction()
        });
        if let Some(number) = found.and_then(|number| u16::try_from(number).ok()) {
            return Ok(Tag(number));
        }
        let text = TagText {
            datatype: literal.datatype().as_str().to_owned(),
            language: literal.language().map(str::to_owned),
            direction: literal.direction(),
        };
        if let Some(number) = self.tag_numbers.get(&text) {
            return Ok(Tag(*number));
        }
        let number = u16::try_from(self.tags.len()).map_err(|_| TooLarge)?;
        self.tags.push(text.clone());
        self.tag_numbers.insert(text, number);
        Ok(Tag(number))
    }

    fn intern_text(&mut self, text: &str, tag: Tag, class: Class) -> Result<u32, TooLarge> {
        let hash = self.hasher.hash_one((class, tag, text));
        let same = |number: &u32| {
            let entry = self.entries[*number as usize];
            Class::of(entry.kind) == class && entry.tag == tag && self.text(*number) == text
        };
        if let Some(number) = self.known.find(hash, same) {
            return Ok(*number);
        }
        let kind = match class {
            Class::Blank => Kind::Blank,
            Class::Iri => Kind::Iri,
            Class::Literal => literal_kind(tags::literal(text, &self.tags[usize::from(tag.0)])),
        };
        let length = u32::try_from(text.len()).map_err(|_| TooLarge)?;
        let number = self.push(Entry { start: self.text.len() as u64, length, tag, kind })?;
        self.text.push_str(text);
        let (entries, texts, hasher) = (&self.entries, &self.text, &self.hasher);
        self.known.insert_unique(hash, number, |number| {
            let entry = entries[*number as usize];
            let start = usize::try_from(entry.start).unwrap_or(usize::MAX);
            hasher.hash_one((Class::of(entry.kind), entry.tag, &texts[start..start + entry.length as usize]))
        });
        Ok(number)
    }

    fn intern_triple(&mut self, parts: [u32; 3]) -> Result<u32, TooLarge> {
        if let Some(number) = self.triple_numbers.get(&parts) {
            return Ok(*number);
        }
        let start = self.triples.len() as u64;
        let number = self.push(Entry { start, length: 0, tag: Tag(0), kind: Kind::Triple })?;
        self.triples.push(parts);
        self.triple_numbers.insert(parts, number);
        Ok(number)
    }

    fn push(&mut self, entry: Entry) -> Result<u32, TooLarge> {
        let number = u32::try_from(self.entries.len()).map_err(|_| TooLarge)?;
        if number >= super::Id::LATE - 1 {
            return Err(TooLarge);
        }
        self.entries.push(entry);
        Ok(number)
    }

    /// The numbers of all terms in the order of terms.
    pub(super) fn sorted(&self) -> Vec<u32> {
        let mut kinds: [Vec<u32>; 6] = Default::default();
        for (number, entry) in (0_u32..).zip(&self.entries) {
            kinds[entry.kind as usize].push(number);
        }
        let [blank, iri, number, time, text, triple] = &mut kinds;
        for plain in [blank, iri] {
            plain.sort_unstable_by(|a, b| self.text(*a).cmp(self.text(*b)));
        }
        self.sort_by_value(number, |literal| Number::of(literal).map(super::order::ByValue));
        self.sort_by_value(time, moment);
        let ranks = self.tag_ranks();
        text.sort_unstable_by(|a, b| {
            let rank = |number: u32| ranks[usize::from(self.tag(number).0)];
            self.text(*a).cmp(self.text(*b)).then_with(|| rank(*a).cmp(&rank(*b)))
        });
        triple.sort_unstable_by(|a, b| self.compare_triples(*a, *b));
        kinds.concat()
    }

    fn sort_by_value<V: Ord>(&self, numbers: &mut Vec<u32>, value: impl Fn(LiteralRef<'_>) -> Option<V>) {
        let ranks = self.tag_ranks();
        let keyed = std::mem::take(numbers).into_iter().map(|number| (value(self.literal(number)), number));
        let mut keyed: Vec<_> = keyed.collect();
        keyed.sort_unstable_by(|(a, first), (b, second)| {
            let form = |number: u32| (ranks[usize::from(self.tag(number).0)], self.text(number));
            a.cmp(b).then_with(|| form(*first).cmp(&form(*second)))
        });
        numbers.extend(keyed.into_iter().map(|(_, number)| number));
    }

    /// The place of each tag by datatype, language and direction.
    fn tag_ranks(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.tags.len()).collect();
        let from_right = |tag: &TagText| tag.direction == Some(oxrdf::BaseDirection::Rtl);
        order.sort_by(|a, b| {
            let (a, b) = (&self.tags[*a], &self.tags[*b]);
            (&a.datatype, &a.language, from_right(a)).cmp(&(&b.datatype, &b.language, from_right(b)))
        });
        let mut ranks = vec![0; order.len()];
        order.into_iter().enumerate().for_each(|(rank, tag)| ranks[tag] = rank);
        ranks
    }

    fn compare_triples(&self, a: u32, b: u32) -> Ordering {
        let (a, b) = (self.triple(a), self.triple(b));
        a.into_iter().zip(b).map(|(a, b)| self.compare(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    fn compare(&self, a: u32, b: u32) -> Ordering {
        if a == b {
            return Ordering::Equal;
        }
        let (kind, other) = (self.kind(a), self.kind(b));
        kind.cmp(&other).then_with(|| match kind {
            Kind::Blank | Kind::Iri => self.text(a).cmp(self.text(b)),
            Kind::Triple => self.compare_triples(a, b),
            _ => super::order::compare(self.literal(a).into(), self.literal(b).into()),
        })
    }
}

/// What two terms of one text may differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Class {
    Blank,
    Iri,
    Literal,
}

impl Class {
    /// A triple term has no text: it is not looked for here.
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Blank => Self::Blank,
            Kind::Iri | Kind::Triple => Self::Iri,
            Kind::Number | Kind::Time | Kind::Text => Self::Literal,
        }
    }
}

pub(super) fn literal_kind(literal: LiteralRef<'_>) -> Kind {
    if Number::of(literal).is_some() {
        Kind::Number
    } else if moment(literal).is_some() {
        Kind::Time
    } else {
        Kind::Text
    }
}
