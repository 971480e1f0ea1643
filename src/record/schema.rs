//! The JSON Schema of records, generated from the types.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::RecordType;

/// Where the schema says it is published.
const ID: &str = "https://w3id.org/citypact/schema/record.json";

/// A CSV table of one of the flat types to begin with: a heading, the source of the rows, and rows that load as they are.
#[must_use]
pub const fn starter(record_type: RecordType) -> Option<&'static str> {
    match record_type {
        RecordType::Place => Some(include_str!("starters/place.csv")),
        RecordType::Tie => Some(include_str!("starters/tie.csv")),
        RecordType::Conferral => Some(include_str!("starters/conferral.csv")),
        RecordType::Count => Some(include_str!("starters/count.csv")),
        _ => None,
    }
}

/// The JSON Schema (draft 2020-12) of one record.
#[must_use]
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let references: Vec<_> = RecordType::ALL.iter().map(|known| (*known, known.subschema(&mut generator))).collect();
    let mut definitions = generator.take_definitions(true);
    let alternatives: Vec<Value> = references
        .into_iter()
        .map(|(known, reference)| {
            let name =
                reference.as_value()["$ref"].as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            if let Some(definition) = definitions.get_mut(name) {
                definition["properties"]["type"] = json!({ "const": known.as_str() });
            }
            let required: Vec<_> = ["type"].iter().chain(known.required_fields()).collect();
            json!({ "$ref": reference.as_value()["$ref"], "required": required })
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "citypact record",
        "description": "One extracted entity or fact. A .jsonl file holds one a line, a .json file a list of them.",
        "type": "object",
        "required": ["type"],
        "properties": { "type": { "enum": RecordType::ALL.iter().map(|known| known.as_str()).collect::<Vec<_>>() } },
        "oneOf": alternatives,
        "$defs": definitions,
    })
}
