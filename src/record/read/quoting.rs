//! Quoting of CSV (RFC 4180): where in a row the reading stands.

/// Where in a row the reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Quoting {
    /// At the start of a cell.
    #[default]
    Start,
    Plain,
    Quoted,
    /// After a quotation mark in a quoted cell, which ends the cell or stands, doubled, for itself.
    Quote,
}

impl Quoting {
    pub(super) fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Quoted, b'"') => Self::Quote,
            (Self::Quoted, _) | (Self::Start | Self::Quote, b'"') => Self::Quoted,
            (_, b',' | b'\n') => Self::Start,
            _ => Self::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_line_ends_in_quotation_marks_end_nothing() {
        let after = |text: &str| text.bytes().fold(Quoting::Start, Quoting::after);
        assert_eq!(
            [after("a"), after("\"a,"), after("\"a\n"), after("\"a\"")],
            [Quoting::Plain, Quoting::Quoted, Quoting::Quoted, Quoting::Quote]
        );
        assert_eq!(
            [after("\"a\"\""), after("\"a\","), after("a\n")],
            [Quoting::Quoted, Quoting::Start, Quoting::Start]
        );
    }
}
