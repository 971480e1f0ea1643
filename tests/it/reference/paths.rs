//! Property paths (SPARQL 1.1, 18.4): bags of pairs.

use std::collections::HashSet;

use oxrdf::Term;
use spargebra::algebra::PropertyPathExpression as Path;
use spargebra::term::TermPattern;

use super::algebra::Graph;

/// An end of a path: a term, or a variable.
#[derive(Clone, Copy)]
pub enum End<'a> {
    Term(&'a TermPattern),
    Variable,
}

impl<'a> End<'a> {
    pub fn of(pattern: &'a TermPattern) -> Self {
        // A triple term with variables in it is matched after.
        if Term::try_from(pattern.clone()).is_ok() { Self::Term(pattern) } else { Self::Variable }
    }

    fn admits(self, term: &Term) -> bool {
        match self {
            Self::Term(pattern) => *pattern == TermPattern::from(term.clone()),
            Self::Variable => true,
        }
    }

    /// The term itself, which need not be in the graph.
    fn constant(self) -> Option<Term> {
        match self {
            Self::Term(pattern) => Term::try_from(pattern.clone()).ok(),
            Self::Variable => None,
        }
    }
}

/// The pairs that a path connects, within its ends.
pub fn eval(path: &Path, start: End<'_>, end: End<'_>, graph: &Graph) -> Vec<(Term, Term)> {
    let admitted = |pair: &(Term, Term)| start.admits(&pair.0) && end.admits(&pair.1);
    let links = |admits: &dyn Fn(&Term) -> bool| {
        let links = graph.iter().filter(|[_, p, _]| admits(p));
        links.map(|[s, _, o]| (s.clone(), o.clone())).filter(admitted).collect::<Vec<_>>()
    };
    match path {
        Path::NamedNode(name) => links(&|p| *p == Term::from(name.clone())),
        Path::NegatedPropertySet(names) => links(&|p| !names.iter().any(|name| *p == Term::from(name.clone()))),
        Path::Reverse(path) => eval(path, end, start, graph).into_iter().map(|(s, o)| (o, s)).collect(),
        Path::Alternative(a, b) => [eval(a, start, end, graph), eval(b, start, end, graph)].concat(),
        Path::Sequence(a, b) => {
            let seconds = eval(b, End::Variable, end, graph);
            let with = |(s, middle): (Term, Term)| {
                let seconds = seconds.iter().filter(move |(from, _)| *from == middle);
                seconds.map(move |(_, o)| (s.clone(), o.clone())).collect::<Vec<_>>()
            };
            eval(a, start, End::Variable, graph).into_iter().flat_map(with).collect()
        }
        Path::ZeroOrOne(path) => {
            let once = eval(path, start, end, graph);
            let pairs: HashSet<_> = zero(start, end, graph).into_iter().chain(once).collect();
            pairs.into_iter().collect()
        }
        Path::ZeroOrMore(path) => repeated(path, start, end, graph, true),
        Path::OneOrMore(path) => repeated(path, start, end, graph, false),
    }
}

/// Pairs that a path of no length connects: each term with itself (18.4, ZeroLengthPath).
fn zero(start: End<'_>, end: End<'_>, graph: &Graph) -> Vec<(Term, Term)> {
    let terms: Vec<Term> = match (start.constant(), end.constant()) {
        (Some(a), Some(b)) => (a == b).then_some(a).into_iter().collect(),
        (Some(term), None) | (None, Some(term)) => vec![term],
        (None, None) => nodes(graph).into_iter().collect(),
    };
    terms.into_iter().map(|term| (term.clone(), term)).collect()
}

fn nodes(graph: &Graph) -> HashSet<Term> {
    graph.iter().flat_map(|[s, _, o]| [s.clone(), o.clone()]).collect()
}

/// ALP of 18.4: everything reached, once.
fn repeated(path: &Path, start: End<'_>, end: End<'_>, graph: &Graph, with_zero: bool) -> Vec<(Term, Term)> {
    let from = match (start.constant(), end.constant()) {
        (Some(term), _) => HashSet::from([term]),
        (None, constant) => nodes(graph).into_iter().chain(constant).collect(),
    };
    let mut pairs: HashSet<(Term, Term)> = HashSet::new();
    if with_zero {
        pairs.extend(zero(start, end, graph));
    }
    for first in from {
        let mut reached = HashSet::new();
        let mut open = vec![first.clone()];
        while let Some(term) = open.pop() {
            // The path at this term, which the graph may lack.
            let at = TermPattern::from(term);
            let next = eval(path, End::Term(&at), End::Variable, graph).into_iter().map(|(_, o)| o);
            open.extend(next.filter(|o| reached.insert(o.clone())));
        }
        pairs.extend(reached.into_iter().map(|term| (first.clone(), term)));
    }
    pairs.into_iter().filter(|(_, o)| end.admits(o)).collect()
}
