//! Figures about a place over time: what each document counted, ranked or aimed at, and where they disagree.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use oxrdf::NamedNode;

use crate::record::Date;
use crate::server::http::problem::Problem;
use crate::server::pages::data::{Reading, Row, Rows, Slot};
use crate::server::pages::labels::{Label, Names};
use crate::server::pages::literal;
use crate::server::pages::show;
use crate::server::pages::texts::fill;
use crate::server::pages::thing;
use crate::server::pages::view::View;
use crate::validity::{Certainty, figures_on};
use crate::vocab::{code, pact};

/// Asks for the figures of a place; Virtuoso puts no more rows in order than these.
const FIGURES: &str =
    "SELECT DISTINCT ?figure ?class ?variable ?value ?rank ?asOf ?due ?quantifier ?scope ?document ?assessment WHERE {
  VALUES ?class { pact:CountObservation pact:RankObservation pact:Target }
  GRAPH ?graph {
    ?figure schema:observationAbout $place ; a ?class ; schema:variableMeasured ?variable .
    OPTIONAL { ?figure schema:value ?value }
    OPTIONAL { ?figure pact:rank ?rank }
    OPTIONAL { ?figure pact:asOf ?asOf }
    OPTIONAL { ?figure pact:dueBy ?due }
    OPTIONAL { ?figure pact:quantifier ?quantifier }
    OPTIONAL { ?figure pact:scope ?scope }
  }
  OPTIONAL { ?graph prov:wasDerivedFrom ?document }
  OPTIONAL { ?assessment pact:assesses ?figure }
} ORDER BY ?variable ?scope STR(?asOf) STR(?due) ?figure LIMIT 10000";
/// Rows of the table.
const MOST: usize = 400;

/// The figures about a place.
pub struct Figures {
    rows: Rows,
    /// Those that another contradicts or a reviewer looked at.
    disputed: BTreeSet<String>,
    /// As of a day, those that were the latest known by then.
    current: Option<BTreeMap<String, Certainty>>,
}

impl Figures {
    /// Reads them.
    ///
    /// # Errors
    /// Those of [`Reading::ask`].
    pub fn read(reading: &Reading<'_>, place: &NamedNode, day: Option<Date>) -> Result<Self, Problem> {
        let rows = reading.ask(FIGURES, &[("place", Slot::Node(place))])?;
        let disputed = disputed(&rows);
        let current = day.map(|day| current(&rows, day));
        Ok(Self { rows, disputed, current })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What they name, for its labels.
    pub fn iris(&self) -> impl Iterator<Item = &str> {
        ["variable", "quantifier", "document"].into_iter().flat_map(|name| self.rows.iris(name))
    }

    /// A table of them; those in conflict lead to what is known of the conflict.
    pub fn section(&self, names: &Names<'_>, view: &View, place: &NamedNode) -> Markup {
        if self.is_empty() {
            return html! {};
        }
        let texts = view.texts();
        let heads = [
            texts.common.figure,
            texts.common.value,
            texts.common.as_of,
            texts.common.scope,
            texts.common.source,
            texts.site.review,
        ];
        let about = view.asking("/review", &[("about", place.as_str())]);
        let shown = self.all_shown();
        let rows: Vec<Markup> = shown.iter().take(MOST).map(|row| self.row(names, view, *row, &about)).collect();
        html! {
            h2 #figures { (texts.place.figures) }
            (show::table(texts.place.figures, &heads, &rows))
            @if shown.len() > MOST {
                p { a href=(view.query(&query(place))) { (fill(texts.thing.incoming_more, &[&(shown.len() - MOST).to_string()])) } }
            }
        }
    }

    /// The rows that count, each figure of a document once.
    fn all_shown(&self) -> Vec<Row<'_>> {
        let mut seen = BTreeSet::new();
        let counts = self.rows.iter().filter(|row| self.shown(*row).is_some());
        counts.filter(|row| seen.insert((row.iri("figure"), row.iri("document")))).collect()
    }

    /// What is said of a figure beside its date; none where it does not count on the day.
    fn shown(&self, row: Row<'_>) -> Option<Certainty> {
        match &self.current {
            None => Some(Certainty::Certainly),
            Some(current) => current.get(row.iri("figure")?).copied().filter(|currency| *currency != Certainty::Not),
        }
    }

