//! Places side by side: their ties, their latest figures, the ties between them, the partners that they have in common.

mod side;

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use oxrdf::NamedNode;

use super::data::{Reading, Rows, Slot, put};
use super::labels::Names;
use super::layout::Page;
use super::literal;
use super::map::{self, Map, Spot};
use super::named;
use super::show;
use super::texts::fill;
use super::view::View;
use super::whereabouts::Whereabouts;
use crate::server::http::problem::Problem;
use side::{Latest, Side, Sort};

/// Places that are compared, at most.
const MOST: usize = 4;
/// The parameter that names one; it may stand several times.
const PLACE: &str = "place";
/// Common partners that are listed.
const LISTED: usize = 200;

/// Partners that two of the places have at least.
const COMMON: &str = "SELECT ?partner (COUNT(DISTINCT ?place) AS ?shared) WHERE {
  VALUES ?place { $places } ?tie a pact:Tie ; pact:party ?place, ?partner FILTER(?partner != ?place)
} GROUP BY ?partner HAVING(COUNT(DISTINCT ?place) > 1) ORDER BY DESC(?shared) ?partner LIMIT $most";

/// Ties of the places with some of their partners.
const TIES: &str = "SELECT ?place ?partner ?tie (MIN(STR(?since)) AS ?start) WHERE {
  VALUES ?place { $places } VALUES ?partner { $partners }
  ?tie a pact:Tie ; pact:party ?place, ?partner FILTER(?partner != ?place) OPTIONAL { ?tie pact:since ?since }
} GROUP BY ?place ?partner ?tie ORDER BY ?partner ?place ?tie";

/// What is compared.
struct Compared {
    sides: Vec<Side>,
    /// Ties with partners that several have, and between the places themselves.
    ties: Rows,
    /// Partners that several of the places have, those of most first.
    common: Vec<NamedNode>,
    /// Where they all are.
    places: Whereabouts,
}

/// The page: a form, and beside each other the places that the address names.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn page(reading: &Reading<'_>, view: &View) -> Result<Page, Problem> {
    let texts = &view.texts().compare;
    let asked: Vec<&str> = view.parameters(PLACE).take(MOST).collect();
    let (mut sides, mut unknown): (Vec<Side>, Vec<&str>) = (Vec::new(), Vec::new());
    for text in &asked {
        match meant(reading, view, text)? {
            Some(side) if sides.iter().any(|other| other.place == side.place) => {}
            Some(side) => sides.push(side),
            None => unknown.push(text),
        }
    }
    let compared = Compared::read(reading, sides)?;
    let mut names = Names::new(reading, view.labels);
    names.learn(compared.iris())?;
    let (query, main) = (compared.query(), compared.sections(&names, view));
    let formats = [("text/csv", "CSV", view.asking("/sparql", &[("query", &query), ("format", "csv")]))];
    let is_whole = compared.sides.len() > 1;
    let main = html! {
        h1 { (texts.title) }
        p.lead { (texts.lead) }
        (form(view, &names, &compared.sides, &unknown))
        @for text in &unknown { section.notice { p { (fill(texts.unknown, &[text])) } } }
        @if is_whole { (show::tools(view, &formats, &query)) (main) }
        @else if unknown.is_empty() { section.notice { p { (texts.prompt) } } }
    };
    let formats = if is_whole { formats.to_vec() } else { Vec::new() };
    Ok(Page { formats, ..Page::titled(texts.title, view, main) })
}

/// The place that a text means: by its id or IRI, by a name that the register knows, or by one that stands in the data.
fn meant(reading: &Reading<'_>, view: &View, text: &str) -> Result<Option<Side>, Problem> {
    let in_data = || {
        let found = reading.beginning(text, 1);
        found.into_iter().find(|entity| entity.label == text).and_then(|entity| NamedNode::new(entity.iri).ok())
    };
    for place in [named::place(reading, view, text), in_data()].into_iter().flatten() {
        let side = Side::read(reading, view, place)?;
        if side.is_known {
            return Ok(Some(side));
        }
    }
    Ok(None)
}

