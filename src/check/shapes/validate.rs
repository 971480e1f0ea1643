//! Validator: nodes against shapes.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use oxigraph::sparql::QueryDatasetSpecification;
use oxrdf::{GraphName, Literal, NamedNodeRef, NamedOrBlankNode, Term};
use serde::{Deserialize, Serialize};

use super::constraint::{Constraint, Number, Qualified, Shape, Shapes, Target};
use super::evaluation::ConstraintEvaluation;
use super::sparql::{BoundQueries, Fault, Faults, Select};
use super::{Finding, ValidateError};
use crate::index::{GraphFilter, Id, Selection};
use crate::query::{Executor, Over};
use crate::vocab::{rdf, rdfs};

/// Which nodes are validated.
#[derive(Debug, Clone, Copy)]
pub enum Focus<'a> {
    /// All that the shapes aim at.
    All,
    /// A part of them, for several to share the work.
    Part {
        /// Which part, from 0.
        number: usize,
        /// How many parts there are.
        of: usize,
    },
    /// Those of them that some graphs speak of: by what is said of them, or as what is said of others.
    Of {
        /// The subjects in these graphs.
        subjects: &'a BTreeSet<Id>,
        /// The objects.
        objects: &'a BTreeSet<Id>,
    },
}

/// What came of a validation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validated {
    /// The results.
    pub findings: Vec<Finding>,
    /// How many nodes were validated; one that several shapes aim at counts for each.
    pub nodes: usize,
}

/// The classes that shapes ask for, each with itself and what is below it.
#[derive(Debug, Default)]
pub struct Classes(HashMap<Id, HashSet<Id>>);

impl Classes {
    /// Those that shapes ask for, in a hierarchy.
    pub fn new(shapes: &Shapes, hierarchy: &Selection) -> Self {
        let sub_class = hierarchy.version().id(rdfs::subClassOf.into());
        let targets = shapes.shapes.iter().flat_map(|shape| &shape.targets).filter_map(|target| match target {
            Target::Class(class) => Some(*class),
            _ => None,
        });
        let constraints = shapes.shapes.iter().flat_map(|shape| &shape.constraints);
        let values = constraints.filter_map(|constraint| match constraint {
            Constraint::Class(class) => Some(*class),
            _ => None,
        });
        Self(targets.chain(values).map(|class| (class, below(class, sub_class, hierarchy))).collect())
    }

    fn below(&self, class: Id) -> impl Iterator<Item = Id> + '_ {
        self.0.get(&class).into_iter().flatten().copied()
    }
}

fn below(class: Id, sub_class: Option<Id>, hierarchy: &Selection) -> HashSet<Id> {
    let (mut found, mut to_do) = (HashSet::from([class]), vec![class]);
    while let (Some(at), Some(sub_class)) = (to_do.pop(), sub_class) {
        to_do.extend(hierarchy.subjects(sub_class, at).filter(|below| found.insert(*below)));
    }
    found
}

/// Validates some graphs of a version in which the shapes stand, too.
pub struct Validator<'a> {
    shapes: &'a Shapes,
    pub(super) data: Selection,
    classes: &'a Classes,
    pub(super) queries: BoundQueries<'a>,
    /// What SELECTs found at nodes that they were asked about all at once.
    found: RefCell<HashMap<(Number, usize), AskedAtOnce>>,
    type_: Option<Id>,
}

/// The nodes that were asked about at once, and what was found at them.
type AskedAtOnce = (HashSet<Id>, Faults);

/// What a constraint found: numbers, of which a [`Finding`] is made only where it is told.
pub(super) struct Violation {
    pub(super) shape: Number,
    pub(super) constraint: usize,
    pub(super) focus: Id,
    pub(super) value: Option<Value>,
    pub(super) path: Option<Term>,
    pub(super) messages: Option<Vec<Literal>>,
}

/// A value at fault.
pub(super) enum Value {
    Of(Id),
    Made(Term),
}

pub(super) type Violations = Vec<Violation>;
pub(super) type Result<T = ()> = std::result::Result<T, ValidateError>;

