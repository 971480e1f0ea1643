//! W3C's SPARQL manifests, over HTTP: query evaluation, syntax, update, protocol, graph store and service description.
//!
//! The data stands in the folder that `W3C_SPARQL_TESTS` names; without it the tests say how to get it and pass. What
//! deviates is listed with its IRI and reason in `tests/conformance/deviations.txt`, and nothing else may.

mod exchange;
mod manifest;
mod query;
mod results;
mod update;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use manifest::{Entry, Kind};

use crate::server::app::{App, settings};

const DEVIATIONS: &str = include_str!("../../conformance/deviations.txt");

/// Why a test did not go as the manifest says.
type Verdict = Result<(), String>;

fn app() -> App {
    let default_graph = citypact::query::DefaultGraph::Empty;
    App::with(citypact::server::Settings { default_graph, ..settings() })
}

fn folder(version: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("W3C_SPARQL_TESTS") else {
        println!("skipped: W3C_SPARQL_TESTS names no folder; get the tests with");
        println!("  git clone https://github.com/w3c/rdf-tests && export W3C_SPARQL_TESTS=$PWD/rdf-tests/sparql");
        return None;
    };
    Some(Path::new(&folder).join(version))
}

fn deviations() -> BTreeMap<&'static str, &'static str> {
    let lines = DEVIATIONS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').expect("an IRI and a reason")).collect()
}

async fn verdict(entry: &Entry) -> Verdict {
    match entry.kind {
        Kind::QueryEvaluation => query::evaluate(entry).await,
        Kind::PositiveSyntax => query::syntax(entry, true).await,
        Kind::NegativeSyntax => query::syntax(entry, false).await,
        Kind::UpdateEvaluation => update::evaluate(entry).await,
        Kind::PositiveUpdateSyntax => update::syntax(entry, true).await,
        Kind::NegativeUpdateSyntax => update::syntax(entry, false).await,
        Kind::Protocol => exchange::protocol(entry).await,
        Kind::GraphStore => exchange::graph_store(entry).await,
        Kind::ServiceDescription => exchange::service_description(entry).await,
    }
}

/// Runs every test of the manifests; at least `least` must pass.
async fn run(version: &str, manifests: &[&str], least: usize) {
    let Some(folder) = folder(version) else { return };
    let deviations = deviations();
    let (mut passed, mut faults) = (0, Vec::new());
    let mut entries: Vec<Entry> = Vec::new();
    for manifest in manifests {
        manifest::read(&folder.join(manifest), &mut entries);
    }
    for entry in &entries {
        let listed = deviations.get(entry.iri.as_str());
        match (verdict(entry).await, listed) {
            (Ok(()), None) => passed += 1,
            (Ok(()), Some(_)) => faults.push(format!("{} is listed as a deviation and passes", entry.iri)),
            (Err(_), Some(_)) => {}
            (Err(reason), None) => {
                faults.push(format!("{} ({})\n    {}", entry.iri, entry.name, reason.replace('\n', "\n    ")))
            }
        }
    }
    println!("{version}: {passed} of {} tests pass", entries.len());
    assert!(faults.is_empty(), "{} of {} tests:\n{}", faults.len(), entries.len(), faults.join("\n"));
    assert!(passed >= least, "{passed} passed, {least} were expected");
}

#[tokio::test(flavor = "multi_thread")]
async fn sparql_10() {
    run("sparql10", &["manifest.ttl"], 459).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sparql_11() {
    run("sparql11", &["manifest-all.ttl"], 552).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sparql_12() {
    run("sparql12", &["manifest.ttl"], 262).await;
}
