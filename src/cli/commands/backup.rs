//! `citypact backup`, `restore`, `optimize` and `check-index`: keeping a store.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::cli::backend::TargetArgs;
use crate::cli::common::StoreArgs;
use crate::cli::edge::Edge;
use crate::cli::report::{Failure, Outcome, Result};
use crate::counted::counted;
use crate::query::Limits;
use crate::store::{self, Agreement, Embedded, Holder, Remote, StoreError};

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
            store.backup(&args.target)?;
            args.target.clone()
        }
        (_, Some(remote)) => backup_of_server(remote, &args.target)?,
        (None, None) => return Err(Failure::from(StoreError::InMemory)),
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
        return Err(Failure::from(StoreError::Exists(target.to_owned())));
    }
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = utf8_percent_encode(&name, NON_ALPHANUMERIC);
    let made = remote.administer(&format!("backup?name={name}"))?;
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
    store::restore(&args.backup, &args.store.store)?;
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
        store.optimize()?;
    }
    if let Some(remote) = backend.remote() {
        let done = remote.administer("optimize")?;
        done.ok_or_else(|| elsewhere("is not to be rearranged from here", "do it where its files are"))?;
    }
    edge.say("Done.");
    Ok(Outcome::Done)
}

/// Compare the index of a store with what the store holds, quad by quad
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Queries read the index (index.cpx and index.log) beside the data of RocksDB. One that is not in \
    step is never read: then each command builds one of the store for itself. In a build without RocksDB the index is the store, and \
    all of it is read and checked. The exit status is 3 where the two differ, or the index is damaged or not in \
    step.\n\nExamples:\n  citypact check-index --store cities.db\n  citypact check-index --rebuild"
)]
pub struct CheckIndexArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Build the index anew first
    #[arg(long)]
    rebuild: bool,
}

/// Compares.
pub fn check_index(args: &CheckIndexArgs, edge: &Edge) -> Result {
    let path = &args.store.store;
    if args.rebuild {
        let store = Embedded::open_existing(path, &Holder::this_process("check-index"))?;
        store.rebuild_index()?;
    }
    let mut out = edge.stdout();
    let differences = match Embedded::check_index(path)? {
        Agreement::Compared(differences) => differences,
        other => {
            writeln!(out, "{}", not_in_step(&other))?;
            edge.say("Hint: build it: citypact check-index --rebuild");
            return Ok(Outcome::Rejected);
        }
    };
    if differences.count == 0 {
        writeln!(out, "The index agrees with the store: {}.", counted(differences.quads, "quad"))?;
        return Ok(Outcome::Done);
    }
    writeln!(out, "The index differs from the store: {}.", counted(differences.count, "difference"))?;
    differences.first.iter().try_for_each(|difference| writeln!(out, "  {difference}"))?;
    edge.say("Hint: build it: citypact check-index --rebuild");
    Ok(Outcome::Rejected)
}

fn not_in_step(agreement: &Agreement) -> String {
    match agreement {
        Agreement::Missing => "There is no index: each command builds one for itself.".to_owned(),
        Agreement::Stale { index, store } => {
            format!(
                "The index is not in step (epoch {index}, the store's is {store}): each command builds one for itself."
            )
        }
        Agreement::Damaged(error) => {
            let reason = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
            format!("The index is damaged: {error}{reason}. Each command builds one for itself.")
        }
        Agreement::Compared(_) => String::new(),
    }
}
