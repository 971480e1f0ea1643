//! Places from another source, matched with those of the register: by their codes first, then by name, state and level. What
//! contradicts the register is told and left out of what is taken, so that no entry of the register is lost by it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

use super::build::slug;
use super::{Level, Mention, Place, Register, Resolution};
use crate::record::{self, Code, Codes, Reference};

/// Degrees within which two positions of one name are one place.
const NEAR: f64 = 0.3;

/// What came of places from elsewhere.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Matched {
    /// The places as records with ids: those of the register, and new ones.
    pub records: Vec<record::Place>,
    /// How many the register has.
    pub known: usize,
    /// How many it has not.
    pub new: usize,
    /// Where they and the register contradict each other.
    pub contradictions: Vec<Contradiction>,
}

/// Something that a place from elsewhere and the register say differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The place as its source calls it.
    pub theirs: String,
    /// The place of the register; several where codes lead to several.
    pub ids: Vec<String>,
    /// What differs: a scheme of codes, `level`, `state`, `position`, or `codes` where they lead to several places.
    pub field: String,
    /// What the register says.
    pub ours: String,
    /// What the other source says.
    pub said: String,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { theirs, ids, field, ours, said } = self;
        match field.as_str() {
            "codes" => {
                write!(f, "{theirs} has codes of several places of the register ({}): it is left out", ids.join(", "))
            }
            "state" => write!(
                f,
                "{theirs} has the state {said}, {} in the register has {ours}: it is left out",
                ids.join(", ")
            ),
            field => {
                write!(f, "{theirs} has the {field} {said}, {} in the register has {ours}, which stays", ids.join(", "))
            }
        }
    }
}

/// Matches places with those of a register; their own ids, such as `Q182852`, are what they are called where they are told of.
pub fn matched(register: &Register, places: impl IntoIterator<Item = record::Place>) -> Matched {
    let mut matching =
        Matching { register, by_code: codes(register), taken: HashSet::new(), matched: Matched::default() };
    places.into_iter().for_each(|place| matching.take(place));
    matching.matched
}

struct Matching<'r> {
    register: &'r Register,
    by_code: HashMap<(String, String), String>,
    taken: HashSet<String>,
    matched: Matched,
}

/// The ids of places by scheme and code.
fn codes(register: &Register) -> HashMap<(String, String), String> {
    let mut found = HashMap::new();
    register.each_place(&mut |place| {
        for (scheme, code) in place.codes {
            found.entry((scheme, code)).or_insert_with(|| place.id.clone());
        }
    });
    found
}

