//! Names folded to the key under which they compare equal, and what folding changed.
//!
//! A key is for comparing and looking up, never for showing: width, case, diacritics, inserted pinyin, Traditional
//! characters and Taiwanese words, Japanese new forms, kana spellings and separators are gone from it.
//!
//! ```
//! use citypact::place::fold::fold;
//! assert_eq!(fold("寮國·永珍"), fold("老挝万象"));
//! assert_eq!(fold("Zürich"), fold("ＺＵＲＩＣＨ"));
//! assert_eq!(fold("藤沢"), fold("藤泽"));
//! ```

mod spellings;
pub(crate) mod variants;

use std::borrow::Cow;
use std::fmt;

pub use spellings::spellings;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// One thing that folding did to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FoldChange {
    /// Pinyin inserted in brackets after a character was taken out: `結(jié)` to `結`.
    InsertedPinyin,
    /// Full-width, half-width and other compatibility forms became the plain ones.
    Width,
    /// Capital letters became small ones.
    Case,
    /// Marks on Latin, Greek and Cyrillic letters were dropped, and letters such as `ß` spelt out.
    Diacritics,
    /// Japanese new forms became the old ones' simplified forms: `沢` to `泽`.
    JapaneseForms,
    /// Traditional characters became simplified ones.
    Traditional,
    /// A word of Taiwan became the mainland's: `寮國` to `老挝`.
    RegionalWord,
    /// Kana were brought to one spelling.
    Kana,
    /// Spaces, hyphens, middle dots, apostrophes and other punctuation were dropped.
    Separators,
    /// An abbreviation was spelt out: `St.` to `saint`.
    Abbreviation,
}

impl fmt::Display for FoldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InsertedPinyin => "inserted pinyin taken out",
            Self::Width => "width",
            Self::Case => "case",
            Self::Diacritics => "diacritics",
            Self::JapaneseForms => "Japanese new forms",
            Self::Traditional => "Traditional characters",
            Self::RegionalWord => "regional word",
            Self::Kana => "kana spelling",
            Self::Separators => "separators",
            Self::Abbreviation => "abbreviation",
        })
    }
}

/// A folded name with what folding changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The key under which the name compares equal; empty where the name holds no letter and no digit.
    pub key: String,
    /// Other keys worth looking up, best first: German umlauts spelt out, Japanese long vowels shortened.
    pub alternatives: Vec<String>,
    /// What was changed, each once, in the order of [`FoldChange`].
    pub changes: Vec<FoldChange>,
}

/// The key under which names compare equal. A key is for comparing: folded again it may be another one, where its parts
/// put together are a word of their own (`S. T.`, `st`).
pub fn fold(name: &str) -> String {
    let mut key = spaced(name);
    key.retain(|c| c != ' ');
    key
}

/// As [`fold`], with the reasons.
pub fn fold_with_reasons(name: &str) -> Folded {
    let mut changes = Vec::new();
    let spaced = run(name, &mut |change| {
        if !changes.contains(&change) {
            changes.push(change);
        }
    });
    changes.sort_unstable();
    let key = spaced.replace(' ', "");
    Folded { alternatives: variants::alternatives(name, &key), key, changes }
}

/// The key with single spaces where the name had separators, for taking administrative words off it.
pub(crate) fn spaced(name: &str) -> String {
    if name.is_ascii() { ascii(name, &mut |_| {}) } else { run(name, &mut |_| {}) }
}

fn run(name: &str, note: &mut dyn FnMut(FoldChange)) -> String {
    if name.is_ascii() {
        return ascii(name, note);
    }
    let plain = without_pinyin(name);
    if plain.len() != name.len() {
        note(FoldChange::InsertedPinyin);
    }
    let letters = letters(&plain, note);
    let han = if letters.chars().any(is_han) { simplified(bare(&letters).to_owned(), note) } else { letters };
    words(&han, note)
}

/// Folds a name of ASCII characters alone: the common case, which needs no tables.
fn ascii(name: &str, note: &mut dyn FnMut(FoldChange)) -> String {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        note(FoldChange::Case);
    }
    words(&name.to_ascii_lowercase(), note)
}

/// Compatibility forms, case, marks and kana, letter by letter.
fn letters(name: &str, note: &mut dyn FnMut(FoldChange)) -> String {
    let mut out = String::with_capacity(name.len());
    if name.chars().all(is_normal) {
        name.chars().for_each(|c| letter(c, &mut out, note));
        return variants::v_row(out);
    }
    for c in name.nfkc() {
        letter(c, &mut out, note);
    }
    if name.nfkc().ne(name.chars()) {
        note(FoldChange::Width);
    }
    variants::v_row(out)
}

/// Whether NFKC changes no text of such characters (UAX #15): most names are of nothing else, and need no tables.
const fn is_normal(c: char) -> bool {
    c.is_ascii() || is_common(c) || matches!(c, '\u{ac00}'..='\u{d7a3}')
}

/// Chinese characters and kana as they are mostly written: letters that are their own normal forms.
const fn is_common(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}')
}

fn letter(c: char, out: &mut String, note: &mut dyn FnMut(FoldChange)) {
    if c.is_ascii() {
        if c.is_ascii_uppercase() {
            note(FoldChange::Case);
        }
        return out.push(c.to_ascii_lowercase());
    }
    if let Some(kana) = variants::kana(c) {
        if kana != Some(c) {
            note(FoldChange::Kana);
        }
        return out.extend(kana);
    }
    if is_han(c) || ('\u{ac00}'..='\u{d7a3}').contains(&c) {
        return out.push(c);
    }
    for lower in c.to_lowercase() {
        if lower != c {
            note(FoldChange::Case);
        }
        without_mark(lower, out, note);
    }
}

