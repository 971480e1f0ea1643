//! `citypact places import`: GeoNames' dumps, or places of one's own, into a file for `--places`.

use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::edge::Edge;
use crate::cli::register::{add_lines, open};
use crate::cli::report::{Outcome, Result};
use crate::cli::{input, output};
use crate::counted::counted;
use crate::place::Register;
use crate::place::build::dumps;

/// Make a register of more places, for --places of other commands
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, clap::Subcommand)]
enum From {
    /// From GeoNames' dumps: cities15000.txt (or 5000, 1000, 500), and alternateNamesV2.txt with names and Wikidata items
    #[command(after_help = "Examples:\n  citypact places import geonames cities15000.txt alternateNamesV2.txt\n  \
        citypact convert records.jsonl --places places.bin")]
    Geonames {
        /// The file of places
        cities: PathBuf,
        /// The file of names
        names: Option<PathBuf>,
        /// The packed register to write
        #[arg(long, short, value_name = "FILE", default_value = "places.bin")]
        out: PathBuf,
    },
    /// From files of place records, checked against the register and each other
    #[command(after_help = "Examples:\n  citypact places import jsonl my-places.jsonl --out places.jsonl\n  \
        grep '\"type\":\"place\"' my-places.jsonl | citypact places import jsonl -\n  \
        citypact convert records.jsonl --places places.jsonl")]
    Jsonl {
        /// The files, compressed or not; `-` is standard input
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The file to write
        #[arg(long, short, value_name = "FILE", default_value = "places.jsonl")]
        out: PathBuf,
    },
}

/// Imports.
pub fn run(args: &Args, edge: &Edge) -> Result {
    match &args.from {
        From::Geonames { cities, names, out } => geonames(cities, names.as_deref(), out, edge)?,
        From::Jsonl { files, out } => jsonl(files, out, edge)?,
    }
    Ok(Outcome::Done)
}

fn geonames(cities: &Path, names: Option<&Path>, out: &Path, edge: &Edge) -> Result<()> {
    let read: Vec<PathBuf> = [Some(cities), names].into_iter().flatten().map(Path::to_owned).collect();
    let mut lines = open(cities)?;
    let mut more = names.map(open).transpose()?;
    let called = |path: &Path| path.display().to_string();
    let names_called = names.map(called).unwrap_or_default();
    let names = more.as_mut().map(|lines| (names_called.as_str(), lines as &mut dyn BufRead));
    let (bytes, done) = dumps::geonames(&Register::builtin(), (&called(cities), &mut lines), names)?;
    write(out, &read, &bytes)?;
    edge.say(format_args!(
        "{} added, {} known already; {}, {}: {}",
        counted(done.places, "place"),
        done.known,
        counted(done.names, "name"),
        counted(done.items, "Wikidata item"),
        out.display()
    ));
    Ok(())
}

fn jsonl(files: &[PathBuf], out: &Path, edge: &Edge) -> Result<()> {
    let mut register = Register::builtin();
    let mut text = Vec::new();
    let mut count = 0;
    for input in input::inputs(files, edge)?.0 {
        let (name, start) = (input.name(), text.len());
        let read = input.reader().and_then(|mut bytes| bytes.read_to_end(&mut text));
        read.with_context(|| format!("cannot read {name}"))?;
        count += add_lines(&mut register, &name, &text[start..], edge)?;
        if text.last().is_some_and(|last| *last != b'\n') {
            text.push(b'\n');
        }
    }
    write(out, files, &text)?;
    edge.say(format_args!("{}: {}", counted(count, "place"), out.display()));
    Ok(())
}

fn write(path: &Path, inputs: &[PathBuf], bytes: &[u8]) -> Result<()> {
    output::to_file(path, inputs, |file| Ok(file.write_all(bytes)?))
}
