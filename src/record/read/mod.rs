//! Sources of records into records with positions, as streams: the memory needed is that of a few batches, whatever the source.
//!
//! [`RecordSource::open`] cuts a source into [`Batch`]es of records not yet parsed, cheaply and in order; [`Batch::records`] parses
//! and checks them, in whatever thread the caller likes. What is wrong with one record rejects that record alone.

mod array;
mod columns;
mod cursor;
mod explain;
mod fault;
mod feed;
mod heading;
mod input;
mod lines;
mod node;
mod parse;
mod quoting;
mod row;
mod rows;
mod source;
mod syntax;
mod typed;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use memchr::memmem;

pub(super) use fault::WHOLE_NUMBER;
pub use input::{Input, Once, Origin, Spool, Watch, Whole};
pub(crate) use parse::type_at_an_end;
pub use parse::{Parsed, Rejected};
#[cfg(feature = "tables")]
pub(crate) use row::NUMBERS;
pub use source::{Batches, RecordSource};
pub use typed::Records;

use super::{Record, RecordType};
use crate::location::{Diagnostic, Location, Severity};
use columns::Columns;
use cursor::Cursor;
use feed::Feed;
use typed::Typed;

/// How records are laid out in an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// One record a line: `.jsonl`, `.ndjson`.
    JsonLines,
    /// An array of records, or `{"source": {…}, "records": […]}`: `.json`.
    Json,
    /// A table with a heading, one record a row: `.csv`.
    Csv,
}

impl Container {
    /// The container that a suffix, without its dot, stands for; in lower case.
    pub fn from_suffix(suffix: &str) -> Option<Self> {
        match suffix {
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// How to read records.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Unknown fields are warnings, and the rest of the record goes through.
    pub lenient: bool,
    /// The container, whatever the suffix says.
    pub container: Option<Container>,
    /// The type of CSV rows that do not name it in a column `type`.
    pub csv_type: Option<RecordType>,
    /// The length in bytes beyond which a record is refused unread.
    pub record_limit: usize,
    /// About how many bytes of raw records a batch holds.
    pub batch_size: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { lenient: false, container: None, csv_type: None, record_limit: 64 << 20, batch_size: 64 << 10 }
    }
}

/// Why an input cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The input does not open, or fails at its first bytes.
    #[error("cannot read {name}")]
    Open {
        /// The input.
        name: Arc<str>,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The suffix names no container.
    #[error(
        "{name}: the suffix does not say what the file contains; it is one of .jsonl, .ndjson, .json, .csv, with .gz or .zst after it or not"
    )]
    Suffix {
        /// The input.
        name: Arc<str>,
    },
    /// The text is in another encoding.
    #[error("{name}: the text is in {encoding}; records are read in UTF-8: save it anew in that encoding")]
    Encoding {
        /// The input.
        name: Arc<str>,
        /// The encoding it seems to be in.
        encoding: &'static str,
    },
}

/// What all batches of a source share.
#[derive(Debug)]
struct Shared {
    file: Arc<str>,
    options: ReadOptions,
    columns: Option<Columns>,
    origin: Option<Arc<dyn Origin>>,
}

impl Shared {
    fn new(file: Arc<str>, options: &ReadOptions) -> Self {
        Self { file, options: options.clone(), columns: None, origin: None }
    }

    /// Where a value stands: at the cursor, or in what its record was made from.
    fn locate(&self, at: Cursor, pointer: &str) -> Location {
        match &self.origin {
            Some(origin) => origin.locate(&self.file, at.line, pointer),
            None => at.location(&self.file),
        }
    }

