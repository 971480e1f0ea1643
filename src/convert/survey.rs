//! Before anything is mapped: which ids there are, which places and sources, and which document a record belongs to
//! that names none.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use memchr::memmem::Finder;

use super::pipeline::Pass;
use super::{ConvertError, Options};
use crate::location::{Location, Severity};
use crate::mapping::{Document, Finding, Ids, Run, named_by_id};
use crate::place::{self, Register};
use crate::record::read::{Batch, Input, Parsed, Rejected};
use crate::record::{self, Record, RecordType, content_hash};

/// Where a record begins: number of the input, line, column.
pub(super) type Position = (usize, u64, u64);

pub(super) fn position(file: usize, at: &Location) -> Position {
    (file, at.line, at.column)
}

/// What the records share.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) ids: Ids,
    /// The document of records that name none, for each input.
    pub(super) default: Vec<DefaultSource>,
    /// The register with the places of the run, where there are any.
    pub(super) register: Option<Register>,
    /// Errors that only several records together show.
    pub(super) rejected: HashMap<Position, Finding>,
    /// Warnings of places that stand in the stead of what is known of them.
    pub(super) warned: HashMap<Position, Finding>,
    /// Whether there are figures, or references to records whose IRIs come from what they say.
    pub(super) needs_names: bool,
}

/// The document of records that name none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DefaultSource {
    pub(super) id: String,
    /// Whether nothing but the name of the input says so.
    pub(super) assumed: bool,
}

/// What is noted of a record that has an id.
struct Seen {
    at: (u64, u64),
    id: String,
    kind: RecordType,
    /// Hash of the record as it is written.
    raw: u64,
    detail: Detail,
    source: Option<String>,
}

enum Detail {
    None,
    Language(String),
    Place(Box<record::Place>),
}

struct Answer {
    seen: Vec<Seen>,
    /// Ids of records that cannot be read, with where these stand.
    unread: Vec<(String, Location)>,
    needs_names: bool,
}

/// Searches that tell, without parsing, what a record may hold. What is no JSON object may hold anything.
pub(super) struct Clues {
    id: Finder<'static>,
    figure: Finder<'static>,
    references: [Finder<'static>; 2],
    escape: Finder<'static>,
}

impl Clues {
    pub(super) fn new() -> Self {
        Self {
            id: Finder::new("\"id\""),
            figure: Finder::new("\"variable\""),
            references: [Finder::new("\"establish"), Finder::new("\"assesses\"")],
            escape: Finder::new("\\u00"),
        }
    }

    fn opaque(&self, raw: &[u8]) -> bool {
        raw.trim_ascii_start().first() != Some(&b'{') || self.escape.find(raw).is_some()
    }

    fn has_id(&self, raw: &[u8]) -> bool {
        self.id.find(raw).is_some()
    }

    /// Whether IRIs must be learnt because of this record: it is a figure, or refers to what is named by its content.
    fn asks_for_names(&self, raw: &[u8]) -> bool {
        self.figure.find(raw).is_some() || self.references.iter().any(|clue| clue.find(raw).is_some())
    }

