//! Mapping context: what is at hand while one record is mapped: the run, the document, the sink, and what there is to say
//! of it all.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use super::emit::Emitter;
use super::iri::{self, Key};
use super::run::{Document, Run};
use super::scheme;
use crate::bounded_cache::BoundedCache;
use crate::location::Severity;
use crate::place::fold::fold;
use crate::place::{self, MentionContext, Resolution};
use crate::rdf::QuadSink;
use crate::record::Mention;

/// Something to be said of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether the record still goes through.
    pub severity: Severity,
    /// JSON pointer (RFC 6901) to the value within the record.
    pub pointer: String,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

/// A mention in a record, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// JSON pointer to the mention within its record.
    pub pointer: String,
    /// The mention.
    pub mention: Mention,
    /// What became of it.
    pub resolution: Arc<Resolution>,
}

/// How many mentions were resolved, each time they occur.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// To one place.
    pub resolved: u64,
    /// To several that nothing decides between.
    pub ambiguous: u64,
    /// To none.
    pub unknown: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.resolved += other.resolved;
        self.ambiguous += other.ambiguous;
        self.unknown += other.unknown;
    }
}

/// What was found while mapping records.
#[derive(Debug, Default)]
pub struct Findings {
    /// Errors and warnings of the record mapped last.
    pub said: Vec<Finding>,
    /// Mentions of the record mapped last, where they were asked for.
    pub mentions: Vec<Resolved>,
    /// Counts of all mentions of records that went through.
    pub tally: Tally,
    /// Ids of places of the register that records refer to.
    pub places: HashSet<Box<str>>,
    /// The hash of its key and the value of each figure, where they were asked for.
    pub figures: Option<Vec<(u64, u64)>>,
    /// What the record at hand adds, once it goes through.
    pending: Pending,
}

#[derive(Debug, Default)]
struct Pending {
    tally: Tally,
    places: Vec<Box<str>>,
    described: Vec<String>,
}

impl Findings {
    /// Findings that also keep figures.
    pub fn of_figures() -> Self {
        Self { figures: Some(Vec::new()), ..Self::default() }
    }

    /// Whether the record mapped last has an error.
    pub fn failed(&self) -> bool {
        self.said.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// What names were found to mean before, in any run over the same register. Finding out is pure, so remembering changes
/// nothing.
#[derive(Debug)]
pub struct ResolutionCache {
    mentions: BoundedCache<(Mention, Option<String>), Arc<Resolution>>,
    topics: BoundedCache<String, Option<&'static str>>,
    agents: BoundedCache<String, Key<'static>>,
}

/// How many names of each sort are remembered at most: a worker's memory for them does not grow with the input.
const REMEMBERED: usize = 16_384;

/// A mention and the language of its document, as they are looked up.
#[derive(Hash)]
struct Asked<'a>(&'a Mention, Option<&'a str>);

impl Default for ResolutionCache {
    fn default() -> Self {
        Self {
            mentions: BoundedCache::new(REMEMBERED),
            topics: BoundedCache::new(REMEMBERED),
            agents: BoundedCache::new(REMEMBERED),
        }
    }
}

impl hashbrown::Equivalent<(Mention, Option<String>)> for Asked<'_> {
    fn equivalent(&self, (mention, language): &(Mention, Option<String>)) -> bool {
        self.0 == mention && self.1 == language.as_deref()
    }
}

impl ResolutionCache {
    /// The concept of a topic.
    pub(crate) fn topic(&mut self, text: &str) -> Option<&'static str> {
        self.topics.get_or_find(text, || scheme::topic(text))
    }

    /// The key of a person or an organization known by its name alone.
    pub(crate) fn agent(&mut self, name: &str) -> Key<'static> {
        self.agents.get_or_find(name, || {
            let folded = Some(fold(name)).filter(|folded| !folded.is_empty());
            iri::minted([folded.as_deref().unwrap_or(name)])
        })
    }

    pub(crate) fn recall(&mut self, run: &Run<'_>, mention: &Mention, language: Option<&str>) -> Arc<Resolution> {
        let owned = |asked: &Asked<'_>| (asked.0.clone(), asked.1.map(str::to_owned));
        self.mentions.get_or_find_as(&Asked(mention, language), owned, || Arc::new(resolve(run, mention, language)))
    }
}

/// What a mention means by its name, else by the first of its other names that means one place.
fn resolve(run: &Run<'_>, mention: &Mention, language: Option<&str>) -> Resolution {
    let by_name = run.register.resolve(&spoken(mention, language));
    if matches!(by_name, Resolution::One { .. }) {
        return by_name;
    }
    let by = |name: &String| run.register.resolve(&place::Mention { name, ..spoken(mention, language) });
    let other = mention.also.iter().map(by).find(|other| matches!(other, Resolution::One { .. }));
    other.unwrap_or(by_name)
}

/// The mention as the register takes it.
pub(crate) fn spoken<'t>(mention: &'t Mention, language: Option<&'t str>) -> place::Mention<'t> {
    place::Mention {
        name: &mention.name,
        state: mention.state.as_deref(),
        level: mention.level,
        within: mention.within.as_deref(),
        context: MentionContext { language, ..MentionContext::default() },
    }
}

/// A step into a record, for JSON pointers that are written only when something is to be said.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RecordPath<'p> {
    Record,
    Field(&'p RecordPath<'p>, &'static str),
    Index(&'p RecordPath<'p>, usize),
}

