//! Blank nodes told apart by what is said of them and around them.

use std::collections::{BTreeMap, HashMap, HashSet};

use oxrdf::dataset::CanonicalizationAlgorithm;
use oxrdf::{BlankNode, Dataset, GraphName, NamedOrBlankNode, Quad, Term, Triple};
use sophia::api::prelude::QuadSource as _;
use sophia::api::quad::Spog;
use sophia::c14n::rdfc10;
use sophia::turtle::parser::nq;

use super::nquads::Lines;
use super::sink::QuadSink as _;

/// Why two data sets cannot be compared.
#[derive(Debug, thiserror::Error)]
#[error("the blank nodes of the data cannot be told apart within reasonable time: {0}")]
pub struct CompareError(pub(super) String);

/// How often what blank nodes say is passed on to their neighbours: chains of them are told apart up to this length.
const ROUNDS: usize = 64;
/// Nodes up to which a component that one canonicalisation cannot take is given to another without a limit of its own.
const FEW: usize = 12;

/// What is known of a node: a hash of all that is said of it and, as far as chains go, around it.
type Sign = u128;

/// Quads with blank nodes, and the signs of these.
pub(super) struct Signed {
    quads: Vec<Quad>,
    /// For each quad its nodes, each with its place in the quad.
    nodes: Vec<Vec<(u8, usize)>>,
    labels: Vec<String>,
    signs: Vec<Sign>,
}

/// Quads that hang together by their blank nodes.
pub(super) struct Component {
    /// Equal for isomorphic components alone.
    pub(super) key: Sign,
    /// The quads, by their numbers in the [`Signed`].
    pub(super) quads: Vec<usize>,
}

impl Signed {
    /// Signs the nodes of `quads`, which are distinct.
    pub(super) fn new(quads: Vec<Quad>) -> Self {
        let (mut numbers, mut labels) = (HashMap::new(), Vec::new());
        let nodes: Vec<Vec<(u8, usize)>> = quads
            .iter()
            .map(|quad| {
                let number = |label: String| {
                    *numbers.entry(label).or_insert_with_key(|label| {
                        labels.push(label.clone());
                        labels.len() - 1
                    })
                };
                labels_of(quad).into_iter().map(number).enumerate().map(|(place, node)| (place as u8, node)).collect()
            })
            .collect();
        let signs = signs(&quads, &nodes, labels.len());
        Self { quads, nodes, labels, signs }
    }

    /// The quads, parted so that no blank node is in two parts.
    ///
    /// # Errors
    /// Where nodes that look alike are so entangled that telling them apart would take too long.
    pub(super) fn components(&self) -> Result<Vec<Component>, CompareError> {
        let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut roots = Roots::new(self.labels.len());
        for nodes in &self.nodes {
            nodes.windows(2).for_each(|pair| roots.join(pair[0].1, pair[1].1));
        }
        for (number, nodes) in self.nodes.iter().enumerate() {
            parts.entry(roots.of(nodes[0].1)).or_default().push(number);
        }
        parts.into_values().map(|quads| Ok(Component { key: self.key(&quads)?, quads })).collect()
    }

    fn key(&self, quads: &[usize]) -> Result<Sign, CompareError> {
        let nodes: HashSet<usize> = quads.iter().flat_map(|quad| &self.nodes[*quad]).map(|(_, node)| *node).collect();
        let kinds: HashSet<Sign> = nodes.iter().map(|node| self.signs[*node]).collect();
        if kinds.len() < nodes.len() {
            let text = canonical(quads.iter().map(|quad| &self.quads[*quad]), nodes.len())?;
            return Ok(hash(text.as_bytes()));
        }
        let mut lines: Vec<String> = quads.iter().map(|quad| self.line(*quad, |node| name(self.signs[node]))).collect();
        lines.sort_unstable();
        Ok(hash(lines.join("").as_bytes()))
    }

    /// The lines of some quads, blank nodes named by their signs; nodes with one sign are numbered.
    pub(super) fn lines(&self, quads: impl Iterator<Item = usize>) -> Vec<String> {
        let mut given: HashMap<usize, String> = HashMap::new();
        let mut seen: HashMap<Sign, usize> = HashMap::new();
        let mut named = |node: usize| {
            let new = || {
                let count = seen.entry(self.signs[node]).or_default();
                *count += 1;
                if *count > 1 { format!("{}n{count}", name(self.signs[node])) } else { name(self.signs[node]) }
            };
            given.entry(node).or_insert_with(new).clone()
        };
        quads.map(|quad| self.line(quad, &mut named)).collect()
    }

    fn line(&self, quad: usize, mut named: impl FnMut(usize) -> String) -> String {
        let names = self.nodes[quad].iter().map(|(_, node)| (self.labels[*node].as_str(), named(*node))).collect();
        line(&renamed(&self.quads[quad], &names))
    }

    /// How many quads there are.
    pub(super) fn len(&self) -> usize {
        self.quads.len()
    }
}

/// The quad as a line of N-Quads, its end of line included.
pub(super) fn line(quad: &Quad) -> String {
    let mut lines = Lines::quads();
    lines.quad(quad.as_ref());
    String::from_utf8_lossy(lines.as_bytes()).into_owned()
}

fn name(sign: Sign) -> String {
    format!("b{:016x}", sign >> 64)
}

fn hash(bytes: &[u8]) -> Sign {
    let mut first = [0; 16];
    first.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    Sign::from_be_bytes(first)
}

