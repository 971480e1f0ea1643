//! Says all that is wrong with the shape of a record: where, why, and what to do.

use serde::de::IgnoredAny;

use super::fault::{Fault, FaultKind, Step, WHOLE_NUMBER};
use super::node::{Node, Unreadable, Value};
use super::syntax;
use crate::location::Severity;
use crate::record::words::{form, kinds, nearest, one_of, shown, tame, with_article};
use crate::record::{Record, RecordType};

/// More faults than this are not looked for in one record.
pub(super) const MOST_FAULTS: usize = 20;
/// A record is not read again more often than this.
const MOST_ROUNDS: usize = 200;

/// A finding with its place in the text of the record, in bytes.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) severity: Severity,
    pub(super) at: usize,
    pub(super) pointer: String,
    pub(super) reason: String,
    pub(super) remedy: Option<String>,
    /// The field of the record whose absence it is about.
    pub(super) missing: Option<&'static str>,
}

impl Note {
    pub(super) fn error(at: usize, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        let (reason, remedy) = (reason.into(), Some(remedy.into()));
        Self { severity: Severity::Error, at, pointer: String::new(), reason, remedy, missing: None }
    }
}

/// What came of reading a record slowly.
pub(super) struct Explained {
    /// The record, where unknown fields were all that was wrong; whether these are errors, the notes say.
    pub(super) record: Option<Record>,
    pub(super) notes: Vec<Note>,
}

/// Reads a record that was refused, for the reasons.
pub(super) fn explain(json: &str, known_type: Option<RecordType>, lenient: bool) -> Explained {
    match tree(json).and_then(|tree| Ok((record_type(&tree, known_type)?, tree))) {
        Ok((record_type, tree)) => faults(tree, record_type, lenient),
        Err(note) => Explained { record: None, notes: vec![note] },
    }
}

fn tree(json: &str) -> Result<Node, Note> {
    serde_json::from_str::<IgnoredAny>(json).map_err(|error| syntax_note(json, 0, &error))?;
    let tree = Node::parse(json).map_err(|unreadable| match unreadable {
        Unreadable::TooDeep { at } => {
            Note::error(at, "values are nested too deep", "a record needs no more than a few levels")
        }
        Unreadable::Literal { at, error } => syntax_note(&json[at..], at, &error),
    })?;
    let remedy = "write each record as {\"type\": \"tie\", …}";
    if tree.is_object() { Ok(tree) } else { Err(Note::error(tree.at, "a record is a JSON object", remedy)) }
}

fn syntax_note(json: &str, base: usize, error: &serde_json::Error) -> Note {
    let fault = syntax::explain(json, error);
    Note::error(base + fault.at, fault.reason, fault.remedy)
}

fn record_type(tree: &Node, known: Option<RecordType>) -> Result<RecordType, Note> {
    let types = || RecordType::ALL.iter().map(|known| known.as_str());
    let at = |note: Note, node: &Node| Note { at: node.at, pointer: "/type".to_owned(), ..note };
    match (known, tree.get("type")) {
        (Some(known), _) => Ok(known),
        (None, None) => Err(Note::error(tree.at, "the record has no `type`", one_of(types()))),
        (None, Some(node)) => match node.text() {
            None => Err(at(Note::error(0, "the `type` of a record is a text", one_of(types())), node)),
            Some(tag) => RecordType::from_tag(tag).ok_or_else(|| {
                at(Note::error(0, format!("{} is no type of record", shown(tag)), nearest(tag, types())), node)
            }),
        },
    }
}

