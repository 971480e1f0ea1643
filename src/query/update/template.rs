//! Templates: what they make of a solution, and data of the text as quads.

use std::collections::HashMap;

use oxigraph::sparql::QuerySolution;
use oxrdf::{BlankNode, GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Triple};
use spargebra::term::{
    GraphNamePattern, GroundQuad, GroundQuadPattern, GroundTerm, NamedNodePattern, QuadPattern, TermPattern,
    TriplePattern,
};

/// The nodes of the store that blank nodes of a template or of data became.
#[derive(Default)]
pub(super) struct Nodes(HashMap<BlankNode, BlankNode>);

impl Nodes {
    fn node(&mut self, node: &BlankNode) -> BlankNode {
        self.0.entry(node.clone()).or_default().clone()
    }

    pub(super) fn subject(&mut self, subject: &NamedOrBlankNode) -> NamedOrBlankNode {
        match subject {
            NamedOrBlankNode::BlankNode(node) => self.node(node).into(),
            NamedOrBlankNode::NamedNode(node) => node.clone().into(),
        }
    }

    pub(super) fn term(&mut self, term: &Term) -> Term {
        match term {
            Term::BlankNode(node) => self.node(node).into(),
            Term::Triple(triple) => {
                let subject = self.subject(&triple.subject);
                Triple { subject, predicate: triple.predicate.clone(), object: self.term(&triple.object) }.into()
            }
            term => term.clone(),
        }
    }

    pub(super) fn quad(&mut self, pattern: &QuadPattern, solution: &QuerySolution) -> Option<Quad> {
        let subject = subject(self.pattern(&pattern.subject, solution)?)?;
        let (predicate, graph_name) =
            (predicate(&pattern.predicate, solution)?, graph_name(&pattern.graph_name, solution)?);
        Some(Quad { subject, predicate, object: self.pattern(&pattern.object, solution)?, graph_name })
    }

    fn pattern(&mut self, pattern: &TermPattern, solution: &QuerySolution) -> Option<Term> {
        Some(match pattern {
            TermPattern::NamedNode(node) => node.clone().into(),
            TermPattern::BlankNode(node) => self.node(node).into(),
            TermPattern::Literal(literal) => literal.clone().into(),
            TermPattern::Triple(triple) => self.triple(triple, solution)?.into(),
            TermPattern::Variable(variable) => solution.get(variable)?.clone(),
        })
    }

    fn triple(&mut self, pattern: &TriplePattern, solution: &QuerySolution) -> Option<Triple> {
        let subject = subject(self.pattern(&pattern.subject, solution)?)?;
        let predicate = predicate(&pattern.predicate, solution)?;
        Some(Triple { subject, predicate, object: self.pattern(&pattern.object, solution)? })
    }
}

fn subject(term: Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(node) => Some(node.into()),
        Term::BlankNode(node) => Some(node.into()),
        Term::Literal(_) | Term::Triple(_) => None,
    }
}

fn predicate(pattern: &NamedNodePattern, solution: &QuerySolution) -> Option<NamedNode> {
    match pattern {
        NamedNodePattern::NamedNode(node) => Some(node.clone()),
        NamedNodePattern::Variable(variable) => match solution.get(variable)? {
            Term::NamedNode(node) => Some(node.clone()),
            _ => None,
        },
    }
}

fn graph_name(pattern: &GraphNamePattern, solution: &QuerySolution) -> Option<GraphName> {
    match pattern {
        GraphNamePattern::NamedNode(node) => Some(node.clone().into()),
        GraphNamePattern::DefaultGraph => Some(GraphName::DefaultGraph),
        GraphNamePattern::Variable(variable) => match solution.get(variable)? {
            Term::NamedNode(node) => Some(node.clone().into()),
            Term::BlankNode(node) => Some(node.clone().into()),
            _ => None,
        },
    }
}

pub(super) fn graph(name: &spargebra::term::GraphName) -> GraphName {
    match name {
        spargebra::term::GraphName::NamedNode(node) => node.clone().into(),
        spargebra::term::GraphName::DefaultGraph => GraphName::DefaultGraph,
    }
}

pub(super) fn ground(quad: &GroundQuad) -> Quad {
    let graph_name = graph(&quad.graph_name);
    Quad {
        subject: quad.subject.clone().into(),
        predicate: quad.predicate.clone(),
        object: ground_term(&quad.object),
        graph_name,
    }
}

fn ground_term(term: &GroundTerm) -> Term {
    match term {
        GroundTerm::NamedNode(node) => node.clone().into(),
        GroundTerm::Literal(literal) => literal.clone().into(),
        GroundTerm::Triple(triple) => {
            let subject = triple.subject.clone().into();
            Triple { subject, predicate: triple.predicate.clone(), object: ground_term(&triple.object) }.into()
        }
    }
}

/// A template of DELETE has no blank nodes.
pub(super) fn pattern_quad(pattern: &GroundQuadPattern, solution: &QuerySolution) -> Option<Quad> {
    let mut nodes = Nodes::default();
    let subject = subject(nodes.pattern(&pattern.subject.clone().into(), solution)?)?;
    let (predicate, graph_name) =
        (predicate(&pattern.predicate, solution)?, graph_name(&pattern.graph_name, solution)?);
    Some(Quad { subject, predicate, object: nodes.pattern(&pattern.object.clone().into(), solution)?, graph_name })
}
