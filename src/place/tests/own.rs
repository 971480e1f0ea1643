//! Places that a run adds, decisions, and registers that are made.

use std::io::Cursor;

use super::super::review::{self, Decision, Decisions, Review};
use super::super::*;
use super::BUILTIN;

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
    let shipped = include_bytes!("../../../ontology/register.bin");
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
