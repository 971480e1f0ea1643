//! Parser backtracking bound: what a text could make the parser and the planner do over again, measured before they begin.
//!
//! The parser tries the longest form of some constructs first and reads them again where that fails: `SUBSTR` with three
//! arguments before two, `GROUP_CONCAT` with a separator before none, `!` before an expression before `!` before a primary
//! one. The planner infers the types of a grouped subquery twice. Each level of these within each other doubles the work for
//! all that is inside, so that 40 levels in 300 bytes would go on for ever, and neither can be interrupted.

use super::tokens::{Kind, Token, Tokens};

/// Bytes that may be read, those counted that are read again: about a second of work.
const MOST: u64 = 4 << 20;

/// Functions whose forms differ in what follows their first arguments.
const FUNCTIONS: [&str; 4] = ["SUBSTR", "REGEX", "REPLACE", "GROUP_CONCAT"];

/// Checks a text; `Err` is the offset at which it goes too far.
pub(in crate::query) fn check(text: &str) -> Result<(), usize> {
    let mut levels = Levels::default();
    let mut work = 0_u64;
    for token in Tokens::new(text) {
        levels.add(token, text);
        if levels.sum > 0 {
            let bytes = (token.end - token.start) as u64;
            work = work.saturating_add(bytes.saturating_mul(1 << levels.sum.min(40)));
        }
        if work > MOST {
            return Err(token.start);
        }
    }
    Ok(())
}

/// How many constructs that double the work are around a position.
#[derive(Default)]
struct Levels {
    /// For each open bracket how many of them it closes.
    open: Vec<u32>,
    sum: u32,
    /// `!` before what comes.
    negations: u32,
    /// Whether the last word is one of [`FUNCTIONS`].
    function: bool,
}

impl Levels {
    fn add(&mut self, token: Token, text: &str) {
        match token.kind {
            Kind::Open => self.open(),
            Kind::Close => self.close(),
            Kind::Prefix => self.negations += u32::from(token.text(text) == "!"),
            Kind::Word => self.word(token.text(text)),
            // The name of a function may stand between.
            Kind::Name | Kind::Iri => self.function = false,
            _ => (self.negations, self.function) = (0, false),
        }
    }

    fn open(&mut self) {
        let own = self.negations + u32::from(self.function);
        (self.negations, self.function) = (0, false);
        self.open.push(own);
        self.sum += own;
    }

    fn close(&mut self) {
        (self.negations, self.function) = (0, false);
        self.sum -= self.open.pop().unwrap_or(0);
    }

    fn word(&mut self, word: &str) {
        self.function = FUNCTIONS.iter().any(|name| word.eq_ignore_ascii_case(name));
        if let (true, Some(group)) = (word.eq_ignore_ascii_case("SELECT"), self.open.last_mut()) {
            *group += 1;
            self.sum += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize, open: &str, close: &str) -> bool {
        check(&format!("SELECT * {{ FILTER({}1{}) }}", open.repeat(levels), close.repeat(levels))).is_ok()
    }

    #[test]
    fn levels_that_double_the_work_are_counted() {
        for (open, close) in [
            ("SUBSTR(", ",1)"),
            ("regex ( ", ",1)"),
            ("REPLACE(", ",1,1)"),
            ("GROUP_CONCAT(DISTINCT ", ")"),
            ("!(", ")"),
            ("! !(", ")"),
            ("!<http://a/f>(", ")"),
            ("!EXISTS { FILTER(", ")}"),
            ("EXISTS { SELECT * { FILTER(", ")}}"),
        ] {
            assert!(nested(8, open, close), "{open} 8 times");
            assert!(!nested(24, open, close), "{open} 24 times");
        }
    }

    #[test]
    fn what_is_beside_each_other_is_not_within() {
        let beside = "SUBSTR(?x, 1) != !?y && !(?z) || REGEX(?x, 'a') ";
        assert!(check(&beside.repeat(10_000)).is_ok());
        for (open, close) in [("CONCAT(", ")"), ("(", ")"), ("1 != (", ")"), ("?substr + (", ")"), ("'!' + (", ")")] {
            assert!(nested(90, open, close), "{open}");
        }
        assert!(
            check(&format!("SELECT * {{ FILTER(!EXISTS {{ VALUES ?x {{ {} }} }}) }}", "1 ".repeat(500_000))).is_ok()
        );
    }
}
