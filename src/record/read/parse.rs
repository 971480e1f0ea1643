//! One raw record into a typed one: fast where it is right, explained where it is not.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::str::Utf8Error;

use serde::Deserialize;

use super::columns::Mark;
use super::explain::{Note, explain};
use super::node::Node;
use super::typed::Typed;
use super::{Item, Raw, Shared};
use crate::location::{Diagnostic, Location, Severity};
use crate::record::labels::{Family, codes};
use crate::record::{Finding, Record, RecordType, check};

/// A record that goes through.
#[derive(Debug)]
pub struct Parsed<'b> {
    /// The record: where it is a typed one, as it stands.
    pub record: Cow<'b, Record>,
    /// Where it begins.
    pub at: Location,
    /// What is to be said of it nevertheless.
    pub warnings: Vec<Diagnostic>,
    item: Item<'b>,
    shared: &'b Shared,
}

/// A record that does not go through.
#[derive(Debug, Clone)]
pub struct Rejected {
    /// Why: at least one error, and warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// Where it begins.
    pub at: Location,
    /// The record as it stands in the source: a JSON object, or a row of CSV; a typed record as JSON.
    pub raw: Vec<u8>,
    /// The heading of the CSV table that it is a row of.
    pub heading: Option<Vec<u8>>,
    /// The record as a JSON object, where it stands otherwise in the input.
    pub json: Option<Vec<u8>>,
}

impl Parsed<'_> {
    /// A hash of the record as it is written: the same hash means the same record, another one nothing.
    pub(crate) fn hash_as_written(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.item.with_text(|raw| raw.bytes.hash(&mut hasher));
        hasher.finish()
    }

    /// Rejects it after all, for something that only other records show. Diagnostics come from [`Self::diagnostic`].
    #[must_use]
    pub fn reject(&self, errors: impl IntoIterator<Item = Diagnostic>) -> Rejected {
        let diagnostics = self.warnings.iter().cloned().chain(errors).collect();
        self.item.with_text(|raw| rejected(self.shared, &raw, diagnostics))
    }

    /// A finding on the value that the JSON pointer leads to, with the place where that value stands.
    #[must_use]
    pub fn diagnostic(
        &self,
        severity: Severity,
        pointer: &str,
        reason: impl Into<String>,
        remedy: Option<String>,
    ) -> Diagnostic {
        let finding = Finding { severity, pointer: pointer.to_owned(), reason: reason.into(), remedy };
        self.diagnostics(vec![finding]).remove(0)
    }

    /// Findings on values of the record, as [`Self::diagnostic`], at the cost of reading it once.
    #[must_use]
    pub fn diagnostics(&self, findings: Vec<Finding>) -> Vec<Diagnostic> {
        self.item.with_text(|raw| match Json::of(self.shared, raw) {
            Ok(json) => json.place_all(notes(findings, &json.text)),
            Err(_) => findings.into_iter().map(|finding| plain(finding, self.at.clone())).collect(),
        })
    }
}

/// Findings with their places in the text of the record.
fn notes(findings: Vec<Finding>, json: &str) -> Vec<Note> {
    let tree = Node::parse(json).ok();
    let seek = |pointer: &str| tree.as_ref().map_or(0, |tree| tree.seek(pointer).at);
    let note = |Finding { pointer, severity, reason, remedy }| Note {
        severity,
        at: seek(&pointer),
        pointer,
        remedy,
        ..Note::error(0, reason, "")
    };
    findings.into_iter().map(note).collect()
}

/// A finding at a place that is no closer known.
fn plain(finding: Finding, at: Location) -> Diagnostic {
    let Finding { pointer, severity, reason, remedy } = finding;
    Diagnostic { severity, at, pointer, reason, remedy }
}

