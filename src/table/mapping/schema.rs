//! The JSON Schema of mappings, for editors that complete and check TOML.

use serde_json::{Map, Value, json};

use crate::record::RecordType;

/// Where the schema says it is published.
const ID: &str = "https://w3id.org/citypact/schema/tables.json";

/// The JSON Schema (draft 2020-12) of a mapping.
#[must_use]
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "citypact mapping of a table",
        "description": "What the rows of a table say, as TOML: its source, its layout, and the records that each row gives.",
        "type": "object",
        "required": ["source", "record"],
        "additionalProperties": false,
        "properties": {
            "source": source(),
            "table": layout(),
            "record": { "type": "array", "minItems": 1, "items": { "oneOf": records() } },
        },
        "$defs": { "value": value(), "cell": cell(), "texts": texts("A text, or a list of texts.") },
    })
}

fn texts(description: &str) -> Value {
    json!({ "description": description, "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
}

fn source() -> Value {
    let fields = RecordType::Source.fields().filter(|field| *field != "source");
    let properties: Map<String, Value> = fields.map(|field| (field.to_owned(), json!(true))).collect();
    json!({
        "description": "The source of all rows, as a record of type source; without an id it has the name of the file.",
        "type": "object", "required": ["language"], "additionalProperties": false, "properties": properties,
    })
}

fn layout() -> Value {
    let sheet = json!({ "type": ["string", "integer"] });
    json!({
        "description": "How the table is laid out; what is not given is found out.",
        "type": "object", "additionalProperties": false,
        "properties": {
            "encoding": { "type": "string", "description": "Encoding of a text: utf-8, gb18030, big5, shift_jis, euc-kr, windows-1252, utf-16le …" },
            "delimiter": { "type": "string", "description": "The character between two cells of a text." },
            "quote": { "type": "boolean", "description": "Whether quotation marks hold a cell together; true where not given." },
            "sheet": {
                "description": "Sheets of a workbook or tables of a page, by name or by number from 1; \"*\" for all.",
                "oneOf": [sheet, { "type": "array", "items": sheet }],
            },
            "header": {
                "description": "The row, or rows, that hold the columns' names, from 1; 0 where there is none.",
                "oneOf": [{ "type": "integer", "minimum": 0 }, { "type": "array", "items": { "type": "integer", "minimum": 1 } }],
            },
            "columns": { "type": "array", "items": { "type": "string" }, "description": "Names for the columns, in the place of the heading's." },
            "skip": texts("Rows whose first cell matches one of these regular expressions are remarks."),
            "totals": texts("Rows whose first cell matches one of these regular expressions are sums of others."),
            "fill_down": texts("Columns whose empty cells mean the one above."),
            "sections": {
                "description": "Rows of a single cell whose text is the value of a column of the rows below.",
                "type": "array",
                "items": {
                    "type": "object", "required": ["column"], "additionalProperties": false,
                    "properties": { "match": { "type": "string", "format": "regex" }, "column": { "type": "string" } },
                },
            },
        },
    })
}

/// One alternative for each type of record.
fn records() -> Vec<Value> {
    let of_type = |record_type: &RecordType| {
        let mut properties: Map<String, Value> =
            record_type.fields().map(|field| (field.to_owned(), json!({ "$ref": "#/$defs/value" }))).collect();
        properties.insert("type".to_owned(), json!({ "const": record_type.as_str() }));
        properties.insert(
            "each".to_owned(),
            json!({
                "description": "A record for each part of a cell.",
                "type": "object", "required": ["column", "split"], "additionalProperties": false,
                "properties": { "column": { "type": "string" }, "split": { "type": "string", "format": "regex" } },
            }),
        );
        properties.insert("when".to_owned(), json!({ "$ref": "#/$defs/cell" }));
        let required: Vec<&str> = ["type"].into_iter().chain(record_type.required_fields().iter().copied()).collect();
        json!({ "type": "object", "required": required, "additionalProperties": false, "properties": properties })
    };
    RecordType::ALL.iter().map(of_type).collect()
}

fn value() -> Value {
    json!({
        "description": "A text with columns in it, such as \"{City}\"; a cell, refined; a list; or an object.",
        "anyOf": [
            { "type": ["string", "number", "boolean"] },
            { "type": "array", "items": { "$ref": "#/$defs/value" } },
            { "$ref": "#/$defs/cell" },
            { "type": "object", "not": { "required": ["column"] }, "additionalProperties": { "$ref": "#/$defs/value" } },
        ],
    })
}

fn cell() -> Value {
    json!({
        "description": "What is made of a cell: first split, then match, map and otherwise, or date.",
        "type": "object", "required": ["column"], "additionalProperties": false,
        "properties": {
            "column": { "type": "string", "description": "The column: its name, #3 for the third, (sheet) for the name of the sheet, or a text such as \"{A} {B}\"." },
            "match": { "type": "string", "format": "regex", "description": "A regular expression: its first group, or all that it matches." },
            "map": { "type": "object", "additionalProperties": { "type": "string" }, "description": "Texts with what stands for them." },
            "otherwise": { "type": "string", "description": "What stands for every other text, and for an empty cell." },
            "split": { "type": "string", "format": "regex", "description": "What separates the parts of the cell." },
            "date": texts("guess, day-first, month-first, excel-1900, excel-1904, or patterns such as \"%Y年%m月%d日\"."),
            "precision": { "type": "string", "description": "The column with the date's precision in Wikidata's numbers: 9 a year, 10 a month, 11 a day." },
            "whole": { "type": "boolean", "description": "Whether a place's name is taken as it is, not apart into names and state." },
        },
    })
}