/// The form, with what was asked for; two fields at least, and one more as long as there may be more.
fn form(view: &View, names: &Names<'_>, sides: &[Side], unknown: &[&str]) -> Markup {
    let texts = &view.texts().compare;
    let known = sides.iter().map(|side| named::short(side.place.as_str(), &view.namespace, "id/place/"));
    let mut values: Vec<String> = known.chain(unknown.iter().map(|text| (*text).to_owned())).collect();
    values.resize((values.len() + 1).clamp(2, MOST), String::new());
    html! {
        form.filters method="get" action=(view.at("/compare")) aria-label=(texts.title) {
            @for (at, value) in values.iter().enumerate() {
                label {
                    span {
                        (fill(texts.place, &[&(at + 1).to_string()]))
                        @if let Some(side) = sides.get(at) { " · " (literal::label(&names.get(side.place.as_str()))) }
                    }
                    input type="text" name=(PLACE) value=(value) autocomplete="off" spellcheck="false";
                }
            }
            button type="submit" { (texts.show) }
        }
    }
}

impl Compared {
    fn read(reading: &Reading<'_>, sides: Vec<Side>) -> Result<Self, Problem> {
        let places: Vec<NamedNode> = sides.iter().map(|side| side.place.clone()).collect();
        if places.len() < 2 {
            return Ok(Self { sides, ties: Rows::default(), common: Vec::new(), places: Whereabouts::default() });
        }
        let slots = [("places", Slot::Nodes(&places)), ("most", Slot::Number(LISTED))];
        let common = reading.ask(COMMON, &slots)?;
        let common: Vec<NamedNode> = common
            .iris("partner")
            .filter_map(|iri| NamedNode::new(iri).ok())
            .filter(|iri| !places.contains(iri))
            .collect();
        let partners: Vec<NamedNode> = common.iter().chain(&places).cloned().collect();
        let ties = reading.ask(TIES, &[("places", Slot::Nodes(&places)), ("partners", Slot::Nodes(&partners))])?;
        let whereabouts = Whereabouts::read(reading, &partners)?;
        Ok(Self { sides, ties, common, places: whereabouts })
    }

    /// The query that gives the common partners.
    fn query(&self) -> String {
        let places: Vec<NamedNode> = self.sides.iter().map(|side| side.place.clone()).collect();
        put(COMMON, &[("places", Slot::Nodes(&places)), ("most", Slot::Number(LISTED))])
    }

    /// What they name, for its labels.
    fn iris(&self) -> impl Iterator<Item = &str> {
        let of_sides = self.sides.iter().flat_map(Side::iris);
        of_sides.chain(self.ties.iris("partner")).chain(self.ties.iris("tie")).chain(self.places.states())
    }

    fn sections(&self, names: &Names<'_>, view: &View) -> Markup {
        let texts = &view.texts().compare;
        html! {
            h2 { (texts.overview) }
            (self.overview(names, view))
            h2 { (texts.between) }
            (self.between(names, view))
            h2 { (texts.common) }
            @if self.common.is_empty() { p.quiet { (texts.no_common) } }
            @else { (self.map(names, view)) (self.shared(names, view)) }
        }
    }

    fn named(&self, names: &Names<'_>) -> Vec<String> {
        self.sides.iter().map(|side| names.get(side.place.as_str()).text).collect()
    }

    /// A row for each thing that is compared, a column for each place.
    fn overview(&self, names: &Names<'_>, view: &View) -> Markup {
        let (own, common) = (&view.texts().compare, &view.texts().common);
        let number = |number: u64| html! { (literal::grouped(&number.to_string())) };
        let date = |date: &Option<String>| html! { @match date { Some(date) => (literal::date(date)), None => "–" } };
        let code = |iri: Option<&str>| html! { @if let Some(iri) = iri { (show::link(names, view, iri)) } };
        let mut rows: Vec<Markup> = Vec::new();
        let mut add = |title: Markup, cell: &dyn Fn(&Side) -> Markup| {
            rows.push(html! { tr { th scope="row" { (title) } @for side in &self.sides { td { (cell(side)) } } } });
        };
        add(html! { (common.state) }, &|side| code(self.places.state(side.place.as_str())));
        add(html! { (common.level) }, &|side| code(side.level.as_deref()));
        add(html! { (own.partners) }, &|side| number(side.partners));
        add(html! { (own.partner_states) }, &|side| number(side.states));
        let kinds: BTreeSet<&String> = self.sides.iter().flat_map(|side| side.kinds.keys()).collect();
        for kind in kinds {
            add(show::tag(names, view, kind), &|side| number(side.kinds.get(kind).copied().unwrap_or(0)));
        }
        add(html! { (own.first) }, &|side| date(&side.first));
        add(html! { (own.latest) }, &|side| date(&side.latest));
        add(html! { (view.texts().site.agreements) }, &|side| number(side.agreements));
        add(html! { (view.texts().site.awards) }, &|side| number(side.awards));
        let sorts: BTreeSet<&Sort> = self.sides.iter().flat_map(|side| side.figures.keys()).collect();
        for sort in sorts {
            add(show::tag(names, view, &sort.0), &|side| latest(names, side.figures.get(sort)));
        }
        let heads = self.named(names);
        let heads: Vec<&str> = [common.name].into_iter().chain(heads.iter().map(String::as_str)).collect();
        show::table(own.overview, &heads, &rows)
    }

