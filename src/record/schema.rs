//! The JSON Schema of records, generated from the types.

use std::collections::HashMap;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::RecordType;
use super::labels::{Family, meaning};
use crate::ontology;

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

/// What the schema says of fields, a column for each of [`ontology::LANGUAGES`].
const TEXTS: &str = include_str!("schema.tsv");

/// The JSON Schema (draft 2020-12) of one record.
#[must_use]
pub fn schema() -> Value {
    schema_in("en")
}

/// The JSON Schema with its descriptions in a language: `zh-Hans`, `zh-Hant`, `ja`, else English. Codes are explained by
/// what the vocabulary says of them.
#[must_use]
pub fn schema_in(language: &str) -> Value {
    let column = ontology::language(language);
    let texts = TEXTS.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        Some((*cells.first()?, *cells.get(column)?))
    });
    let mut schema = plain();
    explain(&mut schema, &texts.collect(), Family::Code, ontology::LANGUAGES[column]);
    schema
}

/// Puts the texts of a language for those of the types, and meanings for codes.
fn explain(value: &mut Value, texts: &HashMap<&str, &str>, family: Family, language: &str) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|inner| explain(inner, texts, family, language)),
        Value::Object(members) => {
            let code = members.get("const").and_then(Value::as_str).map(str::to_owned);
            let told = code.and_then(|code| meaning(family, &code, language));
            if let Some(Value::String(text)) = members.get_mut("description") {
                let told = told.or_else(|| texts.get(text.as_str()).map(|told| (*told).to_owned()));
                told.into_iter().for_each(|told| *text = told);
            }
            for (name, inner) in members {
                let family = if matches!(name.as_str(), "TieKind" | "AgreementKind") { Family::Kind } else { family };
                explain(inner, texts, family, language);
            }
        }
        _ => {}
    }
}

fn plain() -> Value {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn each_text(value: &Value, take: &mut dyn FnMut(&str)) {
        match value {
            Value::Array(list) => list.iter().for_each(|inner| each_text(inner, take)),
            Value::Object(members) => {
                members.get("description").and_then(Value::as_str).into_iter().for_each(&mut *take);
                members.values().for_each(|inner| each_text(inner, take));
            }
            _ => {}
        }
    }

    #[test]
    fn every_description_explains_in_the_language_asked_for() {
        each_text(&schema(), &mut |text| assert!(!text.starts_with('`'), "{text} repeats a code"));
        for language in ["zh-Hans", "zh-Hant", "ja"] {
            each_text(&schema_in(language), &mut |text| assert!(!text.is_ascii(), "{language}: {text}"));
        }
        let kinds = &schema_in("zh-Hans")["$defs"]["TieKind"]["oneOf"][0];
        assert!(kinds["description"].as_str().unwrap().starts_with("友好城市"), "{kinds}");
        let told = &schema_in("ja-JP")["$defs"]["TieKind"];
        assert_eq!(told["description"], "関係の種別。");
        assert!(told["oneOf"][0]["description"].as_str().unwrap().starts_with("友好都市"), "{told}");
    }
}
