//! Regular expressions as XPath has them (XQuery and XPath Functions 3.1, 5.6; XML Schema 1.1 Part 2, G), for the engine of
//! this crate.
//!
//! What the engine does not know is written in its words: blocks (`\p{IsCyrillic}`), the letters of names (`\i`, `\c`),
//! subtraction (`[a-z-[aeiou]]`), and the flags `x` and `q`, which mean something else there. All else is read as it is, so
//! that what engines have in common beyond XPath works, too.

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::Chars;
use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

/// `NameStartChar` of XML, as the inside of a class.
const INITIAL: &str = r"A-Z_a-z:\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{2FF}\u{370}-\u{37D}\u{37F}-\u{1FFF}\u{200C}-\u{200D}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}";
/// What `NameChar` has beside it.
const FURTHER: &str = r"\-.0-9\u{B7}\u{300}-\u{36F}\u{203F}-\u{2040}";
/// Blocks that XML Schema knows by the names of their first versions.
const FORMER: [(&str, &str); 3] = [
    ("greek", "greekandcoptic"),
    ("combiningmarksforsymbols", "combiningdiacriticalmarksforsymbols"),
    ("privateuse", "privateusearea"),
];
/// Blocks begin at multiples of this.
const GRAIN: u32 = 16;
/// Brackets within each other that a pattern may have; the engine has a limit of its own that is not lower.
const DEEPEST: usize = 64;

/// Compiles a pattern with XPath's flags.
///
/// # Errors
/// Why the pattern or a flag is not understood.
pub fn compile(pattern: &str, flags: &str) -> Result<Regex, String> {
    let (pattern, flags) = translate(pattern, flags)?;
    let mut builder = RegexBuilder::new(&pattern);
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            's' => builder.dot_matches_new_line(true),
            _ => builder.multi_line(true),
        };
    }
    builder.build().map_err(|error| format!("its pattern is not understood: {error}"))
}

/// The pattern in the engine's words, and of the flags those that it still needs: `i`, `m`, `s`.
///
/// # Errors
/// A flag that XPath does not have, or brackets that nest too deep.
pub fn translate(pattern: &str, flags: &str) -> Result<(String, String), String> {
    if let Some(other) = flags.chars().find(|flag| !"imsxq".contains(*flag)) {
        return Err(format!("the flag `{other}` of its pattern is not understood"));
    }
    let kept = flags.chars().filter(|flag| "ims".contains(*flag)).collect();
    if flags.contains('q') {
        return Ok((regex::escape(pattern), kept));
    }
    let mut translation = Translation { rest: pattern.chars().peekable(), spaced: flags.contains('x') };
    Ok((translation.branch()?, kept))
}

struct Translation<'a> {
    rest: Peekable<Chars<'a>>,
    /// Whether white space outside of classes means nothing.
    spaced: bool,
}

impl Translation<'_> {
    fn branch(&mut self) -> Result<String, String> {
        let mut out = String::new();
        while let Some(char) = self.rest.next() {
            match char {
                '\\' => self.escape(&mut out),
                '[' => out += &self.class(0)?,
                ' ' | '\t' | '\n' | '\r' if self.spaced => {}
                _ => out.push(char),
            }
        }
        Ok(out)
    }

    fn escape(&mut self, out: &mut String) {
        match self.rest.next() {
            Some('i') => *out += &format!("[{INITIAL}]"),
            Some('I') => *out += &format!("[^{INITIAL}]"),
            Some('c') => *out += &format!("[{INITIAL}{FURTHER}]"),
            Some('C') => *out += &format!("[^{INITIAL}{FURTHER}]"),
            Some(letter @ ('p' | 'P')) if self.rest.peek() == Some(&'{') => self.property(letter, out),
            other => {
                out.push('\\');
                out.extend(other);
            }
        }
    }

    /// A block as its characters; a property that is none is the engine's to know.
    fn property(&mut self, letter: char, out: &mut String) {
        let name: String = self.rest.by_ref().skip(1).take_while(|char| *char != '}').collect();
        match name.strip_prefix("Is").and_then(block) {
            Some((first, last)) => {
                let not = if letter == 'P' { "^" } else { "" };
                *out += &format!(r"[{not}\u{{{first:X}}}-\u{{{last:X}}}]");
            }
            None => *out += &format!(r"\{letter}{{{name}}}"),
        }
    }

    /// A class from behind its bracket on.
    fn class(&mut self, depth: usize) -> Result<String, String> {
        if depth > DEEPEST {
            return Err("its pattern is not understood: classes nest too deep".to_owned());
        }
        let mut own = String::new();
        if self.rest.next_if_eq(&'^').is_some() {
            own.push('^');
        }
        let mut first = true;
        while let Some(char) = self.rest.next() {
            match char {
                ']' if !first => return Ok(format!("[{own}]")),
                '\\' => self.escape(&mut own),
                '-' if self.rest.next_if_eq(&'[').is_some() => return self.difference(&own, depth),
                '[' => own += &self.class(depth + 1)?,
                // Two of them would be an operator.
                '&' | '~' => own.extend(['\\', char]),
                '-' if self.rest.peek() == Some(&'-') => own.push_str(r"\-"),
                _ => own.push(char),
            }
            first = false;
        }
        // The engine says what is missing.
        Ok(format!("[{own}"))
    }

    /// What a class has and another, from behind its bracket on, has not.
    fn difference(&mut self, own: &str, depth: usize) -> Result<String, String> {
        let other = self.class(depth + 1)?;
        let end = if self.rest.next_if_eq(&']').is_some() { "]" } else { "" };
        Ok(format!("[[{own}]--{other}{end}"))
    }
}

