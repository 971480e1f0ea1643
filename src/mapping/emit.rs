//! Quads from values: the one place where literals and labels are built. Terms are borrowed; nothing is allocated for a quad.

use std::fmt::Write as _;

use oxrdf::{BlankNodeRef, GraphNameRef, LiteralRef, NamedNodeRef, NamedOrBlankNodeRef, QuadRef, TermRef};

use crate::rdf::{QuadSink, canonical_tag};
use crate::record::{Date, Text};
use crate::vocab::{pact, rdf, skos, xsd};

/// A node of the data.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    /// Named by an IRI.
    Iri(String),
    /// A blank node with its label.
    Blank(String),
}

impl Node {
    /// The node as a subject.
    pub fn subject(&self) -> NamedOrBlankNodeRef<'_> {
        match self {
            Self::Iri(iri) => NamedNodeRef::new_unchecked(iri).into(),
            Self::Blank(label) => BlankNodeRef::new_unchecked(label).into(),
        }
    }

    /// Its IRI, or its label where it has none.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Iri(text) | Self::Blank(text) => text,
        }
    }
}

/// Writes the statements of one graph into a sink.
pub(crate) struct Emitter<'e> {
    pub(crate) sink: &'e mut dyn QuadSink,
    pub(crate) graph: &'e str,
    /// The language of texts that name none.
    pub(crate) language: Option<&'e str>,
    scratch: String,
}

impl<'e> Emitter<'e> {
    pub(crate) fn new(sink: &'e mut dyn QuadSink, graph: &'e str, language: Option<&'e str>) -> Self {
        Self { sink, graph, language, scratch: String::new() }
    }

    pub(crate) fn quad<'t>(&mut self, subject: &Node, predicate: NamedNodeRef<'_>, object: impl Into<TermRef<'t>>) {
        let graph = GraphNameRef::NamedNode(NamedNodeRef::new_unchecked(self.graph));
        self.sink.quad(QuadRef::new(subject.subject(), predicate, object.into(), graph));
    }

    pub(crate) fn class(&mut self, subject: &Node, class: NamedNodeRef<'_>) {
        self.quad(subject, rdf::type_, class);
    }

    pub(crate) fn link(&mut self, subject: &Node, predicate: NamedNodeRef<'_>, object: &Node) {
        self.quad(subject, predicate, object.subject());
    }

    pub(crate) fn iri(&mut self, subject: &Node, predicate: NamedNodeRef<'_>, object: &str) {
        self.quad(subject, predicate, NamedNodeRef::new_unchecked(object));
    }

    /// A concept: `namespace` and the slug, which is one of our own.
    pub(crate) fn concept(&mut self, subject: &Node, predicate: NamedNodeRef<'_>, namespace: &str, slug: &str) {
        self.with_scratch(|this, text| {
            text.push_str(namespace);
            text.push_str(slug);
            this.iri(subject, predicate, text);
        });
    }

    pub(crate) fn string(&mut self, subject: &Node, predicate: NamedNodeRef<'_>, text: &str) {
        self.quad(subject, predicate, LiteralRef::new_simple_literal(text));
    }

    pub(crate) fn boolean(&mut self, subject: &Node, predicate: NamedNodeRef<'_>, truth: bool) {
        let text = if truth { "true" } else { "false" };
        self.quad(subject, predicate, LiteralRef::new_typed_literal(text, xsd::boolean));
    }

    pub(crate) fn integer(&mut self, subject: &Node, predicate: NamedNodeRef<'_>, number: u64) {
        self.typed(subject, predicate, number, xsd::integer);
    }

    /// A decimal of at most `f64`'s precision, never in exponent notation.
    pub(crate) fn decimal(&mut self, subject: &Node, predicate: NamedNodeRef<'_>, number: f64) {
        self.typed(subject, predicate, number, xsd::decimal);
    }

    pub(crate) fn typed(
        &mut self,
        subject: &Node,
        predicate: NamedNodeRef<'_>,
        value: impl std::fmt::Display,
        datatype: NamedNodeRef<'_>,
    ) {
        self.with_scratch(|this, text| {
            // Writing into a `String` cannot fail.
            let _ = write!(text, "{value}");
            this.quad(subject, predicate, LiteralRef::new_typed_literal(text, datatype));
        });
    }

    /// A date at its own precision.
    pub(crate) fn date(&mut self, subject: &Node, predicate: NamedNodeRef<'_>, date: Option<Date>) {
        let Some(date) = date else { return };
        let datatype = datatype(date);
        self.with_scratch(|this, text| {
            push_date(text, date);
            this.quad(subject, predicate, LiteralRef::new_typed_literal(text, datatype));
        });
    }

    /// The first day that the first of the dates can mean, and the last day of the last of them.
    pub(crate) fn bounds(&mut self, subject: &Node, start: Option<Date>, end: Option<Date>) {
        let (Some(first), Some(last)) = (start.or(end), end.or(start)) else { return };
        self.date(subject, pact::earliest, Some(first.earliest()));
        self.date(subject, pact::latest, Some(last.latest()));
    }

    /// Every text of a language map.
    pub(crate) fn texts(&mut self, subject: &Node, predicate: NamedNodeRef<'_>, texts: Option<&Text>) {
        for (tag, text, _) in texts.into_iter().flat_map(Text::iter) {
            self.text(subject, predicate, tag, text);
        }
    }

    /// One text in the language of `tag`, else in the source's; plain where neither is known.
    pub(crate) fn text(&mut self, subject: &Node, predicate: NamedNodeRef<'_>, tag: Option<&str>, text: &str) {
        let literal = match tag.or(self.language).filter(|tag| *tag != "und") {
            Some(tag) => return self.tagged(subject, predicate, tag, text),
            None => LiteralRef::new_simple_literal(text),
        };
        self.quad(subject, predicate, literal);
    }

    fn tagged(&mut self, subject: &Node, predicate: NamedNodeRef<'_>, tag: &str, text: &str) {
        let tag = canonical_tag(tag);
        self.quad(subject, predicate, LiteralRef::new_language_tagged_literal_unchecked(text, &tag));
    }

    /// Names: the first of each language is the preferred label, the others are alternatives.
    pub(crate) fn names(&mut self, subject: &Node, names: Option<&Text>) {
        let Some(names) = names else { return };
        for (i, (tag, texts)) in names.0.iter().enumerate() {
            let again = names.0[..i].iter().any(|(other, _)| self.same_language(other.as_deref(), tag.as_deref()));
            for (j, text) in texts.iter().enumerate() {
                let label = if j == 0 && !again { skos::prefLabel } else { skos::altLabel };
                self.text(subject, label, tag.as_deref(), text);
            }
        }
    }

    fn same_language(&self, one: Option<&str>, other: Option<&str>) -> bool {
        let tag = |tag: Option<&str>| tag.or(self.language).unwrap_or("und").to_ascii_lowercase();
        tag(one) == tag(other)
    }

    fn with_scratch(&mut self, write: impl FnOnce(&mut Self, &mut String)) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        write(self, &mut scratch);
        self.scratch = scratch;
    }
}