impl<'p> RecordPath<'p> {
    pub(crate) const fn field(&'p self, name: &'static str) -> RecordPath<'p> {
        RecordPath::Field(self, name)
    }

    pub(crate) const fn index(&'p self, index: usize) -> RecordPath<'p> {
        RecordPath::Index(self, index)
    }

    /// The pointer to an item of a list; of the value itself where it is the only one and may be no list.
    pub(crate) const fn item(&'p self, index: usize, count: usize) -> RecordPath<'p> {
        if count == 1 { *self } else { RecordPath::Index(self, index) }
    }
}

impl fmt::Display for RecordPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record => Ok(()),
            Self::Field(up, name) => write!(f, "{up}/{name}"),
            Self::Index(up, index) => write!(f, "{up}/{index}"),
        }
    }
}

/// One record being mapped.
pub(crate) struct Context<'m> {
    pub(crate) run: &'m Run<'m>,
    /// The document that the record is from; a place or an assessment may have none.
    pub(crate) doc: Option<&'m Document>,
    pub(crate) out: Emitter<'m>,
    pub(crate) findings: &'m mut Findings,
    pub(crate) memory: &'m mut ResolutionCache,
    /// Nodes already described in the document's graph.
    pub(crate) described: &'m mut HashSet<String>,
    /// Whether every mention is to be reported.
    pub(crate) report_mentions: bool,
}

impl<'m> Context<'m> {
    pub(crate) fn new(run: &'m Run<'m>, doc: Option<&'m Document>, graph: &'m str, target: &'m mut Target<'_>) -> Self {
        let language = doc.and_then(|doc| doc.language.as_deref());
        let Target { sink, findings, memory, described, report_mentions } = target;
        findings.said.clear();
        findings.mentions.clear();
        let out = Emitter::new(&mut **sink, graph, language);
        Self { run, doc, out, findings, memory, described, report_mentions: *report_mentions }
    }

    pub(crate) fn error(&mut self, at: RecordPath<'_>, reason: impl Into<String>, remedy: impl Into<String>) {
        self.say(Severity::Error, at, reason.into(), remedy.into());
    }

    pub(crate) fn warn(&mut self, at: RecordPath<'_>, reason: impl Into<String>, remedy: impl Into<String>) {
        self.say(Severity::Warning, at, reason.into(), remedy.into());
    }

    fn say(&mut self, severity: Severity, at: RecordPath<'_>, reason: String, remedy: String) {
        self.findings.said.push(Finding { severity, pointer: at.to_string(), reason, remedy });
    }

    /// The id of the document, or an empty text.
    pub(crate) fn doc_id(&self) -> &'m str {
        self.doc.map_or("", |doc| &doc.id)
    }

    /// Does something with another graph in the place of the one at hand.
    pub(crate) fn within_graph(&mut self, graph: &'m str, work: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.out.graph, graph);
        work(self);
        self.out.graph = before;
    }

    /// Notes that a record refers to a place of the register.
    pub(crate) fn refers_to(&mut self, id: &str) {
        if !self.findings.places.contains(id) && !self.run.ids.is_place(id) {
            self.findings.pending.places.push(id.into());
        }
    }

    /// Counts a mention, and keeps it where mentions are reported.
    pub(crate) fn mentioned(&mut self, mention: &Mention, resolution: &Arc<Resolution>, at: RecordPath<'_>) {
        let tally = &mut self.findings.pending.tally;
        match **resolution {
            Resolution::One { .. } => tally.resolved += 1,
            Resolution::Ambiguous { .. } => tally.ambiguous += 1,
            Resolution::Unknown { .. } => tally.unknown += 1,
        }
        if self.report_mentions {
            let (pointer, mention, resolution) = (at.to_string(), mention.clone(), Arc::clone(resolution));
            self.findings.mentions.push(Resolved { pointer, mention, resolution });
        }
    }

    /// Whether a node is still to be described in the graph at hand.
    pub(crate) fn describe_once(&mut self, name: &str) -> bool {
        if self.doc.is_none_or(|doc| doc.graph != self.out.graph) {
            return true;
        }
        let fresh = !self.described.contains(name);
        if fresh {
            self.described.insert(name.to_owned());
            self.findings.pending.described.push(name.to_owned());
        }
        fresh
    }

    /// Ends the record: what it adds is kept where it goes through, and forgotten where not.
    pub(crate) fn settle(self) -> bool {
        let failed = self.findings.failed();
        let Pending { tally, places, described } = std::mem::take(&mut self.findings.pending);
        if failed {
            described.iter().for_each(|name| {
                self.described.remove(name);
            });
        } else {
            self.findings.tally += tally;
            self.findings.places.extend(places);
        }
        !failed
    }
}

/// Where records are mapped to, and what is kept from one to the next.
pub struct Target<'m> {
    /// Takes the quads.
    pub sink: &'m mut dyn QuadSink,
    /// Takes what there is to say.
    pub findings: &'m mut Findings,
    /// Remembers mentions.
    pub memory: &'m mut ResolutionCache,
    /// Nodes that need no second description in the document's graph; to be cleared with each document.
    pub described: &'m mut HashSet<String>,
    /// Whether every mention is to be reported.
    pub report_mentions: bool,
}
