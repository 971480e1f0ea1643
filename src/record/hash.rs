//! What a record says, as a number.

use super::Record;

/// A hash of what the record says: the same for the same content whatever the order of fields and languages, the white
/// space, or the way a single value of a list was written. It is stable across runs and machines.
///
/// It is the first 128 bits of the BLAKE3 hash of the record's JSON with sorted keys.
#[must_use]
pub fn content_hash(record: &Record) -> u128 {
    // Records hold nothing that JSON cannot write, so there is always a value.
    let value = serde_json::to_value(record).unwrap_or_default();
    let mut canonical = String::new();
    write_sorted(&value, &mut canonical);
    let hash = blake3::hash(canonical.as_bytes());
    hash.as_bytes().iter().take(16).fold(0, |number, byte| (number << 8) | u128::from(*byte))
}

fn write_sorted(value: &serde_json::Value, out: &mut String) {
    match value {
        serde_json::Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            for (key, value) in members {
                out.push_str(&serde_json::Value::from(key.as_str()).to_string());
                write_sorted(value, out);
            }
            out.push('}');
        }
        serde_json::Value::Array(list) => {
            list.iter().for_each(|value| write_sorted(value, out));
            out.push(']');
        }
        scalar => {
            out.push_str(&scalar.to_string());
            out.push(',');
        }
    }
}
