//! What a run's records share, in a file: a first reading of all inputs writes it, and whoever converts a part of them reads
//! it, so that parts need nothing of each other.
//!
//! The file is JSON Lines, one [`Line`] a line, in an order that does not depend on threads; its last line says how many there are.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::places::Adding;
use super::spool::{Described, Spool};
use super::{DefaultSource, Gathered, Position, Survey, Told};
use crate::convert::pipeline::Inputs;
use crate::convert::{ConvertError, Options};
use crate::location::{Location, Severity};
use crate::mapping::{Finding, Run, Unresolved};
use crate::place::{Place, Register};
use crate::record::read::{Input, RecordSource};
use crate::record::{Level, RecordType};

/// Why a file of what the records of a run share is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SurveyError {
    /// The file cannot be read.
    #[error("cannot read {name}")]
    Read {
        /// The file.
        name: Arc<str>,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A line is none that a first reading writes.
    #[error(
        "{name}:{line}: this is no file of a run's places; one is made by `citypact convert FILES --places-out {name}`"
    )]
    Line {
        /// The file.
        name: Arc<str>,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        #[source]
        cause: serde_json::Error,
    },
    /// The end is missing.
    #[error("{name} ends early, after {lines} lines: make it anew by --places-out")]
    Cut {
        /// The file.
        name: Arc<str>,
        /// How many lines there are.
        lines: u64,
    },
    /// It was made in another way than it is used.
    #[error(
        "{name} was made with {what} {made}, and is used with {given}: give both the same, or make it anew by --places-out"
    )]
    Other {
        /// The file.
        name: Arc<str>,
        /// What differs.
        what: &'static str,
        /// What it was when the file was made.
        made: String,
        /// What it is now.
        given: String,
    },
    /// An input was not among those read first.
    #[error("{name} tells nothing of {input}, but of {known}: convert parts of these, or make it anew by --places-out")]
    Input {
        /// The file.
        name: Arc<str>,
        /// The input.
        input: Arc<str>,
        /// The inputs that it tells of.
        known: String,
    },
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Line<'l> {
    /// How the inputs were read.
    Run(How),
    /// An input, with the document of records in it that name none.
    Input { name: Cow<'l, str>, document: Cow<'l, str>, assumed: bool, told: Option<(u64, u64)> },
    /// A record that takes the id of another.
    Taken { at: Position, pointer: Cow<'l, str>, reason: Cow<'l, str>, remedy: Cow<'l, str> },
    /// An id, with what must be known of its record.
    Id {
        id: Cow<'l, str>,
        kind: Cow<'l, str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Cow<'l, str>>,
    },
    /// The id of a record that cannot be read.
    Unread {
        id: Cow<'l, str>,
        file: Cow<'l, str>,
        line: u64,
        column: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cell: Option<Cow<'l, str>>,
    },
    /// The hash of a key under which figures contradict each other.
    Conflict(u64),
    /// A place that a record describes.
    Place(Box<PlaceLine>),
    /// The last line, with the number of those before it.
    End(u64),
}

/// A place, and where it is described. Degrees are texts, which are read to the last bit.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceLine {
    at: Position,
    source: Option<String>,
    id: String,
    level: Level,
    state: Option<String>,
    within: Option<String>,
    names: Vec<(String, String)>,
    lat: Option<String>,
    long: Option<String>,
    codes: BTreeMap<String, String>,
    same_as: Vec<String>,
    different_from: Vec<String>,
}

impl From<Described> for PlaceLine {
    fn from(Described { at, source, place, .. }: Described) -> Self {
        let Place { id, level, state, within, names, lat, long, codes, same_as, different_from, .. } = place;
        let text = |degrees: Option<f64>| degrees.map(|degrees| degrees.to_string());
        let (lat, long) = (text(lat), text(long));
        Self { at, source, id, level, state, within, names, lat, long, codes, same_as, different_from }
    }
}

impl From<PlaceLine> for Described {
    fn from(line: PlaceLine) -> Self {
        let PlaceLine { at, source, id, level, state, within, names, lat, long, codes, same_as, different_from } = line;
        let degrees = |text: Option<String>| text.and_then(|text| text.parse().ok());
        let (lat, long) = (degrees(lat), degrees(long));
        let place = Place { state, within, names, lat, long, codes, same_as, different_from, ..Place::new(id, level) };
        Self { at, source, place, folded: Vec::new() }
    }
}

/// What must be the same for all parts of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct How {
    version: String,
    base: String,
    unresolved: String,
    lenient: bool,
    source: Option<String>,
    places: String,
}

