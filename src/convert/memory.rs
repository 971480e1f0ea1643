//! Records that a program holds, converted in memory.

use oxrdf::Quad;

use super::{ConvertError, Event, Options, Summary, convert};
use crate::place::Register;
use crate::record::Record;
use crate::record::read::Records;

/// Converts records in memory. They are checked as records from a file are; findings call that file `records.jsonl`,
/// one record a line ([`Records`]).
///
/// # Errors
/// None that the records could cause; see [`convert`].
pub fn records(
    records: &[Record],
    register: &Register,
    options: &Options,
    report: &mut dyn FnMut(Event),
) -> Result<(Vec<Quad>, Summary), ConvertError> {
    let mut quads = Vec::new();
    let summary = convert(&[Records::new(records)], register, options, &mut quads, report)?;
    Ok((quads, summary))
}
