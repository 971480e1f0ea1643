//! JSON Lines: one record a line; blank lines are passed over.

use super::cursor::Cursor;
use super::{Raw, Spans, Splitter, Stream};

/// Cuts into batches of whole lines.
#[derive(Default)]
pub(super) struct Lines {
    /// How much of the window is known to hold no line end.
    searched: usize,
    /// Inside a line that is too long, whose rest is passed over.
    skipping: bool,
}

impl Splitter for Lines {
    fn step(&mut self, stream: &mut Stream) -> bool {
        if self.skipping {
            return self.skip(stream);
        }
        let length = stream.feed.window.len();
        match memchr::memrchr(b'\n', &stream.feed.window[self.searched..]) {
            Some(last) => {
                stream.give(self.searched + last + 1, Spans::Lines);
                self.searched = 0;
                true
            }
            None if length > stream.shared.options.record_limit => {
                stream.say_too_long(stream.feed.at);
                self.skipping = true;
                true
            }
            None => {
                self.searched = length;
                stream.feed.grow() || self.last(stream)
            }
        }
    }
}

impl Lines {
    /// The last line need not have an end.
    fn last(&mut self, stream: &mut Stream) -> bool {
        let rest = std::mem::take(&mut self.searched);
        if rest > 0 {
            stream.give(rest, Spans::Lines);
        }
        rest > 0
    }

    fn skip(&mut self, stream: &mut Stream) -> bool {
        let end = memchr::memchr(b'\n', &stream.feed.window).map(|at| at + 1);
        stream.feed.cut(end.unwrap_or(stream.feed.window.len()));
        (self.searched, self.skipping) = (0, end.is_none());
        end.is_some() || stream.feed.grow()
    }
}

/// The lines of `bytes` that are not blank, without the white space around them.
pub(super) fn raws(bytes: &[u8], start: Cursor) -> impl Iterator<Item = Raw<'_>> {
    let (mut cursor, mut rest) = (start, bytes);
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at(end);
            let at = cursor;
            // The next line begins in its first column: nothing need be counted.
            cursor = Cursor { line: at.line + 1, column: 0 };
            rest = after;
            let trimmed = line.trim_ascii();
            if !trimmed.is_empty() {
                let blank = line.len() - line.trim_ascii_start().len();
                let start = if blank == 0 { at } else { at.after(&line[..blank]) };
                return Some(Raw { bytes: trimmed, start, known_type: None });
            }
        }
        None
    })
}
