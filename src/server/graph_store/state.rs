//! Entity tags of graphs: the state of a graph as a short text that changes when the graph does.

use std::sync::{Mutex, PoisonError};

use oxrdf::{GraphName, Quad, Triple};

use crate::bounded_cache::BoundedCache;

/// Graphs whose state is remembered.
const REMEMBERED: usize = 1000;

/// The sum of the triples' hashes: it does not depend on their order, and two graphs with the same are the same.
///
/// # Errors
/// The first of the quads'.
pub fn of<E>(quads: impl Iterator<Item = Result<Quad, E>>) -> Result<String, E> {
    let mut sum = 0_u128;
    for quad in quads {
        let hash = blake3::hash(Triple::from(quad?).to_string().as_bytes());
        let half: [u8; 16] = hash.as_bytes()[..16].try_into().unwrap_or_default();
        sum = sum.wrapping_add(u128::from_le_bytes(half));
    }
    Ok(format!("{sum:x}"))
}

/// States that were computed, each with the epoch of the store that it belongs to.
#[derive(Debug)]
pub struct GraphStates(Mutex<BoundedCache<GraphName, (u64, String)>>);

impl Default for GraphStates {
    fn default() -> Self {
        Self(Mutex::new(BoundedCache::new(REMEMBERED)))
    }
}

impl GraphStates {
    /// Forgets all.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The state of a graph at this epoch, computed if it is not remembered.
    ///
    /// # Errors
    /// Those of `compute`.
    pub fn get<E>(
        &self,
        graph: &GraphName,
        epoch: u64,
        compute: impl FnOnce() -> Result<String, E>,
    ) -> Result<String, E> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(graph).cloned();
        if let Some((_, state)) = known.filter(|(of, _)| *of == epoch) {
            return Ok(state);
        }
        let state = compute()?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(graph.clone(), (epoch, state.clone()));
        Ok(state)
    }
}
