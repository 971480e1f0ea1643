//! Dates with words in them: units of Chinese, Japanese and Korean, names of months, eras.

use super::date;
use crate::record::Date;

/// Eras by their names and letters, with the year before their first and how many years they had; those that go on, enough.
const ERAS: [(&str, u32, u32); 18] = [
    ("明治", 1867, 45),
    ("大正", 1911, 15),
    ("昭和", 1925, 64),
    ("平成", 1988, 31),
    ("令和", 2018, 99),
    ("㍾", 1867, 45),
    ("㍽", 1911, 15),
    ("㍼", 1925, 64),
    ("㍻", 1988, 31),
    ("㋿", 2018, 99),
    ("民國", 1911, 200),
    ("民国", 1911, 200),
    ("M", 1867, 45),
    ("T", 1911, 15),
    ("S", 1925, 64),
    ("H", 1988, 31),
    ("R", 2018, 99),
    ("昭", 1925, 64),
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

/// What was done on a day, as tables write it after the date.
const DEEDS: [&str; 16] = [
    "签约", "签字", "签订", "签署", "结好", "缔结", "建立", "簽約", "簽署", "結好", "締結", "締約", "提携", "調印",
    "체결", "결연",
];

/// A date without what was done on it: `1983.1.14签约`, `1983.1.14（签约）`.
pub(super) fn without_deed(text: &str) -> Option<&str> {
    let text = text.trim_end_matches([')', '）', ']', '］']);
    let rest = DEEDS.iter().find_map(|deed| text.strip_suffix(deed))?;
    Some(rest.trim_end_matches(|c: char| c.is_whitespace() || "(（[［,，".contains(c)))
}

/// `1979年10月3日`, `昭和54年10月3日`, `民國68年`, `1979년 10월 3일`, in digits of any script.
pub(super) fn with_units(text: &str) -> Option<Date> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text =
        han_digits(&text).replace('년', "年").replace('월', "月").replace('일', "日").replace(['号', '號'], "日");
    let (year, rest) = text.split_once('年')?;
    let year = match of_era(year) {
        Some((number, era)) => era.year(number)?,
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
    let (rest, era) = of_era(&upper)?;
    let rest = rest.trim_start_matches(['.', '-']).trim_end_matches('.');
    let mut parts = rest.split(['.', '/', '-', '・']);
    let year = era.year(parts.next()?)?;
    let month = parts.next().map(small);
    let day = parts.next().map(small);
    if parts.next().is_some() || month == Some(None) || day == Some(None) {
        return None;
    }
    date(year, month.flatten(), day.flatten())
}

/// An era: the year before its first, and how many it had.
#[derive(Clone, Copy)]
struct Era(u32, u32);

impl Era {
    /// The year of a number in it; none of one that it never had, such as 昭和70.
    fn year(self, number: &str) -> Option<u32> {
        match number.strip_prefix('前') {
            // The years before the Republic count backwards.
            Some(before) => (self.0 + 1).checked_sub(small(before)?),
            None => small(number).filter(|year| (1..=self.1).contains(year)).map(|year| self.0 + year),
        }
    }
}

/// The era that a text begins with, and what follows its name.
fn of_era(text: &str) -> Option<(&str, Era)> {
    ERAS.iter().find_map(|(name, before, years)| Some((text.strip_prefix(name)?, Era(*before, *years))))
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
