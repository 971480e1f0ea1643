//! The closed lists of values that fields of records take, each a code of the vocabulary.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
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

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
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
