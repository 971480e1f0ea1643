//! Regular expressions as XPath Functions and Operators 3.1, 5.6 has them: what SPARQL's `REGEX` and `REPLACE` mean (17.4.3.14,
//! 17.4.3.15), and so what `sh:pattern` means (SHACL 4.4.3). What other engines have beside (`\b`, `(?i)`, look-around) is an
//! error that says what to write instead.
//!
//! A pattern is translated (`translate`) to one that an engine of this house's language knows: in time linear in the text,
//! but for back-references, which are given up after a number of steps.

mod blocks;
mod translate;

use std::fmt;
use std::ops::Range;

/// Bytes that one compiled pattern may take.
const SIZE: usize = 4 << 20;
/// Steps after which a pattern with back-references gives up.
const STEPS: usize = 1_000_000;

/// A compiled pattern.
#[derive(Clone)]
pub struct Regex {
    engine: Engine,
    /// Groups that capture, without the whole.
    groups: usize,
    is_literal: bool,
}

#[derive(Clone)]
enum Engine {
    Linear(regex::Regex),
    Backtracking(fancy_regex::Regex),
}

/// Why a pattern or its flags are none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegexError {
    /// A flag that is none of `s`, `m`, `i`, `x` and `q` (FORX0001).
    #[error("{0:?} is no flag of a regular expression: s, m, i, x and q are")]
    Flag(char),
    /// Not a pattern (FORX0002).
    #[error("{reason} at character {at}")]
    Pattern {
        /// What is wrong.
        reason: String,
        /// Where, in characters from 1.
        at: usize,
    },
    /// Too large to be compiled.
    #[error("the regular expression is too large")]
    Size,
}

/// The flags of 5.6.2.
#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    /// `s`: a dot is every character.
    dot_all: bool,
    /// `m`: `^` and `$` are of lines.
    lines: bool,
    /// `i`: letters of either case.
    any_case: bool,
    /// `x`: white space does not count.
    spaced: bool,
    /// `q`: a text, not a pattern.
    literal: bool,
}

impl Flags {
    fn parse(text: &str) -> Result<Self, RegexError> {
        let mut flags = Self::default();
        for flag in text.chars() {
            match flag {
                's' => flags.dot_all = true,
                'm' => flags.lines = true,
                'i' => flags.any_case = true,
                'x' => flags.spaced = true,
                'q' => flags.literal = true,
                other => return Err(RegexError::Flag(other)),
            }
        }
        Ok(flags)
    }
}

fn translated(pattern: &str, flags: Flags) -> Result<translate::Translated, RegexError> {
    if flags.literal {
        return Ok(translate::Translated { pattern: regex::escape(pattern), groups: 0, has_references: false });
    }
    translate::translate(pattern, flags)
}

impl Regex {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// [`RegexError`]
    pub fn new(pattern: &str, flags: &str) -> Result<Self, RegexError> {
        let flags = Flags::parse(flags)?;
        let translated = translated(pattern, flags)?;
        let engine = if translated.has_references {
            let builder = &mut fancy_regex::RegexBuilder::new(&translated.pattern);
            let builder = builder.backtrack_limit(STEPS).delegate_size_limit(SIZE);
            let builder = builder.case_insensitive(flags.any_case).multi_line(flags.lines && !flags.literal);
            Engine::Backtracking(builder.build().map_err(|_| RegexError::Size)?)
        } else {
            let builder = &mut regex::RegexBuilder::new(&translated.pattern);
            let builder = builder.size_limit(SIZE).case_insensitive(flags.any_case);
            Engine::Linear(builder.multi_line(flags.lines && !flags.literal).build().map_err(|_| RegexError::Size)?)
        };
        Ok(Self { engine, groups: translated.groups, is_literal: flags.literal })
    }

    /// Whether a part of the text matches (fn:matches); `None` if that took too long to find out.
    pub fn is_match(&self, text: &str) -> Option<bool> {
        match &self.engine {
            Engine::Linear(regex) => Some(regex.is_match(text)),
            Engine::Backtracking(regex) => regex.is_match(text).ok(),
        }
    }

    /// The text with each match replaced (fn:replace).
    ///
    /// `None` if the pattern matches the empty text (FORX0003), or if it took too long.
    pub fn replace<'t>(&self, text: &'t str, replacement: &Replacement) -> Option<String> {
        if self.is_match("")? {
            return None;
        }
        let (mut out, mut end) = (String::with_capacity(text.len()), 0);
        let mut take = |whole: Range<usize>, groups: &dyn Fn(usize) -> Option<&'t str>| {
            out.push_str(&text[end..whole.start]);
            replacement.append(&mut out, groups);
            end = whole.end;
        };
        match &self.engine {
            Engine::Linear(regex) => {
                for groups in regex.captures_iter(text) {
                    take(groups.get(0)?.range(), &|group| groups.get(group).map(|group| group.as_str()));
                }
            }
            Engine::Backtracking(regex) => {
                for groups in regex.captures_iter(text) {
                    let groups = groups.ok()?;
                    take(groups.get(0)?.range(), &|group| groups.get(group).map(|group| group.as_str()));
                }
            }
        }
        out.push_str(&text[end..]);
        Some(out)
    }
}

impl fmt::Debug for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.engine {
            Engine::Linear(regex) => regex.fmt(f),
            Engine::Backtracking(regex) => f.write_str(regex.as_str()),
        }
    }
}

/// What matches are replaced by: texts and groups (5.6.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Group(usize),
}

impl Replacement {
    /// Reads a replacement for matches of `regex`: `$n` is a group, `\$` and `\\` are `$` and `\`. `None` if it is none
    /// (FORX0004). With the flag `q` nothing in it has a meaning.
    pub fn new(text: &str, regex: &Regex) -> Option<Self> {
        if regex.is_literal {
            return Some(Self(vec![Part::Text(text.to_owned())]));
        }
        let mut parts = vec![Part::Text(String::new())];
        let mut rest = text.chars().peekable();
        while let Some(next) = rest.next() {
            let plain = match next {
                '\\' => rest.next().filter(|escaped| matches!(escaped, '\\' | '$'))?,
                '$' => {
                    let mut number = rest.next()?.to_digit(10)? as usize;
                    // As many digits as make a group that there is: `$10` of one group is the first, then `0`.
                    while let Some(digit) = rest.peek().and_then(|digit| digit.to_digit(10)) {
                        match number * 10 + digit as usize {
                            longer if longer <= regex.groups => number = longer,
                            _ => break,
                        }
                        rest.next();
                    }
                    parts.push(Part::Group(number));
                    parts.push(Part::Text(String::new()));
                    continue;
                }
                plain => plain,
            };
            if let Some(Part::Text(text)) = parts.last_mut() {
                text.push(plain);
            }
        }
        Some(Self(parts))
    }

    fn append<'t>(&self, out: &mut String, group: impl Fn(usize) -> Option<&'t str>) {
        for part in &self.0 {
            out.push_str(match part {
                Part::Text(text) => text,
                Part::Group(number) => group(*number).unwrap_or(""),
            });
        }
    }
}

#[cfg(test)]
mod tests;
