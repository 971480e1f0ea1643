//! The closed lists of values that fields of records take, each a code of the vocabulary.

use schemars::JsonSchema;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use super::labels::{Family, among};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
        #[non_exhaustive]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] #[doc = concat!("`", $text, "`")] $variant),+ }

        impl $name {
            /// Every value of the list, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value as records write it, which is also the last segment of its concept's IRI.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        /// From the code, or from what the vocabulary calls it in any of its languages.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                const CODES: &[&str] = &[$($text),+];
                let found = deserializer.deserialize_str(Coded { family: family(stringify!($name)), codes: CODES })?;
                Ok(Self::ALL[found])
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

fn family(list: &str) -> Family {
    if matches!(list, "TieKind" | "AgreementKind") { Family::Kind } else { Family::Code }
}

/// Reads a text as the number of a code in its list.
struct Coded {
    family: Family,
    codes: &'static [&'static str],
}

impl Visitor<'_> for Coded {
    type Value = usize;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<usize, E> {
        if let Some(found) = self.codes.iter().position(|code| *code == text) {
            return Ok(found);
        }
        match *among(self.family, text, self.codes) {
            [only] => {
                self.codes.iter().position(|code| code == only).ok_or_else(|| E::unknown_variant(text, self.codes))
            }
            [] => Err(E::unknown_variant(text, self.codes)),
            ref several => {
                let several: Vec<String> = several.iter().map(|code| format!("`{code}`")).collect();
                Err(E::custom(format_args!("can be each of {}; write the one that is meant", several.join(", "))))
            }
        }
    }
}

codes! {
    /// Administrative level of a place.
    Level {
        State = "state", FirstLevel = "first-level", SecondLevel = "second-level", Municipality = "municipality",
        County = "county", District = "district", Region = "region",
    }
    /// Known defect of a source's text.
    TextCondition {
        Clean = "clean", MachineTranslated = "machine-translated", InsertedPinyin = "inserted-pinyin", Damaged = "damaged",
    }
    /// Whether a fact is reported as done, planned or intended.
    Modality { Done = "done", Planned = "planned", Intended = "intended" }
    /// What sort of body an organization is.
    OrganizationKind {
        Government = "government", Association = "association", School = "school", Company = "company", Media = "media",
        Consortium = "consortium", Office = "office",
    }
    /// What sort of occasion an event is.
    EventKind {
        Conference = "conference", Forum = "forum", Seminar = "seminar", Signing = "signing", Ceremony = "ceremony",
        Exhibition = "exhibition", Sports = "sports", Visit = "visit", Series = "series",
    }
    /// Grade of a tie.
    TieKind {
        FriendshipCity = "friendship-city", FriendlyExchangeCity = "friendly-exchange-city",
        FriendlyCooperationCity = "friendly-cooperation-city", UnspecifiedFriendship = "unspecified-friendship",
        Intent = "intent",
    }
    /// Sort of a signed instrument.
    AgreementKind {
        FriendshipCity = "friendship-city", FriendlyExchangeCity = "friendly-exchange-city",
        FriendlyCooperationCity = "friendly-cooperation-city", Intent = "intent", Cooperation = "cooperation",
        AnnualPlan = "annual-plan", Memorandum = "memorandum", SchoolPartnership = "school-partnership",
        Alliance = "alliance",
    }
    /// Whether a tie holds.
    Status { InForce = "in-force", Intended = "intended", Ended = "ended", Unknown = "unknown" }
    /// Tier of an award list.
    Tier { Provincial = "provincial", Municipal = "municipal", Foreign = "foreign" }
    /// Where the as-of date of a figure comes from.
    AsOfBasis { Stated = "stated", Event = "event", Publication = "publication" }
    /// How exactly a figure is meant.
    Quantifier { Exact = "exact", AtLeast = "at-least", About = "about", Under = "under" }
    /// Mode of a transport service.
    Mode { Air = "air", Rail = "rail", Sea = "sea" }
    /// Sort of a diplomatic post.
    PostKind { ConsulateGeneral = "consulate-general", Consulate = "consulate", VisaCentre = "visa-centre" }
    /// What an assessment finds.
    Verdict {
        ChangedOverTime = "changed-over-time", UnresolvedConflict = "unresolved-conflict", Homonym = "homonym",
        SuspectedTranslationError = "suspected-translation-error", SumMismatch = "sum-mismatch",
        Confirmed = "confirmed",
        Duplicate = "duplicate", DamagedText = "damaged-text", Unconfirmed = "unconfirmed",
    }
}

impl AgreementKind {
    /// The grade of the tie that an agreement of this kind sets up; `None` where it sets up none by itself.
    pub const fn tie_kind(self) -> Option<TieKind> {
        match self {
            Self::FriendshipCity => Some(TieKind::FriendshipCity),
            Self::FriendlyExchangeCity => Some(TieKind::FriendlyExchangeCity),
            Self::FriendlyCooperationCity => Some(TieKind::FriendlyCooperationCity),
            Self::Intent => Some(TieKind::Intent),
            Self::Cooperation | Self::AnnualPlan | Self::Memorandum | Self::SchoolPartnership | Self::Alliance => None,
        }
    }
}
