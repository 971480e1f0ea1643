//! What an endpoint is told at its start.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::http::access::Tokens;
use super::http::body::BodyLimits;
use crate::query::{DefaultGraph, Limits, TextLimits};

/// The time since 1970-01-01T00:00:00Z. The library looks at no clock; it is handed one.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Where lines of a log go, one a call.
pub type Sink = Arc<Mutex<dyn Write + Send>>;

/// All that shapes an endpoint. The defaults suit a public, read-only one.
#[derive(Clone)]
pub struct Settings {
    /// The address under which the world sees the server, without a slash at its end; else that of the request.
    pub public_url: Option<String>,
    /// The path that a reverse proxy leaves before every address: empty, or `/` and more, without a slash at its end.
    pub base_path: String,
    /// The namespace of the data and the vocabulary: `id/…`, `kind/…` and their like stand below it.
    pub namespace: String,
    /// What the default graph is where a request names no dataset.
    pub default_graph: DefaultGraph,
    /// Who may write and administer.
    pub tokens: Tokens,
    /// What the text of a query or update may ask for.
    pub text: TextLimits,
    /// What one evaluation may use; a client may ask for less time, not for more.
    pub evaluation: Limits,
    /// What a request's body may be.
    pub body: BodyLimits,
    /// Evaluations at the same time.
    pub concurrent: usize,
    /// Evaluations that may wait for their turn; more are sent away with 503.
    pub waiting: usize,
    /// How long one may wait for its turn.
    pub wait: Duration,
    /// Bytes of results kept for those who ask again; none turns the cache off.
    pub cache_bytes: usize,
    /// Addresses that SERVICE and LOAD may reach begin with one of these.
    pub allowed_services: Vec<String>,
    /// Where backups may be made; none turns the route off.
    pub backups: Option<PathBuf>,
    /// The time.
    pub clock: Clock,
    /// Takes a line of JSON a request.
    pub access_log: Option<Sink>,
    /// Takes a line of JSON for each response that tells of a fault of the server.
    pub fault_log: Option<Sink>,
    /// Takes a line of JSON for each evaluation that took longer than [`Self::slow`].
    pub slow_log: Option<Sink>,
    /// What counts as slow.
    pub slow: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            base_path: String::new(),
            namespace: crate::vocab::ID.trim_end_matches("id/").to_owned(),
            default_graph: DefaultGraph::Union,
            tokens: Tokens::default(),
            // Planning cannot be interrupted: a hundred patterns take about a second.
            text: TextLimits { patterns: 100, ..TextLimits::default() },
            evaluation: Limits {
                timeout: Some(Duration::from_secs(30)),
                rows: Some(10_000_000),
                bytes: Some(1 << 30),
                memory: Some(1 << 30),
            },
            body: BodyLimits::default(),
            concurrent: 8,
            waiting: 256,
            wait: Duration::from_secs(10),
            cache_bytes: 256 << 20,
            allowed_services: Vec::new(),
            backups: None,
            clock: Arc::new(|| Duration::ZERO),
            access_log: None,
            fault_log: None,
            slow_log: None,
            slow: Duration::from_secs(5),
        }
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("public_url", &self.public_url)
            .field("base_path", &self.base_path)
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}
