//! Names of places as cells hold them, taken apart by script and by brackets: `奈良市 Nara`, `爱丁堡市(英国)`,
//! `Córdoba, Argentina`.

use unicode_normalization::UnicodeNormalization;

use crate::place::Register;
use crate::place::fold::is_han;

/// A name taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The first of the names.
    pub name: String,
    /// The others: in other scripts, or other names of the same place.
    pub also: Vec<String>,
    /// The name of the state beside it.
    pub state: Option<String>,
}

/// A script that names are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Chinese characters and kana.
    Han,
    Hangul,
    Latin,
    Cyrillic,
    Other,
}

impl Script {
    /// Whether its words stand without blanks between them.
    fn has_no_blanks(self) -> bool {
        matches!(self, Self::Han | Self::Hangul)
    }
}

fn script(character: char) -> Option<Script> {
    Some(match character {
        '\u{3041}'..='\u{30FF}' | '々' | '〆' => Script::Han,
        _ if is_han(character) => Script::Han,
        '\u{AC00}'..='\u{D7A3}' | '\u{1100}'..='\u{11FF}' => Script::Hangul,
        '\u{0400}'..='\u{052F}' => Script::Cyrillic,
        'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Script::Latin,
        _ if character.is_alphabetic() => Script::Other,
        _ => return None,
    })
}

/// Takes a cell apart. What stands in brackets is the state, where the register knows it as one; another name, where its
/// script is another; and else stays with the name.
pub fn take_apart(text: &str, register: &Register) -> Names {
    let text = without_marks(text);
    let (outer, inner) = brackets(&text);
    let mut names = Names::default();
    let mut own = outer;
    for part in inner {
        if names.state.is_none() && is_state(&part, register) {
            names.state = Some(part);
        } else if main_script(&part) != main_script(&own) {
            names.also.extend(by_script(&part));
        } else if !part.is_empty() {
            own = format!("{own}, {part}");
        }
    }
    if names.state.is_none()
        && let Some((name, state)) = state_at_end(&own, register)
    {
        (own, names.state) = (name, Some(state));
    }
    let mut found = by_script(&own).into_iter().flat_map(|part| alternatives(&part));
    names.name = found.next().unwrap_or_default();
    let more: Vec<String> = found.collect();
    names.also.splice(..0, more);
    names.also.retain(|other| !other.is_empty() && *other != names.name);
    names.also.dedup();
    names
}

/// The text on one line, in plain forms of brackets and blanks, without marks of footnotes.
fn without_marks(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut text = words.join(" ");
    loop {
        let shorter = text.trim_end_matches(|c: char| c.is_whitespace() || "*※†‡①②③④⑤⑥⑦⑧⑨⑩¹²³⁴⁵⁶⁷⁸⁹".contains(c));
        let footnote = shorter.strip_suffix([']', '］', ')', '）']).and_then(|rest| {
            let (before, inside) = rest.rsplit_once(['[', '［', '(', '（'])?;
            let number = inside.strip_prefix(['注', '註']).unwrap_or(inside);
            let digits = number.nfkc().all(|c| c.is_ascii_digit());
            (digits && !before.is_empty() && inside.len() < 6).then_some(before)
        });
        let shorter = footnote.unwrap_or(shorter).to_owned();
        if shorter.len() == text.len() {
            return text;
        }
        text = shorter;
    }
}

/// The text outside brackets, and what stands within each pair.
fn brackets(text: &str) -> (String, Vec<String>) {
    let (mut outer, mut inner, mut depth) = (String::new(), Vec::new(), 0);
    for character in text.chars() {
        match character {
            '(' | '（' | '[' | '［' | '【' | '〔' => {
                depth += 1;
                if depth == 1 {
                    inner.push(String::new());
                    continue;
                }
            }
            ')' | '）' | ']' | '］' | '】' | '〕' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    continue;
                }
            }
            _ => {}
        }
        match inner.last_mut() {
            Some(part) if depth > 0 => part.push(character),
            _ => outer.push(character),
        }
    }
    let tidy = |part: String| part.trim_matches(|c: char| c.is_whitespace() || ",，、;；:：".contains(c)).to_owned();
    (tidy(outer), inner.into_iter().map(tidy).filter(|part| !part.is_empty()).collect())
}

