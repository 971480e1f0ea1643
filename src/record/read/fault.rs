//! What is wrong with the shape of a record: kinds of faults, each with the way to the value.

use std::fmt;

use serde::de::{Expected, Unexpected};

use crate::record::words::shown;

/// One step from a value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The element of a list.
    Index(usize),
    /// The member of an object: which, and its key.
    Member(usize, String),
}

/// One thing wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    /// The way from the faulty value outwards.
    outwards: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FaultKind {
    UnknownField {
        name: String,
        known: &'static [&'static str],
    },
    MissingField {
        name: &'static str,
    },
    DuplicateField {
        name: String,
    },
    UnknownValue {
        value: String,
        known: &'static [&'static str],
    },
    /// Another sort of value than expected, both in the contract's words.
    Sort {
        found: String,
        expected: String,
    },
    Other(String),
}

impl Fault {
    fn new(kind: FaultKind) -> Self {
        Self { kind, outwards: Vec::new() }
    }

    /// The same, seen from one level further out.
    pub(super) fn within(mut self, step: Step) -> Self {
        self.outwards.push(step);
        self
    }

    /// The way from the record to the faulty value.
    pub(super) fn path(&self) -> Vec<Step> {
        self.outwards.iter().rev().cloned().collect()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(FaultKind::Other(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(FaultKind::Sort { found: found_words(found), expected: expected_words(&expected.to_string()) })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::new(FaultKind::UnknownField { name: name.to_owned(), known })
    }

    fn unknown_variant(value: &str, known: &'static [&'static str]) -> Self {
        Self::new(FaultKind::UnknownValue { value: value.to_owned(), known })
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(FaultKind::MissingField { name })
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::new(FaultKind::DuplicateField { name: name.to_owned() })
    }
}

fn found_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(number) => format!("the number {number}"),
        Unexpected::Signed(number) => format!("the number {number}"),
        Unexpected::Float(number) => format!("the number {}", serde_json::Value::from(number)),
        Unexpected::Str(text) => format!("the text {}", shown(text)),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "an object".to_owned(),
        other => other.to_string(),
    }
}

/// What a field takes that counts.
pub(in crate::record) const WHOLE_NUMBER: &str = "a whole number, 0 or more";

/// What serde expects, in the words of the contract.
fn expected_words(expected: &str) -> String {
    match expected {
        "u64" | "u32" => WHOLE_NUMBER.to_owned(),
        "f64" => "a number".to_owned(),
        "a string" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        _ if expected.starts_with("struct ") => "an object".to_owned(),
        _ if expected.starts_with("enum ") || expected == "variant identifier" => {
            "one of the codes of this field".to_owned()
        }
        _ => expected.to_owned(),
    }
}
