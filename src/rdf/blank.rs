//! Blank nodes told apart by what is said of them and around them.

use std::collections::{HashMap, HashSet};
use std::io;

use oxrdf::dataset::CanonicalizationAlgorithm;
use oxrdf::{Dataset, GraphName, NamedOrBlankNode, Quad, Term};
use oxttl::NQuadsParser;
use sophia::api::prelude::QuadSource as _;
use sophia::api::quad::Spog;
use sophia::turtle::parser::nq;

use super::nquads::Lines;
use super::rdfc10::normalised;
use super::sink::QuadSink as _;
use super::statement::Statement;

/// Why two data sets cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// Blank nodes are so alike and so entangled that trying all ways to match them would take too long.
    #[error("the blank nodes of the data cannot be told apart within reasonable time: {0}")]
    Entangled(String),
    /// What memory does not hold cannot be kept in a temporary file.
    #[error("cannot use a temporary file")]
    Spill(#[from] io::Error),
    /// It was not to go on.
    #[error("the comparison was stopped")]
    Stopped,
}

/// How often what blank nodes say is passed on to their neighbours at least, and further until so many statements have been looked at:
/// chains of nodes that are alike are told apart from their ends up to that length.
const ROUNDS: usize = 64;
const LOOKS: usize = 2_000_000;
/// How far nodes that are alike to their neighbours, too, are followed: rings of them, for one.
const DEPTH: u16 = 200;
/// Tells a canonicalisation the signs of nodes, which it need not find again then.
const SIGN: &str = "urn:citypact:sign";
/// Nodes up to which a component that one canonicalisation cannot take is given to another without a limit of its own.
const FEW: usize = 12;

/// What is known of a node: a hash of all that is said of it and, as far as chains go, around it.
pub(super) type Sign = u128;

/// Statements that hang together by their blank nodes, and the signs of these. All of it follows from the component alone,
/// whatever else is in the data.
pub(super) struct Component {
    /// Their nodes are numbered from 0 on.
    statements: Vec<Statement>,
    /// For each statement a hash of what it says, whatever its nodes are.
    bare: Vec<Sign>,
    signs: Vec<Sign>,
}

/// How often a name was given to a node of each sign.
pub(super) type Names = HashMap<Sign, usize>;

impl Component {
    /// Of distinct statements.
    pub(super) fn new(mut statements: Vec<Statement>) -> Self {
        let mut nodes: Vec<u32> = statements.iter().flat_map(|statement| statement.nodes.iter().copied()).collect();
        nodes.sort_unstable();
        nodes.dedup();
        for node in statements.iter_mut().flat_map(|statement| &mut statement.nodes) {
            *node = nodes.partition_point(|other| other < node) as u32;
        }
        let mut text = Vec::new();
        let bare: Vec<Sign> = statements.iter().map(|statement| hash(statement.bare(&mut text))).collect();
        let signs = signs(&statements, &bare, nodes.len());
        Self { statements, bare, signs }
    }

    /// The statements, with their nodes numbered from 0 on.
    pub(super) fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// What isomorphic components alone share.
    ///
    /// # Errors
    /// Where nodes that look alike are so entangled that telling them apart would take too long.
    pub(super) fn key(&self) -> Result<Sign, CompareError> {
        let kinds: HashSet<Sign> = self.signs.iter().copied().collect();
        if kinds.len() < self.signs.len() {
            return Ok(hash(self.canonical()?.as_bytes()));
        }
        let mut bytes = Vec::new();
        let statements = self.statements.iter().zip(&self.bare);
        let mut parts: Vec<Sign> = statements
            .map(|(statement, bare)| {
                bytes.clear();
                bytes.extend(bare.to_be_bytes());
                statement.nodes.iter().for_each(|node| bytes.extend(self.signs[*node as usize].to_be_bytes()));
                hash(&bytes)
            })
            .collect();
        Ok(together(&mut parts, &mut bytes))
    }

    /// The lines, blank nodes named by their signs; nodes with one sign are numbered.
    pub(super) fn lines(&self, names: &mut Names) -> Vec<String> {
        let mut given: Vec<Option<String>> = vec![None; self.signs.len()];
        let mut named = |node: u32| {
            let sign = self.signs[node as usize];
            let new = || {
                let count = names.entry(sign).or_default();
                *count += 1;
                if *count > 1 { format!("{}n{count}", name(sign)) } else { name(sign) }
            };
            given[node as usize].get_or_insert_with(new).clone()
        };
        self.statements.iter().map(|statement| statement.named(&mut named)).collect()
    }

