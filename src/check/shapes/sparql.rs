//! SPARQL-based constraints and constraint components (SHACL §5, §6): their queries, read and put.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::LazyLock;

use oxrdf::{Literal, NamedNode, Term, Variable};
use regex::{Captures, Regex};
use spargebra::algebra::{Expression, GraphPattern};

use super::path::Path;
use super::source::Source;
use super::{GRAPH, ShapesError, ValidateError};
use crate::eval::{expressions, patterns};
use crate::index::Id;
use crate::query::{Executor, Over, ParseOptions, Prepared, Query, QueryError, Solution, Value, children};
use crate::vocab::{owl, sh};

/// Faults by the nodes that they are of.
pub(super) type Faults = HashMap<Id, Vec<Fault>>;

/// A query with the shape and the parameters of its component put in.
#[derive(Debug, Clone)]
pub(super) struct Question {
    query: Prepared,
    /// Parameters that are blank nodes, which no query can name: they are given with each node.
    nodes: Vec<Id>,
    asks_shapes: bool,
}

/// A SELECT whose rows are the faults.
#[derive(Debug, Clone)]
pub(super) struct Select {
    pub(super) component: NamedNode,
    /// The constraint, or the validator of a component.
    pub(super) node: Id,
    /// Whether it is a constraint of its own, not of a component.
    pub(super) own: bool,
    pub(super) query: Question,
    pub(super) messages: Vec<Id>,
    /// The parameters of the component.
    pub(super) bound: Vec<(String, Id)>,
}

/// An ASK that a value must answer with yes.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) component: NamedNode,
    pub(super) query: Question,
    pub(super) messages: Vec<Id>,
    pub(super) bound: Vec<(String, Id)>,
}

/// A row of a SELECT: what is at fault.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) value: Option<Term>,
    pub(super) path: Option<Term>,
    pub(super) message: Option<Literal>,
    /// Every variable of the row, for messages.
    pub(super) row: Vec<(String, Term)>,
}

/// Who asks: a shape, by the node that holds the query, perhaps along a path.
pub(super) struct Asking<'a> {
    pub(super) source: &'a Source,
    pub(super) shape: Id,
    pub(super) node: Id,
    pub(super) path: Option<&'a Path>,
}

impl Asking<'_> {
    /// Reads a query, in which `names` are parameters, some of which are bound; `$this` and `given` are given with each
    /// evaluation.
    pub(super) fn query(
        &self,
        text: &str,
        names: &[&str],
        bound: &[(String, Id)],
        given: &[&str],
    ) -> Result<Question, ShapesError> {
        let source = self.source;
        let text = self.with_path(text);
        let asks = |name: &str| ["$", "?"].iter().any(|mark| text.contains(&format!("{mark}{name}")));
        if asks("currentShape") && !source.is_iri(self.shape) {
            return Err(source.error(self.node, "its query asks for $currentShape, and the shape has no IRI"));
        }
        let name = source.name(self.node).into();
        let options = ParseOptions { prefixes: prefixes(source, self.node)?, name, ..ParseOptions::default() };
        let query =
            Query::parse(&text, &options).map_err(|error| source.error(self.node, &format!("its query: {error}")))?;
        let known = [names, given, &["this", "currentShape", "shapesGraph"]].concat();
        allowed(query.algebra(), &known).map_err(|reason| source.error(self.node, &reason))?;
        let variable = |name: &str| Variable::new_unchecked(name);
        let mut constants = HashMap::from([(variable("shapesGraph"), Value::Iri(GRAPH.into_owned()))]);
        let mut given: Vec<Variable> = [&["this"], given].concat().into_iter().map(variable).collect();
        let mut nodes = Vec::new();
        let shape = ("currentShape".to_owned(), self.shape);
        for (name, id) in bound.iter().chain(Some(&shape)) {
            match source.term(*id) {
                Term::NamedNode(node) => drop(constants.insert(variable(name), Value::Iri(node))),
                Term::Literal(literal) => drop(constants.insert(variable(name), Value::Literal(literal))),
                _ if *id == self.shape => {}
                _ => {
                    given.push(variable(name));
                    nodes.push(*id);
                }
            }
        }
        let asks_shapes = asks("shapesGraph");
        Ok(Question { query: Prepared::new(&selecting(query), &constants, given), nodes, asks_shapes })
    }

    /// The text with the path in the place of `$PATH`.
    fn with_path(&self, text: &str) -> String {
        static PATH: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[$?]PATH\b").ok());
        let (Some(path), Some(pattern)) = (self.path, PATH.as_ref()) else { return text.to_owned() };
        let path = path.sparql(self.source.graph.version());
        pattern.replace_all(text, |_: &Captures<'_>| path.clone()).into_owned()
    }
}

