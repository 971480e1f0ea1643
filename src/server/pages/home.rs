//! The home page: a search, a map of all ties, figures, anniversaries, awards; and for engineers where the data is.

use std::collections::{BTreeMap, HashMap};

use maud::{Markup, html};

use super::data::{Reading, Rows, Slot};
use super::labels::Names;
use super::layout::{self, Page};
use super::literal;
use super::map::{self, Map, Spot};
use super::show;
use super::texts::fill;
use super::view::View;
use crate::query::{NamedQuery, library};
use crate::record::Date;
use crate::server::http::problem::Problem;
use crate::validity::anniversary;

const FIGURES: &str = "SELECT ?ties ?places ?states ?awards ?documents ?last WHERE {
  { SELECT (COUNT(DISTINCT ?tie) AS ?ties) (COUNT(DISTINCT ?party) AS ?places) WHERE { ?tie a pact:Tie ; pact:party ?party } }
  { SELECT (COUNT(DISTINCT ?state) AS ?states) WHERE { ?tie a pact:Tie ; pact:party ?party . ?party pact:sovereignState ?state } }
  { SELECT (COUNT(DISTINCT ?conferral) AS ?awards) WHERE { ?conferral a pact:AwardConferral } }
  { SELECT (COUNT(DISTINCT ?document) AS ?documents) (MAX(COALESCE(STR(?published), '')) AS ?last) WHERE {
      ?document a schema:NewsArticle OPTIONAL { ?document schema:datePublished ?published } } }
}";

/// Ties whose round anniversaries fall into a year.
const ANNIVERSARIES: &str = "SELECT ?tie (MIN(STR(?since)) AS ?start) WHERE {
  ?tie a pact:Tie ; pact:since ?since FILTER(SUBSTR(STR(?since), 1, 4) IN ($years))
} GROUP BY ?tie ORDER BY ?start ?tie LIMIT $most";

const AWARDS: &str = "SELECT ?conferral ?award ?recipient (MAX(STR(?on)) AS ?day) WHERE {
  ?conferral a pact:AwardConferral ; pact:award ?award ; pact:recipient ?recipient ; pact:conferredOn ?on
} GROUP BY ?conferral ?award ?recipient ORDER BY DESC(?day) ?award ?conferral LIMIT $most";

/// Pairs of partners with their positions, for the map.
const ARCS: &str = "SELECT DISTINCT ?a ?b ?latitudeA ?longitudeA ?latitudeB ?longitudeB WHERE {
  ?tie a pact:Tie ; pact:party ?a, ?b FILTER(STR(?a) < STR(?b))
  ?a schema:latitude ?latitudeA ; schema:longitude ?longitudeA .
  ?b schema:latitude ?latitudeB ; schema:longitude ?longitudeB .
} LIMIT $most";

/// Anniversaries and awards that are shown.
const SHOWN: usize = 10;
/// Arcs that are drawn.
const ARCS_SHOWN: usize = 400;
/// Every so many years there is a round anniversary.
const ROUND: u16 = 5;
/// Questions of the library that are offered.
const QUESTIONS: [&str; 3] = ["falling-counts", "signatures", "anniversaries"];

/// The home page of a state.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn page(reading: &Reading<'_>, view: &View) -> Result<Page, Problem> {
    let texts = &view.texts().home;
    let figures = reading.ask(FIGURES, &[])?;
    let year: u16 = reading.today().get(..4).and_then(|year| year.parse().ok()).unwrap_or(1970);
    let anniversaries = anniversaries(reading, year)?;
    let awards = reading.ask(AWARDS, &[("most", Slot::Number(SHOWN))])?;
    let arcs = reading.ask(ARCS, &[("most", Slot::Number(ARCS_SHOWN))])?;
    let mut names = Names::new(reading, view.labels);
    let of_awards = ["award", "recipient"].into_iter().flat_map(|name| awards.iris(name));
    names.learn(
        anniversaries.iris("tie").chain(of_awards).chain(["a", "b"].into_iter().flat_map(|name| arcs.iris(name))),
    )?;
    let main = html! {
        h1 { (texts.title) }
        p.lead { (texts.lead) }
        section aria-label=(texts.search_title) { (layout::search_form(view)) }
        @if figures.count("ties") == 0 {
            section.notice { h2 { (texts.empty) } p { (texts.empty_more) } }
        } @else {
            (numbers(view, &figures))
            (arc_map(&names, view, &arcs))
            div.columns {
                section { h2 { (fill(texts.anniversaries, &[&year.to_string()])) } (celebrated(&names, view, &anniversaries, year)) }
                section { h2 { (texts.latest_awards) } (conferred(&names, view, &awards)) }
            }
        }
        (engineers(view))
    };
    Ok(Page { has_search: true, ..Page::titled(view.texts().site.name, view, main) })
}

fn anniversaries(reading: &Reading<'_>, year: u16) -> Result<Rows, Problem> {
    let years: Vec<String> = (1..=40).map(|times| format!("\"{}\"", year.saturating_sub(times * ROUND))).collect();
    let years = years.join(", ");
    reading.ask(ANNIVERSARIES, &[("years", Slot::Part(&years)), ("most", Slot::Number(SHOWN))])
}

