//! Data sets compared whatever their blank nodes are called.

use std::cmp::Ordering;
use std::io;
use std::thread;

use oxrdf::Quad;

use super::blank::{CompareError, Names};
use super::side::{Comparison, Ground, MayHold, Settled, Side, Steps, component, key};
use crate::external_sort::{Sorted, Sorter};

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

/// What two data sets do not share: lines of N-Quads in their order, in temporary files where they are many.
#[derive(Debug)]
pub struct Difference {
    /// Only the second has it.
    pub added: Sorted,
    /// How many that are.
    pub additions: u64,
    /// Only the first has it.
    pub removed: Sorted,
    /// How many that are.
    pub removals: u64,
}

impl Difference {
    /// Whether both say the same.
    pub fn is_empty(&self) -> bool {
        self.additions == 0 && self.removals == 0
    }
}

/// Whether two data sets are isomorphic (RDF 1.1 Concepts, §3.6).
///
/// # Errors
/// Where blank nodes are so alike and so entangled that trying all ways to match them would take too long.
pub fn isomorphic(one: &[Quad], other: &[Quad]) -> Result<bool, CompareError> {
    Ok(diff(one, other)?.is_empty())
}

/// What has changed from `old` to `new`, in memory; see [`difference`].
///
/// # Errors
/// [`CompareError::Entangled`].
pub fn diff(old: &[Quad], new: &[Quad]) -> Result<Diff, CompareError> {
    let mut found = difference(side(old)?, side(new)?, &Comparison::default(), usize::MAX, &|_| true)?;
    Ok(Diff { added: lines(&mut found.added)?, removed: lines(&mut found.removed)? })
}

/// A data set in memory.
fn side(quads: &[Quad]) -> io::Result<Side> {
    let mut side = Side::new(usize::MAX);
    quads.iter().try_for_each(|quad| side.push(quad.as_ref()))?;
    Ok(side)
}

fn lines(sorted: &mut Sorted) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    sorted.each(|_, line| {
        lines.push(String::from_utf8_lossy(line).into_owned());
        Ok::<_, io::Error>(())
    })?;
    Ok(lines)
}

/// What has changed from `old` to `new`. Blank nodes are known by what is said of them and around them, so that a change
/// in one place shows there alone: quads that hang together by blank nodes are alike in both, or all of them show.
///
/// Beside the sides it holds about `memory` bytes, and a component of quads that hang together; with more than that
/// it asks `may_hold`, at times also with nothing more.
///
/// # Errors
/// [`CompareError`].
pub fn difference(
    old: Side,
    new: Side,
    how: &Comparison,
    memory: usize,
    may_hold: &MayHold<'_>,
) -> Result<Difference, CompareError> {
    let (before, after) = settled(old, new, how, may_hold);
    let (mut before, mut after) = (before?, after?);
    let mut found = Found { gone: Only::new(memory / 2), come: Only::new(memory / 2), steps: Steps::new(may_hold) };
    found.ground(&mut before.ground, &mut after.ground)?;
    found.components(&mut before.components, &mut after.components)?;
    let Found { gone, come, .. } = found;
    let (additions, removals) = (come.lines.count(), gone.lines.count());
    Ok(Difference { added: come.lines.sorted()?, additions, removed: gone.lines.sorted()?, removals })
}

type Ready = Result<Settled, CompareError>;

/// Quads from which on it is worth a thread to settle the sides at once.
const MANY: u64 = 50_000;

