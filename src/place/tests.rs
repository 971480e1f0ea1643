//! What the register must hold true, on the places that ship and on small ones of its own.

use std::io::Cursor;
use std::sync::LazyLock;

use super::fold::{FoldChange, fold, fold_with_reasons};
use super::review::{Decision, Decisions, Review};
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

fn springfield(id: &str) -> Place {
    let mut place = Place::new(id, Level::Municipality);
    place.state = Some("us".to_owned());
    place.names = vec![("en".to_owned(), "Springfield".to_owned())];
    place
}

#[test]
fn places_of_the_run_go_before_the_shipped_ones() -> Result<(), Conflict> {
    let mut register = Register::builtin();
    register.add(springfield("my-springfield"))?;
    assert_eq!(register.resolve(&Mention::named("Springfield")).id(), Some("my-springfield"));
    Ok(())
}

#[test]
fn adding_to_a_place_merges_and_contradicting_it_leaves_it_out() -> Result<(), Conflict> {
    let mut register = Register::builtin();
    let mut more = Place::new("cn-dali", Level::SecondLevel);
    more.names = vec![("ru".to_owned(), "Дали".to_owned())];
    assert_eq!(register.add(more)?, None);
    let dali = register.get("cn-dali").ok_or_else(unreachable).unwrap_or_else(|place| place);
    assert!(dali.names_in("ru").eq(["Дали"]) && dali.names_in("zh-Hans").next().is_some());
    let fields = |place: Place| register.clone().add(place).map(|conflict| conflict.map(|conflict| conflict.field));
    let kunming = || Place::new("cn-kunming", Level::Municipality);
    assert_eq!(fields(Place::new("cn-kunming", Level::State)), Ok(Some("level")));
    assert_eq!(fields(Place { state: Some("uz".into()), ..kunming() }), Ok(Some("state")));
    assert_eq!(fields(Place { state: Some("中国".into()), ..kunming() }), Ok(None), "a state by its name");
    assert_eq!(fields(Place { lat: Some(0.0), ..kunming() }), Ok(Some("lat")));
    Ok(())
}

#[test]
fn a_place_of_the_run_stands_in_the_stead_of_what_it_contradicts() -> Result<(), Conflict> {
    let mut register = Register::builtin();
    let known = register.len();
    let mut shanghai = Place::new("cn-shanghai", Level::Municipality);
    shanghai.state = Some("cn".to_owned());
    shanghai.names = vec![("en".to_owned(), "Shanghai".to_owned())];
    assert_eq!(register.add(shanghai.clone())?.map(|conflict| conflict.field), Some("level"));
    assert_eq!(register.len(), known);
    assert_eq!(register.get("cn-shanghai"), Some(shanghai.clone()));
    assert_eq!(register.resolve(&Mention::named("Shanghai")).id(), Some("cn-shanghai"));
    assert_ne!(
        register.resolve(&Mention::named("上海市")).id(),
        Some("cn-shanghai"),
        "the register's names are left out"
    );
    let mut places = 0;
    register.each_place(&mut |place| places += usize::from(place.id == "cn-shanghai"));
    assert_eq!(places, 1);
    // Two of the run that contradict each other are an error, in either order; one more that agrees is none.
    let fields = |place: Place| register.clone().add(place).map_err(|conflict| conflict.field);
    assert_eq!(fields(Place::new("cn-shanghai", Level::FirstLevel)), Err("level"));
    assert_eq!(fields(shanghai), Ok(None));
    let mut other = Register::builtin();
    other.add(Place::new("cn-shanghai", Level::FirstLevel))?;
    assert!(other.add(Place::new("cn-shanghai", Level::Municipality)).is_err());
    Ok(())
}

#[test]
fn a_name_with_its_word_means_the_city_and_not_a_part_of_it() {
    for name in ["徐州市", "徐州", "江苏省徐州市", "江蘇省徐州市", "Xuzhou City"] {
        assert_eq!(BUILTIN.resolve(&Mention::named(name)).id(), Some("cn-xuzhou"), "{name}");
    }
}

