//! The partners of a place: a row for each tie and document that states it, with a map of those on the page.

use std::collections::{BTreeSet, HashMap};

use maud::{Markup, html};
use oxrdf::NamedNode;

use super::as_of::AsOf;
use crate::record::Date;
use crate::server::http::problem::Problem;
use crate::server::pages::data::{Reading, Row, Rows, Slot};
use crate::server::pages::labels::{Label, Names};
use crate::server::pages::literal;
use crate::server::pages::map::{self, Map, Spot};
use crate::server::pages::show::{self, Evidence, Part};
use crate::server::pages::texts::fill;
use crate::server::pages::thing;
use crate::server::pages::view::View;
use crate::server::pages::whereabouts::Whereabouts;
use crate::validity::{Statement, Words};
use crate::vocab::code;

/// Rows of a page of the table.
const ROWS: usize = 100;

const COUNT: &str =
    "SELECT (COUNT(*) AS ?rows) (COUNT(DISTINCT ?partner) AS ?partners) (COUNT(DISTINCT ?graph) AS ?documents) WHERE {
  GRAPH ?graph { ?tie a pact:Tie ; pact:party $place, ?partner FILTER(?partner != $place) }
}";

/// The rows of a page first, then what is said of each: most of what a place with many ties has is on other pages.
const TIES: &str = "SELECT ?tie ?partner ?kind ?printed ?since ?until ?attested ?status ?modality ?document WHERE {
  { SELECT ?tie ?partner ?graph WHERE {
      GRAPH ?graph { ?tie a pact:Tie ; pact:party $place, ?partner FILTER(?partner != $place) }
    } ORDER BY ?partner ?tie ?graph LIMIT $most OFFSET $before }
  GRAPH ?graph {
    ?tie pact:kind ?kind .
    OPTIONAL { ?tie pact:kindAsPrinted ?printed }
    OPTIONAL { ?tie pact:since ?since }
    OPTIONAL { ?tie pact:until ?until }
    OPTIONAL { ?tie pact:attestedOn ?attested }
    OPTIONAL { ?tie pact:status ?status }
    OPTIONAL { ?tie pact:modality ?modality }
  }
  OPTIONAL { ?graph prov:wasDerivedFrom ?document }
} ORDER BY ?partner ?tie ?graph";

/// What any document states of the status of ties.
const STATED: &str = "SELECT ?tie (MIN(STR(?status)) AS ?told) WHERE {
  VALUES ?tie { $ties } GRAPH ?graph { ?tie pact:status ?status } FILTER(?graph != graph:inferred)
} GROUP BY ?tie";

/// The partners on a page.
pub struct Partners {
    rows: Rows,
    evidence: Evidence,
    /// The status of ties that some document states.
    stated: HashMap<String, String>,
    /// What holds on the day that the address names.
    as_of: Option<AsOf>,
    places: Whereabouts,
    part: Part,
    partners: u64,
    documents: u64,
}

impl Partners {
    /// Reads the part of them that the address asks for.
    ///
    /// # Errors
    /// Those of [`Reading::ask`].
    pub fn read(reading: &Reading<'_>, view: &View, place: &NamedNode, day: Option<Date>) -> Result<Self, Problem> {
        let counts = reading.ask(COUNT, &[("place", Slot::Node(place))])?;
        let all = usize::try_from(counts.count("rows")).unwrap_or(usize::MAX);
        let part = Part::of(view, ROWS, all);
        let slots =
            [("place", Slot::Node(place)), ("most", Slot::Number(ROWS)), ("before", Slot::Number(part.offset()))];
        let rows = reading.ask(TIES, &slots)?;
        let nodes = |name: &str| -> Vec<NamedNode> {
            let iris: BTreeSet<&str> = rows.iris(name).collect();
            iris.into_iter().filter_map(|iri| NamedNode::new(iri).ok()).collect()
        };
        let ties = nodes("tie");
        let evidence = thing::evidence(reading, &ties)?;
        let stated =
            if ties.is_empty() { Rows::default() } else { reading.ask(STATED, &[("ties", Slot::Nodes(&ties))])? };
        let stated =
            stated.iter().filter_map(|row| Some((row.iri("tie")?.to_owned(), row.text("told")?.to_owned()))).collect();
        let as_of = day.map(|day| AsOf::read(reading, day, &ties)).transpose()?;
        let mut asked = nodes("partner");
        asked.push(place.clone());
        let places = Whereabouts::read(reading, &asked)?;
        let (partners, documents) = (counts.count("partners"), counts.count("documents"));
        Ok(Self { rows, evidence, stated, as_of, places, part, partners, documents })
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.part.all == 0
    }

