//! Codes that other registers give a place, as numbers or as texts.

use schemars::JsonSchema;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};

/// Codes that other registers give a place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Codes {
    /// ISO 3166-1 alpha-2 code of a state.
    #[serde(rename = "iso3166-1", default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Z]{2}$"))]
    pub iso3166_1: Option<String>,
    /// ISO 3166-2 code of a subdivision.
    #[serde(rename = "iso3166-2", default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Z]{2}-[A-Z0-9]{1,3}$"))]
    pub iso3166_2: Option<String>,
    /// GeoNames id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geonames: Option<Code>,
    /// Wikidata item, `Q…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^Q[1-9][0-9]*$"))]
    pub wikidata: Option<String>,
}

impl Codes {
    /// Each code that there is, with its scheme.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, String)> {
        let all = [
            ("iso3166-1", self.iso3166_1.clone()),
            ("iso3166-2", self.iso3166_2.clone()),
            ("geonames", self.geonames.as_ref().map(ToString::to_string)),
            ("wikidata", self.wikidata.clone()),
        ];
        all.into_iter().filter_map(|(scheme, code)| Some((scheme, code?)))
    }
}

/// A code that may be written as a number or as a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Code {
    /// Written as a number.
    Number(u64),
    /// Written as a text.
    Text(String),
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CodeVisitor)
    }
}

struct CodeVisitor;

impl Visitor<'_> for CodeVisitor {
    type Value = Code;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number or a text")
    }

    fn visit_u64<E>(self, number: u64) -> Result<Code, E> {
        Ok(Code::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Code, E> {
        Ok(Code::Text(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_a_number_or_a_text() {
        let read = |text: &str| serde_json::from_str::<Code>(text).map(|code| code.to_string()).ok();
        assert_eq!((read("1797929"), read("\"1797929\"")), (Some("1797929".into()), Some("1797929".into())));
        assert_eq!((read("-1"), read("1.5"), read("[]")), (None, None, None));
    }
}
