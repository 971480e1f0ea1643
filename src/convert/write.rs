//! The pass that maps: records into pieces, pieces in order into the sink.

use std::collections::{BTreeSet, HashSet};

use oxrdf::Quad;

use super::pipeline::{Inputs, Pass};
use super::sink::{Chunk, Piece, Sink};
use super::survey::{Survey, document, needs_no_source, own_source, position};
use super::{ConvertError, Event, MentionReport, Options, Summary};
use crate::location::{Diagnostic, Location, Severity};
use crate::mapping::reference;
use crate::mapping::{self, Document, Finding, Findings, ResolutionCache, Run, Tally, Target};
use crate::record::read::{Batch, Parsed, Rejected};
use crate::record::{self, Record, RecordType};

/// What every worker and the one who delivers share.
pub(super) struct Writer<'w> {
    inputs: &'w Inputs<'w>,
    options: &'w Options,
    survey: &'w Survey,
    run: &'w Run<'w>,
}

/// Consecutive records of one document, mapped.
struct Part<C> {
    document: Option<Document>,
    quads: C,
}

/// What a worker makes of a batch.
struct Answer<C> {
    parts: Vec<Part<C>>,
    events: Vec<Event>,
    records: u64,
    rejected: u64,
    warnings: u64,
    tally: Tally,
    places: HashSet<Box<str>>,
    /// The first record that has no document but the one named after its input.
    assumed: Option<Diagnostic>,
}

/// A worker on one batch.
struct Worker<'w, C> {
    shared: &'w Writer<'w>,
    memory: &'w mut ResolutionCache,
    file: usize,
    findings: Findings,
    described: HashSet<String>,
    answer: Answer<C>,
}

impl<'w> Writer<'w> {
    pub(super) fn new(inputs: &'w Inputs<'w>, options: &'w Options, survey: &'w Survey, run: &'w Run<'w>) -> Self {
        Self { inputs, options, survey, run }
    }

    pub(super) fn write<S: Sink>(&self, sink: &mut S, report: &mut dyn FnMut(Event)) -> Result<Summary, ConvertError> {
        let pass = Pass { inputs: self.inputs, options: &self.options.read, jobs: self.options.jobs };
        let mut delivery = Delivery::new(self, sink, report);
        pass.run(
            ResolutionCache::default,
            |memory, file, batch| Worker::new(self, memory, file).batch(batch),
            |file, answer| delivery.take(file, answer),
        )?;
        delivery.finish()
    }

    /// The document of a record; `None` for a place or an assessment that needs none, and an error where the record
    /// names a source that is not there.
    fn source_of<'r>(&'r self, file: usize, record: &'r Record) -> Result<(Option<&'r str>, bool), Finding> {
        let default = &self.survey.default[file];
        match own_source(record) {
            Some(id) if self.is_source(id) => Ok((Some(id), false)),
            Some(id) => Err(no_source(id, self.run.ids.rejected(id))),
            None if needs_no_source(record) && default.assumed => Ok((None, false)),
            None => Ok((Some(&default.id), default.assumed)),
        }
    }

    fn is_source(&self, id: &str) -> bool {
        self.run.ids.kind(id) == Some(RecordType::Source) || self.options.default_source.as_deref() == Some(id)
    }
}

/// That a record names a source which is not there, or whose own record cannot be read.
fn no_source(id: &str, rejected: Option<&Location>) -> Finding {
    let (reason, remedy) = match rejected {
        Some(place) => (reference::rejected(id, place), reference::REPAIR),
        None => (
            format!("no source of these inputs has the id `{id}`"),
            "correct the id, or give the record of type source in the same run",
        ),
    };
    Finding { severity: Severity::Error, pointer: "/source".to_owned(), reason, remedy: remedy.to_owned() }
}

impl<'w, C: Chunk> Worker<'w, C> {
    fn new(shared: &'w Writer<'w>, memory: &'w mut ResolutionCache, file: usize) -> Self {
        let answer = Answer {
            parts: Vec::new(),
            events: Vec::new(),
            records: 0,
            rejected: 0,
            warnings: 0,
            tally: Tally::default(),
            places: HashSet::new(),
            assumed: None,
        };
        Self { shared, memory, file, findings: Findings::default(), described: HashSet::new(), answer }
    }