#[test]
fn what_lay_in_a_place_left_out_lies_in_the_new_one_or_above() -> Result<(), Conflict> {
    let inside = |register: &Register, unit: &str| {
        let mut found = None;
        register.each_place(&mut |place| {
            if found.is_none() && place.within.as_deref() == Some(unit) {
                found = Some(place.id.clone());
            }
        });
        found.unwrap_or_default()
    };
    let mut register = Register::builtin();
    let part = inside(&register, "cn-yunnan");
    register.add(Place { state: Some("cn".into()), ..Place::new("cn-yunnan", Level::Region) })?;
    assert!(register.ancestors(&part).iter().any(|place| place.id == "cn-yunnan"), "another view of the same: {part}");
    let mut register = Register::builtin();
    register.add(Place { state: Some("uz".into()), ..Place::new("cn-yunnan", Level::FirstLevel) })?;
    let above: Vec<String> = register.ancestors(&part).into_iter().map(|place| place.id).collect();
    assert_eq!(above, ["cn"], "another place altogether");
    let mut register = Register::builtin();
    register.add(Place { state: Some("cn".into()), ..Place::new("tw", Level::FirstLevel) })?;
    let taipei = register.get("tw-taipei").and_then(|place| place.state);
    assert_eq!(taipei.as_deref(), Some("cn"));
    assert_eq!(register.resolve(&Mention::named("台北市").in_state("tw")).id(), Some("tw-taipei"));
    Ok(())
}

fn unreachable() -> Place {
    Place::new("no place", Level::Region)
}

#[test]
fn json_lines_are_added_and_a_bad_line_is_named() {
    let mut register = Register::curated();
    let good = "{\"type\":\"place\",\"id\":\"xx-a\",\"level\":\"municipality\",\"names\":{\"en\":\"Ayville\"}}\n\n";
    assert_eq!(register.add_jsonl(Cursor::new(good), &mut |_, _| {}).ok(), Some(1));
    assert_eq!(register.resolve(&Mention::named("AYVILLE")).id(), Some("xx-a"));
    let error = register.add_jsonl(Cursor::new("\n{\"id\":7}"), &mut |_, _| {}).map_err(|error| error.to_string());
    assert!(error.as_ref().is_err_and(|text| text.starts_with("line 2: ")), "{error:?}");
}

#[test]
fn a_minted_key_is_the_same_in_every_script_and_no_other() {
    let key = |name, state| minted_key(name, state, Some(Level::Municipality));
    assert_eq!(key("烏有市", Some("uz")), key("乌有市", Some("UZ")));
    assert_eq!(key("烏有市", None).len(), 32);
    assert_ne!(key("烏有市", None), key("烏有市", Some("uz")));
    assert_ne!(minted_key("ab", Some("c"), None), minted_key("a", Some("bc"), None));
    let by_name = BUILTIN.minted_key(&Mention::named("烏有市").in_state("烏茲別克"));
    assert_eq!(by_name, BUILTIN.minted_key(&Mention::named("乌有市").in_state("uz")));
}

#[test]
fn decisions_go_round() -> Result<(), review::ReadError> {
    let mention = Mention::named("的黎波里").in_unit("no such unit");
    let mut review = Review::default();
    review.note(&mention, &BUILTIN.resolve(&mention));
    review.note(&mention, &BUILTIN.resolve(&mention));
    review.note(&Mention::named("昆明"), &BUILTIN.resolve(&Mention::named("昆明")));
    let mut file = Vec::new();
    assert!(review.write(&mut file).is_ok() && review.len() == 1);
    let file = String::from_utf8_lossy(&file).replace("\"place\":null", "\"place\":\"gr-tripoli\"");
    let mut register = Register::builtin();
    assert_eq!(register.obey(Decisions::read(Cursor::new(file))?), Ok(()));
    assert_eq!(register.resolve(&mention).id(), Some("gr-tripoli"));
    assert!(register.resolve(&Mention::named("的黎波里")).id().is_none());
    Ok(())
}

#[test]
fn decisions_that_contradict_or_name_no_place_are_refused() {
    let decision = |place: &str| Decision { name: Some("X".into()), place: Some(place.into()), ..Decision::default() };
    let mut decisions = Decisions::default();
    assert_eq!(decisions.add(decision("cn-nowhere")), Ok(()));
    assert!(decisions.add(decision("cn-kunming")).is_err());
    assert_eq!(Register::builtin().obey(decisions), Err(vec!["cn-nowhere".to_owned()]));
}

