//! From XPath's syntax of patterns to that of the `regex` crate.
//!
//! Every character goes out escaped, so that nothing of the other syntax is meant by chance.

use super::{Flags, RegexError, blocks};

/// A pattern for the other engine.
pub(super) struct Translated {
    pub(super) pattern: String,
    /// Groups that capture.
    pub(super) groups: usize,
    pub(super) has_references: bool,
}

/// Name characters of XML 1.0: what may begin a name, and what may follow beside.
const NAME_START: &str = r":A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}";
const NAME_MORE: &str = r"\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}";

pub(super) fn translate(pattern: &str, flags: Flags) -> Result<Translated, RegexError> {
    let mut reader = Reader {
        text: pattern.chars().collect(),
        at: 0,
        flags,
        out: String::with_capacity(2 * pattern.len()),
        opened: 0,
        open: Vec::new(),
        has_references: false,
        depth: 0,
    };
    reader.pattern()?;
    Ok(Translated { pattern: reader.out, groups: reader.opened, has_references: reader.has_references })
}

struct Reader {
    text: Vec<char>,
    at: usize,
    flags: Flags,
    out: String,
    /// Capturing groups begun so far.
    opened: usize,
    /// Groups that are not closed: their numbers, 0 for one that does not capture.
    open: Vec<usize>,
    has_references: bool,
    /// How deep classes are nested.
    depth: usize,
}

impl Reader {
    fn error<T>(&self, reason: impl Into<String>) -> Result<T, RegexError> {
        Err(RegexError::Pattern { reason: reason.into(), at: self.at.max(1) })
    }

