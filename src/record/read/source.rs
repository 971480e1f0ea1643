//! Sources of records: what the converter takes, whether it holds text or typed records.

use std::borrow::Cow;
use std::io::BufRead;
use std::sync::Arc;

use super::cursor::Cursor;
use super::feed::Feed;
use super::{Batch, Container, Content, Cut, Input, Origin, ReadError, ReadOptions, Shared, input};
use crate::location::Diagnostic;
use crate::record::Record;

/// Something that records come from: a file of records in any layout ([`Input`]), records that a program holds
/// ([`Records`](super::Records)), the rows of a table (`table::TableRecords`), or a source of one's own.
///
/// A conversion reads a source two or three times, from whatever thread it likes; each reading gives the same records in the
/// same order.
///
/// ```
/// use std::sync::Arc;
///
/// use citypact::convert::{Options, convert};
/// use citypact::place::Register;
/// use citypact::record::read::{Batches, ReadError, ReadOptions, RecordSource};
/// use citypact::record::{AsOfBasis, Count, Date, Record, Source};
///
/// /// What a database says of the friendship cities of each place.
/// struct Rows(Vec<(&'static str, u64)>);
///
/// impl RecordSource for Rows {
///     fn name(&self) -> Arc<str> {
///         "yearbook".into()
///     }
///
///     fn open(&self, options: &ReadOptions) -> Result<Batches<'_>, ReadError> {
///         let source = Record::from(Source::new("yearbook".into(), "en".into()));
///         let counts = self.0.iter().map(|(place, value)| {
///             let (variable, as_of) = ("friendship-cities".into(), Date::Year(2023));
///             Record::from(Count::new((*place).into(), variable, *value, as_of, AsOfBasis::Stated))
///         });
///         // Records are made while they are read: memory holds a few of them.
///         Ok(Batches::of_records(self.name(), std::iter::once(source).chain(counts), options))
///     }
/// }
///
/// let rows = Rows(vec![("cn-kunming", 23), ("cn-qingdao", 31)]);
/// let mut quads = Vec::new();
/// let summary = convert(&[rows], &Register::builtin(), &Options::default(), &mut quads, &mut |_| {})?;
/// assert!(summary.is_complete() && summary.records == 3);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub trait RecordSource: Send + Sync {
    /// What positions and messages call it.
    fn name(&self) -> Arc<str>;

    /// What the document of its records is called where nothing but the name of the source says so: the name without
    /// directories and suffixes.
    fn stem(&self) -> String {
        input::stem(&self.name())
    }

    /// Begins to read it, from its start.
    ///
    /// # Errors
    /// Where it cannot be read at all. What is wrong further on comes among the batches, or with the records.
    fn open(&self, options: &ReadOptions) -> Result<Batches<'_>, ReadError>;
}

impl<S: RecordSource + ?Sized> RecordSource for &S {
    fn name(&self) -> Arc<str> {
        (**self).name()
    }

    fn stem(&self) -> String {
        (**self).stem()
    }

    fn open(&self, options: &ReadOptions) -> Result<Batches<'_>, ReadError> {
        (**self).open(options)
    }
}

/// A file of records. It is refused where it is in another encoding than UTF-8, or nothing says how it is laid out.
impl RecordSource for Input {
    fn name(&self) -> Arc<str> {
        Self::name(self)
    }

    fn stem(&self) -> String {
        Self::stem(self)
    }

    fn open(&self, options: &ReadOptions) -> Result<Batches<'_>, ReadError> {
        let mut feed = Feed::new(self.text()?, options.batch_size.max(1));
        let whole = self.whole();
        feed.at.line = whole.map_or(0, |whole| whole.before);
        let container = container(self, options, &mut feed)?;
        let cut = Cut::new(feed, container, Shared::new(self.name(), options));
        // A part of an input may well hold no record.
        Ok(Batches::of_cut(Cut { notice: self.misnaming(), barren: whole.is_none(), ..cut }))
    }
}

fn container(input: &Input, options: &ReadOptions, feed: &mut Feed) -> Result<Container, ReadError> {
    let fixed = input.container().filter(|_| input.whole().is_some());
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

/// How many typed records make a batch: about as many as the text of one holds.
const TYPED: usize = 256;

/// The batches of a source, in its order.
///
/// An `Err` is a finding on the source between records (what it holds there is lost, or it is but a warning); the iterator
/// goes on after it as far as it can.
pub struct Batches<'s>(Box<dyn Iterator<Item = Result<Batch<'s>, Diagnostic>> + Send + 's>);

impl<'s> Batches<'s> {
    fn new(batches: impl Iterator<Item = Result<Batch<'s>, Diagnostic>> + Send + 's) -> Self {
        Self(Box::new(batches))
    }

    fn of_cut(cut: Cut) -> Self {
        // What borrows nothing lives as long as anything that does.
        fn shortened<'s>(batch: Result<Batch<'static>, Diagnostic>) -> Result<Batch<'s>, Diagnostic> {
            batch
        }
        Self::new(cut.map(shortened))
    }

    /// The records of a text in UTF-8, laid out as `container` says. `name` is what positions call it.
    pub fn of_text(
        name: impl Into<Arc<str>>,
        text: impl BufRead + Send + 'static,
        container: Container,
        options: &ReadOptions,
    ) -> Self {
        let feed = Feed::new(Box::new(text), options.batch_size.max(1));
        Self::of_cut(Cut::new(feed, container, Shared::new(name.into(), options)))
    }

    /// The records of JSON Lines that were made from what stands elsewhere: `origin` knows where.
    pub fn of_derived(
        name: impl Into<Arc<str>>,
        lines: impl BufRead + Send + 'static,
        origin: Arc<dyn Origin>,
        options: &ReadOptions,
    ) -> Self {
        let feed = Feed::new(Box::new(lines), options.batch_size.max(1));
        let shared = Shared { origin: Some(origin), ..Shared::new(name.into(), options) };
        Self::of_cut(Cut::new(feed, Container::JsonLines, shared))
    }

    /// Typed records, as they are made. Positions count them as lines, each its record in JSON.
    pub fn of_records(
        name: impl Into<Arc<str>>,
        records: impl Iterator<Item = Record> + Send + 's,
        options: &ReadOptions,
    ) -> Self {
        let mut records = records.fuse();
        let chunks = std::iter::from_fn(move || {
            let chunk: Vec<Record> = records.by_ref().take(TYPED).collect();
            (!chunk.is_empty()).then_some(Cow::Owned(chunk))
        });
        Self::of_chunks(name.into(), chunks, options)
    }

    /// Typed records where they stand.
    pub(super) fn of_slice(name: Arc<str>, records: &'s [Record], options: &ReadOptions) -> Self {
        Self::of_chunks(name, records.chunks(TYPED).map(Cow::Borrowed), options)
    }

    fn of_chunks(
        name: Arc<str>,
        chunks: impl Iterator<Item = Cow<'s, [Record]>> + Send + 's,
        options: &ReadOptions,
    ) -> Self {
        let shared = Arc::new(Shared::new(name, options));
        let mut chunks = chunks.peekable();
        let barren = chunks.peek().is_none().then(|| Err(shared.no_record(Cursor::default())));
        let mut line = 0;
        let batches = chunks.map(move |records| {
            let start = Cursor { line, column: 0 };
            line += records.len() as u64;
            Ok(Batch { shared: Arc::clone(&shared), start, content: Content::Typed(records) })
        });
        Self::new(barren.into_iter().chain(batches))
    }
}

impl<'s> Iterator for Batches<'s> {
    type Item = Result<Batch<'s>, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}
