//! Places that earlier runs described otherwise than the register, read back from a store: what is in a store goes before
//! the register, as a record of a run goes before both.

use std::collections::BTreeMap;

use oxrdf::{Literal, Term};
use percent_encoding::percent_decode_str;

use super::LoadError;
use crate::place::{Level, Place, Register};
use crate::rdf::canonical_tag;
use crate::store::{Store, select};
use crate::vocab;
use crate::vocab::BaseIri;

const DESCRIPTIONS: &str = "SELECT ?place ?level ?state ?within ?lat ?long WHERE { GRAPH graph:places {
  ?place a pact:TerritorialEntity ; pact:level ?level .
  OPTIONAL { ?place pact:sovereignState ?state } OPTIONAL { ?place schema:containedInPlace ?within }
  OPTIONAL { ?place schema:latitude ?lat ; schema:longitude ?long } } }";

/// The register with the places of a store over it that contradict it; `None` where none does.
///
/// # Errors
/// [`LoadError::Store`]
pub(super) fn over(store: &dyn Store, register: &Register, base: &BaseIri) -> Result<Option<Register>, LoadError> {
    if store.is_new()? || !store.has_graph(vocab::graph::places)? {
        return Ok(None);
    }
    let mut stored = differing(store, register, base)?;
    if stored.is_empty() {
        return Ok(None);
    }
    add_names(store, base, &mut stored)?;
    let mut register = register.clone();
    stored.into_values().for_each(|place| register.relay(place));
    Ok(Some(register))
}

/// The places of which nothing that the store says agrees with the register, by id.
fn differing(store: &dyn Store, register: &Register, base: &BaseIri) -> Result<BTreeMap<String, Place>, LoadError> {
    let mut agree: Vec<String> = Vec::new();
    let mut differ: BTreeMap<String, Place> = BTreeMap::new();
    select(store, DESCRIPTIONS, |row| {
        let id = |name| row.get(name).and_then(|term| place_id(term, base));
        let Some(id_of_row) = id("place") else { return };
        let (Some(known), Some(level)) = (register.get(&id_of_row), row.get("level").and_then(level)) else { return };
        let degrees = |name| row.get(name).and_then(number);
        let mut place = Place::new(&*id_of_row, level);
        place.state = id("state").filter(|state| *state != id_of_row);
        place.within = id("within");
        (place.lat, place.long) = (degrees("lat"), degrees("long"));
        match known.clone().merge(place.clone()) {
            Ok(()) => agree.push(id_of_row),
            Err(_) => drop(differ.entry(id_of_row).or_insert(place)),
        }
    })?;
    agree.iter().for_each(|id| drop(differ.remove(id)));
    Ok(differ)
}

fn add_names(store: &dyn Store, base: &BaseIri, places: &mut BTreeMap<String, Place>) -> Result<(), LoadError> {
    let iris: String = places.keys().map(|id| format!("<{}> ", base.path("place").segment(id).finish())).collect();
    for label in ["skos:prefLabel", "skos:altLabel"] {
        let names = format!(
            "SELECT ?place ?name WHERE {{ VALUES ?place {{ {iris}}} GRAPH graph:places {{ ?place {label} ?name }} }} \
             ORDER BY ?place STR(?name) LANG(?name)"
        );
        select(store, &names, |row| {
            let place = row.get("place").and_then(|term| place_id(term, base)).and_then(|id| places.get_mut(&id));
            if let (Some(place), Some(Term::Literal(name))) = (place, row.get("name")) {
                place.names.push((tag(name), name.value().to_owned()));
            }
        })?;
    }
    Ok(())
}

fn tag(name: &Literal) -> String {
    name.language().map(|tag| canonical_tag(tag).into_owned()).unwrap_or_default()
}

/// The id of a place of the data.
fn place_id(term: &Term, base: &BaseIri) -> Option<String> {
    let Term::NamedNode(node) = term else { return None };
    let key = node.as_str().strip_prefix(base.as_str())?.strip_prefix("place/")?;
    Some(percent_decode_str(key).decode_utf8().ok()?.into_owned())
}

fn level(term: &Term) -> Option<Level> {
    let Term::NamedNode(node) = term else { return None };
    let code = node.as_str().strip_prefix(vocab::CODE)?;
    Level::ALL.iter().copied().find(|level| level.as_str() == code)
}

fn number(term: &Term) -> Option<f64> {
    if let Term::Literal(literal) = term { literal.value().parse().ok() } else { None }
}
