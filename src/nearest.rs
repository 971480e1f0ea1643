//! The known name nearest to a mistyped one.

/// The candidate with the fewest single-letter changes from `name`, letter case aside, if they are few enough for a slip.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.to_lowercase().chars().take(100).collect();
    let allowed = match name.len() {
        0..=2 => 1,
        3..=5 => 2,
        length => length / 3,
    };
    let distances = candidates.into_iter().map(|candidate| (distance(&name, candidate), candidate));
    distances
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance in letters, two neighbours exchanged counting as one change.
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut next = vec![i + 1];
        for j in 0..b.len() {
            let changed = row[j] + usize::from(a[i] != b[j]);
            let mut cost = changed.min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                cost = cost.min(before[j - 1] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
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