impl<'a> Validator<'a> {
    /// Over `data`, with what `classes` says of them.
    pub fn new(shapes: &'a Shapes, data: Selection, classes: &'a Classes, executor: &'a Executor) -> Self {
        let version = data.version().clone();
        let over = |names| Over { version: version.clone(), graphs: specification(&data, names) };
        let queries = BoundQueries { executor, over: over(None), with_shapes: over(Some(super::GRAPH)) };
        Self { shapes, classes, queries, found: RefCell::default(), type_: version.id(rdf::type_.into()), data }
    }

    /// The results of validation (SHACL §3.4), in the order of shapes, their nodes and constraints. `told` hears of each shape
    /// that is done.
    ///
    /// # Errors
    /// [`ValidateError`]
    pub fn validate(&self, focus: Focus<'_>, told: &dyn Fn()) -> Result<Validated> {
        let (mut violations, mut nodes) = (Violations::new(), 0);
        let by_class = self.by_class(focus);
        for (number, shape) in self.shapes.shapes.iter().enumerate() {
            if shape.targets.is_empty() || shape.deactivated {
                continue;
            }
            let targets: Vec<Id> = self.targets(shape, focus, &by_class).into_iter().collect();
            nodes += targets.len();
            self.ask_at_once(number, &targets)?;
            for node in &targets {
                self.check(number, *node, &mut violations)?;
            }
            self.found.take();
            told();
        }
        Ok(Validated {
            findings: violations.iter().map(|violation| super::report::finding(self, violation)).collect(),
            nodes,
        })
    }

