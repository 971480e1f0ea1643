//! The page of a code or a scheme of codes: its names in every language, its definition, what is above and below it, who uses it.

use std::collections::BTreeSet;

use maud::{Markup, html};
use oxrdf::NamedNode;

use super::data::{Reading, Slot, put};
use super::labels::{Label, Names, best};
use super::layout::{self, Page};
use super::literal;
use super::ontology;
use super::show;
use super::thing;
use super::view::View;
use super::vocabulary::{self, prefixed};
use crate::server::http::problem::Problem;
use crate::vocab::skos;

/// The page of a code; none where the vocabulary has none of that name.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn page(reading: &Reading<'_>, view: &View, code: &NamedNode) -> Result<Option<Page>, Problem> {
    let Some(entry) = vocabulary::entry(code.as_str()) else { return Ok(None) };
    let title = ontology::name(view, code.as_str(), entry);
    let incoming = thing::incoming(reading, code, &[])?;
    let mut names = Names::new(reading, view.labels);
    names.learn(incoming.iter().flat_map(thing::Group::iris))?;
    names.tell_apart(&incoming.iter().map(|group| group.iris().collect()).collect::<Vec<Vec<&str>>>())?;
    let texts = &view.texts().thing;
    let formats = show::formats(view, &view.path);
    let query = put("SELECT ?thing ?property WHERE { ?thing ?property $code }", &[("code", Slot::Node(code))]);
    let members = below(code.as_str(), skos::inScheme.as_str());
    let main = html! {
        p.crumbs {
            @for scheme in entry.iris(skos::inScheme.as_str()) { (linked(view, scheme)) }
        }
        (layout::heading(&title))
        p { code { (prefixed(code.as_str())) } }
        @for definition in entry.texts(skos::definition.as_str()) { p.lead { (literal::literal(definition)) } }
        (show::tools(view, &formats, &query))
        dl.facts {
            (names_of(view, &entry.labels))
            (group(view, texts.broader, entry.iris(skos::broader.as_str())))
            (group(view, texts.narrower, below(code.as_str(), skos::broader.as_str()).into_iter()))
        }
        @if !members.is_empty() {
            h2 { (texts.concepts) }
            ul.rows { @for member in members { li { (linked(view, member)) (definition(member)) } } }
        }
        (thing::incoming_lists(&names, view, code, &incoming))
    };
    Ok(Some(Page { formats, ..Page::new(title, main) }))
}

/// Codes that lead to another by a property, in the order of their addresses.
fn below(iri: &str, property: &str) -> Vec<&'static str> {
    let leads = |entry: &vocabulary::Entry| entry.iris(property).any(|other| other == iri);
    let mut found: Vec<&'static str> =
        vocabulary::entries().iter().filter(|(_, entry)| leads(entry)).map(|(iri, _)| iri.as_str()).collect();
    found.sort_unstable();
    found
}

fn linked(view: &View, iri: &str) -> Markup {
    let name = vocabulary::entry(iri).and_then(|entry| best(view.labels, &entry.labels)).cloned();
    show::named_link(view, iri, &name.unwrap_or_else(|| Label::plain(prefixed(iri))))
}

fn definition(iri: &str) -> Markup {
    let entry = vocabulary::entry(iri);
    html! {
        @for definition in entry.into_iter().flat_map(|entry| entry.texts(skos::definition.as_str())) {
            div.quiet { (literal::literal(definition)) }
        }
    }
}

fn names_of(view: &View, labels: &[Label]) -> Markup {
    let mut seen = BTreeSet::new();
    let labels = labels.iter().filter(|label| seen.insert((&label.tag, &label.text)));
    html! {
        dt { (view.texts().common.names) }
        dd { ul.inline { @for label in labels { li { (literal::label(label)) } } } }
    }
}

fn group<'i>(view: &View, title: &str, iris: impl Iterator<Item = &'i str>) -> Markup {
    let iris: Vec<&str> = iris.collect();
    html! {
        @if !iris.is_empty() {
            dt { (title) }
            dd { ul.inline { @for iri in iris { li { (linked(view, iri)) } } } }
        }
    }
}
