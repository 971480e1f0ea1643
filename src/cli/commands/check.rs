//! `citypact check`: shapes, evidence against the texts, conflicts between documents.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use oxrdf::Quad;

use crate::check::shapes::ValidateError;
use crate::check::{
    self, ConflictRules, ElsewhereError, Report, Scope, Texts, Touched, Validation, Validations, Written,
};
use crate::cli::again;
use crate::cli::backend::{Backend, DataArgs};
use crate::cli::common;
use crate::cli::conflicts::ConflictArgs;
use crate::cli::edge::{Edge, now};
use crate::cli::output;
use crate::cli::progress::Unit;
use crate::cli::report::{Failure, Outcome, Result, of_work};
use crate::cli::work::{Whole, WorkArgs};
use crate::counted::counted;
use crate::format::Syntax;
use crate::index::Version;
use crate::ontology::{CITYPACT, SHAPES};
use crate::output::Style;
use crate::place::Register;
use crate::query::{Executor, Labels};
use crate::rdf::{self, ReadAs};
use crate::store::{Remote, Store};
use crate::vocab;

/// Check data: shapes, evidence against the source texts, conflicts between documents
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The vocabulary's own shapes hold for what one document says: each is validated with its provenance and \
    the register of places. Shapes of your own (SHACL Core and SHACL-SPARQL) hold for all data as one, unless --each says \
    otherwise.\n\nOf an endpoint documents are fetched and validated in lots, so that never all is held, and for \
    --conflicts and --sources the statements that these look at. --whole, and shapes of your own without --each, read all of it, \
    within --limit-memory.\n\nOf a store of this machine only what may have changed since the last check is looked at again, with the same \
    result; --full looks at everything. An endpoint does not tell what changed: of one, and of a store that a server holds, everything is \
    looked at, and that is said.\n\nExit status: 0 where nothing breaks the contract, 3 where a shape is violated or a quote does not stand \
    (with --strict also at warnings and conflicts), 1 where the check itself fails.\n\nExamples:\n  citypact check --data \
    examples/articles/*.jsonl\n  citypact check --conflicts --no-shapes --to json\n  citypact check --conflicts --write\n  citypact check --shapes my-shapes.ttl \
    --to turtle --out report.ttl\n  citypact check --sources articles/"
)]
pub struct Args {
    /// Validate against these SHACL shapes instead of the vocabulary's own; may be given more than once
    #[arg(long, value_name = "FILE")]
    shapes: Vec<PathBuf>,
    /// Validate each document by itself
    #[arg(long, conflicts_with = "whole")]
    each: bool,
    /// Validate all data as one
    #[arg(long)]
    whole: bool,
    /// Leave shapes out
    #[arg(long, conflicts_with_all = ["shapes", "each", "whole"])]
    no_shapes: bool,
    /// Look every quote up in the texts of this folder: files called as the documents' `file`, or by their ids
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
    /// Find facts that cannot all be right, each with who says it, when and in what words
    #[arg(long)]
    conflicts: bool,
    #[command(flatten)]
    rules: ConflictArgs,
    /// text, json, or a syntax of RDF for a sh:ValidationReport: turtle, ntriples, rdfxml, jsonld …; by default what the
    /// suffix of --out says, else text
    #[arg(long, value_name = "FORMAT", value_parser = target)]
    to: Option<Target>,
    /// File to write; standard output where not given
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Look at everything again, not only at what may have changed since the last check of the store
    #[arg(long)]
    full: bool,
    /// Let warnings, conflicts and texts that are not there fail the check, too
    #[arg(long)]
    strict: bool,
    /// Language of messages and labels (BCP 47)
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = common::language)]
    lang: String,
    /// Cases of one message to tell in text; the others are counted
    #[arg(long, value_name = "N", default_value_t = 20)]
    cases: usize,
    #[command(flatten)]
    work: WorkArgs,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Text,
    Json,
    Rdf(Syntax),
}