/// The first and the last character of a block, by its name without spaces.
fn block(name: &str) -> Option<(u32, u32)> {
    static BLOCKS: LazyLock<HashMap<String, (u32, u32)>> = LazyLock::new(blocks);
    let name = plain(name);
    let name = FORMER.iter().find(|(former, _)| *former == name).map_or(name.as_str(), |(_, today)| today);
    BLOCKS.get(name).copied()
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()).collect()
}

fn blocks() -> HashMap<String, (u32, u32)> {
    let (mut blocks, mut at) = (HashMap::new(), 0);
    while at <= u32::from(char::MAX) {
        let found = char::from_u32(at).and_then(unicode_blocks::find_unicode_block);
        at = match found {
            Some(block) => {
                blocks.insert(plain(block.name()), (block.start(), block.end()));
                block.end() + 1
            }
            None => at + GRAIN,
        };
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_xpath_means_by_them() {
        for (pattern, flags, yes, no) in [
            (r"^\p{IsCJKUnifiedIdeographs}+$", "", "昆明", "Kunming"),
            (r"^\p{IsHiragana}\p{IsKatakana}$", "", "あア", "アあ"),
            (r"^[\p{IsBasicLatin}-[A-Z]]+$", "", "kunming 1", "Kunming"),
            (r"^\P{IsCyrillic}+$", "", "Minsk", "Минск"),
            (r"^\p{IsGreek}+$", "", "αβγ", "a"),
            (r"^[\p{IsLatin-1Supplement}a-z]+$", "i", "ZÜRICH", "Łódź"),
            (r"^\p{Lu}\p{Ll}+$", "", "Zürich", "zürich"),
            (r"^\p{IsHan}+$", "", "昆明", "あ"),
            (r"^\i\c*$", "", "a-1.ü", "1a"),
            (r"^\I\C$", "", "1/", "a/"),
            (r"^[\i-[:]][\c-[:]]*$", "", "a.b", "a:b"),
            (r"^[a-z-[aeiou]]+$", "", "bcd", "bad"),
            (r"^[^a-z-[0-9]]+$", "", "ABC", "AB1"),
            (r"^[\w-[\d-[7]]]+$", "", "a7", "a8"),
            ("a b\n[ ]c", "x", "xab cx", "a bc"),
            ("^a # b$", "x", "a#b", "a"),
            ("a.c(", "q", "xa.c(", "abc("),
            ("A.C", "iq", "xa.cx", "abc"),
            ("^b.c$", "ms", "a\nb\nc\nd", "a"),
            ("[a&&b]", "", "&", "c"),
            ("[--/]", "", "/", "a"),
            ("^[]a]$", "", "]", "b"),
            (r"[\]\-\[]", "", "[", "a"),
        ] {
            let regex = compile(pattern, flags).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert!(regex.is_match(yes) && !regex.is_match(no), "{pattern} {flags}: {}", regex.as_str());
        }
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        for (pattern, flags) in
            [("(", ""), ("[a", ""), (r"\p{IsNowhere}", ""), ("a", "g"), (r"(a)\1", ""), ("[a-[b]", "")]
        {
            assert!(compile(pattern, flags).is_err(), "{pattern} {flags}");
        }
        assert!(compile(&"[a-".repeat(1000), "").is_err());
    }
}
