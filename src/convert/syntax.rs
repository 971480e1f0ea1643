//! Records into a syntax of RDF.

use std::io::Write;

use super::{ConvertError, Event, NQuads, NTriples, Options, Summary, convert};
use crate::format::Syntax;
use crate::place::Register;
use crate::rdf::{self, Gathered};
use crate::record::read::RecordSource;

/// Converts records and writes them in `syntax`. N-Quads and N-Triples are written as they come, in the order of the
/// input, and may say a thing more than once; the others are gathered in memory and come out sorted. Turtle, N-Triples and
/// RDF/XML name no graphs.
///
/// # Errors
/// As [`convert`].
pub fn convert_to(
    sources: &[impl RecordSource],
    register: &Register,
    options: &Options,
    syntax: Syntax,
    mut out: impl Write,
    report: &mut dyn FnMut(Event),
) -> Result<Summary, ConvertError> {
    match syntax {
        Syntax::NQuads => convert(sources, register, options, &mut NQuads(out), report),
        Syntax::NTriples => convert(sources, register, options, &mut NTriples(out), report),
        Syntax::Turtle | Syntax::TriG | Syntax::RdfXml | Syntax::JsonLd => {
            let mut gathered = Gathered::new();
            let summary = convert(sources, register, options, &mut gathered, report)?;
            let prefixes = rdf::prefixes(&options.base);
            let prefixes: Vec<(&str, &str)> = prefixes.iter().map(|(name, iri)| (*name, iri.as_str())).collect();
            gathered.write(syntax, &prefixes, &mut out).map_err(|error| ConvertError::Sink(error.into()))?;
            Ok(summary)
        }
    }
}
