//! Before anything is mapped: which ids there are, which places and sources, and which document a record belongs to
//! that names none.

mod assumed;
mod file;
mod places;
mod same_id;
mod spool;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::io;

use memchr::memmem::Finder;

pub use file::SurveyError;
pub(super) use file::{Writer, read};

use self::spool::{Frame, Spool};
use super::pipeline::{Inputs, Pass};
use super::{ConvertError, Options};
use crate::location::{Diagnostic, Location};
use crate::mapping::{Document, Finding, Ids, Run, named_by_id};
use crate::place::Register;
use crate::record::read::{Batch, Parsed, RecordSource, Rejected, Unparsed, type_at_an_end};
use crate::record::{Record, RecordType};

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
    /// Hashes of the keys of figures that contradict each other, where they are known already.
    pub(super) conflicts: HashSet<u64>,
    /// Whether there are figures, or references to records whose IRIs come from what they say, and these are not known yet.
    pub(super) needs_names: bool,
}

/// The document of records that name none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DefaultSource {
    pub(super) id: String,
    /// Whether nothing but the name of the input says so.
    pub(super) assumed: bool,
    /// Which of the records is told of with that.
    pub(super) told: Told,
}

/// The record that is told of where a document is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The first.
    First,
    /// The one at this line and column, which may be in another part of the input.
    At(u64, u64),
    /// None: all of the input's records name their sources.
    Nowhere,
}

impl Told {
    /// Whether a record that has its document by assumption is to be told of, unless one before it was.
    pub(super) fn is_at(self, at: &Location) -> bool {
        match self {
            Self::First => true,
            Self::At(line, column) => (at.line, at.column) == (line, column),
            Self::Nowhere => false,
        }
    }
}

/// What is noted of a record that has an id.
struct Seen {
    id: String,
    kind: RecordType,
    /// Hash of the record as it is written.
    raw: u64,
    detail: Detail,
}

enum Detail {
    None,
    Language(String),
    Place(Frame),
}

struct Answer {
    seen: Vec<Seen>,
    /// Ids of records that cannot be read, with where these stand.
    unread: Vec<(String, Location)>,
    needs_names: bool,
}

/// Tell without parsing what a record may hold: searches of its bytes, of which those that are no JSON object may hold anything.
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
    pub(super) fn may_be_named(&self, record: Unparsed<'_>) -> bool {
        match record {
            Unparsed::Raw(raw) => {
                let is_named_by_id = || {
                    let kind = std::str::from_utf8(raw).ok().and_then(type_at_an_end);
                    kind.is_some_and(named_by_id)
                };
                self.opaque(raw) || self.figure.find(raw).is_some() || (self.has_id(raw) && !is_named_by_id())
            }
            Unparsed::Typed(record) => concerns_names(record),
        }
    }
}

/// What a first reading of all inputs gathers.
#[derive(Default)]
pub(super) struct Gathered {
    survey: Survey,
    /// The places that records describe.
    places: Spool,
}

#[derive(Default)]
struct Fold {
    gathered: Gathered,
    suspects: HashSet<Box<str>>,
    sources: Vec<Vec<String>>,
}

impl Gathered {
    /// Reads all inputs once, and parses what defines an id. `say` is handed what there is to say of the inputs themselves.
    pub(super) fn of(
        inputs: &Inputs<'_>,
        options: &Options,
        say: &mut dyn FnMut(Diagnostic),
    ) -> Result<Self, ConvertError> {
        let pass = Pass { inputs, options: &options.read, jobs: options.jobs };
        let mut fold = Fold { sources: vec![Vec::new(); inputs.len()], ..Fold::default() };
        let clues = Clues::new();
        pass.run(
            || (),
            |(), file, batch| look(file, batch, &clues),
            |file, answer| match answer {
                Ok(answer) => fold.add(file, answer).map_err(ConvertError::Spool),
                Err(finding) => {
                    say(finding);
                    Ok(())
                }
            },
        )?;
        let Fold { mut gathered, suspects, mut sources, .. } = fold;
        gathered.survey.rejected = same_id::compare(&pass, &suspects)?;
        let sources = inputs.iter().zip(&mut sources);
        gathered.survey.default = sources.map(|(input, sources)| default_source(*input, sources, options)).collect();
        Ok(gathered)
    }

