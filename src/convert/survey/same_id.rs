//! Ids that several records share: what says the same is one record, what says something else is an error of the later one.

use std::collections::{HashMap, HashSet};

use super::super::ConvertError;
use super::super::pipeline::Pass;
use super::{Position, position};
use crate::location::{Location, Severity};
use crate::mapping::Finding;
use crate::record::read::Batch;
use crate::record::{Record, RecordType, content_hash};

/// Looks again at ids that records written differently share, and gives the errors.
pub(super) fn compare(
    pass: &Pass<'_>,
    suspects: &HashSet<Box<str>>,
) -> Result<HashMap<Position, Finding>, ConvertError> {
    let mut rejected = HashMap::new();
    if suspects.is_empty() {
        return Ok(rejected);
    }
    let mut first: HashMap<Box<str>, (u128, RecordType, Location)> = HashMap::new();
    let look = |(): &mut (), _: usize, batch: &Batch<'_>| -> Vec<_> {
        let of_suspect = |record: &Record| record.id().and_then(|id| suspects.get(id)).cloned();
        let records = batch.records_with_id().flatten();
        records
            .filter_map(|parsed| {
                of_suspect(&parsed.record)
                    .map(|id| (id, facts_hash(&parsed.record), parsed.record.record_type(), parsed.at))
            })
            .collect()
    };
    pass.run(
        || (),
        look,
        |file, answer| {
            for (id, hash, kind, at) in answer.into_iter().flatten() {
                match first.get(&id) {
                    None => drop(first.insert(id, (hash, kind, at))),
                    Some(known) if known.0 == hash && known.1 == kind => {}
                    Some((_, _, other)) => drop(rejected.insert(position(file, &at), taken(&id, other))),
                }
            }
            Ok(())
        },
    )?;
    Ok(rejected)
}

/// Hash of what a record says, whoever says it and wherever.
fn facts_hash(record: &Record) -> u128 {
    content_hash(&without_origin(record.clone()))
}

macro_rules! for_each_type {
    ($record:ident, $change:ident: $($name:ident)+) => {
        match &mut $record { $(Record::$name(inner) => $change!(inner)),+ }
    };
}

fn without_origin(mut record: Record) -> Record {
    macro_rules! forget {
        ($inner:ident) => {{
            $inner.source = None;
            $inner.evidence.clear();
            $inner.confidence = None;
            $inner.note = None;
        }};
    }
    for_each_type!(record, forget: Source Place Organization Person Event Tie Agreement Alliance Award Conferral
        Declaration Count Rank Target Service Post Project Assessment);
    record
}

fn taken(id: &str, first: &Location) -> Finding {
    Finding {
        severity: Severity::Error,
        pointer: "/id".to_owned(),
        reason: format!("the id `{id}` is taken by another record, at {first}, which says something else"),
        remedy: "give one of them another id, or make both say the same".to_owned(),
    }
}