/// Reads the tree again and again, mending what is wrong, until nothing is or nothing more can be mended.
fn faults(tree: Node, record_type: RecordType, lenient: bool) -> Explained {
    let mut mender = Mender { tree, record_type, lenient, notes: Vec::new(), mended: Vec::new(), taken: Vec::new() };
    for _ in 0..MOST_ROUNDS {
        match record_type.deserialize(&mender.tree) {
            Ok(record) => {
                // Only where nothing had to be mended is it the record that was meant.
                let whole = mender.mended.is_empty();
                return Explained { record: whole.then_some(record), notes: mender.notes };
            }
            Err(fault) => {
                if !mender.mend(&fault) {
                    break;
                }
            }
        }
    }
    if !mender.notes.iter().any(|note| note.severity == Severity::Error) {
        mender.notes.push(Note::error(mender.tree.at, "more is wrong with the record than can be said", "mend it"));
    }
    Explained { record: None, notes: mender.notes }
}

/// A record under repair.
struct Mender {
    tree: Node,
    record_type: RecordType,
    lenient: bool,
    notes: Vec<Note>,
    /// What was made nothing, or taken away for being wrong.
    mended: Vec<Vec<Step>>,
    /// The fields taken away.
    taken: Vec<String>,
}

impl Mender {
    /// Says what the fault is and mends the tree so that the next one shows; `false` where it cannot.
    fn mend(&mut self, fault: &Fault) -> bool {
        let mut path = fault.path();
        if let (FaultKind::UnknownField { known, .. }, [around @ .., _]) = (&fault.kind, path.as_slice()) {
            self.notes.extend(unknown_fields(&self.tree, around, known, self.record_type, self.lenient));
            self.tree.prune(around, known);
            return true;
        }
        let mended_before = self.mended.contains(&path);
        if !mended_before {
            let said = describe(fault, &path, &self.tree, self.record_type);
            // What was wrong, and so was taken away, is not missing too.
            let taken = |name: &str| self.taken.iter().any(|key| key == name);
            self.notes.extend(said.into_iter().filter(|note| !note.missing.is_some_and(taken)));
        }
        let mended = match path.last() {
            None => false,
            Some(_) if !mended_before && self.tree.nullify(&path) => true,
            Some(Step::Member(_, key)) => {
                self.taken.push(key.clone());
                self.tree.remove(&path)
            }
            Some(Step::Index(_)) => {
                path.pop();
                self.tree.nullify(&path)
            }
        };
        self.mended.push(path);
        mended && self.notes.len() < MOST_FAULTS
    }
}

fn describe(fault: &Fault, path: &[Step], tree: &Node, record_type: RecordType) -> Vec<Note> {
    let (node, field) = (tree.walk(path), field(path));
    let note = |at, reason: String, remedy: Option<String>| Note {
        severity: Severity::Error,
        at,
        pointer: pointer(path),
        reason,
        remedy,
        missing: None,
    };
    let whole = if path.is_empty() { with_article(record_type.as_str()) } else { format!("`{field}`") };
    match &fault.kind {
        // These are dealt with all at once, see `unknown_fields`.
        FaultKind::UnknownField { .. } => Vec::new(),
        FaultKind::MissingField { name } => missing(name, node, path, record_type)
            .map(|name| Note {
                missing: path.is_empty().then_some(name),
                ..note(node.at, format!("{whole} needs `{name}`"), form_of(name, path, record_type))
            })
            .collect(),
        FaultKind::DuplicateField { name } => {
            vec![note(last_key(node, name), format!("`{name}` occurs twice"), Some("write it once".to_owned()))]
        }
        FaultKind::UnknownValue { value, known } => {
            let reason = format!("{} is no value of `{field}`", shown(value));
            vec![note(node.at, reason, Some(nearest(value, known.iter().copied())))]
        }
        FaultKind::Sort { found, expected } => {
            let remedy = rewritten(node, expected).or_else(|| form_of(field, path, record_type));
            vec![note(node.at, format!("{whole} is {expected}, not {found}"), remedy)]
        }
        FaultKind::Other(message) => vec![note(node.at, message.clone(), form_of(field, path, record_type))],
    }
}