#[test]
fn reviewed_iris_reach_the_place() {
    let iri = "http://www.wikidata.org/entity/Q182852";
    let file = format!("{{\"place\":\"cn-kunming\",\"same_as\":[\"{iri}\"]}}");
    let mut register = Register::builtin();
    let obeyed = Decisions::read(Cursor::new(file)).map(|decisions| register.obey(decisions));
    assert!(matches!(obeyed, Ok(Ok(()))));
    assert_eq!(register.get("cn-kunming").map(|place| place.same_as), Some(vec![iri.to_owned()]));
}

#[test]
fn bytes_that_are_no_register_are_refused() {
    let shipped = include_bytes!("../../ontology/register.bin");
    assert!(Register::from_packed(Vec::new()).is_err());
    assert!(Register::from_packed(b"pactreg1".to_vec()).is_err());
    assert!(Register::from_packed(shipped[..shipped.len() / 2].to_vec()).is_err());
    let mut damaged = shipped.to_vec();
    for at in (60..shipped.len()).step_by(997) {
        damaged[at] ^= 0x5a;
    }
    assert!(Register::from_packed(damaged).is_err());
    assert!(Register::from_packed(shipped.to_vec()).is_ok());
}

const CITY: &str = "9999999\tNeuestadt\tNeuestadt\tNovygorod\t50.1\t8.6\tP\tPPL\tDE\t\t05\t\t\t\t12345\t\t9\tEurope/Berlin\t2024-01-01";

#[test]
fn dumps_of_geonames_add_places_names_and_items() -> Result<(), build::BuildError> {
    let mountain = CITY.replace("\tP\t", "\tT\t");
    let kunming = CITY.replace("9999999", "1804651");
    let mut cities = Cursor::new(format!("\u{FEFF}{CITY}\n{mountain}\n{kunming}\n"));
    let mut names = Cursor::new(
        "1\t9999999\tja\tノイエシュタット\t\t\t\t\n2\t9999999\twkdt\tQ42\n3\t9999999\tlink\thttps://x.example\n4\t5\ten\tX\n5\t9999999\tzh\t新城\n",
    );
    let (bytes, done) = build::dumps::geonames(&BUILTIN, ("cities.txt", &mut cities), Some(("names.txt", &mut names)))?;
    assert_eq!((done.places, done.known, done.other_features, done.names, done.items), (1, 1, 1, 2, 1));
    let register = Register::from_packed(bytes).unwrap_or_default();
    assert_eq!(register.len(), BUILTIN.len() + 1);
    let place = register.get("de-neuestadt").unwrap_or_else(unreachable);
    assert_eq!(place.codes.get("wikidata").map(String::as_str), Some("Q42"));
    assert_eq!(place.within.as_deref(), Some("de-hesse"));
    for name in ["新城", "ノイエシュタット", "Novygorod"] {
        assert!(register.find(name, 9).iter().any(|c| c.id == "de-neuestadt"), "{name}");
    }
    assert_eq!(register.resolve(&Mention::named("撒馬爾罕市")).id(), Some("uz-samarqand-city"));
    Ok(())
}

#[test]
fn a_bad_line_of_a_dump_is_named() {
    for (line, reason) in [
        ("a\tb", "cities.txt:1: 19 columns"),
        (&CITY.replace("50.1", "north"), "cities.txt:1: \"north\" is no latitude"),
    ] {
        let mut cities = Cursor::new(line.to_owned());
        let error = build::dumps::geonames(&Register::curated(), ("cities.txt", &mut cities), None);
        assert!(error.as_ref().is_err_and(|error| error.to_string().starts_with(reason)), "{error:?}");
    }
}

#[test]
fn searching_finds_beginnings_and_near_spellings() {
    let ids = |text: &str| BUILTIN.find(text, 8).into_iter().map(|c| c.id).collect::<Vec<_>>();
    assert_eq!(ids("撒馬爾罕")[..2], ["uz-samarqand-city", "uz-samarqand-region"]);
    assert!(ids("Samarq").contains(&"uz-samarqand-city".to_owned()));
    assert!(ids("Kunmingg").contains(&"cn-kunming".to_owned()));
    assert_eq!(ids("烏茲別克撒馬爾罕州"), ["uz-samarqand-region"]);
    assert_eq!(BUILTIN.find("a", 3).len(), 3);
}