/// An ASK as a SELECT of the values for which it says yes.
fn selecting(query: Query) -> Query {
    let spargebra::Query::Ask { dataset, pattern, base_iri } = query.algebra().clone() else { return query };
    let variables = ["this", "value"].map(Variable::new_unchecked).to_vec();
    let inner = Box::new(GraphPattern::Project { inner: Box::new(pattern), variables });
    spargebra::Query::Select { dataset, pattern: GraphPattern::Distinct { inner }, base_iri }.into()
}

/// The prefixes that a query may use (SHACL §5.2.1).
fn prefixes(source: &Source, node: Id) -> Result<Vec<(String, String)>, ShapesError> {
    let (mut to_do, mut seen, mut found) = (source.objects(node, sh::prefixes), HashSet::new(), Vec::new());
    while let Some(at) = to_do.pop() {
        if !seen.insert(at) {
            continue;
        }
        to_do.extend(source.objects(at, owl::imports));
        for declared in source.objects(at, sh::declare) {
            let text = |property| {
                let given = source.one(declared, property)?;
                given.and_then(|id| source.text(id)).ok_or_else(|| {
                    source.error(declared, "a declaration of a prefix has one sh:prefix and one sh:namespace")
                })
            };
            found.push((text(sh::prefix)?, text(sh::namespace)?));
        }
    }
    Ok(found)
}

/// What a query with variables bound beforehand must not contain (SHACL, appendix A).
fn allowed(query: &spargebra::Query, bound: &[&str]) -> Result<(), String> {
    let (spargebra::Query::Select { pattern, .. } | spargebra::Query::Ask { pattern, .. }) = query else {
        return Err("its query is neither SELECT nor ASK".to_owned());
    };
    pattern_allowed(pattern, bound, true)
}

fn pattern_allowed(pattern: &GraphPattern, bound: &[&str], outermost: bool) -> Result<(), String> {
    use GraphPattern as P;
    match pattern {
        P::Minus { .. } => return Err("a query of a shape must not contain MINUS".to_owned()),
        P::Values { .. } => return Err("a query of a shape must not contain VALUES".to_owned()),
        P::Service { .. } => return Err("a query of a shape must not contain SERVICE".to_owned()),
        P::Extend { variable, .. } if bound.contains(&variable.as_str()) => {
            return Err(format!("a query of a shape must not give ${} another value", variable.as_str()));
        }
        P::Project { variables, .. } if !outermost && !variables.iter().any(|variable| variable.as_str() == "this") => {
            return Err("a subquery of a shape must select $this".to_owned());
        }
        _ => {}
    }
    expressions(pattern).into_iter().try_for_each(|expression| expression_allowed(expression, bound))?;
    let is_around = matches!(
        pattern,
        P::Extend { .. } | P::OrderBy { .. } | P::Distinct { .. } | P::Reduced { .. } | P::Slice { .. }
    );
    patterns(pattern).into_iter().try_for_each(|inner| pattern_allowed(inner, bound, outermost && is_around))
}

fn expression_allowed(expression: &Expression, bound: &[&str]) -> Result<(), String> {
    match expression {
        Expression::Exists(pattern) => pattern_allowed(pattern, bound, false),
        other => children(other).into_iter().try_for_each(|part| expression_allowed(part, bound)),
    }
}

