//! The page of a named graph that is told of nowhere: how much stands in it, and of what.

use maud::html;
use oxrdf::NamedNode;

use super::data::{Reading, Slot, put};
use super::labels::{Label, Names};
use super::layout::{self, Page};
use super::literal;
use super::show::{self, Part};
use super::view::View;
use crate::server::http::problem::Problem;
use crate::vocab;

const COUNTS: &str = "SELECT ?rows ?things WHERE {
  { SELECT (COUNT(*) AS ?rows) WHERE { GRAPH $graph { ?subject ?property ?value } } }
  { SELECT (COUNT(DISTINCT ?thing) AS ?things) WHERE { GRAPH $graph { ?thing ?property ?value } FILTER(ISIRI(?thing)) } }
}";

const THINGS: &str = "SELECT DISTINCT ?thing WHERE {
  GRAPH $graph { ?thing ?property ?value } FILTER(ISIRI(?thing))
} ORDER BY ?thing LIMIT $most OFFSET $from";

/// Things on a page.
const LISTED: usize = 100;

/// The page of a graph; none where there is none of that name.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn page(reading: &Reading<'_>, view: &View, graph: &NamedNode) -> Result<Option<Page>, Problem> {
    let named = ("graph", Slot::Node(graph));
    let counts = reading.ask(COUNTS, &[named])?;
    let (quads, things) = (counts.count("rows"), counts.count("things"));
    if quads == 0 {
        return Ok(None);
    }
    let part = Part::of(view, LISTED, usize::try_from(things).unwrap_or(usize::MAX));
    let slots = [named, ("most", Slot::Number(LISTED)), ("from", Slot::Number(part.offset()))];
    let listed = reading.ask(THINGS, &slots)?;
    let mut names = Names::new(reading, view.labels);
    names.learn(listed.iris("thing"))?;
    let title = Label::plain(graph.as_str().strip_prefix(vocab::GRAPH).unwrap_or(graph.as_str()));
    let formats = show::formats(view, &view.path);
    let texts = view.texts();
    let main = html! {
        p.crumbs { a href=(view.at("/dataset")) { (texts.dataset.title) } " · " (texts.thing.graph) }
        (layout::heading(&title))
        p { code { (graph.as_str()) } }
        (show::tools(view, &formats, &put("SELECT ?thing ?property ?value WHERE { GRAPH $graph { ?thing ?property ?value } }", &[named])))
        ul.figures { li { strong { (literal::grouped(&quads.to_string())) } span { (texts.dataset.quads) } } }
        @if things > 0 {
            h2 { (texts.thing.told_of) }
            ul.rows { @for thing in listed.iris("thing") { li { (show::link(&names, view, thing)) } } }
            (part.pager(view))
        }
    };
    Ok(Some(Page { formats, ..Page::new(title, main) }))
}
