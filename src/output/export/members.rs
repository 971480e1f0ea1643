//! What is said of the members of a class, in whatever graph, the unnamed one among them.

use oxigraph::sparql::QuerySolution;

use crate::store::{Store, StoreError, select};

/// What the unnamed graph is called where graphs are listed.
pub(super) const UNNAMED: &str = "default";

/// Hands over the statements `?s ?p ?o` of the members of a class, with `?h`, the named graph that holds the statement;
/// without it where no named graph does. `more` restricts `?p`.
pub(super) fn statements(
    store: &dyn Store,
    class: &str,
    more: &str,
    mut take: impl FnMut(&QuerySolution),
) -> Result<(), StoreError> {
    let (unnamed, named) = (has_unnamed(store)?, true);
    let member = format!("?s a {class} .");
    for (asks, members) in [(named, format!("GRAPH ?g {{ {member} }}")), (unnamed, member)] {
        // The default graph of an endpoint elsewhere may be the union of all: what a named graph holds is told with it.
        let apart = "?s ?p ?o FILTER NOT EXISTS { GRAPH ?x { ?s ?p ?o } }";
        for (asked, said) in [(named, "GRAPH ?h { ?s ?p ?o }"), (unnamed, apart)] {
            if asks && asked {
                select(store, &format!("SELECT DISTINCT ?s ?p ?o ?h WHERE {{ {members} {more} {said} }}"), &mut take)?;
            }
        }
    }
    Ok(())
}

/// Whether the graph without a name, or what stands for it, holds anything.
pub(super) fn has_unnamed(store: &dyn Store) -> Result<bool, StoreError> {
    let mut found = false;
    select(store, "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1", |_| found = true)?;
    Ok(found)
}