fn push_date(text: &mut String, date: Date) {
    let two = |text: &mut String, number: u8| {
        text.push(char::from(b'0' + number / 10 % 10));
        text.push(char::from(b'0' + number % 10));
    };
    let year = |text: &mut String, year: u16| {
        two(text, (year / 100) as u8);
        two(text, (year % 100) as u8);
    };
    match date {
        Date::Year(y) => year(text, y),
        Date::Month(y, m) => {
            year(text, y);
            text.push('-');
            two(text, m);
        }
        Date::Day(y, m, d) => {
            year(text, y);
            text.push('-');
            two(text, m);
            text.push('-');
            two(text, d);
        }
    }
}

/// The XML Schema datatype of a date of a precision.
pub(crate) const fn datatype(date: Date) -> NamedNodeRef<'static> {
    match date {
        Date::Year(_) => xsd::gYear,
        Date::Month(..) => xsd::gYearMonth,
        Date::Day(..) => xsd::date,
    }
}

#[cfg(test)]
mod tests {
    use oxrdf::Quad;

    use super::*;

    #[test]
    fn one_preferred_label_a_language() {
        let mut quads: Vec<Quad> = Vec::new();
        let mut emitter = Emitter::new(&mut quads, "https://example.org/g", Some("zh-Hans"));
        let names = Text(vec![
            (Some("zh-hans".into()), vec!["昆明".into(), "昆明市".into()]),
            (Some("en".into()), vec!["Kunming".into()]),
            (None, vec!["春城".into()]),
        ]);
        emitter.names(&Node::Iri("https://example.org/p".into()), Some(&names));
        let shown: Vec<String> = quads
            .iter()
            .map(|quad| format!("{} {}", quad.predicate.as_str().rsplit('#').next().unwrap(), quad.object))
            .collect();
        assert_eq!(
            shown,
            [
                "prefLabel \"昆明\"@zh-Hans",
                "altLabel \"昆明市\"@zh-Hans",
                "prefLabel \"Kunming\"@en",
                "altLabel \"春城\"@zh-Hans"
            ]
        );
    }

    #[test]
    fn dates_keep_their_precision() {
        for date in ["1982", "1979-10", "2024-01-24", "0001-02-03"] {
            let mut text = String::new();
            push_date(&mut text, date.parse().unwrap());
            assert_eq!(text, date);
        }
    }
}
