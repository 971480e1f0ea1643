//! Texts held against files of `tests/golden/`. `UPDATE_GOLDEN=1` writes them anew.

use std::fs;
use std::path::Path;

/// Fails where `found` is not what the file holds, and shows the first lines that differ.
pub fn assert_golden(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let differing = expected.lines().zip(found.lines()).position(|(expected, found)| expected != found);
    let at = differing.unwrap_or_else(|| expected.lines().count().min(found.lines().count()));
    let part = |text: &str| text.lines().skip(at).take(8).collect::<Vec<_>>().join("\n");
    assert!(expected == found, "{name}, line {}:\nexpected\n{}\nfound\n{}", at + 1, part(&expected), part(found));
}
