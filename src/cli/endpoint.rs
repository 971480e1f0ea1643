//! How a command reaches an endpoint: addresses, and what opens them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::report::{Failure, Result};
use crate::query::Limits;
use crate::store::{Credentials, Endpoint, Remote};

/// An endpoint instead of a store of this machine.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Endpoint")]
pub struct EndpointArgs {
    /// Use the SPARQL 1.1 endpoint at this URL instead of a store of this machine
    #[arg(long, value_name = "URL", conflicts_with = "store")]
    pub endpoint: Option<String>,
    /// Where the endpoint takes updates, if not there: where it ends in /query by default at /update beside it
    #[arg(long, value_name = "URL", requires = "endpoint")]
    pub update_endpoint: Option<String>,
    /// Where the endpoint speaks the Graph Store Protocol (indirect): whole graphs go there at once, and come from there
    #[arg(long, value_name = "URL", requires = "endpoint")]
    pub graph_store: Option<String>,
    #[command(flatten)]
    pub opened: OpenedArgs,
}

/// What opens an endpoint.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Endpoint")]
pub struct OpenedArgs {
    /// File with the token that the endpoint, or the server of the store, asks for
    #[arg(long, value_name = "FILE", conflicts_with_all = ["user", "password_file"])]
    token_file: Option<PathBuf>,
    /// Name by which the endpoint knows you; Basic or Digest, as it asks for
    #[arg(long, value_name = "NAME", requires = "password_file")]
    user: Option<String>,
    /// File with the password that goes with --user
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
}

impl EndpointArgs {
    /// Whether an endpoint is named.
    pub const fn is_given(&self) -> bool {
        self.endpoint.is_some()
    }

    /// Its address, for people.
    pub fn place(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// The endpoint, if one is named. No request is made yet.
    pub fn remote(&self, limits: &Limits) -> Result<Option<Remote>> {
        let Some(query) = self.endpoint.as_deref() else { return Ok(None) };
        for url in [Some(query), self.update_endpoint.as_deref(), self.graph_store.as_deref()].into_iter().flatten() {
            check(url)?;
        }
        let mut endpoint = Endpoint::new(query);
        endpoint.update = self.update_endpoint.clone().unwrap_or(endpoint.update);
        endpoint.graph_store.clone_from(&self.graph_store);
        self.opened.open(endpoint, limits).map(Some)
    }
}

impl OpenedArgs {
    /// An endpoint, opened by what is given here.
    pub fn open(&self, endpoint: Endpoint, limits: &Limits) -> Result<Remote> {
        let credentials = match (&self.token_file, &self.user, &self.password_file) {
            (Some(file), ..) => Some(Credentials::Token(secret(file)?)),
            (None, Some(user), Some(file)) => {
                Some(Credentials::Password { user: user.clone(), password: secret(file)? })
            }
            _ => None,
        };
        Ok(Remote::new(Endpoint { credentials, timeout: limits.timeout, ..endpoint }))
    }
}

fn check(url: &str) -> Result<()> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(());
    }
    Err(Failure::usage(format!("{url} is no address of an endpoint"))
        .hint("an address begins with http:// or https://, such as http://localhost:7878/sparql"))
}

fn secret(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.trim().to_owned())
}