/// The record with the variable that it names by a label as its slug.
fn named(mut record: Record) -> Record {
    let variable = match &mut record {
        Record::Count(count) => &mut count.variable,
        Record::Rank(rank) => &mut rank.variable,
        Record::Target(target) => &mut target.variable,
        _ => return record,
    };
    if let Some(slug) = slug(variable) {
        slug.clone_into(variable);
    }
    record
}

/// The slug of a variable that is named by a label.
fn slug(variable: &str) -> Option<&'static str> {
    match codes(Family::Variable, variable) {
        [slug] => Some(slug),
        _ => None,
    }
}

/// Whether a typed record is as reading it would give it, the name of its variable too.
fn is_as_read(record: &Record) -> bool {
    let is_slug = |variable: &str| slug(variable).is_none_or(|slug| slug == variable);
    let is_named = match record {
        Record::Count(count) => is_slug(&count.variable),
        Record::Rank(rank) => is_slug(&rank.variable),
        Record::Target(target) => is_slug(&target.variable),
        _ => true,
    };
    is_named && record.is_as_read()
}

/// The JSON of a record, and where its parts stand in the input.
struct Json<'b> {
    text: Cow<'b, str>,
    raw: Raw<'b>,
    shared: &'b Shared,
    /// For a row: where in the text each cell's value begins, and where in the row.
    marks: Vec<Mark>,
}

impl<'b> Json<'b> {
    fn of(shared: &'b Shared, raw: Raw<'b>) -> Result<Self, Diagnostic> {
        let text = std::str::from_utf8(raw.bytes).map_err(|error| not_utf8(shared, &raw, error))?;
        let plain = Self { text: Cow::Borrowed(text), raw, shared, marks: Vec::new() };
        match &shared.columns {
            None => Ok(plain),
            Some(columns) => {
                let (text, marks) = columns.json(text).map_err(|note| plain.place(note))?;
                Ok(Self { text: Cow::Owned(text), marks, ..plain })
            }
        }
    }

    /// The record, or why there is none; warnings go to `notes`.
    fn record(&self, notes: &mut Vec<Note>) -> Option<Record> {
        let record = fast(&self.text, self.raw.known_type).or_else(|| {
            let explained = explain(&self.text, self.raw.known_type, self.shared.options.lenient);
            notes.extend(explained.notes);
            explained.record
        });
        record.map(named)
    }

    /// The findings, placed in the input. Those of a long record stand in its order, so that its lines are counted once.
    fn place_all(&self, notes: Vec<Note>) -> Vec<Diagnostic> {
        if self.shared.columns.is_some() {
            return notes.into_iter().map(|note| self.place(note)).collect();
        }
        let (mut cursor, mut done) = (self.raw.start, 0);
        let mut place = |note: Note| {
            let Note { severity, at, pointer, reason, remedy, .. } = note;
            let at = at.min(self.raw.bytes.len());
            (cursor, done) = if at < done { (self.raw.start, 0) } else { (cursor, done) };
            cursor.advance(&self.raw.bytes[done..at]);
            done = at;
            Diagnostic { severity, at: self.shared.locate(cursor, &pointer), pointer, reason, remedy }
        };
        notes.into_iter().map(&mut place).collect()
    }

    /// The finding, placed in the input; of a row it is told in the words of the table's heading.
    fn place(&self, note: Note) -> Diagnostic {
        let note = match (&self.shared.columns, std::str::from_utf8(self.raw.bytes)) {
            (Some(columns), Ok(row)) if !self.marks.is_empty() => columns.tell(note, row, &self.marks),
            _ => note,
        };
        let Note { severity, at, pointer, reason, remedy, .. } = note;
        let before = self.raw.bytes.get(..at).unwrap_or_default();
        Diagnostic { severity, at: self.shared.locate(self.raw.start.after(before), &pointer), pointer, reason, remedy }
    }
}

/// The record, where nothing at all is wrong with its shape.
fn fast(json: &str, known_type: Option<RecordType>) -> Option<Record> {
    let record_type = known_type.or_else(|| peek_type(json))?;
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let record = record_type.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok().map(|()| record)
}