    fn batch(mut self, batch: &Batch<'_>) -> Answer<C> {
        for record in batch.records() {
            self.answer.records += 1;
            match record {
                Ok(parsed) => self.record(&parsed),
                Err(rejected) => self.reject(rejected),
            }
        }
        self.answer.tally = self.findings.tally;
        self.answer.places = self.findings.places;
        self.answer
    }

    fn reject(&mut self, rejected: Rejected) {
        self.answer.rejected += 1;
        self.answer.events.push(Event::Rejected(rejected));
    }

    fn record(&mut self, parsed: &Parsed<'_>) {
        let (source, assumed) = match self.shared.source_of(self.file, &parsed.record) {
            Ok(source) => source,
            Err(finding) => return self.refuse(parsed, &[finding]),
        };
        let told = self.shared.survey.default[self.file].told;
        if assumed && self.answer.assumed.is_none() && told.is_at(&parsed.at) {
            self.answer.assumed = Some(assumption(parsed, source.unwrap_or_default()));
        }
        self.enter(source);
        if let Some(finding) = self.shared.survey.rejected.get(&position(self.file, &parsed.at)) {
            return self.refuse(parsed, std::slice::from_ref(finding));
        }
        if self.map(&parsed.record) { self.keep(parsed) } else { self.drop_record(parsed) }
    }

    /// Goes on with the part of a document, or begins one.
    fn enter(&mut self, source: Option<&str>) {
        let current = self.answer.parts.last().map(|part| part.document.as_ref().map(|document| document.id.as_str()));
        if current != Some(source) {
            let document = source.map(|id| document(self.shared.run, id));
            let mut quads = C::default();
            if let Some(before) = self.answer.parts.last() {
                quads.make_room(&before.quads);
            }
            self.answer.parts.push(Part { document, quads });
            self.described.clear();
        }
    }

    fn map(&mut self, record: &Record) -> bool {
        let Some(part) = self.answer.parts.last_mut() else { return false };
        let mark = part.quads.mark();
        let mut target = Target {
            sink: &mut part.quads,
            findings: &mut self.findings,
            memory: self.memory,
            described: &mut self.described,
            report_mentions: self.shared.options.report_mentions,
        };
        let mapped = mapping::map(self.shared.run, part.document.as_ref(), record, &mut target).is_some();
        if !mapped {
            part.quads.rewind(mark);
        }
        mapped
    }

    fn keep(&mut self, parsed: &Parsed<'_>) {
        let mut said = std::mem::take(&mut self.findings.said);
        said.extend(self.shared.survey.warned.get(&position(self.file, &parsed.at)).cloned());
        self.answer.warnings += (parsed.warnings.len() + said.len()) as u64;
        self.answer.events.extend(parsed.warnings.iter().cloned().map(Event::Finding));
        if !said.is_empty() {
            self.answer.events.extend(diagnostics(parsed, &said).into_iter().map(Event::Finding));
        }
        self.report_mentions(parsed);
    }

    fn drop_record(&mut self, parsed: &Parsed<'_>) {
        let said = std::mem::take(&mut self.findings.said);
        self.refuse(parsed, &said);
        self.report_mentions(parsed);
        if let Record::Place(place) = &*parsed.record {
            self.findings.places.insert(place.id.as_str().into());
        }
    }

    fn refuse(&mut self, parsed: &Parsed<'_>, findings: &[Finding]) {
        self.reject(parsed.reject(diagnostics(parsed, findings)));
    }

    fn report_mentions(&mut self, parsed: &Parsed<'_>) {
        for mapping::Resolved { pointer, mention, resolution } in self.findings.mentions.drain(..) {
            let report = MentionReport { at: parsed.at.clone(), pointer, mention, resolution };
            self.answer.events.push(Event::Mention(report));
        }
    }
}

fn diagnostics(parsed: &Parsed<'_>, findings: &[Finding]) -> Vec<Diagnostic> {
    let plain = |Finding { severity, pointer, reason, remedy }: Finding| record::Finding {
        pointer,
        severity,
        reason,
        remedy: Some(remedy),
    };
    parsed.diagnostics(findings.iter().cloned().map(plain).collect())
}

fn assumption(parsed: &Parsed<'_>, source: &str) -> Diagnostic {
    let reason = format!("no source is named; the document is called `{source}` after the input");
    let remedy = "give a record of type source, or name the document by --source".to_owned();
    parsed.diagnostic(Severity::Warning, "", reason, Some(remedy))
}