    /// A finding on the source itself, between its records.
    fn finding(
        &self,
        severity: Severity,
        at: Cursor,
        reason: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Diagnostic {
        let (at, remedy) = (at.location(&self.file), Some(remedy.into()));
        Diagnostic { severity, at, pointer: String::new(), reason: reason.into(), remedy }
    }

    fn no_record(&self, at: Cursor) -> Diagnostic {
        self.finding(Severity::Warning, at, "the input holds no record", "see that it is the right file")
    }
}

/// Cuts a stream into records.
trait Splitter: Send {
    /// Goes on by a little; `false` where nothing is left.
    fn step(&mut self, stream: &mut Stream) -> bool;
}

/// The batches of an input of text, in its order.
struct Cut {
    /// What is to be said of the input as a whole.
    notice: Option<Diagnostic>,
    stream: Stream,
    splitter: Box<dyn Splitter>,
    /// Nothing has come of it yet, and something should.
    barren: bool,
}

impl Cut {
    fn new(feed: Feed, container: Container, shared: Shared) -> Self {
        let splitter: Box<dyn Splitter> = match container {
            Container::JsonLines => Box::new(lines::Lines::default()),
            Container::Json => Box::new(array::Array::default()),
            Container::Csv => Box::new(rows::Rows::default()),
        };
        let stream = Stream { feed, shared: Arc::new(shared), queue: VecDeque::new() };
        Self { notice: None, stream, splitter, barren: true }
    }
}

/// An input on its way into batches.
struct Stream {
    feed: Feed,
    shared: Arc<Shared>,
    queue: VecDeque<Result<Batch<'static>, Diagnostic>>,
}

impl Stream {
    /// Offers the first `length` bytes of the window as a batch.
    fn give(&mut self, length: usize, spans: Spans) {
        let start = self.feed.at;
        let bytes = self.feed.cut(length);
        let empty = match &spans {
            Spans::Lines => bytes.trim_ascii_start().is_empty(),
            Spans::Of(list) => list.is_empty(),
        };
        if !empty {
            let content = Content::Text { bytes, spans };
            self.queue.push_back(Ok(Batch { shared: Arc::clone(&self.shared), start, content }));
        }
    }

    /// A finding on the input itself at `at`.
    fn say(&mut self, severity: Severity, at: Cursor, reason: impl Into<String>, remedy: impl Into<String>) {
        self.queue.push_back(Err(self.shared.finding(severity, at, reason, remedy)));
    }

    fn say_too_long(&mut self, at: Cursor) {
        let limit = self.shared.options.record_limit;
        let reason = format!("the record is longer than {limit} bytes; it was passed over unread");
        self.say(Severity::Error, at, reason, "split it, or read with a larger limit");
    }

    /// Says why the reading ended before the input did, once.
    fn say_failure(&mut self) -> bool {
        let Some(cause) = self.feed.failure.take() else {
            return false;
        };
        let reason = match cause.kind() {
            io::ErrorKind::UnexpectedEof => "the compressed data end early, or end in something else".to_owned(),
            _ => format!("the input cannot be read on: {cause}"),
        };
        self.say(
            Severity::Error,
            self.feed.at,
            reason,
            "what stands before was read; the file is truncated or damaged: get it anew",
        );
        true
    }
}

impl Iterator for Cut {
    type Item = Result<Batch<'static>, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(notice) = self.notice.take() {
            return Some(Err(notice));
        }
        let Self { stream, splitter, barren, .. } = self;
        while stream.queue.is_empty() && (splitter.step(stream) || stream.say_failure()) {}
        if stream.queue.is_empty() && *barren {
            stream.queue.push_back(Err(stream.shared.no_record(stream.feed.at)));
        }
        *barren = false;
        stream.queue.pop_front()
    }
}

/// Some consecutive records of a source, not yet parsed.
#[derive(Debug)]
pub struct Batch<'s> {
    shared: Arc<Shared>,
    start: Cursor,
    content: Content<'s>,
}

#[derive(Debug)]
enum Content<'s> {
    Text { bytes: Vec<u8>, spans: Spans },
    Typed(Cow<'s, [Record]>),
}

