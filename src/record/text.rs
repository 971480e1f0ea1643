//! Texts with their languages.

use std::borrow::Cow;
use std::fmt;

use oxilangtag::LanguageTag;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The tag (of private use) under which a language map holds a text in the language of the source.
pub(super) const OF_THE_SOURCE: &str = "x-source";

/// A text or a language map: for each BCP 47 tag one text or several, the first of them preferred.
///
/// `None` stands for the language of the record's source, which a bare string takes, and which a
/// language map writes under the tag `x-source`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(pub Vec<(Option<String>, Vec<String>)>);

impl Text {
    /// A text in the language of the record's source.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(vec![(None, vec![text.into()])])
    }

    /// A text in one language; `tag` is a BCP 47 tag.
    pub fn tagged(tag: impl Into<String>, text: impl Into<String>) -> Self {
        Self(vec![(Some(tag.into()), vec![text.into()])])
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, texts)| texts.is_empty())
    }

    /// The preferred text of the first language.
    pub fn first(&self) -> Option<&str> {
        self.0.iter().find_map(|(_, texts)| texts.first()).map(String::as_str)
    }

    /// Whether its tags are as reading puts them, each once.
    pub(super) fn is_normal(&self) -> bool {
        self.0.iter().enumerate().all(|(at, (tag, _))| {
            let is_canonical = tag.as_ref().is_none_or(|tag| canonical(tag.clone()).as_ref() == Some(tag));
            is_canonical && self.0[..at].iter().all(|(other, _)| other != tag)
        })
    }

    /// Each text as (tag, text, preferred in its language), in the order written.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&str>, &str, bool)> {
        self.0.iter().flat_map(|(tag, texts)| {
            texts.iter().enumerate().map(move |(i, text)| (tag.as_deref(), text.as_str(), i == 0))
        })
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let [(None, texts)] = self.0.as_slice()
            && let [text] = texts.as_slice()
        {
            return serializer.serialize_str(text);
        }
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (tag, texts) in &self.0 {
            let tag = tag.as_deref().unwrap_or(OF_THE_SOURCE);
            match texts.as_slice() {
                [text] => map.serialize_entry(tag, text)?,
                _ => map.serialize_entry(tag, texts)?,
            }
        }
        map.end()
    }
}

/// The tag in the case that BCP 47 recommends (RFC 5646, §2.1.1); what is no tag stays as it is.
fn canonical(tag: String) -> Option<String> {
    match tag.as_str() {
        OF_THE_SOURCE => None,
        "zh-Hans" | "zh-Hant" | "en" | "ja" | "zh" | "ko" => Some(tag),
        _ => Some(LanguageTag::parse_and_normalize(&tag).map_or(tag, LanguageTag::into_inner)),
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a language map")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text::plain(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        let mut texts = Vec::with_capacity(map.size_hint().unwrap_or(2));
        while let Some((tag, one_or_many)) = map.next_entry::<String, super::OneOrMany<String>>()? {
            let tag = canonical(tag);
            if texts.iter().any(|(other, _)| *other == tag) {
                let tag = tag.as_deref().unwrap_or(OF_THE_SOURCE);
                return Err(A::Error::custom(format_args!("the language `{tag}` occurs twice")));
            }
            texts.push((tag, one_or_many.0));
        }
        Ok(Text(texts))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A text in the source's language, or a map from BCP 47 tags to a text or several, the first preferred.",
            "oneOf": [
                { "type": "string", "minLength": 1 },
                {
                    "type": "object", "minProperties": 1,
                    "propertyNames": { "pattern": "^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$" },
                    "additionalProperties": {
                        "oneOf": [
                            { "type": "string", "minLength": 1 },
                            { "type": "array", "minItems": 1, "items": { "type": "string", "minLength": 1 } },
                        ],
                    },
                },
            ],
        })
    }
}
