//! Entities by what they are called: for completion, and for `\\describe`.

use crate::cli::answer;
use crate::cli::backend::Backend;
use crate::cli::report::Result;
use crate::query::{Entity, Limits};

/// The properties whose values things are called by.
const NAMES: &str = "skos:prefLabel|skos:altLabel|rdfs:label|schema:name|schema:headline";

/// Entities by the beginning of a label or of the last part of their IRI.
pub(super) fn entities(backend: &Backend, typed: &str, limits: Limits) -> Result<Vec<Entity>> {
    let text = oxrdf::Literal::new_simple_literal(typed.to_lowercase());
    let part = oxrdf::Literal::new_simple_literal(format!("/{typed}"));
    let query = format!(
        "SELECT ?entity (MIN(STR(?name)) AS ?label) WHERE {{
            {{ ?entity {NAMES} ?name }}
            UNION {{ GRAPH ?g {{ ?entity {NAMES} ?name }} }}
            FILTER(STRSTARTS(LCASE(STR(?name)), {text}) || CONTAINS(STR(?entity), {part}))
        }} GROUP BY ?entity ORDER BY STRLEN(STR(?label)) ?entity LIMIT 50"
    );
    let rows = answer::rows(backend, &query, &limits)?;
    let entity = |row: &Vec<Option<oxrdf::Term>>| match row.as_slice() {
        [Some(oxrdf::Term::NamedNode(iri)), Some(oxrdf::Term::Literal(label))] => {
            Some(Entity { iri: iri.as_str().to_owned(), label: label.value().to_owned(), language: None })
        }
        _ => None,
    };
    Ok(rows.iter().filter_map(entity).collect())
}
