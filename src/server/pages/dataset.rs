//! What the data is: how much of what there is, from which documents, and what is lacking.

use maud::{Markup, html};

use super::data::{Reading, Rows};
use super::labels::Names;
use super::layout::Page;
use super::literal;
use super::show;
use super::thing;
use super::view::View;
use crate::server::http::problem::Problem;
use crate::vocab;

const QUADS: &str = "SELECT (COUNT(*) AS ?rows) WHERE { ?s ?p ?o }";
const CLASSES: &str = "SELECT ?class (COUNT(?thing) AS ?rows) WHERE { ?thing a ?class } GROUP BY ?class ORDER BY DESC(?rows) ?class LIMIT 100";
const GRAPHS: &str = "SELECT ?graph ?document ?rows WHERE {
  { SELECT ?graph (COUNT(*) AS ?rows) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph ORDER BY DESC(?rows) ?graph LIMIT 100 }
  OPTIONAL { ?graph prov:wasDerivedFrom ?document }
} ORDER BY DESC(?rows) ?graph";

/// What is lacking: a pattern of `?thing`, each by its own name among the texts.
const LACKING: [&str; 4] = [
    "?tie a pact:Tie ; pact:party ?thing FILTER NOT EXISTS { ?thing schema:latitude ?latitude }",
    "?thing a pact:Tie FILTER NOT EXISTS { ?thing pact:since ?since }",
    "?thing pact:unreconciled true",
    "?thing a pact:Tie FILTER NOT EXISTS { ?annotation oa:hasBody ?thing }",
];

/// The page.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn page(reading: &Reading<'_>, view: &View) -> Result<Page, Problem> {
    let texts = view.texts();
    let quads = reading.ask(QUADS, &[])?.count("rows");
    let (classes, graphs) = (reading.ask(CLASSES, &[])?, reading.ask(GRAPHS, &[])?);
    let mut lacking = Vec::new();
    for pattern in LACKING {
        let query = format!("SELECT (COUNT(DISTINCT ?thing) AS ?rows) WHERE {{ {pattern} }}");
        lacking.push((pattern, reading.ask_text(&query)?.count("rows")));
    }
    let mut names = Names::new(reading, view.labels);
    names.learn(classes.iris("class").chain(graphs.iris("document")))?;
    let formats = show::formats(view, "/dataset");
    let main = html! {
        h1 { (texts.dataset.title) }
        p.lead { (texts.dataset.lead) }
        ul.figures { li { strong { (literal::grouped(&quads.to_string())) } span { (texts.dataset.quads) } } }
        h2 { (texts.dataset.classes) }
        (show::table(texts.dataset.classes, &[texts.common.kind, texts.common.count], &class_rows(&names, view, &classes)))
        h2 { (texts.dataset.graphs) }
        (show::table(texts.dataset.graphs, &[texts.thing.graph, texts.common.document, texts.dataset.quads], &graph_rows(&names, view, &graphs)))
        h2 { (texts.dataset.quality) }
        (show::table(texts.dataset.quality, &[texts.dataset.quality, texts.common.count], &lacking_rows(view, &lacking)))
        h2 { (texts.dataset.use_it) }
        ul {
            li { a href=(view.at("/graphs")) type="application/trig" { (texts.dataset.dump) } }
            li { (texts.home.endpoint) ": " code { (view.root) "/sparql" } }
            li {
                (texts.dataset.as_rdf) ": "
                @for (media_type, name, address) in &formats { a href=(address) type=(media_type) { (name) } " " }
            }
        }
    };
    Ok(Page { formats, ..Page::titled(texts.dataset.title, view, main) })
}

fn count(number: u64) -> Markup {
    html! { td.number { (literal::grouped(&number.to_string())) } }
}

fn class_rows(names: &Names<'_>, view: &View, classes: &Rows) -> Vec<Markup> {
    let row = |row: super::data::Row<'_>| {
        let class = row.iri("class")?;
        let query = format!("SELECT ?thing WHERE {{ ?thing a <{class}> }} LIMIT 100");
        Some(html! {
            tr {
                th scope="row" { a href=(view.query(&query)) { (thing::one_of(names, view, class)) } " " code.quiet { (super::vocabulary::prefixed(class)) } }
                (count(row.number("rows").unwrap_or(0)))
            }
        })
    };
    // What has a name here first; the parts of quotations and their like after it.
    let is_aside = |row: &super::data::Row<'_>| {
        let class = row.iri("class").map(super::vocabulary::prefixed).unwrap_or_default();
        class.starts_with("oa:") || view.texts().class(&class).is_none()
    };
    let mut sorted: Vec<_> = classes.iter().collect();
    sorted.sort_by_key(is_aside);
    sorted.into_iter().filter_map(row).collect()
}

fn graph_rows(names: &Names<'_>, view: &View, graphs: &Rows) -> Vec<Markup> {
    let row = |row: super::data::Row<'_>| {
        let graph = row.iri("graph")?;
        let name = super::labels::Label::plain(graph.strip_prefix(vocab::GRAPH).unwrap_or(graph));
        Some(html! {
            tr {
                th scope="row" { (show::named_link(view, graph, &name)) }
                td { @if let Some(document) = row.iri("document") { (show::link(names, view, document)) } }
                (count(row.number("rows").unwrap_or(0)))
            }
        })
    };
    graphs.iter().filter_map(row).collect()
}

fn lacking_rows(view: &View, lacking: &[(&str, u64)]) -> Vec<Markup> {
    let texts = &view.texts().dataset;
    let titles = [texts.no_position, texts.no_start, texts.unreconciled, texts.without_quote];
    let row = |(title, (pattern, number)): (&str, &(&str, u64))| {
        let query = format!("SELECT DISTINCT ?thing WHERE {{ {pattern} }}");
        html! { tr { th scope="row" { a href=(view.query(&query)) { (title) } } (count(*number)) } }
    };
    titles.into_iter().zip(lacking).map(row).collect()
}