fn target(name: &str) -> std::result::Result<Target, String> {
    match name.to_ascii_lowercase().as_str() {
        "text" | "txt" => Ok(Target::Text),
        "json" => Ok(Target::Json),
        name => {
            name.parse().map(Target::Rdf).map_err(|error: crate::format::UnknownFormat| format!("{error}, text, json"))
        }
    }
}

/// Checks.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let by_suffix = output::by_suffix(args.out.as_deref().filter(|_| args.to.is_none()), target)?;
    let target = args.to.or(by_suffix).unwrap_or(Target::Text);
    if matches!(target, Target::Rdf(_)) && args.no_shapes {
        return Err(Failure::usage("a validation report is of shapes, and --no-shapes leaves them out")
            .hint("ask for --to json"));
    }
    let texts = args.sources.as_deref().map(open_texts).transpose()?;
    let executor = args.work.begin()?;
    let limits = args.work.limits();
    let rules = if args.conflicts { args.rules.read()? } else { ConflictRules::none() };
    if args.rules.write && args.data.is_files() {
        return Err(Failure::usage("--write puts assessments into a store, and --data reads files")
            .hint("load the files into a store first: citypact load FILES"));
    }
    let data = match (args.data.is_files(), args.rules.write) {
        (true, _) => Whole::of_files(&args.data, true, &executor, edge)?,
        (false, true) => of_store(args, args.data.open_to_write("check", &limits, edge)?.0, (&rules, &executor), edge)?,
        (false, false) => of_store(args, args.data.open(&limits, edge)?.0, (&rules, &executor), edge)?,
    };
    let outcome = data.outcome;
    if !args.full && args.goes_by_changes() {
        again::say_of_endpoint(&data, edge);
    }
    let report = Report {
        shapes: if args.no_shapes { None } else { Some(validate(args, &data, &executor, edge)?) },
        evidence: texts.map(|texts| evidence(&data.version, &texts, &executor, edge)).transpose()?,
        conflicts: if args.conflicts {
            Some(args.rules.find(&data, &rules, args.full, &executor, edge)?)
        } else {
            None
        },
    };
    if let Some(conflicts) = report.conflicts.as_ref().filter(|_| args.rules.write) {
        args.rules.assess(&data, &rules, conflicts, edge)?;
    }
    write(args, target, &report, data.store(), edge)?;
    let failed = report.faults() > 0 || args.strict && report.remarks() > 0;
    Ok(if failed { Outcome::Rejected } else { outcome })
}

/// All of a store; of an endpoint what is looked at beside shapes, where documents are validated one after the other.
fn of_store(
    args: &Args,
    backend: Backend,
    (rules, executor): (&ConflictRules, &Executor),
    edge: &Edge,
) -> Result<Whole> {
    let by_conflicts = if args.conflicts { check::read_by_conflicts(rules) } else { Some(Vec::new()) };
    let Some(mut predicates) =
        by_conflicts.filter(|_| backend.remote().is_some() && (args.no_shapes || args.scope() != Scope::Whole))
    else {
        return Whole::of(backend, executor, edge);
    };
    if args.sources.is_some() {
        predicates.extend(check::read_by_evidence());
    }
    predicates.sort();
    predicates.dedup();
    Whole::part_of(backend, &predicates, executor, edge)
}

impl Args {
    /// Whether of a store of this machine only what changed would be looked at.
    const fn goes_by_changes(&self) -> bool {
        let by_shapes = !self.no_shapes && self.shapes.is_empty() && matches!(self.scope(), Scope::Documents);
        by_shapes || self.conflicts
    }

    /// What is validated at once.
    const fn scope(&self) -> Scope {
        if self.each || self.shapes.is_empty() && !self.whole { Scope::Documents } else { Scope::Whole }
    }
}

