//! Items of Wikidata of the register, and of those who describe its places otherwise.

use std::collections::BTreeSet;
use std::io::Cursor;

use super::super::review::Decisions;
use super::super::*;
use super::BUILTIN;

fn item(register: &Register, id: &str) -> Option<String> {
    register.get(id)?.codes.get("wikidata").cloned()
}

/// A record of a place of the register that has an item.
fn said(id: &str, item: &str) -> Place {
    let level = BUILTIN.get(id).map_or(Level::State, |place| place.level);
    let mut place = Place::new(id, level);
    place.codes.insert("wikidata".to_owned(), item.to_owned());
    place
}

#[test]
fn states_and_some_units_are_the_items_that_they_are_known_to_be() {
    for (id, wikidata) in [
        ("cn", "Q148"),
        ("jp", "Q17"),
        ("fr", "Q142"),
        ("us", "Q30"),
        ("gb", "Q145"),
        ("de", "Q183"),
        ("kr", "Q884"),
        ("kp", "Q423"),
        ("uz", "Q265"),
        ("la", "Q819"),
        ("vn", "Q881"),
        ("mn", "Q711"),
        ("tw", "Q865"),
        ("va", "Q237"),
        // Not the kingdoms that these are parts of.
        ("nl", "Q55"),
        ("dk", "Q35"),
        ("cn-hong-kong", "Q8646"),
        ("cn-macau", "Q14773"),
        ("gb-scotland", "Q22"),
        ("us-hawaii", "Q782"),
        ("au-tasmania", "Q34366"),
    ] {
        assert_eq!(item(&BUILTIN, id).as_deref(), Some(wikidata), "{id}");
    }
    assert_eq!(item(&BUILTIN, "ec-galapagos"), None, "a province, and not the islands");
}

#[test]
fn each_state_is_an_item_of_its_own() {
    let (mut states, mut items) = (0, BTreeSet::new());
    BUILTIN.each_place(&mut |place| {
        if place.codes.contains_key("iso3166-1") {
            states += 1;
            items.extend(place.codes.get("wikidata").cloned());
        }
    });
    assert!(states >= 249, "{states}");
    assert_eq!(items.len(), states);
}

#[test]
fn an_item_leads_to_its_place() {
    let ids = |text: &str| BUILTIN.find(text, 5).into_iter().map(|found| found.id).collect::<Vec<_>>();
    assert_eq!(ids("Q17"), ["jp"]);
    assert_eq!(ids("https://www.wikidata.org/entity/Q22"), ["gb-scotland"]);
    assert_eq!(ids("Q182852"), ["cn-kunming"], "of a curated place");
    assert_eq!(ids("Q99999999"), [""; 0]);
    let mut register = Register::builtin();
    assert!(register.add(said("jp", "Q999")).is_ok());
    assert!(register.find("Q17", 5).iter().all(|found| found.id != "jp"));
    assert_eq!(register.find("Q999", 5).iter().map(|found| &*found.id).collect::<Vec<_>>(), ["jp"]);
}

#[test]
fn another_item_than_the_registers_counts_and_is_told() -> Result<(), Conflict> {
    // One curated, one packed.
    for (id, known) in [("jp", "Q17"), ("gb-scotland", "Q22")] {
        let mut register = Register::builtin();
        assert_eq!(register.add(said(id, known))?, None);
        let mut register = Register::builtin();
        let told = register.add(said(id, "Q999"))?.map(|conflict| (conflict.field, conflict.told()));
        let words =
            format!("`{id}` is the Wikidata item `Q999` here and `{known}` in the register; this record counts");
        assert_eq!(told, Some(("codes/wikidata", words)));
        assert_eq!(item(&register, id).as_deref(), Some("Q999"));
        let (now, before) = (register.get(id), BUILTIN.get(id));
        assert_eq!(now.map(|place| place.names), before.map(|place| place.names), "nothing else is left out");
        // Two of the run are a contradiction.
        assert_eq!(register.add(said(id, "Q998")).map_err(|conflict| conflict.theirs), Err("Q998".to_owned()));
    }
    Ok(())
}

#[test]
fn an_iri_of_another_item_goes_before_the_registers_code() -> Result<(), Conflict> {
    let iri = "http://www.wikidata.org/entity/Q999";
    let mut register = Register::builtin();
    let place = Place { same_as: vec![iri.to_owned()], ..Place::new("jp", Level::State) };
    assert_eq!(register.add(place)?.map(|conflict| conflict.field), Some("same_as"));
    assert_eq!(
        (item(&register, "jp"), register.get("jp").map(|place| place.same_as)),
        (None, Some(vec![iri.to_owned()]))
    );
    // So does what a person decided.
    let mut register = Register::builtin();
    let file = format!("{{\"place\":\"gb-scotland\",\"same_as\":[\"{iri}\"]}}");
    assert!(Decisions::read(Cursor::new(file)).is_ok_and(|decisions| register.obey(decisions).is_ok()));
    assert_eq!(item(&register, "gb-scotland"), None);
    Ok(())
}

#[test]
fn a_place_under_an_id_of_its_own_has_the_codes_of_the_one_that_it_is() -> Result<(), Conflict> {
    let mut mine = Place::new("my-scotland", Level::FirstLevel);
    mine.codes.insert("iso3166-2".to_owned(), "GB-SCT".to_owned());
    let mut register = Register::builtin();
    assert_eq!(register.add(mine.clone())?, None);
    assert_eq!(item(&register, "my-scotland").as_deref(), Some("Q22"));
    mine.codes.insert("wikidata".to_owned(), "Q999".to_owned());
    let mut register = Register::builtin();
    assert_eq!(register.add(mine)?.map(|conflict| conflict.ours), Some("Q22".to_owned()));
    assert_eq!(item(&register, "my-scotland").as_deref(), Some("Q999"));
    Ok(())
}
