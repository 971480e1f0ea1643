//! Pieces that pages have in common: links to things, terms, tables, pagers, quotes.

use std::collections::BTreeMap;

use maud::{Markup, html};
use oxrdf::Term;

use super::address::Target;
use super::labels::{Label, Names};
use super::literal;
use super::texts::fill;
use super::view::View;
use super::vocabulary::prefixed;

/// A link to a thing, with its name.
pub fn link(names: &Names<'_>, view: &View, iri: &str) -> Markup {
    named_link(view, iri, &names.get(iri))
}

/// A link to a thing, with a name that is at hand.
pub fn named_link(view: &View, iri: &str, name: &Label) -> Markup {
    match view.target(iri) {
        Target::Here(address) => html! { a href=(address) { (literal::label(name)) } },
        Target::Elsewhere(address) => {
            html! { a href=(address) rel="external noopener noreferrer" { (literal::label(name)) } }
        }
        Target::Nowhere => html! { code { (iri) } },
    }
}

/// A link to a code of the vocabulary, as a tag.
pub fn tag(names: &Names<'_>, view: &View, iri: &str) -> Markup {
    match view.target(iri) {
        Target::Here(address) => html! { a.tag href=(address) { (literal::label(&names.get(iri))) } },
        _ => html! { span.tag { (literal::label(&names.get(iri))) } },
    }
}

/// Any term: a link, a literal, or a sign that there is something without a name.
pub fn term(names: &Names<'_>, view: &View, term: &Term) -> Markup {
    match term {
        Term::NamedNode(node) => {
            let name = names.get(node.as_str());
            match view.target(node.as_str()) {
                // What is elsewhere is known by its address.
                Target::Elsewhere(_) => named_link(view, node.as_str(), &Label::plain(prefixed(node.as_str()))),
                _ => named_link(view, node.as_str(), &name),
            }
        }
        Term::Literal(value) => literal::literal(value),
        Term::BlankNode(_) => html! { span.quiet { "[ ]" } },
        other => html! { code { (other.to_string()) } },
    }
}

/// What a thing's property is called in the language of the page.
pub fn property(names: &Names<'_>, view: &View, iri: &str) -> Markup {
    match view.texts().property(&prefixed(iri)) {
        Some(text) => html! { (text) },
        None => html! { (literal::label(&names.get(iri))) },
    }
}

/// A table in a box of its own, which scrolls where the table is wider than the page.
pub fn table(caption: &str, heads: &[&str], rows: &[Markup]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(caption) {
            table {
                caption.hidden { (caption) }
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody { @for row in rows { (row) } }
            }
        }
    }
}

/// Words of a document, in its language; long ones unfold.
pub fn quote(exact: &str, language: Option<&str>) -> Markup {
    html! { q lang=(language.unwrap_or_default()) { (exact) } }
}

/// Several quotes: in sight where they are short, else folded.
pub fn quotes(view: &View, quotes: &[(String, Option<String>)]) -> Markup {
    const SHORT: usize = 90;
    let length: usize = quotes.iter().map(|(exact, _)| exact.chars().count()).sum();
    html! {
        @if length > SHORT {
            details {
                summary { (view.texts().common.quote) " (" (quotes.len()) ")" }
                @for (exact, language) in quotes { div { (quote(exact, language.as_deref())) } }
            }
        } @else {
            @for (exact, language) in quotes { (quote(exact, language.as_deref())) " " }
        }
    }
}

/// A part of a list: which entries are shown of how many.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The number of the page, from 1.
    pub page: usize,
    /// Entries a page.
    pub size: usize,
    /// Entries in all.
    pub all: usize,
}

impl Part {
    /// The part that the address asks for.
    pub fn of(view: &View, size: usize, all: usize) -> Self {
        let asked = view.parameter("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        Self { page: usize::clamp(asked, 1, all.div_ceil(size).max(1)), size, all }
    }

    /// Entries before it.
    pub const fn offset(self) -> usize {
        (self.page - 1) * self.size
    }

    /// The way to the pages before and after, where all do not fit on one.
    pub fn pager(self, view: &View) -> Markup {
        let texts = &view.texts().common;
        let last = self.all.div_ceil(self.size);
        let to = |page: usize| view.here_with("page", (page > 1).then(|| page.to_string()).as_deref());
        let number = |number: usize| literal::grouped(&number.to_string());
        let end = (self.offset() + self.size).min(self.all);
        html! {
            @if last > 1 {
                nav.pager aria-label=(fill(texts.page, &[&self.page.to_string()])) {
                    @if self.page > 1 { a rel="prev" href=(to(self.page - 1)) { "← " (texts.previous) } }
                    span { (fill(texts.of_rows, &[&number(self.offset() + 1), &number(end), &number(self.all)])) }
                    @if self.page < last { a rel="next" href=(to(self.page + 1)) { (texts.next) " →" } }
                }
            }
        }
    }
}

/// Links to the same in formats for programs, and to the query that gives it.
pub fn tools(view: &View, formats: &[(&'static str, &'static str, String)], query: &str) -> Markup {
    let texts = &view.texts().common;
    html! {
        div.tools {
            @if !formats.is_empty() { span.quiet { (texts.view_as) } }
            @for (media_type, name, address) in formats { a href=(address) type=(media_type) { (name) } }
            a href=(view.query(query)) { (texts.query_this) }
        }
    }
}

/// The formats in which the data of a thing may be taken, at its address.
pub fn formats(view: &View, path: &str) -> Vec<(&'static str, &'static str, String)> {
    [
        ("text/turtle", "Turtle", "turtle"),
        ("application/ld+json", "JSON-LD", "jsonld"),
        ("application/n-triples", "N-Triples", "ntriples"),
    ]
    .map(|(media_type, name, format)| (media_type, name, view.asking(path, &[("format", format)])))
    .to_vec()
}

/// Quotes by what they are evidence of and by document.
pub type Evidence = BTreeMap<(String, String), Vec<(String, Option<String>)>>;
