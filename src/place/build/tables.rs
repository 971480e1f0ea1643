//! The tables kept by hand: which division of GeoNames is which unit of ISO 3166-2, which units are cities, and names.

use std::collections::HashMap;
use std::path::Path;

use super::draft::Drafts;
use super::{BuildError, content, read};
use crate::place::index::NameClass;

/// The tables.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    /// GeoNames division (`CN.29`) to (ISO 3166-2 code, GeoNames id of the division).
    admin1: HashMap<String, (String, u32)>,
    /// GeoNames id of a city to the ISO 3166-2 code of the unit that it is.
    pub(crate) city_units: HashMap<u32, String>,
    names: Vec<Line>,
    tags: Vec<String>,
}

#[derive(Debug)]
struct Line {
    number: usize,
    cells: Vec<String>,
}

impl Tables {
    pub(crate) fn read(folder: &Path) -> Result<Self, BuildError> {
        let mut tables = Self::default();
        for line in lines(&folder.join("admin1.tsv"))? {
            let [code, iso, _, geonames] = cells(&line, "admin1.tsv")?;
            tables.admin1.insert(code, (iso, geonames.parse().unwrap_or(0)));
        }
        for line in lines(&folder.join("city-units.tsv"))? {
            let [iso, geonames, _] = cells(&line, "city-units.tsv")?;
            let geonames =
                geonames.parse().map_err(|_| content("city-units.tsv", format!("{geonames:?} is no GeoNames id")))?;
            tables.city_units.insert(geonames, iso);
        }
        let mut names = lines(&folder.join("names.tsv"))?.into_iter();
        let header = names.next().ok_or_else(|| content("names.tsv", "it has no header"))?;
        tables.tags = header.cells.into_iter().skip(1).collect();
        tables.names = names.collect();
        Ok(tables)
    }

    /// The unit of a division of GeoNames.
    pub(crate) fn unit(&self, drafts: &Drafts, country: &str, admin1: &str) -> Option<usize> {
        if matches!(country, "HK" | "MO") {
            return drafts.by_iso.get(country).copied();
        }
        let (iso, _) = self.admin1.get(&format!("{country}.{admin1}"))?;
        drafts.by_iso.get(iso).copied()
    }

    /// Gives the units their GeoNames ids.
    pub(crate) fn mark_units(&self, drafts: &mut Drafts) {
        for (iso, geonames) in self.admin1.values() {
            if let Some(&at) = drafts.by_iso.get(iso)
                && *geonames > 0
            {
                drafts.all[at].geonames = *geonames;
                drafts.by_geonames.insert(*geonames, at);
            }
        }
    }

    /// Adds the names kept by hand; the first of a cell becomes the preferred one of its tag.
    pub(crate) fn add_names(&self, drafts: &mut Drafts) -> Result<(), BuildError> {
        let cities = cities_by_name(drafts);
        for line in &self.names {
            let key = &line.cells[0];
            let place = drafts.by_iso.get(key).copied().or_else(|| cities.get(key).copied());
            let place = place.ok_or_else(|| {
                content(format!("names.tsv:{}", line.number), format!("no place has the key {key:?}"))
            })?;
            for (tag, cell) in self.tags.iter().zip(&line.cells[1..]) {
                add_cell(&mut drafts.all[place], tag, cell);
            }
        }
        Ok(())
    }
}

fn add_cell(draft: &mut super::draft::Draft, tag: &str, cell: &str) {
    let names: Vec<&str> = cell.split('|').map(str::trim).filter(|name| !name.is_empty()).collect();
    for (i, name) in names.iter().enumerate().rev() {
        draft.names.retain(|(own, text, _)| !(own == tag && text == name));
        let class = if i == 0 { NameClass::Preferred } else { NameClass::Alternative };
        draft.names.insert(0, (tag.to_owned(), (*name).to_owned(), class));
    }
}

/// The most populous city for each `CC:Name`.
fn cities_by_name(drafts: &Drafts) -> HashMap<String, usize> {
    let mut found: HashMap<String, usize> = HashMap::new();
    for (at, draft) in drafts.all.iter().enumerate() {
        for (tag, name, _) in draft.names.iter().filter(|(tag, ..)| tag == "en") {
            debug_assert_eq!(tag, "en");
            let key = format!("{}:{name}", draft.iso2.to_ascii_uppercase());
            let best = found.entry(key).or_insert(at);
            if drafts.all[*best].population < draft.population {
                *best = at;
            }
        }
    }
    found
}

fn lines(path: &Path) -> Result<Vec<Line>, BuildError> {
    let text = read(path)?;
    let kept = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    Ok(kept.map(|(i, line)| Line { number: i + 1, cells: line.split('\t').map(str::to_owned).collect() }).collect())
}

fn cells<const N: usize>(line: &Line, file: &str) -> Result<[String; N], BuildError> {
    let count = line.cells.len();
    let wrong = || content(format!("{file}:{}", line.number), format!("{N} columns expected, {count} found"));
    line.cells.clone().try_into().map_err(|_| wrong())
}
