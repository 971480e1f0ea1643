//! Work under admission control: it waits for a place, runs on a thread that may block, and is cancelled when its client goes.

use std::sync::Arc;

use super::deadline::Deadline;
use crate::query::Cancel;
use crate::server::endpoint::Endpoint;
use crate::server::failure;
use crate::server::http::problem::Problem;
use crate::server::http::stream::CancelOnDrop;

/// Does `work` when there is a place for it, within the time that the request has.
///
/// # Errors
/// 503 where no place is to be had in time; those of `work`.
pub async fn admitted<T: Send + 'static>(
    endpoint: &Arc<Endpoint>,
    deadline: Deadline,
    work: impl FnOnce(&Arc<Endpoint>, &Cancel) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let cancel = Cancel::new();
    let place = deadline.wait(endpoint.admission.take()).await??.shared_by(&cancel);
    // Dropped when the client goes: then nobody needs what is found.
    let _guard = CancelOnDrop(cancel.clone());
    let endpoint = Arc::clone(endpoint);
    failure::blocking(move || {
        let _place = place;
        work(&endpoint, &cancel)
    })
    .await
}
