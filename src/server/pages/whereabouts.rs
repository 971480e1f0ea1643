//! Where places are: as the data says, or else the register.

use std::collections::HashMap;

use oxrdf::NamedNode;

use super::data::{Reading, Slot};
use super::labels::Names;
use super::map::Spot;
use crate::server::http::problem::Problem;
use crate::vocab;

const POSITIONS: &str = "SELECT ?place ?latitude ?longitude ?state WHERE {
  VALUES ?place { $places }
  OPTIONAL { ?place schema:latitude ?latitude ; schema:longitude ?longitude }
  OPTIONAL { ?place pact:sovereignState ?state }
}";

/// Where a place is.
#[derive(Debug, Default)]
pub struct Where {
    /// Degrees north and east.
    pub position: Option<(f64, f64)>,
    /// Its state.
    pub state: Option<String>,
}

/// Where places are, by their IRIs.
#[derive(Debug, Default)]
pub struct Whereabouts(HashMap<String, Where>);

impl Whereabouts {
    /// Looks them up.
    ///
    /// # Errors
    /// Those of [`Reading::ask`].
    pub fn read(reading: &Reading<'_>, places: &[NamedNode]) -> Result<Self, Problem> {
        if places.is_empty() {
            return Ok(Self::default());
        }
        let rows = reading.ask(POSITIONS, &[("places", Slot::Nodes(places))])?;
        let mut found: HashMap<String, Where> = HashMap::new();
        for row in rows.iter() {
            let Some(place) = row.iri("place") else { continue };
            let known = found.entry(place.to_owned()).or_default();
            known.position = known.position.or(row.decimal("latitude").zip(row.decimal("longitude")));
            // Of several the first by name, so that it is always the same.
            let state = row.iri("state").filter(|state| known.state.as_deref().is_none_or(|other| *state < other));
            known.state = state.map(str::to_owned).or(known.state.take());
        }
        for (iri, known) in &mut found {
            if let Some(place) = registered(reading, iri) {
                known.position = known.position.or(place.lat.zip(place.long));
                let state = || Some(format!("{}place/{}", vocab::ID, place.state?));
                known.state = known.state.take().or_else(state);
            }
        }
        Ok(Self(found))
    }

    /// The state of a place.
    pub fn state(&self, place: &str) -> Option<&str> {
        self.0.get(place)?.state.as_deref()
    }

    /// A place as a dot on a map.
    pub fn spot(&self, names: &Names<'_>, place: &str) -> Option<Spot> {
        let (latitude, longitude) = self.0.get(place)?.position?;
        Some(Spot { longitude, latitude, label: names.get(place) })
    }

    /// The states, for their labels.
    pub fn states(&self) -> impl Iterator<Item = &str> {
        self.0.values().filter_map(|place| place.state.as_deref())
    }
}

/// What the register says of a place.
pub fn registered(reading: &Reading<'_>, place: &str) -> Option<crate::place::Place> {
    reading.register().get(place.strip_prefix(vocab::ID)?.strip_prefix("place/")?)
}
