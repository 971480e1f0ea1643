//! A place of the register, and the ways two descriptions of it can contradict each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::Level;
use crate::vocab::item;

/// A place: a state, a unit of one, or a city.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its id in the register, such as `uz-samarqand-city`.
    pub id: String,
    /// Its administrative level.
    pub level: Level,
    /// The id of its state; `None` for a state, and where it is not known.
    pub state: Option<String>,
    /// The id of the unit it lies in.
    pub within: Option<String>,
    /// (BCP 47 tag, name), the preferred one of each tag first; the tag is empty where the language is not known.
    pub names: Vec<(String, String)>,
    /// Latitude, WGS 84 degrees.
    pub lat: Option<f64>,
    /// Longitude, WGS 84 degrees.
    pub long: Option<f64>,
    /// Codes by scheme: `iso3166-1`, `iso3166-2`, `geonames`, `wikidata`.
    pub codes: BTreeMap<String, String>,
    /// IRIs of the same place elsewhere.
    pub same_as: Vec<String>,
    /// Ids or IRIs of places it is not to be confused with.
    pub different_from: Vec<String>,
    /// Inhabitants, where a source gives them: what tells a metropolis from a village of its name.
    pub population: Option<u32>,
    /// Whether a person wrote the description, rather than a program out of a gazetteer.
    pub curated: bool,
}

impl Place {
    /// A place with nothing but an id and a level.
    pub fn new(id: impl Into<String>, level: Level) -> Self {
        Self {
            id: id.into(),
            level,
            state: None,
            within: None,
            names: Vec::new(),
            lat: None,
            long: None,
            codes: BTreeMap::new(),
            same_as: Vec::new(),
            different_from: Vec::new(),
            population: None,
            curated: true,
        }
    }

    /// The name to show: the English one, else the first.
    pub fn label(&self) -> &str {
        let english = self.names.iter().find(|(tag, _)| tag == "en");
        english.or(self.names.first()).map_or(&self.id, |(_, name)| name)
    }

    /// The names of one tag, the preferred one first.
    pub fn names_in<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a str> {
        self.names.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(tag)).map(|(_, name)| name.as_str())
    }

    /// Takes what another description of the same place says on top of this one, in whose stead it stands where both say
    /// something that a place has once.
    ///
    /// # Errors
    /// A [`Conflict`] where level, state or position differ; then nothing is taken.
    pub fn merge(&mut self, other: Place) -> Result<(), Conflict> {
        self.agrees_with(&other)?;
        if self.other_item(&other).is_some() {
            self.codes.remove(WIKIDATA);
            self.same_as.retain(|iri| item(iri).is_none());
        }
        self.state = self.state.take().or(other.state);
        self.within = other.within.or(self.within.take());
        if other.lat.is_some() && other.long.is_some() {
            (self.lat, self.long) = (other.lat, other.long);
        }
        self.lat = self.lat.or(other.lat);
        self.long = self.long.or(other.long);
        self.population = other.population.or(self.population);
        self.curated |= other.curated;
        extend(&mut self.names, other.names);
        extend(&mut self.same_as, other.same_as);
        extend(&mut self.different_from, other.different_from);
        self.codes.extend(other.codes);
        Ok(())
    }

    /// The items of Wikidata that it is, by its code or by an IRI.
    fn items(&self) -> BTreeSet<&str> {
        self.codes.get(WIKIDATA).into_iter().chain(&self.same_as).filter_map(|text| item(text)).collect()
    }

    /// Whether it is an item of Wikidata.
    pub(crate) fn is_item(&self, item: &str) -> bool {
        self.items().contains(item)
    }

    /// That another description of the place names other items of Wikidata, of which a place has one.
    pub(crate) fn other_item(&self, other: &Place) -> Option<Conflict> {
        let (ours, theirs) = (self.items(), other.items());
        let (our_item, their_item) = (ours.first()?, theirs.first()?);
        let field = if other.codes.contains_key(WIKIDATA) { ITEM } else { SAME_AS };
        ours.is_disjoint(&theirs).then(|| Conflict {
            id: self.id.clone(),
            field,
            ours: (*our_item).to_owned(),
            theirs: (*their_item).to_owned(),
        })
    }

    /// Takes those codes of another description of the place whose schemes it has none of.
    pub(crate) fn take_codes(&mut self, codes: BTreeMap<String, String>) {
        let has_item = !self.items().is_empty();
        for (scheme, code) in codes.into_iter().filter(|(scheme, _)| !has_item || scheme != WIKIDATA) {
            self.codes.entry(scheme).or_insert(code);
        }
    }

    /// Whether another description under the same id is of another place altogether: in another state, or elsewhere. A
    /// state is known by its code, wherever a source puts its middle; and another level is another view of one place.
    pub(crate) fn is_elsewhere(&self, other: &Place) -> bool {
        let at_level = Place { level: self.level, ..other.clone() };
        self.level != Level::State && self.agrees_with(&at_level).is_err()
    }

    fn agrees_with(&self, other: &Place) -> Result<(), Conflict> {
        let differ = |field, ours: String, theirs: String| Err(Conflict { id: self.id.clone(), field, ours, theirs });
        if self.level != other.level {
            return differ("level", self.level.to_string(), other.level.to_string());
        }
        if let (Some(ours), Some(theirs)) = (&self.state, &other.state)
            && ours != theirs
        {
            return differ("state", ours.clone(), theirs.clone());
        }
        for (field, ours, theirs) in [("lat", self.lat, other.lat), ("long", self.long, other.long)] {
            if let (Some(ours), Some(theirs)) = (ours, theirs)
                && apart(field, ours, theirs) > POSITION_TOLERANCE
            {
                return differ(field, ours.to_string(), theirs.to_string());
            }
        }
        Ok(())
    }
}

/// The scheme of the code that is an item of Wikidata.
const WIKIDATA: &str = "wikidata";
/// The fields of a record that name an item of Wikidata.
const ITEM: &str = "codes/wikidata";
const SAME_AS: &str = "same_as";

/// Gazetteers put the middle of the same city some kilometres apart; more than this many degrees is another place.
const POSITION_TOLERANCE: f64 = 0.1;

/// Degrees between two latitudes, or two longitudes, of which 179.9 and -179.9 are neighbours.
fn apart(field: &str, one: f64, other: f64) -> f64 {
    let apart = (one - other).abs();
    if field == "long" { apart.min(360.0 - apart) } else { apart }
}

fn extend<T: PartialEq>(ours: &mut Vec<T>, theirs: Vec<T>) {
    for one in theirs {
        if !ours.contains(&one) {
            ours.push(one);
        }
    }
}

impl Conflict {
    /// What becomes of a contradiction between a place of the run and the register, for people.
    pub fn told(&self) -> String {
        let Self { id, field, ours, theirs } = self;
        if [ITEM, SAME_AS].contains(field) {
            return format!(
                "`{id}` is the Wikidata item `{theirs}` here and `{ours}` in the register; this record counts"
            );
        }
        format!(
            "`{id}` has {field} `{theirs}` here and `{ours}` in the register; this record counts, and the register's \
             entry is left out"
        )
    }
}

/// Two descriptions of one place that cannot both be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("place {id:?}: {field} is {theirs:?} here, but {ours:?} in what is known of it already")]
pub struct Conflict {
    /// The place's id.
    pub id: String,
    /// The field that differs: `level`, `state`, `lat` or `long`; `codes/wikidata` or `same_as` where they are other items of
    /// Wikidata, in which case nothing of the register but its item is left out.
    pub field: &'static str,
    /// What is known already.
    pub ours: String,
    /// What was to be added.
    pub theirs: String,
}
