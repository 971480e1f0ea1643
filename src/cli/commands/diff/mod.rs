//! `citypact diff`: what has changed between two data sets.

mod data;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use clap::ValueEnum;
use oxrdf::Quad;

use self::data::{Data, Facts, Reading, Source};
use crate::cli::edge::Edge;
use crate::cli::endpoint::OpenedArgs;
use crate::cli::files;
use crate::cli::input;
use crate::cli::progress::Unit;
use crate::cli::report::{Failure, Outcome, Result, of_work};
use crate::cli::work::WorkArgs;
use crate::index::{Selection, Version, Whose, unshared};
use crate::load::Content;
use crate::output::diff as output;
use crate::query::Executor;
use crate::rdf::{self, CompareError, Comparison, Difference};
use crate::vocab;

/// Show what has changed between two data sets, whatever their blank nodes are called
#[derive(Debug, clap::Args)]
#[command(after_help = "Each side is a file of RDF or of records, a folder of them, the directory of a store, or \
    the address of a SPARQL endpoint. \
    Statements are compared graph by graph; names of blank nodes do not count, nor does the order. What --limit-memory \
    does not hold goes to temporary files.\n\nExit status: 0 where \
    both say the same, 3 where they differ, 1 where they cannot be compared.\n\nExamples:\n  citypact diff old.ttl new.ttl\n  \
    citypact diff examples/articles/004.jsonl citypact.db --to json\n  citypact diff citypact.db http://localhost:7878/sparql\n  citypact diff old.db new.db --to patch > changes.rdfp")]
pub struct Args {
    /// What was
    old: PathBuf,
    /// What is
    new: PathBuf,
    /// How to show it: text is grouped by graph and subject, patch is RDF Patch (lines of A and D), json has lists of
    /// N-Quads; text for a terminal and patch for a pipe where not given
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Option<Format>,
    #[command(flatten)]
    opened: OpenedArgs,
    /// Compare the triples, whatever graph they are in
    #[arg(long)]
    merge: bool,
    /// What files hold, whatever suffixes say: jsonl, json, csv, turtle, trig, ntriples, nquads, rdfxml or jsonld
    #[arg(long, value_name = "LAYOUT", value_parser = files::content)]
    from: Option<Content>,
    #[command(flatten)]
    work: WorkArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Patch,
    Json,
}

/// Compares.
pub fn run(args: &Args, edge: &Edge) -> Result {
    if input::is_standard_input(&args.old) && input::is_standard_input(&args.new) {
        return Err(Failure::usage("standard input (`-`) can be read only once"));
    }
    let executor = args.work.begin()?;
    let work = Work { args, edge, executor: &executor, budget: Budget::of(&args.work) };
    let mut difference = work.difference()?;
    let mut out = edge.results(true);
    work.write(&mut difference, &mut out)?;
    out.flush()?;
    edge.say(format_args!("{} statements added, {} removed", difference.additions, difference.removals));
    Ok(if difference.is_empty() { Outcome::Done } else { Outcome::Rejected })
}

/// Bytes of memory for what can go to temporary files.
struct Budget {
    /// Of each side.
    side: usize,
    /// Of what they do not share.
    found: usize,
}

impl Budget {
    /// More than that would not make it faster.
    const MOST: usize = 256 << 20;

    fn of(work: &WorkArgs) -> Self {
        let memory = work.limits().memory.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX);
        Self { side: (memory / 4).min(Self::MOST), found: (memory / 16).min(Self::MOST / 4) }
    }
}

struct Work<'w> {
    args: &'w Args,
    edge: &'w Edge,
    executor: &'w Arc<Executor>,
    budget: Budget,
}

