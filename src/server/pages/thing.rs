//! The page of any thing: what is said of it and by whom, the words that this rests on, what refers to it.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use oxrdf::{NamedNode, Term};
use serde_json::json;

use super::data::{Reading, Row, Rows, Slot, put};
use super::document::Asserted;
use super::labels::{Label, Names};
use super::layout::{self, Page};
use super::literal;
use super::map::{self, Map, Spot};
use super::show::{self, Evidence};
use super::texts::fill;
use super::view::View;
use super::vocabulary::prefixed;
use super::whereabouts::Whereabouts;
use crate::server::http::problem::Problem;
use crate::vocab::{oa, pact, rdf, schema, skos};

/// Asks for what every graph says of a thing.
const FACTS: &str = "SELECT ?graph ?document ?property ?value WHERE {
  { SELECT DISTINCT ?property ?value WHERE { $thing ?property ?value } LIMIT 2000 }
  OPTIONAL {
    GRAPH ?graph { $thing ?property ?value }
    OPTIONAL { ?graph prov:wasDerivedFrom ?document }
  }
}";

/// Asks for the parts of a thing, which are named below it: signatures, offices, appeals, stops.
const PARTS: &str = "SELECT ?part ?property ?value WHERE {
  { $thing ?any ?part } UNION { ?part org:member $thing }
  FILTER(ISBLANK(?part) || STRSTARTS(STR(?part), CONCAT(STR($thing), '#')))
  ?part ?property ?value
} LIMIT 1000";

/// Asks for the words that things rest on.
const EVIDENCE: &str = "SELECT DISTINCT ?thing ?document ?language ?start ?quote WHERE {
  VALUES ?thing { $things }
  ?annotation oa:hasBody ?thing ; oa:hasTarget ?target .
  ?target oa:hasSource ?document ; oa:hasSelector ?words .
  ?words oa:exact ?quote .
  OPTIONAL { ?target oa:hasSelector ?position . ?position oa:start ?start }
  OPTIONAL { ?document schema:inLanguage ?language }
} ORDER BY ?document ?start LIMIT 2000";

/// Counts what refers to a thing, by how and as what.
const INCOMING: &str = "SELECT ?property ?class (COUNT(DISTINCT ?other) AS ?count) WHERE {
  ?other ?property $thing ; a ?class .
} GROUP BY ?property ?class ORDER BY ?property ?class";

/// Asks for some of what refers to a thing.
const REFERRING: &str =
    "SELECT DISTINCT ?other WHERE { ?other $property $thing ; a $class } ORDER BY ?other LIMIT $most";

/// Things of one sort that are listed; the rest is a query away.
const LISTED: usize = 24;

/// Properties that a page shows elsewhere, or not at all.
const ASIDE: [&str; 6] = ["pact:earliest", "pact:latest", "skos:prefLabel", "rdf:type", "oa:hasBody", "oa:hasSource"];

/// Properties that lead to the places of a map.
const ON_MAP: [&str; 5] =
    ["pact:party", "pact:recipient", "pact:forTieWith", "schema:location", "schema:observationAbout"];
/// Places of a map, at most, and as many as are joined with each other.
const SPOTS: usize = 400;
const JOINED: usize = 4;

/// Values of a property, each with the documents that give it.
type Values = Vec<(Term, BTreeSet<String>)>;