/// Where the records of a batch stand in its bytes.
#[derive(Debug)]
enum Spans {
    /// One a line.
    Lines,
    /// Here.
    Of(Vec<Span>),
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    /// What the place of the record says its type is, where it need not say so itself.
    known_type: Option<RecordType>,
}

/// A record as it stands in an input of text.
#[derive(Debug, Clone, Copy)]
struct Raw<'b> {
    bytes: &'b [u8],
    start: Cursor,
    known_type: Option<RecordType>,
}

/// A record as it stands in its source.
#[derive(Debug, Clone, Copy)]
enum Item<'b> {
    Raw(Raw<'b>),
    Typed(Typed<'b>),
}

/// A record before it is parsed: what filters look at.
#[derive(Debug, Clone, Copy)]
pub enum Unparsed<'b> {
    /// The bytes of a record in a text.
    Raw(&'b [u8]),
    /// A typed record, not yet checked.
    Typed(&'b Record),
}

impl<'b> Item<'b> {
    const fn unparsed(self) -> Unparsed<'b> {
        match self {
            Self::Raw(raw) => Unparsed::Raw(raw.bytes),
            Self::Typed(typed) => Unparsed::Typed(typed.record),
        }
    }
}

impl Batch<'_> {
    /// Where it begins.
    pub fn location(&self) -> Location {
        self.start.location(&self.shared.file)
    }

    /// The records, parsed and checked, in the source's order.
    #[expect(clippy::result_large_err, reason = "what goes through is larger still")]
    pub fn records(&self) -> impl Iterator<Item = Result<Parsed<'_>, Rejected>> {
        self.items().map(|item| parse::parse(&self.shared, item))
    }

    /// The records that pass `filter` before they are parsed, parsed and checked. What else is in the source costs next to
    /// nothing.
    #[expect(clippy::result_large_err, reason = "what goes through is larger still")]
    pub fn records_matching<'b>(
        &'b self,
        filter: impl Fn(Unparsed<'_>) -> bool + 'b,
    ) -> impl Iterator<Item = Result<Parsed<'b>, Rejected>> {
        self.items().filter(move |item| filter(item.unparsed())).map(|item| parse::parse(&self.shared, item))
    }

    /// The records that may have an id, at the cost of a search of the bytes for those that have none.
    pub fn records_with_id(&self) -> impl Iterator<Item = Result<Parsed<'_>, Rejected>> {
        let id = memmem::Finder::new("\"id\"");
        // A key may be spelt with escapes: `i` is \u0069, `d` is \u0064.
        let escape = memmem::Finder::new("\\u006");
        let column = self.shared.columns.as_ref().map(Columns::has_id);
        self.records_matching(move |record| match record {
            Unparsed::Raw(raw) => column.unwrap_or_else(|| id.find(raw).is_some() || escape.find(raw).is_some()),
            Unparsed::Typed(record) => record.id().is_some(),
        })
    }

    fn items(&self) -> impl Iterator<Item = Item<'_>> {
        let (mut lines, mut spans, mut typed) = (None, None, None);
        match &self.content {
            Content::Text { bytes, spans: Spans::Lines } => lines = Some(lines::raws(bytes, self.start)),
            Content::Text { bytes, spans: Spans::Of(list) } => spans = Some(spanned(bytes, self.start, list)),
            Content::Typed(records) => typed = Some(typed::items(records, self.start)),
        }
        let raws = lines.into_iter().flatten().chain(spans.into_iter().flatten());
        raws.map(Item::Raw).chain(typed.into_iter().flatten())
    }
}

fn spanned<'b>(bytes: &'b [u8], start: Cursor, spans: &'b [Span]) -> impl Iterator<Item = Raw<'b>> {
    let (mut cursor, mut done) = (start, 0);
    spans.iter().map(move |span| {
        cursor.advance(&bytes[done..span.start]);
        done = span.start;
        Raw { bytes: &bytes[span.start..span.end], start: cursor, known_type: span.known_type }
    })
}

#[cfg(test)]
mod tests;