    fn row(&self, names: &Names<'_>, view: &View, row: Row<'_>, about: &str) -> Markup {
        let variable = row.iri("variable").unwrap_or_default();
        let figure = row.iri("figure").unwrap_or_default();
        let document = row.iri("document");
        html! {
            tr {
                th scope="row" { (show::tag(names, view, variable)) }
                td.number { (show::named_link(view, figure, &Label::own(value(view, row), view.language)))
                    @if let Some(quantifier) = quantifier(row) { " " small { (literal::label(&names.get(quantifier))) } }
                }
                td data-current=[self.current.as_ref().and_then(|current| current.get(figure)).map(|currency| currency.as_str())] {
                    @if let Some(date) = row.text("asOf").or_else(|| row.text("due")) { (literal::date(date)) }
                    @if self.shown(row) == Some(Certainty::Possibly) { " " small { "(" (view.texts().place.perhaps_later) ")" } }
                }
                td { @if let Some(scope) = row.literal("scope") { (literal::literal(scope)) } }
                td.source {
                    @if let Some(document) = document { (show::named_link(view, document, &thing::short(&names.get(document), 28))) } }
                td { @if self.disputed.contains(figure) { a.tag.conflict href=(about) title=(view.texts().place.conflict) { (view.texts().place.conflict_short) } } }
            }
        }
    }
}

/// Asks for all figures about a place.
fn query(place: &NamedNode) -> String {
    format!(
        "SELECT ?figure ?variable ?value ?asOf WHERE {{\n  ?figure schema:observationAbout {place} ; schema:variableMeasured ?variable .\n  \
         OPTIONAL {{ ?figure schema:value ?value }}\n  OPTIONAL {{ ?figure pact:asOf ?asOf }}\n}} ORDER BY ?variable ?asOf"
    )
}

/// How exact a figure is, unless it is exact.
pub fn quantifier<'r>(row: Row<'r>) -> Option<&'r str> {
    row.iri("quantifier").filter(|quantifier| *quantifier != code::exact.as_str())
}

/// What a figure says: a number, a rank, an aim.
pub fn value(view: &View, row: Row<'_>) -> String {
    let texts = &view.texts().common;
    let number = |name: &str| row.text(name).map(literal::grouped);
    let is_target = row.iri("class") == Some(pact::Target.as_str());
    match (number("rank"), number("value")) {
        (Some(rank), _) => fill(texts.rank, &[&rank]),
        (None, Some(value)) if is_target => fill(texts.target, &[&value]),
        (None, Some(value)) => value,
        (None, None) => texts.unknown.to_owned(),
    }
}

/// Of the figures that have a date, whether each was the latest known of its thing on a day.
fn current(rows: &Rows, day: Date) -> BTreeMap<String, Certainty> {
    let mut groups: BTreeMap<[Option<&str>; 3], BTreeSet<(&str, &str)>> = BTreeMap::new();
    for row in rows.iter() {
        if let (Some(figure), Some(date)) = (row.iri("figure"), row.text("asOf")) {
            let key = [row.iri("class"), row.iri("variable"), row.text("scope")];
            groups.entry(key).or_default().insert((figure, date));
        }
    }
    let of_group = |group: BTreeSet<(&str, &str)>| {
        let dated = group.into_iter().filter_map(|(figure, date)| Some((figure.to_owned(), Date::in_rdf(date)?)));
        let (figures, dates): (Vec<String>, Vec<Date>) = dated.unzip();
        figures.into_iter().zip(figures_on(day, &dates)).collect::<Vec<_>>()
    };
    groups.into_values().flat_map(of_group).collect()
}

/// Figures that a reviewer assessed, and exact ones of one thing and date that differ.
fn disputed(rows: &Rows) -> BTreeSet<String> {
    let mut groups: BTreeMap<[Option<&str>; 4], BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    let mut disputed = BTreeSet::new();
    for row in rows.iter() {
        let Some(figure) = row.iri("figure") else { continue };
        if row.iri("assessment").is_some() {
            disputed.insert(figure.to_owned());
        }
        if quantifier(row).is_none()
            && let Some(value) = row.text("value").or_else(|| row.text("rank"))
        {
            let date = row.text("asOf").or_else(|| row.text("due"));
            let key = [row.iri("class"), row.iri("variable"), row.text("scope"), date];
            groups.entry(key).or_default().entry(value).or_default().push(figure);
        }
    }
    for values in groups.values().filter(|values| values.len() > 1) {
        disputed.extend(values.values().flatten().map(|figure| (*figure).to_owned()));
    }
    disputed
}
