//! Records into a syntax of RDF.

use std::io::Write;

use oxrdf::Quad;

use super::{ConvertError, Event, NQuads, NTriples, Options, Summary, convert};
use crate::format::Syntax;
use crate::place::Register;
use crate::rdf;
use crate::record::read::Input;

/// Converts records and writes them in `syntax`. N-Quads and N-Triples are written as they come, in the order of the
/// input; the others are sorted and need memory for all quads.
///
/// # Errors
/// As [`convert`].
pub fn convert_to(
    inputs: &[Input],
    register: &Register,
    options: &Options,
    syntax: Syntax,
    out: impl Write,
    report: &mut dyn FnMut(Event),
) -> Result<Summary, ConvertError> {
    match syntax {
        Syntax::NQuads => convert(inputs, register, options, &mut NQuads(out), report),
        Syntax::NTriples => convert(inputs, register, options, &mut NTriples(out), report),
        Syntax::Turtle | Syntax::TriG | Syntax::RdfXml | Syntax::JsonLd => {
            let mut quads: Vec<Quad> = Vec::new();
            let summary = convert(inputs, register, options, &mut quads, report)?;
            rdf::write(quads, syntax, out).map_err(|error| ConvertError::Sink(error.into()))?;
            Ok(summary)
        }
    }
}
