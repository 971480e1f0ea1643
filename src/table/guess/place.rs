//! Whose ties they are, and where the partners are, where no column says it.

use super::columns::Places;
use crate::place::{Mention, Register, Resolution};

/// States whose names of places a column may have, where nothing else says which.
const LIKELY: [&str; 16] =
    ["jp", "kr", "cn", "us", "de", "fr", "gb", "it", "es", "tw", "ru", "au", "ca", "pl", "nl", "at"];
/// How much better a state must make names known to be taken for theirs.
const BETTER: f32 = 0.1;

/// A place with why it was taken.
pub(super) struct Own {
    pub(super) id: String,
    pub(super) why: String,
}

/// The place that was named, or that the title or the file's name begins with.
pub(super) fn own(given: Option<&str>, titles: &[&str], stem: &str, register: &Register) -> Option<Own> {
    if let Some(given) = given {
        let id = if register.contains(given) { Some(given.to_owned()) } else { one(given, register) };
        let why = if id.is_some() { "as given" } else { "as given; the register does not know it" };
        return Some(Own { id: id.unwrap_or_else(|| given.to_owned()), why: why.to_owned() });
    }
    for (text, of) in titles.iter().map(|title| (*title, "the title")).chain([(stem, "the file's name")]) {
        if let Some((id, name)) = begins_with(text, register) {
            return Some(Own { id, why: format!("{of} says {name}") });
        }
    }
    None
}

fn one(name: &str, register: &Register) -> Option<String> {
    match register.resolve(&Mention::named(name)) {
        Resolution::One { id, .. } => Some(id),
        _ => None,
    }
}

/// The longest beginning, or word, of a text that is exactly one place.
fn begins_with(text: &str, register: &Register) -> Option<(String, String)> {
    let text = text.trim();
    if !text.is_ascii() {
        let characters: Vec<char> = text.chars().take(12).collect();
        let lengths = (2..=characters.len()).rev();
        let mut beginnings = lengths.map(|length| characters[..length].iter().collect::<String>());
        let found = beginnings.find_map(|name| one(&name, register).map(|id| (id, name)));
        if found.is_some() {
            return found;
        }
    }
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 2).take(12).collect();
    let spans = (1..=3).rev().flat_map(|length| words.windows(length));
    spans.map(|span| span.join(" ")).find_map(|name| one(&name, register).map(|id| (id, name)))
}

/// The state in which most of the names are one place, where it is much better than to name none.
pub(super) fn state_of(values: &[String], places: &mut Places<'_>) -> Option<(&'static str, f32)> {
    let bare = places.share_of_one(values, None);
    let mut best: Option<(&'static str, f32)> = None;
    for state in LIKELY {
        let share = places.share_of_one(values, Some(state));
        if share > bare + BETTER && share > 0.5 && best.is_none_or(|(_, known)| share > known) {
            best = Some((state, share));
        }
    }
    best
}