    /// The next character; with the flag `x`, outside of classes, the next that is no white space.
    fn peek(&mut self) -> Option<char> {
        while self.flags.spaced && matches!(self.text.get(self.at), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    fn eat(&mut self, wanted: char) -> bool {
        let is_next = self.peek() == Some(wanted);
        self.at += usize::from(is_next);
        is_next
    }

    fn pattern(&mut self) -> Result<(), RegexError> {
        while let Some(next) = self.next() {
            match next {
                '|' => self.out.push('|'),
                '(' => self.open_group()?,
                ')' => {
                    if self.open.pop().is_none() {
                        return self.error("a ) without its (");
                    }
                    self.out.push(')');
                    self.quantifier()?;
                }
                '^' | '$' => {
                    self.out.push(next);
                    // Nothing that an anchor is repeated can change.
                    self.quantifier()?;
                }
                '?' | '*' | '+' | '{' => return self.error(format!("a {next} that repeats nothing")),
                ']' | '}' => return self.error(format!("a {next} that closes nothing: write \\{next}")),
                other => {
                    self.atom(other)?;
                    self.quantifier()?;
                }
            }
        }
        if self.open.is_empty() { Ok(()) } else { self.error("a ( without its )") }
    }

    fn open_group(&mut self) -> Result<(), RegexError> {
        if !self.eat('?') {
            self.opened += 1;
            self.open.push(self.opened);
            self.out.push('(');
            return Ok(());
        }
        if !self.eat(':') {
            return self
                .error("of groups that begin with (? there is only (?: …): flags such as i stand beside the pattern");
        }
        self.open.push(0);
        self.out.push_str("(?:");
        Ok(())
    }

    fn atom(&mut self, first: char) -> Result<(), RegexError> {
        match first {
            '.' => self.out.push_str(if self.flags.dot_all { r"[\x{0}-\x{10FFFF}]" } else { r"[^\n\r]" }),
            '[' => {
                let class = self.class()?;
                self.out.push_str(&class);
            }
            '\\' => match self.next() {
                Some(digit @ '1'..='9') => self.reference(digit)?,
                Some(escaped) => match self.escaped(escaped)? {
                    Escape::One(one) => push(&mut self.out, one),
                    // A category is what it is in either case.
                    Escape::Class(class) => self.out.push_str(&format!("(?-i:[{class}])")),
                },
                None => return self.error("a \\ that escapes nothing"),
            },
            plain => push(&mut self.out, plain),
        }
        Ok(())
    }

    /// `\n`: as many digits as make the number of a group that has been closed.
    fn reference(&mut self, first: char) -> Result<(), RegexError> {
        let mut number = first as usize - '0' as usize;
        while let Some(digit) = self.peek().and_then(|next| next.to_digit(10)) {
            match number * 10 + digit as usize {
                longer if longer <= self.opened => number = longer,
                _ => break,
            }
            self.at += 1;
        }
        if number > self.opened || self.open.contains(&number) {
            return self.error(format!("\\{number} refers to no group before it"));
        }
        self.has_references = true;
        self.out.push_str(&format!("(?:\\{number})"));
        Ok(())
    }

    fn quantifier(&mut self) -> Result<(), RegexError> {
        match self.peek() {
            Some(sign @ ('?' | '*' | '+')) => {
                self.at += 1;
                self.out.push(sign);
            }
            Some('{') => {
                self.at += 1;
                self.counts()?;
            }
            _ => return Ok(()),
        }
        if self.eat('?') {
            self.out.push('?');
        }
        match self.peek() {
            Some(sign @ ('?' | '*' | '+' | '{')) => self.error(format!("a {sign} that repeats a repetition")),
            _ => Ok(()),
        }
    }

    /// `{n}`, `{n,}` or `{n,m}`, after its brace.
    fn counts(&mut self) -> Result<(), RegexError> {
        let least = self.count()?;
        let most = match self.eat(',') {
            false => Some(least),
            true if self.peek() == Some('}') => None,
            true => Some(self.count()?),
        };
        if !self.eat('}') {
            return self.error("of {…} there is {n}, {n,} and {n,m}");
        }
        if most.is_some_and(|most| most < least) {
            return self.error("the most is less than the least");
        }
        self.out.push_str(&match most {
            Some(most) => format!("{{{least},{most}}}"),
            None => format!("{{{least},}}"),
        });
        Ok(())
    }

    fn count(&mut self) -> Result<u32, RegexError> {
        let mut digits = String::new();
        while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
            self.at += 1;
            digits.push(digit);
        }
        digits.parse().or_else(|_| self.error("of {…} there is {n}, {n,} and {n,m}"))
    }

    /// What follows a `\`.
    fn escaped(&mut self, escaped: char) -> Result<Escape, RegexError> {
        Ok(match escaped {
            'n' => Escape::One('\n'),
            'r' => Escape::One('\r'),
            't' => Escape::One('\t'),
            '\\' | '|' | '.' | '?' | '*' | '+' | '(' | ')' | '{' | '}' | '-' | '[' | ']' | '^' | '$' => {
                Escape::One(escaped)
            }
            's' => Escape::class(r" \t\n\r"),
            'S' => Escape::class(r"[^ \t\n\r]"),
            'd' => Escape::class(r"\p{Nd}"),
            'D' => Escape::class(r"\P{Nd}"),
            'w' => Escape::class(r"[^\p{P}\p{Z}\p{C}]"),
            'W' => Escape::class(r"\p{P}\p{Z}\p{C}"),
            'i' => Escape::class(NAME_START),
            'I' => Escape::Class(format!("[^{NAME_START}]")),
            'c' => Escape::Class(format!("{NAME_START}{NAME_MORE}")),
            'C' => Escape::Class(format!("[^{NAME_START}{NAME_MORE}]")),
            'p' | 'P' => self.property(escaped == 'P')?,
            'b' | 'B' => {
                return self
                    .error(format!("\\{escaped} has no meaning: write (^|\\W) and (\\W|$) at the edges of a word"));
            }
            other => return self.error(format!("\\{other} has no meaning: a character is written as itself")),
        })
    }

    /// `\p{…}`: a general category or a block.
    fn property(&mut self, is_negated: bool) -> Result<Escape, RegexError> {
        if !self.eat('{') {
            return self.error("\\p is followed by a name in braces");
        }
        let mut name = String::new();
        loop {
            match self.next() {
                Some('}') => break,
                Some(letter) => name.push(letter),
                None => return self.error("a { without its }"),
            }
        }
        let class = match name.strip_prefix("Is") {
            Some(block) => blocks::range(block).map(|(first, last)| format!(r"\x{{{first:X}}}-\x{{{last:X}}}")),
            None => is_category(&name).then(|| format!(r"\p{{{name}}}")),
        };
        match class {
            Some(class) if is_negated => Ok(Escape::Class(format!("[^{class}]"))),
            Some(class) => Ok(Escape::Class(class)),
            None => self.error(format!(
                "{name} is neither a category nor a block of Unicode (such as Lu, IsCyrillic or IsCJKUnifiedIdeographs)"
            )),
        }
    }

    /// A class after its bracket: `[…]`, `[^…]`, either with `-[…]` at its end. White space in it counts.
    fn class(&mut self) -> Result<String, RegexError> {
        let spaced = std::mem::take(&mut self.flags.spaced);
        let class = self.class_parts();
        self.flags.spaced = spaced;
        class
    }

    fn class_parts(&mut self) -> Result<String, RegexError> {
        if self.depth > 100 {
            return self.error("classes are nested too deeply");
        }
        let mut class = String::from(if self.eat('^') { "[^" } else { "[" });
        let begin = self.at;
        loop {
            let Some(next) = self.next() else { return self.error("a [ without its ]") };
            match next {
                ']' if self.at > begin + 1 => break,
                ']' => return self.error("a class of nothing"),
                '[' => return self.error("a [ within a class: write \\["),
                '-' if self.peek() == Some('[') && self.at > begin + 1 => {
                    self.at += 1;
                    self.depth += 1;
                    let without = self.class_parts()?;
                    self.depth -= 1;
                    if !self.eat(']') {
                        return self.error("a subtraction ends its class");
                    }
                    return Ok(format!("[{class}]--{without}]"));
                }
                first => self.class_item(first, begin, &mut class)?,
            }
        }
        class.push(']');
        Ok(class)
    }

    /// A character, a range of them or an escape.
    fn class_item(&mut self, first: char, begin: usize, class: &mut String) -> Result<(), RegexError> {
        let is_edge = self.at == begin + 1 || matches!(self.peek(), Some(']'));
        let first = match first {
            '\\' => match self.next() {
                Some(escaped) => match self.escaped(escaped)? {
                    Escape::One(one) => one,
                    Escape::Class(inner) => {
                        class.push_str(&inner);
                        return Ok(());
                    }
                },
                None => return self.error("a \\ that escapes nothing"),
            },
            '-' if !is_edge => return self.error("a - between two parts of a class: write \\-"),
            plain => plain,
        };
        push(class, first);
        let is_range = self.peek() == Some('-') && !matches!(self.text.get(self.at + 1), Some('[' | ']') | None);
        if !is_range {
            return Ok(());
        }
        self.at += 1;
        let last = match self.next() {
            Some('\\') => match self.next().map(|escaped| self.escaped(escaped)) {
                Some(Ok(Escape::One(one))) => one,
                Some(Err(error)) => return Err(error),
                _ => return self.error("a range ends with a character"),
            },
            Some(last) => last,
            None => return self.error("a [ without its ]"),
        };
        if last < first {
            return self.error(format!("the range {first}-{last} is empty"));
        }
        class.push('-');
        push(class, last);
        Ok(())
    }
}

enum Escape {
    One(char),
    /// What stands between the brackets of a class.
    Class(String),
}

impl Escape {
    fn class(class: &str) -> Self {
        Self::Class(class.to_owned())
    }
}

/// A character that stands for itself, wherever it stands.
fn push(out: &mut String, one: char) {
    if one.is_alphanumeric() {
        out.push(one);
    } else {
        out.push_str(&format!(r"\x{{{:X}}}", u32::from(one)));
    }
}

/// The general categories of XML Schema, appendix G.
fn is_category(name: &str) -> bool {
    const CATEGORIES: &str =
        "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po Z Zs Zl Zp S Sm Sc Sk So C Cc Cf Co Cn";
    CATEGORIES.split(' ').any(|category| category == name)
}
