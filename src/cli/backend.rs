//! Where a command reads and writes: a store of this machine, files, or an endpoint; and how it comes to one instead of
//! another.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::common::StoreArgs;
use super::edge::Edge;
use super::endpoint::{EndpointArgs, OpenedArgs};
use super::files::FileArgs;
use super::input::is_standard_input;
use super::report::{Failure, Outcome, Result};
use crate::federation::Outbound;
use crate::query::{Engine, Limits, LocalSession, RemoteSession, Session};
use crate::store::{Embedded, Endpoint, Holder, Store, StoreError, counter, is_store};

/// Bytes of an answer to a SERVICE, or of a document to LOAD, that are taken.
const MOST: usize = 1 << 30;
/// The longest that such an answer is waited for where there is no time limit.
const PATIENCE: Duration = Duration::from_secs(120);

/// A store, wherever it is.
pub struct Backend(Box<dyn Session>);

impl Backend {
    /// A store of this process.
    pub fn local(store: impl Into<Arc<Embedded>>) -> Self {
        let session = LocalSession::new(store.into(), Engine::new());
        Self(Box::new(session.with_outbound(anywhere())))
    }
}

impl std::ops::Deref for Backend {
    type Target = dyn Session;

    fn deref(&self) -> &Self::Target {
        self.0.as_ref()
    }
}

/// A person's own machine reaches whatever that person can.
const fn anywhere() -> Outbound {
    Outbound::anywhere(MOST, PATIENCE)
}

/// Whether it is a server that can be asked from here; one behind a Unix socket cannot.
fn is_reachable(holder: &Holder) -> bool {
    holder.address.as_ref().is_some_and(|address| address.starts_with("http"))
}

/// Which store a command works on, here or elsewhere.
#[derive(Debug, Clone, clap::Args)]
pub struct TargetArgs {
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    endpoint: EndpointArgs,
}

impl TargetArgs {
    /// A store of this machine, or what is at an address.
    pub const fn new(store: PathBuf, endpoint: Option<String>, opened: OpenedArgs) -> Self {
        let endpoint = EndpointArgs { endpoint, update_endpoint: None, graph_store: None, opened };
        Self { store: StoreArgs { store }, endpoint }
    }

    /// For reading.
    pub fn open_read_only(&self, limits: &Limits, edge: &Edge) -> Result<Backend> {
        self.reach(|| Embedded::open_read_only(&self.store.store), limits, edge)
    }

    /// For writing.
    pub fn open(&self, purpose: &str, limits: &Limits, edge: &Edge) -> Result<Backend> {
        self.reach(|| Embedded::open_existing(&self.store.store, &Holder::this_process(purpose)), limits, edge)
    }

    /// For loading; a store is made where there is none.
    pub fn open_or_make(&self, purpose: &str, limits: &Limits, edge: &Edge) -> Result<Backend> {
        self.reach(|| Embedded::open(&self.store.store, &Holder::this_process(purpose)), limits, edge)
    }

    /// The directory in which [`Self::open_or_make`] would make a store.
    pub fn would_make(&self) -> Result<Option<PathBuf>> {
        let exists = self.endpoint.is_given() || is_store(&self.store.store)?;
        Ok((!exists).then(|| self.store.store.clone()))
    }

    /// The endpoint asked for, else the store, else the server that holds it.
    fn reach(
        &self,
        open: impl FnOnce() -> std::result::Result<Embedded, StoreError>,
        limits: &Limits,
        edge: &Edge,
    ) -> Result<Backend> {
        if let Some(remote) = self.endpoint.remote(limits)? {
            return Ok(Backend(Box::new(RemoteSession::new(remote))));
        }
        match open() {
            Ok(store) => Ok(Backend::local(store)),
            Err(StoreError::Locked { path, holder: Some(holder) }) if is_reachable(&holder) => {
                edge.say(format_args!("The store {} is in use by {holder}: going through it.", path.display()));
                let address = Endpoint::new(holder.address.as_deref().unwrap_or_default());
                let session = RemoteSession::new(self.endpoint.opened.open(address, limits)?);
                // The store is this machine's, and so are the files and the network that LOAD speaks of.
                Ok(Backend(Box::new(session.with_outbound(anywhere()))))
            }
            Err(error) => Err(Failure::from(error)),
        }
    }

    /// Where it is, for people.
    pub fn place(&self) -> String {
        self.endpoint.place().map_or_else(|| self.store.store.display().to_string(), str::to_owned)
    }
}

/// Where a command reads from.
#[derive(Debug, Clone, clap::Args)]
pub struct DataArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Read these files of records or RDF instead of a store
    #[arg(long, value_name = "FILES", num_args = 1.., conflicts_with_all = ["store", "endpoint"])]
    data: Vec<PathBuf>,
    #[command(flatten)]
    how: FileArgs,
}

impl DataArgs {
    /// The files that it reads instead of a store.
    pub fn files(&self) -> &[PathBuf] {
        &self.data
    }

    /// Whether it reads files and no store.
    pub fn is_files(&self) -> bool {
        !self.data.is_empty()
    }

    /// Whether standard input is one of the files.
    pub fn reads_standard_input(&self) -> bool {
        self.data.iter().any(|file| is_standard_input(file))
    }

    /// Takes the last of several files away again, where it is none and `is_other` says that it is meant to be something
    /// else: `--data` takes all that follows it.
    pub fn give_back(&mut self, is_other: impl Fn(&str) -> bool) -> Option<String> {
        let last = self.data.last().filter(|last| self.data.len() > 1 && !last.exists())?;
        let text = last.to_str().filter(|text| is_other(text))?.to_owned();
        self.data.pop();
        Some(text)
    }

    /// What is different after a change of the files, or of the store of this machine: without opening either. None of an
    /// endpoint, and of what is not there.
    pub fn stamp(&self) -> Option<String> {
        if !self.data.is_empty() {
            let of = |path: &PathBuf| std::fs::metadata(path).ok().map(|file| (file.len(), file.modified().ok()));
            return Some(format!("{:?}", self.data.iter().map(of).collect::<Vec<_>>()));
        }
        (!self.target.endpoint.is_given()).then(|| counter(&self.target.store.store)).flatten()
    }

    /// The store, or one in memory with the files in it; and whether all of the files went through.
    pub fn open(&self, limits: &Limits, edge: &Edge) -> Result<(Backend, Outcome)> {
        if self.data.is_empty() {
            return Ok((self.target.open_read_only(limits, edge)?, Outcome::Done));
        }
        self.load(edge)
    }

    /// As [`Self::open`], for changes, too.
    pub fn open_to_write(&self, purpose: &str, limits: &Limits, edge: &Edge) -> Result<(Backend, Outcome)> {
        if self.data.is_empty() {
            return Ok((self.target.open(purpose, limits, edge)?, Outcome::Done));
        }
        self.load(edge)
    }

    /// Loads the files into a store.
    pub fn load_into(&self, store: &dyn Store, edge: &Edge) -> Result<Outcome> {
        let quiet = edge.clone().with_flags(true, !edge.color);
        Ok(self.how.load(&self.data, None, store, &quiet)?.1)
    }

    fn load(&self, edge: &Edge) -> Result<(Backend, Outcome)> {
        let store = Embedded::memory()?;
        let outcome = self.load_into(&store, edge)?;
        Ok((Backend::local(store), outcome))
    }
}