/// The page of a thing; none where nothing is known of it.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn page(reading: &Reading<'_>, view: &View, thing: &NamedNode) -> Result<Option<Page>, Problem> {
    let slots = [("thing", Slot::Node(thing))];
    let facts = reading.ask(FACTS, &slots)?;
    let incoming = incoming(reading, thing, &[])?;
    if facts.is_empty() && incoming.is_empty() {
        return Ok(None);
    }
    let parts = reading.ask(PARTS, &slots)?;
    let evidence = evidence(reading, std::slice::from_ref(thing))?;
    let asserted = Asserted::read(reading, view, thing)?;
    let on_map: Vec<NamedNode> = on_map(&facts).into_iter().filter_map(|iri| NamedNode::new(iri).ok()).collect();
    let places = Whereabouts::read(reading, &on_map)?;
    let mut names = Names::new(reading, view.labels);
    let iris = facts.iris("property").chain(facts.iris("value")).chain(facts.iris("document"));
    let of_parts = parts.iris("property").chain(parts.iris("value"));
    let referring = incoming.iter().flat_map(Group::iris);
    names.learn([thing.as_str()].into_iter().chain(iris).chain(of_parts).chain(referring))?;
    names.learn(evidence.keys().map(|(_, document)| document.as_str()).chain(asserted.iris()))?;
    names.tell_apart(&incoming.iter().map(|group| group.iris().collect()).collect::<Vec<Vec<&str>>>())?;
    let title = names.get(thing.as_str());
    let sorted = sorted(view, &facts);
    let formats = show::formats(view, &view.path);
    let main = html! {
        (classes(view, &facts))
        (layout::heading(&title))
        (show::tools(view, &formats, &put("SELECT ?graph ?property ?value WHERE { GRAPH ?graph { $thing ?property ?value } }", &slots)))
        @if sorted.is_empty() { p.quiet { (view.texts().thing.nothing_said) } }
        (facts_list(&names, view, &sorted))
        (map_of(&names, view, &title, &facts, &places))
        (parts_table(&names, view, &parts))
        (evidence_list(&names, view, &evidence))
        (asserted.section(&names, view, thing))
        (incoming_lists(&names, view, thing, &incoming))
    };
    let json_ld = json!({ "@context": "https://schema.org", "@id": thing.as_str(), "name": title.text });
    Ok(Some(Page { formats, json_ld: Some(json_ld), ..Page::new(title, main) }))
}

/// The places with which a thing has to do, for its map.
fn on_map(facts: &Rows) -> BTreeSet<&str> {
    let leads =
        |row: &Row<'_>| row.iri("property").is_some_and(|property| ON_MAP.contains(&prefixed(property).as_str()));
    facts.iter().filter(leads).filter_map(|row| row.iri("value")).take(SPOTS).collect()
}

/// A map of the places with which a thing has to do; those of a tie or an agreement of few are joined.
fn map_of(names: &Names<'_>, view: &View, title: &Label, facts: &Rows, places: &Whereabouts) -> Markup {
    let spots: Vec<Spot> = on_map(facts).into_iter().filter_map(|iri| places.spot(names, iri)).collect();
    let joined = if spots.len() <= JOINED { spots.len() } else { 0 };
    let arcs = (0..joined).flat_map(|from| (from + 1..joined).map(move |to| (from, to))).collect();
    html! {
        @if !spots.is_empty() {
            (map::figure(&Map { title: &title.text, spots, arcs, here: None }, view, &html! { (view.texts().thing.map) }))
        }
    }
}

/// The classes of a thing as the interface calls them.
fn classes(view: &View, facts: &Rows) -> Markup {
    let of_type = |row: &Row<'_>| row.iri("property") == Some(rdf::type_.as_str());
    let known: BTreeSet<&str> =
        facts.iter().filter(of_type).filter_map(|row| view.texts().class(&prefixed(row.iri("value")?))).collect();
    html! { p.crumbs { @for (at, name) in known.iter().enumerate() { @if at > 0 { " · " } (name) } } }
}

/// What is said of a thing by property, in the order in which the interface names them; others after them.
fn sorted<'r>(view: &View, facts: &'r Rows) -> Vec<(&'r str, Values)> {
    let mut by_property: BTreeMap<&str, BTreeMap<String, (Term, BTreeSet<String>)>> = BTreeMap::new();
    for row in facts.iter() {
        let (Some(property), Some(value)) = (row.iri("property"), row.term("value")) else { continue };
        if ASIDE.contains(&prefixed(property).as_str()) {
            continue;
        }
        let values = by_property.entry(property).or_default();
        let (_, documents) = values.entry(value.to_string()).or_insert_with(|| (value.clone(), BTreeSet::new()));
        documents.extend(row.iri("document").map(str::to_owned));
    }
    let order = |property: &str| {
        let name = prefixed(property);
        view.texts().properties.iter().position(|(known, _)| *known == name).unwrap_or(usize::MAX)
    };
    let mut sorted: Vec<_> =
        by_property.into_iter().map(|(property, values)| (property, values.into_values().collect())).collect();
    sorted.sort_by_key(|(property, _): &(&str, Values)| (order(property), *property));
    sorted
}

