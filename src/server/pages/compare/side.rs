//! What is known of each of the places that are compared.

use std::collections::BTreeMap;

use oxrdf::NamedNode;

use crate::server::http::problem::Problem;
use crate::server::pages::data::{Reading, Slot};
use crate::server::pages::place::{figure_value, quantifier};
use crate::server::pages::view::View;
use crate::server::pages::whereabouts::registered;

/// Ties of a place by kind.
const KINDS: &str =
    "SELECT ?kind (COUNT(DISTINCT ?tie) AS ?ties) (MIN(STR(?since)) AS ?first) (MAX(STR(?since)) AS ?latest) WHERE {
  ?tie a pact:Tie ; pact:party $place ; pact:kind ?kind OPTIONAL { ?tie pact:since ?since }
} GROUP BY ?kind";

const PARTNERS: &str = "SELECT (COUNT(DISTINCT ?partner) AS ?partners) (COUNT(DISTINCT ?state) AS ?states) WHERE {
  ?tie a pact:Tie ; pact:party $place, ?partner FILTER(?partner != $place)
  OPTIONAL { ?partner pact:sovereignState ?state }
}";

const LEVEL: &str = "SELECT (MIN(?level) AS ?one) WHERE { $place pact:level ?level }";

const COUNTS: &str = "SELECT ?awards ?agreements ?known WHERE {
  { SELECT (COUNT(DISTINCT ?conferral) AS ?awards) WHERE { ?conferral a pact:AwardConferral ; pact:recipient $place } }
  { SELECT (COUNT(DISTINCT ?agreement) AS ?agreements) WHERE { ?agreement a pact:Agreement ; pact:party $place } }
  { SELECT (COUNT(*) AS ?known) WHERE { $place a ?class } }
}";

/// Figures, the latest of each sort first; Virtuoso puts no more rows in order than these.
const FIGURES: &str = "SELECT DISTINCT ?class ?variable ?value ?rank ?quantifier ?asOf WHERE {
  VALUES ?class { pact:CountObservation pact:RankObservation }
  ?figure schema:observationAbout $place ; a ?class ; schema:variableMeasured ?variable .
  OPTIONAL { ?figure schema:value ?value }
  OPTIONAL { ?figure pact:rank ?rank }
  OPTIONAL { ?figure pact:quantifier ?quantifier }
  OPTIONAL { ?figure pact:asOf ?asOf }
  FILTER NOT EXISTS { ?figure pact:scope ?scope }
} ORDER BY ?variable DESC(STR(?asOf)) LIMIT 10000";

/// The variable of a figure, and its class: a count or a rank.
pub type Sort = (String, String);

/// The figures of one date: several where documents disagree.
#[derive(Debug, Default)]
pub struct Latest {
    /// The date, if it is told.
    pub date: Option<String>,
    /// What is said, and how exact it is, unless it is exact.
    pub values: Vec<(String, Option<String>)>,
}

/// One of the places.
#[derive(Debug)]
pub struct Side {
    /// The place.
    pub place: NamedNode,
    /// Its level.
    pub level: Option<String>,
    /// Ties by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Partners.
    pub partners: u64,
    /// States in which they lie.
    pub states: u64,
    /// The date of the first tie.
    pub first: Option<String>,
    /// The date of the latest.
    pub latest: Option<String>,
    /// Awards received.
    pub awards: u64,
    /// Agreements.
    pub agreements: u64,
    /// Its latest figures by their variable and class.
    pub figures: BTreeMap<Sort, Latest>,
    /// Whether the data or the register has it.
    pub is_known: bool,
}

impl Side {
    /// Reads it.
    ///
    /// # Errors
    /// Those of [`Reading::ask`].
    pub fn read(reading: &Reading<'_>, view: &View, place: NamedNode) -> Result<Self, Problem> {
        let slots = [("place", Slot::Node(&place))];
        let kinds = reading.ask(KINDS, &slots)?;
        let (level, counts) = (reading.ask(LEVEL, &slots)?, reading.ask(COUNTS, &slots)?);
        let partners = reading.ask(PARTNERS, &slots)?;
        let figures = figures(reading, view, &slots)?;
        let in_register = registered(reading, place.as_str()).is_some();
        let least = |name: &str| kinds.iter().filter_map(|row| row.text(name)).min().map(str::to_owned);
        let most = |name: &str| kinds.iter().filter_map(|row| row.text(name)).max().map(str::to_owned);
        Ok(Self {
            level: level.first().and_then(|row| row.iri("one").map(str::to_owned)),
            first: least("first"),
            latest: most("latest"),
            kinds: kinds.iter().filter_map(|row| Some((row.iri("kind")?.to_owned(), row.number("ties")?))).collect(),
            partners: partners.count("partners"),
            states: partners.count("states"),
            awards: counts.count("awards"),
            agreements: counts.count("agreements"),
            is_known: in_register || !kinds.is_empty() || counts.count("known") > 0,
            figures,
            place,
        })
    }

    /// What it names, for its labels.
    pub fn iris(&self) -> impl Iterator<Item = &str> {
        let quantifiers = self.figures.values().flat_map(|latest| &latest.values).filter_map(|(_, how)| how.as_ref());
        let variables = self.figures.keys().map(|(variable, _)| variable);
        let codes = self.kinds.keys().chain(variables).chain(quantifiers).map(String::as_str);
        [self.place.as_str()].into_iter().chain(self.level.as_deref()).chain(codes)
    }
}

/// The latest figures of each sort.
fn figures(reading: &Reading<'_>, view: &View, slots: &[(&str, Slot<'_>)]) -> Result<BTreeMap<Sort, Latest>, Problem> {
    let rows = reading.ask(FIGURES, slots)?;
    let mut figures: BTreeMap<Sort, Latest> = BTreeMap::new();
    for row in rows.iter() {
        let (Some(variable), Some(class)) = (row.iri("variable"), row.iri("class")) else { continue };
        let date = row.text("asOf").map(str::to_owned);
        let sort = (variable.to_owned(), class.to_owned());
        let latest = figures.entry(sort).or_insert_with(|| Latest { date: date.clone(), values: Vec::new() });
        let said = (figure_value(view, row), quantifier(row).map(str::to_owned));
        if latest.date == date && !latest.values.contains(&said) {
            latest.values.push(said);
        }
    }
    Ok(figures)
}