fn settled(old: Side, new: Side, how: &Comparison, may_hold: &MayHold<'_>) -> (Ready, Ready) {
    if old.count().min(new.count()) < MANY {
        return (old.settle(how, may_hold), new.settle(how, may_hold));
    }
    thread::scope(|scope| {
        let after = scope.spawn(|| new.settle(how, may_hold));
        let before = old.settle(how, may_hold);
        (before, after.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// What was found not to be shared so far.
struct Found<'f> {
    gone: Only,
    come: Only,
    steps: Steps<'f>,
}

/// What only one side has.
struct Only {
    lines: Sorter,
    names: Names,
}

impl Only {
    fn new(memory: usize) -> Self {
        Self { lines: Sorter::new(memory), names: Names::new() }
    }

    /// Takes the lines of a component in; how many bytes more that holds.
    fn component(&mut self, record: &[u8]) -> io::Result<usize> {
        let known = self.names.len();
        let lines = component(record).lines(&mut self.names);
        lines.iter().try_for_each(|line| self.lines.push(0, line.trim_end().as_bytes()))?;
        Ok((self.names.len() - known) * NAME)
    }
}

/// What is held of a name that was given.
const NAME: usize = 64;

impl Found<'_> {
    fn ground(&mut self, before: &mut Ground, after: &mut Ground) -> Result<(), CompareError> {
        while let Some(order) = order(before.record(), after.record(), |record| record) {
            if order.is_lt() {
                before.line().iter().try_for_each(|line| self.gone.lines.push(0, line))?;
            } else if order.is_gt() {
                after.line().iter().try_for_each(|line| self.come.lines.push(0, line))?;
            }
            if order.is_le() {
                before.advance()?;
            }
            if order.is_ge() {
                after.advance()?;
            }
            self.steps.step(0)?;
        }
        Ok(())
    }

    /// Components of one key are alike: each goes with one of the other side.
    fn components(&mut self, before: &mut Sorted, after: &mut Sorted) -> Result<(), CompareError> {
        while let Some(order) = order(before.record(), after.record(), key) {
            let held = match (order, before.record(), after.record()) {
                (Ordering::Less, Some((_, record)), _) => self.gone.component(record)?,
                (Ordering::Greater, _, Some((_, record))) => self.come.component(record)?,
                _ => 0,
            };
            if order.is_le() {
                before.advance()?;
            }
            if order.is_ge() {
                after.advance()?;
            }
            self.steps.step(held)?;
        }
        Ok(())
    }
}

/// Which of two records comes first by what `part` leaves of them; none where both have ended.
fn order(
    one: Option<(u64, &[u8])>,
    other: Option<(u64, &[u8])>,
    part: impl for<'r> Fn(&'r [u8]) -> &'r [u8],
) -> Option<Ordering> {
    let part = |(order, record)| (order, part(record));
    match (one, other) {
        (None, None) => None,
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some(one), Some(other)) => Some(part(one).cmp(&part(other))),
    }
}