/// Properties with their values, each with its documents; one that says all of it is named once.
fn facts_list(names: &Names<'_>, view: &View, facts: &[(&str, Values)]) -> Markup {
    let all: BTreeSet<&BTreeSet<String>> =
        facts.iter().flat_map(|(_, values)| values).map(|(_, documents)| documents).collect();
    let common = all.first().filter(|documents| all.len() == 1 && !documents.is_empty());
    html! {
        @if !facts.is_empty() {
            h2 { (view.texts().thing.facts) }
            @if let Some(documents) = common { p.quiet { (view.texts().common.source) ":" (sources(names, view, documents)) } }
            dl.facts {
                @for (property, values) in facts {
                    dt { (show::property(names, view, property)) }
                    dd { ul.plain {
                        @for (value, documents) in values {
                            li {
                                (show::term(names, view, value))
                                @if common.is_none() { (sources(names, view, documents)) }
                            }
                        }
                    } }
                }
            }
        }
    }
}

/// The documents that say something, small.
pub fn sources(names: &Names<'_>, view: &View, documents: &BTreeSet<String>) -> Markup {
    html! {
        @for document in documents { " " small.source { (show::link(names, view, document)) } }
    }
}

/// Parts of a thing, a row each.
fn parts_table(names: &Names<'_>, view: &View, parts: &Rows) -> Markup {
    let mut by_part: BTreeMap<String, BTreeMap<&str, Vec<&Term>>> = BTreeMap::new();
    for row in parts.iter() {
        if let (Some(part), Some(property), Some(value)) = (row.term("part"), row.iri("property"), row.term("value")) {
            by_part.entry(part.to_string()).or_default().entry(property).or_default().push(value);
        }
    }
    html! {
        @for properties in by_part.values() {
            dl.facts.part {
                @for (property, values) in properties {
                    @if !ASIDE.contains(&prefixed(property).as_str()) && *property != rdf::type_.as_str() {
                        dt { (show::property(names, view, property)) }
                        dd { @for value in values { div { (show::term(names, view, value)) } } }
                    }
                }
            }
        }
    }
}

/// The words that things rest on.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn evidence(reading: &Reading<'_>, things: &[NamedNode]) -> Result<Evidence, Problem> {
    let mut evidence = Evidence::new();
    if things.is_empty() {
        return Ok(evidence);
    }
    let rows = reading.ask(EVIDENCE, &[("things", Slot::Nodes(things))])?;
    for row in rows.iter() {
        if let (Some(thing), Some(document), Some(quote)) = (row.iri("thing"), row.iri("document"), row.text("quote")) {
            let quotes = evidence.entry((thing.to_owned(), document.to_owned())).or_default();
            let quote = (quote.to_owned(), row.text("language").map(str::to_owned));
            if !quotes.contains(&quote) {
                quotes.push(quote);
            }
        }
    }
    Ok(evidence)
}

fn evidence_list(names: &Names<'_>, view: &View, evidence: &Evidence) -> Markup {
    html! {
        @if !evidence.is_empty() {
            h2 { (view.texts().thing.evidence) }
            ul.rows {
                @for ((_, document), quotes) in evidence {
                    li {
                        p { (show::link(names, view, document)) }
                        ul.plain { @for (exact, language) in quotes { li { (show::quote(exact, language.as_deref())) } } }
                    }
                }
            }
        }
    }
}

/// Things of one class that refer to another by one property.
pub struct Group {
    property: String,
    class: String,
    count: u64,
    things: Vec<String>,
}

impl Group {
    /// What it names, for its labels.
    pub fn iris(&self) -> impl Iterator<Item = &str> {
        self.things.iter().map(String::as_str)
    }
}

