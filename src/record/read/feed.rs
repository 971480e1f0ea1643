//! A window on an input that grows at its end and is cut off at its front.

use std::io::{self, BufRead, Read};

use super::cursor::Cursor;

/// The bytes read and not yet given out.
pub(super) struct Feed {
    reader: Box<dyn BufRead + Send>,
    pub(super) window: Vec<u8>,
    /// Where the window begins in the input.
    pub(super) at: Cursor,
    chunk: usize,
    /// What ended the reading before the end of the input.
    pub(super) failure: Option<io::Error>,
    ended: bool,
}

impl Feed {
    pub(super) fn new(reader: Box<dyn BufRead + Send>, chunk: usize) -> Self {
        Self { reader, window: Vec::new(), at: Cursor::default(), chunk, failure: None, ended: false }
    }

    /// Reads on; `false` at the end.
    pub(super) fn grow(&mut self) -> bool {
        if self.ended {
            return false;
        }
        let before = self.window.len();
        let read = self.reader.by_ref().take(self.chunk as u64).read_to_end(&mut self.window);
        self.failure = read.err();
        self.ended = self.failure.is_some() || self.window.len() < before + self.chunk;
        self.window.len() > before
    }

    /// Cuts the first `length` bytes off the window.
    pub(super) fn cut(&mut self, length: usize) -> Vec<u8> {
        let rest = self.window.split_off(length);
        let cut = std::mem::replace(&mut self.window, rest);
        self.at.advance(&cut);
        cut
    }
}
