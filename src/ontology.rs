//! The published vocabulary as it stands in `ontology/`, carried inside the program.

/// Classes and properties, Turtle.
pub const CITYPACT: &str = include_str!("../ontology/citypact.ttl");
/// The SKOS schemes of kinds, codes and variables, Turtle.
pub const SCHEMES: &str = include_str!("../ontology/schemes.ttl");
/// The SHACL shapes, Turtle.
pub const SHAPES: &str = include_str!("../ontology/shapes.ttl");
/// Alignments with Wikidata, schema.org and DBpedia, Turtle.
pub const ALIGNMENTS: &str = include_str!("../ontology/alignments.ttl");
/// The JSON-LD context.
pub const CONTEXT: &str = include_str!("../ontology/context.jsonld");
/// The curated register of places, records of type `place`, JSON Lines.
pub const PLACES: &str = include_str!("../ontology/places.jsonl");
