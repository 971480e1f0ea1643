//! Canonical N-Quads: one text for one data set, whatever its blank nodes were called.

use sophia::api::prelude::QuadSource as _;
use sophia::c14n::rdfc10;
use sophia::turtle::parser::nq;

use oxrdf::Quad;

use super::blank::{CompareError, Foreign, has_blank, line};
use super::nquads::Lines;
use super::sink::QuadSink as _;

/// The canonical N-Quads of a data set by [RDFC-1.0](https://www.w3.org/TR/rdf-canon/), SHA-256: lines in the order of their code
/// points, without duplicates, blank nodes named `c14n0` and on.
///
/// # Errors
/// Where blank nodes look so much alike that telling them apart would take too long, and for triple terms, of which RDFC-1.0
/// does not speak.
pub fn canonical_nquads(quads: impl IntoIterator<Item = Quad>) -> Result<Vec<u8>, CompareError> {
    let (mut lines, mut blank) = (Vec::new(), Lines::quads());
    for quad in quads {
        match has_blank(&quad) {
            true => blank.quad(quad.as_ref()),
            // Quads without blank nodes take no part in naming those of others.
            false => lines.push(line(&quad)),
        }
    }
    let mut named = Vec::new();
    let set: Foreign = nq::parse_bufread(blank.as_bytes())
        .collect_quads()
        .map_err(|error| CompareError::Entangled(error.to_string()))?;
    rdfc10::normalize(&set, &mut named).map_err(|error| CompareError::Entangled(error.to_string()))?;
    let named = String::from_utf8_lossy(&named).into_owned();
    lines.extend(named.split_inclusive('\n').map(str::to_owned));
    lines.sort_unstable();
    lines.dedup();
    Ok(lines.concat().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxttl::NQuadsParser;

    fn canonical(text: &str) -> String {
        let quads = NQuadsParser::new().for_slice(text.as_bytes()).map(Result::unwrap);
        String::from_utf8(canonical_nquads(quads).unwrap()).unwrap()
    }

    #[test]
    fn names_of_blank_nodes_and_the_order_of_lines_do_not_matter() {
        let one = "_:a <http://p> _:b .\n_:b <http://p> \"x\" .\n<http://s> <http://p> \"\\t\" <http://g> .\n";
        let other = "<http://s> <http://p> \"\\u0009\" <http://g> .\n_:z <http://p> \"x\" .\n_:a <http://p> _:z .\n_:a <http://p> _:z .\n";
        assert_eq!(canonical(one), canonical(other));
        let lines = canonical(one);
        assert!(lines.starts_with("<http://s> <http://p> \"\\t\" <http://g> .\n_:c14n0 "), "{lines}");
        assert_eq!(canonical(""), "");
    }
}
