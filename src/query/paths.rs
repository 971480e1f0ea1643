//! Property paths that need little memory.
//!
//! What a step of `p+` or `p*` leads to is collected by the engine before it is made a set. A step that is a sequence can
//! lead to one node in as many ways as there are middles, so it is made an alternative to nothing, which the engine takes
//! as a set. `?a p+ ?b` with both ends open is kept by the engine as the set of all its pairs. Here the possible starts are found
//! first, each once, and the path is followed from one after the other: the set kept is that of one start.

use std::collections::HashSet;

use oxrdf::{NamedNode, Variable};
use spargebra::algebra::PropertyPathExpression as Path;
use spargebra::term::{GroundTermPattern, NamedNodePattern};
use sparopt::algebra::GraphPattern;

/// Takes apart the open paths of an optimised pattern. `known` are the variables that may have a value before.
pub(super) fn take_apart(pattern: GraphPattern, known: &HashSet<Variable>) -> GraphPattern {
    Paths { fresh: 0 }.pattern(pattern, known)
}

struct Paths {
    fresh: usize,
}

/// The two ends of a path, and the graph that it is in.
struct Ends {
    subject: GroundTermPattern,
    object: GroundTermPattern,
    graph: Option<NamedNodePattern>,
}

impl Paths {
    /// `known` are the variables that may have a value before the pattern is evaluated.
    fn pattern(&mut self, pattern: GraphPattern, known: &HashSet<Variable>) -> GraphPattern {
        use GraphPattern as P;
        let mut inner = |inner: Box<P>| Box::new(self.pattern(*inner, known));
        match pattern {
            P::Path { subject, path, object, graph_name } => {
                let path = with_steps_as_sets(path);
                let ends = Ends { subject, object, graph: graph_name };
                if is_open(&ends, known) && closes(&path) { self.open(ends, path) } else { whole(ends, path) }
            }
            P::QuadPattern { .. } | P::Graph { .. } | P::Values { .. } | P::Service { .. } => pattern,
            P::Join { left, right, algorithm } => P::Join { left: inner(left), right: inner(right), algorithm },
            P::LeftJoin { left, right, expression, algorithm } => {
                P::LeftJoin { left: inner(left), right: inner(right), expression, algorithm }
            }
            P::Minus { left, right, algorithm } => P::Minus { left: inner(left), right: inner(right), algorithm },
            P::Lateral { left, right } => {
                let mut known = known.clone();
                left.lookup_used_variables(&mut |variable| {
                    known.insert(variable.clone());
                });
                let left = inner(left);
                P::Lateral { left, right: Box::new(self.pattern(*right, &known)) }
            }
            P::Union { inner: all } => {
                P::Union { inner: all.into_iter().map(|each| self.pattern(each, known)).collect() }
            }
            P::Filter { inner: i, expression } => P::Filter { inner: inner(i), expression },
            P::Extend { inner: i, variable, expression } => P::Extend { inner: inner(i), variable, expression },
            P::OrderBy { inner: i, expression } => P::OrderBy { inner: inner(i), expression },
            P::Project { inner: i, variables } => P::Project { inner: inner(i), variables },
            P::Distinct { inner: i } => P::Distinct { inner: inner(i) },
            P::Reduced { inner: i } => P::Reduced { inner: inner(i) },
            P::Slice { inner: i, start, length } => P::Slice { inner: inner(i), start, length },
            P::Group { inner: i, variables, aggregates } => P::Group { inner: inner(i), variables, aggregates },
        }
    }

    fn fresh(&mut self) -> Variable {
        self.fresh += 1;
        Variable::new_unchecked(format!("path_{}", self.fresh))
    }

