//! What the register must hold true, on the places that ship and on small ones of its own.

mod items;
mod own;

use std::sync::LazyLock;

use super::fold::{FoldChange, fold, fold_with_reasons};
use super::*;

static BUILTIN: LazyLock<Register> = LazyLock::new(Register::builtin);

fn one(name: &str) -> Option<String> {
    BUILTIN.resolve(&Mention::named(name)).id().map(str::to_owned)
}

#[track_caller]
fn equal(a: &str, b: &str) {
    assert_eq!(fold(a), fold(b), "{a} and {b}");
}

#[test]
fn names_fold_alike_across_scripts_forms_and_separators() {
    for (a, b) in [
        ("撒馬爾罕", "撒马尔罕"),
        ("寮國", "老撾"),
        ("寮國", "老挝"),
        ("永珍", "万象"),
        ("紐西蘭", "新西兰"),
        ("義大利", "意大利"),
        ("藤沢", "藤澤"),
        ("藤沢", "藤泽"),
        ("下関", "下關"),
        ("下関", "下关"),
        ("新潟県", "新潟縣"),
        ("広島", "廣島"),
        ("広島", "广岛"),
        ("横浜", "横滨"),
        ("鹿児島", "鹿兒島"),
        ("瀋陽", "沈阳"),
        ("陜西", "陝西"),
        ("陜西", "陕西"),
        ("臺北", "台北"),
        ("結(jié)好", "结好"),
        ("實現(xiàn)", "实现"),
        ("下關（guān）市", "下關市"),
        ("サマルカンド", "さまるかんど"),
        ("ヴィエンチャン", "ビエンチャン"),
        ("ﾄﾘﾎﾟﾘ", "トリポリ"),
        ("クライストチャーチ", "クライストチャチ"),
        ("ウラン・バートル", "ウランバートル"),
        ("瓦加·瓦加", "瓦加瓦加"),
        ("Zürich", "ZURICH"),
        ("Ｚｕｒｉｃｈ", "zurich"),
        ("Malé", "Male"),
        ("Łódź", "Lodz"),
        ("Ulan-Bator", "Ulan Bator"),
        ("Xi'an", "Xi’an"),
        ("St. Louis", "Saint Louis"),
        ("Ürümqi", "Urumqi"),
        ("Αθήνα", "Αθηνα"),
        ("Киев", "КИЕВ"),
    ] {
        equal(a, b);
    }
}

#[test]
fn names_that_differ_keep_different_keys() {
    for (a, b) in
        [("ハノイ", "パノイ"), ("が", "か"), ("서울", "사울"), ("江西", "浙江"), ("北海", "北海道"), ("Xian", "Xiang")]
    {
        assert_ne!(fold(a), fold(b), "{a} and {b}");
    }
}

#[test]
fn folding_says_what_it_changed() {
    let changes = |name: &str| fold_with_reasons(name).changes;
    assert_eq!(changes("昆明"), []);
    assert_eq!(changes("結(jié)好"), [FoldChange::InsertedPinyin, FoldChange::Traditional]);
    assert_eq!(changes("寮國"), [FoldChange::Traditional, FoldChange::RegionalWord]);
    assert_eq!(changes("藤沢"), [FoldChange::JapaneseForms]);
    assert_eq!(changes("Zürich"), [FoldChange::Case, FoldChange::Diacritics]);
    assert_eq!(changes("さいたま"), [FoldChange::Kana]);
    assert_eq!(changes("st. louis"), [FoldChange::Separators, FoldChange::Abbreviation]);
    assert_eq!(fold_with_reasons("Köln").alternatives, ["koeln"]);
    assert_eq!(fold_with_reasons("Köln").key, fold("Köln"));
}

