//! The fuzz targets: each takes bytes and panics where something that must hold does not.
//!
//! `make fuzz` has libFuzzer make the bytes up; the tests replay `fuzz/corpus/`, where every finding stays.

pub mod accept;
pub mod dates;
pub mod documents;
pub mod folding;
pub mod iris;
pub mod mapping;
pub mod mentions;
pub mod parameters;
pub mod plans;
pub mod records;
pub mod writers;

/// What takes bytes.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const ALL: &[(&str, Target)] = &[
    ("accept", accept::run),
    ("dates", dates::run),
    ("documents", documents::run),
    ("folding", folding::run),
    ("iris", iris::run),
    ("json_documents", records::json),
    ("json_lines", records::json_lines),
    ("mapping", mapping::run),
    ("mentions", mentions::run),
    ("parameters", parameters::run),
    ("plans", plans::run),
    ("tables", records::tables),
    ("writers", writers::run),
];

/// The text before the first line feed, and what follows it.
fn line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}
