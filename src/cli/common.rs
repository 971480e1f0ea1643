//! What several commands share: which store, how it is opened, how findings are shown.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::edge::Edge;
use super::report::Result;
use crate::store::{Embedded, Holder};

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
        Ok(Embedded::open_existing(&self.store, &Holder::this_process(purpose))?)
    }
}

/// The files of a folder whose names end in a suffix, in the order of their names.
pub fn files_named(folder: &Path, suffix: &str) -> Result<Vec<PathBuf>> {
    let context = || format!("cannot read the folder {}", folder.display());
    let entries = std::fs::read_dir(folder).with_context(context)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>();
    let mut paths = paths.with_context(context)?;
    paths.retain(|path| path.extension().is_some_and(|own| own == suffix));
    paths.sort();
    Ok(paths)
}

/// A language tag (BCP 47), as people type it.
pub fn language(text: &str) -> std::result::Result<String, String> {
    let is_tag = |text: &str| oxrdf::Literal::new_language_tagged_literal("", text).is_ok();
    if is_tag(text) {
        return Ok(text.to_owned());
    }
    let meant = text.split('.').next().unwrap_or_default().replace('_', "-");
    let hint = if is_tag(&meant) { meant.as_str() } else { "zh-Hant" };
    Err(format!("it is no language tag (BCP 47): write one such as {hint}"))
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
