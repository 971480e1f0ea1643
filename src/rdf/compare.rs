//! Data sets compared whatever their blank nodes are called.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use oxrdf::dataset::CanonicalizationAlgorithm;
use oxrdf::{BlankNode, Dataset, GraphName, NamedOrBlankNode, Quad, Term};
use sophia::api::prelude::QuadSource as _;
use sophia::api::quad::Spog;
use sophia::isomorphism::isomorphic_datasets;
use sophia::turtle::parser::nq;

use super::nquads::Lines;
use crate::mapping::QuadSink;

/// How often what blank nodes say is passed on to their neighbours: chains of them are told apart up to this length.
const ROUNDS: usize = 64;

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

/// Why two data sets cannot be compared.
#[derive(Debug, thiserror::Error)]
#[error("the blank nodes of the data cannot be told apart within reasonable time: {0}")]
pub struct CompareError(String);

/// Whether two data sets are isomorphic (RDF 1.1 Concepts, §3.6).
///
/// # Errors
/// Where blank nodes are so alike and so entangled that trying all ways to match them would take too long.
pub fn isomorphic(one: &[Quad], other: &[Quad]) -> Result<bool, CompareError> {
    let found =
        isomorphic_datasets(&foreign(one)?, &foreign(other)?).map_err(|error| CompareError(error.to_string()))?;
    // The search above does not find every match among nodes that all look alike; canonical forms do.
    Ok(found || canonical(one) == canonical(other))
}

/// The data set under canonical labels (RDF Dataset Canonicalization).
fn canonical(quads: &[Quad]) -> Dataset {
    let mut dataset: Dataset = quads.iter().collect();
    dataset.canonicalize(CanonicalizationAlgorithm::Unstable);
    dataset
}

type Foreign = Vec<Spog<sophia::term::ArcTerm>>;

/// The data set as sophia holds it, by way of N-Quads.
fn foreign(quads: &[Quad]) -> Result<Foreign, CompareError> {
    let mut lines = Lines::quads();
    let distinct: std::collections::HashSet<&Quad> = quads.iter().collect();
    distinct.into_iter().for_each(|quad| lines.quad(quad.as_ref()));
    nq::parse_bufread(lines.as_bytes()).collect_quads().map_err(|error| CompareError(error.to_string()))
}

/// What has changed from `old` to `new`. Blank nodes are known by what is said of them and around them, so that a change
/// in one place shows there alone.
///
/// # Errors
/// Those of [`isomorphic`], which decides where blank nodes look alike.
pub fn diff(old: &[Quad], new: &[Quad]) -> Result<Diff, CompareError> {
    let (before, after) = (signed(old), signed(new));
    let diff = Diff {
        added: after.lines.difference(&before.lines).cloned().collect(),
        removed: before.lines.difference(&after.lines).cloned().collect(),
    };
    if !before.alike && !after.alike {
        return Ok(diff);
    }
    // Nodes that look alike are named by their order, which says nothing of whether they match.
    match (isomorphic(old, new)?, diff.is_empty()) {
        (true, _) => Ok(Diff::default()),
        (false, false) => Ok(diff),
        (false, true) => {
            let all = |signed: Signed| signed.lines.into_iter().filter(|line| line.contains("_:")).collect();
            Ok(Diff { added: all(after), removed: all(before) })
        }
    }
}

/// The lines of a data set, its blank nodes named by what is said of them; sorted, without duplicates.
pub fn canonical_lines(quads: &[Quad]) -> Vec<String> {
    signed(quads).lines.into_iter().collect()
}

struct Signed {
    lines: BTreeSet<String>,
    /// Whether some blank nodes look the same.
    alike: bool,
}

fn signed(quads: &[Quad]) -> Signed {
    let names = names(quads);
    let mut lines = Lines::quads();
    quads.iter().for_each(|quad| lines.quad(renamed(quad, &names.of).as_ref()));
    let text = String::from_utf8_lossy(lines.as_bytes());
    Signed { lines: text.lines().map(str::to_owned).collect(), alike: names.alike }
}

struct Names<'q> {
    of: HashMap<&'q str, String>,
    alike: bool,
}

/// Signs every blank node by its statements, and those again by the signatures in them, until nothing more is told apart.
fn names(quads: &[Quad]) -> Names<'_> {
    let mut statements: BTreeMap<&str, Vec<&Quad>> = BTreeMap::new();
    for quad in quads {
        for label in labels(quad) {
            statements.entry(label).or_default().push(quad);
        }
    }
    let mut signs: HashMap<&str, String> = statements.keys().map(|label| (*label, "b".to_owned())).collect();
    let mut kinds = 0;
    for _ in 0..ROUNDS {
        let next = statements.iter().map(|(label, quads)| (*label, sign(label, quads, &signs))).collect();
        signs = next;
        let now = signs.values().collect::<BTreeSet<_>>().len();
        if now == kinds || now == signs.len() && kinds > 0 {
            kinds = now;
            break;
        }
        kinds = now;
    }
    let alike = kinds < signs.len();
    if alike {
        number(&mut signs);
    }
    Names { of: signs, alike }
}

/// Nodes with the same signature are numbered, so that none is lost.
fn number(signs: &mut HashMap<&str, String>) {
    let mut labels: Vec<&str> = signs.keys().copied().collect();
    labels.sort_unstable();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for label in labels {
        let Some(sign) = signs.get_mut(label) else { continue };
        let count = seen.entry(sign.clone()).or_default();
        *count += 1;
        if *count > 1 {
            sign.push_str(&format!("n{count}"));
        }
    }
}

fn sign(own: &str, quads: &[&Quad], signs: &HashMap<&str, String>) -> String {
    let own_or =
        |label: &str| if label == own { "self".to_owned() } else { signs.get(label).cloned().unwrap_or_default() };
    let mut said: Vec<String> = quads
        .iter()
        .map(|quad| {
            let names: HashMap<&str, String> = labels(quad).map(|label| (label, own_or(label))).collect();
            renamed(quad, &names).to_string()
        })
        .collect();
    said.sort_unstable();
    said.dedup();
    let hash = blake3::hash(said.join("\n").as_bytes()).to_hex();
    format!("b{}", &hash[..16])
}

/// The labels of the blank nodes of a quad.
fn labels(quad: &Quad) -> impl Iterator<Item = &str> {
    let subject = match &quad.subject {
        NamedOrBlankNode::BlankNode(node) => Some(node.as_str()),
        NamedOrBlankNode::NamedNode(_) => None,
    };
    let object = match &quad.object {
        Term::BlankNode(node) => Some(node.as_str()),
        _ => None,
    };
    let graph = match &quad.graph_name {
        GraphName::BlankNode(node) => Some(node.as_str()),
        _ => None,
    };
    subject.into_iter().chain(object).chain(graph)
}

fn renamed(quad: &Quad, names: &HashMap<&str, String>) -> Quad {
    let name = |node: &BlankNode| match names.get(node.as_str()) {
        Some(name) => BlankNode::new_unchecked(name),
        None => node.clone(),
    };
    Quad {
        subject: match &quad.subject {
            NamedOrBlankNode::BlankNode(node) => name(node).into(),
            named => named.clone(),
        },
        predicate: quad.predicate.clone(),
        object: match &quad.object {
            Term::BlankNode(node) => name(node).into(),
            other => other.clone(),
        },
        graph_name: match &quad.graph_name {
            GraphName::BlankNode(node) => name(node).into(),
            other => other.clone(),
        },
    }
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
