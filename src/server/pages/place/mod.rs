//! The page of a place: its names, its partners with their documents and words, a map, figures over time, awards, events.

mod about;
mod as_of;
mod figures;
mod partners;
mod timeline;

use maud::{Markup, html};
use oxrdf::NamedNode;
use serde_json::json;

use super::data::{Reading, Slot, put};
use super::labels::{self, Label, Names, best};
use super::layout::{self, Page};
use super::map;
use super::named;
use super::show;
use super::texts::fill;
use super::thing;
use super::view::View;
use crate::place::Place;
use crate::server::http::problem::Problem;
use crate::vocab;
use about::About;
pub use as_of::PARAMETER as ON;
use figures::Figures;
pub use figures::{quantifier, value as figure_value};
use partners::Partners;
use timeline::Dated;

/// What "query this" asks, and what is taken as CSV.
pub const QUERY: &str = "SELECT ?partner ?kind ?since ?attested ?tie ?document WHERE {
  GRAPH ?graph {
    ?tie a pact:Tie ; pact:party $place, ?partner ; pact:kind ?kind .
    FILTER(?partner != $place)
    OPTIONAL { ?tie pact:since ?since }
    OPTIONAL { ?tie pact:attestedOn ?attested }
  }
  OPTIONAL { ?graph prov:wasDerivedFrom ?document }
} ORDER BY ?partner ?document";

/// Classes of what refers to a place that have a table of their own.
const SHOWN: [&str; 4] = ["pact:Tie", "pact:CountObservation", "pact:RankObservation", "pact:Target"];

/// The page of a place; none where the data says nothing of it.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn page(reading: &Reading<'_>, view: &View, place: &NamedNode) -> Result<Option<Page>, Problem> {
    let about = About::read(reading, place)?;
    let day = as_of::day(view)?;
    let partners = Partners::read(reading, view, place, day)?;
    let incoming = thing::incoming(reading, place, &SHOWN)?;
    let figures = Figures::read(reading, place, day)?;
    if about.is_empty() && partners.is_empty() && figures.is_empty() && incoming.is_empty() {
        return Ok(None);
    }
    let dated = timeline::read(reading, place)?;
    let mut names = Names::new(reading, view.labels);
    let own = [place.as_str()].into_iter().chain(about.iris()).chain(partners.iris());
    names.learn(own.chain(figures.iris()).chain(dated.iter().flat_map(Dated::iris)))?;
    names.learn(incoming.iter().flat_map(thing::Group::iris))?;
    names.tell_apart(&incoming.iter().map(|group| group.iris().collect()).collect::<Vec<Vec<&str>>>())?;
    let title = names.get(place.as_str());
    let query = put(QUERY, &[("place", Slot::Node(place))]);
    let mut formats = show::formats(view, &view.path);
    formats.insert(0, ("text/csv", "CSV", view.asking("/sparql", &[("query", &query), ("format", "csv")])));
    let main = html! {
        (about.crumbs(&names, view))
        (layout::heading(&title))
        (about.other_names(view, &title))
        (show::tools(view, &formats, &query))
        p { a href=(view.asking("/compare", &[("place", &named::short(place.as_str(), &view.namespace, "id/place/"))])) { (view.texts().compare.show) } }
        @if partners.is_empty() {
            @if figures.is_empty() && dated.is_empty() { (nothing_yet(view)) }
        } @else {
            (as_of::form(view, day))
            (partners.section(&names, view, place, &title))
        }
        (figures.section(&names, view, place))
        (timeline::section(&names, view, &dated))
        (about.section(&names, view))
        (thing::incoming_lists(&names, view, place, &incoming))
    };
    let json_ld = about.json_ld(place, &title);
    Ok(Some(Page { formats, json_ld: Some(json_ld), ..Page::new(title, main) }))
}

/// Said of a place of which no document tells.
fn nothing_yet(view: &View) -> Markup {
    let texts = &view.texts().place;
    html! {
        section.notice {
            h2 { (texts.no_facts) }
            p { (texts.no_facts_more) }
        }
    }
}

/// The page of a place that only the register knows.
pub fn registered(reading: &Reading<'_>, view: &View, place: &NamedNode) -> Option<Page> {
    let known = reading.register().get(place.as_str().strip_prefix(vocab::ID)?.strip_prefix("place/")?)?;
    let called: Vec<_> = known.names.iter().map(|(tag, name)| labels::named(tag, name)).collect();
    let title = best(view.labels, &called)?.clone();
    let above = reading.register().ancestors(&known.id);
    let about = About::of_register(&known);
    let main = html! {
        p.crumbs {
            @for (at, unit) in above.iter().enumerate() {
                @if at > 0 { " · " }
                (show::named_link(view, &format!("{}place/{}", vocab::ID, unit.id), &name_of(view, unit)))
            }
        }
        (layout::heading(&title))
        (about.other_names(view, &title))
        (nothing_yet(view))
        @if let Some(map) = alone(view, &known, &title) { (map) }
        (about.register_facts(view))
        h2 { (view.texts().place.search_again) }
        (layout::search_form(view))
    };
    let json_ld = json!({ "@context": "https://schema.org", "@type": "AdministrativeArea", "@id": place.as_str(), "name": title.text });
    Some(Page { json_ld: Some(json_ld), has_search: true, ..Page::new(title, main) })
}

/// What a place of the register is called.
pub fn name_of(view: &View, place: &Place) -> Label {
    let called: Vec<_> = place.names.iter().map(|(tag, name)| labels::named(tag, name)).collect();
    best(view.labels, &called).cloned().unwrap_or_else(|| Label::plain(&place.id))
}

/// A map of one place.
fn alone(view: &View, place: &Place, title: &Label) -> Option<Markup> {
    let spot = map::Spot { longitude: place.long?, latitude: place.lat?, label: title.clone() };
    let said = fill(view.texts().place.map, &[&title.text]);
    let map = map::Map { title: &said, spots: vec![spot], arcs: Vec::new(), here: Some(0) };
    Some(map::figure(&map, view, &html! {}))
}
