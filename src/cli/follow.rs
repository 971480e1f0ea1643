//! What `citypact serve` serves: one store, or the newest backup of a folder (`--follow`).

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;

use super::edge::Edge;
use super::report::{Failure, Result};
use crate::server::{Endpoint, FollowError, Following, PassedOver, Seen, Settings, router};
use crate::store::Holder;

/// What is served.
pub enum Served {
    /// A store, for as long as the server runs.
    One(Arc<Endpoint>),
    /// Whatever backup of a folder is the newest.
    Newest(Arc<Following>),
}

impl Served {
    /// The newest backup of a folder.
    pub fn newest(folder: &Path, settings: Settings, edge: &Edge) -> Result<Self> {
        match Following::begin(folder, settings) {
            Ok((following, seen)) => {
                seen.iter().for_each(|seen| tell(seen, edge));
                Ok(Self::Newest(following))
            }
            Err(error) => {
                if let FollowError::Empty { seen, .. } = &error {
                    seen.iter().for_each(|seen| tell(seen, edge));
                }
                let make = format!("make one there: citypact backup {}/NAME --store STORE", folder.display());
                Err(Failure::from(error).hint(make))
            }
        }
    }

    /// Its endpoint, as things are.
    pub fn endpoint(&self) -> Arc<Endpoint> {
        match self {
            Self::One(endpoint) => Arc::clone(endpoint),
            Self::Newest(following) => following.endpoint(),
        }
    }

    /// Every address.
    pub fn router(&self) -> Router {
        match self {
            Self::One(endpoint) => router(endpoint),
            Self::Newest(following) => following.router(),
        }
    }

    /// Tells other processes where to reach the server, where it holds a store.
    pub fn announce(&self, holder: &Holder) -> Result<()> {
        match self {
            Self::One(endpoint) => Ok(endpoint.announce(holder)?),
            Self::Newest(_) => Ok(()),
        }
    }

    /// Looks for newer backups, now and then, and tells of what it sees; for ever.
    pub async fn look(&self, every: Duration, edge: &Edge) -> Infallible {
        let Self::Newest(following) = self else { return std::future::pending().await };
        loop {
            tokio::time::sleep(every).await;
            let following = Arc::clone(following);
            // One that panicked has said so, and the next may do better.
            let seen = tokio::task::spawn_blocking(move || following.look()).await.unwrap_or_default();
            seen.iter().for_each(|seen| tell(seen, edge));
        }
    }
}

fn tell(seen: &Seen, edge: &Edge) {
    match seen {
        Seen::TakenUp(backup) => edge.say(format_args!("Took up {backup}")),
        Seen::PassedOver { name, why: PassedOver::Unfinished } => {
            edge.say(format_args!("Passed over {name}: it is being made or removed, or was cut off"));
        }
        Seen::PassedOver { name, why: PassedOver::Broken(error) } => {
            let causes = anyhow::Chain::new(error).skip(1).map(|cause| format!("\n  caused by: {cause}"));
            let causes: String = causes.collect();
            edge.warn(format_args!("Warning: passed over {name}, which cannot be read: {error}{causes}"));
        }
        Seen::Unreadable(error) => {
            edge.warn(format_args!("Warning: the folder of backups cannot be looked into: {error}"));
        }
    }
}
