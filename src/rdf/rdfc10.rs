//! RDF Dataset Canonicalization ([RDFC-1.0](https://www.w3.org/TR/rdf-canon/)) within bounds of depth and stack.

use sophia::c14n::hash::Sha256;
use sophia::c14n::rdfc10::{DEFAULT_PERMUTATION_LIMIT, normalize_with};

use super::blank::{CompareError, Foreign};

/// Bytes of stack that are enough for nodes that are not followed, and for each level that they are followed.
const BASE: usize = 256 << 10;
const LEVEL: usize = 16 << 10;

/// The canonical N-Quads of a data set of so many blank nodes. Nodes that look alike are followed from one to the next no further than
/// `depth` (section 4.8 of the specification, "Hash N-Degree Quads").
///
/// # Errors
/// [`CompareError::Entangled`], also for triple terms, of which the specification does not speak.
pub(super) fn normalised(set: &Foreign, nodes: usize, depth: u16) -> Result<String, CompareError> {
    let factor = (f32::from(depth) / nodes.max(1) as f32).min(1.0);
    let mut text = Vec::new();
    let write = || normalize_with::<Sha256, _, _>(set, &mut text, factor, DEFAULT_PERMUTATION_LIMIT);
    let need = BASE + nodes.min(depth.into()) * LEVEL;
    stacker::maybe_grow(need, need, write).map_err(|error| CompareError::Entangled(error.to_string()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
