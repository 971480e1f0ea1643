//! Checks of single values: texts, tags, dates, codes, addresses, numbers.

use iri_string::types::IriStr;
use oxilangtag::LanguageTag;

use super::{At, Findings};
use crate::record::labels::{Family, codes};
use crate::record::words::{shown, tame, unwritable, unwritable_reason};
use crate::record::{Codes, Date, Evidence, Text};

impl Findings {
    pub(super) fn id(&mut self, at: At<'_>, id: &str) {
        if id.is_empty() {
            self.error(at, "the id is empty", "give it a text that is unique in the run");
        }
    }

    /// A text that becomes a literal: not empty, and of characters that every format of RDF can hold.
    pub(super) fn words(&mut self, at: At<'_>, text: &str) {
        if text.trim().is_empty() {
            self.error(at, "the text is empty", "leave the field out where there is no text");
        }
        self.characters(at, text);
    }

    pub(super) fn characters(&mut self, at: At<'_>, text: &str) {
        if let Some(bad) = unwritable(text) {
            self.error(at, unwritable_reason(bad), "take it away");
        }
    }

    pub(super) fn text(&mut self, at: At<'_>, text: &Text) {
        if text.0.is_empty() {
            self.error(at, "there is no text", "write a text, or a language map with at least one");
        }
        for (tag, texts) in &text.0 {
            match tag {
                Some(tag) => self.language_texts(at.field(tag), tag, texts),
                None => texts.iter().for_each(|text| self.words(at, text)),
            }
        }
    }

    fn language_texts(&mut self, at: At<'_>, tag: &str, texts: &[String]) {
        self.language(at, tag);
        match texts {
            [] => self.error(at, format!("there is no text in `{tag}`"), "leave the language out"),
            [text] => self.words(at, text),
            many => many.iter().enumerate().for_each(|(index, text)| self.words(at.index(index), text)),
        }
    }

    pub(super) fn language(&mut self, at: At<'_>, tag: &str) {
        let common = matches!(tag, "zh-Hans" | "zh-Hant" | "ja" | "en");
        if !common && LanguageTag::parse(tag).is_err() {
            let reason = format!("{} is no language tag", shown(tag));
            self.error(at, reason, "take a BCP 47 tag: zh-Hans, zh-Hant, ja, en");
        }
    }

    /// Two dates of which the second cannot come first.
    pub(super) fn in_order(&mut self, around: At<'_>, first: (&str, Option<Date>), last: (&str, Option<Date>)) {
        if let ((first_name, Some(first)), (last_name, Some(last))) = (first, last)
            && last.latest() < first.earliest()
        {
            let reason = format!("`{last_name}` ({last}) comes before `{first_name}` ({first})");
            self.error(around.field(last_name), reason, "exchange the two, or mend the wrong one");
        }
    }

    /// An absolute address: http, https or urn.
    pub(super) fn address(&mut self, at: At<'_>, address: &str) {
        let right = IriStr::new(address).is_ok_and(|iri| match iri.scheme_str().to_ascii_lowercase().as_str() {
            "http" | "https" => iri.authority_str().is_some_and(|authority| !authority.is_empty()),
            "urn" => true,
            _ => false,
        });
        if !right {
            let reason = format!("{} is no absolute http, https or urn IRI", shown(address));
            self.error(at, reason, "write it whole, as in https://www.wikidata.org/entity/Q182852");
        }
    }

    pub(super) fn within_range(&mut self, at: At<'_>, value: Option<f64>, least: f64, most: f64) {
        if let Some(value) = value.filter(|value| !(least..=most).contains(value)) {
            let reason = format!("`{}` is {value}, which is not between {least} and {most}", at.name());
            self.error(at, reason, "mend the number, or leave it out");
        }
    }

    /// A number that counts from 1.
    pub(super) fn counts_from_one(&mut self, at: At<'_>, value: Option<u64>) {
        if value == Some(0) {
            self.error(at, format!("`{}` counts from 1", at.name()), "mend the number, or leave it out");
        }
    }

    pub(super) fn variable(&mut self, at: At<'_>, variable: &str) {
        let parts = |text: &str| text.split('-').all(|part| !part.is_empty() && part.bytes().all(is_slug_byte));
        if let [_, _, ..] = codes(Family::Variable, variable) {
            let each = codes(Family::Variable, variable).join(", ");
            return self.error(at, format!("{} can be each of {each}", shown(variable)), "write the one that is meant");
        }
        if !parts(variable) {
            let slug = slug(variable);
            let remedy =
                if parts(&slug) { format!("write `{slug}`") } else { "write one like friendship-cities".to_owned() };
            self.error(at, format!("{} is no slug of lower-case letters, digits and hyphens", shown(variable)), remedy);
        }
    }

    pub(super) fn sha256(&mut self, at: At<'_>, hash: &str) {
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.error(at, "a SHA-256 is 64 hexadecimal digits", "take the output of sha256sum, or leave it out");
        }
    }

    pub(super) fn codes(&mut self, at: At<'_>, codes: &Codes) {
        let geonames = codes.geonames.as_ref().map(ToString::to_string);
        let all: [(&str, Option<&str>, Form, &str); 4] = [
            ("iso3166-1", codes.iso3166_1.as_deref(), is_alpha2, "two capital letters: CN"),
            (
                "iso3166-2",
                codes.iso3166_2.as_deref(),
                is_subdivision,
                "letters of the state, a hyphen, one to three more: CN-SD",
            ),
            ("geonames", geonames.as_deref(), is_digits, "the digits of a GeoNames id: 1804651"),
            ("wikidata", codes.wikidata.as_deref(), is_item, "the Q number of an item: Q182852"),
        ];
        for (name, code, is_right, form) in all {
            if let Some(code) = code.filter(|code| !is_right(code)) {
                self.error(at.field(name), format!("{} is no {name} code", shown(code)), form);
            }
        }
    }

    pub(super) fn evidence(&mut self, at: At<'_>, evidence: &Evidence) {
        self.words(at.field("quote"), &evidence.quote);
        let around = [("prefix", &evidence.prefix), ("suffix", &evidence.suffix)];
        for (name, text) in around {
            self.characters(at.field(name), text.as_deref().unwrap_or_default());
        }
        let (Some(start), Some(end)) = (evidence.start, evidence.end) else { return };
        let length = evidence.quote.chars().count();
        if end < start {
            self.error(at.field("end"), format!("the end ({end}) lies before the start ({start})"), "exchange the two");
        } else if (end - start) as usize != length {
            let reason = format!("the offsets span {} characters, the quote has {length}", end - start);
            self.warning(at, reason, "count Unicode code points, from 0, the end after the last one");
        }
    }
}

/// Whether a code has the form of its list.
type Form = fn(&str) -> bool;

fn is_slug_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// The slug that a text was probably meant to be.
fn slug(text: &str) -> String {
    let lower = tame(text, 60).to_lowercase();
    lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

fn is_alpha2(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_subdivision(code: &str) -> bool {
    let part = |part: &str| part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    code.split_once('-').is_some_and(|(state, rest)| is_alpha2(state) && (1..=3).contains(&rest.len()) && part(rest))
}

fn is_digits(code: &str) -> bool {
    !code.is_empty() && code.len() <= 12 && !code.starts_with('0') && code.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_item(code: &str) -> bool {
    code.strip_prefix('Q').is_some_and(is_digits)
}
