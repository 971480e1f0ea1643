//! The record types: one struct each, the fields as the input contract names them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::as_read::AsRead;
use super::codes::{
    AgreementKind, AsOfBasis, EventKind, Level, Modality, Mode, OrganizationKind, PostKind, Quantifier, Status,
    TextCondition, TieKind, Tier, Verdict,
};
use super::place_codes::Codes;
use super::reference::{AgentRef, AgreementRef, EventRef, OneOrMany, OrganizationRef, PlaceRef, TieRef};
use super::whole;
use super::{Date, Evidence, Fields, IgnoredTag, RecordType, Text};

macro_rules! record {
    (
        $(#[$doc:meta])* $name:ident
        required { $($(#[$rdoc:meta])* $required:ident : $rtype:ty),* $(,)? }
        optional { $($(#[$odoc:meta])* $optional:ident : $otype:ty),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $name {
            #[doc(hidden)]
            #[serde(rename = "type", default, skip_serializing)]
            #[schemars(skip)]
            pub tag: IgnoredTag<{ RecordType::$name as u8 }>,
            $($(#[$rdoc])* pub $required: $rtype,)*
            $($(#[$odoc])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $optional: Option<$otype>,)*
            /// Id of the source record it was extracted from.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub source: Option<String>,
            /// Where in the source it stands.
            #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "super::null_is_none")]
            pub evidence: Vec<Evidence>,
            /// How sure the extractor is, from 0 to 1.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schemars(range(min = 0.0, max = 1.0))]
            pub confidence: Option<f64>,
            /// Whether it is reported as done (the default), planned or intended.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub modality: Option<Modality>,
            /// A remark.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub note: Option<Text>,
        }

        impl Fields for $name {
            const REQUIRED: &'static [&'static str] = &[$(stringify!($required)),*];
            const OPTIONAL: &'static [&'static str] = &[$(stringify!($optional)),*];
        }

        impl AsRead for $name {
            fn is_as_read(&self, depth: u8) -> bool {
                let Self { tag: _, $($required,)* $($optional,)* source, evidence, confidence, modality, note } = self;
                $($required.is_as_read(depth) &&)* $($optional.is_as_read(depth) &&)*
                source.is_as_read(depth) && evidence.is_as_read(depth) && confidence.is_as_read(depth)
                    && modality.is_as_read(depth) && note.is_as_read(depth)
            }
        }

        impl $name {
            /// A record of the required fields, all others absent.
            #[must_use]
            #[allow(
                clippy::too_many_arguments,
                clippy::new_without_default,
                reason = "one argument for each required field, of which an event has none"
            )]
            pub fn new($($required: $rtype),*) -> Self {
                Self {
                    tag: IgnoredTag, $($required,)* $($optional: None,)*
                    source: None, evidence: Vec::new(), confidence: None, modality: None, note: None,
                }
            }
        }
    };
}

/// A term of office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// The title of the office.
    pub title: Text,
    /// The body or place where it is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<AgentRef>,
}

/// One person signing for one party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Who signed.
    pub person: AgentRef,
    /// The party signed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<AgentRef>,
    /// The office in which the person signed, as printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Text>,
}

record! {
    /// A source document.
    Source required { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// Language of its text, a BCP 47 tag.
        language: String }
    optional { /// Headline.
        title: Text, /// Address.
        #[schemars(regex(pattern = r"^([Hh][Tt]{2}[Pp][Ss]?://[^/\s]|[Uu][Rr][Nn]:)\S*$"))]
        url: String, /// Who published it.
        publisher: AgentRef, /// Who wrote it.
        authors: OneOrMany<AgentRef>, /// When it was published.
        published: Date, /// When it was fetched.
        retrieved: Date, /// Known defect of the text.
        text_condition: TextCondition, /// SHA-256 of the text's bytes, in hexadecimal.
        #[schemars(regex(pattern = "^[0-9A-Fa-f]{64}$"))]
        sha256: String, /// Name of the text's file.
        file: String, /// Licence of the text.
        license: String }
}
record! {
    /// A place: a state, a subdivision or a municipality.
    Place required { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// Its administrative level.
        level: Level, /// Its names.
        names: Text }
    optional { /// The state it belongs to.
        state: PlaceRef, /// The unit it lies in.
        within: PlaceRef, /// Latitude, WGS 84 degrees.
        #[schemars(range(min = -90, max = 90))]
        lat: f64, /// Longitude, WGS 84 degrees.
        #[schemars(range(min = -180, max = 180))]
        long: f64, /// Codes of other registers.
        codes: Codes, /// IRIs of the same place elsewhere.
        same_as: OneOrMany<String>, /// Ids or IRIs of places it is not to be confused with.
        different_from: OneOrMany<String> }
}
record! {
    /// An organization.
    Organization required { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// Its names.
        names: Text }
    optional { /// What sort of body it is.
        kind: OrganizationKind, /// Where it sits.
        seat: PlaceRef, /// The organization it is part of.
        part_of: OrganizationRef }
}
record! {
    /// A person.
    Person required { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// Names.
        names: Text }
    optional { /// Offices held.
        offices: Vec<Office> }
}
record! {
    /// An event. Its id and names are required of a record; an event written in place may lack them.
    Event required { }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// Its names.
        names: Text, /// What sort of occasion it is.
        kind: EventKind, /// First day.
        start: Date, /// Last day.
        end: Date, /// Where it takes place.
        location: PlaceRef, /// Who holds it.
        hosts: OneOrMany<AgentRef>, /// Its theme.
        theme: Text, /// Topics.
        topics: Vec<String>, /// The event it is part of.
        part_of: EventRef, /// Which edition of a series it is.
        #[schemars(range(min = 1))]
        #[serde(deserialize_with = "whole::optional")]
        edition: u32 }
}
record! {
    /// A tie between two or more parties.
    Tie required { /// Its parties.
        #[schemars(length(min = 2), extend("uniqueItems" = true))]
        parties: Vec<PlaceRef>, /// Its grade.
        kind: TieKind }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// The source's words for the grade.
        kind_as_printed: Text, /// When it began.
        since: Date, /// When it ended.
        until: Date, /// A day on which the source shows it to exist.
        attested_on: Date, /// Whether it holds.
        status: Status, /// The agreement that set it up.
        established_by: AgreementRef }
}
record! {
    /// A signed instrument.
    Agreement required { /// Its parties: places or organizations.
        #[schemars(length(min = 2), extend("uniqueItems" = true))]
        parties: Vec<PlaceRef>, /// What sort of instrument it is.
        kind: AgreementKind }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// The source's words for the kind.
        kind_as_printed: Text, /// Its names.
        names: Text, /// When it was signed.
        signed_on: Date, /// The event at which it was signed.
        signed_at: EventRef, /// Who signed for whom.
        signatures: Vec<Signature>, /// Topics.
        topics: Vec<String>, /// The tie it sets up.
        establishes: TieRef }
}
record! {
    /// A named body that places join.
    Alliance required { /// Its names.
        names: Text, /// Its members.
        #[schemars(length(min = 1), extend("uniqueItems" = true))]
        parties: Vec<PlaceRef> }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// When it was founded.
        founded_on: Date, /// The event at which it was founded.
        founded_at: EventRef, /// Topics.
        topics: Vec<String> }
}
record! {
    /// An honour conferred repeatedly.
    Award required { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// Its names.
        names: Text, /// Who confers it.
        conferred_by: OneOrMany<AgentRef> }
    optional { }
}
record! {
    /// One recipient getting one award on one occasion.
    Conferral required { /// The award's id.
        #[schemars(length(min = 1))]
        award: String, /// Who gets it.
        recipient: PlaceRef }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// Tier of the list.
        tier: Tier, /// Position in the list, from 1.
        #[schemars(range(min = 1))]
        #[serde(deserialize_with = "whole::optional")]
        position: u32, /// The counterpart named beside the recipient.
        for_tie_with: PlaceRef, /// The event at which it was conferred.
        conferred_at: EventRef, /// When it was conferred.
        conferred_on: Date, /// Who conferred it.
        conferred_by: OneOrMany<AgentRef> }
}
record! {
    /// A statement that an event issues.
    Declaration required { /// Its names.
        names: Text }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// The event that issued it.
        issued_by: EventRef, /// When it was issued.
        issued_on: Date, /// What it appeals for.
        appeals: Vec<Text> }
}
record! {
    /// A number that a source states of something at a date.
    Count required { /// What it is about.
        about: PlaceRef, /// What is counted, a slug of the variable scheme.
        #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
        variable: String, /// The number.
        #[serde(deserialize_with = "whole::required")]
        value: u64, /// The date at which it held.
        as_of: Date, /// Where that date comes from.
        as_of_basis: AsOfBasis }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// How exactly it is meant.
        quantifier: Quantifier, /// The total it is a part of, a count's id.
        breakdown_of: String, /// What it is limited to.
        scope: Text }
}
record! {
    /// A position in a ranking.
    Rank required { /// What it is about.
        about: PlaceRef, /// What is ranked, a slug of the variable scheme.
        #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
        variable: String, /// The position, from 1.
        #[schemars(range(min = 1))]
        #[serde(deserialize_with = "whole::required")]
        rank: u64 }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// How many are ranked.
        #[serde(deserialize_with = "whole::optional")]
        among: u64, /// The date at which it held.
        as_of: Date, /// Where that date comes from.
        as_of_basis: AsOfBasis, /// What it is limited to.
        scope: Text }
}
record! {
    /// A number to be reached.
    Target required { /// What it is about.
        about: PlaceRef, /// What is counted, a slug of the variable scheme.
        #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
        variable: String, /// The number.
        #[serde(deserialize_with = "whole::required")]
        value: u64 }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// The date by which it is to be reached.
        due_by: Date, /// Who set it.
        set_by: AgentRef, /// How exactly it is meant.
        quantifier: Quantifier, /// What it is limited to.
        scope: Text }
}
record! {
    /// A transport service.
    Service required { /// Where it calls, in order.
        #[schemars(length(min = 2))]
        stops: Vec<PlaceRef> }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// Its names.
        names: Text, /// Its mode.
        mode: Mode, /// When it opened.
        opened_on: Date, /// Who runs it.
        operator: AgentRef }
}
record! {
    /// A consulate or a visa centre.
    Post required { /// What sort of post it is.
        kind: PostKind, /// The state that keeps it.
        sending_state: PlaceRef, /// Where it is.
        location: PlaceRef }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// When it opened.
        opened_on: Date }
}
record! {
    /// A common undertaking.
    Project required { /// Its names.
        names: Text }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// Who takes part: places or organizations.
        parties: Vec<PlaceRef>, /// Where it is.
        location: PlaceRef, /// When it began.
        start: Date, /// When it ended.
        end: Date, /// Topics.
        topics: Vec<String> }
}
record! {
    /// A finding on facts.
    Assessment required { /// The ids of the records it is about.
        assesses: OneOrMany<String>, /// What it finds.
        verdict: Verdict }
    optional { /// Its id.
        #[schemars(length(min = 1))]
        id: String, /// Who found it.
        #[schemars(length(min = 1))]
        by: String, /// When it was found.
        on: Date }
}
