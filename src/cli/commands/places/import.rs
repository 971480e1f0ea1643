//! `citypact places import`: GeoNames' dumps, an answer of Wikidata, or places of one's own, into a file for `--places`.

use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::edge::Edge;
use crate::cli::register::{add_lines, open};
use crate::cli::report::{Outcome, Result};
use crate::cli::{input, output, tables_input};
use crate::counted::counted;
use crate::place::build::dumps;
use crate::place::{Register, matching};
use crate::record::read::{ReadOptions, RecordSource, Rejected};
use crate::record::{self, Record};
use crate::table::{Mapping, Told, translate};

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
    /// From the answer to a query of Wikidata (JSON, XML, CSV or TSV), matched with the register by codes and names
    #[command(
        after_help = "The query is examples/tables/wikidata-places.rq; ask it at https://query.wikidata.org/ and save the \
        answer.\n\nExamples:\n  citypact places import wikidata examples/tables/wikidata-places.csv\n  \
        citypact convert records.jsonl --places places.jsonl"
    )]
    Wikidata {
        /// The answer
        file: PathBuf,
        /// A mapping of its columns, in the place of the one for the query's own (see `citypact tables`)
        #[arg(long, value_name = "FILE")]
        table: Option<PathBuf>,
        /// The file to write
        #[arg(long, short, value_name = "FILE", default_value = "places.jsonl")]
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
        From::Wikidata { file, table, out } => return wikidata(file, table.as_deref(), out, edge),
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

/// The mapping of the documented query's columns.
const MAPPING: &str = include_str!("../../../../examples/tables/wikidata-places.toml");

fn wikidata(file: &PathBuf, table: Option<&Path>, out: &Path, edge: &Edge) -> Result {
    let mapping = match table {
        Some(path) => tables_input::mapping(path)?,
        None => Mapping::parse("wikidata-places.toml", MAPPING)?,
    };
    let register = Register::builtin();
    let (inputs, progress) = input::inputs(std::slice::from_ref(file), edge)?;
    let mut reading = Reading { edge, places: Vec::new(), wrong: 0 };
    for input in &inputs {
        let (records, _) = translate(input, &mapping, &register, &mut |told| reading.hear(told))?;
        reading.read(&records)?;
    }
    progress.finish();
    let matched = matching::matched(&register, reading.places);
    matched.contradictions.iter().for_each(|told| edge.say(told));
    let mut text = Vec::new();
    for place in matched.records {
        serde_json::to_writer(&mut text, &Record::from(place))?;
        text.push(b'\n');
    }
    write(out, std::slice::from_ref(file), &text)?;
    edge.say(format_args!(
        "{} of the register, {} new, {} told: {}",
        counted(matched.known, "place"),
        matched.new,
        counted(matched.contradictions.len(), "contradiction"),
        out.display()
    ));
    Ok(if reading.wrong > 0 { Outcome::Rejected } else { Outcome::Done })
}

/// The places of a table, and what of it went wrong.
struct Reading<'e> {
    edge: &'e Edge,
    places: Vec<record::Place>,
    wrong: u64,
}

impl Reading<'_> {
    fn hear(&mut self, told: Told) {
        match told {
            Told::Rejected(rejected) => self.reject(rejected),
            Told::Remark(remark) => self.edge.say(remark),
        }
    }

    fn reject(&mut self, rejected: Rejected) {
        self.wrong += 1;
        rejected.diagnostics.into_iter().for_each(|finding| self.edge.say(finding));
    }

    fn read(&mut self, records: &impl RecordSource) -> Result<()> {
        for batch in records.open(&ReadOptions::default())? {
            match batch {
                Ok(batch) => batch.records().for_each(|parsed| match parsed {
                    Ok(parsed) => self.take(parsed.record.into_owned()),
                    Err(rejected) => self.reject(rejected),
                }),
                Err(notice) => self.edge.say(notice),
            }
        }
        Ok(())
    }

    fn take(&mut self, record: Record) {
        if let Record::Place(place) = record {
            self.places.push(place);
        }
    }
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