/// Signs every node by its quads, and these again by the signs in them, until nothing more is told apart.
fn signs(quads: &[Quad], nodes: &[Vec<(u8, usize)>], count: usize) -> Vec<Sign> {
    let bare: Vec<Sign> = quads.iter().map(|quad| hash(line(&unnamed(quad)).as_bytes())).collect();
    let mut said: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (quad, nodes) in nodes.iter().enumerate() {
        nodes.iter().for_each(|(_, node)| {
            if said[*node].last() != Some(&quad) {
                said[*node].push(quad);
            }
        });
    }
    let (mut signs, mut kinds) = (vec![0; count], 0);
    for _ in 0..ROUNDS {
        signs = (0..count).map(|node| sign(node, &said[node], &bare, nodes, &signs)).collect();
        let now = signs.iter().collect::<HashSet<_>>().len();
        if now == kinds || now == count && kinds > 0 {
            break;
        }
        kinds = now;
    }
    signs
}

fn sign(own: usize, said: &[usize], bare: &[Sign], nodes: &[Vec<(u8, usize)>], signs: &[Sign]) -> Sign {
    let mut parts: Vec<Sign> = said
        .iter()
        .map(|quad| {
            let mut bytes = bare[*quad].to_be_bytes().to_vec();
            for (place, node) in &nodes[*quad] {
                bytes.push(*place);
                bytes.extend(if *node == own { Sign::MAX } else { signs[*node] }.to_be_bytes());
            }
            hash(&bytes)
        })
        .collect();
    parts.sort_unstable();
    hash(&parts.iter().flat_map(|part| part.to_be_bytes()).collect::<Vec<_>>())
}

pub(super) type Foreign = HashSet<Spog<sophia::term::ArcTerm>>;

/// The text of a component under canonical labels (RDF Dataset Canonicalization), whose work is bounded.
fn canonical<'q>(quads: impl Iterator<Item = &'q Quad> + Clone, nodes: usize) -> Result<String, CompareError> {
    let mut lines = Lines::quads();
    quads.clone().for_each(|quad| lines.quad(quad.as_ref()));
    let mut text = Vec::new();
    let foreign: Result<Foreign, _> = nq::parse_bufread(lines.as_bytes()).collect_quads();
    let written = foreign
        .map_err(|error| error.to_string())
        .and_then(|set| rdfc10::normalize(&set, &mut text).map_err(|error| error.to_string()));
    match written {
        Ok(()) => Ok(String::from_utf8_lossy(&text).into_owned()),
        // Triple terms, or many nodes alike.
        Err(_) if nodes <= FEW => {
            let mut dataset: Dataset = quads.collect();
            dataset.canonicalize(CanonicalizationAlgorithm::Unstable);
            let mut lines: Vec<String> = dataset.iter().map(|quad| line(&quad.into_owned())).collect();
            lines.sort_unstable();
            Ok(lines.join(""))
        }
        Err(reason) => Err(CompareError(reason)),
    }
}

/// Sets of nodes that hang together.
struct Roots(Vec<usize>);

impl Roots {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn of(&mut self, mut node: usize) -> usize {
        while self.0[node] != node {
            self.0[node] = self.0[self.0[node]];
            node = self.0[node];
        }
        node
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.0[one.max(other)] = one.min(other);
    }
}

/// Whether a quad has a blank node.
pub(super) fn has_blank(quad: &Quad) -> bool {
    let in_subject = |subject: &NamedOrBlankNode| matches!(subject, NamedOrBlankNode::BlankNode(_));
    fn in_object(term: &Term) -> bool {
        match term {
            Term::BlankNode(_) => true,
            Term::Triple(triple) => {
                matches!(triple.subject, NamedOrBlankNode::BlankNode(_)) || in_object(&triple.object)
            }
            _ => false,
        }
    }
    in_subject(&quad.subject) || matches!(quad.graph_name, GraphName::BlankNode(_)) || in_object(&quad.object)
}

/// The labels of the blank nodes of a quad, in the order of their places.
fn labels_of(quad: &Quad) -> Vec<String> {
    let mut labels = Vec::new();
    let mut note = |node: &BlankNode| {
        labels.push(node.as_str().to_owned());
        node.clone()
    };
    replaced(quad, &mut note);
    labels
}

fn unnamed(quad: &Quad) -> Quad {
    replaced(quad, &mut |_| BlankNode::new_unchecked("x"))
}

fn renamed(quad: &Quad, names: &HashMap<&str, String>) -> Quad {
    replaced(quad, &mut |node| match names.get(node.as_str()) {
        Some(name) => BlankNode::new_unchecked(name),
        None => node.clone(),
    })
}

/// The quad with other blank nodes.
fn replaced(quad: &Quad, with: &mut dyn FnMut(&BlankNode) -> BlankNode) -> Quad {
    Quad {
        subject: replaced_subject(&quad.subject, with),
        predicate: quad.predicate.clone(),
        object: replaced_term(&quad.object, with),
        graph_name: match &quad.graph_name {
            GraphName::BlankNode(node) => with(node).into(),
            other => other.clone(),
        },
    }
}

fn replaced_subject(subject: &NamedOrBlankNode, with: &mut dyn FnMut(&BlankNode) -> BlankNode) -> NamedOrBlankNode {
    match subject {
        NamedOrBlankNode::BlankNode(node) => with(node).into(),
        named => named.clone(),
    }
}

fn replaced_term(term: &Term, with: &mut dyn FnMut(&BlankNode) -> BlankNode) -> Term {
    match term {
        Term::BlankNode(node) => with(node).into(),
        Term::Triple(triple) => Triple {
            subject: replaced_subject(&triple.subject, with),
            predicate: triple.predicate.clone(),
            object: replaced_term(&triple.object, with),
        }
        .into(),
        other => other.clone(),
    }
}
