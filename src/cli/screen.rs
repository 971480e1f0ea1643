//! Terminal sanitising: what data, files and other servers say reaches a terminal with its control characters written out,
//! so that it can neither move the cursor, nor change what is shown, nor turn the reading direction. Pipes and files get
//! the bytes as they are.

use std::io::{self, BufWriter, Write};

use crate::output::moves_the_cursor;

/// Standard output as commands write to it.
pub type Stdout = BufWriter<Screen<io::Stdout>>;

/// A terminal, or what is none.
#[derive(Debug)]
pub struct Screen<W: Write> {
    inner: W,
    /// None where nobody looks.
    sanitizer: Option<Sanitizer>,
}

impl<W: Write> Screen<W> {
    /// `terminal` says whether a person looks, `styled` whether colours of our own are let through.
    pub fn new(inner: W, terminal: bool, styled: bool) -> Self {
        Self { inner, sanitizer: terminal.then(|| Sanitizer { styled, pending: Vec::new() }) }
    }
}

impl<W: Write> Write for Screen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sanitizer {
            None => self.inner.write(bytes),
            Some(sanitizer) => {
                let text = sanitizer.take(bytes, false);
                self.inner.write_all(text.as_bytes()).map(|()| bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: Write> Drop for Screen<W> {
    fn drop(&mut self) {
        if let Some(sanitizer) = &mut self.sanitizer {
            // A terminal that is gone has nobody before it.
            let _ = self.inner.write_all(sanitizer.take(b"", true).as_bytes()).and_then(|()| self.inner.flush());
        }
    }
}

/// A text for a person's terminal.
pub fn sanitized(text: &str, styled: bool) -> String {
    Sanitizer { styled, pending: Vec::new() }.take(text.as_bytes(), true)
}

#[derive(Debug)]
struct Sanitizer {
    styled: bool,
    /// The beginning of a character or a style whose rest has not come yet.
    pending: Vec<u8>,
}

impl Sanitizer {
    /// What of `bytes`, after those pending, can be shown. `last`: nothing comes after them.
    fn take(&mut self, bytes: &[u8], last: bool) -> String {
        let mut input = std::mem::take(&mut self.pending);
        input.extend_from_slice(bytes);
        let whole = if last { input.len() } else { input.len() - unfinished(&input) };
        self.pending = input.split_off(whole);
        let text = String::from_utf8_lossy(&input);
        let (mut out, mut rest) = (String::with_capacity(text.len()), &*text);
        while let Some(char) = rest.chars().next() {
            let style = if self.styled { style(rest) } else { 0 };
            let plain = matches!(char, '\n' | '\t') || rest.starts_with("\r\n") || !moves_the_cursor(char);
            let length = if style > 0 { style } else { char.len_utf8() };
            if style > 0 || plain {
                out.push_str(&rest[..length]);
            } else {
                out.extend(char.escape_default());
            }
            rest = &rest[length..];
        }
        out
    }
}

/// Bytes of the style that a text begins with: bold, faint or a colour (ECMA-48 §8.3.117, SGR), as this program writes them.
fn style(text: &str) -> usize {
    let Some((codes, _)) = text.strip_prefix("\u{1b}[").and_then(|rest| rest.split_once('m')) else { return 0 };
    let known = |code: &str| matches!(code, "0" | "1" | "2" | "22" | "31" | "32" | "33" | "34" | "35" | "36" | "39");
    if codes.len() < 12 && codes.split(';').all(known) { codes.len() + 3 } else { 0 }
}

/// Bytes at the end that may be the beginning of something: a character, a style, a line's end.
fn unfinished(bytes: &[u8]) -> usize {
    if let Some(at) = bytes.iter().rev().take(14).position(|byte| *byte == 0x1b) {
        let rest = &bytes[bytes.len() - at..];
        if rest.iter().all(|byte| b"[;0123456789".contains(byte)) {
            return at + 1;
        }
    }
    let text = bytes.utf8_chunks().last();
    match text {
        Some(chunk) if chunk.invalid().is_empty() => usize::from(chunk.valid().ends_with('\r')),
        Some(chunk) if std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none()) => {
            chunk.invalid().len()
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "昆明\t\u{1b}[2J\u{1b}]0;owned\u{7} \u{9b}31m \u{202e}gpj\r\u{7f}\u{1b}[8mhidden\u{1b}[0m";

    #[test]
    fn nothing_but_our_own_styles_reaches_a_terminal() {
        let plain = sanitized(HOSTILE, false);
        assert!(!plain.chars().any(|char| moves_the_cursor(char) && char != '\t'), "{plain:?}");
        assert!(
            plain.starts_with("昆明\t\\u{1b}[2J\\u{1b}]0;owned\\u{7} \\u{9b}31m \\u{202e}gpj\\r\\u{7f}"),
            "{plain:?}"
        );
        let styled = sanitized("\u{1b}[1;31merror:\u{1b}[0m \u{1b}[8mhidden\r\n", true);
        assert_eq!(styled, "\u{1b}[1;31merror:\u{1b}[0m \\u{1b}[8mhidden\r\n");
    }

    #[test]
    fn it_does_not_matter_where_the_bytes_are_cut() {
        let text = format!("\u{1b}[1;36ma\u{1b}[0m {HOSTILE} 𠮷\r\n\u{1b}[31");
        let whole = sanitized(&text, true);
        for cut in 0..=text.len() {
            let mut shown = Vec::new();
            let mut screen = Screen::new(&mut shown, true, true);
            screen.write_all(&text.as_bytes()[..cut]).unwrap();
            screen.write_all(&text.as_bytes()[cut..]).unwrap();
            drop(screen);
            assert_eq!(String::from_utf8(shown).unwrap(), whole, "{cut}");
        }
        let mut piped = Vec::new();
        Screen::new(&mut piped, false, false).write_all(text.as_bytes()).unwrap();
        assert_eq!(piped, text.as_bytes());
    }
}