impl How {
    fn of(options: &Options, register: &Register) -> Self {
        let unresolved = match options.unresolved {
            Unresolved::Mint => "mint",
            Unresolved::Keep => "keep",
            Unresolved::Reject => "reject",
        };
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            base: options.base.as_str().to_owned(),
            unresolved: unresolved.to_owned(),
            lenient: options.read.lenient,
            source: options.default_source.clone(),
            places: register.fingerprint(),
        }
    }

    /// The first thing that differs, as people say it.
    fn difference(&self, given: &Self) -> Option<(&'static str, String, String)> {
        let source = |how: &Self| how.source.clone().unwrap_or_else(|| "none".to_owned());
        let pairs = [
            ("the version", self.version.clone(), given.version.clone()),
            ("--base", self.base.clone(), given.base.clone()),
            ("--unresolved", self.unresolved.clone(), given.unresolved.clone()),
            ("--lenient", self.lenient.to_string(), given.lenient.to_string()),
            ("--source", source(self), source(given)),
            ("the register of places (--places, --decisions)", self.places.clone(), given.places.clone()),
        ];
        pairs.into_iter().find(|(_, made, given)| made != given)
    }
}

/// Writes the file, line by line.
pub(in crate::convert) struct Writer<W> {
    out: W,
    lines: u64,
}

impl<W: Write> Writer<W> {
    pub(in crate::convert) const fn new(out: W) -> Self {
        Self { out, lines: 0 }
    }

    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        self.lines += 1;
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }

    /// What is known before the places are put over the register.
    pub(in crate::convert) fn gathered(
        &mut self,
        gathered: &Gathered,
        inputs: &Inputs<'_>,
        options: &Options,
        register: &Register,
    ) -> io::Result<()> {
        self.line(&Line::Run(How::of(options, register)))?;
        for (input, default) in inputs.iter().zip(&gathered.survey.default) {
            self.input(&input.name(), default)?;
        }
        let mut taken: Vec<_> = gathered.survey.rejected.iter().collect();
        taken.sort_unstable_by_key(|(at, _)| **at);
        for (at, Finding { pointer, reason, remedy, .. }) in taken {
            self.line(&Line::Taken { at: *at, pointer: pointer.into(), reason: reason.into(), remedy: remedy.into() })?;
        }
        Ok(())
    }

    fn input(&mut self, name: &str, default: &DefaultSource) -> io::Result<()> {
        let told = match default.told {
            Told::At(line, column) => Some((line, column)),
            Told::First | Told::Nowhere => None,
        };
        let DefaultSource { id, assumed, .. } = default;
        self.line(&Line::Input { name: name.into(), document: id.into(), assumed: *assumed, told })
    }

    /// What is known once records that are named by what they say have their IRIs; the places, and the end.
    pub(in crate::convert) fn named(mut self, run: &Run<'_>, places: &mut Spool) -> io::Result<()> {
        let Run { ids, conflicts, .. } = run;
        for (id, kind, note) in ids.sorted() {
            self.line(&Line::Id { id: id.into(), kind: kind.as_str().into(), note: note.map(Into::into) })?;
        }
        for (id, Location { file, line, column, cell }) in ids.sorted_rejected() {
            let cell = cell.as_ref().map(|cell| Cow::Borrowed(cell.as_str()));
            self.line(&Line::Unread { id: id.into(), file: Cow::Borrowed(file), line: *line, column: *column, cell })?;
        }
        let mut conflicts: Vec<u64> = conflicts.iter().copied().collect();
        conflicts.sort_unstable();
        conflicts.into_iter().try_for_each(|hash| self.line(&Line::Conflict(hash)))?;
        places.each(|described| self.line(&Line::Place(Box::new(described.into()))))?;
        let lines = self.lines;
        self.line(&Line::End(lines))?;
        self.out.flush()
    }
}

