//! Names of graphs: those with a fixed name, and the two of each document, `graph/{doc}` for what it asserts and
//! `graph/{doc}/provenance` for its description and the evidence. Nothing else spells these names.

use oxrdf::NamedNodeRef;

namespace! {
    /// Graphs with a fixed name.
    fixed = "https://w3id.org/citypact/graph/" {
        places, links, inferred, review, ontology, catalog
    }
}

pub use fixed::*;

/// Graphs that documents share: what stands in them is stated, by all of them.
pub const SHARED: &[NamedNodeRef<'static>] = &[places, links, review];
/// Graphs that hold no fact of any document.
pub const UNSTATED: &[NamedNodeRef<'static>] = &[inferred, ontology, catalog];

const PROVENANCE: &str = "/provenance";

/// The name of the graph of provenance beside a document's own graph.
pub fn provenance_of(document: &str) -> String {
    format!("{document}{PROVENANCE}")
}

/// The name of the document's own graph: that of a graph of provenance is the one that it stands beside, any other is its own.
pub fn own_of(graph: &str) -> &str {
    graph.strip_suffix(PROVENANCE).unwrap_or(graph)
}

/// Whether a graph is one of provenance.
pub fn is_provenance(graph: &str) -> bool {
    graph.starts_with(NS) && graph.ends_with(PROVENANCE)
}

/// Whether `graph/{id}` is a graph with a fixed name, which no document may take.
pub fn is_fixed(id: &str) -> bool {
    ALL.iter().any(|graph| graph.as_str().strip_prefix(NS) == Some(id))
}

/// The own graph of the document that a graph belongs to. None for the graphs with a fixed name and for names outside of
/// [`NS`].
pub fn document_of(graph: &str) -> Option<&str> {
    let own = own_of(graph);
    let id = own.strip_prefix(NS)?;
    (!id.is_empty() && !is_fixed(id)).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_two_graphs() {
        let own = "https://w3id.org/citypact/graph/004";
        let beside = provenance_of(own);
        assert_eq!((document_of(own), document_of(&beside)), (Some(own), Some(own)));
        assert!(is_provenance(&beside) && !is_provenance(own));
        assert_eq!((own_of("http://e/g/provenance"), document_of("http://e/g")), ("http://e/g", None));
        assert!(!is_provenance("http://e/g/provenance"), "a graph of another name");
    }

    #[test]
    fn graphs_with_a_fixed_name_are_no_documents() {
        for graph in ALL {
            assert_eq!(document_of(graph.as_str()), None);
            assert_eq!(document_of(&provenance_of(graph.as_str())), None);
        }
        assert!(is_fixed("places") && !is_fixed("004"));
        assert_eq!(document_of(NS), None);
        assert_eq!(SHARED.len() + UNSTATED.len(), ALL.len());
    }
}