/// What the queries of shapes are put to.
pub(super) struct BoundQueries<'a> {
    pub(super) executor: &'a Executor,
    /// The data.
    pub(super) over: Over,
    /// The same with the graph of the shapes among those that can be asked for by name.
    pub(super) with_shapes: Over,
}

/// Takes a solution, whose values stand in the order of the variables.
type Take<'t> = dyn FnMut(&[Variable], Solution<'_>) -> Result<(), ValidateError> + 't;

impl BoundQueries<'_> {
    fn put(
        &self,
        question: &Question,
        shape: Id,
        given: impl Iterator<Item = Vec<Id>>,
        take: &mut Take<'_>,
    ) -> Result<(), ValidateError> {
        let over = if question.asks_shapes { &self.with_shapes } else { &self.over };
        let given: Vec<Vec<Id>> = given.map(|row| [row.as_slice(), &question.nodes].concat()).collect();
        let mut failed = Ok(());
        let put = self.executor.put(&question.query, over, &given, &mut |solution| {
            failed = take(question.query.variables(), solution);
            if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        failed?;
        put.map_err(|cause| self.failed(shape, cause))
    }

    fn failed(&self, shape: Id, cause: QueryError) -> ValidateError {
        match cause {
            cause @ (QueryError::Limit(_) | QueryError::Cancelled) => ValidateError::Stopped(Box::new(cause)),
            cause => ValidateError::Query { shape: self.term(shape).to_string(), cause: Box::new(cause) },
        }
    }

    fn term(&self, id: Id) -> Term {
        self.over.version.term(id)
    }

    /// The faults that a SELECT finds at some nodes.
    pub(super) fn faults(&self, select: &Select, shape: Id, focus: &[Id]) -> Result<Faults, ValidateError> {
        let mut faults = Faults::new();
        self.put(&select.query, shape, focus.iter().map(|node| vec![*node]), &mut |variables, solution| {
            let row = variables.iter().enumerate();
            let row = row.filter_map(|(at, name)| Some((name.as_str().to_owned(), solution.term(at)?))).collect();
            let fault = self.fault(shape, row)?;
            solution.id(0).into_iter().for_each(|node| faults.entry(node).or_default().push(fault.clone()));
            Ok(())
        })?;
        Ok(faults)
    }

    fn fault(&self, shape: Id, row: Vec<(String, Term)>) -> Result<Fault, ValidateError> {
        let of = |name: &str| row.iter().find(|(other, _)| other == name).map(|(_, term)| term.clone());
        if matches!(of("failure"), Some(Term::Literal(literal)) if literal.value() == "true") {
            return Err(ValidateError::Failure(self.term(shape).to_string()));
        }
        let message = of("message").and_then(|term| match term {
            Term::Literal(literal) => Some(literal),
            _ => None,
        });
        Ok(Fault { value: of("value"), path: of("path").filter(Term::is_named_node), message, row })
    }

    /// The values of a node to which an ASK says yes.
    pub(super) fn yes(&self, ask: &Ask, shape: Id, focus: Id, values: &[Id]) -> Result<HashSet<Id>, ValidateError> {
        let mut yes = HashSet::new();
        self.put(&ask.query, shape, values.iter().map(|value| vec![focus, *value]), &mut |_, solution| {
            yes.extend(solution.id(1));
            Ok(())
        })?;
        Ok(yes)
    }
}

/// A message with its variables in braces replaced by what they are bound to (SHACL §5.3.2).
pub(super) fn filled(message: &Literal, row: &[(String, Term)]) -> Literal {
    static HOLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{[$?]([A-Za-z0-9_]+)\}").ok());
    let Some(hole) = HOLE.as_ref() else { return message.clone() };
    let text = hole.replace_all(message.value(), |found: &Captures<'_>| {
        let bound = row.iter().find(|(name, _)| *name == found[1]);
        bound.map_or_else(
            || found[0].to_owned(),
            |(_, term)| super::values::text(term).map_or(term.to_string(), str::to_owned),
        )
    });
    match message.language() {
        Some(tag) => Literal::new_language_tagged_literal_unchecked(text, tag),
        None => Literal::new_simple_literal(text),
    }
}
