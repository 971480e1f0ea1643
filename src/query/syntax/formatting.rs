//! Formatter: a query or update laid out for reading: a pattern a line, blocks indented, keywords in capitals, comments kept.
//!
//! Tokens that stand together stay together and those that stand apart stay apart, so that what is laid out anew means what it
//! meant, even where it is not yet SPARQL.

use super::diagnostics::KEYWORDS;
use super::tokens::{Kind, Token, Tokens};

/// Words that begin a line within a group or after one.
const STATEMENTS: &[&str] = &[
    "PREFIX",
    "BASE",
    "SELECT",
    "CONSTRUCT",
    "DESCRIBE",
    "ASK",
    "FROM",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "VALUES",
    "OPTIONAL",
    "FILTER",
    "BIND",
    "MINUS",
    "SERVICE",
    "INSERT",
    "DELETE",
    "WITH",
    "USING",
    "LOAD",
    "CLEAR",
    "DROP",
    "CREATE",
    "COPY",
    "MOVE",
    "ADD",
];
/// Words whose brackets hold a whole statement.
const CONSTRAINTS: &[&str] = &["FILTER", "BIND"];
/// Columns of a level.
const STEP: usize = 2;

/// Lays a text out. Doing it twice does no more than doing it once. A text with a string that does not end stays as it is.
///
/// ```
/// let laid_out = citypact::query::formatted("select * where{?s a pact:Tie;pact:kind ?k.filter(?k=1)}limit 5");
/// assert_eq!(laid_out, "SELECT *\nWHERE {\n  ?s a pact:Tie ;\n    pact:kind ?k .\n  FILTER(?k=1)\n}\nLIMIT 5\n");
/// ```
pub fn formatted(text: &str) -> String {
    let tokens: Vec<Token> = Tokens::new(text).collect();
    if tokens.iter().any(|token| token.kind == Kind::Unterminated) {
        return text.to_owned();
    }
    let mut layout = Layout { text, tokens: &tokens, ..Layout::default() };
    let mut end = 0;
    for at in 0..tokens.len() {
        layout.gap(&text[end..tokens[at].start]);
        layout.token(at);
        end = tokens[at].end;
    }
    layout.gap(&text[end..]);
    let mut out = layout.out;
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// How the tokens of a block are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    /// A pattern a line.
    Group,
    /// A row in brackets a line.
    Rows,
    /// Everything in one line.
    Line,
}

/// What is around a block, to go on with after it.
struct Outer {
    block: Block,
    brackets: usize,
    constraint: bool,
}

/// What stands before a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Before {
    /// As in the text: nothing or a blank.
    #[default]
    AsIs,
    Blank,
    Nothing,
    Line,
    /// A line that goes on with the one before.
    Further,
}

#[derive(Default)]
struct Layout<'a> {
    text: &'a str,
    tokens: &'a [Token],
    out: String,
    blocks: Vec<Outer>,
    /// Round and square brackets open in this block.
    brackets: usize,
    /// Whether the brackets hold a FILTER or BIND.
    constraint: bool,
    /// Whether the pattern goes on with another predicate.
    goes_on: bool,
    /// Whether VALUES waits for its block.
    values: bool,
    /// Whether the next token begins a line.
    ended: bool,
    /// What the gap before the next token has: blanks, line ends since the last token or comment, a comment.
    spaced: bool,
    lines: usize,
    commented: bool,
}