    fn open(&mut self, ends: Ends, path: Path) -> GraphPattern {
        match path {
            Path::Reverse(path) => {
                let ends = Ends { subject: ends.object, object: ends.subject, graph: ends.graph };
                self.open(ends, *path)
            }
            Path::OneOrMore(ref step) => {
                let far = GroundTermPattern::Variable(self.fresh());
                let first = Ends { subject: ends.subject.clone(), object: far, graph: ends.graph.clone() };
                let starts = self.open(first, (**step).clone());
                each(starts, ends, path)
            }
            Path::ZeroOrMore(_) => {
                let starts = self.nodes(&ends);
                each(starts, ends, path)
            }
            path => whole(ends, path),
        }
    }

    /// Every node of the graph, as the start of a path.
    fn nodes(&mut self, ends: &Ends) -> GraphPattern {
        let mut any = |subject: GroundTermPattern, object: GroundTermPattern| GraphPattern::QuadPattern {
            subject,
            predicate: NamedNodePattern::Variable(self.fresh()),
            object,
            graph_name: ends.graph.clone(),
        };
        let (one, other) = (Variable::new_unchecked("path_object"), Variable::new_unchecked("path_subject"));
        let from = any(ends.subject.clone(), one.into());
        let to = any(other.into(), ends.subject.clone());
        GraphPattern::Union { inner: vec![from, to] }
    }
}

/// The path from each of the starts in turn.
fn each(starts: GraphPattern, ends: Ends, path: Path) -> GraphPattern {
    let graph = match &ends.graph {
        Some(NamedNodePattern::Variable(graph)) => Some(graph.clone()),
        _ => None,
    };
    let variables = variable(&ends.subject).into_iter().chain(graph).collect();
    let starts =
        GraphPattern::Distinct { inner: Box::new(GraphPattern::Project { inner: Box::new(starts), variables }) };
    GraphPattern::Lateral { left: Box::new(starts), right: Box::new(whole(ends, path)) }
}

fn whole(ends: Ends, path: Path) -> GraphPattern {
    GraphPattern::Path { subject: ends.subject, path, object: ends.object, graph_name: ends.graph }
}

fn variable(term: &GroundTermPattern) -> Option<Variable> {
    match term {
        GroundTermPattern::Variable(variable) => Some(variable.clone()),
        _ => None,
    }
}

/// Whether both ends are variables that have no value yet.
fn is_open(ends: &Ends, known: &HashSet<Variable>) -> bool {
    let open = |term: &GroundTermPattern| variable(term).is_some_and(|variable| !known.contains(&variable));
    open(&ends.subject) && open(&ends.object) && ends.subject != ends.object
}

fn with_steps_as_sets(path: Path) -> Path {
    let inner = |path: Box<Path>| Box::new(with_steps_as_sets(*path));
    match path {
        Path::NamedNode(_) | Path::NegatedPropertySet(_) => path,
        Path::Reverse(path) => Path::Reverse(inner(path)),
        Path::ZeroOrOne(path) => Path::ZeroOrOne(inner(path)),
        Path::Sequence(a, b) => Path::Sequence(inner(a), inner(b)),
        Path::Alternative(a, b) => Path::Alternative(inner(a), inner(b)),
        Path::OneOrMore(step) => Path::OneOrMore(Box::new(as_set(with_steps_as_sets(*step)))),
        Path::ZeroOrMore(step) => Path::ZeroOrMore(Box::new(as_set(with_steps_as_sets(*step)))),
    }
}

fn as_set(step: Path) -> Path {
    match step {
        Path::Sequence(..) => {
            let nothing = Path::NamedNode(NamedNode::new_unchecked("urn:citypact:nothing"));
            Path::Alternative(Box::new(step), Box::new(nothing))
        }
        Path::Reverse(step) => Path::Reverse(Box::new(as_set(*step))),
        step => step,
    }
}

/// Whether the path goes on as far as it can.
fn closes(path: &Path) -> bool {
    match path {
        Path::Reverse(path) => closes(path),
        Path::OneOrMore(_) | Path::ZeroOrMore(_) => true,
        _ => false,
    }
}