/// The lines of a data set, its blank nodes named by what is said of them; sorted, without duplicates.
///
/// # Errors
/// [`CompareError::Entangled`].
pub fn canonical_lines(quads: &[Quad]) -> Result<Vec<String>, CompareError> {
    Ok(diff(&[], quads)?.added)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use oxrdf::{GraphName, NamedNode};
    use oxttl::NQuadsParser;
    use proptest::prelude::*;

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

    #[test]
    fn what_stands_elsewhere_changes_nothing() {
        let simple = "_:a <http://p> _:b .\n_:b <http://p> \"x\" .\n<http://s> <http://p> _:a .\n";
        let chain: String = (0..20).map(|n| format!("_:c{n} <http://q> _:c{} .\n", n + 1)).collect();
        let found = diff(&quads(simple), &quads(&format!("{chain}{simple}"))).unwrap();
        assert_eq!((found.added.len(), found.removed.len()), (20, 0), "{found:?}");
    }

    /// What differs in so many bytes of memory.
    fn within(old: &[Quad], new: &[Quad], how: &Comparison, memory: usize) -> Result<Diff, String> {
        let told = |quads: &[Quad]| {
            let mut side = Side::new(memory);
            quads.iter().for_each(|quad| side.push(quad.as_ref()).unwrap());
            assert_eq!(side.count(), quads.len() as u64);
            side
        };
        let found = difference(told(old), told(new), how, memory, &|_| true);
        let mut found = found.map_err(|error| error.to_string())?;
        assert_eq!(found.is_empty(), found.additions + found.removals == 0);
        Ok(Diff { added: lines(&mut found.added).unwrap(), removed: lines(&mut found.removed).unwrap() })
    }

    fn data() -> impl Strategy<Value = Vec<Quad>> {
        let node = prop_oneof![Just("<http://a>"), Just("_:x"), Just("_:y"), Just("_:z")];
        let object = prop_oneof![
            Just("<http://a>"),
            Just("\"1\""),
            Just("\"1\"@en"),
            Just("\"\\u0000\\u0001\""),
            Just("_:x"),
            Just("_:z"),
            Just("<<( _:y <http://p> <<( <http://a> <http://p> _:z )>> )>>"),
        ];
        let predicate = prop_oneof![Just("<http://p>"), Just("<http://q>")];
        let graph = prop_oneof![Just(""), Just("<http://g>"), Just("<http://h>"), Just("_:x")];
        let quad = (node, predicate, object, graph);
        let line = quad.prop_map(|(node, predicate, object, graph)| format!("{node} {predicate} {object} {graph} .\n"));
        prop::collection::vec(line, 0..12).prop_map(|lines| quads(&lines.concat()))
    }

    proptest! {
        #[test]
        fn memory_decides_nothing(old in data(), new in data(), by_triple: bool, leaves_out: bool) {
            let how = Comparison { by_triple, without: leaves_out.then(|| "http://h".to_owned()) };
            let whole = within(&old, &new, &how, usize::MAX);
            prop_assert_eq!(&within(&old, &new, &how, 0), &whole);
            prop_assert_eq!(&within(&old, &new, &how, 2_000), &whole);
            // What is left out and merged as it says.
            let counts = |quads: &[Quad]| -> Vec<Quad> {
                let left_out = GraphName::from(NamedNode::new_unchecked("http://h"));
                let kept = quads.iter().filter(|quad| !leaves_out || quad.graph_name != left_out).cloned();
                let merged = |quad| Quad { graph_name: GraphName::DefaultGraph, ..quad };
                kept.map(|quad| if by_triple { merged(quad) } else { quad }).collect()
            };
            prop_assert_eq!(&diff(&counts(&old), &counts(&new)).map_err(|error| error.to_string()), &whole);
        }

        #[test]
        fn order_and_labels_decide_nothing(mut quads in data(), seed: prop::sample::Index) {
            let text: String = quads.iter().map(|quad| format!("{quad} .\n")).collect();
            let renamed = text.replace("_:x", "_:q").replace("_:z", "_:x").replace("_:q", "_:z");
            let other = self::quads(&renamed);
            if !quads.is_empty() {
                let first = seed.index(quads.len());
                quads.rotate_left(first);
            }
            prop_assert!(diff(&quads, &other).map_or(true, |found| found.is_empty()));
        }
    }

    #[test]
    fn who_may_not_hold_more_stops() {
        let many: String = (0..5_000).map(|n| format!("<http://s> <http://p> \"{n}\" .\n")).collect();
        let told = |text: &str| side(&quads(text)).unwrap();
        let stopped = difference(told(&many), told(&many), &Comparison::default(), 1 << 20, &|_| false);
        assert!(matches!(stopped, Err(CompareError::Stopped)));
        // A component that is large is asked for by its size.
        let chain: String = (0..2_000).map(|n| format!("_:c{n} <http://q> _:c{} .\n", n + 1)).collect();
        let held = AtomicUsize::new(0);
        let note = |bytes: usize| held.fetch_add(bytes, Relaxed) + bytes < 100_000;
        assert!(matches!(
            difference(told(&chain), told(""), &Comparison::default(), 1 << 20, &note),
            Err(CompareError::Stopped)
        ));
    }
}
