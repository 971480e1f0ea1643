//! The SPARQL endpoint: a router over a store. Protocol and negotiation are pure; each other file is one concern.
//!
//! [`Endpoint`] holds what requests share, [`router`] puts it on the web, [`listen::serve`] on a socket.
//!
//! ```
//! use std::sync::Arc;
//! use citypact::server::{Endpoint, Settings, router};
//! use citypact::store::Embedded;
//!
//! let store = Arc::new(Embedded::memory()?);
//! let endpoint = Endpoint::new(store, Settings { base_path: "/data".into(), ..Settings::default() });
//! let app = axum::Router::new().merge(router(&endpoint));
//! # let _: axum::Router = app;
//! # Ok::<_, citypact::store::StoreError>(())
//! ```

mod admission;
mod backup;
mod endpoint;
mod failure;
mod follow;
mod graph_store;
mod http;
mod linked_data;
pub mod listen;
mod ops;
mod pages;
mod router;
mod served;
mod settings;
mod sparql;
mod state;

pub use backup::Backup;
pub use endpoint::Endpoint;
pub use follow::{FollowError, Following, PassedOver, Seen};
pub use http::access::Tokens;
pub use http::body::BodyLimits;
pub use http::negotiation;
pub use ops::log::Peer;
pub use router::router;
pub use settings::{Clock, Settings, Sink};
pub use sparql::protocol;
