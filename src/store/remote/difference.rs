//! Change report of a load: what a load changes, told by comparing with what was there before.

use std::collections::HashSet;

use oxrdf::Quad;

use crate::rdf;
use crate::store::document::{Change, normalised, stored_form};

/// How a graph changes that held `old` and is to hold `new`, whatever blank nodes are called and numbers are written like.
pub(super) fn difference(old: &[Quad], new: &[&Quad]) -> Change {
    let old: Vec<Quad> = old.iter().map(alike).collect();
    let new: Vec<Quad> = new.iter().map(|quad| alike(quad)).collect();
    match rdf::diff(&old, &new) {
        Ok(diff) => Change { inserted: diff.added.len() as u64, removed: diff.removed.len() as u64 },
        // What cannot be compared is replaced.
        Err(_) => Change { inserted: new.len() as u64, removed: old.len() as u64 },
    }
}

/// Those of `new` that are not among `old`. Nobody can tell whether a blank node is there already: it is taken as new.
pub(super) fn missing<'q>(old: &[Quad], new: &[&'q Quad]) -> Vec<&'q Quad> {
    let mut known: HashSet<Quad> = old.iter().map(alike).collect();
    new.iter().copied().filter(|quad| known.insert(alike(quad))).collect()
}

/// The quad in the one form that a store gives back.
fn alike(quad: &Quad) -> Quad {
    rdf::canonical_quad(normalised(&stored_form(quad)))
}
