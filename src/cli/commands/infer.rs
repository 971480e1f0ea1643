//! `citypact infer`: what follows from the data by rules.

use std::cell::Cell;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use oxrdf::{NamedNode, NamedOrBlankNode, Quad, Term};

use crate::cli::again;
use crate::cli::answer;
use crate::cli::backend::{Backend, DataArgs};
use crate::cli::common;
use crate::cli::edge::Edge;
use crate::cli::output;
use crate::cli::progress::Unit;
use crate::cli::report::{Failure, Outcome, Result};
use crate::cli::work::{Whole, WorkArgs};
use crate::counted::counted;
use crate::format::Syntax;
use crate::index::Version;
use crate::infer::{self, Bounds, Inference, Rule, Rules};
use crate::ontology::{CITYPACT, SCHEMES};
use crate::output::Style;
use crate::query::{Executor, Labels, ParseOptions, Query};
use crate::rdf;
use crate::store::{Document, Since, Store};
use crate::vocab::{graph, rdfs};

/// What the data says of properties above each other.
const ABOVE: &str = "SELECT DISTINCT ?one ?other WHERE { ?one rdfs:subPropertyOf ?other }";

/// Derive what follows by rules into graph/inferred, or say why a fact holds
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A rule is a file .rq with a CONSTRUCT; its first comments hold `# title:` and `# description:`. It sees all \
    facts, those inferred among them, as one graph; GRAPH ?g { … } in it sees what is stated alone. Rules run until nothing \
    new follows. What was inferred before and no longer follows goes. In a store of this machine only what may have changed since the last \
    inference is derived again, with the same result; --full derives everything. An endpoint does not tell what changed: of one, and of a \
    store that a server holds, everything is derived, and that is said.\n\nOf an endpoint the statements are fetched \
    that the rules read, within --limit-memory; all of them where a rule reads what has any predicate.\n\nExit status of --explain: 3 where the fact does not \
    hold.\n\nExamples:\n  citypact infer\n  citypact infer --dry-run --rules my-rules/\n  citypact infer --data \
    examples/articles/*.jsonl --out inferred.ttl\n  citypact infer --explain 'place:cn-kunming pact:twinnedWith ?x'"
)]
pub struct Args {
    /// Say why these facts hold, down to the documents that state them: triples in Turtle, with the known prefixes; `?x`
    /// stands for anything
    #[arg(long, value_name = "FACT", conflicts_with_all = ["out", "dry_run"])]
    explain: Option<String>,
    /// Folder of rules of one's own, beside those of the vocabulary; may be given more than once
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Leave the rules of the vocabulary out
    #[arg(long, requires = "rules")]
    only: bool,
    /// Derive everything again, not only what may have changed since the last inference in the store
    #[arg(long)]
    full: bool,
    /// Count what follows, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write what follows to this file, and not into the store
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Syntax of what is written to --out or, of --data, to standard output: turtle, trig, ntriples, nquads, rdfxml, jsonld;
    /// json with --explain
    #[arg(long, value_name = "SYNTAX")]
    to: Option<String>,
    /// Rounds after which the rules are taken not to end
    #[arg(long, value_name = "N", default_value_t = 100)]
    max_rounds: u32,
    /// Facts at most
    #[arg(long, value_name = "N", default_value_t = 50_000_000)]
    max_facts: usize,
    /// Facts to explain at most, where several fit
    #[arg(long, value_name = "N", default_value_t = 20)]
    cases: usize,
    /// Language of labels in explanations (BCP 47); none where not given
    #[arg(long, value_name = "LANG", value_parser = common::language)]
    lang: Option<String>,
    #[command(flatten)]
    work: WorkArgs,
    #[command(flatten)]
    data: DataArgs,
}

/// Infers.
pub fn run(args: &Args, edge: &Edge) -> Result {
    if args.explain.is_none() {
        // What cannot be written is told before the work.
        syntax(args)?;
    }
    let rules = rules(args)?;
    let executor = args.work.begin()?;
    let writes = !args.data.is_files() && args.explain.is_none() && args.out.is_none() && !args.dry_run;
    let limits = args.work.limits();
    let data = match (args.data.is_files(), writes) {
        (true, _) => Whole::of_files(&args.data, false, &executor, edge)?,
        (false, true) => of_store(args, args.data.open_to_write("infer", &limits, edge)?.0, (&rules, &executor), edge)?,
        (false, false) => of_store(args, args.data.open(&limits, edge)?.0, (&rules, &executor), edge)?,
    };
    let outcome = data.outcome;
    if writes && !args.full {
        again::say_of_endpoint(&data, edge);
    }
    if writes && !args.full && follow_up(args, &rules, &data, &executor, edge)? {
        return Ok(outcome);
    }
    let inference = inferred(args, &rules, &data.version, &executor, edge)?;
    if let Some(fact) = &args.explain {
        let asked = Asked { args, rules: &rules, inference: &inference, store: data.store(), executor: &executor };
        return asked.explain(fact, edge);
    }
    sum(&rules, &inference, edge);
    if writes {
        store(&inference, data.store(), edge)?;
        remember(&rules, &data);
    } else if !args.dry_run {
        write(args, &inference, edge)?;
    }
    Ok(outcome)
}

/// All of a store; of an endpoint the statements that the rules read, and those that are asked about, where these are known by their
/// predicates.
fn of_store(args: &Args, backend: Backend, (rules, executor): (&Rules, &Executor), edge: &Edge) -> Result<Whole> {
    let predicates = match backend.remote() {
        // Which of several reasons is told first hangs on what else is there.
        Some(_) if args.explain.is_none() => predicates(args, &backend, rules)?,
        _ => None,
    };
    match predicates {
        Some(predicates) => Whole::part_of(backend, &predicates, executor, edge),
        None => Whole::of(backend, executor, edge),
    }
}

fn predicates(args: &Args, backend: &Backend, rules: &Rules) -> Result<Option<Vec<NamedNode>>> {
    let rows = answer::rows(backend, ABOVE, &args.work.limits())?;
    let stated = rows.into_iter().filter_map(|row| match row.as_slice() {
        [Some(Term::NamedNode(one)), Some(Term::NamedNode(other))] => Some((one.clone(), other.clone())),
        _ => None,
    });
    let known = ontology()?.into_iter().filter(|quad| quad.predicate == rdfs::subPropertyOf);
    let known = known.filter_map(|quad| match (quad.subject, quad.object) {
        (NamedOrBlankNode::NamedNode(one), Term::NamedNode(other)) => Some((one, other)),
        _ => None,
    });
    let above: Vec<_> = stated.chain(known).collect();
    Ok(rules.reads(&above).map(|found| found.into_iter().collect()))
}

/// What the vocabulary says.
fn ontology() -> Result<Vec<Quad>> {
    let mut quads = super::check::turtle(CITYPACT, "citypact.ttl")?;
    quads.extend(super::check::turtle(SCHEMES, "schemes.ttl")?);
    Ok(quads)
}

fn rules(args: &Args) -> Result<Rules> {
    let mut rules = Vec::new();
    if !args.only {
        for (name, text) in infer::library() {
            rules.push(Rule::read(name, text)?);
        }
    }
    for folder in &args.rules {
        for path in files(folder)? {
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            rules.push(Rule::read(&name, &text)?);
        }
    }
    Rules::new(rules).map_err(Failure::from)
}

/// The rules of a folder, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let paths = common::files_named(folder, "rq")?;
    if paths.is_empty() {
        return Err(Failure::usage(format!("{} holds no rule", folder.display())).hint("rules are files named .rq"));
    }
    Ok(paths)
}

fn inferred(args: &Args, rules: &Rules, data: &Version, executor: &Executor, edge: &Edge) -> Result<Inference> {
    let data = infer::prepare(data, ontology()?)?;
    let (progress, told) = (edge.progress("Inferring", Unit::Things("facts"), None), Cell::new(0));
    let tell = |facts: usize| progress.advance((facts - told.replace(facts)) as u64);
    let bounds = Bounds { rounds: args.max_rounds, facts: args.max_facts };
    let inference = infer::infer(data, rules, bounds, executor, &tell)?;
    progress.finish();
    Ok(inference)
}

fn sum(rules: &Rules, inference: &Inference, edge: &Edge) {
    edge.say(format_args!("{} follow, in {}", counted(inference.len(), "fact"), counted(inference.rounds(), "round")));
    for (rule, count) in rules.all().iter().zip(inference.counts()).filter(|(_, count)| **count > 0) {
        edge.say(format_args!("  {count:>8}  {}: {}", rule.name, rule.title));
    }
}

/// The name under which is kept beside a store what it was that was inferred from.
const KEPT: &str = "inferred";

fn by(rules: &Rules) -> String {
    again::by(&rules.fingerprint())
}

/// Keeps that `graph/inferred` holds what follows from the present state by these rules.
fn remember(rules: &Rules, data: &Whole) {
    if let Some(store) = data.embedded() {
        again::remember(Some(store), KEPT, &by(rules), store.epoch(), &());
    }
}

/// Brings `graph/inferred` up to date where it holds what followed from an earlier state; whether that could be done.
fn follow_up(args: &Args, rules: &Rules, data: &Whole, executor: &Executor, edge: &Edge) -> Result<bool> {
    let Some(((), changes)) = again::recalled::<()>(data, KEPT, &by(rules), edge)? else { return Ok(false) };
    let Since { come, gone } = &changes.since;
    let is_inferred = |quad: &Quad| quad.graph_name == graph::inferred.into();
    if come.iter().chain(gone).any(is_inferred) {
        edge.say("graph:inferred was changed by others: everything is derived again");
        return Ok(false);
    }
    let bounds = Bounds { rounds: args.max_rounds, facts: args.max_facts };
    let told = infer::infer_again(&data.version, (come, gone), ontology()?, rules, bounds, executor);
    let Some(told) = told? else {
        edge.say("the changes or the rules ask for everything to be derived again");
        return Ok(false);
    };
    edge.say(format_args!(
        "{} follow; {} changed since the state {}, {} looked at again",
        counted(told.all, "fact"),
        counted(changes.since.len(), "quad"),
        changes.epoch,
        counted(told.looked, "solution")
    ));
    data.store().change(&told.come, &told.gone)?;
    remember(rules, data);
    edge.say(format_args!("graph:inferred: {} facts added, {} removed", told.come.len(), told.gone.len()));
    Ok(true)
}

/// Replaces what was inferred before.
fn store(inference: &Inference, store: &dyn Store, edge: &Edge) -> Result<()> {
    let document = Document { graphs: vec![graph::inferred.into()], quads: inference.quads().collect() };
    let change = store.load(&document)?;
    edge.say(format_args!("graph:inferred: {} facts added, {} removed", change.inserted, change.removed));
    Ok(())
}

fn syntax(args: &Args) -> Result<Syntax> {
    if let Some(name) = &args.to {
        return name.parse().map_err(|error: crate::format::UnknownFormat| Failure::usage(error.to_string()));
    }
    Ok(output::by_suffix(args.out.as_deref(), str::parse)?.unwrap_or(Syntax::Turtle))
}

fn write(args: &Args, inference: &Inference, edge: &Edge) -> Result<()> {
    let syntax = syntax(args)?;
    let quads: Vec<Quad> = inference.quads().collect();
    let Some(path) = &args.out else {
        let mut out = edge.stdout();
        rdf::write(quads, syntax, &mut out)?;
        return Ok(out.flush()?);
    };
    output::to_file(path, args.data.files(), |file| Ok(rdf::write(quads, syntax, file)?))
}

/// Facts that are asked about.
struct Asked<'a> {
    args: &'a Args,
    rules: &'a Rules,
    inference: &'a Inference,
    store: &'a dyn Store,
    executor: &'a Executor,
}

impl Asked<'_> {
    fn explain(&self, fact: &str, edge: &Edge) -> Result {
        let as_json = match self.args.to.as_deref() {
            None | Some("text") => false,
            Some("json") => true,
            Some(_) => return Err(Failure::usage("explanations are text or json")),
        };
        let (inference, most) = (self.inference, self.args.cases);
        let facts = infer::matching(inference, &pattern(fact)?, self.executor)?;
        let mut out = edge.results(true);
        for fact in facts.iter().take(most) {
            let told = infer::explain(inference, self.rules, fact, self.executor)?;
            let Some(derivation) = told else { continue };
            if as_json {
                infer::json(&derivation, &mut out)?;
            } else {
                infer::text(&derivation, &self.style(&derivation)?, &mut out)?;
            }
        }
        out.flush()?;
        if facts.len() > most {
            edge.say(format_args!("… and {} facts more; --cases N explains more of them", facts.len() - most));
        }
        if facts.is_empty() {
            edge.warn("It is neither stated nor does it follow.");
            return Ok(Outcome::Rejected);
        }
        Ok(Outcome::Done)
    }

    fn style(&self, derivation: &infer::Derivation) -> Result<Style> {
        let Some(language) = &self.args.lang else { return Ok(Style::default()) };
        let mut labels = Labels::new(language);
        labels.learn(self.store, derivation.terms().iter())?;
        Ok(Style { labels, ..Style::default() })
    }
}

/// The facts asked about, as a query for them.
fn pattern(fact: &str) -> Result<Query> {
    let fact = fact.trim().trim_end_matches('.');
    let options = ParseOptions { name: "fact".into(), ..ParseOptions::default() };
    let text = format!("CONSTRUCT {{ {fact} }} WHERE {{ {fact} }}");
    let query = Query::parse(&text, &options).ok();
    let asks =
        |query: &Query| matches!(query.algebra(), spargebra::Query::Construct { template, .. } if !template.is_empty());
    query.filter(asks).ok_or_else(|| {
        Failure::usage(format!("`{fact}` is no triple"))
            .hint("write subject, predicate and object: 'place:cn-kunming pact:twinnedWith ?x'")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_triples_in_turtle_with_or_without_a_full_stop() {
        for fact in ["place:a pact:twinnedWith place:b", "place:a pact:twinnedWith ?x .", "<urn:a> a <urn:b>"] {
            assert!(pattern(fact).is_ok(), "{fact}");
        }
        for fact in ["", "place:a", "place:a pact:twinnedWith place:b }"] {
            assert!(pattern(fact).is_err(), "{fact}");
        }
    }
}