fn numbers(view: &View, figures: &Rows) -> Markup {
    let texts = &view.texts().home;
    let last = figures.first().and_then(|row| row.text("last")).filter(|last| !last.is_empty());
    html! {
        ul.figures {
            @for (name, path, what) in [
                ("ties", "/ties", texts.ties), ("places", "/places", texts.cities), ("states", "/places", texts.states),
                ("awards", "/awards", texts.awards), ("documents", "/documents", texts.documents),
            ] {
                li { a href=(view.at(path)) { strong { (literal::grouped(&figures.count(name).to_string())) } span { (what) } } }
            }
            @if let Some(last) = last { li { strong { (literal::date(last)) } span { (texts.updated) } } }
        }
    }
}

/// The map of all ties, each pair one line.
fn arc_map(names: &Names<'_>, view: &View, rows: &Rows) -> Markup {
    let mut spots: Vec<Spot> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut arcs = Vec::new();
    // Rows come in any order, and the map is to be the same each time.
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_unstable_by_key(|row| (row.iri("a"), row.iri("b")));
    for row in rows {
        let mut spot = |name: &str, latitude: &str, longitude: &str| {
            let iri = row.iri(name)?;
            let (latitude, longitude) = (row.decimal(latitude)?, row.decimal(longitude)?);
            Some(*known.entry(iri).or_insert_with(|| {
                spots.push(Spot { longitude, latitude, label: names.get(iri) });
                spots.len() - 1
            }))
        };
        if let (Some(a), Some(b)) = (spot("a", "latitudeA", "longitudeA"), spot("b", "latitudeB", "longitudeB")) {
            arcs.push((a, b));
        }
    }
    let texts = &view.texts().home;
    let part = arcs.len() >= ARCS_SHOWN;
    let caption = html! {
    (texts.map_more) " "
    @if part { (fill(texts.map_part, &[&arcs.len().to_string()])) " " }
    a href=(view.at("/ties")) { (view.texts().site.ties) } };
    html! {
        @if !arcs.is_empty() { (map::figure(&Map { title: texts.map, spots, arcs, here: None }, view, &caption)) }
    }
}

fn celebrated(names: &Names<'_>, view: &View, rows: &Rows, year: u16) -> Markup {
    let texts = &view.texts().home;
    html! {
        @if rows.is_empty() { p.quiet { (texts.no_anniversaries) } }
        ul.rows {
            @for row in rows.iter() {
                @let (tie, start) = (row.iri("tie").unwrap_or_default(), row.text("start").unwrap_or_default());
                @let since = Date::in_rdf(start).and_then(|since| Some((since, anniversary(since, year)?)));
                @if let Some((since, on)) = since {
                    li {
                        strong { (fill(texts.years, &[&(year - since.year()).to_string()])) } " "
                        (show::link(names, view, tie)) " " small { (literal::date(&on.to_string())) }
                    }
                }
            }
        }
    }
}

fn conferred(names: &Names<'_>, view: &View, rows: &Rows) -> Markup {
    let mut by_award: BTreeMap<(&str, &str), Vec<(&str, &str)>> = BTreeMap::new();
    for row in rows.iter() {
        if let (Some(conferral), Some(award), Some(recipient), Some(day)) =
            (row.iri("conferral"), row.iri("award"), row.iri("recipient"), row.text("day"))
        {
            by_award.entry((day, award)).or_default().push((conferral, recipient));
        }
    }
    html! {
        ul.rows {
            @for ((day, award), conferrals) in by_award.iter().rev() {
                li {
                    (literal::date(day)) " " (show::link(names, view, award))
                    ul.inline {
                        @for (conferral, recipient) in conferrals { li { (show::named_link(view, conferral, &names.get(recipient))) } }
                    }
                }
            }
        }
        p { a href=(view.at("/awards")) { (view.texts().common.all) } }
    }
}

/// The address of an answer of the library, with examples of what must be given.
fn answered_at(view: &View, query: &NamedQuery) -> String {
    let own = [("format", "table"), ("lang", view.labels.tag())];
    let given = query.parameters.iter().filter_map(|one| Some((one.name.as_str(), one.example.as_deref()?)));
    view.asking(&format!("/queries/{}", query.name), &own.into_iter().chain(given).collect::<Vec<_>>())
}

/// Where programs find the data.
fn engineers(view: &View) -> Markup {
    let texts = view.texts();
    let questions = QUESTIONS.iter().filter_map(|name| library().iter().find(|query| query.name == *name));
    html! {
        section {
            h2 { (texts.home.engineers) }
            dl.facts {
                dt { (texts.home.endpoint) } dd { code { (view.root) "/sparql" } }
                dt { (texts.home.try_it) }
                dd { pre tabindex="0" { code { "curl " (view.root) "/sparql -H 'Accept: text/csv' \\\n  --data-urlencode 'query=SELECT * { ?tie a pact:Tie ; pact:party ?place } LIMIT 10'" } } }
                dt { (texts.home.dumps) } dd { a href=(view.at("/graphs")) type="application/trig" { "TriG" } }
                dt { (texts.home.void_dcat) } dd { a href=(view.at("/dataset")) { (texts.site.dataset) } }
                dt { (texts.home.vocabulary) } dd { a href=(view.at("/ontology")) { (texts.site.ontology) } span.quiet { " · " (texts.site.licence) } }
                dt { (texts.home.examples) }
                dd { ul.plain { @for query in questions {
                    li { a href=(answered_at(view, query)) { (texts.question(&query.name).unwrap_or(&query.title)) } }
                } } }
            }
        }
    }
}