fn open_texts(folder: &Path) -> Result<Texts> {
    Ok(Texts::open(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?)
}

fn evidence(data: &Arc<Version>, texts: &Texts, executor: &Executor, edge: &Edge) -> Result<check::EvidenceReport> {
    let progress = edge.progress("Looking quotes up", Unit::Things("documents"), None);
    check::evidence(data, texts, executor, &|done| progress.advance(done as u64)).map_err(of_work)
}

fn validate(args: &Args, data: &Whole, executor: &Executor, edge: &Edge) -> Result<check::ShapesReport> {
    let own = args.shapes.is_empty();
    let shapes: Vec<Quad> = if own {
        turtle(SHAPES, "shapes.ttl")?
    } else {
        let read = args.shapes.iter().map(|path| read_shapes(path)).collect::<Result<Vec<_>>>()?;
        read.into_iter().flatten().collect()
    };
    let ontology = turtle(CITYPACT, "citypact.ttl")?;
    let mut report = match data.remote().filter(|_| args.scope() == Scope::Documents) {
        Some(remote) => validate_elsewhere(remote, (shapes, ontology), executor, edge)?,
        None if own && args.scope() == Scope::Documents => {
            validate_again(data, args.full, (shapes, ontology), executor, edge)?
        }
        None => validate_here((args.scope(), &data.version), (shapes, ontology), executor, edge)?,
    };
    if own {
        // Two places of the register that share a name are no matter of the user's.
        let register = Register::builtin();
        report.findings.retain(|finding| !is_of_the_register(finding, &register));
    }
    check::speak(&mut report, &args.lang);
    if report.nodes == 0 {
        edge.warn("No node of the data is a target of the shapes: nothing was validated.");
    }
    Ok(report)
}

fn validate_here(
    (scope, data): (Scope, &Version),
    (shapes, ontology): (Vec<Quad>, Vec<Quad>),
    executor: &Executor,
    edge: &Edge,
) -> Result<check::ShapesReport> {
    let validation = Validation::new(data, shapes, ontology)?;
    must_aim(&validation)?;
    let (threads, parts) = (edge.cores(), validation.parts(scope, edge.cores()));
    let progress = edge.progress("Checking", Unit::Things("parts"), Some(parts as u64));
    let told = |done: usize| progress.advance(done as u64);
    let report = validation.validate(scope, threads, executor, &told).map_err(invalid)?;
    progress.finish();
    Ok(report)
}

/// The name under which what shapes found is kept beside a store.
const KEPT: &str = "shapes";
/// More findings than these take longer to read than to find.
const MANY: usize = 50_000;

/// Document by document by the vocabulary's own shapes: where an earlier state of the store was validated, what has changed since.
fn validate_again(
    data: &Whole,
    is_full: bool,
    (shapes, ontology): (Vec<Quad>, Vec<Quad>),
    executor: &Executor,
    edge: &Edge,
) -> Result<check::ShapesReport> {
    let contract = Validation::new(&data.version, shapes, ontology)?;
    // What lies in the future today need not tomorrow.
    let by = again::by(&format!("{} {}", now().as_secs() / 86_400, blake3::hash(SHAPES.as_bytes()).to_hex()));
    let kept = if is_full { None } else { again::recalled::<Validations>(data, KEPT, &by, edge)? };
    let changes = kept.map(|(before, changes)| {
        let touched = Touched::by(changes.since.come.iter().chain(&changes.since.gone));
        (before, touched, changes)
    });
    let parts = contract.parts(Scope::Documents, edge.cores());
    let progress = edge.progress("Checking", Unit::Things("parts"), Some(parts as u64));
    let told = |done: usize| progress.advance(done as u64);
    let before = changes.as_ref().map(|(before, touched, _)| (before.clone(), touched));
    let (found, anew) = contract.validate_again(before, edge.cores(), executor, &told).map_err(invalid)?;
    progress.finish();
    if let Some((_, touched, changes)) = &changes {
        let why = if touched.is_everything() { ", since places or classes did" } else { "" };
        edge.say(format_args!(
            "Shapes: {} changed since the check of state {}; {} validated again{why}",
            counted(changes.since.len(), "quad"),
            changes.epoch,
            counted(anew, "document")
        ));
    }
    if found.len() <= MANY {
        again::remember(data.embedded(), KEPT, &by, data.version.epoch(), &found);
    }
    Ok(contract.report(found))
}

/// Document by document, so that never all is held.
fn validate_elsewhere(
    remote: &Remote,
    (shapes, ontology): (Vec<Quad>, Vec<Quad>),
    executor: &Executor,
    edge: &Edge,
) -> Result<check::ShapesReport> {
    must_aim(&Validation::new(&crate::index::build(std::iter::empty(), 0)?, shapes.clone(), ontology.clone())?)?;
    let progress = edge.progress("Checking", Unit::Things("graphs"), None);
    let told = |done: usize| progress.advance(done as u64);
    let found = check::validate_elsewhere(remote, (&shapes, &ontology), edge.cores(), executor, &told);
    let report = found.map_err(|error| match error {
        ElsewhereError::Validate(error) => invalid(error),
        ElsewhereError::Query(error) => of_work(*error),
        ElsewhereError::Setup(error) => error.into(),
    })?;
    progress.finish();
    Ok(report)
}

fn must_aim(validation: &Validation) -> Result<()> {
    if validation.shapes().targeted() > 0 {
        return Ok(());
    }
    Err(Failure::from(anyhow::Error::msg("no shape has a target: nothing would be validated"))
        .hint("give a shape sh:targetClass, sh:targetNode, sh:targetSubjectsOf or sh:targetObjectsOf"))
}

fn invalid(error: ValidateError) -> Failure {
    match error {
        ValidateError::Stopped(cause) => of_work(*cause),
        error => error.into(),
    }
}

/// Whether a remark is on two places that the register itself has.
fn is_of_the_register(finding: &check::shapes::Finding, register: &Register) -> bool {
    let known = |term: &oxrdf::Term| match term {
        oxrdf::Term::NamedNode(node) => node
            .as_str()
            .strip_prefix(vocab::ID)
            .and_then(|path| path.strip_prefix("place/"))
            .is_some_and(|id| register.contains(id)),
        _ => false,
    };
    let homonym = finding.messages.iter().any(|message| message.value().starts_with("S13 two places share"));
    homonym && known(&finding.focus) && finding.value.as_ref().is_some_and(known)
}

/// The quads of a Turtle text that is carried inside the program.
pub fn turtle(text: &str, name: &str) -> Result<Vec<Quad>> {
    let how = ReadAs { base: Some(vocab::ID.to_owned()), ..ReadAs::new(name, Syntax::Turtle) };
    collect(rdf::read(text.as_bytes(), &how).map_err(said)?)
}

fn read_shapes(path: &Path) -> Result<Vec<Quad>> {
    collect(rdf::open(path, None).map_err(said)?)
}

fn collect(quads: impl Iterator<Item = std::result::Result<Quad, crate::location::Diagnostic>>) -> Result<Vec<Quad>> {
    quads.collect::<std::result::Result<_, _>>().map_err(said)
}

fn said(finding: crate::location::Diagnostic) -> Failure {
    let text = finding.to_string();
    Failure::from(anyhow::Error::msg(text.strip_prefix("error: ").unwrap_or(&text).to_owned()))
}

fn write(args: &Args, target: Target, report: &Report, store: &dyn Store, edge: &Edge) -> Result<()> {
    match &args.out {
        Some(path) => {
            let inputs = args.data.files().iter().chain(&args.shapes);
            output::to_file(path, inputs, |file| write_to(args, target, report, store, false, file))
        }
        None => {
            let mut out = edge.results(true);
            write_to(args, target, report, store, edge.color, &mut out)?;
            Ok(out.flush()?)
        }
    }
}

fn write_to(
    args: &Args,
    target: Target,
    report: &Report,
    store: &dyn Store,
    colours: bool,
    out: &mut impl Write,
) -> Result<()> {
    match target {
        Target::Json => check::json(report, out)?,
        Target::Rdf(syntax) => {
            let findings = report.shapes.as_ref().map_or(&[][..], |report| &report.findings);
            rdf::write(check::shapes::report(findings), syntax, out)?;
        }
        Target::Text => {
            let mut labels = Labels::new(&args.lang);
            labels.learn(store, report.terms())?;
            let style = Style { colours, labels, ..Style::default() };
            check::text(report, &Written { style, language: args.lang.clone(), most: args.cases }, out)?;
        }
    }
    Ok(())
}
