//! Place records as places of the register.

use std::collections::BTreeMap;

use crate::record::{self, OneOrMany, PlaceRef, Reference, Text};

use super::types::Place;

/// The places of the example articles, as people described them.
const CURATED: &str = include_str!("../../ontology/places.jsonl");

/// The curated places; a line that is no place record is left out (a test holds that there is none).
pub(crate) fn curated() -> impl Iterator<Item = Place> {
    CURATED.lines().filter_map(|line| from_json(line).ok())
}

/// A place from a line of JSON Lines.
pub(crate) fn from_json(line: &str) -> Result<Place, serde_json::Error> {
    serde_json::from_str::<record::Place>(line).map(Place::from)
}

impl From<record::Place> for Place {
    /// Names without a tag keep none; references by mention stay as names.
    fn from(record: record::Place) -> Self {
        Self::from_record(record, None)
    }
}

impl Place {
    /// A place from its record; `language` is the tag of names that have none (the language of the record's source).
    pub fn from_record(record: record::Place, language: Option<&str>) -> Self {
        Self {
            state: record.state.and_then(reference),
            within: record.within.and_then(reference),
            names: names(&record.names, language.unwrap_or_default()),
            lat: record.lat,
            long: record.long,
            codes: codes(record.codes),
            same_as: record.same_as.map_or_else(Vec::new, |OneOrMany(iris)| iris),
            different_from: record.different_from.map_or_else(Vec::new, |OneOrMany(iris)| iris),
            ..Self::new(record.id, record.level)
        }
    }
}

fn reference(reference: PlaceRef) -> Option<String> {
    match reference {
        Reference::Id(id) => Some(id),
        Reference::Inline(mention) => Some(mention.name),
    }
}

fn names(text: &Text, language: &str) -> Vec<(String, String)> {
    text.iter().map(|(tag, name, _)| (tag.unwrap_or(language).to_owned(), name.to_owned())).collect()
}

fn codes(codes: Option<record::Codes>) -> BTreeMap<String, String> {
    codes.iter().flat_map(record::Codes::each).map(|(scheme, code)| (scheme.to_owned(), code)).collect()
}
