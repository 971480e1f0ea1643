//! Lists: places, ties, agreements, awards, events, documents, by state, year and kind. The address is the state of the page,
//! and each list leads to the query that gives it.

pub mod kinds;
mod rows;

use std::collections::BTreeMap;

use maud::{Markup, html};
use oxrdf::NamedNode;

use super::data::{Reading, Slot, put};
use super::labels::Names;
use super::layout::Page;
use super::literal;
use super::named;
use super::show::{self, Part};
use super::texts::fill;
use super::view::View;
use crate::server::http::problem::Problem;
pub use kinds::List;

/// Entries of a page.
const ROWS: usize = 50;
/// Choices that a filter offers, at most: those that most entries have.
const CHOICES: usize = 300;

/// What a reader narrows a list to.
struct Filters {
    state: Option<NamedNode>,
    kind: Option<NamedNode>,
    year: Option<String>,
}

impl Filters {
    fn of(reading: &Reading<'_>, view: &View) -> Self {
        let year =
            view.parameter("year").filter(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()));
        Self {
            state: view.parameter("state").and_then(|state| named::place(reading, view, state)),
            kind: view.parameter("kind").and_then(|kind| named::node(view, kind, "kind/")),
            year: year.map(str::to_owned),
        }
    }

    const fn is_empty(&self) -> bool {
        self.state.is_none() && self.kind.is_none() && self.year.is_none()
    }
}

/// A page of a list.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn page(reading: &Reading<'_>, view: &View, list: &List) -> Result<Page, Problem> {
    let texts = view.texts();
    let filters = Filters::of(reading, view);
    let pattern = pattern(list, &filters);
    let count = reading.ask_text(&format!("SELECT (COUNT(DISTINCT ?thing) AS ?rows) WHERE {{ {pattern} }}"))?;
    let part = Part::of(view, ROWS, usize::try_from(count.count("rows")).unwrap_or(usize::MAX));
    let query = query(list, &pattern);
    let shown = reading.ask_text(&format!("{query} LIMIT {ROWS} OFFSET {}", part.offset()))?;
    let things: Vec<NamedNode> = shown.iris("thing").filter_map(|iri| NamedNode::new(iri).ok()).collect();
    let details = rows::Details::read(reading, list, &things)?;
    let choices = Choices::read(reading, list)?;
    let mut names = Names::new(reading, view.labels);
    names.learn(things.iter().map(NamedNode::as_str).chain(details.iris()).chain(choices.iris()))?;
    let title = (list.title)(texts);
    let rows: Vec<Markup> = things.iter().map(|thing| details.row(&names, view, list, thing)).collect();
    let formats = [("text/csv", "CSV", view.asking("/sparql", &[("query", &query), ("format", "csv")]))];
    let main = html! {
        h1 { (title) }
        p.quiet {
            @if part.all == 1 { (texts.list.row_one) } @else { (fill(texts.list.rows, &[&literal::grouped(&part.all.to_string())])) }
            " · " (texts.list.lead)
        }
        (choices.form(&names, view, &filters))
        (show::tools(view, &formats, &query))
        @if rows.is_empty() {
            section.notice { h2 { (texts.list.nothing) } @if !filters.is_empty() { p { (texts.list.nothing_more) } } }
        } @else {
            @if list.counts_ties() {
                form.chosen method="get" action=(view.at("/compare")) aria-label=(texts.compare.title) {
                    p { button.plain type="submit" { (texts.compare.chosen) } }
                    (show::table(title, &rows::heads(view, list), &rows))
                }
            } @else { (show::table(title, &rows::heads(view, list), &rows)) }
            (part.pager(view))
        }
    };
    Ok(Page { formats: formats.to_vec(), ..Page::titled(title, view, main) })
}

/// The query that gives a list: the latest first, or those with most ties.
fn query(list: &List, pattern: &str) -> String {
    match list.date {
        Some(date) => format!(
            "SELECT ?thing (MAX(STR(?date)) AS ?day) WHERE {{\n  {pattern}\n  OPTIONAL {{ ?thing {date} ?date }}\n}} \
             GROUP BY ?thing ORDER BY DESC(?day) ?thing"
        ),
        None => format!(
            "SELECT ?thing (COUNT(DISTINCT ?tie) AS ?ties) WHERE {{\n  {pattern}\n}} GROUP BY ?thing ORDER BY DESC(?ties) ?thing"
        ),
    }
}

