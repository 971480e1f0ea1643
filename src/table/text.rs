//! Bytes of any encoding into text, as a stream (WHATWG Encoding Standard).

use std::io::{BufRead, ErrorKind, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::error::TableError;

/// How much of a file is looked at to guess its encoding.
const LOOKED_AT: usize = 1 << 20;
const PIECE: usize = 1 << 16;

/// The encoding that a mapping names.
pub(super) fn by_name(name: &str) -> Option<&'static Encoding> {
    let common = match name.to_ascii_lowercase().as_str() {
        "utf8" => "utf-8",
        "utf16" => "utf-16le",
        "cp936" | "gb2312" => "gbk",
        "cp932" | "sjis" | "shift-jis" => "shift_jis",
        "cp950" => "big5",
        "cp949" => "euc-kr",
        "cp1252" | "latin1" | "latin-1" => "windows-1252",
        _ => return Encoding::for_label(name.trim().as_bytes()),
    };
    Encoding::for_label(common.as_bytes())
}

/// What is known of the encoding of a text, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Guessed {
    pub(super) encoding: &'static Encoding,
    pub(super) why: &'static str,
}

/// The encoding of a text: its byte order mark says it, or UTF-8 fits all of it, or nearly, or the page says it, or its bytes look
/// like it.
pub(super) fn guess(bytes: &[u8], complete: bool) -> Guessed {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Guessed { encoding, why: "its byte order mark says so" };
    }
    if let Some(encoding) = without_mark(bytes) {
        return Guessed { encoding, why: "every other byte is zero" };
    }
    let cut = |error: std::str::Utf8Error| error.error_len().is_none() && !complete;
    if std::str::from_utf8(bytes).is_ok() || std::str::from_utf8(bytes).is_err_and(cut) {
        return Guessed { encoding: UTF_8, why: "all of it is UTF-8" };
    }
    if is_damaged_utf8(bytes) {
        return Guessed { encoding: UTF_8, why: "nearly all of it is UTF-8" };
    }
    if let Some(encoding) = declared(bytes) {
        return Guessed { encoding, why: "the page says so" };
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, complete);
    Guessed { encoding: detector.guess(None, Utf8Detection::Deny), why: "its bytes look like it" }
}

/// Whether characters of UTF-8 outnumber by far what is none: a text of another encoding has hardly any.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole >= 4 * broken
}

/// The encoding that a page declares within its first bytes (HTML, §13.2.3.2).
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(1024)].to_ascii_lowercase();
    if head.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'<') {
        return None;
    }
    let at = ["charset=", "encoding="]
        .iter()
        .find_map(|word| Some(memchr::memmem::find(&head, word.as_bytes())? + word.len()))?;
    let label = head[at..].split(|byte| b"\"' ;>?/".contains(byte)).find(|part| !part.is_empty())?;
    Encoding::for_label(label)
}

/// UTF-16 without a byte order mark, by the zeros beside its spaces, digits and separators.
fn without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(512) & !1];
    let ascii = |high: usize, low: usize| {
        head.chunks_exact(2)
            .filter(|pair| pair[high] == 0 && matches!(pair[low], b'\t' | b'\n' | b'\r' | b' '..=b'~'))
            .count()
    };
    // A byte or two that are zero by damage make no encoding.
    let enough = (head.len() / 16).max(2);
    match (ascii(1, 0), ascii(0, 1)) {
        (little, _) if head.len() > 3 && little > enough => Some(UTF_16LE),
        (_, big) if head.len() > 3 && big > enough => Some(UTF_16BE),
        _ => None,
    }
}

/// The first bytes of a file, to guess from; and whether they are all.
pub(super) fn head(reader: &mut dyn Read, name: &str) -> Result<(Vec<u8>, bool), TableError> {
    let mut bytes = Vec::new();
    reader.take(LOOKED_AT as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    let complete = bytes.len() <= LOOKED_AT;
    bytes.truncate(LOOKED_AT);
    Ok((bytes, complete))
}

pub(super) fn unreadable(name: &str, error: &std::io::Error) -> TableError {
    let remedy = match error.kind() {
        ErrorKind::NotFound => "see that the name is right, and the file there",
        ErrorKind::PermissionDenied => "let this user read the file",
        ErrorKind::IsADirectory => "give a file in it",
        _ => "the file is truncated or damaged: get it anew",
    };
    TableError::new(name, format!("it cannot be read: {error}"), remedy)
}

/// Text out of bytes, piece by piece.
pub(super) struct Decoded<'d> {
    reader: Box<dyn BufRead + Send + 'd>,
    decoder: Decoder,
    name: String,
    line: u64,
    done: bool,
}

