//! Which record is told of where the document of an input's records is only assumed: in one run the first that has no other.

use std::sync::atomic::{AtomicU64, Ordering};

use super::super::pipeline::{Inputs, Pass};
use super::super::{ConvertError, Options};
use super::{Survey, Told, needs_no_source, own_source};
use crate::record::read::{Batch, Parsed};

/// Finds these records, so that whoever reads a part of an input knows whether it is in that part.
pub(super) fn find(inputs: &Inputs<'_>, options: &Options, survey: &mut Survey) -> Result<(), ConvertError> {
    let assumed: Vec<bool> = survey.default.iter().map(|default| default.assumed).collect();
    if !assumed.contains(&true) {
        return Ok(());
    }
    // Beyond a line in which one was found nothing need be looked at.
    let ends: Vec<AtomicU64> = inputs.iter().map(|_| AtomicU64::new(u64::MAX)).collect();
    let look = |(): &mut (), file: usize, batch: &Batch<'_>| {
        if !assumed[file] || batch.location().line > ends[file].load(Ordering::Relaxed) {
            return None;
        }
        let first = batch.records().flatten().find(has_none)?;
        ends[file].fetch_min(first.at.line, Ordering::Relaxed);
        Some((first.at.line, first.at.column))
    };
    let mut found = vec![None; inputs.len()];
    let pass = Pass { inputs, options: &options.read, jobs: options.jobs };
    pass.run(
        || (),
        look,
        |file, answer| {
            let at = answer.ok().flatten();
            found[file] = found[file].or(at);
            Ok(())
        },
    )?;
    for (default, found) in survey.default.iter_mut().zip(found).filter(|(default, _)| default.assumed) {
        default.told = found.map_or(Told::Nowhere, |(line, column)| Told::At(line, column));
    }
    Ok(())
}

/// Whether a record names no document and cannot do without one.
fn has_none(parsed: &Parsed<'_>) -> bool {
    own_source(&parsed.record).is_none() && !needs_no_source(&parsed.record)
}
