//! The example records and the register of their places: read by the contract, whole, and agreeing with each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use citypact::place::{Mention, Register};
use citypact::record::{Place, PlaceRef, Record, RecordType, Reference, Tie, TieKind};

const ARTICLES: [&str; 5] = ["000", "001", "002", "003", "004"];

fn lines(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn read(line: &str) -> Record {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    let kind = RecordType::from_tag(value["type"].as_str().unwrap()).unwrap();
    kind.deserialize(&mut serde_json::Deserializer::from_str(line)).unwrap_or_else(|e| panic!("{e}: {line}"))
}

fn article(name: &str) -> Vec<Record> {
    lines(&format!("examples/articles/{name}.jsonl")).iter().map(|line| read(line)).collect()
}

fn articles() -> Vec<Record> {
    ARTICLES.iter().flat_map(|name| article(name)).collect()
}

fn register() -> Vec<Place> {
    let places = lines("ontology/places.jsonl").into_iter().map(|line| match read(&line) {
        Record::Place(place) => place,
        other => panic!("a {} in the register", other.record_type().as_str()),
    });
    places.collect()
}

fn ties(records: &[Record]) -> Vec<&Tie> {
    records.iter().filter_map(|record| if let Record::Tie(tie) = record { Some(tie) } else { None }).collect()
}

/// What a record says, without where it says so.
fn content(record: &Record) -> serde_json::Value {
    let mut value = serde_json::to_value(record).unwrap();
    value.as_object_mut().unwrap().retain(|field, _| field != "evidence" && field != "source");
    value
}

/// The ids that fields of references hold, with the field; inline things and texts are passed over.
fn references(value: &serde_json::Value) -> Vec<(String, String)> {
    const FIELDS: [&str; 22] = [
        "parties",
        "about",
        "recipient",
        "for_tie_with",
        "location",
        "stops",
        "seat",
        "sending_state",
        "award",
        "conferred_at",
        "conferred_by",
        "signed_at",
        "founded_at",
        "issued_by",
        "part_of",
        "establishes",
        "established_by",
        "breakdown_of",
        "assesses",
        "hosts",
        "set_by",
        "operator",
    ];
    let mut found = Vec::new();
    for field in FIELDS {
        let ids = match &value[field] {
            serde_json::Value::String(id) => vec![id.clone()],
            serde_json::Value::Array(list) => list.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        found.extend(ids.into_iter().map(|id| (field.to_owned(), id)));
    }
    found
}

#[test]
fn every_article_begins_with_its_source_and_every_fact_has_a_short_quote_with_its_place() {
    for name in ARTICLES {
        let records = article(name);
        let Record::Source(source) = &records[0] else { panic!("{name} begins with another record") };
        assert_eq!(source.id, name);
        for record in &records[1..] {
            assert!(!record.evidence().is_empty(), "{name}: {record:?}");
            for evidence in record.evidence() {
                let length = evidence.quote.chars().count();
                assert!((1..=12).contains(&length), "{}", evidence.quote);
                let span = evidence.end.unwrap() - evidence.start.unwrap();
                assert_eq!(span as usize, length, "{}", evidence.quote);
            }
        }
    }
}

#[test]
fn an_id_that_two_articles_share_says_the_same_in_both() {
    let mut known: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    for record in articles() {
        if let Some(id) = record.id() {
            let content = content(&record);
            assert_eq!(known.entry(id.to_owned()).or_insert_with(|| content.clone()), &content, "{id}");
        }
    }
}

#[test]
fn every_reference_leads_to_a_record_or_to_a_place_of_the_register() {
    let places: BTreeSet<String> = register().into_iter().map(|place| place.id).collect();
    let review = article("review");
    let all: Vec<Record> = articles().into_iter().chain(review).collect();
    let ids: BTreeSet<&str> = all.iter().filter_map(Record::id).collect();
    for record in &all {
        for (field, id) in references(&content(record)) {
            assert!(places.contains(&id) || ids.contains(id.as_str()), "{field} of {record:?}: {id}");
        }
    }
}

#[test]
fn an_article_needs_no_other_to_be_read() {
    let places: BTreeSet<String> = register().into_iter().map(|place| place.id).collect();
    for name in ARTICLES {
        let records = article(name);
        let ids: BTreeSet<&str> = records.iter().filter_map(Record::id).collect();
        for (field, id) in records.iter().flat_map(|record| references(&content(record))) {
            assert!(places.contains(&id) || ids.contains(id.as_str()), "{name}, {field}: {id}");
        }
    }
}

#[test]
fn the_articles_hold_the_facts_counted_by_hand() {
    let records = articles();
    let all = ties(&records);
    assert_eq!(all.len(), 76);
    assert_eq!(all.iter().filter(|tie| tie.since.is_some()).count(), 13);
    let of_000 = article("000");
    let brackets = ties(&of_000).into_iter().filter(|tie| tie.kind == TieKind::UnspecifiedFriendship);
    assert_eq!(brackets.inspect(|tie| assert!(tie.since.is_none() && tie.established_by.is_none())).count(), 40);
    let conferrals = of_000.iter().filter(|record| record.record_type() == RecordType::Conferral).count();
    assert_eq!(conferrals, 60);
}

#[test]
fn parties_of_ties_are_different_places() {
    let records = articles();
    for tie in ties(&records) {
        let parties: BTreeSet<&str> = tie
            .parties
            .iter()
            .map(|party: &PlaceRef| match party {
                Reference::Id(id) => id.as_str(),
                Reference::Inline(mention) => mention.name.as_str(),
            })
            .collect();
        assert_eq!(parties.len(), tie.parties.len());
    }
}

#[test]
fn the_register_is_sorted_and_leads_every_place_up_to_its_state() {
    let places = register();
    assert!(places.windows(2).all(|pair| pair[0].id < pair[1].id));
    let register = Register::curated();
    for place in &places {
        let state = place.id.split('-').next().unwrap();
        let top = register.ancestors(&place.id).last().map_or(place.id.clone(), |top| top.id.clone());
        assert_eq!(top, state, "{}", place.id);
    }
}

/// Names as the articles print them, many of them chains, and the place that each means.
const PRINTED: &[(&str, &str)] = &[
    ("南韓京畿道義王市", "kr-uiwang"),
    ("內蒙古自治區興安盟", "cn-hinggan"),
    ("蒙古國東方省", "mn-dornod"),
    ("智利紐夫萊大區奇廉市", "cl-chillan"),
    ("希臘伯羅奔尼撒省泰瑞波利斯市", "gr-tripoli"),
    ("柬埔寨白馬省", "kh-kep-province"),
    ("雲南省玉溪市元江縣", "cn-yuanjiang"),
    ("寮國永珍省萬榮縣", "la-vang-vieng"),
    ("尼泊爾藍毗尼文化市", "np-lumbini-sanskritik"),
    ("陜西省", "cn-shaanxi"),
    ("山西省", "cn-shanxi"),
    ("遼寧沈陽市", "cn-shenyang"),
    ("南韓全北特別自治道", "kr-jeonbuk"),
    ("美國聖路易市", "us-st-louis"),
    ("烏茲別克撒馬爾罕州", "uz-samarqand-region"),
    ("烏茲別克斯坦撒馬爾罕市", "uz-samarqand-city"),
    ("撒马尔罕", "uz-samarqand-city"),
    ("泰國巴蜀府", "th-prachuap-khiri-khan"),
    ("義大利阿斯蒂市", "it-asti"),
    ("哈薩克北哈薩克州", "kz-north-kazakhstan"),
    ("日本奈良市", "jp-nara-city"),
    ("奈良県", "jp-nara-prefecture"),
    ("日本新潟縣", "jp-niigata-prefecture"),
    ("日本大阪市", "jp-osaka-city"),
    ("寮國永珍市", "la-vientiane-city"),
    ("老挝万象", "la-vientiane-city"),
    ("永珍省", "la-vientiane-province"),
    ("紐西蘭克賴斯特徹奇市", "nz-christchurch"),
    ("南非莎拉巴特曼市", "za-sarah-baartman"),
    ("白俄羅斯共和國明斯克州", "by-minsk-region"),
    ("巴基史坦洪紮地區", "pk-hunza"),
    ("新疆維吾爾自治區塔什庫爾幹縣", "cn-taxkorgan"),
    ("寮國瑯南塔省", "la-luang-namtha-province"),
    ("捷克奥洛莫茨", "cz-olomouc-city"),
    ("捷克奥罗莫茨市", "cz-olomouc-city"),
    ("孟加拉国加济布尔市", "bd-gazipur"),
    ("澳大利亚瓦加瓦加", "au-wagga-wagga"),
    ("马尔代夫马累", "mv-male"),
    ("タイのチェンマイ", "th-chiang-mai-city"),
    ("トルコ・アンタルヤ", "tr-antalya-city"),
    ("カルカッタ市", "in-kolkata"),
    ("日本下關(guān)市", "jp-shimonoseki"),
    ("俄羅斯圣彼得堡", "ru-saint-petersburg"),
    ("阿塞拜疆甘賈", "az-ganja"),
];

#[test]
fn every_printed_name_means_one_place() {
    let register = Register::builtin();
    for (name, id) in PRINTED {
        let resolution = register.resolve(&Mention::named(name));
        assert_eq!(resolution.id(), Some(*id), "{name}: {resolution:?}");
    }
}
