//! Numbers of things in sentences for people.

use std::fmt::Display;

/// `1 row`, `2 rows`: a number and the noun that goes with it.
pub fn counted(number: impl Display + PartialEq + From<u8>, noun: &str) -> String {
    match (number == 1.into(), noun.strip_suffix('y')) {
        (true, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        _ => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_is_singular() {
        assert_eq!(
            [counted(0_u64, "row"), counted(1_u64, "row"), counted(2_u64, "row")],
            ["0 rows", "1 row", "2 rows"]
        );
        assert_eq!(counted(3_u64, "query"), "3 queries");
    }
}