impl Matching<'_> {
    fn take(&mut self, record: record::Place) {
        let theirs = Place::from_record(record.clone(), None);
        let of_codes: BTreeSet<&String> = theirs
            .codes
            .iter()
            .filter_map(|(scheme, code)| self.by_code.get(&(scheme.clone(), code.clone())))
            .collect();
        let ids: Vec<String> = of_codes.into_iter().cloned().collect();
        match ids.as_slice() {
            [] => match self.by_name(&theirs) {
                Some(id) => self.known(record, &theirs, id),
                None => self.new_place(record, &theirs),
            },
            [id] => self.known(record, &theirs, id.clone()),
            _ => self.contradict(&theirs, ids, "codes", String::new(), String::new()),
        }
    }

    /// The one place of the register that all of the names mean, at its level and near it.
    fn by_name(&self, theirs: &Place) -> Option<String> {
        let state = theirs.state.as_deref().map(|state| self.state(state));
        let meant = theirs.names.iter().filter_map(|(_, name)| {
            let mention = Mention { name, state: state.as_deref(), level: Some(theirs.level), ..Mention::default() };
            match self.register.resolve(&mention) {
                Resolution::One { id, .. } => Some(id),
                _ => None,
            }
        });
        let meant: BTreeSet<String> = meant.collect();
        let id = meant.first().filter(|_| meant.len() == 1)?;
        let ours = self.register.get(id)?;
        let has_other_item = ours.codes.get("wikidata").is_some_and(|item| theirs.codes.get("wikidata") != Some(item));
        (ours.level == theirs.level && !has_other_item && apart(&ours, theirs).is_none_or(|apart| apart <= NEAR))
            .then(|| id.clone())
    }

    /// The id of a state by its code or name.
    fn state(&self, state: &str) -> String {
        let id = state.to_ascii_lowercase();
        if self.register.contains(&id) {
            return id;
        }
        match self.register.resolve(&Mention { level: Some(Level::State), ..Mention::named(state) }) {
            Resolution::One { id, .. } => id,
            _ => id,
        }
    }

    /// A place that the register has: what it says otherwise is told, and the rest is taken.
    fn known(&mut self, mut record: record::Place, theirs: &Place, id: String) {
        let Some(ours) = self.register.get(&id) else { return };
        let tell = |field: &str, ours: String, said: String| Contradiction {
            theirs: called(theirs),
            ids: vec![id.clone()],
            field: field.to_owned(),
            ours,
            said,
        };
        let state = theirs.state.as_deref().map(|state| self.state(state)).filter(|_| ours.level != Level::State);
        if let (Some(said), Some(own)) = (&state, &ours.state)
            && said != own
        {
            let told = tell("state", own.clone(), said.clone());
            return self.matched.contradictions.push(told);
        }
        let mut told = Vec::new();
        if ours.level != theirs.level {
            told.push(tell("level", ours.level.to_string(), theirs.level.to_string()));
            record.level = ours.level;
        }
        if apart(&ours, theirs).is_some_and(|apart| apart > NEAR) {
            let at = |place: &Place| format!("{}, {}", place.lat.unwrap_or_default(), place.long.unwrap_or_default());
            told.push(tell("position", at(&ours), at(theirs)));
        }
        if ours.lat.is_some() && ours.long.is_some() {
            // Middles of one place differ from source to source; the register's stays.
            (record.lat, record.long) = (None, None);
        }
        for (scheme, code) in &theirs.codes {
            if let Some(own) = ours.codes.get(scheme).filter(|own| *own != code) {
                told.push(tell(scheme, own.clone(), code.clone()));
                without(&mut record.codes, scheme);
            }
        }
        self.matched.contradictions.extend(told);
        if !self.taken.insert(id.clone()) {
            return;
        }
        (record.state, record.within) = (None, None);
        record.id = id;
        self.matched.known += 1;
        self.matched.records.push(record);
    }

    fn new_place(&mut self, mut record: record::Place, theirs: &Place) {
        let state = theirs.state.as_deref().map(|state| self.state(state));
        let name = theirs.names_in("en").next().map(slug).filter(|name| !name.is_empty());
        let code = called(theirs).to_ascii_lowercase();
        let plain = match (&state, name) {
            (Some(state), Some(name)) if theirs.level != Level::State => format!("{state}-{name}"),
            (Some(state), None) if theirs.level != Level::State => format!("{state}-{code}"),
            (_, Some(name)) => name,
            (_, None) => format!("wd-{code}"),
        };
        let is_free = |id: &String| !self.register.contains(id) && !self.taken.contains(id);
        let id = Some(plain.clone()).filter(is_free).unwrap_or_else(|| format!("{plain}-{code}"));
        self.taken.insert(id.clone());
        record.state = state.filter(|_| theirs.level != Level::State).map(Reference::Id);
        record.id = id;
        self.matched.new += 1;
        self.matched.records.push(record);
    }

    fn contradict(&mut self, theirs: &Place, ids: Vec<String>, field: &str, ours: String, said: String) {
        let told = Contradiction { theirs: called(theirs), ids, field: field.to_owned(), ours, said };
        self.matched.contradictions.push(told);
    }
}

/// What another source calls a place.
fn called(place: &Place) -> String {
    place.codes.get("wikidata").unwrap_or(&place.id).clone()
}

/// How many degrees two places lie apart, where both have positions.
fn apart(one: &Place, other: &Place) -> Option<f64> {
    let (latitude, longitude) = ((one.lat? - other.lat?).abs(), (one.long? - other.long?).abs());
    Some(latitude.max(longitude.min(360.0 - longitude)))
}