impl Work<'_> {
    fn difference(&self) -> Result<Difference> {
        let Self { args, edge, executor, budget } = self;
        executor.reserve(2 * budget.side + budget.found).map_err(of_work)?;
        let limits = args.work.limits();
        let reading = Reading { opened: &args.opened, from: args.from, limits, edge, executor, memory: budget.side };
        let [old, new] = [&args.old, &args.new].map(|path| reading.source(path));
        match (old?, new?) {
            (Source::Index(old), Source::Index(new)) => self.of_indexes(&old, &new),
            (old, new) => {
                let (old, new) = both(|| reading.data(&args.old, old), || reading.data(&args.new, new));
                self.of_data(old?, new?)
            }
        }
    }

    /// Of two stores, whose indexes are compared number by number.
    fn of_indexes(&self, old: &Arc<Version>, new: &Arc<Version>) -> Result<Difference> {
        let how = self.alike(&Facts::of(old), &Facts::of(new));
        let select = |version: &Arc<Version>| match &how.without {
            Some(name) => data::without(version, name),
            None => Selection::all(version.clone()),
        };
        let progress = self.edge.progress("Comparing", Unit::Things("predicates"), Some(old.predicates().len() as u64));
        let go_on = || {
            progress.advance(1);
            self.executor.check().map_err(of_work)
        };
        let (mut before, mut after) = (rdf::Side::new(self.budget.side), rdf::Side::new(self.budget.side));
        let mut held = 0;
        let mut take = |whose, quad: Quad| {
            let side = if whose == Whose::Old { &mut before } else { &mut after };
            side.push(quad.as_ref()).map_err(CompareError::from)?;
            data::watched(self.executor, before.count() + after.count(), before.held() + after.held(), &mut held)
        };
        unshared(&select(old), &select(new), how.by_triple, &go_on, &mut take)?;
        for version in [old, new] {
            self.executor.sound(version).map_err(of_work)?;
        }
        // What counts was chosen above.
        self.compare(before, after, &Comparison::default())
    }

    fn of_data(&self, old: Data, new: Data) -> Result<Difference> {
        let how = self.alike(&old.facts, &new.facts);
        self.compare(old.side, new.side, &how)
    }

    fn compare(&self, old: rdf::Side, new: rdf::Side, how: &Comparison) -> Result<Difference> {
        let progress = self.edge.progress("Comparing", Unit::Things("parcels"), None);
        let may_hold = |bytes: usize| {
            progress.advance(1);
            self.executor.reserve(bytes).is_ok()
        };
        rdf::difference(old, new, how, self.budget.found, &may_hold).map_err(|error| {
            // What stopped it says more than that it was stopped.
            self.executor.check().err().map_or_else(|| error.into(), of_work)
        })
    }

    /// What is left out, and whether triples are compared, so that both sides have what the other can have: the vocabulary,
    /// of files that it was not written to, and graphs, in a syntax that has none.
    fn alike(&self, old: &Facts, new: &Facts) -> Comparison {
        let merge = self.args.merge;
        let without =
            |one: &Facts, other: &Facts| one.has_vocabulary(merge) && !other.has_vocabulary(merge) && !other.is_store;
        let leave_out = without(old, new) || without(new, old);
        if leave_out {
            self.edge.say("The vocabulary, which only one of them holds, is left out.");
        }
        let by_triple = !merge && are_of_two_kinds(old, new, leave_out);
        if by_triple {
            self.edge.say("One of them has no graphs: the triples are compared, whatever graph they are in.");
        }
        let without = leave_out.then(|| vocab::graph::ontology.as_str().to_owned());
        Comparison { by_triple: merge || by_triple, without }
    }

    fn write(&self, difference: &mut Difference, out: &mut impl Write) -> Result<()> {
        let otherwise = if self.edge.stdout_is_terminal { Format::Text } else { Format::Patch };
        match self.args.to.unwrap_or(otherwise) {
            Format::Text => output::text(difference, self.edge.color, self.budget.found, out)?,
            Format::Patch => output::patch(difference, out)?,
            Format::Json => output::json(difference, out)?,
        }
        Ok(())
    }
}

/// Whether one of two has nothing but its unnamed graph, and the other nothing in it: they were written in syntaxes of which
/// one has no graphs.
fn are_of_two_kinds(one: &Facts, other: &Facts, without_vocabulary: bool) -> bool {
    let holds = |facts: &Facts| (facts.unnamed, facts.named || facts.vocabulary && !without_vocabulary);
    matches!((holds(one), holds(other)), ((true, false), (false, true)) | ((false, true), (true, false)))
}

/// Does two things at once.
fn both<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}
