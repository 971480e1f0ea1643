//! State of a request: one state of the data for all that stands in its response, and for the entity tag.

use std::sync::Arc;

use super::admission::deadline::Deadline;
use super::endpoint::Endpoint;
use super::failure;
use super::http::problem::Problem;
use super::http::stream::CancelOnDrop;
use crate::query::{Cancel, State};

/// The present state, within the time that the request has. Where commits have to be taken in first, or an index to be
/// built, one request has that done and the others wait for it.
///
/// # Errors
/// 503 when the time is over; the store's.
pub async fn current_state(endpoint: &Arc<Endpoint>, deadline: Deadline) -> Result<State, Problem> {
    if let Some(state) = endpoint.store.at_hand() {
        return Ok(state);
    }
    let _one = deadline.wait(endpoint.settling.lock()).await?;
    if let Some(state) = endpoint.store.at_hand() {
        return Ok(state);
    }
    let cancel = Cancel::new();
    let _guard = CancelOnDrop(cancel.clone());
    let endpoint = Arc::clone(endpoint);
    let settled = failure::blocking(move || {
        let state = endpoint.store.present(&|| cancel.is_cancelled());
        state.map_err(|error| failure::of_store(&error))?.ok_or_else(|| Problem::internal("nobody waits any more"))
    });
    deadline.wait(settled).await?
}