/// What the entries of a narrowed list have in common, as a graph pattern of `?thing`.
fn pattern(list: &List, filters: &Filters) -> String {
    let mut pattern = list.pattern.to_owned();
    let mut add = |text: &str, slots: &[(&str, Slot<'_>)]| {
        pattern.push_str("\n  ");
        pattern.push_str(&put(text, slots));
    };
    if let (Some(state), Some(text)) = (&filters.state, list.state) {
        add(text, &[("state", Slot::Node(state))]);
    }
    if let (Some(kind), Some(text)) = (&filters.kind, list.kind) {
        add(text, &[("kind", Slot::Node(kind))]);
    }
    if let Some(year) = &filters.year {
        add(&list.in_year(), &[("year", Slot::Text(year))]);
    }
    pattern
}

/// What the filters of a list offer, with the number of entries of each.
struct Choices {
    states: Vec<(String, u64)>,
    kinds: Vec<(String, u64)>,
    years: Vec<(String, u64)>,
}

impl Choices {
    fn read(reading: &Reading<'_>, list: &List) -> Result<Self, Problem> {
        let counted = |text: Option<&str>, name: &str| -> Result<Vec<(String, u64)>, Problem> {
            let Some(text) = text else { return Ok(Vec::new()) };
            let variable = format!("?{name}");
            let query = format!(
                "SELECT {variable} (COUNT(DISTINCT ?thing) AS ?rows) WHERE {{ {} {} }} GROUP BY {variable} ORDER BY DESC(?rows) {variable} LIMIT {CHOICES}",
                list.pattern,
                put(text, &[(name, Slot::Part(&variable))])
            );
            let rows = reading.ask_text(&query)?;
            let value = |row: super::data::Row<'_>| row.iri(name).or_else(|| row.text(name)).map(str::to_owned);
            Ok(rows.iter().filter_map(|row| Some((value(row)?, row.number("rows")?))).collect())
        };
        let mut years = counted(Some(&list.years()), "year")?;
        years.retain(|(year, _)| year.len() == 4);
        years.sort_by(|a, b| b.0.cmp(&a.0));
        Ok(Self { states: counted(list.state, "state")?, kinds: counted(list.kind, "kind")?, years })
    }

    fn iris(&self) -> impl Iterator<Item = &str> {
        self.states.iter().chain(&self.kinds).map(|(iri, _)| iri.as_str())
    }

    /// The form that narrows the list.
    fn form(&self, names: &Names<'_>, view: &View, filters: &Filters) -> Markup {
        let texts = view.texts();
        let named = |choices: &[(String, u64)], below: &str| -> Vec<Choice> {
            let mut sorted: BTreeMap<(String, String), Choice> = BTreeMap::new();
            for (iri, count) in choices {
                let label = names.get(iri);
                let value = named::short(iri, &view.namespace, below);
                let choice =
                    Choice { value, text: label.text.clone(), tag: label.tag, iri: iri.clone(), count: *count };
                sorted.insert((label.text, iri.clone()), choice);
            }
            sorted.into_values().collect()
        };
        let years = self.years.iter().map(|(year, count)| Choice {
            value: year.clone(),
            text: year.clone(),
            tag: None,
            iri: year.clone(),
            count: *count,
        });
        let chosen = |node: &Option<NamedNode>| node.as_ref().map(|node| node.as_str().to_owned());
        html! {
            form.filters method="get" action=(view.at(&view.path)) aria-label=(texts.common.filter) {
                (select("state", texts.common.state, texts.list.any_state, &named(&self.states, "id/place/"), chosen(&filters.state).as_deref()))
                (select("kind", texts.common.kind, texts.list.any_kind, &named(&self.kinds, "kind/"), chosen(&filters.kind).as_deref()))
                (select("year", texts.common.year, texts.list.any_year, &years.collect::<Vec<_>>(), filters.year.as_deref()))
                button type="submit" { (texts.common.apply) }
                @if !filters.is_empty() { a href=(view.at(&view.path)) { (texts.common.clear) } }
            }
        }
    }
}

/// One of the values of a filter.
struct Choice {
    value: String,
    text: String,
    tag: Option<String>,
    iri: String,
    count: u64,
}

fn select(name: &str, label: &str, any: &str, choices: &[Choice], chosen: Option<&str>) -> Markup {
    html! {
        @if !choices.is_empty() {
            label {
                (label)
                select name=(name) {
                    option value="" { (any) }
                    @for choice in choices {
                        option value=(choice.value) lang=[choice.tag.as_deref()] selected[chosen == Some(choice.iri.as_str())] {
                            (choice.text) " (" (choice.count) ")"
                        }
                    }
                }
            }
        }
    }
}