/// Classes of which nothing is shown: what they say stands elsewhere on the page.
fn is_aside(class: &str) -> bool {
    [oa::Annotation.as_str(), oa::SpecificResource.as_str(), schema::ListItem.as_str()].contains(&class)
}

/// Of the classes of one thing, the one that says most: ours rather than schema.org's.
fn says_more(class: &str, than: &str) -> bool {
    let weight = |class: &str| match class {
        class if class.starts_with(pact::NS) => 2,
        class if class == skos::Concept.as_str() => 0,
        _ => 1,
    };
    weight(class) > weight(than)
}

/// What refers to a thing, counted, and some of it, but for classes that the page `shows` elsewhere, by their prefixed names.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn incoming(reading: &Reading<'_>, thing: &NamedNode, shows: &[&str]) -> Result<Vec<Group>, Problem> {
    let rows = reading.ask(INCOMING, &[("thing", Slot::Node(thing))])?;
    let mut best: BTreeMap<(&str, u64), &str> = BTreeMap::new();
    for row in rows.iter() {
        let (Some(property), Some(class), Some(count)) = (row.iri("property"), row.iri("class"), row.number("count"))
        else {
            continue;
        };
        if is_aside(class) {
            continue;
        }
        // Classes that count the same are those of the same things.
        let kept = best.entry((property, count)).or_insert(class);
        if says_more(class, kept) {
            *kept = class;
        }
    }
    best.retain(|_, class| !shows.contains(&prefixed(class).as_str()));
    let mut groups = Vec::new();
    for ((property, count), class) in best {
        let (Ok(named), Ok(of)) = (NamedNode::new(property), NamedNode::new(class)) else { continue };
        let slots = [
            ("thing", Slot::Node(thing)),
            ("property", Slot::Node(&named)),
            ("class", Slot::Node(&of)),
            ("most", Slot::Number(LISTED)),
        ];
        let things = reading.ask(REFERRING, &slots)?.iris("other").map(str::to_owned).collect();
        groups.push(Group { property: property.to_owned(), class: class.to_owned(), count, things });
    }
    Ok(groups)
}

/// What refers to a thing, counted, then opened.
pub fn incoming_lists(names: &Names<'_>, view: &View, thing: &NamedNode, groups: &[Group]) -> Markup {
    let texts = view.texts();
    html! {
        @if !groups.is_empty() {
            h2 { (texts.thing.incoming) }
            @for group in groups {
                details open[groups.len() < 4 && group.things.len() < 12] {
                    summary {
                        (class_name(names, view, &group.class)) " · " (show::property(names, view, &group.property))
                        " (" (group.count) ")"
                    }
                    ul { @for other in &group.things { li { (show::link(names, view, other)) } } }
                    @if group.count > group.things.len() as u64 {
                        @let more = group.count - group.things.len() as u64;
                        p { a href=(view.query(&referring(thing, group))) { (fill(texts.thing.incoming_more, &[&more.to_string()])) } }
                    }
                }
            }
        }
    }
}

fn referring(thing: &NamedNode, group: &Group) -> String {
    format!("SELECT DISTINCT ?other WHERE {{ ?other <{}> {thing} ; a <{}> }}", group.property, group.class)
}

/// What things of a class are called.
pub fn class_name(names: &Names<'_>, view: &View, class: &str) -> Markup {
    let name = prefixed(class);
    match view.texts().classes.iter().find(|(known, ..)| *known == name) {
        Some((_, _, several)) => html! { (several) },
        None => show::link(names, view, class),
    }
}

/// The headline of a document, or another thing's name, for lists of sources.
pub fn short(label: &Label, most: usize) -> Label {
    if label.text.chars().count() <= most {
        return label.clone();
    }
    Label { text: label.text.chars().take(most).chain(['…']).collect(), tag: label.tag.clone() }
}

/// What one thing of a class is called.
pub fn one_of(names: &Names<'_>, view: &View, class: &str) -> Markup {
    match view.texts().class(&prefixed(class)) {
        Some(text) => html! { (text) },
        None => html! { (literal::label(&names.get(class))) },
    }
}
