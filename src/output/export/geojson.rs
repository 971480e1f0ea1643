//! GeoJSON ([RFC 7946](https://www.rfc-editor.org/rfc/rfc7946)): places as points, ties as lines between their parties.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::network::{Network, Place, Tie};
use crate::output::Written;
use crate::output::error::OutputError;
use crate::query::Labels;
use crate::store::Store;

/// As [`write_geojson_in`], in English.
///
/// # Errors
/// [`OutputError`]
pub fn write_geojson(store: &dyn Store, writer: impl Write) -> Result<Written, OutputError> {
    write_geojson_in(store, "en", writer)
}

/// Writes one FeatureCollection, names in a language (BCP 47) or the nearest that there is. A place without coordinates is left
/// out; a tie is drawn between those of its parties that have coordinates, and has no geometry where they are fewer than two.
///
/// # Errors
/// [`OutputError`]
pub fn write_geojson_in(store: &dyn Store, language: &str, mut writer: impl Write) -> Result<Written, OutputError> {
    let network = Network::read(store)?;
    let labels = &Labels::new(language);
    writer.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
    let places = network.places.iter().filter_map(|(iri, place)| place_feature(iri, place, &network, labels));
    let ties = network.ties.iter().map(|(iri, tie)| tie_feature(iri, tie, &network, labels));
    let mut features = 0;
    for feature in places.chain(ties) {
        writer.write_all(if features == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut writer, &feature).map_err(io::Error::from)?;
        features += 1;
    }
    writer.write_all(b"\n]}\n")?;
    writer.flush()?;
    Ok(Written::Rows(features))
}

fn place_feature(iri: &str, place: &Place, network: &Network, labels: &Labels) -> Option<Value> {
    let position = place.position()?;
    let state = place.state.as_deref();
    let state_name = state.and_then(|state| Some(network.places.get(state)?.name(state, labels)));
    Some(json!({
        "type": "Feature", "id": iri,
        "geometry": { "type": "Point", "coordinates": position },
        "properties": {
            "type": "place", "name": place.name(iri, labels), "names": place.names, "level": place.level,
            "state": place.state, "stateName": state_name, "ties": place.ties,
        },
    }))
}

fn tie_feature(iri: &str, tie: &Tie, network: &Network, labels: &Labels) -> Value {
    let mut properties = Map::new();
    properties.insert("type".into(), "tie".into());
    let name = |party: &'_ String| {
        network.places.get(party).map_or(party.clone(), |place| place.name(party, labels).to_owned())
    };
    let names = tie.parties.iter().map(name);
    properties.insert("name".into(), names.collect::<Vec<_>>().join(" – ").into());
    for (field, values) in &tie.fields {
        let values: Vec<_> = values.iter().cloned().map(Value::from).collect();
        let value = if values.len() == 1 { values.into_iter().next() } else { Some(values.into()) };
        properties.insert((*field).into(), value.unwrap_or_default());
    }
    properties.insert("parties".into(), json!(tie.parties));
    properties.insert("graphs".into(), json!(tie.graphs));
    json!({ "type": "Feature", "id": iri, "geometry": geometry(tie, network), "properties": properties })
}

fn geometry(tie: &Tie, network: &Network) -> Value {
    let positions = tie.parties.iter().filter_map(|party| network.places.get(party)?.position());
    match positions.collect::<Vec<_>>()[..] {
        [] | [_] => Value::Null,
        [from, to] => line(from, to),
        ref many => json!({ "type": "MultiPoint", "coordinates": many }),
    }
}

/// A line takes the shorter way round the Earth; where it crosses the antimeridian it is cut there (section 3.1.9).
fn line(from: [f64; 2], to: [f64; 2]) -> Value {
    let (west, east) = if from[0] < to[0] { (from, to) } else { (to, from) };
    let span = east[0] - west[0];
    if span <= 180.0 {
        return json!({ "type": "LineString", "coordinates": [from, to] });
    }
    let (to_edge, rest) = (180.0 - east[0], west[0] + 180.0);
    let share = if to_edge + rest > 0.0 { to_edge / (to_edge + rest) } else { 0.0 };
    let latitude = (west[1] - east[1]).mul_add(share, east[1]);
    json!({ "type": "MultiLineString", "coordinates": [[east, [180.0, latitude]], [[-180.0, latitude], west]] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_the_antimeridian() {
        let cut = line([-122.0, 37.0], [140.0, 35.0]);
        assert_eq!(cut["type"], "MultiLineString");
        assert_eq!(cut["coordinates"][0][0], json!([140.0, 35.0]));
        assert_eq!(cut["coordinates"][0][1][0], 180.0);
        assert_eq!(cut["coordinates"][1][1], json!([-122.0, 37.0]));
        let latitude = cut["coordinates"][0][1][1].as_f64().unwrap();
        assert!((latitude - 35.816).abs() < 0.001, "{latitude}");
        assert_eq!(line([120.0, 36.0], [67.0, 39.6])["type"], "LineString");
    }
}
