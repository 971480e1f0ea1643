//! Source normalisation: SPARQL as the parser reads it, which reads a little less than the grammar has.
//!
//! One pass over the tokens puts in other words what the parser would misread: names as whole IRIs, variables and labels under
//! plain names, keywords in lower case; what concerns whole clauses is in [`super::clauses`]. Where every place of the text
//! comes from is kept, and so are the names that the asker gave.

use std::collections::HashMap;

use super::clauses::Clauses;
use super::edit::{Edit, Edited};
use super::options::ParseOptions;
use super::pass::{At, Pass, Plain};
use super::prologue::Prologue;
use super::tokens::{Kind, Tokens};
use crate::query::update::unnamed;

/// Functions that the parser takes for names of nothing where white space follows.
const GLUED: [&str; 3] = ["CONCAT", "COALESCE", "BNODE"];
/// Bytes that a text may grow by, beside several times its own length: no text, however it names things, fills the memory.
const GROWTH: usize = 1 << 20;

/// A text for the parser.
pub(in crate::query) struct Readable<'a> {
    pub(in crate::query) text: Edited<'a>,
    /// The names of variables that stand for others in it, and these.
    pub(in crate::query) variables: HashMap<String, String>,
}

/// Writes a text so that the parser reads it as SPARQL does.
pub(in crate::query) fn readable<'a>(text: &'a str, options: &ParseOptions) -> Readable<'a> {
    let names = Plain { text, names: HashMap::new() };
    let mut pass = Pass { edits: Vec::new(), names, room: GROWTH + 8 * text.len(), from_default: None };
    let (mut prologue, mut clauses) = (Prologue::new(options), Clauses::default());
    let (mut before, mut depth) = ([None, None], 0_usize);
    for token in Tokens::new(text) {
        depth -= usize::from(token.kind == Kind::Close && depth > 0);
        let at = At { source: text, token, before, depth };
        if !prologue.declares(&at, &mut pass.edits) {
            pass.token(&at, &prologue);
            clauses.token(&at, &mut pass);
        }
        depth += usize::from(token.kind == Kind::Open);
        before = [Some(token), before[0]];
    }
    clauses.end(&mut pass);
    let variables = pass.names.names.into_iter().filter_map(|((_, name), plain)| Some((plain, name?.to_owned())));
    Readable { text: Edited::new(text, pass.edits), variables: variables.collect() }
}

impl<'a> Pass<'a> {
    fn token(&mut self, at: &At<'a>, prologue: &Prologue<'a, '_>) {
        if at.text().eq_ignore_ascii_case("DEFAULT") {
            return self.default_graph(at);
        }
        self.from_default = self.from_default.filter(|_| at.text().eq_ignore_ascii_case("TO"));
        let edit = match at.token.kind {
            Kind::Word => truth(at.text()).map(str::to_owned),
            Kind::Name if at.text().starts_with("_:") => self.names.label(at.text()),
            Kind::Name => prologue.whole(at),
            Kind::Iri => prologue.rebased(at.text()),
            Kind::Sigil => at.variable().and_then(|name| self.names.variable(name)).map(|plain| format!("?{plain}")),
            Kind::Open => return self.glue(at),
            Kind::Close => return self.nothing(at),
            _ => None,
        };
        if let Some(with) = edit {
            self.replace(at.token, with);
        }
    }

    /// DEFAULT as a source becomes a name that no pattern over the default graph is taken for ([`unnamed`]), but where it is
    /// the target, too.
    fn default_graph(&mut self, at: &At<'a>) {
        let verb =
            if at.is_after("SILENT") { at.before[1].map(|token| token.text(at.source)) } else { Some(at.last()) };
        let copies =
            ["ADD", "COPY", "MOVE"].iter().any(|word| verb.is_some_and(|verb| verb.eq_ignore_ascii_case(word)));
        if copies {
            self.from_default = Some(self.edits.len());
            self.replace(at.token, format!("<{}>", unnamed::SOURCE));
        } else if let Some(edit) = self.from_default.take().filter(|edit| at.is_after("TO") && *edit < self.edits.len())
        {
            self.edits.remove(edit);
        }
    }