    pub(super) fn shape(&self, number: Number) -> &'a Shape {
        &self.shapes.shapes[number]
    }

    pub(super) fn term(&self, id: Id) -> Term {
        self.data.version().term(id)
    }

    /// The literal that stands for all that are the same as this.
    pub(super) fn one(&self, id: Id) -> Id {
        self.shapes.same.one(id)
    }

    /// Asks the queries of a shape, and of those that it asks of the same nodes, about all of its nodes at once.
    fn ask_at_once(&self, number: Number, nodes: &[Id]) -> Result {
        let shape = self.shape(number);
        for (place, constraint) in shape.constraints.iter().enumerate() {
            match constraint {
                Constraint::Select(select) if !nodes.is_empty() => {
                    let faults = self.queries.faults(select, shape.node, nodes)?;
                    self.found.borrow_mut().insert((number, place), (nodes.iter().copied().collect(), faults));
                }
                Constraint::Property(inner) if shape.path.is_none() && !self.shape(*inner).deactivated => {
                    self.ask_at_once(*inner, nodes)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What a SELECT finds at a node.
    pub(super) fn faults(&self, number: Number, place: usize, select: &Select, focus: Id) -> Result<Vec<Fault>> {
        if let Some((asked, faults)) = self.found.borrow().get(&(number, place))
            && asked.contains(&focus)
        {
            return Ok(faults.get(&focus).cloned().unwrap_or_default());
        }
        let mut faults = self.queries.faults(select, self.shape(number).node, &[focus])?;
        Ok(faults.remove(&focus).unwrap_or_default())
    }

    /// The subjects that some graphs speak of by their classes.
    fn by_class(&self, focus: Focus<'_>) -> HashMap<Id, Vec<Id>> {
        let mut found: HashMap<Id, Vec<Id>> = HashMap::new();
        if let (Focus::Of { subjects, .. }, Some(type_)) = (focus, self.type_) {
            for subject in subjects {
                self.data.objects(*subject, type_).for_each(|class| found.entry(class).or_default().push(*subject));
            }
        }
        found
    }

    fn targets(&self, shape: &Shape, focus: Focus<'_>, by_class: &HashMap<Id, Vec<Id>>) -> BTreeSet<Id> {
        let mut found = BTreeSet::new();
        for target in &shape.targets {
            match (focus, target) {
                (Focus::All | Focus::Part { .. }, _) => self.aimed_at(*target, &mut found),
                (Focus::Of { .. }, Target::Class(class)) => {
                    found.extend(self.classes.below(*class).filter_map(|class| by_class.get(&class)).flatten());
                }
                (Focus::Of { objects, .. }, Target::ObjectsOf(property)) => {
                    let is = |node: &&Id| self.data.subjects(*property, **node).next().is_some();
                    found.extend(objects.iter().filter(|node| is(node)));
                }
                (Focus::Of { subjects, .. }, Target::SubjectsOf(property)) => {
                    let is = |node: &&Id| self.data.objects(**node, *property).next().is_some();
                    found.extend(subjects.iter().filter(|node| is(node)));
                }
                (Focus::Of { subjects, .. }, Target::Node(node)) => {
                    found.extend(subjects.get(node));
                }
            }
        }
        if let Focus::Part { number, of } = focus {
            found.retain(|node| node.0 as usize % of.max(1) == number);
        }
        found
    }

    fn aimed_at(&self, target: Target, found: &mut BTreeSet<Id>) {
        match target {
            Target::Node(node) => drop(found.insert(node)),
            Target::Class(class) => {
                let Some(type_) = self.type_ else { return };
                for class in self.classes.below(class) {
                    found.extend(self.data.subjects(type_, class));
                }
            }
            Target::SubjectsOf(property) => {
                found.extend(self.data.triples([None, Some(property), None]).map(|[subject, ..]| subject))
            }
            Target::ObjectsOf(property) => {
                found.extend(self.data.triples([None, Some(property), None]).map(|[.., object]| object))
            }
        }
    }

    pub(super) fn is_a(&self, node: Id, class: Id) -> bool {
        let (Some(type_), Some(below)) = (self.type_, self.classes.0.get(&class)) else { return false };
        self.data.objects(node, type_).any(|class| below.contains(&class))
    }

    /// Validates a node against a shape.
    pub(super) fn check(&self, number: Number, focus: Id, violations: &mut Violations) -> Result {
        let shape = self.shape(number);
        if shape.deactivated {
            return Ok(());
        }
        self.queries.executor.check().map_err(|cause| ValidateError::Stopped(Box::new(cause)))?;
        let values = match &shape.path {
            Some((_, path)) => path.values(&self.data, focus),
            None => vec![focus],
        };
        let mut at =
            ConstraintEvaluation { validator: self, number, shape, constraint: 0, focus, values: &values, violations };
        for (constraint, what) in shape.constraints.iter().enumerate() {
            at.constraint = constraint;
            at.check(what)?;
        }
        Ok(())
    }

    pub(super) fn conforms(&self, shape: Number, node: Id) -> Result<bool> {
        let mut violations = Violations::new();
        self.check(shape, node, &mut violations)?;
        Ok(violations.is_empty())
    }

    pub(super) fn count(&self, shapes: &[Number], node: Id) -> Result<usize> {
        let mut count = 0;
        for shape in shapes {
            count += usize::from(self.conforms(*shape, node)?);
        }
        Ok(count)
    }

    pub(super) fn counts(&self, qualified: &Qualified, node: Id) -> Result<bool> {
        Ok(self.conforms(qualified.shape, node)? && self.count(&qualified.siblings, node)? == 0)
    }
}

/// The dataset of a selection, with one more graph that can be asked for by its name.
fn specification(data: &Selection, more: Option<NamedNodeRef<'_>>) -> QueryDatasetSpecification {
    let version = data.version();
    let name = |number: u32| match version.term(version.graph_id(number)?) {
        Term::NamedNode(name) => Some(NamedOrBlankNode::from(name)),
        Term::BlankNode(name) => Some(name.into()),
        _ => None,
    };
    let numbers: Vec<u32> = match data.graphs() {
        GraphFilter::Any => std::iter::once(0).chain(version.graphs().iter().map(|graph| graph.number)).collect(),
        GraphFilter::Named => version.graphs().iter().map(|graph| graph.number).collect(),
        GraphFilter::One(number) => vec![*number],
        GraphFilter::Set(numbers) => numbers.to_vec(),
    };
    let named: Vec<NamedOrBlankNode> = numbers.iter().filter_map(|number| name(*number)).collect();
    let unnamed = numbers.contains(&0).then_some(GraphName::DefaultGraph);
    let mut graphs = QueryDatasetSpecification::new();
    graphs.set_default_graph(unnamed.into_iter().chain(named.iter().cloned().map(GraphName::from)).collect());
    let more = more.map(|name| NamedOrBlankNode::from(name.into_owned()));
    graphs.set_available_named_graphs(named.into_iter().chain(more).collect());
    graphs
}
