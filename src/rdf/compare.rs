//! Data sets compared whatever their blank nodes are called.

use std::collections::HashMap;

use oxrdf::Quad;

use super::blank::{CompareError, Component, Signed, has_blank, line};

/// What two data sets do not share, as sorted lines of N-Quads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// Only the second has it.
    pub added: Vec<String>,
    /// Only the first has it.
    pub removed: Vec<String>,
}

impl Diff {
    /// Whether both say the same.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// One of two data sets to be compared. Quads without blank nodes are kept as lines.
#[derive(Debug, Clone, Default)]
pub struct Side {
    ground: Vec<Box<str>>,
    blank: Vec<Quad>,
}

impl Extend<Quad> for Side {
    fn extend<T: IntoIterator<Item = Quad>>(&mut self, quads: T) {
        for quad in quads {
            if has_blank(&quad) {
                self.blank.push(quad);
            } else {
                self.ground.push(line(&quad).trim_end().into());
            }
        }
    }
}

impl FromIterator<Quad> for Side {
    fn from_iter<T: IntoIterator<Item = Quad>>(quads: T) -> Self {
        let mut side = Self::default();
        side.extend(quads);
        side
    }
}

impl Side {
    fn settle(&mut self) -> Signed {
        self.ground.sort_unstable();
        self.ground.dedup();
        let mut blank: Vec<(String, Quad)> =
            std::mem::take(&mut self.blank).into_iter().map(|quad| (line(&quad), quad)).collect();
        blank.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        blank.dedup_by(|one, other| one.0 == other.0);
        Signed::new(blank.into_iter().map(|(_, quad)| quad).collect())
    }
}

/// Whether two data sets are isomorphic (RDF 1.1 Concepts, §3.6).
///
/// # Errors
/// Where blank nodes are so alike and so entangled that trying all ways to match them would take too long.
pub fn isomorphic(one: &[Quad], other: &[Quad]) -> Result<bool, CompareError> {
    Ok(diff(one, other)?.is_empty())
}

/// What has changed from `old` to `new`; see [`diff_sides`].
///
/// # Errors
/// Those of [`diff_sides`].
pub fn diff(old: &[Quad], new: &[Quad]) -> Result<Diff, CompareError> {
    diff_sides(old.iter().cloned().collect(), new.iter().cloned().collect())
}

/// What has changed from `old` to `new`. Blank nodes are known by what is said of them and around them, so that a change
/// in one place shows there alone: quads that hang together by blank nodes are alike in both, or all of them show.
///
/// # Errors
/// Where blank nodes are so alike and so entangled that trying all ways to match them would take too long.
pub fn diff_sides(mut old: Side, mut new: Side) -> Result<Diff, CompareError> {
    let (before, after) = (old.settle(), new.settle());
    let (gone, come) = unmatched(before.components()?, after.components()?);
    let mut diff = Diff { added: only(&new.ground, &old.ground), removed: only(&old.ground, &new.ground) };
    diff.added.extend(lines(&after, &come));
    diff.removed.extend(lines(&before, &gone));
    diff.added.sort_unstable();
    diff.removed.sort_unstable();
    Ok(diff)
}

fn lines(signed: &Signed, components: &[Component]) -> impl Iterator<Item = String> {
    let quads = components.iter().flat_map(|component| component.quads.iter().copied());
    signed.lines(quads).into_iter().map(|line| line.trim_end().to_owned())
}

/// What the first sorted list has and the second has not.
fn only(of: &[Box<str>], but: &[Box<str>]) -> Vec<String> {
    let mut but = but.iter().peekable();
    let mut kept = Vec::new();
    for line in of {
        while but.peek().is_some_and(|other| *other < line) {
            but.next();
        }
        if but.peek() != Some(&line) {
            kept.push(line.to_string());
        }
    }
    kept
}

/// The components of each that the other has not as often.
fn unmatched(old: Vec<Component>, new: Vec<Component>) -> (Vec<Component>, Vec<Component>) {
    let mut left: HashMap<u128, Vec<Component>> = HashMap::new();
    for component in old {
        left.entry(component.key).or_default().push(component);
    }
    let come = new.into_iter().filter(|component| left.get_mut(&component.key).and_then(Vec::pop).is_none()).collect();
    let mut gone: Vec<Component> = left.into_values().flatten().collect();
    gone.sort_unstable_by_key(|component| component.quads[0]);
    (gone, come)
}

/// The lines of a data set, its blank nodes named by what is said of them; sorted, without duplicates.
pub fn canonical_lines(quads: &[Quad]) -> Vec<String> {
    let mut side: Side = quads.iter().cloned().collect();
    let blank = side.settle();
    let mut lines: Vec<String> = side.ground.into_iter().map(String::from).collect();
    lines.extend(blank.lines(0..blank.len()).into_iter().map(|line| line.trim_end().to_owned()));
    lines.sort_unstable();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxttl::NQuadsParser;

    fn quads(text: &str) -> Vec<Quad> {
        NQuadsParser::new().for_slice(text.as_bytes()).map(Result::unwrap).collect()
    }

    #[test]
    fn labels_do_not_matter() {
        let one = quads("_:a <http://p> _:b .\n_:b <http://p> \"x\" .\n_:c <http://p> \"y\" .");
        let other = quads("_:z <http://p> \"y\" .\n_:a <http://p> \"x\" .\n_:c <http://p> _:a .");
        assert!(diff(&one, &other).unwrap().is_empty());
        assert!(isomorphic(&one, &other).unwrap());
    }

    #[test]
    fn a_change_shows_where_it_is() {
        let old = quads("_:a <http://p> \"1\" .\n_:b <http://p> \"2\" .\n<http://s> <http://p> _:b .");
        let new = quads("_:a <http://p> \"1\" .\n_:b <http://p> \"2\" .\n<http://s> <http://p> \"3\" .");
        let diff = diff(&old, &new).unwrap();
        assert!(diff.added.contains(&"<http://s> <http://p> \"3\" .".to_owned()));
        assert!(!diff.removed.iter().any(|line| line.contains("\"1\"")), "{diff:?}");
    }

    #[test]
    fn twice_the_same_is_not_once() {
        let once = quads("_:a <http://p> \"1\" .");
        let twice = quads("_:a <http://p> \"1\" .\n_:b <http://p> \"1\" .");
        let diff = diff(&once, &twice).unwrap();
        assert_eq!((diff.added.len(), diff.removed.len()), (1, 0), "{diff:?}");
        let nested = |label: &str| quads(&format!("<http://s> <http://p> <<( _:{label} <http://p> \"1\" )>> ."));
        assert!(isomorphic(&nested("a"), &nested("z")).unwrap());
    }

    #[test]
    fn much_that_looks_alike_ends_soon() {
        let grid = |name: &str| -> Vec<Quad> {
            let mut text = String::new();
            for one in 0..40 {
                for other in (0..40).filter(|other| *other != one) {
                    text.push_str(&format!("_:{name}{one} <http://p> _:{name}{other} .\n"));
                }
            }
            quads(&text)
        };
        let started = std::time::Instant::now();
        let found = isomorphic(&grid("a"), &grid("b"));
        assert!(found.is_err() || found.is_ok_and(|same| same));
        assert!(started.elapsed().as_secs() < 60);
    }

    #[test]
    fn what_looks_alike_everywhere_is_still_told_apart() {
        let circle = |nodes: &[&str]| -> Vec<Quad> {
            let text: String = nodes
                .iter()
                .zip(nodes.iter().cycle().skip(1))
                .map(|(one, next)| format!("_:{one} <http://p> _:{next} .\n"))
                .collect();
            quads(&text)
        };
        let six = circle(&["a", "b", "c", "d", "e", "f"]);
        let twice_three: Vec<Quad> = circle(&["a", "b", "c"]).into_iter().chain(circle(&["d", "e", "f"])).collect();
        assert!(!diff(&six, &twice_three).unwrap().is_empty());
        assert!(diff(&six, &circle(&["f", "d", "b", "a", "c", "e"])).unwrap().is_empty());
    }
}
