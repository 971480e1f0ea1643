//! `citypact ontology` and `citypact context`: the vocabulary as files.

use std::io::Write;

use crate::cli::edge::Edge;
use crate::cli::report::{Outcome, Result};
use crate::ontology;

/// Print the vocabulary: the ontology, its schemes, shapes or alignments
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact ontology > citypact.ttl\n  citypact ontology shapes")]
pub struct Args {
    /// Which part of it
    #[arg(value_enum, default_value_t = Part::Ontology)]
    part: Part,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Part {
    /// Classes and properties (Turtle)
    Ontology,
    /// The SKOS schemes of kinds, codes and variables (Turtle)
    Schemes,
    /// The SHACL shapes (Turtle)
    Shapes,
    /// Alignments with Wikidata, schema.org and DBpedia (Turtle)
    Alignments,
    /// The curated register of places (JSON Lines)
    Places,
}

/// Prints the part asked for.
pub fn run(args: &Args, edge: &Edge) -> Result {
    print(
        edge,
        match args.part {
            Part::Ontology => ontology::CITYPACT,
            Part::Schemes => ontology::SCHEMES,
            Part::Shapes => ontology::SHAPES,
            Part::Alignments => ontology::ALIGNMENTS,
            Part::Places => ontology::PLACES,
        },
    )
}

/// Print the JSON-LD context of the vocabulary
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact context > context.jsonld")]
pub struct ContextArgs {}

/// Prints the context.
pub fn run_context(_: &ContextArgs, edge: &Edge) -> Result {
    print(edge, ontology::CONTEXT)
}

fn print(edge: &Edge, text: &str) -> Result {
    let mut out = edge.stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Outcome::Done)
}
