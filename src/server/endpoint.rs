//! What all requests share: the store, the engine, the settings, and the count of what is going on.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::http::{HeaderMap, header};

use super::admission::limiter::Limiter;
use super::admission::running::Running;
use super::admission::{Admission, MOST_ASIDE};
use super::backup::Backup;
use super::graph_store::state::GraphStates;
use super::http::body::Bodies;
use super::ops::counts::LiveCounts;
use super::ops::metrics::Metrics;
use super::pages::Found;
use super::served::Served;
use super::settings::Settings;
use super::sparql::cache::Cache;
use super::sparql::inline::KnownLong;
use super::sparql::parse_cache::ParseCache;
use crate::federation::{Outbound, Services};
use crate::place::Register;
use crate::query::{DataPlaces, Engine, RemoteStates, State};
use crate::store::{Embedded, Holder, StoreError};

/// An endpoint over a store. [`super::router`] puts it on the web.
pub struct Endpoint {
    pub(super) store: Served,
    /// Held by the request that has the store's present state made ready to be read.
    pub(super) settling: tokio::sync::Mutex<()>,
    pub(super) settings: Settings,
    pub(super) metrics: Arc<Metrics>,
    pub(super) running: Arc<Running>,
    /// For evaluations.
    pub(super) admission: Arc<Admission>,
    /// For changes: one at a time.
    pub(super) writers: Limiter,
    /// The memory of requests' bodies.
    pub(super) bodies: Bodies,
    /// Which of several backups it serves, where it does ([`super::Following`]).
    pub(super) backup: Option<Backup>,
    pub(super) cache: Cache,
    pub(super) parsed: ParseCache,
    pub(super) known_long: KnownLong,
    pub(super) graph_states: GraphStates,
    pub(super) counts: LiveCounts,
    /// Where documents disagree.
    pub(super) conflicts: Found,
    pub(super) outbound: Outbound,
    engine: Engine,
    register: OnceLock<Register>,
    ready: Arc<AtomicBool>,
}

/// What endpoints have in common that follow each other in one server.
struct Shared {
    settings: Settings,
    metrics: Arc<Metrics>,
    running: Arc<Running>,
    admission: Arc<Admission>,
    bodies: Bodies,
    ready: Arc<AtomicBool>,
}

impl Shared {
    fn new(settings: Settings) -> Self {
        Self {
            metrics: Arc::default(),
            running: Arc::default(),
            admission: Admission::new(settings.concurrent, settings.waiting, settings.wait),
            bodies: Bodies::new(settings.body),
            ready: Arc::new(AtomicBool::new(true)),
            settings,
        }
    }
}

impl Endpoint {
    /// An endpoint over `store`, ready to answer.
    pub fn new(store: Arc<Embedded>, settings: Settings) -> Arc<Self> {
        Self::of(here(store), None, Shared::new(settings))
    }

    /// An endpoint over an engine behind another one: questions are put to it as far as they are not answered from the cache.
    pub fn over(states: RemoteStates, settings: Settings) -> Arc<Self> {
        Self::of(Served::There(Box::new(states)), None, Shared::new(settings))
    }

    /// An endpoint over a backup.
    pub(super) fn of_backup(store: Arc<Embedded>, backup: Backup, settings: Settings) -> Arc<Self> {
        Self::of(here(store), Some(backup), Shared::new(settings))
    }

    /// An endpoint over another backup, in the place of this one: with the same limits, counters and list of what is going on.
    pub(super) fn followed_by(&self, store: Arc<Embedded>, backup: Backup) -> Arc<Self> {
        let shared = Shared {
            settings: self.settings.clone(),
            metrics: Arc::clone(&self.metrics),
            running: Arc::clone(&self.running),
            admission: Arc::clone(&self.admission),
            bodies: self.bodies.clone(),
            ready: Arc::clone(&self.ready),
        };
        Self::of(here(store), Some(backup), shared)
    }

    fn of(store: Served, backup: Option<Backup>, shared: Shared) -> Arc<Self> {
        let Shared { settings, metrics, running, admission, bodies, ready } = shared;
        Arc::new(Self {
            engine: Engine::new().with_default_graph(settings.default_graph),
            writers: Limiter::new(1, settings.waiting, settings.wait),
            cache: Cache::new(settings.cache_bytes),
            parsed: ParseCache::default(),
            known_long: KnownLong::default(),
            graph_states: GraphStates::default(),
            counts: LiveCounts::default(),
            conflicts: Found::default(),
            outbound: Outbound::new(settings.allowed_services.clone(), settings.body.bytes),
            register: OnceLock::new(),
            settling: tokio::sync::Mutex::default(),
            store,
            settings,
            metrics,
            running,
            admission,
            bodies,
            backup,
            ready,
        })
    }

    /// Says whether `/readyz` shall send balancers here; the server stops being ready when it drains.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Relaxed);
    }

    /// Whether the server takes requests.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Relaxed)
    }

    /// Tells other processes where to reach the server, if the store is on disk.
    ///
    /// # Errors
    /// [`StoreError::File`] where the file beside the data cannot be written.
    pub fn announce(&self, holder: &Holder) -> Result<(), StoreError> {
        self.store.announce(holder)
    }

    /// How many threads evaluations take at most, those that are set aside included.
    pub fn evaluating_threads(&self) -> usize {
        // A long one runs on a thread beside those that hold a place.
        2 * self.settings.concurrent + MOST_ASIDE
    }

    /// Forgets everything that is kept to answer sooner.
    pub fn forget(&self) {
        self.cache.clear();
        self.parsed.clear();
        self.graph_states.clear();
        self.counts.clear();
        self.conflicts.clear();
    }

    /// Ends every evaluation that is going on.
    pub fn cancel_all(&self) {
        self.running.list().iter().for_each(|entry| {
            self.running.cancel(entry.id);
        });
    }

    /// The engine, with SERVICE where there is anybody to ask.
    pub(super) fn engine(&self, deadline: Option<Instant>) -> Engine {
        if self.outbound.is_empty() {
            return self.engine.clone();
        }
        self.engine.clone().with_services(Services { outbound: self.outbound.clone(), deadline })
    }

    /// Finds the places that parameters name in a state of the store.
    pub(super) fn places<'a>(&'a self, state: &'a State) -> DataPlaces<'a> {
        DataPlaces { register: self.register(), base: crate::vocab::ID, store: state.store() }
    }

    /// Every place that there is a name of.
    pub(super) fn register(&self) -> &Register {
        self.register.get_or_init(Register::builtin)
    }

    /// The address under which the client reaches the server, without a slash at its end.
    pub(super) fn root(&self, headers: &HeaderMap) -> String {
        self.settings.public_url.clone().unwrap_or_else(|| {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
            // Whatever a client calls us ends up in IRIs: only what a host can be does.
            let plain =
                |host: &&str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte));
            format!("http://{}{}", host.filter(plain).unwrap_or("localhost"), self.settings.base_path)
        })
    }
}

/// A store of this process. Its index is begun, so that the first who asks need not wait for all of it.
fn here(store: Arc<Embedded>) -> Served {
    drop(store.version());
    Served::Here(store)
}