/// Every field of an object that it should not have: errors, or warnings where one is lenient.
fn unknown_fields(tree: &Node, around: &[Step], known: &[&str], record_type: RecordType, lenient: bool) -> Vec<Note> {
    let Value::Object(members) = &tree.walk(around).value else { return Vec::new() };
    let place = match field(around) {
        "" => with_article(record_type.as_str()),
        name => format!("`{name}`"),
    };
    let unknown: Vec<_> = members.iter().filter(|member| !known.contains(&member.key.as_str())).collect();
    let severity = if lenient { Severity::Warning } else { Severity::Error };
    let mut notes: Vec<Note> = Vec::new();
    for member in unknown.iter().take(MOST_FAULTS) {
        let remedy =
            if lenient { "it was passed over".to_owned() } else { nearest(&member.key, known.iter().copied()) };
        let reason = format!("{} is no field of {place}", shown(&member.key));
        let pointer = format!("{}/{}", pointer(around), segment(&member.key));
        notes.push(Note { severity, pointer, ..Note::error(member.at, reason, remedy) });
    }
    if let Some(next) = unknown.get(MOST_FAULTS) {
        let reason = format!("{} more fields are none of {place}", unknown.len() - MOST_FAULTS);
        notes.push(Note { severity, pointer: pointer(around), ..Note::error(next.at, reason, "see the schema") });
    }
    notes
}

/// The fields that are missing: of a record all of them, of an object within it the one that was found missing.
fn missing<'n>(
    name: &'static str,
    node: &'n Node,
    path: &[Step],
    record_type: RecordType,
) -> impl Iterator<Item = &'static str> + use<'n> {
    let required = if path.is_empty() { record_type.required_fields() } else { &[] };
    let others = required.iter().copied().filter(move |other| *other != name && node.get(other).is_none());
    std::iter::once(name).chain(others)
}

/// What a field takes, as far as its name tells.
fn form_of(name: &str, path: &[Step], record_type: RecordType) -> Option<String> {
    let outermost = matches!(path, [] | [Step::Member(..)]);
    match name {
        "kind" if outermost => kinds(record_type),
        // Within evidence these are offsets, not dates.
        "start" | "end" if !outermost => None,
        _ => form(name),
    }
}

/// The name of the innermost field on a path.
fn field(path: &[Step]) -> &str {
    path.iter()
        .rev()
        .find_map(|step| if let Step::Member(_, key) = step { Some(key.as_str()) } else { None })
        .unwrap_or("")
}

fn last_key(node: &Node, name: &str) -> usize {
    let Value::Object(members) = &node.value else {
        return node.at;
    };
    members.iter().rfind(|member| member.key == name).map_or(node.at, |member| member.at)
}

/// What to write where the right thing was written in another way.
fn rewritten(node: &Node, expected: &str) -> Option<String> {
    match (&node.value, expected) {
        (Value::Number(number), "a text") => Some(format!("put it in quotation marks: \"{number}\"")),
        (Value::Text(text), "a list") => Some(format!("put it in brackets: [\"{}\"]", tame(text, 40))),
        (Value::Number(number), WHOLE_NUMBER) => whole(number.as_f64()?),
        (Value::Text(text), WHOLE_NUMBER) => whole(text.trim().parse().ok()?),
        (Value::Text(text), "a number") => {
            text.trim().parse::<f64>().ok().map(|number| format!("write the number {number}"))
        }
        _ => None,
    }
}

fn whole(number: f64) -> Option<String> {
    (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then(|| format!("write the number {number}"))
}

/// The pointer (RFC 6901) of a path; overlong keys are cut.
fn pointer(path: &[Step]) -> String {
    path.iter().fold(String::new(), |pointer, step| match step {
        Step::Index(index) => format!("{pointer}/{index}"),
        Step::Member(_, key) => format!("{pointer}/{}", segment(key)),
    })
}

fn segment(key: &str) -> String {
    tame(key, 100).replace('~', "~0").replace('/', "~1")
}