    /// Whether the record may be named by its content, or be a figure.
    pub(super) fn may_be_named(&self, raw: &[u8]) -> bool {
        let by_id =
            [&br#"{"type":"place""#[..], br#"{"type": "place""#, br#"{"type":"source""#, br#"{"type": "source""#];
        let named_by_id = by_id.iter().any(|start| raw.starts_with(start));
        self.opaque(raw) || self.figure.find(raw).is_some() || (!named_by_id && self.has_id(raw))
    }
}

#[derive(Default)]
struct Fold {
    survey: Survey,
    first: HashMap<Box<str>, u64>,
    suspects: HashSet<Box<str>>,
    places: Vec<(Position, Option<String>, record::Place)>,
    sources: Vec<Vec<String>>,
}

/// Reads all inputs once, and parses what defines an id.
pub(super) fn survey(inputs: &[Input], register: &Register, options: &Options) -> Result<Survey, ConvertError> {
    let pass = Pass { inputs, options: &options.read, jobs: options.jobs };
    let mut fold = Fold { sources: vec![Vec::new(); inputs.len()], ..Fold::default() };
    let clues = Clues::new();
    pass.run(
        || (),
        |(), _, batch| look(batch, &clues),
        |file, answer| {
            answer.into_iter().for_each(|answer| fold.add(file, answer));
            Ok(())
        },
    )?;
    compare(&pass, &mut fold)?;
    Ok(fold.finish(inputs, register, options))
}

fn look(batch: &Batch, clues: &Clues) -> Answer {
    let needs_names = Cell::new(false);
    let filter = |raw: &[u8]| {
        let opaque = clues.opaque(raw);
        needs_names.set(needs_names.get() || opaque || clues.asks_for_names(raw));
        opaque || clues.has_id(raw)
    };
    let (mut seen, mut unread) = (Vec::new(), Vec::new());
    for record in batch.records_matching(filter) {
        match record {
            Ok(parsed) => seen.extend(note(parsed)),
            Err(rejected) => unread.extend(unread_id(&rejected)),
        }
    }
    Answer { seen, unread, needs_names: needs_names.get() }
}

fn unread_id(rejected: &Rejected) -> Option<(String, Location)> {
    let text = rejected.json.as_ref().unwrap_or(&rejected.raw);
    let value: serde_json::Value = serde_json::from_slice(text).ok()?;
    Some((value.get("id")?.as_str()?.to_owned(), rejected.at.clone()))
}

fn note(parsed: Parsed<'_>) -> Option<Seen> {
    let id = parsed.record.id()?.to_owned();
    let mut hasher = DefaultHasher::new();
    parsed.raw().hash(&mut hasher);
    let (at, raw) = ((parsed.at.line, parsed.at.column), hasher.finish());
    let (kind, source) = (parsed.record.record_type(), own_source(&parsed.record).map(str::to_owned));
    let detail = match parsed.record {
        Record::Source(source) => Detail::Language(source.language),
        Record::Place(place) => Detail::Place(Box::new(place)),
        _ => Detail::None,
    };
    Some(Seen { at, id, kind, raw, detail, source })
}

/// The document that a record names: a source record is of itself.
pub(super) fn own_source(record: &Record) -> Option<&str> {
    match record {
        Record::Source(source) => Some(&source.id),
        other => other.source(),
    }
}

/// Whether a record may do without a document: what it says is in graphs that documents share.
pub(super) fn needs_no_source(record: &Record) -> bool {
    let shared = matches!(record, Record::Place(_) | Record::Assessment(_));
    shared && record.evidence().is_empty() && record.confidence().is_none()
}

/// The document of this id, with the language of its source record.
pub(super) fn document(run: &Run<'_>, id: &str) -> Document {
    let is_source = run.ids.kind(id) == Some(RecordType::Source);
    Document::new(&run.base, id, run.ids.annotation(id).filter(|_| is_source))
}

impl Fold {
    fn add(&mut self, file: usize, answer: Answer) {
        self.survey.needs_names |= answer.needs_names;
        answer.unread.iter().for_each(|(id, at)| self.survey.ids.reject(id, at));
        answer.seen.into_iter().for_each(|seen| self.define(file, seen));
    }

    fn define(&mut self, file: usize, seen: Seen) {
        let Seen { at, id, kind, raw, detail, source } = seen;
        match self.first.get(&*id) {
            Some(first) if *first != raw => drop(self.suspects.insert(id.as_str().into())),
            Some(_) => {}
            None => drop(self.first.insert(id.as_str().into(), raw)),
        }
        self.survey.ids.define(&id, kind);
        match detail {
            Detail::Language(language) => {
                self.survey.ids.annotate(&id, &language);
                self.sources[file].push(id);
            }
            Detail::Place(place) => self.places.push(((file, at.0, at.1), source, *place)),
            Detail::None => {}
        }
    }

    fn finish(mut self, inputs: &[Input], register: &Register, options: &Options) -> Survey {
        let sources = inputs.iter().zip(&mut self.sources);
        self.survey.default = sources.map(|(input, sources)| default_source(input, sources, options)).collect();
        self.add_places(register);
        self.survey
    }

