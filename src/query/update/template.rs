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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use oxrdf::{Literal, Variable};
    use spargebra::GraphUpdateOperation;

    use super::*;

    /// Templates of DELETE and INSERT.
    fn templates(text: &str) -> (Vec<GroundQuadPattern>, Vec<QuadPattern>) {
        let text = format!("PREFIX : <http://x/> {text} WHERE {{}}");
        let update = spargebra::SparqlParser::new().parse_update(&text).unwrap();
        match update.operations.into_iter().next().unwrap() {
            GraphUpdateOperation::DeleteInsert { delete, insert, .. } => (delete, insert),
            other => panic!("{other:?}"),
        }
    }

    fn solution(values: &[(&str, Term)]) -> QuerySolution {
        let names: Arc<[Variable]> = values.iter().map(|(name, _)| Variable::new_unchecked(*name)).collect();
        QuerySolution::from((names, values.iter().map(|(_, term)| Some(term.clone())).collect::<Vec<_>>()))
    }

    fn node(name: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("http://x/{name}"))
    }

    /// A quad pattern that gives no RDF, or has a variable without a value, gives nothing (SPARQL 1.1 Update, 3.1.3).
    #[test]
    fn patterns_give_quads_where_what_they_say_is_one() {
        let (_, insert) = templates("INSERT { ?s ?p ?o . GRAPH ?g { :a :b ?o } }");
        let literal = Term::from(Literal::from(7));
        let blank = Term::from(BlankNode::new_unchecked("x"));
        for (values, expected) in [
            ([node("s").into(), node("p").into(), literal.clone(), node("g").into()], [true, true]),
            ([blank.clone(), node("p").into(), blank.clone(), blank.clone()], [true, true]),
            ([literal.clone(), node("p").into(), literal.clone(), node("g").into()], [false, true]),
            ([node("s").into(), blank, literal.clone(), node("g").into()], [false, true]),
            ([node("s").into(), node("p").into(), literal.clone(), literal.clone()], [true, false]),
        ] {
            let names = ["s", "p", "o", "g"];
            let solution = solution(&names.into_iter().zip(values).collect::<Vec<_>>());
            let mut nodes = Nodes::default();
            let made: Vec<Option<Quad>> = insert.iter().map(|pattern| nodes.quad(pattern, &solution)).collect();
            assert_eq!([made[0].is_some(), made[1].is_some()], expected, "{solution:?}");
            let objects: Vec<&Term> = made.iter().flatten().map(|quad| &quad.object).collect();
            assert!(objects.iter().all(|object| Some(*object) == solution.get("o")), "{made:?}");
        }
        let nothing = solution(&[("s", node("s").into())]);
        assert!(insert.iter().all(|pattern| Nodes::default().quad(pattern, &nothing).is_none()));
    }

    /// A blank node of a template is one node within a solution, and another in every other.
    #[test]
    fn blank_nodes_are_new_for_each_solution() {
        let (_, insert) = templates("INSERT { _:b :p ?o . ?o :q _:b , _:c . ?o :r <<( :a :p _:b )>> }");
        let of_solution = || {
            let (mut nodes, solution) = (Nodes::default(), solution(&[("o", node("o").into())]));
            insert.iter().map(|pattern| nodes.quad(pattern, &solution).unwrap()).collect::<Vec<_>>()
        };
        let (first, second) = (of_solution(), of_solution());
        let b = Term::from(first[0].subject.clone());
        assert_eq!(first[1].object, b);
        assert_ne!(first[2].object, b);
        let Term::Triple(triple) = &first[3].object else { panic!("{first:?}") };
        assert_eq!(triple.object, b);
        assert!(first.iter().all(|quad| !second.contains(quad)), "{second:?}");
        assert!(first.iter().all(|quad| quad.graph_name == GraphName::DefaultGraph));
    }

    #[test]
    fn what_is_deleted_is_what_the_solution_says() {
        let (delete, _) = templates("DELETE { GRAPH ?g { ?s :p <<( ?s :q 1 )>> } }");
        let values = [("s", node("s").into()), ("g", node("g").into())];
        let object = Triple::new(node("s"), node("q"), Literal::from(1));
        let expected = Quad::new(node("s"), node("p"), object, node("g"));
        assert_eq!(pattern_quad(&delete[0], &solution(&values)), Some(expected));
        assert_eq!(pattern_quad(&delete[0], &solution(&values[..1])), None);
    }
}
