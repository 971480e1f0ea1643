//! Quads written in a syntax and read back: by oxigraph's parsers and by sophia's, which know nothing of each other.

use citypact::format::Syntax;
use citypact::rdf::{self, Gathered, ReadAs};
use citypact::vocab::BaseIri;
use oxrdf::{GraphName, Literal, Quad, Term};
use sophia::api::prelude::*;
use sophia::api::quad::Spog;
use sophia::term::ArcTerm;

/// Writes quads with the project's prefixes.
pub fn write(quads: &[Quad], syntax: Syntax) -> String {
    let prefixes = rdf::prefixes(&BaseIri::default());
    let prefixes: Vec<(&str, &str)> = prefixes.iter().map(|(name, iri)| (*name, iri.as_str())).collect();
    let mut out = Vec::new();
    quads.iter().cloned().collect::<Gathered>().write(syntax, &prefixes, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Reads as oxigraph does.
pub fn read(text: &str, syntax: Syntax) -> Vec<Quad> {
    let quads = rdf::read(text.as_bytes(), &ReadAs::new("test", syntax)).unwrap();
    quads.map(|quad| quad.unwrap_or_else(|error| panic!("{error}\n{text}"))).collect()
}

/// Reads as sophia does, and gives its quads by way of its own N-Quads.
pub fn read_by_sophia(text: &str, syntax: Syntax) -> Vec<Quad> {
    let quads: Vec<Spog<ArcTerm>> = match syntax {
        Syntax::Turtle => graph(sophia::turtle::parser::turtle::parse_str(text).collect_triples(), text),
        Syntax::NTriples => graph(sophia::turtle::parser::nt::parse_str(text).collect_triples(), text),
        Syntax::RdfXml => graph(sophia::xml::parser::parse_str(text).collect_triples(), text),
        Syntax::TriG => sophia::turtle::parser::trig::parse_str(text).collect_quads().unwrap(),
        Syntax::NQuads => sophia::turtle::parser::nq::parse_str(text).collect_quads().unwrap(),
        Syntax::JsonLd => sophia::jsonld::JsonLdParser::new().parse_str(text).collect_quads().unwrap(),
        other => panic!("sophia is not asked for {other:?}"),
    };
    let mut lines = Vec::new();
    sophia::turtle::serializer::nq::NQuadsSerializer::new(&mut lines).serialize_dataset(&quads).unwrap();
    read(&String::from_utf8(lines).unwrap(), Syntax::NQuads)
}

fn graph<E: std::fmt::Debug>(triples: Result<Vec<[ArcTerm; 3]>, E>, text: &str) -> Vec<Spog<ArcTerm>> {
    let triples = triples.unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    triples.into_iter().map(|triple| (triple, None)).collect()
}

fn merged(quads: &[Quad]) -> Vec<Quad> {
    quads.iter().map(|quad| Quad { graph_name: GraphName::DefaultGraph, ..quad.clone() }).collect()
}

pub fn lower_tags(quads: &[Quad]) -> Vec<Quad> {
    let lower = |term: &Term| match term {
        Term::Literal(literal) if literal.language().is_some() => {
            let tag = literal.language().unwrap().to_ascii_lowercase();
            Literal::new_language_tagged_literal_unchecked(literal.value(), tag).into()
        }
        other => other.clone(),
    };
    quads.iter().map(|quad| Quad { object: lower(&quad.object), ..quad.clone() }).collect()
}

/// Both readers find in what is written what went in.
pub fn assert_round_trip(quads: &[Quad], syntax: Syntax) {
    let text = write(quads, syntax);
    let expected = lower_tags(&if syntax.has_graphs() { quads.to_vec() } else { merged(quads) });
    for (reader, found) in [("oxigraph", read(&text, syntax)), ("sophia", read_by_sophia(&text, syntax))] {
        let diff = rdf::diff(&expected, &lower_tags(&found)).unwrap();
        assert!(diff.is_empty(), "{reader} reads {syntax} otherwise: {diff:#?}\n{text}");
    }
}