    /// Takes away what stands between a function's name and its bracket.
    fn glue(&mut self, at: &At<'_>) {
        let Some(last) = at.before[0].filter(|last| last.kind == Kind::Word && last.end < at.token.start) else {
            return;
        };
        if at.text() == "(" && GLUED.iter().any(|name| at.is_after(name)) {
            self.edits.push(Edit::new(last.end..at.token.start, ""));
        }
    }

    /// Brackets with nothing in them: the empty negated property set ([95]), which every predicate is in, and `()` and `[]`
    /// with comments between, which to the parser are no white space there.
    fn nothing(&mut self, at: &At<'_>) {
        let [Some(last), first] = at.before else { return };
        if last.kind != Kind::Open || !matches!(at.text(), ")" | "]") {
            return;
        }
        match first.filter(|first| at.text() == ")" && first.text(at.source) == "!") {
            Some(first) => self.edits.push(Edit::new(first.start..at.token.end, "(!a|a)")),
            None if at.source[last.end..at.token.start].contains('#') => {
                self.edits.push(Edit::new(last.end..at.token.start, ""));
            }
            None => {}
        }
    }
}

/// `true` and `false` in capitals (19.8, note 1).
fn truth(word: &str) -> Option<&'static str> {
    ["true", "false"].into_iter().find(|truth| truth.eq_ignore_ascii_case(word) && *truth != word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        readable(text, &ParseOptions::default()).text.text().to_owned()
    }

    #[test]
    fn what_the_parser_would_misread_is_put_in_other_words() {
        for (text, expected) in [
            ("ASK { ?s ?p TRUE, False }", "ASK { ?s ?p true, false }"),
            ("ASK { BIND(CONCAT (\"a\") AS ?x) }", "ASK { BIND(CONCAT(\"a\") AS ?x) }"),
            ("ASK { ?s !() ?o }", "ASK { ?s (!a|a) ?o }"),
            ("ASK { ?s ?p [ # nothing\n] }", "ASK { ?s ?p [] }"),
            ("COPY DEFAULT TO <http://e/g>", "COPY <urn:x-citypact:unnamed-graph> TO <http://e/g>"),
            ("MOVE SILENT DEFAULT TO <http://e/g>", "MOVE SILENT <urn:x-citypact:unnamed-graph> TO <http://e/g>"),
        ] {
            assert_eq!(written(text), expected);
        }
    }

    #[test]
    fn what_the_parser_reads_stays_as_it_is() {
        for text in [
            "ASK { ?s ?p true ; a <http://e/TRUE> }",
            "SELECT ?true { ?true ?p \"TRUE\" } # FALSE",
            "ASK { ?s !(<http://e/p>) ?o }",
            "COPY DEFAULT TO DEFAULT",
            "COPY <http://e/g> TO DEFAULT",
            "CLEAR DEFAULT",
        ] {
            assert_eq!(written(text), text);
        }
    }

    /// [166] of the grammar has letters beyond the basic plane in names; what the asker called a variable is kept.
    #[test]
    fn names_beyond_the_parsers_get_plain_ones_and_are_remembered() {
        let text = "SELECT ?𠮷 { ?𠮷 ?name_0 _:𠮷 . ?𠮷 ?q _:𠮷 }";
        let read = readable(text, &ParseOptions::default());
        let plain = read.text.text();
        assert!(plain.is_ascii() && spargebra::SparqlParser::new().parse_query(plain).is_ok(), "{plain}");
        let (name, own) = read.variables.iter().next().unwrap();
        assert_eq!((read.variables.len(), own.as_str(), plain.matches(&format!("?{name} ")).count()), (1, "𠮷", 3));
        assert_ne!(name, "name_0", "a name that the text has already");
    }
}
