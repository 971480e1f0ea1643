//! The vocabulary: classes, properties and schemes of codes, with definitions, examples, and how often the data uses them.

use std::collections::HashMap;

use maud::{Markup, html};

use super::data::Reading;
use super::labels::{Label, best};
use super::layout::Page;
use super::literal;
use super::show;
use super::view::View;
use super::vocabulary::{self, Entry, prefixed};
use crate::server::http::problem::Problem;
use crate::vocab::{self, owl, rdfs, skos};

const CLASSES: &str = "SELECT (?class AS ?term) (COUNT(?thing) AS ?uses) WHERE { ?thing a ?class } GROUP BY ?class";
const PROPERTIES: &str =
    "SELECT (?property AS ?term) (COUNT(*) AS ?uses) WHERE { ?thing ?property ?value } GROUP BY ?property";

/// The page.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn page(reading: &Reading<'_>, view: &View) -> Result<Page, Problem> {
    let texts = &view.texts().ontology;
    let mut uses: HashMap<String, u64> = HashMap::new();
    for query in [CLASSES, PROPERTIES] {
        let rows = reading.ask(query, &[])?;
        uses.extend(rows.iter().filter_map(|row| Some((row.iri("term")?.to_owned(), row.number("uses")?))));
    }
    let formats = show::formats(view, "/ns");
    let main = html! {
        h1 { (texts.title) }
        p.lead { (texts.lead) }
        (show::tools(view, &formats, PROPERTIES))
        h2 { (texts.classes) }
        @for (iri, entry) in terms(&[owl::Class.as_str()]) { (term(view, iri, entry, &uses)) }
        h2 { (texts.properties) }
        @for (iri, entry) in terms(&[owl::ObjectProperty.as_str(), owl::DatatypeProperty.as_str()]) { (term(view, iri, entry, &uses)) }
        h2 { (texts.schemes) }
        ul.inline {
            @for (iri, entry) in schemes() {
                li { (show::named_link(view, iri, &name(view, iri, entry))) }
            }
        }
    };
    Ok(Page { formats, ..Page::titled(texts.title, view, main) })
}

/// Terms of ours that are of one of these classes, by name.
fn terms(classes: &[&str]) -> Vec<(&'static str, &'static Entry)> {
    let ours = vocabulary::entries().iter().filter(|(iri, _)| iri.starts_with(vocab::NS));
    let mut terms: Vec<_> = ours
        .filter(|(_, entry)| classes.iter().any(|class| entry.is_a(class)))
        .map(|(iri, entry)| (iri.as_str(), entry))
        .collect();
    terms.sort_unstable_by_key(|(iri, _)| *iri);
    terms
}

/// Schemes of codes, by address.
fn schemes() -> Vec<(&'static str, &'static Entry)> {
    let mut schemes: Vec<_> = vocabulary::entries()
        .iter()
        .filter(|(_, entry)| entry.is_a(skos::ConceptScheme.as_str()))
        .map(|(iri, entry)| (iri.as_str(), entry))
        .collect();
    schemes.sort_unstable_by_key(|(iri, _)| *iri);
    schemes
}

/// What a term is called.
pub fn name(view: &View, iri: &str, entry: &Entry) -> Label {
    best(view.labels, &entry.labels).cloned().unwrap_or_else(|| Label::plain(prefixed(iri)))
}

fn term(view: &View, iri: &str, entry: &Entry, uses: &HashMap<String, u64>) -> Markup {
    let texts = view.texts();
    let short = prefixed(iri);
    let called = texts.class(&short).or_else(|| texts.property(&short)).map(|text| Label::own(text, view.language));
    let count = uses.get(iri).copied().unwrap_or(0);
    html! {
        article.term id=(iri.trim_start_matches(vocab::NS)) {
            h3 { code { (short) } " " (literal::label(&called.unwrap_or_else(|| name(view, iri, entry)))) }
            @for definition in entry.texts(skos::definition.as_str()) { p { (literal::literal(definition)) } }
            dl.facts {
                (links(view, texts.ontology.sub_of, entry, &[rdfs::subClassOf.as_str(), rdfs::subPropertyOf.as_str()]))
                (links(view, texts.ontology.domain, entry, &[rdfs::domain.as_str()]))
                (links(view, texts.ontology.range, entry, &[rdfs::range.as_str()]))
                dt { (texts.ontology.uses) } dd.number { (literal::grouped(&count.to_string())) }
                @for example in entry.texts(skos::example.as_str()) {
                    dt { (texts.ontology.example) } dd { pre tabindex="0" { code { (example.value()) } } }
                }
            }
        }
    }
}

fn links(view: &View, title: &str, entry: &Entry, properties: &[&str]) -> Markup {
    let iris: Vec<&str> = properties.iter().flat_map(|property| entry.iris(property)).collect();
    html! {
        @if !iris.is_empty() {
            dt { (title) }
            dd { @for iri in iris { div { (show::named_link(view, iri, &Label::plain(prefixed(iri)))) } } }
        }
    }
}
