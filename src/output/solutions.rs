//! Solutions in the formats of the SPARQL recommendations.

use std::io::Write;

use oxigraph::sparql::QuerySolutionIter;
use sparesults::{QueryResultsFormat, QueryResultsSerializer};

use super::error::OutputError;

/// Writes every solution as it comes; returns how many there were.
pub(super) fn write(
    solutions: QuerySolutionIter<'_>,
    format: QueryResultsFormat,
    writer: impl Write,
) -> Result<u64, OutputError> {
    let serializer = QueryResultsSerializer::from_format(format);
    let mut serializer = serializer.serialize_solutions_to_writer(writer, solutions.variables().to_vec())?;
    let mut rows = 0;
    for solution in solutions {
        serializer.serialize(&solution?)?;
        rows += 1;
    }
    serializer.finish()?.flush()?;
    Ok(rows)
}
