//! `citypact backup`, `restore` and `optimize`: keeping a store.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::backend::TargetArgs;
use super::common::{StoreArgs, explain};
use super::edge::Edge;
use super::report::{Failure, Outcome, Result};
use crate::query::Limits;
use crate::store::{self, Remote, StoreError};

/// Copy a store to a new directory, by hard links where the file system allows
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A store that a server holds is backed up by the server, into the folder that it was given with \
    --backup-dir; that takes its admin token (--token-file).\n\nExamples:\n  citypact backup cities-2024.db --store cities.db"
)]
pub struct BackupArgs {
    /// The new directory; through a server, the name of one in the server's folder for backups
    target: PathBuf,
    #[command(flatten)]
    store: TargetArgs,
}

/// Backs a store up.
pub fn backup(args: &BackupArgs, edge: &Edge) -> Result {
    let backend = args.store.open("backup", &Limits::default(), edge)?;
    let place = match (backend.embedded(), backend.remote()) {
        (Some(store), _) => {
            store.backup(&args.target).map_err(explain)?;
            args.target.clone()
        }
        (_, Some(remote)) => backup_of_server(remote, &args.target)?,
        (None, None) => return Err(explain(StoreError::InMemory)),
    };
    edge.say(format_args!("The backup is in {}; it is a store like any other.", place.display()));
    Ok(Outcome::Done)
}

/// What a server says of a backup that it made.
#[derive(serde::Deserialize)]
struct Made {
    path: PathBuf,
}

/// Has a server make a backup, and moves it to where it is wanted if that is on the same disk of the same machine.
fn backup_of_server(remote: &Remote, target: &Path) -> Result<PathBuf> {
    if target.exists() {
        return Err(explain(StoreError::Exists(target.to_owned())));
    }
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = utf8_percent_encode(&name, NON_ALPHANUMERIC);
    let made = remote.administer(&format!("backup?name={name}")).map_err(explain)?;
    let text =
        made.ok_or_else(|| elsewhere("makes no backups for its clients", "export it: citypact export --to nquads"))?;
    let made: Made = serde_json::from_str(&text).context("the server's answer cannot be read")?;
    Ok(if std::fs::rename(&made.path, target).is_ok() { target.to_owned() } else { made.path })
}

fn elsewhere(what: &str, hint: &str) -> Failure {
    Failure::from(anyhow::Error::msg(format!("the endpoint {what}"))).hint(hint)
}

/// Make a store from a backup
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact restore cities-2024.db --store cities.db")]
pub struct RestoreArgs {
    /// The backup's directory
    backup: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
}

/// Restores a store.
pub fn restore(args: &RestoreArgs, edge: &Edge) -> Result {
    store::restore(&args.backup, &args.store.store).map_err(explain)?;
    edge.say(format_args!("The store is in {}.", args.store.store.display()));
    Ok(Outcome::Done)
}

/// Rearrange a store's files for faster reading
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact optimize --store cities.db")]
pub struct OptimizeArgs {
    #[command(flatten)]
    store: TargetArgs,
}

/// Optimises a store.
pub fn optimize(args: &OptimizeArgs, edge: &Edge) -> Result {
    let backend = args.store.open("optimize", &Limits::default(), edge)?;
    if let Some(store) = backend.embedded() {
        store.optimize().map_err(explain)?;
    }
    if let Some(remote) = backend.remote() {
        let done = remote.administer("optimize").map_err(explain)?;
        done.ok_or_else(|| elsewhere("is not to be rearranged from here", "do it where its files are"))?;
    }
    edge.say("Done.");
    Ok(Outcome::Done)
}
