//! Ids from names: `{state}-{name}`, and what tells places of one name apart.

use std::collections::{BTreeMap, HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::draft::{Draft, Drafts};
use crate::fold;
use crate::place::records;
use crate::record::Level;

/// Gives every draft without an id one. The curated places keep theirs, found by their codes.
pub(crate) fn assign(drafts: &mut Drafts) {
    let curated = Curated::read();
    let mut taken: HashSet<String> = drafts.all.iter().filter(|d| !d.id.is_empty()).map(|d| d.id.clone()).collect();
    for draft in drafts.all.iter_mut().filter(|draft| draft.id.is_empty()) {
        if let Some(id) = curated.id_of(draft).filter(|id| !taken.contains(*id)) {
            taken.insert(id.to_owned());
            draft.id = id.to_owned();
        }
    }
    taken.extend(curated.ids);
    for group in groups(drafts) {
        name_group(drafts, &group, &mut taken);
    }
}

struct Curated {
    by_geonames: HashMap<u32, String>,
    by_iso: HashMap<String, String>,
    ids: Vec<String>,
}

impl Curated {
    fn read() -> Self {
        let (mut by_geonames, mut by_iso, mut ids) = (HashMap::new(), HashMap::new(), Vec::new());
        for place in records::curated() {
            for (scheme, code) in &place.codes {
                match code.parse() {
                    Ok(number) if scheme == "geonames" => drop(by_geonames.insert(number, place.id.clone())),
                    _ => drop(by_iso.insert(code.clone(), place.id.clone())),
                }
            }
            ids.push(place.id);
        }
        Self { by_geonames, by_iso, ids }
    }

    fn id_of(&self, draft: &Draft) -> Option<&str> {
        let by_iso = draft.iso.as_ref().and_then(|iso| self.by_iso.get(iso));
        by_iso.or_else(|| self.by_geonames.get(&draft.geonames)).map(String::as_str)
    }
}

/// Places without an id whose names make the same id, the most populous first.
fn groups(drafts: &Drafts) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.all.iter().enumerate() {
        groups.entry(base(draft)).or_default().push(at);
    }
    let by_size =
        |at: &usize| (drafts.all[*at].level, std::cmp::Reverse(drafts.all[*at].population), drafts.all[*at].geonames);
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.iter_mut().for_each(|group| group.sort_by_key(by_size));
    groups
}

fn base(draft: &Draft) -> String {
    match draft.level {
        Level::State => draft.iso2.clone(),
        _ => format!("{}-{}", draft.iso2, slug(draft.english())),
    }
}

fn name_group(drafts: &mut Drafts, group: &[usize], taken: &mut HashSet<String>) {
    let has = |level: Level| group.iter().any(|at| drafts.all[*at].level == level);
    let mixed = has(Level::FirstLevel) && (has(Level::Municipality) || has(Level::SecondLevel));
    for &at in group {
        let draft = &drafts.all[at];
        if draft.id.is_empty() {
            let id = wishes(draft, mixed).into_iter().find(|id| !taken.contains(id)).unwrap_or_default();
            taken.insert(id.clone());
            drafts.all[at].id = id;
        }
    }
}

/// Ids for a place, the one it should have first; the last is its own in any case.
fn wishes(draft: &Draft, mixed: bool) -> Vec<String> {
    let base = base(draft);
    let code = draft.iso.as_deref().and_then(|iso| iso.split_once('-')).map(|(_, own)| own.to_ascii_lowercase());
    let own = code.map_or_else(|| draft.geonames.to_string(), |code| format!("iso-{code}"));
    let told_apart = match draft.level {
        Level::State => Vec::new(),
        Level::Municipality => vec![format!("{base}-city")],
        Level::SecondLevel => vec![format!("{base}-{}", second_word(&draft.iso2)), format!("{base}-district")],
        _ if base.ends_with(&format!("-{}", word(&draft.iso2))) => vec![base.clone()],
        _ => vec![format!("{base}-{}", word(&draft.iso2))],
    };
    let plain = vec![base.clone()];
    let last = vec![format!("{base}-{own}")];
    match (mixed, draft.level) {
        (true, _) | (_, Level::SecondLevel) => [told_apart, last].concat(),
        (false, Level::Municipality) => [plain, last].concat(),
        (false, _) => [plain, told_apart, last].concat(),
    }
}

/// What a state calls its first-level units.
fn word(iso2: &str) -> &'static str {
    match iso2 {
        "jp" => "prefecture",
        "us" | "de" | "at" | "au" | "br" | "in" | "mx" | "my" | "ng" | "ve" | "ss" | "sd" | "so" => "state",
        "ar" | "be" | "bg" | "ca" | "cn" | "cr" | "cu" | "do" | "dz" | "ec" | "id" | "ir" | "kh" | "kr" | "kp"
        | "la" | "lk" | "mn" | "mz" | "nl" | "np" | "pa" | "pg" | "ph" | "pk" | "sa" | "th" | "tr" | "vn" | "za"
        | "zm" | "zw" | "ao" | "cd" | "bi" | "rw" | "af" => "province",
        "ch" => "canton",
        "co" | "uy" | "py" | "sv" | "gt" | "hn" | "ni" | "ht" | "bo" | "bj" => "department",
        "eg" | "iq" | "jo" | "sy" | "ye" | "tn" | "om" | "kw" | "bh" | "lb" => "governorate",
        "no" | "se" | "ee" | "hr" | "hu" | "ie" | "ke" | "lr" | "ro" | "lt" | "al" => "county",
        "pl" => "voivodeship",
        "ae" => "emirate",
        "bd" => "division",
        "pt" | "il" | "bt" | "bz" | "az" => "district",
        "jm" | "bb" | "ag" | "dm" | "gd" | "lc" | "vc" => "parish",
        _ => "region",
    }
}

fn second_word(iso2: &str) -> &'static str {
    match iso2 {
        "fr" => "department",
        "gb" => "county",
        _ => "province",
    }
}

/// Small ASCII letters, digits and single hyphens.
pub(crate) fn slug(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.to_lowercase().nfkd().filter(|c| !is_combining_mark(*c)) {
        match fold::variants::spelt_out(c) {
            Some(spelt) => out.push_str(spelt),
            None if c.is_ascii_alphanumeric() => out.push(c),
            None if matches!(c, '\'' | '’' | '‘' | 'ʻ' | 'ʼ' | '.') => {}
            None if !out.ends_with('-') && !out.is_empty() => out.push('-'),
            None => {}
        }
    }
    out.trim_end_matches('-').to_owned()
}
