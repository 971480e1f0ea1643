//! `citypact info`: what a store holds.

use std::io::Write;

use crate::cli::backend::TargetArgs;
use crate::cli::common::columns;
use crate::cli::edge::Edge;
use crate::cli::report::{Outcome, Result};
use crate::output::Shortener;
use crate::query::Limits;
use crate::store::Counts;
use crate::vocab;

/// Show what a store holds: quads by graph, subjects by class
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact info --store cities.db\n  \
    citypact info --json\n  \
    citypact info --config")]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
    /// Show the settings instead, and where each comes from: command line, environment, citypact.toml or built in
    #[arg(long)]
    config: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the counts, or the settings: name, value and origin of each.
pub fn run(args: &Args, edge: &Edge, settings: impl FnOnce() -> Vec<[String; 3]>) -> Result {
    if args.config {
        return print_settings(args, edge, settings());
    }
    let backend = args.target.open_read_only(&Limits::default(), edge)?;
    let (counts, epoch) = backend.counts_and_epoch()?;
    let mut out = edge.stdout();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &json(&counts, epoch))?;
        writeln!(out)?;
    } else {
        writeln!(out, "store {}\nquads {}", args.target.place(), counts.quads)?;
        if let Some(epoch) = epoch {
            writeln!(out, "epoch {epoch}")?;
        }
        writeln!(out)?;
        out.write_all(table(&counts, edge, &|heading| heading).as_bytes())?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

fn print_settings(args: &Args, edge: &Edge, settings: Vec<[String; 3]>) -> Result {
    let mut out = edge.stdout();
    if args.json {
        let objects = settings
            .iter()
            .map(|[name, value, origin]| serde_json::json!({ "setting": name, "value": value, "origin": origin }));
        serde_json::to_writer_pretty(&mut out, &objects.collect::<Vec<_>>())?;
        writeln!(out)?;
    } else {
        let mut rows = vec![["SETTING", "VALUE", "FROM"].map(str::to_owned).to_vec()];
        rows.extend(settings.into_iter().map(Vec::from));
        out.write_all(columns(edge, &rows).as_bytes())?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

/// The counts in columns, with headings as `say` has them.
pub fn table(counts: &Counts, edge: &Edge, say: &dyn Fn(&'static str) -> &'static str) -> String {
    let shortener = Shortener::new(vocab::PREFIXES.iter().copied());
    let shorten = |name: String| shortener.shorten(name.trim_start_matches('<').trim_end_matches('>'));
    let mut rows = vec![["GRAPH", "QUADS"].map(|heading| say(heading).to_owned()).to_vec()];
    rows.extend(counts.graphs.iter().map(|(graph, count)| {
        // As `export --graph` takes it.
        let name = if graph.is_default_graph() { "default".to_owned() } else { shorten(graph.to_string()) };
        vec![name, count.to_string()]
    }));
    rows.push(vec![String::new()]);
    rows.push(["CLASS", "SUBJECTS"].map(|heading| say(heading).to_owned()).to_vec());
    rows.extend(counts.classes.iter().map(|(class, count)| vec![shorten(class.to_string()), count.to_string()]));
    columns(edge, &rows)
}

fn json(counts: &Counts, epoch: Option<u64>) -> serde_json::Value {
    let pairs = |pairs: Vec<(String, u64)>| {
        pairs.into_iter().map(|(name, count)| (name, count.into())).collect::<serde_json::Map<_, _>>()
    };
    let bare = |name: String| name.trim_start_matches('<').trim_end_matches('>').to_owned();
    serde_json::json!({
        "quads": counts.quads,
        "epoch": epoch,
        "graphs": pairs(counts.graphs.iter().map(|(graph, count)| (bare(graph.to_string()), *count)).collect()),
        "classes": pairs(counts.classes.iter().map(|(class, count)| (bare(class.to_string()), *count)).collect()),
    })
}
