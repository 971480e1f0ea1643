//! Names one letter away from a name, in a sorted tree of names: one letter left out, put in, exchanged, or two neighbours
//! swapped. What is asked are the few names that this can be, and for a letter put in or exchanged the letters that follow what
//! stands before it: the time does not grow with the names that there are, but with what they have at these places.
//!
//! The first letter must be right, left out or swapped, as in the packed index (`similar.rs`).

use std::collections::BTreeMap;
use std::ops::Bound::{Included, Unbounded};

/// Hands over every name that is one letter away from `key`, perhaps twice.
pub(crate) fn each<V>(names: &BTreeMap<Box<str>, V>, key: &str, take: &mut dyn FnMut(&str, &V)) {
    let mut try_name = |name: &str| {
        if name != key
            && let Some((name, value)) = names.get_key_value(name)
        {
            take(name, value);
        }
    };
    let ends = key.char_indices().map(|(at, letter)| (at, Some(letter)));
    for (at, letter) in ends.chain([(key.len(), None)]) {
        let before = &key[..at];
        let after = letter.map(|letter| &key[at + letter.len_utf8()..]);
        if let Some(after) = after {
            try_name(&[before, after].concat());
            swapped(before, &key[at..]).iter().for_each(|name| try_name(name));
        }
        if at > 0 {
            letters_after(names, before, &mut |other| {
                let mut name = format!("{before}{other}");
                let kept = name.len();
                name.push_str(&key[at..]);
                try_name(&name);
                if let Some(after) = after {
                    name.truncate(kept);
                    name.push_str(after);
                    try_name(&name);
                }
            });
        }
    }
}

/// The name with the first two letters of `rest` swapped.
fn swapped(before: &str, rest: &str) -> Option<String> {
    let mut letters = rest.chars();
    let (one, other) = (letters.next()?, letters.next()?);
    Some(format!("{before}{other}{one}{}", letters.as_str()))
}

/// The names from a text on, in their order.
pub(crate) fn from<'n, V>(names: &'n BTreeMap<Box<str>, V>, text: &str) -> impl Iterator<Item = (&'n str, &'n V)> {
    names.range::<str, _>((Included(text), Unbounded)).map(|(name, value)| (&**name, value))
}

/// Hands over every letter that stands behind a text in some name, once.
fn letters_after<V>(names: &BTreeMap<Box<str>, V>, text: &str, take: &mut dyn FnMut(char)) {
    let mut next = Some('\0');
    while let Some(least) = next {
        let found = from(names, &format!("{text}{least}")).next();
        let Some(letter) = found.and_then(|(name, _)| name.strip_prefix(text)?.chars().next()) else { return };
        take(letter);
        // Strings are sorted as their characters are.
        next = (letter..=char::MAX).nth(1);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn tree(names: &[String]) -> BTreeMap<Box<str>, ()> {
        names.iter().map(|name| (name.as_str().into(), ())).collect()
    }

    fn found(names: &[String], key: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        each(&tree(names), key, &mut |name, ()| {
            found.insert(name.to_owned());
        });
        found
    }

    /// By looking at every name.
    fn is_neighbour(key: &str, name: &str) -> bool {
        let (key, name): (Vec<char>, Vec<char>) = (key.chars().collect(), name.chars().collect());
        let without = |text: &[char], at: usize| [&text[..at], &text[at + 1..]].concat();
        let left_out = (0..key.len()).any(|at| without(&key, at) == name);
        let put_in = (1..name.len()).any(|at| without(&name, at) == key);
        let exchanged = key.len() == name.len()
            && key.first() == name.first()
            && key.iter().zip(&name).filter(|(one, other)| one != other).count() == 1;
        let swapped = (1..key.len()).any(|at| {
            let mut swapped = key.clone();
            swapped.swap(at - 1, at);
            swapped == name
        });
        key != name && (left_out || put_in || exchanged || swapped)
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_is_one_letter_away(
            names in prop::collection::vec("[ab昆山\u{10FFFF}\u{D7FF}\u{E000}]{0,5}", 0..40),
            key in "[ab昆山\u{10FFFF}\u{D7FF}\u{E000}]{0,5}",
        ) {
            let expected: BTreeSet<String> = names.iter().filter(|name| is_neighbour(&key, name)).cloned().collect();
            prop_assert_eq!(found(&names, &key), expected);
        }
    }
}
