//! Typed records as an extractor writes them: the input contract. No RDF in sight.

mod codes;
mod date;
mod reference;
mod text;
mod types;

use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

pub use codes::{
    AgreementKind, AsOfBasis, EventKind, Level, Modality, Mode, OrganizationKind, PostKind, Quantifier, Status,
    TextCondition, TieKind, Tier, Verdict,
};
pub use date::{Date, DateError};
pub use reference::{
    Agent, AgentRef, AgreementRef, EstablishedTie, EventRef, Mention, OneOrMany, OrganizationRef, PlaceRef, Reference,
    TieRef,
};
pub use text::Text;
pub use types::{
    Agreement, Alliance, Assessment, Award, Code, Codes, Conferral, Count, Declaration, Event, Office, Organization,
    Person, Place, Post, Project, Rank, Service, Signature, Source, Target, Tie,
};

/// Where in the source's text a fact stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The words themselves.
    pub quote: String,
    /// Offset of their first character, in Unicode code points from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u32>,
    /// Offset after their last character, in Unicode code points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u32>,
    /// The words before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The words after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
}

/// The `type` of a record inside its struct, where the struct itself says it: read and forgotten.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IgnoredTag;

impl<'de> Deserialize<'de> for IgnoredTag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

macro_rules! records {
    ($($tag:literal $name:ident),+ $(,)?) => {
        /// Any record.
        #[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
        #[serde(tag = "type")]
        pub enum Record {
            $(#[doc = concat!("`", $tag, "`")] #[serde(rename = $tag)] $name($name)),+
        }

        /// The type of a record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
