//! What several commands share: which store, how it is opened, how findings are shown.

use std::io;
use std::path::{Path, PathBuf};

use super::edge::Edge;
use super::report::{Failure, Result};
use crate::store::{Embedded, Holder, StoreError};

/// Which store a command works on.
#[derive(Debug, Clone, clap::Args)]
pub struct StoreArgs {
    /// Directory of the store (so does the variable CITYPACT_STORE)
    #[arg(long, value_name = "DIR", default_value = "citypact.db")]
    pub store: PathBuf,
}

impl StoreArgs {
    /// Opens the store for writing.
    pub fn open(&self, purpose: &str) -> Result<Embedded> {
        Embedded::open_existing(&self.store, &Holder::this_process(purpose)).map_err(explain)
    }
}

/// Adds to an error of the store what the person may do about it.
pub fn explain(error: StoreError) -> Failure {
    let hint = hint(&error);
    Failure::from(error).maybe_hint(hint)
}

/// What the person may do about an error of the store.
pub fn hint(error: &StoreError) -> Option<String> {
    match error {
        StoreError::NotFound(path) => {
            Some(format!("load something first: citypact load FILES --store {}", path.display()))
        }
        StoreError::Locked { .. } => Some("wait until the other process is done, or ask it to stop".to_owned()),
        StoreError::NotAStore(_) => Some("name a new directory, or one that a store is in, with --store".to_owned()),
        StoreError::NotPersistent => {
            Some("build with the default features, or name another directory with --store".to_owned())
        }
        StoreError::Earlier(_) => {
            Some("load the files again into a new store, or export it with the version that made it".to_owned())
        }
        StoreError::Damaged(damage) => Some(of_damage(&damage.path)),
        StoreError::File { path, source } if source.kind() == io::ErrorKind::InvalidData => {
            let is_index = path.file_name().is_some_and(|name| name == "index.cpx" || name == "index.log");
            is_index.then(|| of_damage(path))
        }
        StoreError::ReadOnly => Some("start the shell with --write to change the store".to_owned()),
        // A server's own hint is about headers.
        StoreError::Refused { status: 401, .. } | StoreError::Refused { status: 403, hint: None, .. } => {
            Some("name the file with the token that it asks for by --token-file, or yourself by --user".to_owned())
        }
        StoreError::Refused { hint: Some(hint), .. } => Some(hint.clone()),
        StoreError::Refused { status: 404, .. } => {
            Some("is it the address of a SPARQL endpoint, such as http://localhost:7878/sparql?".to_owned())
        }
        StoreError::Partial { .. } | StoreError::Cut { .. } => {
            Some("raise the limit of the server (Virtuoso: ResultSetMaxRows in virtuoso.ini)".to_owned())
        }
        StoreError::Exists(_) => Some("name a directory that does not exist yet".to_owned()),
        _ => None,
    }
}

/// What to do about an index that is damaged: where RocksDB keeps the store it is a copy.
fn of_damage(file: &Path) -> String {
    if file.with_file_name("CURRENT").exists() {
        "build the index anew: citypact check-index --rebuild".to_owned()
    } else {
        "this file is the store: restore a backup, or load the data again into a new store".to_owned()
    }
}

/// Columns of text, aligned with regard to the width of CJK characters; numbers of the last column to the right.
pub fn columns(edge: &Edge, rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |text: &str| unicode_width::UnicodeWidthStr::width(text);
    let widths: Vec<usize> = (0..count)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, most) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', most - width(cell) + 2));
        }
        text.push_str(clip(line.trim_end(), edge.width));
        text.push('\n');
    }
    text
}

/// The part of a line that a terminal of this width shows.
fn clip(line: &str, most: Option<usize>) -> &str {
    let Some(most) = most else { return line };
    let mut used = 0;
    for (at, c) in line.char_indices() {
        used += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used > most {
            return &line[..at];
        }
    }
    line
}