    /// Ties between the places themselves, each once.
    fn between(&self, names: &Names<'_>, view: &View) -> Markup {
        let is_side = |iri: &str| self.sides.iter().any(|side| side.place.as_str() == iri);
        let ties: BTreeMap<&str, Option<&str>> = self
            .ties
            .iter()
            .filter(|row| row.iri("partner").is_some_and(is_side))
            .filter_map(|row| Some((row.iri("tie")?, row.text("start"))))
            .collect();
        html! {
            @if ties.is_empty() { p.quiet { (view.texts().compare.no_between) } }
            @else {
                ul.rows {
                    @for (tie, start) in &ties {
                        li { (show::link(names, view, tie)) @if let Some(start) = start { " " small { (literal::date(start)) } } }
                    }
                }
            }
        }
    }

    /// The partners that several have: a row each, and in the column of each place when their tie began.
    fn shared(&self, names: &Names<'_>, view: &View) -> Markup {
        let texts = view.texts();
        let mut ties = BTreeMap::<_, Vec<_>>::new();
        for row in self.ties.iter() {
            if let (Some(partner), Some(place), Some(tie)) = (row.iri("partner"), row.iri("place"), row.iri("tie")) {
                ties.entry((partner, place)).or_default().push((tie, row.text("start")));
            }
        }
        let tie = |tie: &str, start: Option<&str>| {
            let name = start.unwrap_or(texts.common.tie).to_owned();
            html! { div { (show::named_link(view, tie, &super::labels::Label::own(name, view.language))) } }
        };
        let row = |partner: &NamedNode| {
            let partner = partner.as_str();
            html! {
                tr {
                    th scope="row" { (show::link(names, view, partner)) }
                    td { @if let Some(state) = self.places.state(partner) { (show::link(names, view, state)) } }
                    @for side in &self.sides {
                        td { @for (iri, start) in ties.get(&(partner, side.place.as_str())).into_iter().flatten() { (tie(iri, *start)) } }
                    }
                }
            }
        };
        let heads = self.named(names);
        let heads: Vec<&str> =
            [texts.common.partner, texts.common.state].into_iter().chain(heads.iter().map(String::as_str)).collect();
        show::table(texts.compare.common, &heads, &self.common.iter().map(row).collect::<Vec<_>>())
    }

    /// The places and their common partners.
    fn map(&self, names: &Names<'_>, view: &View) -> Markup {
        let (mut spots, mut known): (Vec<Spot>, BTreeMap<&str, usize>) = (Vec::new(), BTreeMap::new());
        for place in self.sides.iter().map(|side| &side.place).chain(&self.common) {
            if let Some(spot) = self.places.spot(names, place.as_str()) {
                known.insert(place.as_str(), spots.len());
                spots.push(spot);
            }
        }
        let arc = |place: &str, partner: &str| Some((*known.get(place)?, *known.get(partner)?));
        let arcs: BTreeSet<(usize, usize)> =
            self.ties.iter().filter_map(|row| arc(row.iri("place")?, row.iri("partner")?)).collect();
        let texts = view.texts();
        let map = Map { title: texts.compare.map, spots, arcs: arcs.into_iter().collect(), here: None };
        html! { @if map.spots.len() > 1 { (map::figure(&map, view, &html! { (texts.compare.map) })) } }
    }
}

/// The latest figures of a sort.
fn latest(names: &Names<'_>, latest: Option<&Latest>) -> Markup {
    html! {
        @match latest {
            None => "–",
            Some(Latest { date, values }) => {
                @for (at, (value, how)) in values.iter().enumerate() {
                    @if at > 0 { " / " }
                    (value) @if let Some(how) = how { " " small { (literal::label(&names.get(how))) } }
                }
                @if let Some(date) = date { " " small { "(" (literal::date(date)) ")" } }
            }
        }
    }
}
