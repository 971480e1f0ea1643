//! References from one record to another: an id, a mention, or the thing itself written in place.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Agreement, Codes, Event, Level, Organization};

/// A place spoken of by its name, to be resolved to one place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mention {
    /// The name as the source writes it.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The state it lies in: an id or a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Its administrative level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The unit it lies in: an id or a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// Other names by which the source speaks of it beside this one, such as in another script.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Codes of other registers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<Codes>,
}

/// Something written either as a string or as an object: the string is an id (or a bare name), the object is `T`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reference<T> {
    /// An id of the run or of the place register, or, where the field allows it, a bare name.
    Id(String),
    /// The thing itself.
    Inline(Box<T>),
}

/// A place: its id or a mention.
pub type PlaceRef = Reference<Mention>;
/// A person, an organization or a place acting: its id, a bare name or a description.
pub type AgentRef = Reference<Agent>;
/// An event: its id or the event itself.
pub type EventRef = Reference<Event>;
/// A tie: its id or the tie itself, whose parties and kind default to the agreement's.
pub type TieRef = Reference<EstablishedTie>;
/// An agreement: its id or the agreement itself.
pub type AgreementRef = Reference<Agreement>;
/// An organization: its id or the organization itself.
pub type OrganizationRef = Reference<Organization>;

/// A tie that an agreement sets up, with what it does not share with the agreement.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EstablishedTie {
    /// Its parties; the agreement's where not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parties: Option<Vec<PlaceRef>>,
    /// Its kind; the agreement's where not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<super::TieKind>,
    /// The source's words for the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind_as_printed: Option<super::Text>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<super::Date>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<super::Date>,
    /// A day on which a source shows it to exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested_on: Option<super::Date>,
    /// Whether it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<super::Status>,
}

/// A person, an organization or a place described in place.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Its name as the source writes it; this or `names` is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its names by language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<super::Text>,
    /// The sort of organization, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<super::OrganizationKind>,
    /// Where the organization sits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<PlaceRef>,
    /// The offices the person holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offices: Option<Vec<super::Office>>,
    /// The state, where it is a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The level, where it is a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The containing unit, where it is a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

impl<T> From<&str> for Reference<T> {
    fn from(id: &str) -> Self {
        Self::Id(id.to_owned())
    }
}

impl<T> Reference<T> {
    /// The thing itself, written in place.
    pub fn inline(thing: T) -> Self {
        Self::Inline(Box::new(thing))
    }
}

impl<T: Serialize> Serialize for Reference<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Id(id) => serializer.serialize_str(id),
            Self::Inline(inline) => inline.serialize(serializer),
        }
    }
}

struct ReferenceVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ReferenceVisitor<T> {
    type Value = Reference<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id or an object")
    }

    fn visit_str<E>(self, id: &str) -> Result<Self::Value, E> {
        Ok(Reference::Id(id.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let _one_deeper =
            Depth::enter().ok_or_else(|| A::Error::custom("things are written in each other too deep"))?;
        T::deserialize(MapAccessDeserializer::new(map)).map(|inline| Reference::Inline(Box::new(inline)))
    }
}

thread_local! {
    static DEPTH: Cell<u8> = const { Cell::new(0) };
}

/// How deep things written in each other may be: far deeper than sense goes, and no danger to a small stack.
pub(super) const DEEPEST: u8 = 24;

/// One level of things written in each other, while it lives.
struct Depth;

impl Depth {
    fn enter() -> Option<Self> {
        let depth = DEPTH.get();
        (depth < DEEPEST).then(|| {
            DEPTH.set(depth + 1);
            Self
        })
    }
}

impl Drop for Depth {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Reference<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReferenceVisitor(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Reference<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Reference", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let inline = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [{ "type": "string", "minLength": 1, "description": "An id, or a bare name." }, inline] })
    }
}

/// One value, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T: Serialize> Serialize for OneOrMany<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one value or a list of them")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        T::deserialize(serde::de::value::StrDeserializer::new(text)).map(|one| OneOrMany(vec![one]))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|one| OneOrMany(vec![one]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(OneOrMany)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}