fn without_mark(c: char, out: &mut String, note: &mut dyn FnMut(FoldChange)) {
    if let Some(spelt) = variants::spelt_out(c) {
        note(FoldChange::Diacritics);
        return out.push_str(spelt);
    }
    let mut dropped = false;
    let keeps_marks = !(c < '\u{0530}' || ('\u{1e00}'..='\u{1fff}').contains(&c) || is_combining_mark(c));
    decompose_canonical(c, |part| match is_combining_mark(part) && !keeps_marks {
        true => dropped = true,
        false => out.push(part),
    });
    if dropped {
        note(FoldChange::Diacritics);
    }
}

/// Without what stands around a name: where a word is known as a whole name, signs at its ends make no difference.
fn bare(name: &str) -> &str {
    name.trim_matches(|c| !matches!(kind(c), Kind::Letter))
}

/// Chinese characters brought to simplified forms, Japanese new forms and Taiwanese words included.
fn simplified(name: String, note: &mut dyn FnMut(FoldChange)) -> String {
    let old = hanconv::jp2t(&name);
    let plain = hanconv::t2s(&old);
    let words = if variants::is_part_of_name(&old) { plain.clone() } else { hanconv::tw2sp(&old) };
    if plain != name {
        note(match hanconv::t2s(&name) == plain {
            true => FoldChange::Traditional,
            false => FoldChange::JapaneseForms,
        });
    }
    if words != plain {
        note(FoldChange::RegionalWord);
    }
    words.chars().map(variants::character).collect()
}

/// Words parted by single spaces, without punctuation; `st` spelt out.
fn words(name: &str, note: &mut dyn FnMut(FoldChange)) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut start = 0;
    for c in name.chars() {
        match kind(c) {
            Kind::Letter => out.push(c),
            Kind::Dropped => note(FoldChange::Separators),
            Kind::Gap => {
                note(FoldChange::Separators);
                start = end_word(&mut out, start, note);
            }
        }
    }
    end_word(&mut out, start, note);
    while out.ends_with(' ') {
        out.pop();
    }
    out
}

fn end_word(out: &mut String, start: usize, note: &mut dyn FnMut(FoldChange)) -> usize {
    let spelt = match &out[start..] {
        "st" => "saint",
        "ste" => "sainte",
        "mt" => "mount",
        "ft" => "fort",
        other => other,
    };
    if spelt.len() > out.len() - start {
        let spelt = spelt.to_owned();
        out.truncate(start);
        out.push_str(&spelt);
        note(FoldChange::Abbreviation);
    }
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
    out.len()
}

enum Kind {
    Letter,
    Dropped,
    Gap,
}

fn kind(c: char) -> Kind {
    match c {
        'a'..='z' => Kind::Letter,
        _ if is_common(c) => Kind::Letter,
        '\''
        | '’'
        | '‘'
        | 'ʻ'
        | 'ʼ'
        | '`'
        | '´'
        | 'ʿ'
        | 'ʾ'
        | '′'
        | '.'
        | '\u{200b}'..='\u{200f}'
        | '\u{feff}'
        | '\u{ad}' => Kind::Dropped,
        _ if c.is_alphanumeric() || is_combining_mark(c) => Kind::Letter,
        _ => Kind::Gap,
    }
}

/// Whether a character is a Chinese one (with the ideographic zero and the iteration mark).
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '々' | '〇')
}

/// The name without pinyin in brackets straight after a Chinese character, as some converters insert it.
pub(crate) fn without_pinyin(name: &str) -> Cow<'_, str> {
    if !name.contains(['(', '（']) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find(['(', '（']) {
        let (before, bracket) = rest.split_at(at);
        out.push_str(before);
        let taken = if before.ends_with(is_han) { pinyin(bracket) } else { 0 };
        let kept = if taken == 0 { bracket.chars().next().map_or(0, char::len_utf8) } else { 0 };
        out.push_str(&bracket[..kept]);
        rest = &bracket[taken + kept..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length in bytes of a bracket that holds one syllable of pinyin, else 0.
fn pinyin(bracket: &str) -> usize {
    let Some(close) = bracket.find([')', '）']) else { return 0 };
    let open = bracket.chars().next().map_or(0, char::len_utf8);
    let inside = &bracket[open..close];
    let letters = inside.nfd().filter(|c| !is_combining_mark(*c));
    let count = letters.clone().count();
    let syllable = (1..=6).contains(&count) && letters.clone().all(|c| c.is_ascii_lowercase());
    let close_len = bracket[close..].chars().next().map_or(0, char::len_utf8);
    if syllable { close + close_len } else { 0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_needs_no_tables_is_what_they_say() {
        for c in ('\0'..=char::MAX).filter(|c| is_normal(*c)) {
            assert!(std::iter::once(c).nfkc().eq([c]), "{c:?}");
            assert!(!is_common(c) || c.is_alphanumeric() && !is_combining_mark(c), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_composes_with_its_neighbours(text in "[ -~\u{3041}-\u{3096}\u{30a1}-\u{30fa}\u{4e00}-\u{9fff}\u{ac00}-\u{d7a3}]{0,8}") {
            prop_assert!(text.chars().all(is_normal));
            prop_assert!(text.nfkc().eq(text.chars()));
        }
    }
}
