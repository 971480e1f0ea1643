//! Typed records as an extractor writes them: the input contract. No RDF in sight.

mod as_read;
mod check;
mod codes;
mod date;
mod hash;
pub(crate) mod labels;
mod place_codes;
pub mod read;
mod reference;
mod reject;
mod schema;
mod text;
mod types;
mod whole;
pub(crate) mod words;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

pub use check::{Finding, check};
pub use codes::{
    AgreementKind, AsOfBasis, EventKind, Level, Modality, Mode, OrganizationKind, PostKind, Quantifier, Status,
    TextCondition, TieKind, Tier, Verdict,
};
pub use date::{Date, DateError};
pub use hash::content_hash;
pub use place_codes::{Code, Codes};
pub use reference::{
    Agent, AgentRef, AgreementRef, EstablishedTie, EventRef, Mention, OneOrMany, OrganizationRef, PlaceRef, Reference,
    TieRef,
};
pub use reject::RejectWriter;
pub use schema::{schema, schema_in, starter};
pub use text::Text;
pub use types::{
    Agreement, Alliance, Assessment, Award, Conferral, Count, Declaration, Event, Office, Organization, Person, Place,
    Post, Project, Rank, Service, Signature, Source, Target, Tie,
};

/// Where in the source's text a fact stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The words themselves.
    #[schemars(length(min = 1))]
    pub quote: String,
    /// Offset of their first character, in Unicode code points from 0.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole::optional")]
    pub start: Option<u32>,
    /// Offset after their last character, in Unicode code points.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole::optional")]
    pub end: Option<u32>,
    /// The words before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The words after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// The row of a table whose cell holds them, counted from 1, the heading and what stands above it among them.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole::optional")]
    #[schemars(range(min = 1))]
    pub row: Option<u32>,
    /// The column of that cell, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole::optional")]
    #[schemars(range(min = 1))]
    pub column: Option<u32>,
    /// The sheet of that cell, in a file of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
}

impl Evidence {
    /// Words, wherever in the source they stand.
    pub fn new(quote: impl Into<String>) -> Self {
        let quote = quote.into();
        Self { quote, start: None, end: None, prefix: None, suffix: None, row: None, column: None, sheet: None }
    }
}

/// The `type` of a record inside its struct, where the struct itself says it: held against the struct, and forgotten.
/// `T` is the [`RecordType`] as a number.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IgnoredTag<const T: u8>;

impl<'de, const T: u8> Deserialize<'de> for IgnoredTag<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = RecordType::ALL[usize::from(T)].as_str();
        let tag = Cow::<'de, str>::deserialize(deserializer)?;
        if tag == expected {
            Ok(Self)
        } else {
            Err(D::Error::custom(format_args!("here the type can only be `{expected}`")))
        }
    }
}

/// The names of the fields that a type of record has of its own.
trait Fields {
    const REQUIRED: &'static [&'static str];
    const OPTIONAL: &'static [&'static str];
}

/// The fields that every record has, besides its type.
const COMMON_FIELDS: [&str; 5] = ["source", "evidence", "confidence", "modality", "note"];

/// Takes `null` for the absence that it is.
fn null_is_none<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

macro_rules! records {
    ($($tag:literal $name:ident),+ $(,)?) => {
        /// Any record.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(tag = "type")]
        #[non_exhaustive]
        pub enum Record {
            $(#[doc = concat!("`", $tag, "`")] #[serde(rename = $tag)] $name($name)),+
        }

        /// The type of a record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum RecordType { $(#[doc = concat!("`", $tag, "`")] $name),+ }

        impl RecordType {
            /// Every type, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The value of the field `type`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $tag),+ }
            }

            /// The type that the field `type` names.
            pub fn from_tag(tag: &str) -> Option<Self> {
                match tag { $($tag => Some(Self::$name),)+ _ => None }
            }

            /// The fields that a record of this type must have.
            pub fn required_fields(self) -> &'static [&'static str] {
                match self {
                    // The struct does not require them, for an event written in place may lack them.
                    Self::Event => &["id", "names"],
                    other => other.struct_fields().0,
                }
            }

            /// Every field that a record of this type may have, besides `type`.
            pub fn fields(self) -> impl Iterator<Item = &'static str> {
                let (required, optional) = self.struct_fields();
                required.iter().chain(optional).chain(&COMMON_FIELDS).copied()
            }

            fn struct_fields(self) -> (&'static [&'static str], &'static [&'static str]) {
                match self { $(Self::$name => (<$name as Fields>::REQUIRED, <$name as Fields>::OPTIONAL)),+ }
            }

            /// The schema of its struct.
            fn subschema(self, generator: &mut SchemaGenerator) -> Schema {
                match self { $(Self::$name => generator.subschema_for::<$name>()),+ }
            }

            /// Reads a record of this type; a field `type` in it is passed over.
            pub fn deserialize<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<Record, D::Error> {
                match self { $(Self::$name => $name::deserialize(deserializer).map(Record::$name)),+ }
            }
        }

        impl Record {
            /// Its type.
            pub const fn record_type(&self) -> RecordType {
                match self { $(Self::$name(_) => RecordType::$name),+ }
            }

            /// The id of the source record it names.
            pub fn source(&self) -> Option<&str> {
                match self { $(Self::$name(record) => record.source.as_deref()),+ }
            }

            /// Where in the source it stands.
            pub fn evidence(&self) -> &[Evidence] {
                match self { $(Self::$name(record) => &record.evidence),+ }
            }

            /// How sure the extractor is, from 0 to 1.
            pub const fn confidence(&self) -> Option<f64> {
                match self { $(Self::$name(record) => record.confidence),+ }
            }

            /// A remark.
            pub fn note(&self) -> Option<&Text> {
                match self { $(Self::$name(record) => record.note.as_ref()),+ }
            }

            /// Whether reading its JSON gives this very record.
            fn is_as_read(&self) -> bool {
                match self { $(Self::$name(record) => as_read::AsRead::is_as_read(record, 0)),+ }
            }

            /// Its own id.
            pub fn id(&self) -> Option<&str> {
                match self { $(Self::$name(record) => record.id.as_id()),+ }
            }
        }
        $(impl From<$name> for Record {
            fn from(record: $name) -> Self {
                Self::$name(record)
            }
        })+
    };
}

/// A required or an optional id, read alike.
trait AsId {
    fn as_id(&self) -> Option<&str>;
}

impl AsId for String {
    fn as_id(&self) -> Option<&str> {
        Some(self)
    }
}

impl AsId for Option<String> {
    fn as_id(&self) -> Option<&str> {
        self.as_deref()
    }
}

records! {
    "source" Source, "place" Place, "organization" Organization, "person" Person, "event" Event, "tie" Tie,
    "agreement" Agreement, "alliance" Alliance, "award" Award, "conferral" Conferral, "declaration" Declaration,
    "count" Count, "rank" Rank, "target" Target, "service" Service, "post" Post, "project" Project,
    "assessment" Assessment,
}
