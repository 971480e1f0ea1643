//! What a graph tells of a fact, and what its document tells of where that is from.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use oxrdf::{BlankNode, GraphNameRef, NamedNode, NamedOrBlankNode, Term, Triple};

use crate::store::{Store, StoreError};
use crate::vocab::graph::provenance_of;
use crate::vocab::{oa, prov, rdf};

/// Nameless nodes in each other that are followed.
const DEEPEST: usize = 32;

/// Triples by subject.
type Said = HashMap<NamedOrBlankNode, Vec<Triple>>;

/// The triples of a document's two graphs.
pub(super) struct Telling {
    pub(super) graph: NamedNode,
    said: Said,
    beside: Said,
    /// Annotations by what they are about.
    about: HashMap<Term, Vec<NamedOrBlankNode>>,
}

impl Telling {
    pub(super) fn read(store: &dyn Store, graph: &NamedNode) -> Result<Self, StoreError> {
        let beside = NamedNode::new_unchecked(provenance_of(graph.as_str()));
        let (said, beside) = (triples(store, graph)?, triples(store, &beside)?);
        let mut about: HashMap<Term, Vec<NamedOrBlankNode>> = HashMap::new();
        for triple in beside.values().flatten().filter(|triple| triple.predicate == oa::hasBody) {
            about.entry(triple.object.clone()).or_default().push(triple.subject.clone());
        }
        Ok(Self { graph: graph.clone(), said, beside, about })
    }

    /// The facts among `wanted`, or all members of classes that are facts, with these classes.
    pub(super) fn facts(
        &self,
        wanted: &[NamedNode],
        is_fact: impl Fn(&str) -> bool,
    ) -> BTreeMap<NamedNode, BTreeSet<NamedNode>> {
        let mut found = BTreeMap::new();
        for (subject, triples) in &self.said {
            let NamedOrBlankNode::NamedNode(subject) = subject else { continue };
            let classes = triples.iter().filter(|triple| triple.predicate == rdf::type_).filter_map(|triple| {
                match &triple.object {
                    Term::NamedNode(class) if is_fact(class.as_str()) => Some(class.clone()),
                    _ => None,
                }
            });
            let classes: BTreeSet<NamedNode> = classes.collect();
            let is_wanted = if wanted.is_empty() { !classes.is_empty() } else { wanted.contains(subject) };
            if is_wanted {
                found.insert(subject.clone(), classes);
            }
        }
        found
    }

    /// What the graph says of a fact and of its parts, which are named `fact#…` or not at all; nameless ones get names after
    /// `base`. None where that cannot be.
    pub(super) fn said_of(&self, fact: &NamedNode, base: &str) -> Option<Vec<Triple>> {
        let parts = format!("{}#", fact.as_str());
        let follows = |object: &NamedNode| object.as_str().starts_with(&parts);
        Walk::new(&self.said, base).from([fact.clone().into()], follows)
    }

    /// What the document says of where the fact is from: itself, the run that read it, the words that the fact rests on.
    pub(super) fn origin(&self, fact: &NamedNode, assertion: &NamedNode, base: &str) -> Option<Vec<Triple>> {
        let graph = NamedOrBlankNode::from(self.graph.clone());
        let derived = self
            .beside
            .get(&graph)
            .into_iter()
            .flatten()
            .filter(|triple| triple.predicate == prov::wasDerivedFrom || triple.predicate == prov::wasGeneratedBy);
        let derived: Vec<&Triple> = derived.collect();
        let mut starts: Vec<NamedOrBlankNode> = derived.iter().filter_map(|triple| node(&triple.object)).collect();
        let annotations = self.about.get(&Term::from(fact.clone())).into_iter().flatten();
        starts.extend(annotations.cloned());
        let mut triples: Vec<Triple> = derived
            .into_iter()
            .map(|triple| Triple::new(assertion.clone(), triple.predicate.clone(), triple.object.clone()))
            .collect();
        triples.extend(Walk::new(&self.beside, base).from(starts, |_| false)?);
        Some(triples)
    }
}

fn triples(store: &dyn Store, graph: &NamedNode) -> Result<Said, StoreError> {
    let mut said = Said::new();
    for quad in store.read(Some(GraphNameRef::from(graph.as_ref())))? {
        let triple = Triple::from(quad?);
        said.entry(triple.subject.clone()).or_default().push(triple);
    }
    Ok(said)
}

fn node(term: &Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(node) => Some(node.clone().into()),
        Term::BlankNode(node) => Some(node.clone().into()),
        _ => None,
    }
}

/// Gathers what is said of nodes, and gives the nameless among them names made from what is said of them.
struct Walk<'s> {
    said: &'s Said,
    base: &'s str,
    names: HashMap<BlankNode, NamedNode>,
}

impl<'s> Walk<'s> {
    fn new(said: &'s Said, base: &'s str) -> Self {
        Self { said, base, names: HashMap::new() }
    }

    fn from(
        mut self,
        starts: impl IntoIterator<Item = NamedOrBlankNode>,
        follows: impl Fn(&NamedNode) -> bool,
    ) -> Option<Vec<Triple>> {
        let mut ahead: Vec<NamedOrBlankNode> = starts.into_iter().collect();
        let (mut seen, mut triples) = (HashSet::new(), Vec::new());
        while let Some(subject) = ahead.pop() {
            if !seen.insert(subject.clone()) {
                continue;
            }
            for triple in self.said.get(&subject).into_iter().flatten() {
                match &triple.object {
                    Term::BlankNode(part) => ahead.push(part.clone().into()),
                    Term::NamedNode(part) if follows(part) => ahead.push(part.clone().into()),
                    _ => {}
                }
                triples.push(self.named(triple)?);
            }
        }
        Some(triples)
    }

    fn named(&mut self, triple: &Triple) -> Option<Triple> {
        let subject = match &triple.subject {
            NamedOrBlankNode::BlankNode(node) => self.name(node, 0)?.into(),
            named => named.clone(),
        };
        Some(Triple { subject, predicate: triple.predicate.clone(), object: self.object(&triple.object, 0)? })
    }

    fn object(&mut self, term: &Term, depth: usize) -> Option<Term> {
        match term {
            Term::BlankNode(node) => Some(self.name(node, depth)?.into()),
            Term::NamedNode(_) | Term::Literal(_) => Some(term.clone()),
            _ => None,
        }
    }

    /// A name by what is said of the node; none where it leads back to itself.
    fn name(&mut self, node: &BlankNode, depth: usize) -> Option<NamedNode> {
        if let Some(name) = self.names.get(node) {
            return Some(name.clone());
        }
        if depth >= DEEPEST {
            return None;
        }
        let said = self.said.get(&NamedOrBlankNode::from(node.clone())).map_or(&[][..], Vec::as_slice);
        let mut lines = said
            .iter()
            .map(|triple| Some(format!("{} {}", triple.predicate, self.object(&triple.object, depth + 1)?)))
            .collect::<Option<Vec<String>>>()?;
        lines.sort_unstable();
        let hash = blake3::hash(lines.join("\n").as_bytes()).to_hex();
        let name = NamedNode::new_unchecked(format!("{}#n-{}", self.base, &hash[..16]));
        self.names.insert(node.clone(), name.clone());
        Some(name)
    }
}
