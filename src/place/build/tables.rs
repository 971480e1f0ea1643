//! The tables kept by hand: which division of GeoNames is which unit of ISO 3166-2, which units are cities, and names.

use std::collections::HashMap;
use std::path::Path;

use super::draft::{Draft, Drafts};
use super::{BuildError, content, read};
use crate::place::index::NameClass;
use crate::record::Level;

/// The tables.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    /// GeoNames division (`CN.29`) to (ISO 3166-2 code, GeoNames id of the division).
    admin1: HashMap<String, (String, u32)>,
    /// GeoNames id of a city to the ISO 3166-2 code of the unit that it is.
    pub(crate) city_units: HashMap<u32, String>,
    names: Vec<Line>,
    tags: Vec<String>,
    units: Vec<Line>,
    unit_tags: Vec<String>,
}

#[derive(Debug)]
struct Line {
    number: usize,
    cells: Vec<String>,
}

impl Tables {
    pub(crate) fn read(folder: &Path) -> Result<Self, BuildError> {
        let mut tables = Self::divisions(&read(&folder.join("admin1.tsv"))?, &read(&folder.join("city-units.tsv"))?)?;
        (tables.tags, tables.names) = with_header(folder, "names.tsv", 1)?;
        (tables.unit_tags, tables.units) = with_header(folder, "units.tsv", 4)?;
        Ok(tables)
    }

    /// The tables of divisions as they ship, for imports.
    pub(crate) fn builtin() -> Result<Self, BuildError> {
        Self::divisions(
            include_str!("../../../ontology/sources/admin1.tsv"),
            include_str!("../../../ontology/sources/city-units.tsv"),
        )
    }

    fn divisions(admin1: &str, city_units: &str) -> Result<Self, BuildError> {
        let mut tables = Self::default();
        for line in lines(admin1) {
            let [code, iso, _, geonames] = cells(&line, "admin1.tsv")?;
            tables.admin1.insert(code, (iso, geonames.parse().unwrap_or(0)));
        }
        for line in lines(city_units) {
            let [iso, geonames, _] = cells(&line, "city-units.tsv")?;
            let wrong = || content("city-units.tsv", format!("{geonames:?} is no GeoNames id"));
            tables.city_units.insert(geonames.parse().map_err(|_| wrong())?, iso);
        }
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

    /// Adds the units kept by hand.
    pub(crate) fn add_units(&self, drafts: &mut Drafts) -> Result<(), BuildError> {
        for line in &self.units {
            let wrong = |reason: String| content(format!("units.tsv:{}", line.number), reason);
            let [id, level, within, iso] =
                line.cells.first_chunk().ok_or_else(|| wrong("too few columns".to_owned()))?;
            let level = Level::ALL
                .iter()
                .find(|known| known.as_str() == level)
                .ok_or_else(|| wrong(format!("no level {level:?}")))?;
            let parent = drafts.by_iso.get(within).copied().ok_or_else(|| wrong(format!("no unit {within:?}")))?;
            let iso = Some(iso.clone()).filter(|iso| !iso.is_empty());
            let mut draft =
                Draft { id: id.clone(), iso, parent: Some(parent), ..Draft::new(*level, &drafts.all[parent].iso2) };
            for (tag, cell) in self.unit_tags.iter().zip(&line.cells[4..]) {
                add_cell(&mut draft, tag, cell);
            }
            drafts.push(draft);
        }
        Ok(())
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

fn add_cell(draft: &mut Draft, tag: &str, cell: &str) {
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

fn lines(text: &str) -> Vec<Line> {
    let kept = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    kept.map(|(i, line)| Line { number: i + 1, cells: line.split('\t').map(str::to_owned).collect() }).collect()
}

/// The tags of a table's header after its first columns, and the lines below it.
fn with_header(folder: &Path, file: &str, first: usize) -> Result<(Vec<String>, Vec<Line>), BuildError> {
    let mut lines = lines(&read(&folder.join(file))?).into_iter();
    let header = lines.next().ok_or_else(|| content(file, "it has no header"))?;
    Ok((header.cells.into_iter().skip(first).collect(), lines.collect()))
}

fn cells<const N: usize>(line: &Line, file: &str) -> Result<[String; N], BuildError> {
    let count = line.cells.len();
    let wrong = || content(format!("{file}:{}", line.number), format!("{N} columns expected, {count} found"));
    line.cells.clone().try_into().map_err(|_| wrong())
}
