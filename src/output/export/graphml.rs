//! [GraphML](http://graphml.graphdrawing.org/specification.html): places as nodes, ties as undirected edges.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::network::{FIELDS, Network, Place, Tie};
use crate::held::Held;
use crate::output::Written;
use crate::output::error::OutputError;
use crate::query::Labels;
use crate::store::Store;
use crate::xml;

const NODE_KEYS: [(&str, &str); 6] = [
    ("iri", "string"),
    ("label", "string"),
    ("level", "string"),
    ("state", "string"),
    ("latitude", "double"),
    ("longitude", "double"),
];

/// As [`write_graphml_in`], in English.
///
/// # Errors
/// Those of [`write_graphml_in`].
pub fn write_graphml(store: &dyn Store, writer: impl Write) -> Result<Written, OutputError> {
    write_graphml_in(store, "en", writer)
}

/// Writes the places that are parties of ties, labelled in a language (BCP 47) or the nearest that there is, and an edge for every
/// two parties of a tie.
///
/// # Errors
/// [`OutputError`]; [`Unsayable`](crate::format::Unsayable) for texts that XML cannot hold, before anything is written.
pub fn write_graphml_in(store: &dyn Store, language: &str, writer: impl Write) -> Result<Written, OutputError> {
    let network = Network::read(store)?;
    let mut held = Held::new(writer);
    let edges = write(&network, &Labels::new(language), &mut held)?;
    held.release()?.flush()?;
    Ok(Written::Rows(edges))
}

fn write(network: &Network, labels: &Labels, writer: &mut impl Write) -> io::Result<u64> {
    header(writer)?;
    let linked = network.places.iter().filter(|(_, place)| place.ties > 0);
    let numbers: BTreeMap<_, _> = linked.clone().enumerate().map(|(number, (iri, _))| (iri.as_str(), number)).collect();
    for (iri, place) in linked {
        node(numbers[iri.as_str()], iri, place, place.name(iri, labels), writer)?;
    }
    let mut edges = 0;
    for (iri, tie) in &network.ties {
        let parties: Vec<_> = tie.parties.iter().filter_map(|party| numbers.get(party.as_str())).collect();
        for (position, from) in parties.iter().enumerate() {
            for to in &parties[position + 1..] {
                edge(edges, [**from, **to], iri, tie, writer)?;
                edges += 1;
            }
        }
    }
    writer.write_all(b"  </graph>\n</graphml>\n")?;
    Ok(edges)
}

fn header(writer: &mut impl Write) -> io::Result<()> {
    writer.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    writer.write_all(b"<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n")?;
    for (name, kind) in NODE_KEYS {
        writeln!(writer, "  <key id=\"n-{name}\" for=\"node\" attr.name=\"{name}\" attr.type=\"{kind}\"/>")?;
    }
    for name in ["iri"].iter().chain(&FIELDS).chain(&["graphs"]) {
        writeln!(writer, "  <key id=\"e-{name}\" for=\"edge\" attr.name=\"{name}\" attr.type=\"string\"/>")?;
    }
    writer.write_all(b"  <graph id=\"citypact\" edgedefault=\"undirected\">\n")
}

fn node(number: usize, iri: &str, place: &Place, name: &str, writer: &mut impl Write) -> io::Result<()> {
    writeln!(writer, "    <node id=\"p{number}\">")?;
    let position = place.position().map(|[longitude, latitude]| (latitude.to_string(), longitude.to_string()));
    let (latitude, longitude) = position.unzip();
    let values =
        [Some(iri.to_owned()), Some(name.to_owned()), place.level.clone(), place.state.clone(), latitude, longitude];
    for ((name, _), value) in NODE_KEYS.iter().zip(values) {
        value.map_or(Ok(()), |value| data(&format!("n-{name}"), &value, writer))?;
    }
    writer.write_all(b"    </node>\n")
}

fn edge(number: u64, ends: [usize; 2], iri: &str, tie: &Tie, writer: &mut impl Write) -> io::Result<()> {
    let [from, to] = ends;
    writeln!(writer, "    <edge id=\"t{number}\" source=\"p{from}\" target=\"p{to}\">")?;
    data("e-iri", iri, writer)?;
    for (field, values) in &tie.fields {
        data(&format!("e-{field}"), &values.iter().cloned().collect::<Vec<_>>().join(" | "), writer)?;
    }
    data("e-graphs", &tie.graphs.iter().cloned().collect::<Vec<_>>().join(" "), writer)?;
    writer.write_all(b"    </edge>\n")
}

fn data(key: &str, value: &str, writer: &mut impl Write) -> io::Result<()> {
    xml::check("GraphML", value)?;
    writeln!(writer, "      <data key=\"{key}\">{}</data>", xml::escape(value, false))
}
