//! GeoNames' own dumps: a register with all of their places and names in it.
//!
//! `cities15000.txt` (or 5000, 1000, 500, `allCountries.txt`) brings places, `alternateNamesV2.txt` names with their
//! languages and Wikidata's items. Both are read as streams; the layout is
//! <https://download.geonames.org/export/dump/readme.txt>.

use std::io::BufRead;

use super::draft::{Draft, Drafts};
use super::gazetteer::{self, City};
use super::tables::Tables;
use super::{BuildError, content, ids, pack};
use crate::place::Register;
use crate::place::index::NameClass;
use crate::place::packed::Packed;

/// What an import brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Places that the register did not have.
    pub places: usize,
    /// Places that it had.
    pub known: usize,
    /// Lines about features that are no populated places, left out.
    pub other_features: usize,
    /// Names with a language.
    pub names: usize,
    /// Wikidata items.
    pub items: usize,
}

/// Makes a packed register out of the packed places of `base` and of GeoNames' dumps.
///
/// Ids of `base` stay; new places get ids by the same rules. The bytes are for [`Register::from_packed`].
///
/// # Errors
/// A line that has too few columns or holds no number where one must stand, with the file's name and the line.
pub fn geonames(
    base: &Register,
    cities: (&str, &mut dyn BufRead),
    names: Option<(&str, &mut dyn BufRead)>,
) -> Result<(Vec<u8>, Imported), BuildError> {
    let tables = Tables::builtin()?;
    let mut drafts = base.packed().map(unpack).unwrap_or_default();
    let mut done = Imported::default();
    each_line(cities, 19, |columns| read_city(columns, &tables, &mut drafts, &mut done))?;
    if let Some(names) = names {
        each_line(names, 4, |columns| read_name(columns, &mut drafts, &mut done))?;
    }
    ids::assign(&mut drafts);
    Ok((pack::pack(&drafts)?, done))
}

fn each_line(
    (file, lines): (&str, &mut dyn BufRead),
    fewest: usize,
    mut take: impl FnMut(&[&str]) -> Result<(), String>,
) -> Result<(), BuildError> {
    for (i, line) in lines.lines().enumerate() {
        let line = line.map_err(|source| BuildError::Read { path: file.into(), source })?;
        let mark = if i == 0 { "\u{FEFF}" } else { "" };
        let columns: Vec<&str> = line.strip_prefix(mark).unwrap_or(&line).split('\t').collect();
        let wrong = |reason: String| content(format!("{file}:{}", i + 1), reason);
        if columns.len() < fewest {
            return Err(wrong(format!("{fewest} columns parted by tabs expected, {} found", columns.len())));
        }
        take(&columns).map_err(wrong)?;
    }
    Ok(())
}

fn number<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text:?} is no {what}"))
}

fn read_city(columns: &[&str], tables: &Tables, drafts: &mut Drafts, done: &mut Imported) -> Result<(), String> {
    if columns[6] != "P" {
        done.other_features += 1;
        return Ok(());
    }
    let city = City {
        geonameid: number(columns[0], "GeoNames id")?,
        name: columns[1].to_owned(),
        latitude: number(columns[4], "latitude")?,
        longitude: number(columns[5], "longitude")?,
        countrycode: columns[8].to_owned(),
        population: number(columns[14], "population")?,
        admin1code: columns[10].to_owned(),
        alternatenames: columns[3].split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
    };
    match drafts.by_geonames.contains_key(&city.geonameid) {
        true => done.known += 1,
        false => {
            done.places += 1;
            gazetteer::add(city, tables, drafts);
        }
    }
    Ok(())
}

/// Codes that stand in the column of the language and name no place in one.
const NO_LANGUAGE: &[&str] = &["link", "post", "iata", "icao", "faac", "unlc", "abbr", "phon", "tcid", "fr_1793"];

fn read_name(columns: &[&str], drafts: &mut Drafts, done: &mut Imported) -> Result<(), String> {
    let geonames: u32 = number(columns[1], "GeoNames id")?;
    let Some(&at) = drafts.by_geonames.get(&geonames) else { return Ok(()) };
    let (language, name) = (columns[2], columns[3]);
    let flag = |column: usize| columns.get(column).is_some_and(|flag| *flag == "1");
    let draft = &mut drafts.all[at];
    match language {
        "wkdt" => {
            draft.wikidata = number(name.trim_start_matches('Q'), "Wikidata item")?;
            done.items += 1;
        }
        _ if NO_LANGUAGE.contains(&language) => {}
        _ => {
            done.names += 1;
            add_name(draft, language, name, flag(4), flag(6) || flag(7));
        }
    }
    Ok(())
}

/// Shows names of the languages of the contract; others, old and colloquial ones are only looked up.
fn add_name(draft: &mut Draft, language: &str, name: &str, preferred: bool, odd: bool) {
    let class = if preferred { NameClass::Alternative } else { NameClass::Gathered };
    match shown(language, name, &draft.iso2) {
        Some(tag) if !odd => draft.name(tag, name, class),
        _ => draft.other_names.push(name.to_owned()),
    }
}

fn shown(language: &str, name: &str, iso2: &str) -> Option<&'static str> {
    match language {
        "en" => Some("en"),
        "ja" => Some("ja"),
        "ko" => Some("ko"),
        "zh-CN" | "zh-Hans" => Some("zh-Hans"),
        "zh-TW" => Some("zh-Hant-TW"),
        "zh-Hant" => Some("zh-Hant"),
        "zh" => gazetteer::tag(name, iso2).filter(|tag| tag.starts_with("zh")),
        _ => None,
    }
}

/// The drafts of a packed register, with every key of its index.
fn unpack(packed: &Packed) -> Drafts {
    let mut drafts = Drafts::default();
    for row in 0..packed.count() {
        drafts.push(draft(packed, row));
    }
    packed
        .each_entry(&mut |key, hit| drafts.all[hit.slot.row as usize].keys.push((key.to_owned(), hit.class, hit.stem)));
    packed.each_code(&mut |code, row| {
        drafts.by_geonames.insert(code, row as usize);
    });
    drafts
}

fn draft(packed: &Packed, at: u32) -> Draft {
    let row = packed.row(at);
    let facts = packed.facts(at);
    let mut draft = Draft::new(facts.level, facts.state.unwrap_or_default());
    facts.id.clone_into(&mut draft.id);
    draft.flags = row.flags;
    draft.parent = packed.parent(at).map(|slot| slot.row as usize);
    draft.population = row.population;
    draft.geonames = row.geonames;
    draft.wikidata = row.wikidata;
    let place = packed.place(at);
    draft.position = place.lat.zip(place.long);
    draft.iso = place.codes.get("iso3166-1").or(place.codes.get("iso3166-2")).cloned();
    draft.names = place.names.into_iter().map(|(tag, name)| (tag, name, NameClass::Gathered)).collect();
    draft
}
