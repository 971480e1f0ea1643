//! Nodes against shapes.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use oxrdf::{Literal, Term};

use super::at::At;
use super::constraint::{Number, Qualified, Shape, Shapes, Target};
use super::{Finding, ValidateError};
use crate::query::Evaluator;
use crate::rdf::{Id, View};
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
#[derive(Debug, Clone, Default)]
pub struct Validated {
    /// The results.
    pub findings: Vec<Finding>,
    /// How many nodes were validated; one that several shapes aim at counts for each.
    pub nodes: usize,
}

/// Validates a view of the data that its shapes stand beside.
pub struct Validator<'a> {
    shapes: &'a Shapes,
    pub(super) view: View<'a>,
    classes: View<'a>,
    pub(super) evaluator: Arc<Evaluator>,
    /// For each class asked for, itself and what is below it.
    below: RefCell<HashMap<Id, Rc<HashSet<Id>>>>,
    type_: Option<Id>,
    sub_class: Option<Id>,
}

/// What a constraint found: numbers, of which a [`Finding`] is made only where it is told.
pub(super) struct Hit {
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

pub(super) type Hits = Vec<Hit>;
pub(super) type Result<T = ()> = std::result::Result<T, ValidateError>;

impl<'a> Validator<'a> {
    /// Over `view`; which class is below which is looked up in `classes`.
    pub fn new(shapes: &'a Shapes, view: View<'a>, classes: View<'a>) -> Self {
        let data = view.data();
        Self {
            shapes,
            view: data.graph(super::GRAPH).map_or(view, |shapes| view.with_aside(shapes)),
            classes,
            evaluator: Arc::default(),
            below: RefCell::default(),
            type_: data.id(rdf::type_),
            sub_class: data.id(rdfs::subClassOf),
        }
    }

    /// With an evaluator that others use, too.
    #[must_use]
    pub fn with_evaluator(self, evaluator: Arc<Evaluator>) -> Self {
        Self { evaluator, ..self }
    }

    /// The results of validation (SHACL §3.4), in the order of shapes, their nodes and constraints.
    ///
    /// # Errors
    /// [`ValidateError`]
    pub fn validate(&self, focus: Focus<'_>) -> Result<Validated> {
        let (mut hits, mut nodes) = (Hits::new(), 0);
        for (number, shape) in self.shapes.shapes.iter().enumerate() {
            if shape.targets.is_empty() || shape.deactivated {
                continue;
            }
            for node in self.targets(shape, focus) {
                nodes += 1;
                self.check(number, node, &mut hits)?;
            }
        }
        Ok(Validated { findings: hits.iter().map(|hit| super::report::finding(self, hit)).collect(), nodes })
    }

    pub(super) fn shape(&self, number: Number) -> &'a Shape {
        &self.shapes.shapes[number]
    }

    pub(super) fn term(&self, id: Id) -> &'a Term {
        self.view.data().term(id)
    }

    /// The literal that stands for all that are the same as this.
    pub(super) fn one(&self, id: Id) -> Id {
        self.shapes.same.one(id)
    }

    fn targets(&self, shape: &Shape, focus: Focus<'_>) -> BTreeSet<Id> {
        let mut found = BTreeSet::new();
        for target in &shape.targets {
            match focus {
                Focus::All | Focus::Part { .. } => self.aimed_at(*target, &mut found),
                Focus::Of { subjects, objects } => {
                    let nodes = if matches!(target, Target::ObjectsOf(_)) { objects } else { subjects };
                    found.extend(nodes.iter().copied().filter(|node| self.aims_at(*target, *node)));
                }
            }
        }
        if let Focus::Part { number, of } = focus {
            found.retain(|node| *node as usize % of.max(1) == number);
        }
        found
    }

    fn aimed_at(&self, target: Target, found: &mut BTreeSet<Id>) {
        match target {
            Target::Node(node) => drop(found.insert(node)),
            Target::Class(class) => {
                let Some(type_) = self.type_ else { return };
                for class in self.below(class).iter() {
                    found.extend(self.view.subjects(type_, *class));
                }
            }
            Target::SubjectsOf(property) => {
                found.extend(self.view.rows(None, Some(property), None).map(|row| row.subject))
            }
            Target::ObjectsOf(property) => {
                found.extend(self.view.rows(None, Some(property), None).map(|row| row.object))
            }
        }
    }

    fn aims_at(&self, target: Target, node: Id) -> bool {
        match target {
            Target::Node(wanted) => wanted == node,
            Target::Class(class) => self.is_a(node, class),
            Target::SubjectsOf(property) => self.view.rows(Some(node), Some(property), None).next().is_some(),
            Target::ObjectsOf(property) => self.view.rows(None, Some(property), Some(node)).next().is_some(),
        }
    }

    /// A class and all that are below it.
    fn below(&self, class: Id) -> Rc<HashSet<Id>> {
        if let Some(known) = self.below.borrow().get(&class) {
            return Rc::clone(known);
        }
        let (mut found, mut to_do) = (HashSet::from([class]), vec![class]);
        while let (Some(at), Some(sub_class)) = (to_do.pop(), self.sub_class) {
            to_do.extend(self.classes.subjects(sub_class, at).filter(|below| found.insert(*below)));
        }
        let found = Rc::new(found);
        self.below.borrow_mut().insert(class, Rc::clone(&found));
        found
    }

    pub(super) fn is_a(&self, node: Id, class: Id) -> bool {
        let Some(type_) = self.type_ else { return false };
        let below = self.below(class);
        self.view.objects(node, type_).any(|class| below.contains(&class))
    }

    /// Validates a node against a shape.
    pub(super) fn check(&self, number: Number, focus: Id, hits: &mut Hits) -> Result {
        let shape = self.shape(number);
        if shape.deactivated {
            return Ok(());
        }
        let values = match &shape.path {
            Some((_, path)) => path.values(self.view, focus),
            None => vec![focus],
        };
        let mut at = At { validator: self, number, shape, constraint: 0, focus, values: &values, hits };
        for (constraint, what) in shape.constraints.iter().enumerate() {
            at.constraint = constraint;
            at.check(what)?;
        }
        Ok(())
    }

    pub(super) fn conforms(&self, shape: Number, node: Id) -> Result<bool> {
        let mut hits = Hits::new();
        self.check(shape, node, &mut hits)?;
        Ok(hits.is_empty())
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
