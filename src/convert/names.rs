//! IRIs that come from what records say, learnt by mapping them into nothing; and figures that contradict each other.

use std::collections::{HashMap, HashSet};

use oxrdf::QuadRef;

use super::pipeline::{Inputs, Pass};
use super::survey::{Clues, Survey, concerns_names, document, own_source, position};
use super::{ConvertError, Options};
use crate::mapping::{self, Findings, ResolutionCache, Run, Target};
use crate::rdf::QuadSink;
use crate::record::read::{Batch, Parsed};

/// Takes quads and forgets them.
struct Nothing;

impl QuadSink for Nothing {
    fn quad(&mut self, _: QuadRef<'_>) {}
}

#[derive(Default)]
struct Answer {
    /// Ids with the IRIs of their records.
    named: Vec<(String, String)>,
    /// Hashes of the keys of figures, with their values.
    figures: Vec<(u64, u64)>,
    /// Those of figures that have ids.
    with_ids: Vec<u64>,
}

/// Names the records of the run whose IRIs do not follow from their ids, and finds figures of one key that differ.
pub(super) fn learn(
    inputs: &Inputs<'_>,
    options: &Options,
    survey: &Survey,
    run: &mut Run<'_>,
) -> Result<(), ConvertError> {
    run.naming = true;
    let (mut values, mut conflicts, mut with_ids) = (HashMap::new(), HashSet::new(), HashSet::new());
    let named = gather(inputs, options, survey, run, |answer| {
        for (key, value) in answer.figures {
            if *values.entry(key).or_insert(value) != value {
                conflicts.insert(key);
            }
        }
        with_ids.extend(answer.with_ids);
    })?;
    named.iter().for_each(|(id, iri)| run.ids.annotate(id, iri));
    run.conflicts = conflicts;
    if !run.conflicts.is_disjoint(&with_ids) {
        // Figures that contradict each other have their values in their IRIs: those that are referred to are named once more.
        let named = gather(inputs, options, survey, run, drop)?;
        named.iter().for_each(|(id, iri)| run.ids.annotate_anew(id, iri));
    }
    run.naming = false;
    Ok(())
}

fn gather(
    inputs: &Inputs<'_>,
    options: &Options,
    survey: &Survey,
    run: &Run<'_>,
    mut take: impl FnMut(Answer),
) -> Result<Vec<(String, String)>, ConvertError> {
    let pass = Pass { inputs, options: &options.read, jobs: options.jobs };
    let (mut named, clues) = (Vec::new(), Clues::new());
    pass.run(
        ResolutionCache::default,
        |memory, file, batch| look(memory, file, batch, &clues, survey, run),
        |_, answer| {
            let mut answer = answer.unwrap_or_default();
            named.append(&mut answer.named);
            take(answer);
            Ok(())
        },
    )?;
    Ok(named)
}

fn look(
    memory: &mut ResolutionCache,
    file: usize,
    batch: &Batch<'_>,
    clues: &Clues,
    survey: &Survey,
    run: &Run<'_>,
) -> Answer {
    let mut answer = Answer::default();
    let records = batch.records_matching(|record| clues.may_be_named(record)).flatten();
    for parsed in records.filter(|parsed| concerns_names(&parsed.record)) {
        if !survey.rejected.contains_key(&position(file, &parsed.at)) {
            name(memory, &survey.default[file].id, &parsed, run, &mut answer);
        }
    }
    answer
}

fn name(memory: &mut ResolutionCache, default: &str, parsed: &Parsed<'_>, run: &Run<'_>, answer: &mut Answer) {
    let document = document(run, own_source(&parsed.record).unwrap_or(default));
    let mut findings = Findings::of_figures();
    let mut target = Target {
        sink: &mut Nothing,
        findings: &mut findings,
        memory,
        described: &mut HashSet::new(),
        report_mentions: false,
    };
    let Some(node) = mapping::map(run, Some(&document), &parsed.record, &mut target) else { return };
    if let Some(id) = parsed.record.id() {
        answer.named.push((id.to_owned(), node.as_str().to_owned()));
        answer.with_ids.extend(findings.figures.iter().flatten().map(|(key, _)| *key));
    }
    answer.figures.extend(findings.figures.into_iter().flatten());
}
