//! CSV (RFC 4180) cut into its rows: quoted cells may hold line ends, all other rows end with the line.

use crate::location::Severity;

use super::columns::Columns;
use super::quoting::Quoting;
use super::{Shared, Span, Spans, Splitter, Stream};
use std::sync::Arc;

/// Cuts into batches of rows, after the heading.
#[derive(Default)]
pub(super) struct Rows {
    place: Quoting,
    /// Where the present row begins in the window.
    row: usize,
    /// How much of the window has been gone through.
    position: usize,
    spans: Vec<Span>,
    done: bool,
}

impl Splitter for Rows {
    fn step(&mut self, stream: &mut Stream) -> bool {
        if self.done {
            return false;
        }
        if self.next_row(stream) {
            self.row_ends(stream);
            return true;
        }
        if stream.shared.columns.is_some() {
            self.give(stream);
        }
        if self.position - self.row > stream.shared.options.record_limit {
            stream.say_too_long(stream.feed.at);
            self.done = true;
        } else if !stream.feed.grow() {
            self.row_ends(stream);
            self.give(stream);
            self.done = true;
        }
        true
    }
}

impl Rows {
    /// Goes to the end of the row, if it stands in the window.
    fn next_row(&mut self, stream: &Stream) -> bool {
        while let Some(&byte) = stream.feed.window.get(self.position) {
            self.position += 1;
            let ends = byte == b'\n' && self.place != Quoting::Quoted;
            self.place = self.place.after(byte);
            if ends {
                return true;
            }
        }
        false
    }

    fn row_ends(&mut self, stream: &mut Stream) {
        let (start, end) = (std::mem::replace(&mut self.row, self.position), self.position);
        let row = &stream.feed.window[start..end];
        if row.iter().all(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'"')) {
            return;
        }
        let end = start + row.trim_ascii_end().len();
        match &stream.shared.columns {
            Some(_) => self.spans.push(Span { start, end, known_type: None }),
            None => self.heading(stream, start, end),
        }
    }

    fn heading(&mut self, stream: &mut Stream, start: usize, end: usize) {
        let at = stream.feed.at.after(&stream.feed.window[..start]);
        let row = stream.feed.window[start..end].to_vec();
        let (columns, notes) = Columns::parse(&row, &stream.shared.options);
        for note in notes {
            stream.say(note.severity, at.after(&row[..note.at]), note.reason, note.remedy.unwrap_or_default());
            self.done |= note.severity == Severity::Error;
        }
        let Shared { file, options, origin, .. } = &*stream.shared;
        let (file, options, origin) = (Arc::clone(file), options.clone(), origin.clone());
        stream.shared = Arc::new(Shared { file, options, columns: Some(columns), origin });
    }

    fn give(&mut self, stream: &mut Stream) {
        stream.give(self.row, Spans::Of(std::mem::take(&mut self.spans)));
        self.position -= std::mem::take(&mut self.row);
    }
}
