//! Whether a typed record is one that reading could have given: it then needs no detour over its JSON to be checked.
//!
//! Fields are open, so a program can put into them what no reader lets through or what readers put otherwise: a day that no
//! calendar has, a language tag in another case. Such a record goes the way of those in files, which says what is wrong.

use super::codes::{
    AgreementKind, AsOfBasis, EventKind, Level, Modality, Mode, OrganizationKind, PostKind, Quantifier, Status,
    TextCondition, TieKind, Tier, Verdict,
};
use super::reference::DEEPEST;
use super::{Agent, Codes, Date, EstablishedTie, Evidence, Mention, Office, OneOrMany, Reference, Signature, Text};

/// A value that records are made of.
pub(super) trait AsRead {
    /// Whether its JSON reads as this very value, within as many things written in each other as `depth` says.
    fn is_as_read(&self, depth: u8) -> bool;
}

macro_rules! always {
    ($($name:ty),+ $(,)?) => {
        $(impl AsRead for $name {
            fn is_as_read(&self, _: u8) -> bool {
                true
            }
        })+
    };
}

// What the checks of a record say of texts and numbers, they say of both.
always!(String, u32, u64, Codes, Evidence);
always!(AgreementKind, AsOfBasis, EventKind, Level, Modality, Mode, OrganizationKind, PostKind, Quantifier, Status);
always!(TextCondition, TieKind, Tier, Verdict);

impl AsRead for f64 {
    fn is_as_read(&self, _: u8) -> bool {
        self.is_finite()
    }
}

impl AsRead for Date {
    fn is_as_read(&self, _: u8) -> bool {
        self.is_written()
    }
}

impl AsRead for Text {
    fn is_as_read(&self, _: u8) -> bool {
        self.is_normal()
    }
}

impl<T: AsRead> AsRead for Option<T> {
    fn is_as_read(&self, depth: u8) -> bool {
        self.as_ref().is_none_or(|value| value.is_as_read(depth))
    }
}

impl<T: AsRead> AsRead for Vec<T> {
    fn is_as_read(&self, depth: u8) -> bool {
        self.iter().all(|value| value.is_as_read(depth))
    }
}

impl<T: AsRead> AsRead for OneOrMany<T> {
    fn is_as_read(&self, depth: u8) -> bool {
        self.0.is_as_read(depth)
    }
}

impl<T: AsRead> AsRead for Reference<T> {
    fn is_as_read(&self, depth: u8) -> bool {
        match self {
            Self::Id(_) => true,
            Self::Inline(inline) => depth < DEEPEST && inline.is_as_read(depth + 1),
        }
    }
}

/// Structs whose fields all count; one that is left out does not compile.
macro_rules! all_fields {
    ($($name:ident { $($field:ident),+ $(,)? })+) => {
        $(impl AsRead for $name {
            fn is_as_read(&self, depth: u8) -> bool {
                let Self { $($field),+ } = self;
                $($field.is_as_read(depth))&&+
            }
        })+
    };
}

all_fields! {
    Mention { name, state, level, within, also, codes }
    EstablishedTie { parties, kind, kind_as_printed, since, until, attested_on, status }
    Agent { name, names, kind, seat, offices, state, level, within }
    Office { title, at }
    Signature { person, on_behalf_of, capacity }
}

#[cfg(test)]
mod tests {
    use super::super::{Event, EventRef, Place, Record, Source, Tie};
    use super::*;

    fn reads_as_itself(record: &Record) -> bool {
        let json = serde_json::to_string(record).unwrap();
        let again = record.record_type().deserialize(&mut serde_json::Deserializer::from_str(&json));
        again.is_ok_and(|again| again == *record)
    }

    fn tie(since: Date) -> Record {
        let mut tie = Tie::new(vec!["cn-qingdao".into(), "jp-shimonoseki".into()], TieKind::FriendshipCity);
        tie.since = Some(since);
        tie.into()
    }

    fn place(names: Text, lat: f64) -> Record {
        let mut place = Place::new("p-1".into(), Level::County, names);
        (place.lat, place.long) = (Some(lat), Some(1.0));
        place.into()
    }

    fn nested(depth: u8) -> Record {
        let mut event = Event::new();
        for _ in 0..depth {
            let mut around = Event::new();
            around.part_of = Some(EventRef::inline(event));
            event = around;
        }
        event.into()
    }

    fn titled(language: Option<&str>, more: &[Option<&str>]) -> Record {
        let mut source = Source::new("a".into(), "en".into());
        let tags = [language].into_iter().chain(more.iter().copied());
        source.title = Some(Text(tags.map(|tag| (tag.map(str::to_owned), vec!["x".to_owned()])).collect()));
        source.into()
    }

    /// The walk says of each what writing and reading it shows.
    #[test]
    fn what_passes_is_what_its_json_reads_as() {
        let records = [
            (tie(Date::Day(2024, 2, 29)), true),
            (tie(Date::Day(2023, 2, 29)), false),
            (tie(Date::Month(2023, 13)), false),
            (tie(Date::Year(9999)), true),
            (tie(Date::Year(10_000)), false),
            (place(Text::plain("x"), 1.5), true),
            (place(Text::plain("x"), f64::NAN), false),
            (place(Text::plain("x"), f64::INFINITY), false),
            (place(Text(Vec::new()), 1.5), true),
            (titled(Some("zh-Hant"), &[Some("pt-BR"), None]), true),
            (titled(Some("zh-hant"), &[]), false),
            (titled(Some("en"), &[Some("en")]), false),
            (titled(Some("x-source"), &[]), false),
            (titled(Some("no tag"), &[]), true),
            (nested(24), true),
            (nested(25), false),
        ];
        for (record, expected) in records {
            assert_eq!(reads_as_itself(&record), expected, "{record:?}");
            assert_eq!(record.is_as_read(), expected, "{record:?}");
        }
    }
}
