//! Updates of an endpoint, and what they did there.

use super::batches::Batch;
use super::client::Call;
use super::service::Service;
use super::{Asking, CHANGE, FORM, Remote, form, with};
use crate::store::document::Change;
use crate::store::error::StoreError;

impl Remote {
    /// Runs an update as it is written.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::Refused`]
    pub fn update_text(&self, update: &str) -> Result<(), StoreError> {
        self.update_over(update, Asking::default()).map(drop)
    }

    /// As [`Self::update_text`], with the default graph of its patterns that is asked for. Tells what it did where the
    /// server does.
    ///
    /// # Errors
    /// As [`Self::update_text`].
    pub fn update_over(&self, update: &str, how: Asking) -> Result<Option<Change>, StoreError> {
        self.update_at(update, how, false)
    }

    /// `repeatable`: whether it does no harm if it is carried out twice.
    pub(super) fn update_at(&self, update: &str, how: Asking, repeatable: bool) -> Result<Option<Change>, StoreError> {
        let url = with(&self.endpoint.update, self.parameters(how, Service::of_update));
        let send = |content_type, body: &str| {
            self.client.send(&Call::post(&url, content_type, "*/*", body).repeatable(repeatable).within(how.bounds()))
        };
        let answer = match send("application/sparql-update", update) {
            // Some know the form alone (SPARQL 1.1 Protocol §2.2.1).
            Err(StoreError::Refused { status: 415, .. }) => send(FORM, &form("update", update)),
            answer => answer,
        };
        let answer = answer.map_err(changes_nothing)?;
        let change = change(answer.header(CHANGE));
        answer.read_out()?;
        Ok(change)
    }

    pub(super) fn insert_batch(&self, batch: &Batch) -> Result<(), StoreError> {
        self.update_at(&batch.update, Asking::default(), batch.repeatable).map(drop)
    }
}

/// A refusal of an update, with what may be done about it where the server does not say so itself.
fn changes_nothing(error: StoreError) -> StoreError {
    match error {
        StoreError::Refused { url, status: status @ (404 | 405 | 415 | 501), reason, hint: None } => {
            let hint = "it takes no updates there: name the address that does with --update-endpoint".to_owned();
            StoreError::Refused { url, status, reason, hint: Some(hint) }
        }
        error => error,
    }
}

/// What a server of this program says that an update did.
pub(super) fn change(header: &str) -> Option<Change> {
    let number = |name: &str| {
        header.split(", ").find_map(|part| part.strip_prefix(name)?.strip_prefix('=')?.parse::<u64>().ok())
    };
    Some(Change { inserted: number("inserted")?, removed: number("removed")? })
}
