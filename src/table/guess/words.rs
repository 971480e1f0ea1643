//! Words of headings, from the one file that has them.

use std::sync::LazyLock;

use crate::fold::fold;

const TEXT: &str = include_str!("../words.tsv");

/// What a column means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Meaning {
    Number,
    Own,
    Partner,
    Pair,
    State,
    Unit,
    Continent,
    Since,
    Until,
    Renewed,
    Kind,
    Remarks,
    Status,
    Precision,
}

impl Meaning {
    const ALL: [(Self, &'static str, &'static str); 14] = [
        (Self::Number, "number", "a running number"),
        (Self::Own, "own", "the place whose tie it is"),
        (Self::Partner, "partner", "the partner"),
        (Self::Pair, "pair", "both places"),
        (Self::State, "state", "the partner's state"),
        (Self::Unit, "unit", "the partner's province or prefecture"),
        (Self::Continent, "continent", "the partner's continent"),
        (Self::Since, "since", "when the tie began"),
        (Self::Until, "until", "when it ended"),
        (Self::Renewed, "renewed", "when it was renewed"),
        (Self::Kind, "kind", "its grade"),
        (Self::Remarks, "remarks", "remarks"),
        (Self::Status, "status", "whether it holds"),
        (Self::Precision, "precision", "the precision of the date"),
    ];

    /// What it is, for people.
    pub(super) fn told(self) -> &'static str {
        Self::ALL.iter().find(|(meaning, ..)| *meaning == self).map_or("", |(.., told)| told)
    }
}

struct Word {
    meaning: Meaning,
    language: &'static str,
    folded: String,
}

static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| {
    let lines = TEXT.lines().filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(|line| {
        let mut cells = line.split('\t');
        let (name, language, words) = (cells.next().unwrap_or_default(), cells.next(), cells.next());
        let meaning = Meaning::ALL.iter().find(|(_, known, _)| *known == name).map(|(meaning, ..)| *meaning);
        let all = meaning.zip(language).zip(words);
        all.into_iter().flat_map(|((meaning, language), words)| {
            words.split('|').map(move |word| Word { meaning, language, folded: folded(word) })
        })
    });
    words.filter(|word| !word.folded.is_empty()).collect()
});

/// The key of a heading; a sign that is all of it, such as `#`, is its own.
fn folded(text: &str) -> String {
    let key = fold(text);
    if key.is_empty() { text.trim().to_owned() } else { key }
}

/// What a heading can mean, with how well it fits, from 0 to 1, and the language of the word.
pub(super) fn meanings(heading: &str) -> Vec<(Meaning, f32, &'static str)> {
    let key = folded(heading);
    let mut found: Vec<(Meaning, f32, &'static str)> = Vec::new();
    if key.is_empty() || key.chars().count() > 60 {
        return found;
    }
    let latin = key.is_ascii();
    let words: Vec<String> =
        heading.split(|c: char| !c.is_alphanumeric()).map(fold).filter(|word| !word.is_empty()).collect();
    for word in WORDS.iter() {
        let long = word.folded.chars().count();
        let fit = if word.folded == key {
            1.0
        } else if latin && long > 2 && words.contains(&word.folded) || !latin && long > 1 && key.contains(&word.folded)
        {
            0.4 + 0.4 * long as f32 / key.chars().count() as f32
        } else {
            continue;
        };
        match found.iter_mut().find(|(meaning, ..)| *meaning == word.meaning) {
            Some(known) if known.1 >= fit => {}
            Some(known) => *known = (word.meaning, fit, word.language),
            None => found.push((word.meaning, fit, word.language)),
        }
    }
    found.sort_by(|one, other| other.1.total_cmp(&one.1));
    found
}

/// The languages whose words a heading is exactly.
pub(super) fn languages(heading: &str) -> Vec<&'static str> {
    let key = folded(heading);
    let mut found: Vec<&str> = WORDS.iter().filter(|word| word.folded == key).map(|word| word.language).collect();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_mean_what_offices_mean_by_them() {
        for (heading, meaning) in [
            ("序号", Meaning::Number),
            ("編號", Meaning::Number),
            ("江蘇省管轄區", Meaning::Own),
            ("中方城市", Meaning::Own),
            ("自治体", Meaning::Own),
            ("市町村名", Meaning::Own),
            ("Authority", Meaning::Own),
            ("comune", Meaning::Own),
            ("城市", Meaning::Partner),
            ("日方城市", Meaning::Partner),
            ("友好城市名", Meaning::Partner),
            ("提携自治体", Meaning::Partner),
            ("都市名", Meaning::Partner),
            ("City", Meaning::Partner),
            ("U.S. Counterparts", Meaning::Partner),
            ("twinLabel", Meaning::Partner),
            ("도시명", Meaning::Partner),
            ("교류지역", Meaning::Partner),
            ("Partnergemeinde", Meaning::Partner),
            ("国家", Meaning::State),
            ("國家或地區", Meaning::State),
            ("国名", Meaning::State),
            ("countryLabel", Meaning::State),
            ("국가명", Meaning::State),
            ("Land", Meaning::State),
            ("stato", Meaning::State),
            ("轄區名", Meaning::Unit),
            ("県名", Meaning::Unit),
            ("현", Meaning::Unit),
            ("Bundesland", Meaning::Unit),
            ("大洲", Meaning::Continent),
            ("洲別", Meaning::Continent),
            ("Kontinent", Meaning::Continent),
            ("结好签字时间", Meaning::Since),
            ("結好日期", Meaning::Since),
            ("締約日", Meaning::Since),
            ("提携年月日", Meaning::Since),
            ("Date Signed", Meaning::Since),
            ("교류체결일", Meaning::Since),
            ("결연일자", Meaning::Since),
            ("seit", Meaning::Since),
            ("提携形態", Meaning::Kind),
            ("Type", Meaning::Kind),
            ("來源及備註", Meaning::Remarks),
            ("備考", Meaning::Remarks),
            ("비고", Meaning::Remarks),
            ("提携年月日（西暦）", Meaning::Since),
            ("Partner city (English)", Meaning::Partner),
        ] {
            assert_eq!(meanings(heading).first().map(|found| found.0), Some(meaning), "{heading}");
        }
        assert!(meanings("人口").is_empty() && meanings("").is_empty());
    }

    #[test]
    fn the_file_holds_nothing_that_is_not_understood() {
        for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            assert!(Meaning::ALL.iter().any(|(_, name, _)| *name == cells[0]) && cells.len() == 3, "{line}");
        }
        let languages: std::collections::BTreeSet<&str> = WORDS.iter().map(|word| word.language).collect();
        assert_eq!(
            languages.into_iter().collect::<Vec<_>>(),
            ["de", "en", "es", "fr", "it", "ja", "ko", "zh-Hans", "zh-Hant"]
        );
    }
}