fn without(codes: &mut Option<Codes>, scheme: &str) {
    let Some(codes) = codes else { return };
    match scheme {
        "iso3166-1" => codes.iso3166_1 = None,
        "iso3166-2" => codes.iso3166_2 = None,
        "geonames" => codes.geonames = None::<Code>,
        _ => codes.wikidata = None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(json: serde_json::Value) -> record::Place {
        serde_json::from_value(json).unwrap()
    }

    fn one(json: serde_json::Value) -> Matched {
        matched(&Register::builtin(), [place(json)])
    }

    #[test]
    fn a_code_leads_to_its_place_whatever_it_is_called() {
        let found = one(serde_json::json!({
            "type": "place", "id": "Q182852", "level": "municipality", "names": {"fr": "Une ville"}, "state": "CN",
            "codes": {"geonames": "1804651", "wikidata": "Q182852"}
        }));
        assert_eq!((found.known, found.new), (1, 0));
        assert_eq!(found.records[0].id, "cn-kunming");
    }

    #[test]
    fn an_item_that_the_register_knows_leads_to_its_place() {
        let found = one(serde_json::json!({
            "type": "place", "id": "Q17", "level": "state", "names": {"ms": "Jepun"}, "codes": {"wikidata": "Q17"}
        }));
        assert_eq!((found.known, found.records[0].id.as_str()), (1, "jp"));
        let found = one(serde_json::json!({
            "type": "place", "id": "Q17", "level": "state", "names": {"en": "Japan"},
            "codes": {"iso3166-1": "FR", "wikidata": "Q17"}
        }));
        assert!(found.records.is_empty(), "{:?}", found.records);
        assert_eq!(found.contradictions[0].ids, ["fr", "jp"]);
    }

    #[test]
    fn what_contradicts_the_register_is_told_and_not_taken() {
        let found = one(serde_json::json!({
            "type": "place", "id": "Q1", "level": "district", "names": {"en": "Kunming"}, "state": "cn", "lat": 10.0, "long": 20.0,
            "codes": {"geonames": "1804651", "wikidata": "Q1"}
        }));
        let fields: Vec<_> = found.contradictions.iter().map(|told| told.field.as_str()).collect();
        assert_eq!(fields, ["level", "position", "wikidata"]);
        let record = &found.records[0];
        assert!(record.lat.is_none() && record.codes.as_ref().unwrap().wikidata.is_none());
        assert!(Register::builtin().add(record.clone().into()).unwrap().is_none(), "the register's entry stays");
    }

    #[test]
    fn a_place_of_another_state_is_left_out() {
        let found = one(serde_json::json!({
            "type": "place", "id": "Q1", "level": "municipality", "names": {"en": "Kunming"}, "state": "JP",
            "codes": {"geonames": "1804651"}
        }));
        assert!(found.records.is_empty());
        assert_eq!(found.contradictions[0].field, "state");
        assert!(found.contradictions[0].to_string().contains("jp"), "{}", found.contradictions[0]);
    }

    #[test]
    fn names_lead_to_a_place_and_new_ones_get_ids_of_their_own() {
        let known = one(serde_json::json!({
            "type": "place", "id": "Q34600", "level": "municipality", "names": {"ja": "京都市", "en": "Kyoto"}, "state": "jp",
            "lat": 35.0, "long": 135.8, "codes": {"wikidata": "Q34600"}
        }));
        assert_eq!((known.known, known.records[0].id.as_str()), (1, "jp-kyoto-city"), "{:?}", known.records);
        let fresh = one(serde_json::json!({
            "type": "place", "id": "Q999", "level": "municipality", "names": {"en": "Zzyzx Nowhere"}, "state": "US",
            "codes": {"wikidata": "Q999"}
        }));
        assert_eq!((fresh.new, fresh.records[0].id.as_str()), (1, "us-zzyzx-nowhere"));
    }
}
