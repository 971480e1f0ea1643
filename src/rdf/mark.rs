//! What a document may have before its first character: a byte order mark.

use std::io::{self, Read};

const UTF_8: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Passes bytes on without the mark of UTF-8 before them, and refuses those of other encodings: RDF's syntaxes are UTF-8
/// (RDF 1.1 Turtle, 6; N-Quads, 4).
pub(super) struct Unmarked<R> {
    inner: R,
    head: [u8; 4],
    /// Which bytes of `head` are still to come; none until it has been read.
    rest: Option<(usize, usize)>,
}

impl<R: Read> Unmarked<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, head: [0; 4], rest: None }
    }

    fn read_head(&mut self) -> io::Result<(usize, usize)> {
        let mut length = 0;
        while length < self.head.len() {
            match self.inner.read(&mut self.head[length..]) {
                Ok(0) => break,
                Ok(more) => length += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let head = &self.head[..length];
        match encoding(head) {
            Some(encoding) => Err(io::Error::new(io::ErrorKind::InvalidData, Encoding(encoding))),
            None => Ok((if head.starts_with(&UTF_8) { UTF_8.len() } else { 0 }, length)),
        }
    }
}

impl<R: Read> Read for Unmarked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (start, end) = match self.rest {
            Some(rest) => rest,
            None => self.read_head()?,
        };
        if start == end {
            self.rest = Some((0, 0));
            return self.inner.read(buffer);
        }
        let length = buffer.len().min(end - start);
        buffer[..length].copy_from_slice(&self.head[start..start + length]);
        self.rest = Some((start + length, end));
        Ok(length)
    }
}

/// A document that is in another encoding than UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is {0}, and RDF is written in UTF-8")]
pub(super) struct Encoding(&'static str);

fn encoding(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a byte at a time, as a slow connection may.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = 1.min(buffer.len());
            self.0.read(&mut buffer[..length])
        }
    }

    fn unmarked(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut read = Vec::new();
        Unmarked::new(Slow(bytes)).read_to_end(&mut read).map_err(|error| error.to_string())?;
        let mut again = Vec::new();
        Unmarked::new(bytes).read_to_end(&mut again).map_err(|error| error.to_string())?;
        assert_eq!(read, again);
        Ok(read)
    }

    #[test]
    fn one_mark_of_utf_8_is_taken_away_and_others_are_told() {
        for plain in ["", "a", "ab", "<a> <b> <c> .", "昆明"] {
            assert_eq!(unmarked(plain.as_bytes()).as_deref(), Ok(plain.as_bytes()));
            assert_eq!(unmarked(format!("\u{FEFF}{plain}").as_bytes()).as_deref(), Ok(plain.as_bytes()));
        }
        assert_eq!(unmarked("\u{FEFF}\u{FEFF}a".as_bytes()).as_deref(), Ok("\u{FEFF}a".as_bytes()));
        for (bytes, name) in [(&b"\xFF\xFE<\0"[..], "UTF-16"), (b"\xFE\xFF\0<", "UTF-16"), (b"\xFF\xFE\0\0", "UTF-32")]
        {
            assert_eq!(unmarked(bytes), Err(format!("it is {name}, and RDF is written in UTF-8")));
        }
    }
}
