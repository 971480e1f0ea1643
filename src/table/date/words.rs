//! Dates with words in them: units of Chinese, Japanese and Korean, names of months, eras.

use super::date;
use crate::record::Date;

/// Eras by their names and letters, with the year before their first.
const ERAS: [(&str, u32); 18] = [
    ("明治", 1867),
    ("大正", 1911),
    ("昭和", 1925),
    ("平成", 1988),
    ("令和", 2018),
    ("㍾", 1867),
    ("㍽", 1911),
    ("㍼", 1925),
    ("㍻", 1988),
    ("㋿", 2018),
    ("民國", 1911),
    ("民国", 1911),
    ("M", 1867),
    ("T", 1911),
    ("S", 1925),
    ("H", 1988),
    ("R", 2018),
    ("昭", 1925),
];

/// The first letters of months' names, which tell them apart; by month, in English, German, French, Italian and Spanish.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "gen", "ene"],
    &["feb", "fév", "fev"],
    &["mar", "mär", "mrz"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mag"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "aoû", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt", "ott"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];

/// Words that may stand in a date and say nothing.
const FILLERS: [&str; 12] = ["de", "del", "di", "of", "the", "le", "el", "il", "den", "am", "im", "on"];

/// `1979年10月3日`, `昭和54年10月3日`, `民國68年`, `1979년 10월 3일`, in digits of any script.
pub(super) fn with_units(text: &str) -> Option<Date> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text =
        han_digits(&text).replace('년', "年").replace('월', "月").replace('일', "日").replace(['号', '號'], "日");
    let (year, rest) = text.split_once('年')?;
    let year = match ERAS.iter().find_map(|(era, before)| Some((year.strip_prefix(era)?, before))) {
        Some((number, before)) => before + small(number.strip_prefix("前").unwrap_or(number))?,
        None => number(
            year.strip_prefix("公元").or(year.strip_prefix("西元")).or(year.strip_prefix("西暦")).unwrap_or(year),
            4,
        )?,
    };
    let rest = rest.trim_end_matches(['頃', '份', '.']);
    if rest.is_empty() {
        return date(year, None, None);
    }
    let (month, rest) = rest.split_once('月').unwrap_or((rest, ""));
    let month = small(month)?;
    match rest {
        "" => date(year, Some(month), None),
        day => date(year, Some(month), Some(small(day.strip_suffix('日').unwrap_or(day))?)),
    }
}

/// `S54.10.3`, `昭和54/10/3`, `民國68.10.3`, `H2`.
pub(super) fn era(text: &str) -> Option<Date> {
    let text: String = han_digits(text).chars().filter(|c| !c.is_whitespace()).collect();
    let upper = text.to_uppercase();
    let (rest, before) = ERAS.iter().find_map(|(era, before)| Some((upper.strip_prefix(era)?, before)))?;
    let rest = rest.trim_start_matches(['.', '-']).trim_end_matches('.');
    let mut parts = rest.split(['.', '/', '-', '・']);
    let year = small(parts.next()?)?;
    let month = parts.next().map(small);
    let day = parts.next().map(small);
    if parts.next().is_some() || month == Some(None) || day == Some(None) {
        return None;
    }
    date(before + year, month.flatten(), day.flatten())
}

/// `3 October 1979`, `October 3rd, 1979`, `3. Oktober 1979`, `1er mai 1985`, `3-Oct-1979`, `October 1979`.
pub(super) fn with_month_name(text: &str) -> Option<Date> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| c.is_whitespace() || ",.-/()".contains(c)).filter(|word| !word.is_empty());
    let (mut month, mut year, mut day) = (None, None, None);
    for word in words.filter(|word| !FILLERS.contains(word)) {
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic() || c == 'º' || c == '°');
        let ending = &word[digits.len()..];
        let ordinal = ["", "st", "nd", "rd", "th", "er", "º", "°", "o"].contains(&ending);
        let slot = match digits.parse::<u32>() {
            Ok(number) if digits.len() == 4 && ending.is_empty() => (&mut year, number),
            Ok(number) if digits.len() <= 2 && ordinal => (&mut day, number),
            Ok(_) => return None,
            Err(_) => (&mut month, month_number(word)?),
        };
        if slot.0.replace(slot.1).is_some() {
            return None;
        }
    }
    date(year?, Some(month?), day)
}

/// The month whose name, or an abbreviation of it, a word is.
pub(super) fn month_number(word: &str) -> Option<u32> {
    let found = MONTHS.iter().position(|starts| starts.iter().any(|start| word.starts_with(start)))?;
    let longest =
        ["septiembre", "septembre", "settembre", "september"].iter().map(|name| name.chars().count()).max()?;
    // `mar` begins March and nothing else that a date has; `margin` is no month.
    (word.chars().count() <= longest && word.chars().all(char::is_alphabetic)).then_some(found as u32 + 1)
}

/// A number of one or two digits; `元` is the first year of an era.
fn small(text: &str) -> Option<u32> {
    if text == "元" { Some(1) } else { number(text, 3) }
}

fn number(text: &str, most: usize) -> Option<u32> {
    let fits = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

/// Chinese numerals as digits: `一九七九` and `二十三`.
fn han_digits(text: &str) -> String {
    const DIGITS: &str = "〇一二三四五六七八九";
    let value = |c: char| match c {
        '零' | '○' => Some(0),
        _ => DIGITS.chars().position(|digit| digit == c),
    };
    let characters: Vec<char> = text.chars().collect();
    let mut told = String::with_capacity(text.len());
    for (at, &character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| value(characters[at]));
        let after = characters.get(at + 1).and_then(|c| value(*c));
        match (character, value(character)) {
            (_, Some(digit)) => told.push_str(&digit.to_string()),
            ('十', _) => told.push_str(match (before, after) {
                (None, None) => "10",
                (None, Some(_)) => "1",
                (Some(_), None) => "0",
                (Some(_), Some(_)) => "",
            }),
            _ => told.push(character),
        }
    }
    told
}
