//! `citypact demo`: a store of the example articles, real answers, what to try next.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use super::serve::ADDRESS;
use crate::cli::answer::{self, Look, ask};
use crate::cli::backend::Backend;

use crate::cli::edge::Edge;
use crate::cli::report::{Failure, Outcome, Result};
use crate::load::{FileOptions, load_files};
use crate::place::Register;
use crate::query::{Cancel, Limits};
use crate::record::read::Input;
use crate::store::{Embedded, Holder, StoreError};

/// Make a store of the five example articles, answer questions from it, and say what to try next
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact demo\n  citypact demo --store friends.db")]
pub struct Args {
    /// Directory of the store
    #[arg(long, value_name = "DIR", default_value = "demo.db")]
    store: PathBuf,
}

macro_rules! articles {
    ($($name:literal),+ $(,)?) => {
        /// The example records, each file under its name.
        const ARTICLES: &[(&str, &str)] =
            &[$((concat!("examples/articles/", $name), include_str!(concat!("../../../examples/articles/", $name)))),+];
    };
}

articles!["000.jsonl", "001.jsonl", "002.jsonl", "003.jsonl", "004.jsonl", "review.jsonl"];

/// A question put to the store: what it is called, the query's name and parameters, and how many rows are shown.
struct Question {
    words: &'static str,
    name: &'static str,
    parameters: &'static [(&'static str, &'static str)],
}

const QUESTIONS: &[Question] = &[
    Question {
        words: "Who are the partners of Qingdao, since when, and which article says so?",
        name: "partners",
        parameters: &[("place", "cn-qingdao")],
    },
    Question { words: "Who signed, in what office, for whom?", name: "signatures", parameters: &[] },
    Question { words: "Where does a later source give a lower figure?", name: "falling-counts", parameters: &[] },
    Question {
        words: "Which targets were due, and were they met?",
        name: "overdue-targets",
        parameters: &[("day", "2026-11-21")],
    },
    Question {
        words: "Which place is サマルカンド, and what else is it called?",
        name: "spellings",
        parameters: &[("spelling", "サマルカンド")],
    },
];

/// Runs the demonstration.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let mut out = edge.stdout();
    let store = Arc::new(open(args)?);
    let backend = Backend::local(Arc::clone(&store));
    let inputs: Vec<Input> = ARTICLES.iter().map(|(name, text)| Input::bytes(*name, text.as_bytes())).collect();
    let (summary, _) = load_files(store.as_ref(), &inputs, &Register::builtin(), &FileOptions::default(), &mut |_| {})?;
    writeln!(out, "{} records of {} articles are in the store.\n", summary.records, summary.documents)?;
    let look = Look::table(edge);
    let from = source(&store);
    for (number, question) in QUESTIONS.iter().enumerate() {
        writeln!(out, "{}. {}\n", number + 1, question.words)?;
        let parameters: Vec<_> =
            question.parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let query = super::query::library_query(question.name, &parameters)?.over(backend.store())?;
        let asked = answer::Question { query: &query, limits: &Limits::default(), cancel: &Cancel::new() };
        ask(&backend, asked, &mut out, &look)?;
        writeln!(out, "\n   {} query {}{} {from}\n", edge.program, question.name, typed(question.parameters))?;
    }
    out.write_all(next(&store, &edge.program).as_bytes())?;
    out.flush()?;
    Ok(Outcome::Done)
}

fn open(args: &Args) -> Result<Embedded> {
    match Embedded::open(&args.store, &Holder::this_process("demo")) {
        // A store of RocksDB in a build without it: the demonstration still shows its answers.
        Err(StoreError::NotPersistent) => Embedded::memory().map_err(Failure::from),
        opened => opened.map_err(Failure::from),
    }
}

fn typed(parameters: &[(&str, &str)]) -> String {
    parameters.iter().map(|(name, value)| format!(" -p {name}={value}")).collect()
}

/// What a build without RocksDB has instead, and how to have RocksDB.
const WITHOUT_ROCKSDB: &str = "This build has no RocksDB: it keeps a store by its index alone, a file and a log of commits.\n\
    With RocksDB (compiling it takes most of the time): make demo FEATURES=, or for good: cargo install --path . --locked\n";

/// Where the example articles lie in a copy of the project.
const FILES: &str = "examples/articles/*.jsonl";

/// How the store is named on a command line, or the files where there is none that lasts.
fn source(store: &Embedded) -> String {
    match store.path() {
        Some(path) => format!("--store {}", path.display()),
        None => format!("--data {FILES}"),
    }
}

/// What to try next: commands that this build can carry out, from where it stands.
fn next(store: &Embedded, program: &str) -> String {
    let from = source(store);
    let whole = format!(
        "{program} queries\n  \
         {program} query partners -p place=昆明 -p lang=zh-Hans {from}\n  \
         {program} query 'SELECT ?class (COUNT(*) AS ?n) {{ ?thing a ?class }} GROUP BY ?class ORDER BY DESC(?n)' {from}\n  \
         {program} places find 撒馬爾罕\n  \
         {program} export --graph {}004 --to turtle {from}\n  \
         {program} export --to geojson --out map.geojson {from}\n",
        crate::vocab::GRAPH
    );
    let look =
        format!("Or look at it in a browser: serve it, and open http://{ADDRESS}/\n\n  {program} serve {from}\n");
    match (store.path(), cfg!(feature = "rocksdb")) {
        (Some(_), true) => format!("Try next:\n  {whole}\n{look}"),
        (Some(_), false) => format!("Try next:\n  {whole}\n{WITHOUT_ROCKSDB}\n{look}"),
        (None, _) => format!(
            "The store is kept by RocksDB, which this build lacks: this was shown from memory.\n\n\
             Try next, in the folder that {FILES} is in:\n  {whole}\n{WITHOUT_ROCKSDB}\n{look}"
        ),
    }
}
