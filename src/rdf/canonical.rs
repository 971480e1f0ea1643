//! Canonical N-Quads: one text for one data set, whatever its blank nodes were called.

use std::collections::HashSet;

use sophia::api::prelude::QuadSource as _;
use sophia::turtle::parser::nq;

use oxrdf::{GraphName, NamedOrBlankNode, Quad, Term};

use super::blank::{CompareError, Foreign, has_blank, line};
use super::nquads::Lines;
use super::rdfc10::normalised;
use super::sink::QuadSink as _;

/// How far blank nodes that look alike are followed from one to the next.
const DEPTH: u16 = 1000;

/// The canonical N-Quads of a data set by [RDFC-1.0](https://www.w3.org/TR/rdf-canon/), SHA-256: lines in the order of their code
/// points, without duplicates, blank nodes named `c14n0` and on.
///
/// # Errors
/// Where blank nodes look so much alike that telling them apart would take too long, and for triple terms, of which RDFC-1.0
/// does not speak.
pub fn canonical_nquads(quads: impl IntoIterator<Item = Quad>) -> Result<Vec<u8>, CompareError> {
    let (mut lines, mut blank, mut nodes) = (Vec::new(), Lines::quads(), HashSet::new());
    for quad in quads {
        match has_blank(&quad) {
            true => {
                blank.quad(quad.as_ref());
                nodes.extend(labels(quad));
            }
            // Quads without blank nodes take no part in naming those of others.
            false => lines.push(line(&quad)),
        }
    }
    let set: Foreign = nq::parse_bufread(blank.as_bytes())
        .collect_quads()
        .map_err(|error| CompareError::Entangled(error.to_string()))?;
    let named = normalised(&set, nodes.len(), DEPTH)?;
    lines.extend(named.split_inclusive('\n').map(str::to_owned));
    lines.sort_unstable();
    lines.dedup();
    Ok(lines.concat().into_bytes())
}

/// The labels of a quad's blank nodes, those in triple terms aside.
fn labels(quad: Quad) -> impl Iterator<Item = String> {
    let subject = if let NamedOrBlankNode::BlankNode(node) = quad.subject { Some(node) } else { None };
    let object = if let Term::BlankNode(node) = quad.object { Some(node) } else { None };
    let graph = if let GraphName::BlankNode(node) = quad.graph_name { Some(node) } else { None };
    [subject, object, graph].into_iter().flatten().map(oxrdf::BlankNode::into_string)
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

    #[test]
    fn long_rings_and_lists_end() {
        let ring = |length: usize| -> String {
            (0..length).map(|n| format!("_:n{n} <http://next> _:n{} .\n", (n + 1) % length)).collect()
        };
        assert_eq!(canonical(&ring(30)).lines().count(), 30);
        let quads =
            |text: String| NQuadsParser::new().for_slice(text.as_bytes()).map(Result::unwrap).collect::<Vec<_>>();
        assert!(matches!(canonical_nquads(quads(ring(20_000))), Err(CompareError::Entangled(_))));
    }
}
