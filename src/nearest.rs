//! The known name nearest to a mistyped one.

use strsim::damerau_levenshtein;

/// The candidate with the fewest changes from `name` (a letter other, more or fewer, two neighbours exchanged), letter
/// case aside, if they are few enough for a slip.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // What is longer is no slip of the pen.
    let name: String = name.to_lowercase().chars().take(100).collect();
    let allowed = match name.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        length => length / 3,
    };
    let distances =
        candidates.into_iter().map(|candidate| (damerau_levenshtein(&name, &candidate.to_lowercase()), candidate));
    distances
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["partners", "awards", "anniversaries"];
        assert_eq!(nearest("partner", known), Some("partners"));
        assert_eq!(nearest("AWARD", known), Some("awards"));
        assert_eq!(nearest("aniversarys", known), Some("anniversaries"));
        assert_eq!(nearest("pcat", ["dcat", "pact"]), Some("dcat"), "the first of equals");
        assert_eq!(nearest("patc", ["dcat", "pact"]), Some("pact"));
        assert_eq!(nearest("zzzz", known), None);
        assert_eq!(nearest("", known), None);
    }
}