/// Puts the answers into the sink, one after the other.
struct Delivery<'d, S> {
    shared: &'d Writer<'d>,
    sink: &'d mut S,
    report: &'d mut dyn FnMut(Event),
    summary: Summary,
    begun: HashSet<Box<str>>,
    warned: HashSet<usize>,
    places: BTreeSet<Box<str>>,
}

impl<'d, S: Sink> Delivery<'d, S> {
    fn new(shared: &'d Writer<'d>, sink: &'d mut S, report: &'d mut dyn FnMut(Event)) -> Self {
        Self {
            shared,
            sink,
            report,
            summary: Summary::default(),
            begun: HashSet::new(),
            warned: HashSet::new(),
            places: BTreeSet::new(),
        }
    }

    fn take(&mut self, file: usize, answer: Result<Answer<S::Chunk>, Diagnostic>) -> Result<(), ConvertError> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(finding) => {
                self.finding(finding);
                return Ok(());
            }
        };
        if let Some(assumed) = answer.assumed
            && self.warned.insert(file)
        {
            self.finding(assumed);
        }
        self.summary.records += answer.records;
        self.summary.rejected += answer.rejected;
        self.summary.warnings += answer.warnings;
        self.summary.mentions += answer.tally;
        self.places.extend(answer.places);
        answer.events.into_iter().for_each(|event| (self.report)(event));
        answer.parts.into_iter().try_for_each(|part| self.part(file, part))
    }

    fn finding(&mut self, finding: Diagnostic) {
        match finding.severity {
            Severity::Error => self.summary.errors += 1,
            Severity::Warning => self.summary.warnings += 1,
        }
        (self.report)(Event::Finding(finding));
    }

    fn part(&mut self, file: usize, part: Part<S::Chunk>) -> Result<(), ConvertError> {
        let Part { document, quads } = part;
        let Some(document) = document else { return self.pass_on(None, quads, false) };
        let first = !self.begun.contains(document.id.as_str());
        if first {
            self.begun.insert(document.id.as_str().into());
            self.summary.documents += 1;
            self.head(file, &document)?;
        }
        self.pass_on(Some(document), quads, false)
    }

    /// What every document has stands before its first piece, in a piece of its own.
    fn head(&mut self, file: usize, document: &Document) -> Result<(), ConvertError> {
        let mut quads = S::Chunk::default();
        let described = self.shared.run.ids.kind(&document.id) == Some(RecordType::Source);
        let name = self.shared.inputs[file].name();
        mapping::describe_document(self.shared.run, document, (!described).then_some(&*name), &mut quads);
        self.pass_on(Some(document.clone()), quads, true)
    }

    fn pass_on(&mut self, document: Option<Document>, quads: S::Chunk, first: bool) -> Result<(), ConvertError> {
        if quads.count() == 0 {
            return Ok(());
        }
        self.summary.quads += quads.count();
        self.sink.take(Piece { document, quads, first }).map_err(ConvertError::Sink)
    }

    /// The places of the register that were referred to, with all that they lie in, in the order of their ids.
    fn finish(mut self) -> Result<Summary, ConvertError> {
        let run = self.shared.run;
        let mut ids = std::mem::take(&mut self.places);
        for id in ids.clone() {
            let above = run.register.ancestors(&id).into_iter().map(|place| Box::<str>::from(place.id));
            ids.extend(above.filter(|id| !run.ids.is_place(id)));
        }
        for chunk in ids.iter().collect::<Vec<_>>().chunks(1000) {
            let mut quads = S::Chunk::default();
            for place in chunk.iter().filter_map(|id| run.register.get(id)) {
                self.summary.places += 1;
                mapping::describe_place(run, &place, &mut quads);
            }
            self.pass_on(None, quads, false)?;
        }
        self.retract(&ids)?;
        Ok(self.summary)
    }

    /// What an earlier run over the register would have said of places that this one describes otherwise.
    fn retract(&mut self, referred: &BTreeSet<Box<str>>) -> Result<(), ConvertError> {
        let run = self.shared.run;
        for (id, known) in run.register.left_out() {
            let Some(place) = run.register.get(id).filter(|_| run.ids.is_place(id) || referred.contains(id.as_str()))
            else {
                continue;
            };
            let (mut before, mut now) = (Vec::new(), Vec::new());
            mapping::describe_place(run, known, &mut before);
            mapping::describe_place(run, &place, &mut now);
            let now: HashSet<&Quad> = now.iter().collect();
            before.retain(|quad| !now.contains(quad));
            self.sink.retract(before).map_err(ConvertError::Sink)?;
        }
        Ok(())
    }
}
