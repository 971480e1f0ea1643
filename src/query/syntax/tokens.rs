//! Lexer: SPARQL's tokens, as far as measuring and explaining a text needs them; the parser has the last word on everything.

/// The functions that aggregate (SPARQL 1.1 Query, 18.5.1).
pub(in crate::query) const AGGREGATES: [&str; 7] = ["COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"];

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Kind {
    /// A keyword, a function's name, `a`, `true`, a number.
    Word,
    /// `prefix:local`, either part possibly empty, blank node labels included.
    Name,
    Iri,
    String,
    /// A string whose end is missing.
    Unterminated,
    /// A variable or a language tag.
    Sigil,
    /// `(`, `[`, `{` or `<<`.
    Open,
    /// `)`, `]`, `}` or `>>`.
    Close,
    /// `!`, `^`, `+` or `-`: may stand before its operand.
    Prefix,
    Operator,
    /// `.`, `;`, `,` and whatever is no SPARQL.
    Other,
}

/// A token and where it stands, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) struct Token {
    pub(in crate::query) kind: Kind,
    pub(in crate::query) start: usize,
    pub(in crate::query) end: usize,
}

impl Token {
    pub(in crate::query) fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// The tokens of a text, without white space and comments.
pub(in crate::query) struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(in crate::query) fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_while(&mut self, test: impl Fn(u8) -> bool) {
        let rest = self.rest();
        self.at += rest.iter().position(|byte| !test(*byte)).unwrap_or(rest.len());
    }

    fn skip_blanks(&mut self) {
        loop {
            self.skip_while(|byte| byte.is_ascii_whitespace());
            if self.rest().first() != Some(&b'#') {
                return;
            }
            self.skip_while(|byte| byte != b'\n' && byte != b'\r');
        }
    }

    fn take(&mut self, bytes: usize, kind: Kind) -> Kind {
        self.at += bytes;
        kind
    }

    fn scan(&mut self, byte: u8) -> Kind {
        match byte {
            b'"' | b'\'' => self.string(byte),
            b'<' => self.less_than(),
            b'>' if self.rest().starts_with(b">>") => self.take(2, Kind::Close),
            b'(' | b'[' | b'{' => self.take(1, Kind::Open),
            b')' | b']' | b'}' => self.take(1, Kind::Close),
            b'!' | b'^' | b'+' | b'-' => self.take(1, Kind::Prefix),
            b'*' | b'/' | b'|' | b'&' | b'=' | b'>' => self.take(1, Kind::Operator),
            b'?' | b'$' | b'@' => self.sigil(),
            b'0'..=b'9' => self.number(),
            b'.' if self.is_digit(1) => self.number(),
            b'_' | b':' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => self.word(),
            _ => self.take(1, Kind::Other),
        }
    }

    fn sigil(&mut self) -> Kind {
        self.at += 1;
        let start = self.at;
        self.skip_while(|byte| is_name(byte) || byte == b'-' && self.text[start - 1] == b'@');
        if self.at == start { Kind::Operator } else { Kind::Sigil }
    }

    fn is_digit(&self, ahead: usize) -> bool {
        self.rest().get(ahead).is_some_and(u8::is_ascii_digit)
    }

    /// A number without its sign ([146] to [148]); a dot that no digit follows is none of it, unless an exponent does.
    fn number(&mut self) -> Kind {
        self.skip_while(|byte| byte.is_ascii_digit());
        if self.rest().first() == Some(&b'.') && (self.is_digit(1) || self.is_exponent(1)) {
            self.at += 1;
            self.skip_while(|byte| byte.is_ascii_digit());
        }
        if self.is_exponent(0) {
            self.at += 2;
            self.skip_while(|byte| byte.is_ascii_digit());
        }
        Kind::Word
    }

    fn is_exponent(&self, ahead: usize) -> bool {
        let sign = matches!(self.rest().get(ahead + 1), Some(b'+' | b'-'));
        matches!(self.rest().get(ahead), Some(b'e' | b'E')) && self.is_digit(ahead + 1 + usize::from(sign))
    }

