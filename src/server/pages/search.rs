//! Search: things of the data by their names in any script, and places that the register knows.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::address::Target;
use super::data::{Reading, Slot};
use super::labels::{Label, Names, best};
use super::layout::{self, Page};
use super::literal;
use super::place::name_of;
use super::show;
use super::texts::fill;
use super::thing;
use super::view::View;
use crate::fold;
use crate::server::http::problem::Problem;
use crate::vocab::{self, pact};

/// Things whose name holds the words, as they are written or in another script's form; the shortest first, so that the very name
/// is never left out.
const FOUND: &str = "SELECT DISTINCT ?thing ?class ?label WHERE {
  { ?thing skos:prefLabel ?label } UNION { ?thing skos:altLabel ?label } UNION { ?thing schema:headline ?label }
  FILTER($holds)
  ?thing a ?class
} ORDER BY STRLEN(STR(?label)) ?thing LIMIT 400";

/// Places of the register that are offered.
const REGISTERED: usize = 12;
/// Characters of a search, at most.
const LONGEST: usize = 200;

/// Something found.
struct Hit {
    iri: String,
    class: Option<String>,
    label: Label,
    exact: bool,
}

/// What is found for the words in the address; where that is one thing that bears the very name, the way to it.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn page(reading: &Reading<'_>, view: &View) -> Result<Page, Problem> {
    let texts = view.texts();
    let typed: String = view.parameter("q").unwrap_or_default().chars().take(LONGEST).collect();
    if typed.is_empty() {
        let main = html! { h1 { (texts.search.title) } (layout::search_form(view)) p.quiet { (texts.search.prompt) } };
        return Ok(Page { has_search: true, ..Page::titled(texts.search.title, view, main) });
    }
    let data = in_data(reading, view, &typed)?;
    let (register, known) = in_register(reading, view, &typed, &data)?;
    let hits: Vec<&Hit> = data.iter().chain(&known).chain(&register).collect();
    // One that bears the very name, and nothing else that holds it.
    if let [one] = &hits[..]
        && one.exact
        && let Target::Here(address) = view.target(&one.iri)
    {
        return Ok(Page::elsewhere(address));
    }
    let mut names = Names::new(reading, view.language);
    names.learn(hits.iter().map(|hit| hit.iri.as_str()))?;
    let title = match hits.len() {
        0 => fill(texts.search.nothing, &[&typed]),
        1 => fill(texts.search.result_one, &[&typed]),
        count => fill(texts.search.results, &[&count.to_string(), &typed]),
    };
    let found: Vec<&Hit> = known.iter().chain(&data).collect();
    let main = html! {
        h1 { (title) }
        (layout::search_form(view))
        @if hits.is_empty() { section.notice { p { (texts.search.nothing_more) } } }
        @if !found.is_empty() {
            h2 { (texts.search.in_data) }
            ul.rows { @for hit in &found { (item(&names, view, hit)) } }
        }
        @if !register.is_empty() {
            h2 { (texts.search.in_register) }
            ul.rows { @for hit in &register { (item(&names, view, hit)) } }
        }
    };
    Ok(Page { has_search: true, ..Page::titled(title, view, main) })
}

fn item(names: &Names<'_>, view: &View, hit: &Hit) -> Markup {
    let name = names.get(&hit.iri);
    html! {
        li {
            (show::named_link(view, &hit.iri, &name)) " "
            @if let Some(class) = &hit.class { small { (thing::one_of(names, view, class)) } }
            @if hit.label.text != name.text { " " span.quiet { (literal::label(&hit.label)) } }
        }
    }
}

/// Things of the data, those that bear the very name first.
fn in_data(reading: &Reading<'_>, view: &View, typed: &str) -> Result<Vec<Hit>, Problem> {
    let (lower, folded) = (typed.to_lowercase(), fold::fold(typed));
    let rows = reading.ask(FOUND, &[("holds", Slot::Part(&reading.holds(typed)))])?;
    let mut found: BTreeMap<&str, (Vec<Label>, BTreeSet<&str>)> = BTreeMap::new();
    for row in rows.iter() {
        if let (Some(thing), Some(class), Some(label)) = (row.iri("thing"), row.iri("class"), row.literal("label")) {
            let entry = found.entry(thing).or_default();
            entry.0.push(Label::of(label));
            entry.1.insert(class);
        }
    }
    let is_exact =
        |label: &Label| label.text.to_lowercase() == lower || (!folded.is_empty() && fold::fold(&label.text) == folded);
    let mut hits: Vec<Hit> = found
        .into_iter()
        .filter_map(|(thing, (labels, classes))| {
            let exact = labels.iter().any(is_exact);
            let fitting: Vec<&Label> = labels.iter().filter(|label| !exact || is_exact(label)).collect();
            let label = best(view.language, fitting)?.clone();
            let class = classes.iter().find(|class| class.starts_with(pact::NS)).or(classes.first());
            Some(Hit { iri: thing.to_owned(), class: class.map(|class| (*class).to_owned()), label, exact })
        })
        .collect();
    hits.sort_by(|a, b| {
        (!a.exact, a.label.text.chars().count(), &a.iri).cmp(&(!b.exact, b.label.text.chars().count(), &b.iri))
    });
    Ok(hits)
}

/// Places that the register finds, less those already found: those that the data knows by another name, and the others.
fn in_register(
    reading: &Reading<'_>,
    view: &View,
    typed: &str,
    found: &[Hit],
) -> Result<(Vec<Hit>, Vec<Hit>), Problem> {
    let register = reading.register();
    let mut hits = Vec::new();
    for candidate in register.find(typed, REGISTERED) {
        let iri = format!("{}place/{}", vocab::ID, candidate.id);
        if found.iter().any(|hit| hit.iri == iri) {
            continue;
        }
        let Some(place) = register.get(&candidate.id) else { continue };
        let folded = fold::fold(typed);
        let bears = place.names.iter().any(|(_, name)| fold::fold(name) == folded);
        let above = place.state.as_ref().and_then(|state| register.get(state)).map(|state| name_of(view, &state));
        let label = above.unwrap_or_else(|| name_of(view, &place));
        hits.push(Hit { iri, class: None, label, exact: bears });
    }
    let nodes: Vec<_> = hits.iter().filter_map(|hit| oxrdf::NamedNode::new(&hit.iri).ok()).collect();
    if nodes.is_empty() {
        return Ok((hits, Vec::new()));
    }
    let rows = reading.ask(
        "SELECT DISTINCT ?thing WHERE { VALUES ?thing { $things } ?thing a ?class }",
        &[("things", Slot::Nodes(&nodes))],
    )?;
    let known: BTreeSet<&str> = rows.iris("thing").collect();
    Ok(hits.into_iter().partition(|hit| !known.contains(hit.iri.as_str())))
}