fn is_state(text: &str, register: &Register) -> bool {
    // Two letters are a code as well as a word; a cell that means a state in brackets spells it out.
    text.chars().count() > 1 && !(text.len() == 2 && text.is_ascii()) && register.state_id(text).is_some()
}

/// `Córdoba, Argentina`, `雷恩 法国`: the state is what stands after the last comma, or, where words are not parted by blanks, after the
/// last blank.
fn state_at_end(text: &str, register: &Register) -> Option<(String, String)> {
    let by_blank = || text.rsplit_once(' ').filter(|(_, state)| main_script(state).is_some_and(Script::has_no_blanks));
    let (name, state) = text.rsplit_once([',', '，']).or_else(by_blank)?;
    let (name, state) = (name.trim(), state.trim());
    (!name.is_empty() && is_state(state, register)).then(|| (name.to_owned(), state.to_owned()))
}

fn main_script(text: &str) -> Option<Script> {
    text.chars().find_map(script)
}

/// The parts of a text in different scripts, where a blank or a slash stands between them, or Latin letters beside others.
fn by_script(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut current) = (Vec::new(), String::new(), None);
    for character in text.chars() {
        let own = script(character);
        if let (Some(own), Some(before)) = (own, current)
            && own != before
        {
            parts.push(std::mem::take(&mut part));
        }
        current = own.or(current);
        part.push(character);
    }
    parts.push(part);
    let tidy =
        |part: &str| part.trim_matches(|c: char| c.is_whitespace() || "/／|,，、;；:：·・-–—".contains(c)).to_owned();
    let parts: Vec<String> = parts.iter().map(|part| tidy(part)).filter(|part| !part.is_empty()).collect();
    // A letter or two of another script is a part of the name, as in `N市`.
    let whole = |part: &String| part.chars().filter(|c| script(*c).is_some()).count() > 1;
    if parts.iter().all(whole) { parts } else { vec![tidy(text)] }
}

/// Names of one place in one script, with a slash between them.
fn alternatives(text: &str) -> Vec<String> {
    text.split(['/', '／', '|']).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_by_script_and_brackets() {
        let register = Register::builtin();
        for (text, name, also, state) in [
            ("奈良市 Nara", "奈良市", &["Nara"][..], None),
            ("奈良市Nara", "奈良市", &["Nara"], None),
            ("爱丁堡市(英国)", "爱丁堡市", &[], Some("英国")),
            ("爱丁堡市（Edinburgh）*", "爱丁堡市", &["Edinburgh"], None),
            ("Córdoba, Argentina", "Córdoba", &[], Some("Argentina")),
            ("Edinburgh [3]", "Edinburgh", &[], None),
            ("Portland, Oregon", "Portland, Oregon", &[], None),
            ("Springfield (Illinois)", "Springfield, Illinois", &[], None),
            ("サマルカンド市／Samarkand（ウズベキスタン）", "サマルカンド市", &["Samarkand"], Some("ウズベキスタン")),
            ("서울특별시 Seoul", "서울특별시", &["Seoul"], None),
            ("Kraków / Cracow", "Kraków", &["Cracow"], None),
            ("雷恩（Rennes）\n法国", "雷恩", &["Rennes"], Some("法国")),
            ("N市", "N市", &[], None),
            ("墨尔本\n  Melbourne", "墨尔本", &["Melbourne"], None),
            ("", "", &[], None),
        ] {
            let taken = take_apart(text, &register);
            assert_eq!((taken.name.as_str(), taken.state.as_deref()), (name, state), "{text}");
            assert_eq!(taken.also, also, "{text}");
        }
    }
}