#[test]
fn folding_a_key_changes_nothing() {
    let mut changed = Vec::new();
    BUILTIN.each_place(&mut |place| {
        for (_, name) in &place.names {
            let key = fold(name);
            if fold(&key) != key {
                changed.push(format!("{name}: {key} to {}", fold(&key)));
            }
        }
    });
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[test]
fn brackets_that_hold_no_pinyin_stay() {
    assert_eq!(fold("刚果(金)"), "刚果金");
    assert_eq!(fold("萨哈(Yakutia)"), "萨哈yakutia");
    assert_eq!(fold("(shì)"), "shi");
    assert_eq!(fold("市(shì"), "市shi");
}

#[test]
fn any_text_folds_and_resolves_without_a_panic() {
    for text in [
        "",
        " ",
        "()",
        "（",
        "市",
        "·",
        "の",
        "\u{0}",
        "\u{202e}市",
        "(ā",
        "𠮷野家市",
        "=us",
        "🏙",
        "ー",
        "ヴ",
        &"市".repeat(5000),
        &"昆明".repeat(900),
    ] {
        let _ = fold_with_reasons(text);
        let _ = BUILTIN.resolve(&Mention::named(text));
        let _ = BUILTIN.resolve(&Mention::named("昆明").in_state(text));
        let _ = BUILTIN.resolve(&Mention::named("昆明").in_unit(text));
        let _ = BUILTIN.find(text, 5);
    }
}

#[test]
fn a_word_decides_between_city_and_unit() {
    for (name, id) in [
        ("撒馬爾罕市", "uz-samarqand-city"),
        ("撒馬爾罕州", "uz-samarqand-region"),
        ("永珍市", "la-vientiane-city"),
        ("永珍省", "la-vientiane-province"),
        ("新潟縣", "jp-niigata-prefecture"),
        ("サマルカンド州", "uz-samarqand-region"),
        ("Samarkand Region", "uz-samarqand-region"),
        ("City of Zürich", "ch-zurich-city"),
        ("Canton of Zurich", "ch-zurich-canton"),
    ] {
        assert_eq!(one(name).as_deref(), Some(id), "{name}");
    }
}

#[test]
fn a_bare_name_is_the_city_unless_the_other_party_is_a_unit() {
    let mention = Mention::named("撒馬爾罕");
    assert_eq!(BUILTIN.resolve(&mention).id(), Some("uz-samarqand-city"));
    assert_eq!(BUILTIN.resolve(&mention.at_level(Level::FirstLevel)).id(), Some("uz-samarqand-region"));
    let context = MentionContext { peer_level: Some(Level::FirstLevel), ..MentionContext::default() };
    let open = BUILTIN.resolve(&Mention { context, ..mention });
    assert!(matches!(open, Resolution::Ambiguous { ref candidates } if candidates.len() == 2), "{open:?}");
}

#[test]
fn homonyms_stay_apart_until_the_state_tells() {
    assert!(
        matches!(BUILTIN.resolve(&Mention::named("的黎波里")), Resolution::Ambiguous { ref candidates } if candidates.len() >= 3)
    );
    for (state, id) in
        [("ly", "ly-tripoli-city"), ("LB", "lb-tripoli"), ("希臘", "gr-tripoli"), ("Greece", "gr-tripoli")]
    {
        assert_eq!(BUILTIN.resolve(&Mention::named("Tripoli").in_state(state)).id(), Some(id), "{state}");
    }
}

#[test]
fn a_state_or_unit_that_contradicts_leaves_a_mention_unknown_with_near_misses() {
    let elsewhere = BUILTIN.resolve(&Mention::named("昆明市").in_state("uz"));
    assert_eq!(elsewhere.candidates().first().map(|c| c.id.as_str()), Some("cn-kunming"));
    assert!(elsewhere.id().is_none());
    assert!(BUILTIN.resolve(&Mention::named("昆明市").in_unit("山東省")).id().is_none());
    assert!(BUILTIN.resolve(&Mention::named("昆明市").in_state("no such state")).id().is_none());
    let typo = BUILTIN.resolve(&Mention::named("Samarkandd"));
    assert!(typo.candidates().iter().any(|c| c.id == "uz-samarqand-city"), "{typo:?}");
}

#[test]
fn what_the_record_says_tips_the_balance() {
    let hint = |state| MentionContext { state_hint: Some(state), ..MentionContext::default() };
    let mention = Mention::named("Tripoli");
    assert_eq!(BUILTIN.resolve(&Mention { context: hint("ly"), ..mention }).id(), Some("ly-tripoli-city"));
}

#[test]
fn a_place_in_two_sources_is_one_place() {
    let kunming = BUILTIN.get("cn-kunming").map(|place| (place.codes.get("geonames").cloned(), place.curated));
    assert_eq!(kunming, Some((Some("1804651".to_owned()), true)));
    for name in ["Kunming", "昆明", "쿤밍 시", "Куньмин", "クンミン"] {
        let found = BUILTIN.find(name, 9);
        assert!(found.iter().filter(|c| c.label == "Kunming").count() <= 1, "{found:?}");
    }
    assert_eq!(one("Куньмин").as_deref(), Some("cn-kunming"));
}

#[test]
fn every_curated_place_is_found_by_its_names() {
    let mut missed = Vec::new();
    for place in Register::curated().places_in_memory() {
        let state = place.state.as_deref();
        for (_, name) in &place.names {
            let mention = Mention { name, state, level: Some(place.level), ..Mention::default() };
            match BUILTIN.resolve(&mention) {
                Resolution::One { id, .. } if id == place.id => {}
                Resolution::Ambiguous { candidates } if candidates.iter().any(|c| c.id == place.id) => {}
                other => missed.push(format!("{name} of {}: {other:?}", place.id)),
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn places_lie_in_places_that_exist() {
    assert!(BUILTIN.len() > 38_000, "{}", BUILTIN.len());
    let ids = |id: &str| BUILTIN.ancestors(id).into_iter().map(|place| place.id).collect::<Vec<_>>();
    assert_eq!(ids("cn-dali"), ["cn-yunnan", "cn"]);
    assert_eq!(ids("jp-kitakyushu"), ["jp-fukuoka-prefecture", "jp"]);
    assert_eq!(ids("cn-yuanjiang"), ["cn-yuxi", "cn-yunnan", "cn"]);
    assert_eq!(ids("cn"), [""; 0]);
    for place in BUILTIN.places_in_memory() {
        for id in [&place.state, &place.within].into_iter().flatten() {
            assert!(BUILTIN.contains(id), "{} lies in {id}", place.id);
        }
    }
}
