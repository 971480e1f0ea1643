//! Counting lines and columns while an input goes by.

use std::sync::Arc;

use crate::location::Location;

/// A position in an input, counted from 0; the column in code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cursor {
    pub(super) line: u64,
    pub(super) column: u64,
}

impl Cursor {
    /// Moves past `bytes`.
    pub(super) fn advance(&mut self, bytes: &[u8]) {
        match memchr::memrchr(b'\n', bytes) {
            None => self.column += code_points(bytes),
            Some(last) => {
                self.line += memchr::memchr_iter(b'\n', &bytes[..=last]).count() as u64;
                self.column = code_points(&bytes[last + 1..]);
            }
        }
    }

    /// The position after `bytes`.
    pub(super) fn after(mut self, bytes: &[u8]) -> Self {
        self.advance(bytes);
        self
    }

    pub(super) fn location(self, file: &Arc<str>) -> Location {
        Location::new(Arc::clone(file), self.line, self.column)
    }
}

/// The number of code points that begin in `bytes`: all bytes but the continuation bytes of UTF-8.
fn code_points(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_code_points_and_lines() {
        let start = Cursor::default();
        assert_eq!(start.after("昆明ab".as_bytes()), Cursor { line: 0, column: 4 });
        assert_eq!(start.after("a\n昆\n明".as_bytes()), Cursor { line: 2, column: 1 });
        let in_two = start.after("昆\n明".as_bytes()).after("ab".as_bytes());
        assert_eq!(in_two, start.after("昆\n明ab".as_bytes()));
    }
}