    /// The text under canonical labels (RDF Dataset Canonicalization), whose work is bounded.
    fn canonical(&self) -> Result<String, CompareError> {
        let lines = || self.statements.iter().map(|statement| statement.named(|node| format!("b{node}")));
        let signs = self.signs.iter().enumerate().map(|(node, sign)| format!("_:b{node} <{SIGN}> \"{sign:x}\" .\n"));
        let text: String = lines().chain(signs).collect();
        let foreign: Result<Foreign, _> = nq::parse_bufread(text.as_bytes()).collect_quads();
        let written = foreign
            .map_err(|error| CompareError::Entangled(error.to_string()))
            .and_then(|set| normalised(&set, self.signs.len(), DEPTH));
        match written {
            Ok(text) => Ok(text),
            // Triple terms, or many nodes alike.
            Err(_) if self.signs.len() <= FEW => {
                let parsed = lines().flat_map(|line| quads(&line));
                let mut dataset: Dataset = parsed.collect();
                dataset.canonicalize(CanonicalizationAlgorithm::Unstable);
                let mut lines: Vec<String> = dataset.iter().map(|quad| line(&quad.into_owned())).collect();
                lines.sort_unstable();
                Ok(lines.concat())
            }
            Err(reason) => Err(reason),
        }
    }
}

/// The quads of lines that were written here.
fn quads(text: &str) -> Vec<Quad> {
    NQuadsParser::new().lenient().for_slice(text.as_bytes()).flatten().collect()
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

pub(super) fn hash(bytes: &[u8]) -> Sign {
    let mut first = [0; 16];
    first.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    Sign::from_be_bytes(first)
}

/// Signs every node by its statements, and these again by the signs in them, until nothing more is told apart.
fn signs(statements: &[Statement], bare: &[Sign], count: usize) -> Vec<Sign> {
    let mut said: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (number, statement) in statements.iter().enumerate() {
        for node in &statement.nodes {
            let said = &mut said[*node as usize];
            if said.last() != Some(&number) {
                said.push(number);
            }
        }
    }
    let (mut signs, mut kinds) = (vec![0; count], 0);
    for round in 1.. {
        signs = (0..count).map(|node| sign(node as u32, &said[node], bare, statements, &signs)).collect();
        let now = signs.iter().collect::<HashSet<_>>().len();
        let is_enough = round >= ROUNDS && round * statements.len() >= LOOKS;
        if now == kinds || now == count && kinds > 0 || is_enough {
            break;
        }
        kinds = now;
    }
    signs
}

fn sign(own: u32, said: &[usize], bare: &[Sign], statements: &[Statement], signs: &[Sign]) -> Sign {
    let mut bytes = Vec::new();
    let mut parts: Vec<Sign> = said
        .iter()
        .map(|number| {
            bytes.clear();
            bytes.extend(bare[*number].to_be_bytes());
            for (place, node) in statements[*number].nodes.iter().enumerate() {
                bytes.push(place as u8);
                bytes.extend(if *node == own { Sign::MAX } else { signs[*node as usize] }.to_be_bytes());
            }
            hash(&bytes)
        })
        .collect();
    together(&mut parts, &mut bytes)
}

/// A hash of hashes, in whatever order they come.
fn together(parts: &mut [Sign], bytes: &mut Vec<u8>) -> Sign {
    parts.sort_unstable();
    bytes.clear();
    parts.iter().for_each(|part| bytes.extend(part.to_be_bytes()));
    hash(bytes)
}

pub(super) type Foreign = HashSet<Spog<sophia::term::ArcTerm>>;

/// Numbers that hang together.
pub(super) struct Roots(Vec<u32>);

impl Roots {
    /// Of so many numbers, from 0 on.
    pub(super) fn new(count: u32) -> Self {
        Self((0..count).collect())
    }

    /// The number that stands for all that hang together with this one.
    pub(super) fn of(&mut self, mut node: u32) -> u32 {
        while self.0[node as usize] != node {
            let above = self.0[self.0[node as usize] as usize];
            self.0[node as usize] = above;
            node = above;
        }
        node
    }

    /// Lets two hang together.
    pub(super) fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.of(one), self.of(other));
        self.0[one.max(other) as usize] = one.min(other);
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
