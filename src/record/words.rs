//! Words for messages about records: what a field takes, which name was probably meant, what a text shows of itself.

use crate::location::Tame;

use super::{
    AgreementKind, AsOfBasis, EventKind, Level, Modality, Mode, OrganizationKind, PostKind, Quantifier, Status,
    TextCondition, TieKind, Tier, Verdict,
};

/// A text of the input as messages show it: short, in backticks, with nothing in it that a terminal would obey.
pub(crate) fn shown(text: &str) -> String {
    format!("`{}`", tame(text, 60))
}

/// At most `longest` characters of a text, tamed.
pub(crate) fn tame(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", Tame(&text[..end])),
        None => Tame(text).to_string(),
    }
}

/// The first character that some syntax of RDF cannot hold: what is no Char of XML 1.0 (§2.2).
pub(crate) fn unwritable(text: &str) -> Option<char> {
    let plain = text.bytes().all(|byte| byte >= 0x20 && byte != 0xEF);
    let in_xml = |character| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    if plain { None } else { text.chars().find(|character| !in_xml(*character)) }
}

/// What is wrong with a text that has such a character.
pub(crate) fn unwritable_reason(character: char) -> String {
    format!("the character U+{:04X} stands in the text, which XML cannot hold", u32::from(character))
}

/// The noun with its indefinite article.
pub(crate) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// All that a field may hold.
pub(crate) fn one_of<'a>(known: impl Iterator<Item = &'a str>) -> String {
    format!("one of: {}", known.collect::<Vec<_>>().join(", "))
}

/// The known name that `name` was probably meant to be, or else all that are known.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    meant(name, known.clone()).unwrap_or_else(|| one_of(known))
}

/// The question after the known name that `name` was probably meant to be.
pub(crate) fn meant<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    crate::nearest::nearest(name, known).map(|meant| format!("did you mean `{meant}`?"))
}

/// What a field takes, where a sentence can say it.
pub(crate) fn form(field: &str) -> Option<String> {
    let said = match field {
        "parties" => "a list of two or more places: [\"cn-qingdao\", {\"name\": \"撒馬爾罕市\", \"state\": \"uz\"}]",
        "stops" => "a list of two or more places in order: [\"cn-kunming\", {\"name\": \"万象\"}]",
        "about" | "recipient" | "for_tie_with" | "location" | "seat" | "sending_state" => {
            "a place: an id, or a mention such as {\"name\": \"青島市\", \"state\": \"cn\"}"
        }
        "name" => "a text: the name as the source writes it",
        "names" | "title" | "note" | "scope" | "theme" | "capacity" | "kind_as_printed" => {
            "a text, or a language map such as {\"zh-Hans\": \"昆明市\", \"en\": [\"Kunming\", \"Kunming City\"]}"
        }
        "since" | "until" | "attested_on" | "signed_on" | "start" | "end" | "as_of" | "due_by" | "founded_on"
        | "conferred_on" | "issued_on" | "opened_on" | "published" | "retrieved" | "on" => {
            "a date: 2024-01-24, 1979-10 or 1982"
        }
        "value" | "rank" => "a whole number, without quotation marks",
        "award" => "the id of an award record",
        "assesses" => "the ids of the records it is about",
        "by" => "a text: the name of whoever found it",
        "quote" => "the words of the source, at most a few",
        "conferred_by" | "person" | "on_behalf_of" | "hosts" | "operator" | "set_by" | "publisher" | "authors"
        | "at" => "a person, an organization or a place: its id, its name, or {\"name\": …}",
        "id" => "a text that is unique in the run",
        "language" => "a BCP 47 tag: zh-Hans, zh-Hant, ja, en",
        "variable" => "a slug such as friendship-cities",
        "evidence" => "a list: [{\"quote\": \"29對\", \"start\": 120, \"end\": 123}]",
        "confidence" => "a number from 0 to 1",
        "source" => "the id of the source record, a text",
        "level" => return codes(Level::ALL, Level::as_str),
        "as_of_basis" => return codes(AsOfBasis::ALL, AsOfBasis::as_str),
        "modality" => return codes(Modality::ALL, Modality::as_str),
        "status" => return codes(Status::ALL, Status::as_str),
        "quantifier" => return codes(Quantifier::ALL, Quantifier::as_str),
        "tier" => return codes(Tier::ALL, Tier::as_str),
        "mode" => return codes(Mode::ALL, Mode::as_str),
        "verdict" => return codes(Verdict::ALL, Verdict::as_str),
        "text_condition" => return codes(TextCondition::ALL, TextCondition::as_str),
        _ => return None,
    };
    Some(said.to_owned())
}

/// The values of the field `kind`, which each type of record has its own of.
pub(crate) fn kinds(record_type: super::RecordType) -> Option<String> {
    use super::RecordType as T;
    match record_type {
        T::Tie => codes(TieKind::ALL, TieKind::as_str),
        T::Agreement => codes(AgreementKind::ALL, AgreementKind::as_str),
        T::Event => codes(EventKind::ALL, EventKind::as_str),
        T::Organization => codes(OrganizationKind::ALL, OrganizationKind::as_str),
        T::Post => codes(PostKind::ALL, PostKind::as_str),
        _ => None,
    }
}

fn codes<T: Copy>(all: &[T], as_str: impl Fn(T) -> &'static str) -> Option<String> {
    Some(one_of(all.iter().map(|code| as_str(*code))))
}
