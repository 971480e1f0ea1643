//! `citypact check --conflicts`: which rules compare, and what is written of what they find.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::again::{self, Numbered};
use super::common;
use super::edge::Edge;
use super::progress::Unit;
use super::report::{Failure, Result, of_work};
use super::work::Whole;
use crate::check::{self, Conflict, ConflictRule, ConflictRules, Found, States};
use crate::counted::counted;
use crate::query::{Changed, Executor};

/// The name under which findings are kept beside a store.
const KEPT: &str = "conflicts";
/// More findings than these take longer to read than to find.
const MANY: usize = 100_000;

/// Which rules compare, and whether what they find is written.
#[derive(Debug, Clone, clap::Args)]
pub struct ConflictArgs {
    /// Conflict rules of one's own, beside those of the vocabulary: files .rq, or folders of them; may be given more than once
    #[arg(long, value_name = "PATH", requires = "conflicts")]
    conflict_rules: Vec<PathBuf>,
    /// Compare by the rule of this name alone; may be given more than once
    #[arg(long, value_name = "NAME", requires = "conflicts")]
    rule: Vec<String>,
    /// Write what the rules find into graph:review, in the place of what rules said before; what people said stays
    #[arg(long, requires = "conflicts")]
    pub write: bool,
}

impl ConflictArgs {
    /// The rules.
    pub fn read(&self) -> Result<ConflictRules> {
        let mut own = Vec::new();
        for path in &self.conflict_rules {
            for file in files(path)? {
                let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
                let name = file.file_stem().unwrap_or_default().to_string_lossy();
                own.push(ConflictRule::read(&name, &text)?);
            }
        }
        let rules = ConflictRules::library().with(own)?;
        if self.rule.is_empty() {
            return Ok(rules);
        }
        rules.named(&self.rule).map_err(|(name, near)| {
            let failure = Failure::usage(format!("there is no conflict rule named {name}"));
            match near {
                Some(near) => failure.hint(format!("did you mean {near}?")),
                None => failure,
            }
        })
    }

    /// Finds conflicts: where an earlier state of the store was looked at, what may have changed since.
    pub fn find(
        &self,
        data: &Whole,
        rules: &ConflictRules,
        is_full: bool,
        executor: &Executor,
        edge: &Edge,
    ) -> Result<Vec<Conflict>> {
        let by = again::by(&rules.fingerprint());
        let kept = if is_full { None } else { again::recalled::<Vec<Found>>(data, KEPT, &by, edge)? };
        let progress = edge.progress("Comparing", Unit::Things("rules"), Some(rules.all().len() as u64));
        let told = |done: usize| progress.advance(done as u64);
        let found = match kept {
            Some((before, changes)) => {
                let Numbered { old, come, gone } = changes.numbered(&data.version)?;
                let changed = Changed { come: &come, gone: &gone };
                let states = States { old: &old, new: &data.version, changed };
                let (found, looked) = check::find_again(states, rules, before, executor, &told).map_err(of_work)?;
                edge.say(format_args!(
                    "Conflicts: {} changed since the check of state {}; {} looked at again by {}{}",
                    counted(changes.since.len(), "quad"),
                    changes.epoch,
                    counted(looked.things, "thing"),
                    counted(looked.narrow, "rule"),
                    if looked.whole > 0 { format!(", everything by {}", looked.whole) } else { String::new() }
                ));
                found
            }
            None => check::find(&data.version, rules, executor, &told).map_err(of_work)?,
        };
        progress.finish();
        // What some rules found is not what all do.
        if self.rule.is_empty() && found.len() <= MANY {
            again::remember(data.embedded(), KEPT, &by, data.version.epoch(), &found);
        }
        check::described(&data.version, rules, found, executor).map_err(of_work)
    }

    /// Writes what was found, and says what that changed.
    pub fn assess(&self, data: &Whole, rules: &ConflictRules, conflicts: &[Conflict], edge: &Edge) -> Result<()> {
        let chosen: Vec<String> = rules.all().iter().map(|rule| rule.iri().into_string()).collect();
        // Rules that were not asked keep what they said.
        let keep = |rule: &str| !self.rule.is_empty() && !chosen.iter().any(|other| other == rule);
        let assessed = check::assessments(&data.version, rules, conflicts, &keep);
        data.store().change(&assessed.come, &assessed.gone)?;
        edge.say(format_args!(
            "graph:review: {} by rules, {} new, {} gone; {} overridden by people",
            counted(assessed.all, "assessment"),
            assessed.new,
            assessed.stale,
            assessed.overridden
        ));
        Ok(())
    }
}

/// The rules of a path, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let found = common::files_named(path, "rq")?;
    if found.is_empty() {
        return Err(Failure::usage(format!("{} holds no conflict rule", path.display()))
            .hint("conflict rules are files named .rq"));
    }
    Ok(found)
}
