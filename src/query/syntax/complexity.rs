//! Complexity bound: how deep a SPARQL text nests and how much stack that takes, measured without parsing it.
//!
//! The parser and everything after it recurse over the text's structure. One pass over the tokens bounds that recursion
//! before it begins. It may count too much, never too little.

use super::backtracking;
use super::tokens::{Kind, Token, Tokens};
use crate::query::engine::stack;
use crate::query::limits::TextLimits;

/// Where and why a text is refused before it is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) struct Excess {
    /// Byte offset.
    pub(in crate::query) offset: usize,
    pub(in crate::query) kind: ExcessKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum ExcessKind {
    Length,
    Nesting,
    Complexity,
    Backtracking,
    Patterns,
}

/// How much structure a text has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::query) struct Size {
    /// The deepest nesting.
    depth: usize,
    /// Brackets and operators.
    complexity: usize,
}

impl Size {
    /// Bytes of stack that are enough to parse the text.
    pub(in crate::query) fn stack(self) -> usize {
        if self.depth <= 6 && self.complexity <= 60 { stack::SMALL } else { stack::LARGE }
    }
}

/// Checks `text` against the limits on length, nesting and complexity.
pub(in crate::query) fn check(text: &str, limits: &TextLimits) -> Result<Size, Excess> {
    if text.len() > limits.length {
        return Err(Excess { offset: limits.length, kind: ExcessKind::Length });
    }
    let (mut measure, mut size) = (Measure::default(), Size::default());
    for token in Tokens::new(text) {
        measure.add(token, text);
        let excess = |kind| Err(Excess { offset: token.start, kind });
        size.depth = size.depth.max(measure.depth + measure.prefixes);
        size.complexity = measure.complexity;
        if size.depth > limits.nesting {
            return excess(ExcessKind::Nesting);
        }
        if measure.complexity > limits.complexity {
            return excess(ExcessKind::Complexity);
        }
    }
    backtracking::check(text).map_err(|offset| Excess { offset, kind: ExcessKind::Backtracking })?;
    Ok(size)
}

#[derive(Default)]
struct Measure {
    /// For each open bracket the prefix operators before it, which enclose it.
    open: Vec<usize>,
    /// Open brackets and the prefix operators that enclose the position.
    depth: usize,
    /// Prefix operators just before the position.
    prefixes: usize,
    /// Brackets and operators so far.
    complexity: usize,
    /// Whether the last keyword announces a block of data.
    announced: bool,
    /// Open brackets around the block of data that the position is in. Such a block is a flat list and adds nothing.
    data: Option<usize>,
}

impl Measure {
    fn add(&mut self, token: Token, text: &str) {
        match token.kind {
            Kind::Open => self.open(token.text(text) == "{"),
            Kind::Close => self.close(),
            Kind::Prefix => {
                self.prefixes += 1;
                self.count();
            }
            Kind::Operator => {
                self.prefixes = 0;
                self.count();
            }
            Kind::Word => self.word(token.text(text)),
            _ => self.prefixes = 0,
        }
    }

    fn count(&mut self) {
        if self.data.is_none() {
            self.complexity += 1;
        }
    }

    fn word(&mut self, word: &str) {
        self.prefixes = 0;
        let is = |keyword| word.eq_ignore_ascii_case(keyword);
        self.announced = is("DATA") || is("VALUES");
        if is("AS") {
            self.count();
        }
    }

    fn open(&mut self, group: bool) {
        if group && self.announced && self.data.is_none() {
            self.data = Some(self.open.len());
        }
        if group {
            self.announced = false;
        }
        self.count();
        self.open.push(self.prefixes);
        self.depth += 1 + self.prefixes;
        self.prefixes = 0;
    }

    fn close(&mut self) {
        self.prefixes = 0;
        let Some(prefixes) = self.open.pop() else { return };
        self.depth -= 1 + prefixes;
        if self.data == Some(self.open.len()) {
            self.data = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<ExcessKind> {
        check(text, &TextLimits::default()).err().map(|excess| excess.kind)
    }

    #[test]
    fn every_way_to_nest_is_counted() {
        let many = |open: &str, close: &str| format!("SELECT * {{ {}{} }}", open.repeat(120), close.repeat(120));
        for (open, close) in [
            ("(", ")"),
            ("{", "}"),
            ("[", "]"),
            ("<<", ">>"),
            ("!", ""),
            ("- ", ""),
            ("!(", ")"),
            ("OPTIONAL {", "}"),
            ("FILTER EXISTS {", "}"),
            ("[ a ", "]"),
            ("(( ", "))"),
            ("^", ""),
            ("#c\n(", ")"),
            ("'(' (", ")"),
        ] {
            assert_eq!(kind(&many(open, close)), Some(ExcessKind::Nesting), "{open}");
        }
    }

    #[test]
    fn prefix_operators_around_brackets_add_to_them() {
        let text = "!!(".repeat(40);
        assert_eq!(kind(&text), Some(ExcessKind::Nesting));
        assert_eq!(kind(&"!!(1)".repeat(40)), None);
    }

    #[test]
    fn chains_are_complexity_and_data_is_not() {
        assert_eq!(kind(&format!("SELECT (1{} AS ?x) {{}}", "+1".repeat(5000))), Some(ExcessKind::Complexity));
        assert_eq!(kind(&format!("SELECT * {{ {} }}", "OPTIONAL {}".repeat(5000))), Some(ExcessKind::Complexity));
        assert_eq!(kind(&format!("INSERT DATA {{ {} }}", "<a> <b> (-1) .".repeat(5000))), None);
        assert_eq!(kind(&format!("SELECT * {{ VALUES (?x ?y) {{ {} }} }}", "(1 -2)".repeat(5000))), None);
        let after = format!("SELECT * {{ VALUES ?x {{ 1 }} {} }}", "FILTER(1)".repeat(5000));
        assert_eq!(kind(&after), Some(ExcessKind::Complexity));
        let tag = format!("SELECT * {{ ?s ?p 'x'@data {{ {} }} }}", "FILTER(1)".repeat(5000));
        assert_eq!(kind(&tag), Some(ExcessKind::Complexity));
    }

    #[test]
    fn length_is_in_bytes() {
        let limits = TextLimits { length: 5, ..TextLimits::default() };
        assert!(check("ASK{}", &limits).is_ok());
        assert_eq!(check("ASK {}", &limits), Err(Excess { offset: 5, kind: ExcessKind::Length }));
    }
}
