//! What a document asserts: everything in its graph, each with the words that it rests on.

use std::collections::BTreeMap;

use maud::{Markup, html};
use oxrdf::NamedNode;

use super::data::{Reading, Slot};
use super::labels::Names;
use super::show::{self, Evidence, Part};
use super::texts::fill;
use super::thing;
use super::view::View;
use super::vocabulary::prefixed;
use crate::server::http::problem::Problem;

/// Things of a page.
const ROWS: usize = 100;

const COUNT: &str = "SELECT (COUNT(DISTINCT ?thing) AS ?rows) WHERE {
  ?graph prov:wasDerivedFrom $document . GRAPH ?graph { ?thing a ?class } FILTER(ISIRI(?thing))
}";

const ASSERTED: &str = "SELECT ?thing (MAX(STR(?kind)) AS ?class) WHERE {
  ?graph prov:wasDerivedFrom $document . GRAPH ?graph { ?thing a ?kind } FILTER(ISIRI(?thing))
} GROUP BY ?thing ORDER BY ?class ?thing LIMIT $most OFFSET $before";

/// What a document asserts, as far as it is on the page.
pub struct Asserted {
    things: Vec<(String, String)>,
    evidence: Evidence,
    part: Part,
}

impl Asserted {
    /// Reads the part that the address asks for; nothing where the thing is no document.
    ///
    /// # Errors
    /// Those of [`Reading::ask`].
    pub fn read(reading: &Reading<'_>, view: &View, document: &NamedNode) -> Result<Self, Problem> {
        let slots = [("document", Slot::Node(document))];
        let all = usize::try_from(reading.ask(COUNT, &slots)?.count("rows")).unwrap_or(usize::MAX);
        let part = Part::of(view, ROWS, all);
        if all == 0 {
            return Ok(Self { things: Vec::new(), evidence: Evidence::new(), part });
        }
        let slots = [slots[0], ("most", Slot::Number(ROWS)), ("before", Slot::Number(part.offset()))];
        let rows = reading.ask(ASSERTED, &slots)?;
        let things: Vec<_> =
            rows.iter().filter_map(|row| Some((row.iri("thing")?.to_owned(), row.text("class")?.to_owned()))).collect();
        let nodes: Vec<NamedNode> = things.iter().filter_map(|(thing, _)| NamedNode::new(thing).ok()).collect();
        let mut evidence = thing::evidence(reading, &nodes)?;
        evidence.retain(|(_, of), _| of == document.as_str());
        Ok(Self { things, evidence, part })
    }

    /// What it names, for its labels.
    pub fn iris(&self) -> impl Iterator<Item = &str> {
        self.things.iter().flat_map(|(thing, class)| [thing.as_str(), class.as_str()])
    }

    /// The list, by class.
    pub fn section(&self, names: &Names<'_>, view: &View, document: &NamedNode) -> Markup {
        let texts = view.texts();
        // In the order in which the interface names classes: ties first.
        let order = |class: &str| texts.classes.iter().position(|(known, ..)| *known == prefixed(class));
        let mut by_class: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
        for (thing, class) in &self.things {
            by_class.entry((order(class).unwrap_or(usize::MAX), class)).or_default().push(thing);
        }
        html! {
            @if self.part.all > 0 {
                h2 #asserted { (texts.thing.asserted) }
                p.quiet { (fill(texts.thing.facts_asserted, &[&self.part.all.to_string()])) }
                @for ((_, class), things) in by_class {
                    h3 { (thing::class_name(names, view, class)) }
                    (show::table(
                        &class_title(view, class),
                        &[texts.common.name, texts.common.quote],
                        &things.iter().map(|thing| self.row(names, view, thing, document)).collect::<Vec<_>>(),
                    ))
                }
                (self.part.pager(view))
            }
        }
    }

    fn row(&self, names: &Names<'_>, view: &View, thing: &str, document: &NamedNode) -> Markup {
        let quotes = self.evidence.get(&(thing.to_owned(), document.as_str().to_owned()));
        html! {
            tr {
                th scope="row" { (show::link(names, view, thing)) }
                td.words {
                    @for (exact, language) in quotes.into_iter().flatten() { div { (show::quote(exact, language.as_deref())) } } }
            }
        }
    }
}

/// What a table of things of a class is called.
fn class_title(view: &View, class: &str) -> String {
    let class = prefixed(class);
    format!("{}: {}", view.texts().thing.asserted, view.texts().class(&class).unwrap_or(&class))
}
