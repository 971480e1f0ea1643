//! Records into quads, from sources ([`RecordSource`]) to a [`Sink`]: read, resolved, mapped, in as many threads as wished and always in the
//! order of the input.
//!
//! ```text
//! inputs ─▶ survey (ids, places, sources) ─▶ names (IRIs that come from content) ─▶ mapping ─▶ sink, in order
//! ```
//!
//! Parts of the inputs may be converted apart, by as many processes as wished: [`survey`](fn@survey) reads all of them and writes what
//! the parts need to know of each other, [`Options::survey`] takes it up.
//!
//! The inputs are read two or three times, as streams; memory grows only with the ids, the places and the figures that
//! the records define. The quads do not depend on the number of threads.
//!
//! How documents group: see [`Sink`]. Records of one document that stand together come in one [`Piece`]; the places of
//! the register that records refer to, with all that they lie in, come last, in a piece without a document.

mod memory;
mod names;
mod pipeline;
mod sink;
mod survey;
mod syntax;
mod write;

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

pub use memory::records;
pub use sink::{Chunk, NQuads, NTriples, Piece, Sink, TripleLines};
pub use survey::SurveyError;
pub use syntax::convert_to;

use self::pipeline::Inputs;
use self::survey::Survey;
use crate::location::{Diagnostic, Location, Severity};
use crate::mapping::{Run, Tally, Unresolved};
use crate::place::{Register, Resolution};
use crate::record::Mention;
use crate::record::read::{Input, ReadError, ReadOptions, RecordSource, Rejected};
use crate::vocab::BaseIri;

/// How to convert.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The base of the data's IRIs.
    pub base: BaseIri,
    /// What becomes of mentions that are no one place.
    pub unresolved: Unresolved,
    /// How to read.
    pub read: ReadOptions,
    /// How many threads work at once; 0 for as many as there are cores.
    pub jobs: usize,
    /// The document of records that name no source, in inputs that do not have exactly one source record.
    pub default_source: Option<String>,
    /// Whether every mention is to be reported ([`Event::Mention`]).
    pub report_mentions: bool,
    /// What the records of a whole run share, as [`survey`](fn@survey) wrote it; the inputs are then parts of those it read, by
    /// their names ([`Input::part_of`]), and nothing is read before it is converted.
    pub survey: Option<Input>,
}

/// Something to be told while converting, in the order of the input.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A warning on a record that went through, or a finding on an input between records.
    Finding(Diagnostic),
    /// A record that did not go through; what it says is in no output.
    Rejected(Rejected),
    /// What a mention was resolved to.
    Mention(MentionReport),
}

/// What became of a mention.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MentionReport {
    /// Where its record begins.
    pub at: Location,
    /// JSON pointer (RFC 6901) to the mention within the record.
    pub pointer: String,
    /// The mention.
    pub mention: Mention,
    /// What the register answered.
    pub resolution: Arc<Resolution>,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Records read, those rejected among them.
    pub records: u64,
    /// Records that did not go through.
    pub rejected: u64,
    /// Findings that something between the records was lost.
    pub errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// Quads written; one that several records state counts each time.
    pub quads: u64,
    /// Documents.
    pub documents: u64,
    /// Places of the register that were described because records refer to them.
    pub places: u64,
    /// How mentions were resolved.
    pub mentions: Tally,
}

impl Summary {
    /// Whether everything in the inputs went through.
    pub const fn is_complete(&self) -> bool {
        self.rejected == 0 && self.errors == 0
    }
}

/// Why a conversion ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// An input cannot be read at all.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The sink failed.
    #[error("the quads cannot be handed on")]
    Sink(#[source] Box<dyn Error + Send + Sync>),
    /// What does not fit into memory cannot be put on disk.
    #[error("places cannot be kept in a temporary file")]
    Spool(#[source] std::io::Error),
    /// What the whole run shares cannot be had from its file.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// What the whole run shares cannot be written.
    #[error("the places of the run cannot be written")]
    Write(#[source] std::io::Error),
}

/// Converts the records of some sources, in their order, over a register of places.
///
/// A record that cannot be converted is reported and left out ([`Event::Rejected`]); all others go through.
///
/// # Errors
/// Where a source does not open, or the sink fails. What the sink has taken by then is no complete conversion.
pub fn convert<S: Sink>(
    sources: &[impl RecordSource],
    register: &Register,
    options: &Options,
    sink: &mut S,
    report: &mut dyn FnMut(Event),
) -> Result<Summary, ConvertError> {
    let inputs: &Inputs<'_> = &inputs(sources);
    let mut survey = match &options.survey {
        Some(file) => survey::read(file, inputs, register, options)?,
        None => survey::Gathered::of(inputs, options, &mut drop)?.settled(register)?.0,
    };
    let own = survey.register.take();
    let run = run(inputs, own.as_ref().unwrap_or(register), options, &mut survey)?;
    write::Writer::new(inputs, options, &survey, &run).write(sink, report)
}

/// The sources as what the passes of a run take, so that these are compiled once.
fn inputs<S: RecordSource>(sources: &[S]) -> Vec<&dyn RecordSource> {
    sources.iter().map(|source| source as &dyn RecordSource).collect()
}

/// What the records of a run share, once those that are named by what they say have their IRIs.
fn run<'r>(
    inputs: &Inputs<'_>,
    register: &'r Register,
    options: &Options,
    survey: &mut Survey,
) -> Result<Run<'r>, ConvertError> {
    let mut run = Run::new(options.base.clone(), register, options.unresolved);
    run.ids = std::mem::take(&mut survey.ids);
    run.conflicts = std::mem::take(&mut survey.conflicts);
    if survey.needs_names {
        names::learn(inputs, options, survey, &mut run)?;
    }
    Ok(run)
}

/// What a first reading of a run's inputs found ([`survey`](fn@survey)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Surveyed {
    /// Ids that records define.
    pub ids: u64,
    /// Place records.
    pub places: u64,
    /// Findings that something between the records was lost.
    pub errors: u64,
}

/// Reads the inputs of a run and writes what any part of them needs to know of the others: ids, places, the languages of
/// sources, the IRIs of what is named by what it says, and what only several records together show to be wrong. Whoever
/// converts a part has it in [`Options::survey`]; all parts together make the quads of one run, and say what one run says, but
/// for what there is to say of the inputs as wholes: that is reported here.
///
/// The sources are to have different names.
///
/// # Errors
/// As [`convert`]; [`ConvertError::Write`].
pub fn survey(
    sources: &[impl RecordSource],
    register: &Register,
    options: &Options,
    out: impl Write,
    report: &mut dyn FnMut(Event),
) -> Result<Surveyed, ConvertError> {
    let inputs: &Inputs<'_> = &inputs(sources);
    let mut done = Surveyed::default();
    let mut gathered = survey::Gathered::of(inputs, options, &mut |finding| {
        done.errors += u64::from(finding.severity == Severity::Error);
        report(Event::Finding(finding));
    })?;
    gathered.find_assumed(inputs, options)?;
    let mut file = survey::Writer::new(out);
    file.gathered(&gathered, inputs, options, register).map_err(ConvertError::Write)?;
    let (mut survey, mut places) = gathered.settled(register)?;
    done.places = places.count();
    let own = survey.register.take();
    let run = run(inputs, own.as_ref().unwrap_or(register), options, &mut survey)?;
    done.ids = run.ids.len() as u64;
    file.named(&run, &mut places).map_err(ConvertError::Write)?;
    Ok(done)
}
