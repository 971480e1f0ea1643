//! Search: things of the data by their names in any script, and places that the register knows.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use oxrdf::NamedNode;

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
use crate::query::Entity;
use crate::server::http::problem::Problem;
use crate::vocab::{self, pact};

/// Things whose name holds the words anywhere, as they are written or in another script's form; the shortest first, so that the
/// very name is never left out. It looks at every name.
const FOUND: &str = "SELECT DISTINCT ?thing ?class ?label WHERE {
  { ?thing skos:prefLabel ?label } UNION { ?thing skos:altLabel ?label } UNION { ?thing schema:headline ?label }
  FILTER($holds)
  ?thing a ?class
} ORDER BY STRLEN(STR(?label)) ?thing LIMIT $most";

/// The classes of things.
const CLASSES: &str = "SELECT DISTINCT ?thing ?class WHERE { VALUES ?thing { $things } ?thing a ?class }";

/// So many names are looked through without being asked: it takes a moment.
const FEW: usize = 60_000;
/// Names that hold the words and are looked up.
const MOST: usize = 400;
/// Things that are listed by the beginning of their names.
const LISTED: usize = 100;
/// The parameter that asks for names which hold the words anywhere.
const ANYWHERE: &str = "anywhere";
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
    let words = Words::new(&typed);
    let mut found = in_data(reading, view, &words)?;
    let (register, known) = in_register(reading, view, &typed, &found.hits)?;
    if found.by_beginning && found.hits.is_empty() && known.is_empty() && register.is_empty() {
        found = holding(reading, view, &words)?;
    }
    let data = &found.hits;
    let hits: Vec<&Hit> = data.iter().chain(&known).chain(&register).collect();
    // One that bears the very name, and nothing else that holds it.
    if let [one] = &hits[..]
        && one.exact
        && let Target::Here(address) = view.target(&one.iri)
    {
        return Ok(Page::elsewhere(address));
    }
    let mut names = Names::new(reading, view.labels);
    names.learn(hits.iter().map(|hit| hit.iri.as_str()))?;
    let title = match hits.len() {
        0 => fill(texts.search.nothing, &[&typed]),
        1 => fill(texts.search.result_one, &[&typed]),
        count => fill(texts.search.results, &[&count.to_string(), &typed]),
    };
    let in_data: Vec<&Hit> = known.iter().chain(data).collect();
    let main = html! {
        h1 { (title) }
        (layout::search_form(view))
        @if hits.is_empty() { section.notice { p { (texts.search.nothing_more) } } }
        @if !in_data.is_empty() {
            h2 { (texts.search.in_data) }
            ul.rows { @for hit in &in_data { (item(&names, view, hit)) } }
            @if found.is_part { p.quiet { (fill(texts.search.first_ones, &[&data.len().to_string()])) } }
        }
        @if found.by_beginning {
            p.quiet { (texts.search.beginnings) " " a href=(view.here_with(ANYWHERE, Some("1"))) { (texts.search.anywhere) } }
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

/// What was found in the data.
struct Found {
    hits: Vec<Hit>,
    /// Whether there is more.
    is_part: bool,
    /// Whether only the beginnings of names were looked at, which is the same work in data of any size.
    by_beginning: bool,
}

/// The words as names are compared with them.
struct Words {
    typed: String,
    lower: String,
    folded: String,
}

impl Words {
    fn new(typed: &str) -> Self {
        Self { typed: typed.to_owned(), lower: typed.to_lowercase(), folded: fold::fold(typed) }
    }

    /// Whether a name is nothing but these.
    fn are(&self, label: &Label) -> bool {
        label.text.to_lowercase() == self.lower || (!self.folded.is_empty() && fold::fold(&label.text) == self.folded)
    }
}

/// Things of the data, those that bear the very name first: by the beginning of their names where there are very many, unless
/// the reader asks for more.
fn in_data(reading: &Reading<'_>, view: &View, words: &Words) -> Result<Found, Problem> {
    if view.parameter(ANYWHERE).is_some() || reading.names().is_none_or(|names| names <= FEW) {
        return holding(reading, view, words);
    }
    let hits = beginning(reading, words)?;
    Ok(Found { is_part: hits.len() >= LISTED, hits, by_beginning: true })
}

/// Things whose names begin with the words.
fn beginning(reading: &Reading<'_>, words: &Words) -> Result<Vec<Hit>, Problem> {
    let found = reading.beginning(&words.typed, LISTED);
    let nodes: Vec<NamedNode> = found.iter().filter_map(|entity| NamedNode::new(&entity.iri).ok()).collect();
    if nodes.is_empty() {
        return Ok(Vec::new());
    }
    let rows = reading.ask(CLASSES, &[("things", Slot::Nodes(&nodes))])?;
    let mut classes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows.iter() {
        if let (Some(thing), Some(class)) = (row.iri("thing"), row.iri("class")) {
            classes.entry(thing).or_default().insert(class);
        }
    }
    let hit = |entity: Entity| {
        let class = most_telling(classes.get(entity.iri.as_str())?);
        let label = Label { text: entity.label, tag: entity.language };
        Some(Hit { exact: words.are(&label), iri: entity.iri, class, label })
    };
    let mut hits: Vec<Hit> = found.into_iter().filter_map(hit).collect();
    hits.sort_by_key(|hit| !hit.exact);
    Ok(hits)
}

/// Of the classes of a thing, one of ours, or else the first.
fn most_telling(classes: &BTreeSet<&str>) -> Option<String> {
    let class = classes.iter().find(|class| class.starts_with(pact::NS)).or(classes.first());
    class.map(|class| (*class).to_owned())
}

/// Things whose names hold the words anywhere.
fn holding(reading: &Reading<'_>, view: &View, words: &Words) -> Result<Found, Problem> {
    let rows =
        reading.ask(FOUND, &[("holds", Slot::Part(&reading.holds(&words.typed))), ("most", Slot::Number(MOST))])?;
    let is_part = rows.iter().count() >= MOST;
    let mut found: BTreeMap<&str, (Vec<Label>, BTreeSet<&str>)> = BTreeMap::new();
    for row in rows.iter() {
        if let (Some(thing), Some(class), Some(label)) = (row.iri("thing"), row.iri("class"), row.literal("label")) {
            let entry = found.entry(thing).or_default();
            entry.0.push(Label::of(label));
            entry.1.insert(class);
        }
    }
    let mut hits: Vec<Hit> = found
        .into_iter()
        .filter_map(|(thing, (labels, classes))| {
            let exact = labels.iter().any(|label| words.are(label));
            let fitting: Vec<&Label> = labels.iter().filter(|label| !exact || words.are(label)).collect();
            let label = best(view.labels, fitting)?.clone();
            Some(Hit { iri: thing.to_owned(), class: most_telling(&classes), label, exact })
        })
        .collect();
    hits.sort_by(|a, b| {
        (!a.exact, a.label.text.chars().count(), &a.iri).cmp(&(!b.exact, b.label.text.chars().count(), &b.iri))
    });
    Ok(Found { hits, is_part, by_beginning: false })
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
    let nodes: Vec<_> = hits.iter().filter_map(|hit| NamedNode::new(&hit.iri).ok()).collect();
    if nodes.is_empty() {
        return Ok((hits, Vec::new()));
    }
    let rows = reading.ask(CLASSES, &[("things", Slot::Nodes(&nodes))])?;
    let known: BTreeSet<&str> = rows.iris("thing").collect();
    Ok(hits.into_iter().partition(|hit| !known.contains(hit.iri.as_str())))
}