    fn word(&mut self) -> Kind {
        self.skip_while(is_name);
        let end = self.at;
        // A prefix may have dots and hyphens inside; a word that no colon follows ends before them.
        self.skip_while(|byte| is_name(byte) || matches!(byte, b'.' | b'-'));
        let ends = self.text[end..self.at].ends_with(b".");
        if ends || self.rest().first() != Some(&b':') {
            self.at = end;
            return Kind::Word;
        }
        self.local_name();
        Kind::Name
    }

    fn local_name(&mut self) {
        loop {
            self.skip_while(|byte| is_name(byte) || matches!(byte, b'-' | b':' | b'%' | b'.'));
            match self.rest().first() {
                Some(b'\\') => self.at += 2,
                _ => break,
            }
        }
        self.at = self.at.min(self.text.len());
        while self.text[..self.at].ends_with(b".") && !self.text[..self.at].ends_with(b"\\.") {
            self.at -= 1;
        }
    }

    fn string(&mut self, quote: u8) -> Kind {
        let long = self.rest().starts_with(&[quote; 3]);
        let width = if long { 3 } else { 1 };
        self.at += width;
        while let Some(&byte) = self.rest().first() {
            if byte == b'\\' {
                self.at += 2;
            } else if self.rest().starts_with(&[quote; 3][..width]) {
                return self.take(width, Kind::String);
            } else if !long && matches!(byte, b'\n' | b'\r') {
                break;
            } else {
                self.at += 1;
            }
        }
        self.at = self.at.min(self.text.len());
        Kind::Unterminated
    }

    /// An IRI, in which characters may be written by their numbers, the start of a triple term or a comparison.
    fn less_than(&mut self) -> Kind {
        let rest = &self.rest()[1..];
        let forbidden = |at: &usize| match rest[*at] {
            b'\\' => !matches!(rest.get(at + 1), Some(b'u' | b'U')),
            byte => matches!(byte, 0..=b' ' | b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'^' | b'`'),
        };
        match (0..rest.len()).find(forbidden).map(|end| (end, rest[end])) {
            Some((end, b'>')) => self.take(end + 2, Kind::Iri),
            _ if rest.first() == Some(&b'<') => self.take(2, Kind::Open),
            _ => self.take(1, Kind::Operator),
        }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        let start = self.at;
        let byte = *self.text.get(start)?;
        let kind = self.scan(byte);
        Some(Token { kind, start, end: self.at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        Tokens::new(text).map(|token| (token.kind, token.text(text))).collect()
    }

    #[test]
    fn brackets_in_strings_comments_and_iris_are_none() {
        let text = "SELECT * # ((\n{ <http://x/(> \"((\" '''(\\''((''' ?x < 3 . ex:a\\(b. }";
        let brackets: Vec<_> =
            kinds(text).into_iter().filter(|(kind, _)| matches!(kind, Kind::Open | Kind::Close)).collect();
        assert_eq!(brackets, [(Kind::Open, "{"), (Kind::Close, "}")]);
    }

    #[test]
    fn names_end_before_a_final_dot() {
        assert_eq!(
            kinds("ex:a.b. x.y-z:c 昆明:市"),
            [(Kind::Name, "ex:a.b"), (Kind::Other, "."), (Kind::Name, "x.y-z:c"), (Kind::Name, "昆明:市")]
        );
    }

    #[test]
    fn numbers_and_escaped_dots_are_whole() {
        let words = |text| kinds(text).into_iter().map(|(_, token)| token).collect::<Vec<_>>();
        assert_eq!(words("1.5 .5e3 1.e5 2E-3 1.ex:a"), ["1.5", ".5e3", "1.e5", "2E-3", "1", ".", "ex:a"]);
        assert_eq!(words("ex:a\\. . ex:b\\.. true.:x"), ["ex:a\\.", ".", "ex:b\\.", ".", "true", ".", ":x"]);
        assert_eq!(words("<http://a/\\u0061> <\\n>"), ["<http://a/\\u0061>", "<", "\\", "n", ">"]);
    }

    #[test]
    fn every_text_ends() {
        for text in ["'", "\"\\", "a:\\", "<", "'''a''", "?", "@", "_:", ":\\", "a.", "\u{0}"] {
            let tokens = kinds(text);
            assert!(!tokens.is_empty(), "{text:?}");
        }
        assert_eq!(kinds("'a\n"), [(Kind::Unterminated, "'a")]);
    }
}
