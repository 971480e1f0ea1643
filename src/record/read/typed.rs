//! Typed records as a source: checked as those of a file are, without being written and read again.

use std::borrow::Cow;
use std::sync::Arc;

use super::cursor::Cursor;
use super::{Batches, Item, Raw, ReadError, ReadOptions, RecordSource};
use crate::record::Record;

/// Records that a program holds, as a source. Where there is something to say of one, its place is that of a file of JSON Lines
/// with one record a line, and the record is shown as JSON.
#[derive(Debug, Clone)]
pub struct Records<'r> {
    name: Arc<str>,
    records: Cow<'r, [Record]>,
}

impl<'r> Records<'r> {
    /// Records in a file that messages call `records.jsonl`.
    pub fn new(records: impl Into<Cow<'r, [Record]>>) -> Self {
        Self::named("records.jsonl", records)
    }

    /// Records under another name, whose stem names the document of records that name none.
    pub fn named(name: impl Into<Arc<str>>, records: impl Into<Cow<'r, [Record]>>) -> Self {
        Self { name: name.into(), records: records.into() }
    }
}

impl RecordSource for Records<'_> {
    fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    fn open(&self, options: &ReadOptions) -> Result<Batches<'_>, ReadError> {
        Ok(Batches::of_slice(self.name(), &self.records, options))
    }
}

/// A typed record where it stands in its source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Typed<'b> {
    pub(super) record: &'b Record,
    pub(super) start: Cursor,
}

/// Each of some records, the first of them at `start`.
pub(super) fn items(records: &[Record], start: Cursor) -> impl Iterator<Item = Item<'_>> {
    let lines = start.line..;
    records.iter().zip(lines).map(|(record, line)| Item::Typed(Typed { record, start: Cursor { line, column: 0 } }))
}

impl Item<'_> {
    /// The record as text: as it stands, or, for a typed one, written for the purpose.
    pub(super) fn with_text<T>(self, look: impl FnOnce(Raw<'_>) -> T) -> T {
        match self {
            Self::Raw(raw) => look(raw),
            Self::Typed(Typed { record, start }) => {
                // A record holds nothing that JSON cannot write.
                let json = serde_json::to_vec(record).unwrap_or_default();
                look(Raw { bytes: &json, start, known_type: None })
            }
        }
    }
}