#[derive(Deserialize)]
struct Peek<'j> {
    #[serde(borrow, rename = "type")]
    tag: Cow<'j, str>,
}

/// The type of a record: at once where it is the first or the last field, else after going through all of it.
fn peek_type(json: &str) -> Option<RecordType> {
    type_at_an_end(json).or_else(|| RecordType::from_tag(&serde_json::from_str::<Peek<'_>>(json).ok()?.tag))
}

/// The type that the first or the last field of an object says, if that is the type. What is no JSON may seem to say one.
pub(crate) fn type_at_an_end(json: &str) -> Option<RecordType> {
    first_tag(json).or_else(|| last_tag(json)).and_then(RecordType::from_tag)
}

/// A quotation mark after a comma or a brace, or before a brace, ends or begins no text in which the field could be said to stand.
fn last_tag(json: &str) -> Option<&str> {
    let (before, tag) = json.strip_suffix('}')?.trim_ascii_end().strip_suffix('"')?.rsplit_once('"')?;
    let before = before.trim_ascii_end().strip_suffix(':')?.trim_ascii_end().strip_suffix("\"type\"")?;
    before.trim_ascii_end().ends_with([',', '{']).then_some(tag)
}

fn first_tag(json: &str) -> Option<&str> {
    let value = json.strip_prefix('{')?.trim_ascii_start().strip_prefix("\"type\"")?.trim_ascii_start();
    let tag = value.strip_prefix(':')?.trim_ascii_start().strip_prefix('"')?;
    tag.split_once('"').map(|(tag, _)| tag)
}

#[expect(clippy::result_large_err, reason = "what goes through is larger still")]
pub(super) fn parse<'b>(shared: &'b Shared, item: Item<'b>) -> Result<Parsed<'b>, Rejected> {
    match item {
        Item::Raw(raw) => parse_text(shared, raw),
        Item::Typed(typed) => parse_typed(shared, typed),
    }
}

/// Checks a typed record. Where there is something to say, it goes the way of a text, which knows the place of everything.
#[expect(clippy::result_large_err, reason = "what goes through is larger still")]
fn parse_typed<'b>(shared: &'b Shared, typed: Typed<'b>) -> Result<Parsed<'b>, Rejected> {
    let item = Item::Typed(typed);
    if is_as_read(typed.record) && check(typed.record).is_empty() {
        let (record, at) = (Cow::Borrowed(typed.record), shared.locate(typed.start, ""));
        return Ok(Parsed { record, at, warnings: Vec::new(), item, shared });
    }
    item.with_text(|raw| {
        let Parsed { record, at, warnings, .. } = parse_text(shared, raw)?;
        Ok(Parsed { record: Cow::Owned(record.into_owned()), at, warnings, item, shared })
    })
}

#[expect(clippy::result_large_err, reason = "what goes through is larger still")]
fn parse_text<'b>(shared: &'b Shared, raw: Raw<'b>) -> Result<Parsed<'b>, Rejected> {
    let at = shared.locate(raw.start, "");
    let json = readable(shared, raw).map_err(|why| rejected(shared, &raw, vec![why]))?;
    let mut notes = Vec::new();
    let record = json.record(&mut notes);
    if let Some(record) = &record {
        let findings = check(record);
        if !findings.is_empty() {
            notes.extend(self::notes(findings, &json.text));
        }
    }
    let erroneous = notes.iter().any(|note| note.severity == Severity::Error);
    let diagnostics = json.place_all(notes);
    match record {
        Some(record) if !erroneous => {
            let record = Cow::Owned(record);
            Ok(Parsed { record, at, warnings: diagnostics, item: Item::Raw(raw), shared })
        }
        _ => Err(rejected(shared, &raw, diagnostics)),
    }
}

fn readable<'b>(shared: &'b Shared, raw: Raw<'b>) -> Result<Json<'b>, Diagnostic> {
    let limit = shared.options.record_limit;
    if raw.bytes.len() > limit {
        let reason = format!("the record is longer than {limit} bytes");
        return Err(whole(shared, &raw, reason, "split it, or read with a larger limit"));
    }
    Json::of(shared, raw)
}

fn whole(shared: &Shared, raw: &Raw<'_>, reason: String, remedy: &str) -> Diagnostic {
    let at = shared.locate(raw.start, "");
    Diagnostic { severity: Severity::Error, at, pointer: String::new(), reason, remedy: Some(remedy.to_owned()) }
}

fn not_utf8(shared: &Shared, raw: &Raw<'_>, error: Utf8Error) -> Diagnostic {
    let cursor = raw.start.after(&raw.bytes[..error.valid_up_to()]);
    let byte = raw.bytes.get(error.valid_up_to()).copied().unwrap_or_default();
    let (reason, remedy) = match error.error_len() {
        Some(_) => ("the text is not UTF-8", "save the text anew in UTF-8"),
        None => ("the record ends inside a character", "the file is truncated, or not in UTF-8: get or save it anew"),
    };
    let reason = format!("{reason}: byte 0x{byte:02X} at offset {} of the record", error.valid_up_to());
    Diagnostic { at: cursor.location(&shared.file), ..whole(shared, raw, reason, remedy) }
}

fn rejected(shared: &Shared, raw: &Raw<'_>, diagnostics: Vec<Diagnostic>) -> Rejected {
    let columns = shared.columns.as_ref();
    Rejected {
        diagnostics,
        at: shared.locate(raw.start, ""),
        raw: raw.bytes.to_vec(),
        heading: columns.map(|columns| columns.heading().to_vec()),
        json: match (columns, raw.known_type) {
            (Some(columns), _) => Some(columns.salvage(raw.bytes)),
            (None, Some(known)) => Some(with_type(raw.bytes, known)),
            (None, None) => None,
        },
    }
}

/// The record with its type written first, where its place said it before.
fn with_type(raw: &[u8], known: RecordType) -> Vec<u8> {
    let says_it = std::str::from_utf8(raw)
        .ok()
        .and_then(|text| Node::parse(text).ok())
        .is_some_and(|node| node.get("type").is_some());
    let empty = raw.get(1..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b"}"));
    match raw.strip_prefix(b"{") {
        Some(rest) if !says_it => {
            let comma = if empty { "" } else { "," };
            [format!("{{\"type\":\"{}\"{comma}", known.as_str()).as_bytes(), rest].concat()
        }
        _ => raw.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_seen_at_either_end_and_nowhere_else() {
        for (json, expected) in [
            (r#"{"type":"tie","kind":"intent"}"#, Some(RecordType::Tie)),
            (r#"{ "kind" : "intent" , "type" : "tie" }"#, Some(RecordType::Tie)),
            (r#"{"type":"tie"}"#, Some(RecordType::Tie)),
            (r#"{"kind":"intent","type":"tie","note":"x"}"#, None),
            (r#"{"note":"x,\"type\":\"tie\""}"#, None),
            (r#"{"note":"{\"type\":\"tie"}"#, None),
            (r#"{"note":{"type":"tie"},"a":1}"#, None),
            (r#"{"a":1,"mistype":"tie"}"#, None),
            (r#"{"a":1,"type":"nothing"}"#, None),
            ("{}", None),
            ("", None),
        ] {
            assert_eq!(type_at_an_end(json), expected, "{json}");
        }
        // What is within another object says nothing of the one around it.
        assert_eq!(fast(r#"{"assesses":["a"],"verdict":"homonym","note":{"type":"tie"}}"#, None), None);
        assert_eq!(fast(r#"{"type":"award","id":"a","names":["x"],"conferred_by":"b","type":"tie"}"#, None), None);
    }
}
