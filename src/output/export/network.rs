//! Places and the ties between them, read from a store.

use std::collections::{BTreeMap, BTreeSet};

use oxigraph::sparql::QuerySolution;
use oxrdf::Term;

use super::members::{UNNAMED, statements};
use crate::output::error::OutputError;
use crate::query::Labels;
use crate::rdf::{canonical_tag, plain};
use crate::store::Store;
use crate::vocab::{pact, schema, skos};

const OF_PLACES: &str = "VALUES ?p { skos:prefLabel pact:level pact:sovereignState schema:latitude schema:longitude }";
const OF_TIES: &str = "VALUES ?p { pact:party pact:kind pact:status pact:since pact:until pact:attestedOn }";

/// A place, as far as maps and networks show it.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// Preferred names by language tag; without a tag under the empty text.
    pub names: BTreeMap<String, String>,
    pub level: Option<String>,
    pub state: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    /// How many ties it is a party of.
    pub ties: usize,
}

/// A tie. Documents may disagree, so every field but the parties may have several values.
#[derive(Debug, Default)]
pub(super) struct Tie {
    pub parties: BTreeSet<String>,
    pub fields: BTreeMap<&'static str, BTreeSet<String>>,
    /// The graphs that speak of it.
    pub graphs: BTreeSet<String>,
}

/// Everything, by IRI.
#[derive(Debug, Default)]
pub(super) struct Network {
    pub places: BTreeMap<String, Place>,
    pub ties: BTreeMap<String, Tie>,
}

impl Network {
    pub(super) fn read(store: &dyn Store) -> Result<Self, OutputError> {
        let mut network = Self::default();
        statements(store, "pact:TerritorialEntity", OF_PLACES, |solution| network.place(solution))?;
        statements(store, "pact:Tie", OF_TIES, |solution| network.tie(solution))?;
        for party in network.ties.values().flat_map(|tie| &tie.parties) {
            network.places.entry(party.clone()).or_default().ties += 1;
        }
        Ok(network)
    }

    fn place(&mut self, solution: &QuerySolution) {
        let Some((subject, predicate, object)) = statement(solution) else { return };
        let place = self.places.entry(subject).or_default();
        let text = text(object);
        match predicate.as_str() {
            p if p == skos::prefLabel.as_str() => {
                place.names.entry(tag(object)).or_insert(text);
            }
            p if p == pact::level.as_str() => place.level = Some(code(&text).to_owned()),
            p if p == pact::sovereignState.as_str() => place.state = Some(text),
            p if p == schema::latitude.as_str() => place.latitude = degrees(&text, 90.0),
            _ => place.longitude = degrees(&text, 180.0),
        }
    }

    fn tie(&mut self, solution: &QuerySolution) {
        let Some((subject, predicate, object)) = statement(solution) else { return };
        let tie = self.ties.entry(subject).or_default();
        tie.graphs.insert(solution.get("h").map_or_else(|| UNNAMED.to_owned(), text));
        if predicate == pact::party.as_str() {
            tie.parties.insert(text(object));
            return;
        }
        if let Some(field) = FIELDS.iter().find(|field| predicate.strip_prefix(pact::NS) == Some(field)) {
            tie.fields.entry(field).or_default().insert(code(&text(object)).to_owned());
        }
    }
}

/// The fields of a tie, as the vocabulary names them.
pub(super) const FIELDS: [&str; 5] = ["kind", "status", "since", "until", "attestedOn"];

impl Place {
    /// Its name in the language of `labels`, or the nearest that there is, else its IRI.
    pub(super) fn name<'a>(&'a self, iri: &'a str, labels: &Labels) -> &'a str {
        let nearest = self.names.iter().min_by_key(|(tag, name)| (labels.rank(tag, false), *name));
        nearest.map_or(iri, |(_, name)| name.as_str())
    }

    /// Longitude and latitude, in degrees.
    pub(super) fn position(&self) -> Option<[f64; 2]> {
        Some([self.longitude?, self.latitude?])
    }
}

fn statement(solution: &QuerySolution) -> Option<(String, String, &Term)> {
    Some((text(solution.get("s")?), text(solution.get("p")?), solution.get("o")?))
}

/// The text of a literal, the IRI of a node.
pub(super) fn text(term: &Term) -> String {
    plain(term.as_ref()).into_owned()
}

fn tag(term: &Term) -> String {
    match term {
        Term::Literal(literal) => literal.language().map(|tag| canonical_tag(tag).into_owned()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The last part of a code's IRI; any other text as it is.
fn code(text: &str) -> &str {
    let path = [crate::vocab::KIND, crate::vocab::CODE].iter().find_map(|namespace| text.strip_prefix(namespace));
    path.unwrap_or(text)
}

fn degrees(text: &str, bound: f64) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.abs() <= bound)
}
