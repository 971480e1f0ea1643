//! States and units out of CLDR.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::draft::{Draft, Drafts};
use super::{BuildError, Sources, content, json};
use crate::place::index::NameClass;
use crate::record::Level;

/// (folder of CLDR, BCP 47 tag).
const LANGUAGES: &[(&str, &str)] = &[
    ("en", "en"),
    ("zh-Hans", "zh-Hans"),
    ("zh-Hant", "zh-Hant"),
    ("zh-Hant", "zh-Hant-TW"),
    ("zh-Hant-HK", "zh-Hant-HK"),
    ("ja", "ja"),
    ("ko", "ko"),
];

/// States whose outer units in ISO 3166-2 are groups of islands that nobody governs.
const GROUPED: &[&str] = &["ID"];

/// Codes that CLDR names and ISO 3166-1 assigns to no state, or reserves.
const NO_STATE: &[&str] = &["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"];

/// Adds every code of ISO 3166-1 (and Kosovo's XK) with its names; Hong Kong and Macau come as units of China.
pub(crate) fn states(sources: &Sources, drafts: &mut Drafts) -> Result<(), BuildError> {
    let territories = LANGUAGES.iter().map(|(folder, tag)| Ok((*tag, territories(sources, folder)?)));
    let territories = territories.collect::<Result<Vec<_>, BuildError>>()?;
    for code in codes(&territories[0].1) {
        let unit = matches!(code, "HK" | "MO");
        let level = if unit { Level::FirstLevel } else { Level::State };
        let iso2 = if unit { "cn".to_owned() } else { code.to_ascii_lowercase() };
        let mut draft = Draft { iso: Some(code.to_owned()), ..Draft::new(level, &iso2) };
        for (tag, names) in &territories {
            names_of(&mut draft, tag, code, names);
        }
        drafts.push(draft);
    }
    let china = drafts.by_iso.get("CN").copied();
    for code in ["HK", "MO"] {
        let at = *drafts.by_iso.get(code).ok_or_else(|| content("territories.json", format!("{code} is missing")))?;
        drafts.all[at].parent = china;
    }
    Ok(())
}

fn territories(sources: &Sources, folder: &str) -> Result<BTreeMap<String, String>, BuildError> {
    let path = sources.cldr_names.join("main").join(folder).join("territories.json");
    let value: Value = json(&path)?;
    let names = &value["main"][folder]["localeDisplayNames"]["territories"];
    serde_json::from_value(names.clone()).map_err(|source| BuildError::Json { path, source })
}

fn codes(english: &BTreeMap<String, String>) -> Vec<&str> {
    let two = |code: &&str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    english.keys().map(String::as_str).filter(two).filter(|code| !NO_STATE.contains(code)).collect()
}

fn names_of(draft: &mut Draft, tag: &str, code: &str, names: &BTreeMap<String, String>) {
    let short = matches!(code, "HK" | "MO");
    let order = if short { ["-alt-short", "", "-alt-variant"] } else { ["", "-alt-short", "-alt-variant"] };
    let mut class = NameClass::Preferred;
    for suffix in order {
        if let Some(name) = names.get(&format!("{code}{suffix}")) {
            draft.name(tag, name, class);
            class = NameClass::Alternative;
        }
    }
}

/// Adds the units of ISO 3166-2: those right below the state, and those below them.
pub(crate) fn units(sources: &Sources, drafts: &mut Drafts) -> Result<(), BuildError> {
    let names = unit_names(sources)?;
    let containment = containment(sources)?;
    let states: Vec<(String, usize)> = drafts.by_iso.iter().map(|(code, at)| (code.clone(), *at)).collect();
    for (code, state) in states.into_iter().collect::<BTreeSet<_>>() {
        for unit in containment.get(&code).into_iter().flatten() {
            let group = GROUPED.contains(&code.as_str()) && containment.contains_key(unit);
            let (at, level) = match group {
                true => (Some(state), Level::FirstLevel),
                false => (push_unit(drafts, unit, state, Level::FirstLevel, &names), Level::SecondLevel),
            };
            let Some(at) = at else { continue };
            for inner in containment.get(unit).into_iter().flatten() {
                push_unit(drafts, inner, at, level, &names);
            }
        }
    }
    Ok(())
}

fn push_unit(
    drafts: &mut Drafts,
    unit: &str,
    parent: usize,
    level: Level,
    names: &BTreeMap<String, String>,
) -> Option<usize> {
    let name = names.get(unit).map(|name| name.trim_end_matches(['†', '²', '¹', ' ']))?;
    let (state, own) = unit.split_at_checked(2)?;
    let iso = format!("{}-{}", state.to_ascii_uppercase(), own.to_ascii_uppercase());
    let is_state =
        own.len() == 2 && drafts.by_iso.contains_key(&own.to_ascii_uppercase()) && OVERSEAS.contains(&iso.as_str());
    if is_state {
        return None;
    }
    let mut draft = Draft { iso: Some(iso), parent: Some(parent), ..Draft::new(level, state) };
    draft.name("en", name, NameClass::Preferred);
    Some(drafts.push(draft))
}

/// Units of ISO 3166-2 that have a code of ISO 3166-1 too, and come by that.
const OVERSEAS: &[&str] = &[
    "CN-HK", "CN-MO", "CN-TW", "FR-BL", "FR-MF", "FR-NC", "FR-PF", "FR-PM", "FR-TF", "FR-WF", "NL-AW", "NL-CW",
    "NL-SX", "US-AS", "US-GU", "US-MP", "US-PR", "US-UM", "US-VI",
];

fn unit_names(sources: &Sources) -> Result<BTreeMap<String, String>, BuildError> {
    let path = sources.cldr_subdivisions.join("subdivisions").join("en").join("en.json");
    let value: Value = json(&path)?;
    let names = &value["subdivisions"]["localeDisplayNames"]["subdivisions"];
    serde_json::from_value(names.clone()).map_err(|source| BuildError::Json { path, source })
}

/// Codes by the code that contains them: `CN` to `cnyn`, `frara` to `fr01`.
fn containment(sources: &Sources) -> Result<BTreeMap<String, Vec<String>>, BuildError> {
    let path = sources.cldr_core.join("supplemental").join("subdivisionContainment.json");
    let value: Value = json(&path)?;
    let table = value["supplemental"]["subdivisionContainment"].as_object().cloned().unwrap_or_default();
    let list = |value: &Value| {
        value["_contains"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    Ok(table.iter().map(|(code, value)| (code.clone(), list(value))).collect())
}