    /// What they name, for its labels.
    pub fn iris(&self) -> impl Iterator<Item = &str> {
        let columns = ["partner", "kind", "document", "status"].into_iter().flat_map(|name| self.rows.iris(name));
        columns
            .chain(self.places.states())
            .chain(self.stated.values().map(String::as_str))
            .chain([code::ended, code::intended, code::in_force, code::unknown].map(|code| code.as_str()))
    }

    /// The map and the table.
    pub fn section(&self, names: &Names<'_>, view: &View, place: &NamedNode, title: &Label) -> Markup {
        let texts = view.texts();
        let heads = [
            texts.common.partner,
            texts.common.state,
            texts.common.kind,
            texts.common.since,
            texts.common.status,
            texts.common.tie,
            texts.common.source,
            texts.common.quote,
        ];
        let rows: Vec<Markup> = self.rows.iter().filter_map(|row| self.row(names, view, row)).collect();
        let count = if self.partners == 1 {
            texts.place.partner_count_one.to_owned()
        } else {
            fill(
                texts.place.partner_count,
                &[&literal::grouped(&self.partners.to_string()), &self.documents.to_string()],
            )
        };
        html! {
            h2 #partners { (texts.place.partners) }
            p.quiet { (count) " · " (texts.place.copy_hint) }
            (self.map(names, view, place, title))
            (show::table(texts.place.partners, &heads, &rows))
            (self.part.pager(view))
        }
    }

    fn row(&self, names: &Names<'_>, view: &View, row: Row<'_>) -> Option<Markup> {
        let (tie, partner, kind) = (row.iri("tie")?, row.iri("partner")?, row.iri("kind")?);
        let document = row.iri("document");
        let state = self.places.state(partner);
        let quotes = document.and_then(|document| self.evidence.get(&(tie.to_owned(), document.to_owned())));
        Some(html! {
            tr {
                th scope="row" { (show::link(names, view, partner)) }
                td.name { @if let Some(state) = state { (show::link(names, view, state)) } }
                td {
                    (show::tag(names, view, kind))
                    @if let Some(printed) = row.literal("printed") { " " small { (literal::literal(printed)) } }
                }
                td.short { @if let Some(since) = row.text("since") { (literal::date(since)) } @else { span.quiet { "–" } } }
                (self.status_cell(names, view, row, tie))
                td.short { (show::named_link(view, tie, &Label::own(view.texts().common.tie, view.language))) }
                td.source {
                    @if let Some(document) = document { (show::named_link(view, document, &thing::short(&names.get(document), 28))) } }
                td.words {
                    @if let Some(quotes) = quotes { (show::quotes(view, quotes)) } }
            }
        })
    }

    /// The status of a tie as a document has it, or as it follows from what it and the others say, and why.
    fn status<'a>(&'a self, view: &View, row: Row<'a>, tie: &str) -> (&'a str, String) {
        let statement = Statement {
            stated: row.iri("status"),
            elsewhere: self.stated.get(tie).map(String::as_str),
            kind: row.iri("kind"),
            is_meant: row.iri("modality").is_some(),
            since: row.text("since"),
            until: row.text("until"),
            attested: row.text("attested"),
        };
        let (status, reason) = statement.status();
        (status, reason.text(Words::of(view.language.tag())))
    }

    fn status_cell(&self, names: &Names<'_>, view: &View, row: Row<'_>, tie: &str) -> Markup {
        if let Some(as_of) = &self.as_of {
            return as_of.cell(view, tie);
        }
        let (status, reason) = self.status(view, row, tie);
        html! { td.reason { (literal::label(&names.get(status))) " " small { (reason) } } }
    }

    fn map(&self, names: &Names<'_>, view: &View, place: &NamedNode, title: &Label) -> Markup {
        let spot = |iri: &str| self.places.spot(names, iri);
        let Some(here) = spot(place.as_str()) else { return html! {} };
        let partners: BTreeSet<&str> = self.rows.iris("partner").collect();
        let spots: Vec<Spot> = [here].into_iter().chain(partners.into_iter().filter_map(spot)).collect();
        let arcs = (1..spots.len()).map(|partner| (0, partner)).collect();
        let said = fill(view.texts().place.map, &[&title.text]);
        let texts = &view.texts().place;
        let caption = html! {
            (texts.map_table)
            @if self.part.all > ROWS { " " (texts.shown_part) }
        };
        map::figure(&Map { title: &said, spots, arcs, here: Some(0) }, view, &caption)
    }
}