/// Reads the file, for inputs that are parts of those it tells of.
///
/// # Errors
/// [`SurveyError`], within [`ConvertError::Survey`].
pub(in crate::convert) fn read(
    file: &Input,
    inputs: &Inputs<'_>,
    register: &Register,
    options: &Options,
) -> Result<Survey, ConvertError> {
    let name = file.name();
    let mut reader = Reader::of(&name);
    let fail = |cause| SurveyError::Read { name: Arc::clone(&name), cause };
    let (mut lines, mut text) = (file.reader().map_err(fail)?, Vec::new());
    let mut count = 0;
    while lines.read_until(b'\n', &mut text).map_err(fail)? > 0 && !reader.whole {
        let line = serde_json::from_slice(&text);
        let line = line.map_err(|cause| SurveyError::Line { name: Arc::clone(&name), line: count + 1, cause })?;
        reader.take(line, count, options, register)?;
        count += 1;
        text.clear();
    }
    if !reader.whole {
        return Err(SurveyError::Cut { name, lines: count }.into());
    }
    let Reader { mut survey, adding, inputs: known, .. } = reader;
    adding.finish(&mut survey);
    let which = inputs.iter().map(|input| which(*input, &known, &name)).collect::<Result<Vec<_>, _>>()?;
    Ok(survey.of_parts(&which))
}

/// Which of the known inputs one is, or is a part of.
fn which(input: &dyn RecordSource, known: &[String], name: &Arc<str>) -> Result<usize, SurveyError> {
    let whole = input.name();
    known.iter().position(|known| **known == *whole).ok_or_else(|| SurveyError::Input {
        name: Arc::clone(name),
        input: whole,
        known: known.join(", "),
    })
}

struct Reader<'r> {
    name: &'r Arc<str>,
    survey: Survey,
    adding: Adding,
    inputs: Vec<String>,
    whole: bool,
}

impl<'r> Reader<'r> {
    fn of(name: &'r Arc<str>) -> Self {
        Self { name, survey: Survey::default(), adding: Adding::default(), inputs: Vec::new(), whole: false }
    }

    fn take(&mut self, line: Line<'_>, before: u64, options: &Options, register: &Register) -> Result<(), SurveyError> {
        let survey = &mut self.survey;
        match line {
            Line::Run(how) => return self.compare(&how, &How::of(options, register)),
            Line::Input { name, document, assumed, told } => {
                let told = told.map_or(Told::Nowhere, |(line, column)| Told::At(line, column));
                survey.default.push(DefaultSource { id: document.into_owned(), assumed, told });
                self.inputs.push(name.into_owned());
            }
            Line::Taken { at, pointer, reason, remedy } => {
                let (pointer, reason, remedy) = (pointer.into_owned(), reason.into_owned(), remedy.into_owned());
                survey.rejected.insert(at, Finding { severity: Severity::Error, pointer, reason, remedy });
            }
            Line::Id { id, kind, note } => {
                let Some(kind) = RecordType::from_tag(&kind) else { return self.cut(before) };
                survey.ids.define(&id, kind);
                note.iter().for_each(|note| survey.ids.annotate(&id, note));
            }
            Line::Unread { id, file, line, column, cell } => {
                let cell = cell.map(|cell| Arc::new(cell.into_owned()));
                survey.ids.reject(&id, &Location { file: (*file).into(), line, column, cell });
            }
            Line::Conflict(hash) => drop(survey.conflicts.insert(hash)),
            Line::Place(place) if place.at.0 < survey.default.len() => {
                self.adding.add((*place).into(), survey, register);
            }
            Line::Place(_) => return self.cut(before),
            Line::End(lines) if lines == before => self.whole = true,
            Line::End(_) => return self.cut(before),
        }
        Ok(())
    }

    fn compare(&self, made: &How, given: &How) -> Result<(), SurveyError> {
        match made.difference(given) {
            Some((what, made, given)) => Err(SurveyError::Other { name: Arc::clone(self.name), what, made, given }),
            None => Ok(()),
        }
    }

    /// A line that fits nothing before it: lines are missing.
    fn cut(&self, lines: u64) -> Result<(), SurveyError> {
        Err(SurveyError::Cut { name: Arc::clone(self.name), lines })
    }
}

impl Survey {
    /// What inputs share that are, or are parts of, those of these numbers.
    fn of_parts(self, which: &[usize]) -> Self {
        let default = which.iter().map(|&whole| self.default[whole].clone()).collect();
        let (rejected, warned) = (moved(&self.rejected, which), moved(&self.warned, which));
        Self { default, rejected, warned, needs_names: false, ..self }
    }
}

/// Findings by the numbers that their inputs have among others.
fn moved(findings: &HashMap<Position, Finding>, which: &[usize]) -> HashMap<Position, Finding> {
    let parts = which.iter().enumerate();
    let of_part = |(part, whole): (usize, &usize)| {
        let (part, whole) = (part, *whole);
        let found = findings.iter().filter(move |((input, ..), _)| *input == whole);
        found.map(move |((_, line, column), finding)| ((part, *line, *column), finding.clone()))
    };
    parts.flat_map(of_part).collect()
}
