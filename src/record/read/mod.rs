//! Bytes into records with positions, as streams: the memory needed is that of a few batches, whatever the input.
//!
//! [`open`] cuts an input into [`Batch`]es of raw records, cheaply and in order; [`Batch::records`] parses and checks
//! them, in whatever thread the caller likes. What is wrong with one record rejects that record alone.

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
mod syntax;

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

use super::RecordType;
use crate::location::{Diagnostic, Location, Severity};
use columns::Columns;
use cursor::Cursor;
use feed::Feed;

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

/// What all batches of an input share.
#[derive(Debug)]
struct Shared {
    file: Arc<str>,
    options: ReadOptions,
    columns: Option<Columns>,
    origin: Option<Arc<dyn Origin>>,
}

impl Shared {
    /// Where a value stands: at the cursor, or in what its record was made from.
    fn locate(&self, at: Cursor, pointer: &str) -> Location {
        match &self.origin {
            Some(origin) => origin.locate(&self.file, at.line, pointer),
            None => at.location(&self.file),
        }
    }
}

/// Opens an input, as often as one likes.
///
/// # Errors
/// Where it cannot be read, is in another encoding, or nothing says what it contains.
pub fn open(input: &Input, options: &ReadOptions) -> Result<Batches, ReadError> {
    let mut feed = Feed::new(input.open()?, options.batch_size.max(1));
    let whole = input.whole();
    feed.at.line = whole.map_or(0, |whole| whole.before);
    let container = container(input, options, &mut feed)?;
    let (file, origin) = (input.name(), input.origin().cloned());
    let shared = Arc::new(Shared { file, options: options.clone(), columns: None, origin });
    let splitter: Box<dyn Splitter> = match container {
        Container::JsonLines => Box::new(lines::Lines::default()),
        Container::Json => Box::new(array::Array::default()),
        Container::Csv => Box::new(rows::Rows::default()),
    };
    let stream = Stream { feed, shared, queue: VecDeque::new() };
    // A part of an input may well hold no record.
    Ok(Batches { notice: input.misnaming(), stream, splitter, barren: whole.is_none() })
}

fn container(input: &Input, options: &ReadOptions, feed: &mut Feed) -> Result<Container, ReadError> {
    let fixed = input.container().filter(|_| input.is_lines());
    match (fixed.or(options.container).or_else(|| input.container()), input) {
        (Some(container), _) => Ok(container),
        (None, input) if input.is_stream() => Ok(sniff(feed)),
        (None, _) => Err(ReadError::Suffix { name: input.name() }),
    }
}

/// A stream has no suffix: an array shows itself, all else is taken for JSON Lines.
fn sniff(feed: &mut Feed) -> Container {
    feed.grow();
    match feed.window.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => Container::Json,
        _ => Container::JsonLines,
    }
}

/// Cuts a stream into records.
trait Splitter: Send {
    /// Goes on by a little; `false` where nothing is left.
    fn step(&mut self, stream: &mut Stream) -> bool;
}

/// The batches of an input, in its order.
///
/// An `Err` is a finding on the input between records (what it holds there is lost, or it is but a warning); the
/// iterator goes on after it as far as it can.
pub struct Batches {
    /// What is to be said of the input as a whole.
    notice: Option<Diagnostic>,
    stream: Stream,
    splitter: Box<dyn Splitter>,
    /// Nothing has come of it yet.
    barren: bool,
}

/// An input on its way into batches.
struct Stream {
    feed: Feed,
    shared: Arc<Shared>,
    queue: VecDeque<Result<Batch, Diagnostic>>,
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
            self.queue.push_back(Ok(Batch { shared: Arc::clone(&self.shared), start, bytes, spans }));
        }
    }

    /// A finding on the input itself at `at`.
    fn say(&mut self, severity: Severity, at: Cursor, reason: impl Into<String>, remedy: impl Into<String>) {
        let at = at.location(&self.shared.file);
        let (reason, remedy) = (reason.into(), Some(remedy.into()));
        self.queue.push_back(Err(Diagnostic { severity, at, pointer: String::new(), reason, remedy }));
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

impl Iterator for Batches {
    type Item = Result<Batch, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(notice) = self.notice.take() {
            return Some(Err(notice));
        }
        let Self { stream, splitter, barren, .. } = self;
        while stream.queue.is_empty() && (splitter.step(stream) || stream.say_failure()) {}
        if stream.queue.is_empty() && *barren {
            stream.say(Severity::Warning, stream.feed.at, "the input holds no record", "see that it is the right file");
        }
        *barren = false;
        stream.queue.pop_front()
    }
}

/// Some consecutive records of an input, not yet parsed.
#[derive(Debug)]
pub struct Batch {
    shared: Arc<Shared>,
    start: Cursor,
    bytes: Vec<u8>,
    spans: Spans,
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

/// A record as it stands in the input.
#[derive(Debug, Clone, Copy)]
struct Raw<'b> {
    bytes: &'b [u8],
    start: Cursor,
    known_type: Option<RecordType>,
}

impl Batch {
    /// The length of the raw records in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Where it begins.
    pub fn location(&self) -> Location {
        self.start.location(&self.shared.file)
    }

    /// The records, parsed and checked, in the input's order.
    #[expect(clippy::result_large_err, reason = "what goes through is larger still")]
    pub fn records(&self) -> impl Iterator<Item = Result<Parsed<'_>, Rejected>> {
        self.raws().map(|raw| parse::parse(&self.shared, raw))
    }

    /// The records whose raw bytes pass `filter`, parsed and checked. What else is in the input costs next to nothing.
    #[expect(clippy::result_large_err, reason = "what goes through is larger still")]
    pub fn records_matching<'b>(
        &'b self,
        filter: impl Fn(&[u8]) -> bool + 'b,
    ) -> impl Iterator<Item = Result<Parsed<'b>, Rejected>> {
        self.raws().filter(move |raw| filter(raw.bytes)).map(|raw| parse::parse(&self.shared, raw))
    }

    /// The records that may have an id, at the cost of a search of the bytes for those that have none.
    pub fn records_with_id(&self) -> impl Iterator<Item = Result<Parsed<'_>, Rejected>> {
        let id = memmem::Finder::new("\"id\"");
        // A key may be spelt with escapes: `i` is \u0069, `d` is \u0064.
        let escape = memmem::Finder::new("\\u006");
        let column = self.shared.columns.as_ref().map(Columns::has_id);
        let may_have = move |raw: &[u8]| column.unwrap_or_else(|| id.find(raw).is_some() || escape.find(raw).is_some());
        self.records_matching(may_have)
    }

    fn raws(&self) -> impl Iterator<Item = Raw<'_>> {
        let (lines, spans) = match &self.spans {
            Spans::Lines => (Some(lines::raws(&self.bytes, self.start)), None),
            Spans::Of(spans) => (None, Some(spanned(&self.bytes, self.start, spans))),
        };
        lines.into_iter().flatten().chain(spans.into_iter().flatten())
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
