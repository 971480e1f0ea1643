//! A store loaded with the records of a file, asked by a query of one's own and by one of the library.
//!
//! `cargo run --release --example load_and_query -- examples/articles/004.jsonl [STORE]`

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use citypact::convert::Event;
use citypact::format::{ResultsFormat, Syntax};
use citypact::load::{FileOptions, load_files};
use citypact::output::{ResultsWriter, Shortener, Style};
use citypact::place::Register;
use citypact::query::{Answer, Engine, Limits, ParseOptions, Query, RegisterPlaces, named};
use citypact::record::read::Input;
use citypact::store::{Embedded, Holder};
use citypact::vocab;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let file = arguments.next().context("usage: load_and_query FILE [STORE]")?;
    let store = match arguments.next() {
        Some(folder) => Embedded::open(Path::new(&folder), &Holder::this_process("load_and_query"))?,
        None => Embedded::memory()?,
    };
    run(Path::new(&file), &store, &mut std::io::stdout().lock())
}

/// Loads a file and prints two answers.
pub fn run(file: &Path, store: &Embedded, out: &mut impl Write) -> anyhow::Result<()> {
    let register = Register::builtin();
    let inputs = [Input::from_argument(file)?];
    // Each source document becomes a named graph of its own, in one transaction; loading it again replaces that graph.
    let mut report = |event: Event| {
        if let Event::Rejected(rejected) = event {
            rejected.diagnostics.iter().for_each(|finding| eprintln!("{finding}"));
        }
    };
    let (summary, loaded) = load_files(store, &inputs, &register, &FileOptions::default(), &mut report)?;
    writeln!(out, "{} records, {} quads added", summary.records, loaded.change.inserted)?;

    let engine = Engine::new();
    let limits = Limits::within(Duration::from_secs(10));
    // The prefixes of the vocabulary are known.
    let ties = "SELECT (COUNT(DISTINCT ?tie) AS ?ties) { ?tie a pact:Tie ; pact:party place:cn-qingdao }";
    let answer = engine.answer(store, &Query::parse(ties, &ParseOptions::default())?, &limits)?;
    print(&answer, out)?;

    let places = RegisterPlaces { register: &register, base: vocab::ID };
    let partners = named("partners")?.bind(&[("place".into(), "青島".into())], &places)?;
    print(&engine.answer(store, &partners, &limits)?, out)
}

/// As a table for people; `ResultsFormat` has the formats for programs.
fn print(answer: &Answer, out: &mut impl Write) -> anyhow::Result<()> {
    let style = Style { shortener: Shortener::new(vocab::PREFIXES.iter().copied()), ..Style::default() };
    let mut table = ResultsWriter::new(ResultsFormat::Table, Syntax::Turtle, style, out);
    table.head(&answer.variables)?;
    answer.rows.iter().try_for_each(|row| table.row(row))?;
    table.finish()?;
    Ok(())
}