    fn add_places(&mut self, register: &Register) {
        if self.places.is_empty() {
            return;
        }
        let mut register = register.clone();
        let mut enclosed = Vec::new();
        for (position, source, place) in std::mem::take(&mut self.places) {
            if self.survey.rejected.contains_key(&position) {
                continue;
            }
            enclosed.extend(place.within.as_ref().map(|_| (position, place.id.clone())));
            let source = source.unwrap_or_else(|| self.survey.default[position.0].id.clone());
            let language = self.survey.ids.annotation(&source).map(str::to_owned);
            match register.add(place::Place::from_record(place, language.as_deref())) {
                Ok(None) => {}
                Ok(Some(conflict)) => drop(self.survey.warned.insert(position, instead(&conflict))),
                Err(conflict) => drop(self.survey.rejected.insert(position, contradiction(&conflict))),
            }
        }
        for (position, id) in enclosed {
            // The way up ends where it would come back.
            let slot = register.slot(&id);
            let last = slot.and_then(|slot| register.ancestors_of(slot).pop());
            if last.is_some_and(|last| register.parent(last) == slot) {
                self.survey.rejected.insert(position, circle(&id));
            }
        }
        self.survey.register = Some(register);
    }
}

fn default_source(input: &Input, sources: &mut Vec<String>, options: &Options) -> DefaultSource {
    sources.sort_unstable();
    sources.dedup();
    match (sources.as_slice(), &options.default_source) {
        ([one], _) => DefaultSource { id: one.clone(), assumed: false },
        (_, Some(given)) => DefaultSource { id: given.clone(), assumed: false },
        _ => DefaultSource { id: input.stem(), assumed: true },
    }
}

fn contradiction(conflict: &place::Conflict) -> Finding {
    Finding {
        severity: Severity::Error,
        pointer: format!("/{}", conflict.field),
        reason: format!(
            "another record of the run has {} `{}` for `{}`, not `{}`",
            conflict.field, conflict.ours, conflict.id, conflict.theirs
        ),
        remedy: "give the place an id of its own, or correct one of the records".to_owned(),
    }
}

fn instead(conflict: &place::Conflict) -> Finding {
    Finding {
        severity: Severity::Warning,
        pointer: format!("/{}", conflict.field),
        reason: conflict.told(),
        remedy: "give the place an id of its own where another place is meant".to_owned(),
    }
}

fn circle(id: &str) -> Finding {
    Finding {
        severity: Severity::Error,
        pointer: "/within".to_owned(),
        reason: format!("`{id}` lies in places that lie in it"),
        remedy: "correct `within` of one of them".to_owned(),
    }
}

/// Looks again at ids that records written differently share: what differs in content is an error of the later one.
fn compare(pass: &Pass<'_>, fold: &mut Fold) -> Result<(), ConvertError> {
    if fold.suspects.is_empty() {
        return Ok(());
    }
    let suspects = std::mem::take(&mut fold.suspects);
    let mut first: HashMap<Box<str>, (u128, RecordType, Location)> = HashMap::new();
    let look = |(): &mut (), _: usize, batch: &Batch| -> Vec<_> {
        let of_suspect = |record: &Record| record.id().and_then(|id| suspects.get(id)).cloned();
        let records = batch.records_with_id().flatten();
        records
            .filter_map(|parsed| {
                of_suspect(&parsed.record)
                    .map(|id| (id, facts_hash(&parsed.record), parsed.record.record_type(), parsed.at))
            })
            .collect()
    };
    pass.run(
        || (),
        look,
        |file, answer| {
            for (id, hash, kind, at) in answer.into_iter().flatten() {
                match first.get(&id) {
                    None => drop(first.insert(id, (hash, kind, at))),
                    Some(known) if known.0 == hash && known.1 == kind => {}
                    Some((_, _, other)) => drop(fold.survey.rejected.insert(position(file, &at), taken(&id, other))),
                }
            }
            Ok(())
        },
    )
}

/// Hash of what a record says, whoever says it and wherever.
fn facts_hash(record: &Record) -> u128 {
    content_hash(&without_origin(record.clone()))
}

macro_rules! for_each_type {
    ($record:ident, $change:ident: $($name:ident)+) => {
        match &mut $record { $(Record::$name(inner) => $change!(inner)),+ }
    };
}

fn without_origin(mut record: Record) -> Record {
    macro_rules! forget {
        ($inner:ident) => {{
            $inner.source = None;
            $inner.evidence.clear();
            $inner.confidence = None;
            $inner.note = None;
        }};
    }
    for_each_type!(record, forget: Source Place Organization Person Event Tie Agreement Alliance Award Conferral
        Declaration Count Rank Target Service Post Project Assessment);
    record
}

fn taken(id: &str, first: &Location) -> Finding {
    Finding {
        severity: Severity::Error,
        pointer: "/id".to_owned(),
        reason: format!("the id `{id}` is taken by another record, at {first}, which says something else"),
        remedy: "give one of them another id, or make both say the same".to_owned(),
    }
}

/// Whether the IRI of a record must be learnt by mapping it.
pub(super) fn is_named_by_content(kind: RecordType) -> bool {
    !named_by_id(kind)
}