    /// Finds the records that are told of where documents are assumed.
    pub(super) fn find_assumed(&mut self, inputs: &Inputs<'_>, options: &Options) -> Result<(), ConvertError> {
        assumed::find(inputs, options, &mut self.survey)
    }

    /// Puts the places over the register. Gives them back beside it.
    pub(super) fn settled(self, register: &Register) -> Result<(Survey, Spool), ConvertError> {
        let Self { mut survey, mut places } = self;
        let mut adding = places::Adding::default();
        let add = |described| {
            adding.add(described, &mut survey, register);
            Ok(())
        };
        places.each::<io::Error>(add).map_err(ConvertError::Spool)?;
        adding.finish(&mut survey);
        Ok((survey, places))
    }
}

fn look(file: usize, batch: &Batch<'_>, clues: &Clues) -> Answer {
    let needs_names = Cell::new(false);
    let filter = |record: Unparsed<'_>| match record {
        Unparsed::Raw(raw) => {
            let opaque = clues.opaque(raw);
            needs_names.set(needs_names.get() || opaque || clues.asks_for_names(raw));
            opaque || clues.has_id(raw)
        }
        Unparsed::Typed(record) => {
            needs_names.set(needs_names.get() || asks_for_names(record));
            record.id().is_some()
        }
    };
    let (mut seen, mut unread) = (Vec::new(), Vec::new());
    for record in batch.records_matching(filter) {
        match record {
            Ok(parsed) => seen.extend(note(file, parsed)),
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

fn note(file: usize, parsed: Parsed<'_>) -> Option<Seen> {
    let id = parsed.record.id()?.to_owned();
    let (at, raw) = (position(file, &parsed.at), parsed.hash_as_written());
    let kind = parsed.record.record_type();
    let detail = match parsed.record.into_owned() {
        Record::Source(source) => Detail::Language(source.language),
        Record::Place(place) => Detail::Place(Frame::new(at, place)),
        _ => Detail::None,
    };
    Some(Seen { id, kind, raw, detail })
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
    fn add(&mut self, file: usize, answer: Answer) -> io::Result<()> {
        let survey = &mut self.gathered.survey;
        survey.needs_names |= answer.needs_names;
        answer.unread.iter().for_each(|(id, at)| survey.ids.reject(id, at));
        answer.seen.into_iter().try_for_each(|seen| self.define(file, seen))
    }

    fn define(&mut self, file: usize, seen: Seen) -> io::Result<()> {
        let Seen { id, kind, raw, detail } = seen;
        let Gathered { survey, places } = &mut self.gathered;
        if survey.ids.define_as(&id, kind, raw) {
            self.suspects.insert(id.as_str().into());
        }
        match detail {
            Detail::Language(language) => {
                survey.ids.annotate(&id, &language);
                self.sources[file].push(id);
            }
            Detail::Place(frame) => places.push(&frame)?,
            Detail::None => {}
        }
        Ok(())
    }
}

fn default_source(input: &dyn RecordSource, sources: &mut Vec<String>, options: &Options) -> DefaultSource {
    sources.sort_unstable();
    sources.dedup();
    match (sources.as_slice(), &options.default_source) {
        ([one], _) => DefaultSource { id: one.clone(), assumed: false, told: Told::First },
        (_, Some(given)) => DefaultSource { id: given.clone(), assumed: false, told: Told::First },
        _ => DefaultSource { id: input.stem(), assumed: true, told: Told::First },
    }
}

/// As [`Clues::asks_for_names`], of a typed record.
fn asks_for_names(record: &Record) -> bool {
    match record {
        Record::Tie(tie) => tie.established_by.is_some(),
        Record::Agreement(agreement) => agreement.establishes.is_some(),
        Record::Assessment(_) => true,
        other => is_figure(other),
    }
}

fn is_figure(record: &Record) -> bool {
    matches!(record, Record::Count(_) | Record::Rank(_) | Record::Target(_))
}

/// Whether a record is a figure, or has an IRI that must be learnt by mapping it.
pub(super) fn concerns_names(record: &Record) -> bool {
    is_figure(record) || (record.id().is_some() && !named_by_id(record.record_type()))
}
