//! Places on their way into a packed register.

use std::collections::HashMap;

use crate::place::index::NameClass;
use crate::place::packed::CITY_TOO;
use crate::record::Level;

/// A place on its way.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The id; empty until assigned.
    pub(crate) id: String,
    pub(crate) level: Level,
    pub(crate) flags: u8,
    /// ISO 3166-1 code in small letters of the state it belongs to.
    pub(crate) iso2: String,
    /// ISO 3166-1 or 3166-2 code of its own.
    pub(crate) iso: Option<String>,
    pub(crate) parent: Option<usize>,
    pub(crate) position: Option<(f64, f64)>,
    pub(crate) population: u32,
    pub(crate) geonames: u32,
    pub(crate) wikidata: u32,
    /// (tag, name, class), shown and looked up.
    pub(crate) names: Vec<(String, String, NameClass)>,
    /// Names that are looked up and not shown.
    pub(crate) other_names: Vec<String>,
    /// Keys as they are.
    pub(crate) keys: Vec<(String, NameClass, bool)>,
}

impl Draft {
    pub(crate) fn new(level: Level, iso2: &str) -> Self {
        Self {
            id: String::new(),
            level,
            flags: 0,
            iso2: iso2.to_owned(),
            iso: None,
            parent: None,
            position: None,
            population: 0,
            geonames: 0,
            wikidata: 0,
            names: Vec::new(),
            other_names: Vec::new(),
            keys: Vec::new(),
        }
    }

    pub(crate) fn english(&self) -> &str {
        let english = self.names.iter().find(|(tag, ..)| tag == "en");
        english.or(self.names.first()).map_or("", |(_, name, _)| name)
    }

    /// Adds a name unless the place has it under the tag.
    pub(crate) fn name(&mut self, tag: &str, name: &str, class: NameClass) {
        let known = self.names.iter_mut().find(|(own, text, _)| own == tag && text == name);
        match known {
            Some(known) => known.2 = known.2.min(class),
            None => self.names.push((tag.to_owned(), name.to_owned(), class)),
        }
    }

    /// Takes a city's description into the unit that it is.
    pub(crate) fn absorb(&mut self, city: Draft) {
        self.flags |= city.flags | CITY_TOO;
        self.geonames = city.geonames;
        self.position = city.position;
        self.population = city.population;
        for (tag, name, class) in city.names {
            self.name(&tag, &name, class.max(NameClass::Alternative));
        }
        self.other_names.extend(city.other_names);
    }
}

/// All places on their way, with what finds them.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) all: Vec<Draft>,
    pub(crate) by_iso: HashMap<String, usize>,
    pub(crate) by_geonames: HashMap<u32, usize>,
    /// English names of capitals by ISO 3166-1 code.
    pub(crate) capitals: HashMap<String, String>,
}

impl Drafts {
    pub(crate) fn push(&mut self, draft: Draft) -> usize {
        let at = self.all.len();
        if let Some(iso) = &draft.iso {
            self.by_iso.insert(iso.clone(), at);
        }
        if draft.geonames > 0 {
            self.by_geonames.insert(draft.geonames, at);
        }
        self.all.push(draft);
        at
    }

    /// The state that an ISO 3166-1 code of a gazetteer belongs to: Hong Kong's and Macau's belong to China.
    pub(crate) fn state(&self, iso2: &str) -> Option<usize> {
        let code = if matches!(iso2, "HK" | "MO") { "CN" } else { iso2 };
        self.by_iso.get(code).copied()
    }

    /// A unit without a count of its own has as many inhabitants as its cities together.
    pub(crate) fn sum_up(&mut self) {
        for at in 0..self.all.len() {
            let draft = &self.all[at];
            if draft.level != Level::Municipality {
                continue;
            }
            let (population, parent) = (draft.population, draft.parent);
            if let Some(parent) = parent
                && self.all[parent].level != Level::State
                && self.all[parent].flags & CITY_TOO == 0
            {
                self.all[parent].population = self.all[parent].population.saturating_add(population);
            }
        }
    }
}
