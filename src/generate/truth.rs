//! What is true of the synthetic world, each from its number alone: names and ids of places, ties, documents and their days.

use serde_json::{Value, json};

use crate::pseudo_random::SplitMix64;
use crate::vocab::ID;

/// Of a thousand documents, how many are damaged.
const DAMAGED: u64 = 15;
/// The years in which ties begin, before contradictions move them on.
const FIRST_YEAR: u64 = 1973;
const YEARS: u64 = 46;

const LATIN: &[&str] =
    &["ka", "lo", "mi", "ra", "ten", "su", "vo", "bel", "dor", "nia", "ze", "pur", "gan", "hi", "tol", "wes"];
const HAN: &[&str] = &["安", "北", "川", "东", "海", "江", "昆", "林", "明", "南", "平", "青", "山", "西", "阳", "州"];
const KANA: &[&str] =
    &["カ", "ロ", "ミ", "ラ", "テン", "ス", "ボ", "ベル", "ドル", "ニア", "ゼ", "プル", "ガン", "ヒ", "トル", "ウェス"];

/// The same name in three scripts: a number in syllables, so that no two places share one.
pub(super) fn names(number: u64) -> Value {
    let mut digits = Vec::new();
    let mut rest = number.wrapping_add(256);
    while rest > 0 {
        digits.push((rest % 16) as usize);
        rest /= 16;
    }
    let spell = |syllables: &[&str]| digits.iter().map(|digit| syllables[*digit]).collect::<String>();
    let latin = spell(LATIN);
    let capital = latin[..1].to_uppercase() + &latin[1..];
    json!({ "en": capital, "zh-Hans": spell(HAN), "ja": spell(KANA) })
}

/// A tie, by the numbers of its places.
pub(super) struct Tie {
    pub(super) home: u64,
    pub(super) abroad: u64,
}

/// Kind, year, month and day of a tie.
pub(super) fn truth(seed: u64, tie: u64) -> (&'static str, u64, u64, u64) {
    let mut chance = SplitMix64::stream(seed, 6, tie);
    let kinds = ["friendship-city", "friendship-city", "friendly-exchange-city", "friendly-cooperation-city"];
    let kind = kinds[chance.below(4) as usize];
    (kind, FIRST_YEAR + chance.below(YEARS), 1 + chance.below(12), 1 + chance.below(28))
}

/// The parties of a tie as IRIs name them.
pub(super) fn parties(tie: &Tie) -> String {
    let mut parties = [place_id(tie.home), place_id(tie.abroad)];
    parties.sort_unstable();
    parties.join("--")
}

pub(super) fn tie_iri(seed: u64, number: u64, tie: &Tie) -> String {
    format!("{ID}tie/{}/{}", truth(seed, number).0, parties(tie))
}

/// Whether the text of a document is damaged.
pub(super) fn is_damaged(seed: u64, document: u64) -> bool {
    SplitMix64::stream(seed, 10, document).below(1000) < DAMAGED
}

pub(super) fn state_id(state: u64) -> String {
    format!("g-{state}")
}

pub(super) fn document_id(number: u64) -> String {
    format!("g-doc-{number}")
}

/// The day on which a document appeared.
pub(super) fn published(seed: u64, document: u64) -> String {
    let mut chance = SplitMix64::stream(seed, 8, document);
    format!("{}-{:02}-{:02}", 2010 + chance.below(15), 1 + chance.below(12), 1 + chance.below(28))
}

pub(super) fn place_id(place: u64) -> String {
    format!("g-place-{place}")
}
