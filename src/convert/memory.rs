//! Records that a program holds, converted in memory.

use oxrdf::Quad;

use super::{ConvertError, Event, Options, Summary, convert};
use crate::place::Register;
use crate::record::Record;
use crate::record::read::{Container, Input};

/// Converts records in memory. They are checked as records from a file are; findings call that file `records.jsonl`,
/// one record a line.
///
/// # Errors
/// None that the records could cause; see [`convert`].
pub fn records(
    records: &[Record],
    register: &Register,
    options: &Options,
    report: &mut dyn FnMut(Event),
) -> Result<(Vec<Quad>, Summary), ConvertError> {
    let mut lines = Vec::new();
    for record in records {
        // A record holds nothing that JSON cannot write, and memory takes all of it.
        let _ = serde_json::to_writer(&mut lines, record);
        lines.push(b'\n');
    }
    let mut options = options.clone();
    options.read.container = Some(Container::JsonLines);
    let mut quads = Vec::new();
    let inputs = [Input::bytes("records.jsonl", lines)];
    let summary = convert(&inputs, register, &options, &mut quads, report)?;
    Ok((quads, summary))
}
