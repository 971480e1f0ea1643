//! What is wrong with text that is no JSON, in plain words.

use serde_json::error::Category;

use crate::record::words::shown;

/// Where in a text, in bytes, what is wrong, and what to do about it.
pub(super) struct SyntaxFault {
    pub(super) at: usize,
    pub(super) reason: String,
    pub(super) remedy: String,
}

/// Explains why `json` is refused.
pub(super) fn explain(json: &str, error: &serde_json::Error) -> SyntaxFault {
    let at = offset(json, error);
    let (reason, remedy) = foreign_word(&json[at..]).unwrap_or_else(|| words(json, at, error));
    SyntaxFault { at, reason, remedy }
}

/// serde_json counts lines and, in them, bytes, both from 1; at the end of the input it points after it.
fn offset(json: &str, error: &serde_json::Error) -> usize {
    if error.classify() == Category::Eof {
        return json.len();
    }
    let before = error.line().saturating_sub(1);
    let line: usize = json.split_inclusive('\n').take(before).map(str::len).sum();
    // Of a control character it gives the place before it.
    let back = usize::from(!error.to_string().starts_with("control character"));
    let at = (line + error.column().saturating_sub(back)).min(json.len());
    (0..=at).rev().find(|at| json.is_char_boundary(*at)).unwrap_or(0)
}

/// Words that other languages write where JSON has none.
fn foreign_word(rest: &str) -> Option<(String, String)> {
    const NUMBERS: [&str; 5] = ["NaN", "Infinity", "-Infinity", "nan", "inf"];
    const OTHERS: [(&str, &str); 5] =
        [("None", "null"), ("undefined", "null"), ("True", "true"), ("False", "false"), ("'", "\"")];
    if let Some(word) = NUMBERS.iter().find(|word| rest.starts_with(**word)) {
        return Some((
            format!("`{word}` is no JSON number"),
            "leave the field out where there is no number".to_owned(),
        ));
    }
    let (word, right) = OTHERS.iter().find(|(word, _)| rest.starts_with(*word))?;
    Some((format!("`{word}` is no JSON"), format!("write `{right}`")))
}

fn words(json: &str, at: usize, error: &serde_json::Error) -> (String, String) {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let (reason, remedy) = match message {
        _ if error.classify() == Category::Eof => {
            return (
                "the record ends in the middle".to_owned(),
                "write each record whole, on one line in a .jsonl file".to_owned(),
            );
        }
        "trailing characters" => ("something stands after the end of the record", "write one record a line"),
        "trailing comma" | "key must be a string" if json[at..].starts_with(['}', ']']) => {
            ("a comma stands before the closing bracket", "take the comma away")
        }
        "key must be a string" => ("a key is a text in quotation marks", "write \"key\": value"),
        "number out of range" => ("the number is too large", "write a number that fits 64 bits"),
        "invalid number" => ("this is no JSON number", "write digits without leading zeros or signs other than `-`"),
        "invalid escape" => ("no such escape in a JSON text", "write \\\\ for a backslash"),
        _ if message.starts_with("control character") => {
            ("a control character stands in a text", "write it as \\n, \\t or \\u00XX")
        }
        _ if message.contains("surrogate") || message.contains("hex escape") => {
            ("an escape \\uXXXX stands for no character", "write the character itself")
        }
        _ if json.starts_with('\u{FEFF}') => ("a byte order mark stands before the record", "take it away"),
        _ => {
            return (
                unexpected(&json[at..], message),
                "write each record as a JSON object: {\"type\": \"tie\", …}".to_owned(),
            );
        }
    };
    (reason.to_owned(), remedy.to_owned())
}

fn unexpected(rest: &str, message: &str) -> String {
    match rest.chars().next() {
        Some(character) => format!("{} stands where JSON has another thing ({message})", shown(&character.to_string())),
        None => format!("not JSON: {message}"),
    }
}
