//! Where a command reads and writes: a store of this machine, files, or an endpoint; and how it comes to one instead of
//! another.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use oxigraph::sparql::{QueryEvaluationError, QueryResults, QuerySolutionIter, QueryTripleIter};

use super::common::{self, StoreArgs};
use super::data::FileArgs;
use super::edge::Edge;
use super::input::is_standard_input;
use super::report::{Failure, Outcome, Result};
use crate::check::{self, Recorded};
use crate::query::{Cancel, Limit, Limits, Query, QueryError, Update};
use crate::rdf::Indexed;
use crate::store::{Counts, Embedded, Endpoint, Holder, Remote, Store, StoreError};

/// A store, wherever it is.
pub enum Backend {
    /// In this process.
    Local(Arc<Embedded>),
    /// Behind an endpoint.
    Remote(RemoteStore),
}

impl Backend {
    /// The store.
    pub fn store(&self) -> &dyn Store {
        match self {
            Self::Local(store) => store.as_ref(),
            Self::Remote(remote) => &remote.0,
        }
    }

    /// What it holds.
    pub fn counts(&self) -> std::result::Result<Counts, StoreError> {
        Counts::of(self.store())
    }
}

/// A store behind an endpoint, asked within the limits of a command.
pub struct RemoteStore(Remote);

impl RemoteStore {
    /// Puts a query to the endpoint.
    pub fn query(&self, query: &Query) -> std::result::Result<QueryResults<'static>, StoreError> {
        self.0.query_text(&query.algebra().to_string())
    }

    /// Has the endpoint carry out an update.
    pub fn update(&self, update: &Update) -> std::result::Result<(), StoreError> {
        self.0.update_text(&update.algebra().to_string())
    }

    /// The results, up to the limit of rows and until the person has enough.
    pub fn within(&self, results: QueryResults<'static>, limits: &Limits, cancel: &Cancel) -> QueryResults<'static> {
        let (most, cancel, mut count) = (limits.rows.unwrap_or(u64::MAX), cancel.clone(), 0_u64);
        let mut check = move || {
            count += 1;
            if cancel.is_cancelled() {
                return Err(QueryEvaluationError::Cancelled);
            }
            if count > most {
                return Err(QueryEvaluationError::Service(Box::new(QueryError::Limit(Limit::Rows(most)))));
            }
            Ok(())
        };
        match results {
            QueryResults::Solutions(solutions) => {
                let variables: Arc<[_]> = solutions.variables().into();
                let rows = solutions.map(move |row| check().and(row));
                QueryResults::Solutions(QuerySolutionIter::new(variables, rows))
            }
            QueryResults::Graph(triples) => {
                QueryResults::Graph(QueryTripleIter::new(triples.map(move |triple| check().and(triple))))
            }
            answer => answer,
        }
    }
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
    /// Use the SPARQL 1.1 endpoint at this URL instead of a store of this machine
    #[arg(long, value_name = "URL", conflicts_with = "store")]
    endpoint: Option<String>,
    /// File with the token that the endpoint, or the server of the store, asks for
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl TargetArgs {
    /// For reading.
    pub fn open_read_only(&self, limits: &Limits, edge: &Edge) -> Result<Backend> {
        self.reach(|| Embedded::open_read_only(&self.store.store), limits, edge)
    }

    /// For writing; a store is made where there is none.
    pub fn open(&self, purpose: &str, limits: &Limits, edge: &Edge) -> Result<Backend> {
        self.reach(|| Embedded::open(&self.store.store, &Holder::this_process(purpose)), limits, edge)
    }

    /// The endpoint asked for, else the store, else the server that holds it.
    fn reach(
        &self,
        open: impl FnOnce() -> std::result::Result<Embedded, StoreError>,
        limits: &Limits,
        edge: &Edge,
    ) -> Result<Backend> {
        if let Some(url) = &self.endpoint {
            return self.remote(url, limits);
        }
        match open() {
            Ok(store) => Ok(Backend::Local(Arc::new(store))),
            Err(StoreError::Locked { path, holder: Some(holder) }) if is_reachable(&holder) => {
                edge.say(format_args!("The store {} is in use by {holder}: going through it.", path.display()));
                self.remote(holder.address.as_deref().unwrap_or_default(), limits)
            }
            Err(error) => Err(common::explain(error)),
        }
    }

    /// Where it is, for people.
    pub fn place(&self) -> String {
        self.endpoint.clone().unwrap_or_else(|| self.store.store.display().to_string())
    }

    fn remote(&self, url: &str, limits: &Limits) -> Result<Backend> {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Failure::usage(format!("{url} is no address of an endpoint"))
                .hint("an address begins with http:// or https://, such as http://localhost:7878/sparql"));
        }
        let authorization = self.token()?.map(|token| format!("Bearer {token}"));
        let endpoint = Endpoint { authorization, timeout: limits.timeout, ..Endpoint::new(url) };
        Ok(Backend::Remote(RemoteStore(Remote::new(endpoint))))
    }

    fn token(&self) -> Result<Option<String>> {
        let Some(path) = &self.token_file else { return Ok(None) };
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Some(text.trim().to_owned()))
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

    /// The store, or one in memory with the files in it; and whether all of the files went through.
    pub fn open(&self, limits: &Limits, edge: &Edge) -> Result<(Backend, Outcome)> {
        if self.data.is_empty() {
            return Ok((self.target.open_read_only(limits, edge)?, Outcome::Done));
        }
        self.load(edge)
    }

    /// As [`Self::open`], for changes, too; a store is made where there is none.
    pub fn open_to_write(&self, purpose: &str, limits: &Limits, edge: &Edge) -> Result<(Backend, Outcome)> {
        if self.data.is_empty() {
            return Ok((self.target.open(purpose, limits, edge)?, Outcome::Done));
        }
        self.load(edge)
    }

    /// As [`Self::open`], with all quads in memory: those of files as they stand there.
    pub fn open_checked(&self, limits: &Limits, edge: &Edge) -> Result<(Backend, Indexed, Outcome)> {
        if self.data.is_empty() {
            let backend = self.target.open_read_only(limits, edge)?;
            let data = check::read(backend.store()).map_err(common::explain)?;
            return Ok((backend, data, Outcome::Done));
        }
        let recorded = Recorded::new().map_err(common::explain)?;
        let quiet = edge.clone().with_flags(true, !edge.color);
        let (_, outcome) = self.how.load(&self.data, None, &recorded, &quiet)?;
        let (store, data) = recorded.finish();
        Ok((Backend::Local(store), data, outcome))
    }

    fn load(&self, edge: &Edge) -> Result<(Backend, Outcome)> {
        let store = Embedded::memory().map_err(common::explain)?;
        let quiet = edge.clone().with_flags(true, !edge.color);
        let (_, outcome) = self.how.load(&self.data, None, &store, &quiet)?;
        Ok((Backend::Local(Arc::new(store)), outcome))
    }
}