impl<'a> Layout<'a> {
    fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map(|token| token.text(self.text)).unwrap_or_default()
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        let is_word = self.tokens.get(at).is_some_and(|token| token.kind == Kind::Word);
        is_word && words.iter().any(|word| word.eq_ignore_ascii_case(self.word(at)))
    }

    fn block(&self) -> Block {
        self.blocks.last().map_or(Block::Group, |outer| outer.block)
    }

    /// Takes what stands between two tokens, and writes its comments.
    fn gap(&mut self, gap: &str) {
        (self.spaced, self.lines, self.commented) = (!gap.is_empty(), 0, false);
        let mut rest = gap;
        while let Some(at) = rest.find('#') {
            self.lines += rest[..at].matches('\n').count();
            let end = rest[at..].find(['\n', '\r']).map_or(rest.len(), |end| at + end);
            self.comment(rest[at..end].trim_end());
            rest = &rest[end..];
        }
        self.lines += rest.matches('\n').count();
    }

    fn comment(&mut self, comment: &str) {
        let closes = self.commented || self.out.is_empty() || self.lines > 0;
        match closes {
            true => self.line(0),
            false => self.out.push(' '),
        }
        self.out.push_str(comment);
        (self.lines, self.commented) = (0, true);
    }

    /// Begins a line, after an empty one where the text has one.
    fn line(&mut self, further: usize) {
        if self.out.is_empty() {
            return;
        }
        self.out.push('\n');
        if self.lines > 1 {
            self.out.push('\n');
        }
        let levels = self.blocks.iter().filter(|outer| outer.block != Block::Line).count();
        let depth = STEP * (levels + usize::from(self.goes_on) + further);
        self.out.extend(std::iter::repeat_n(' ', depth));
    }

    fn token(&mut self, at: usize) {
        let before = self.before(at);
        if self.is(at, STATEMENTS) && self.brackets == 0 {
            self.goes_on = false;
        }
        if matches!(self.word(at), "}") {
            self.close();
        }
        match before {
            Before::Line => self.line(0),
            Before::Further => self.line(2),
            Before::Blank => self.out.push(' '),
            Before::AsIs if self.spaced => self.out.push(' '),
            Before::AsIs | Before::Nothing => {}
        }
        self.write(at);
        self.after(at);
    }

    fn write(&mut self, at: usize) {
        let word = self.word(at);
        match self.is(at, KEYWORDS) && word.len() > 1 {
            true => self.out.extend(word.chars().map(|letter| letter.to_ascii_uppercase())),
            false => self.out.push_str(word),
        }
    }

    /// What stands before a token. A comment ends its line, whatever follows.
    fn before(&self, at: usize) -> Before {
        if self.out.is_empty() {
            return Before::Nothing;
        }
        let last = at.checked_sub(1).map(|last| self.word(last)).unwrap_or_default();
        let fits = self.fitting(at, last);
        match fits {
            _ if !self.commented => fits,
            Before::Line => Before::Line,
            _ if self.ended || self.word(at) == "{" => Before::Line,
            _ => Before::Further,
        }
    }

    fn fitting(&self, at: usize, last: &str) -> Before {
        let inside = self.brackets > 0;
        match self.word(at) {
            "}" if self.block() == Block::Line || last == "{" => Before::Blank,
            "}" => Before::Line,
            ")" if last == "}" || last == "(" => Before::Nothing,
            "," => Before::Nothing,
            "." | ";" if self.tokens[at].kind == Kind::Other => Before::Blank,
            "{" if last == "(" => Before::Nothing,
            "{" if self.ended => Before::Line,
            "{" => Before::Blank,
            "(" if !inside && self.block() == Block::Rows => Before::Line,
            _ if last == "}" && self.is(at, &["UNION"]) => Before::Blank,
            _ if self.ended => Before::Line,
            _ if inside && self.lines > 0 => Before::Further,
            _ if inside && (self.is(at, &["AS"]) || at > 0 && self.is(at - 1, &["AS"])) => Before::Blank,
            _ if inside => {
                if last == "," {
                    Before::Blank
                } else {
                    Before::AsIs
                }
            }
            _ if self.is(at, &["WHERE"]) && self.blocks.is_empty() && !last.eq_ignore_ascii_case("DELETE") => {
                Before::Line
            }
            _ if self.begins(at, last) => Before::Line,
            _ if self.stands_apart(at) || at > 0 && self.stands_apart(at - 1) => Before::Blank,
            _ if self.lines > 0 && self.blocks.is_empty() => Before::Further,
            _ if matches!(last, "," | "{" | "}" | "." | ";") => Before::Blank,
            _ => Before::AsIs,
        }
    }

    /// Whether a word has blanks around it, whatever stands beside it.
    fn stands_apart(&self, at: usize) -> bool {
        self.is(at, &["SELECT", "DISTINCT", "REDUCED", "BY"])
    }

    /// Whether a statement begins at a token.
    fn begins(&self, at: usize, last: &str) -> bool {
        let is_name_of_one = || at > 0 && self.is(at - 1, &["DELETE", "INSERT", "SERVICE"]) && !self.is(at, STATEMENTS);
        self.is(at, STATEMENTS) && !is_name_of_one() && !last.eq_ignore_ascii_case("UNION")
            || self.is(at, &["GRAPH"]) && self.block() == Block::Group && !self.blocks.is_empty()
    }

    fn after(&mut self, at: usize) {
        self.ended = false;
        match self.word(at) {
            "{" => self.open(at),
            "}" => {
                self.ended = self.brackets == 0;
                self.constraint &= self.brackets > 0;
            }
            "(" | "[" => self.brackets += 1,
            ")" | "]" => {
                self.brackets = self.brackets.saturating_sub(1);
                if self.brackets == 0 && std::mem::take(&mut self.constraint) {
                    self.ended = !self.blocks.is_empty();
                }
            }
            "." if self.brackets == 0 && self.block() == Block::Group => {
                (self.ended, self.goes_on) = (true, false);
            }
            ";" if self.brackets == 0 && self.block() == Block::Group => {
                (self.ended, self.goes_on) = (true, !self.blocks.is_empty());
            }
            _ if self.tokens[at].kind == Kind::Iri && self.is_declared(at) => self.ended = true,
            _ if self.is(at, CONSTRAINTS) && self.brackets == 0 => self.constraint = true,
            _ if self.is(at, &["VALUES"]) => self.values = true,
            _ => {}
        }
    }

    /// Whether an IRI ends a declaration of the prologue.
    fn is_declared(&self, at: usize) -> bool {
        let of_prefix = at > 1 && self.is(at - 2, &["PREFIX"]);
        self.blocks.is_empty() && (of_prefix || at > 0 && self.is(at - 1, &["BASE"]))
    }

    fn open(&mut self, at: usize) {
        let inside = self.tokens[at + 1..].iter().map(|token| token.text(self.text));
        let mut inside = inside.take_while(|word| *word != "}").peekable();
        let block = match (std::mem::take(&mut self.values), inside.peek()) {
            (_, None) => Block::Line,
            (true, Some(_)) => {
                if inside.any(|word| word == "(") {
                    Block::Rows
                } else {
                    Block::Line
                }
            }
            (false, Some(_)) => Block::Group,
        };
        self.blocks.push(Outer { block, brackets: self.brackets, constraint: self.constraint });
        (self.brackets, self.constraint, self.goes_on) = (0, false, false);
        self.ended = block == Block::Group;
    }

    fn close(&mut self) {
        if let Some(outer) = self.blocks.pop() {
            (self.brackets, self.constraint) = (outer.brackets, outer.constraint);
        }
        self.goes_on = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Query, Update, library};

    #[test]
    fn blocks_patterns_and_comments() {
        for (text, laid_out) in [
            ("", ""),
            ("ask{}", "ASK { }\n"),
            ("select distinct*where{}group by(?a)", "SELECT DISTINCT *\nWHERE { }\nGROUP BY (?a)\n"),
            (
                "prefix ex:<http://e/> select ?s (count(*)as?n){?s ex:p 1,2;ex:q/ex:r* [ex:t 'x;y'].optional{?s ?p ?o}}group by ?s",
                "PREFIX ex:<http://e/>\nSELECT ?s (COUNT(*) AS ?n) {\n  ?s ex:p 1, 2 ;\n    ex:q/ex:r* [ex:t 'x;y'] .\n  \
                 OPTIONAL {\n    ?s ?p ?o\n  }\n}\nGROUP BY ?s\n",
            ),
            (
                "SELECT * { {?a ?b ?c} union {?d ?e ?f} values ?x {1 2} VALUES(?y ?z){(1 2)(UNDEF 3)} }",
                "SELECT * {\n  {\n    ?a ?b ?c\n  } UNION {\n    ?d ?e ?f\n  }\n  VALUES ?x { 1 2 }\n  \
                 VALUES(?y ?z) {\n    (1 2)\n    (UNDEF 3)\n  }\n}\n",
            ),
            (
                "ask { filter not exists { ?s ?p ?o } filter(exists{?s ?p ?o} && ?x) bind(1 as ?y) ?y ?p ?o }",
                "ASK {\n  FILTER NOT EXISTS {\n    ?s ?p ?o\n  }\n  FILTER(EXISTS {\n    ?s ?p ?o\n  } && ?x)\n  \
                 BIND(1 AS ?y)\n  ?y ?p ?o\n}\n",
            ),
            (
                "#+ title: T\n# second\nselect * # all\n{ # open\n ?s ?p # subject\n ?o . # end\n\n\n # own\n ?a ?b ?c }# last",
                "#+ title: T\n# second\nSELECT * # all\n{ # open\n  ?s ?p # subject\n      ?o . # end\n\n  # own\n  ?a ?b ?c\n} # last\n",
            ),
            (
                "insert data{graph ex:g{ex:a a ex:B}};delete where{?s ?p ?o}",
                "INSERT DATA {\n  GRAPH ex:g {\n    ex:a a ex:B\n  }\n} ;\nDELETE WHERE {\n  ?s ?p ?o\n}\n",
            ),
        ] {
            assert_eq!(formatted(text), laid_out, "{text}");
            assert_eq!(formatted(laid_out), laid_out, "again: {text}");
        }
    }

    #[test]
    fn the_library_means_what_it_meant() {
        for query in library() {
            let laid_out = formatted(&query.text);
            assert_eq!(formatted(&laid_out), laid_out, "{}", query.name);
            let parse = |text: &str| Query::parse(text, &Default::default()).unwrap().algebra().to_string();
            assert_eq!(parse(&laid_out), parse(&query.text), "{}", query.name);
        }
        let update = "WITH ex:g DELETE{?s ex:p ?o}INSERT{?s ex:q ?o}USING ex:h WHERE{?s ex:p ?o}";
        let update = format!("PREFIX ex: <http://e/> {update}; CLEAR SILENT GRAPH ex:g ; COPY ex:g TO ex:h");
        let parse = |text: &str| Update::parse(text, &Default::default()).unwrap().algebra().to_string();
        assert_eq!(parse(&formatted(&update)), parse(&update), "{}", formatted(&update));
    }

    proptest::proptest! {
        #[test]
        fn any_text_keeps_its_tokens(text in "[a-zA-Z:?{}()\\[\\].;,#'\"<> \n|&=!^*/+0-9-]{0,60}") {
            let words = |text: &str| -> Vec<String> {
                Tokens::new(text).map(|token| token.text(text).to_ascii_lowercase()).collect()
            };
            let laid_out = formatted(&text);
            proptest::prop_assert_eq!(words(&laid_out), words(&text));
        }
    }
}
