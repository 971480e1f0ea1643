//! `citypact backup`, `restore` and `optimize`: keeping a store.

use std::path::PathBuf;

use super::common::{StoreArgs, explain};
use super::edge::Edge;
use super::report::{Outcome, Result};
use crate::store;

/// Copy a store to a new directory, by hard links where the file system allows
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact backup cities-2024.db --store cities.db")]
pub struct BackupArgs {
    /// The new directory
    target: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
}

/// Backs a store up.
pub fn backup(args: &BackupArgs, edge: &Edge) -> Result {
    // A checkpoint is made by a writer; one that exists must not be made anew by a slip of the name.
    drop(args.store.open_read_only()?);
    args.store.open("backup")?.backup(&args.target).map_err(explain)?;
    edge.say(format_args!("The backup is in {}; it is a store like any other.", args.target.display()));
    Ok(Outcome::Done)
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
    store: StoreArgs,
}

/// Optimises a store.
pub fn optimize(args: &OptimizeArgs, edge: &Edge) -> Result {
    drop(args.store.open_read_only()?);
    args.store.open("optimize")?.optimize().map_err(explain)?;
    edge.say("Done.");
    Ok(Outcome::Done)
}
