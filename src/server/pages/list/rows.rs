//! The rows of a list: what is shown of each of its entries.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use maud::{Markup, html};
use oxrdf::{NamedNode, Term};

use super::kinds::List;
use crate::server::http::problem::Problem;
use crate::server::pages::data::{Reading, Slot};
use crate::server::pages::labels::Names;
use crate::server::pages::literal;
use crate::server::pages::named;
use crate::server::pages::show;
use crate::server::pages::texts::fill;
use crate::server::pages::thing;
use crate::server::pages::view::View;
use crate::server::pages::vocabulary::prefixed;

/// What entries say, with the documents that say it.
const DETAILS: &str = "SELECT ?thing ?property ?value ?document WHERE {
  VALUES ?thing { $things }
  VALUES ?property { $properties }
  GRAPH ?graph { ?thing ?property ?value }
  OPTIONAL { ?graph prov:wasDerivedFrom ?document }
}";

const TIES: &str = "SELECT ?thing (COUNT(DISTINCT ?tie) AS ?ties) WHERE {
  VALUES ?thing { $things } ?tie a pact:Tie ; pact:party ?thing
} GROUP BY ?thing";

/// Values of an entry by property.
type Values = BTreeMap<String, Vec<Term>>;

/// What is shown of the entries on a page.
#[derive(Default)]
pub struct Details {
    values: HashMap<String, Values>,
    documents: HashMap<String, BTreeSet<String>>,
    ties: HashMap<String, u64>,
}

/// The titles of the columns.
pub fn heads(view: &View, list: &List) -> Vec<&'static str> {
    let texts = view.texts();
    let mut heads = vec![texts.common.name];
    heads.extend(list.columns.iter().map(|column| (column.title)(texts)));
    if list.counts_ties() {
        heads.push(texts.site.ties);
    } else if !is_documents(list) {
        heads.push(texts.common.source);
    }
    heads
}

/// Whether the entries are documents, which need no source beside them.
fn is_documents(list: &List) -> bool {
    list.columns.iter().any(|column| column.property == "schema:datePublished")
}

impl Details {
    /// Reads them.
    ///
    /// # Errors
    /// Those of [`Reading::ask`].
    pub fn read(reading: &Reading<'_>, list: &List, things: &[NamedNode]) -> Result<Self, Problem> {
        let mut details = Self::default();
        if things.is_empty() {
            return Ok(details);
        }
        let properties: Vec<&str> = list.columns.iter().map(|column| column.property).collect();
        let properties = properties.join(" ");
        let rows = reading.ask(DETAILS, &[("things", Slot::Nodes(things)), ("properties", Slot::Part(&properties))])?;
        for row in rows.iter() {
            let (Some(thing), Some(property), Some(value)) = (row.iri("thing"), row.iri("property"), row.term("value"))
            else {
                continue;
            };
            let values = details.values.entry(thing.to_owned()).or_default().entry(prefixed(property)).or_default();
            if !values.contains(value) {
                values.push(value.clone());
            }
            details.documents.entry(thing.to_owned()).or_default().extend(row.iri("document").map(str::to_owned));
        }
        if list.counts_ties() {
            let rows = reading.ask(TIES, &[("things", Slot::Nodes(things))])?;
            details.ties =
                rows.iter().filter_map(|row| Some((row.iri("thing")?.to_owned(), row.number("ties")?))).collect();
        }
        Ok(details)
    }

    /// What they name, for its labels.
    pub fn iris(&self) -> impl Iterator<Item = &str> {
        let values = self.values.values().flat_map(BTreeMap::values).flatten().filter_map(|term| match term {
            Term::NamedNode(node) => Some(node.as_str()),
            _ => None,
        });
        values.chain(self.documents.values().flatten().map(String::as_str))
    }

    /// The row of an entry.
    pub fn row(&self, names: &Names<'_>, view: &View, list: &List, entry: &NamedNode) -> Markup {
        let iri = entry.as_str();
        let documents = self.documents.get(iri);
        html! {
            tr {
                th scope="row" {
                    @if list.counts_ties() { (choice(names, view, iri)) " " }
                    (show::link(names, view, iri))
                }
                @for column in list.columns {
                    td { @for value in self.of(iri, column.property) { div { (value_of(names, view, column.property, value)) } } }
                }
                @if list.counts_ties() {
                    td.number { (literal::grouped(&self.ties.get(iri).copied().unwrap_or(0).to_string())) }
                } @else if !is_documents(list) {
                    td { @for document in documents.into_iter().flatten() {
                        div { (show::named_link(view, document, &thing::short(&names.get(document), 28))) }
                    } }
                }
            }
        }
    }

    fn of(&self, thing: &str, property: &str) -> &[Term] {
        self.values.get(thing).and_then(|values| values.get(property)).map_or(&[], Vec::as_slice)
    }
}

/// A box that chooses a place for comparing.
fn choice(names: &Names<'_>, view: &View, place: &str) -> Markup {
    let told = fill(view.texts().compare.choose, &[&names.get(place).text]);
    let value = named::short(place, &view.namespace, "id/place/");
    html! { input type="checkbox" name="place" value=(value) aria-label=(told); }
}

/// A value of a column; codes are tags.
fn value_of(names: &Names<'_>, view: &View, property: &str, value: &Term) -> Markup {
    match value {
        Term::NamedNode(node) if ["pact:kind", "pact:level", "pact:textCondition"].contains(&property) => {
            show::tag(names, view, node.as_str())
        }
        Term::Literal(text) if property == "schema:inLanguage" => html! { code { (text.value()) } },
        value => show::term(names, view, value),
    }
}
