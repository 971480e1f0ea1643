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

mod access;
mod admission;
mod answer;
mod assist;
mod at_once;
mod body;
mod cache;
mod canonical;
mod conditional;
mod cors;
mod counts;
mod deadline;
mod description;
mod endpoint;
mod explanation;
mod failure;
mod graph_change;
mod graph_state;
mod graph_store;
mod iri;
mod library;
pub mod listen;
mod log;
mod memo;
mod metrics;
mod moment;
pub mod negotiation;
mod openapi;
mod operate;
mod pages;
mod priority;
mod problem;
pub mod protocol;
mod reading;
mod resource;
mod router;
mod running;
mod served;
mod settings;
mod sparql;
mod stall;
mod stream;
mod syntax;
mod turns;
mod wire;

pub use access::Tokens;
pub use body::BodyLimits;
pub use endpoint::Endpoint;
pub use log::Peer;
pub use router::router;
pub use settings::{Clock, Settings, Sink};