impl<'d> Decoded<'d> {
    pub(super) fn new(reader: Box<dyn BufRead + Send + 'd>, encoding: &'static Encoding, name: &str) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { reader, decoder, name: name.to_owned(), line: 0, done: false }
    }

    /// Adds the next piece to `text`; `false` at the end.
    ///
    /// # Errors
    /// Where the file cannot be read on, or its bytes are none of the encoding.
    pub(super) fn read(&mut self, text: &mut String) -> Result<bool, TableError> {
        if self.done {
            return Ok(false);
        }
        let before = text.len();
        let bytes = self.reader.fill_buf().map_err(|error| unreadable(&self.name, &error))?;
        let bytes = &bytes[..bytes.len().min(PIECE)];
        let (last, length) = (bytes.is_empty(), bytes.len());
        let mut read = 0;
        loop {
            text.reserve(self.decoder.max_utf8_buffer_length_without_replacement(length - read).unwrap_or(4 * length));
            let (result, taken) = self.decoder.decode_to_string_without_replacement(&bytes[read..], text, last);
            read += taken;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    let line = self.line + text[before..].matches('\n').count() as u64 + 1;
                    return Err(self.foreign(line));
                }
            }
        }
        self.line += text[before..].matches('\n').count() as u64;
        self.reader.consume(length);
        self.done = last;
        Ok(!last)
    }

    fn foreign(&self, line: u64) -> TableError {
        let encoding = self.decoder.encoding().name();
        let others = ["utf-8", "gb18030", "big5", "shift_jis", "euc-kr", "windows-1252"];
        let others: Vec<&str> = others.into_iter().filter(|other| !other.eq_ignore_ascii_case(encoding)).collect();
        TableError::new(
            format!("{}:{line}", self.name),
            format!("the bytes on this line are not {encoding}"),
            format!(
                "write the right one under [table] into the mapping, such as encoding = \"{}\" (or {})",
                others[0],
                others[1..].join(", ")
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_guessed() {
        let table = "序号,城市,国家,结好时间\n1,奈良市,日本,1974年2月1日\n2,爱丁堡市,英国,1985年4月16日\n".repeat(4);
        for name in ["gb18030", "utf-8", "utf-16le", "big5", "shift_jis"] {
            let encoding = by_name(name).unwrap();
            let text = match name {
                "big5" => table
                    .replace('号', "號")
                    .replace('国', "國")
                    .replace("结", "結")
                    .replace("时间", "時間")
                    .replace("爱", "愛"),
                "shift_jis" => {
                    "番号,都市名,国名,提携年月日\n1,奈良市,日本,昭和49年2月1日\nエディンバラ市,イギリス\n".repeat(4)
                }
                _ => table.clone(),
            };
            let bytes = match name {
                "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                _ => encoding.encode(&text).0.into_owned(),
            };
            let guessed = guess(&bytes, true).encoding;
            let same = guessed == encoding || (name == "gb18030" && guessed.name() == "GBK");
            assert!(same, "{name}: {}", guessed.name());
            let mut read = String::new();
            let mut decoded = Decoded::new(Box::new(&*bytes), guessed, "x");
            while decoded.read(&mut read).unwrap() {}
            assert_eq!(read, text, "{name}");
        }
    }

    #[test]
    fn pages_declare_theirs_and_damage_is_no_encoding() {
        let page = |label: &str, city: &[u8]| [format!("\n<meta charset={label}><td>").as_bytes(), city].concat();
        let big5 = by_name("big5").unwrap();
        let guessed = guess(&page("'Big5'", &big5.encode("奈良").0), true);
        assert_eq!((guessed.encoding, guessed.why), (big5, "the page says so"));
        // What it is counts more than what it says.
        assert_eq!(guess(&page("gb2312", "奈良".as_bytes()), true).encoding, UTF_8);
        assert_eq!(guess(b"a,b\nx\0y,z\n", true).encoding, UTF_8);
        let damaged = ["城市,国家\n奈良市,日本\n".as_bytes(), &[0xFF, 0xFE, b'\n']].concat();
        assert_eq!(guess(&damaged, true).why, "nearly all of it is UTF-8");
        let gb = by_name("gb18030").unwrap().encode("城市,国家\n奈良市,日本\n").0.into_owned();
        assert_ne!(guess(&gb, true).encoding, UTF_8);
    }

    #[test]
    fn bytes_of_another_encoding_are_an_error_of_their_line() {
        let mut decoded = Decoded::new(Box::new(&b"a\nb\n\xFF\xFF\n"[..]), UTF_8, "x.csv");
        let mut text = String::new();
        let error = loop {
            match decoded.read(&mut text) {
                Ok(more) => assert!(more, "no error"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.to_string(), "x.csv:3: the bytes on this line are not UTF-8");
        assert!(error.remedy.unwrap().contains("encoding = \"gb18030\""));
    }
}
