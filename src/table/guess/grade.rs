//! Grades of ties: words of a column or of a title, letters with a legend below, and ends told in remarks.

use std::sync::LazyLock;

use regex::Regex;

use crate::fold::fold;
use crate::record::labels::{Family, codes};
use crate::table::grid::Row;

/// Words in the names of grades, folded, with the grade; the first that is found counts.
const GRADES: [(&[&str], &str); 4] = [
    (&["意向", "intent", "absicht", "intention", "intención"], "intent"),
    (&["交流", "exchange", "교류", "우호", "freundschaft", "cooperation", "合作"], "friendly-exchange-city"),
    (&["友好城市", "友好都市", "友城"], "friendship-city"),
    (
        &[
            "姊妹",
            "姐妹",
            "姉妹",
            "sister",
            "twin",
            "자매",
            "jumel",
            "gemell",
            "herman",
            "partnerschaft",
            "partnerst",
            "結盟",
            "締盟",
        ],
        "unspecified-friendship",
    ),
];

/// The grade that a text speaks of.
pub(super) fn grade(text: &str) -> Option<&'static str> {
    if let [code] = codes(Family::Kind, text) {
        return GRADES.iter().map(|(_, grade)| *grade).find(|grade| grade == code).or(match code.as_str() {
            "friendly-cooperation-city" => Some("friendly-cooperation-city"),
            "unspecified-friendship" => Some("unspecified-friendship"),
            _ => None,
        });
    }
    let key = fold(text);
    GRADES.iter().find(|(words, _)| words.iter().any(|word| key.contains(&fold(word)))).map(|(_, grade)| *grade)
}

static LEGEND: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"([A-Za-z])\s*[=＝:：]\s*([^,;，；、|]+)").ok());

/// What single letters stand for, as rows above or below the table say, with the first cells of these rows.
pub(super) fn legend(rows: &[(&Row, &str)]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (_, text) in rows {
        for captures in LEGEND.iter().flat_map(|regex| regex.captures_iter(text)) {
            found.push((captures[1].to_owned(), captures[2].trim().to_owned()));
        }
    }
    found
}

/// Words with which remarks say that a tie has ended, or rests.
pub(super) const ENDED: [&str; 19] = [
    "终止",
    "終止",
    "解除",
    "解消",
    "中止",
    "断绝",
    "斷絕",
    "結束",
    "结束",
    "終了",
    "해지",
    "종료",
    "terminated",
    "ended",
    "dissolved",
    "beendet",
    "aufgelöst",
    "résilié",
    "cessat",
];
/// Words with which they say that it rests.
pub(super) const SUSPENDED: [&str; 11] =
    ["暂停", "暫停", "中断", "中斷", "休止", "중단", "suspended", "dormant", "ruht", "suspendu", "sospes"];

/// Those of some words that stand in any of the texts.
pub(super) fn standing<'w>(words: &[&'w str], texts: &[String]) -> Vec<&'w str> {
    words.iter().copied().filter(|word| texts.iter().any(|text| text.to_lowercase().contains(word))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_have_words() {
        for (text, found) in [
            ("友好城市", "friendship-city"),
            ("友好交流城市", "friendly-exchange-city"),
            ("姉妹都市", "unspecified-friendship"),
            ("友好都市", "friendship-city"),
            ("자매결연", "unspecified-friendship"),
            ("우호교류", "friendly-exchange-city"),
            ("Sister city", "unspecified-friendship"),
            ("Freundschaft", "friendly-exchange-city"),
            ("Partnerschaft", "unspecified-friendship"),
            ("jumelage", "unspecified-friendship"),
        ] {
            assert_eq!(grade(text), Some(found), "{text}");
        }
        assert_eq!(grade("X"), None);
    }

    #[test]
    fn legends_are_read() {
        let row = Row::default();
        let found = legend(&[(&row, "P = Partnerschaft, F = Freundschaft; K：Kontakt")]);
        let told: Vec<(&str, &str)> = found.iter().map(|(letter, word)| (letter.as_str(), word.as_str())).collect();
        assert_eq!(told, [("P", "Partnerschaft"), ("F", "Freundschaft"), ("K", "Kontakt")]);
    }
}
