//! Nodes against shapes.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use oxrdf::{Literal, Term};

use super::constraint::{Constraint, Number, Qualified, Shape, Shapes, Target};
use super::sparql::{Fault, Put, Select};
use super::{Finding, ValidateError, values};
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
    evaluator: Arc<Evaluator>,
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

type Hits = Vec<Hit>;
type Result<T = ()> = std::result::Result<T, ValidateError>;

impl<'a> Validator<'a> {
    /// Over `view`; which class is below which is looked up in `classes`.
    pub fn new(shapes: &'a Shapes, view: View<'a>, classes: View<'a>) -> Self {
        let data = view.data();
        Self {
            shapes,
            view: data.id(super::GRAPH).map_or(view, |shapes| view.with_aside(shapes)),
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
            Target::SubjectsOf(property) => found.extend(self.view.rows(None, Some(property), None).map(|row| row[0])),
            Target::ObjectsOf(property) => found.extend(self.view.rows(None, Some(property), None).map(|row| row[2])),
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

    fn is_a(&self, node: Id, class: Id) -> bool {
        let Some(type_) = self.type_ else { return false };
        let below = self.below(class);
        self.view.objects(node, type_).any(|class| below.contains(&class))
    }

    /// Validates a node against a shape.
    fn check(&self, number: Number, focus: Id, hits: &mut Hits) -> Result {
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

    fn conforms(&self, shape: Number, node: Id) -> Result<bool> {
        let mut hits = Hits::new();
        self.check(shape, node, &mut hits)?;
        Ok(hits.is_empty())
    }

    fn count(&self, shapes: &[Number], node: Id) -> Result<usize> {
        let mut count = 0;
        for shape in shapes {
            count += usize::from(self.conforms(*shape, node)?);
        }
        Ok(count)
    }

    fn counts(&self, qualified: &Qualified, node: Id) -> Result<bool> {
        Ok(self.conforms(qualified.shape, node)? && self.count(&qualified.siblings, node)? == 0)
    }
}

/// A constraint at a node.
struct At<'v, 'a> {
    validator: &'v Validator<'a>,
    number: Number,
    shape: &'a Shape,
    constraint: usize,
    focus: Id,
    values: &'v [Id],
    hits: &'v mut Hits,
}

impl<'v, 'a> At<'v, 'a> {
    fn hit(&mut self, value: Option<Id>) {
        let (shape, constraint, focus) = (self.number, self.constraint, self.focus);
        self.hits.push(Hit { shape, constraint, focus, value: value.map(Value::Of), path: None, messages: None });
    }

    /// A result for each value that does not pass.
    fn each(&mut self, mut passes: impl FnMut(Id) -> Result<bool>) -> Result {
        for value in self.values {
            if !passes(*value)? {
                self.hit(Some(*value));
            }
        }
        Ok(())
    }

    fn each_term(&mut self, passes: impl Fn(&Term) -> bool) -> Result {
        let validator = self.validator;
        self.each(|value| Ok(passes(validator.term(value))))
    }

    fn once(&mut self, passes: bool) -> Result {
        if !passes {
            self.hit(None);
        }
        Ok(())
    }

    fn check(&mut self, constraint: &'a Constraint) -> Result {
        use Constraint as C;
        let validator = self.validator;
        let count = self.values.len() as u64;
        match constraint {
            C::Class(class) => self.each(|value| Ok(validator.is_a(value, *class))),
            C::Datatype(datatype) => {
                let datatype = validator.term(*datatype);
                self.each_term(|term| {
                    matches!(term, Term::Literal(literal) if
                    datatype == &Term::from(literal.datatype().into_owned()) && values::is_well_formed(literal))
                })
            }
            C::NodeKind(kind) => self.each_term(|term| values::is_kind(term, kind.as_ref())),
            C::MinCount(least) => self.once(count >= *least),
            C::MaxCount(most) => self.once(count <= *most),
            C::Bound(bound, limit) => self.each_term(|term| values::is_within(term, *bound, validator.term(*limit))),
            C::MinLength(least) => self.each_term(|term| values::length(term).is_some_and(|length| length >= *least)),
            C::MaxLength(most) => self.each_term(|term| values::length(term).is_some_and(|length| length <= *most)),
            C::Pattern(pattern, _) => {
                self.each_term(|term| values::text(term).is_some_and(|text| pattern.is_match(text)))
            }
            C::LanguageIn(ranges) => self.each_term(|term| {
                let tag = values::language(term);
                tag.is_some_and(|tag| ranges.iter().any(|range| values::is_language(tag, range)))
            }),
            C::UniqueLang => self.unique_lang(),
            C::HasValue(value) => self.once(self.values.contains(value)),
            C::In(members) => self.each(|value| Ok(members.contains(&value))),
            C::Equals(property) => self.equals(*property),
            C::Disjoint(property) => {
                let others = self.others(*property);
                self.each(|value| Ok(!others.contains(&value)))
            }
            C::LessThan(property) => self.less(*property, |order| order.is_lt()),
            C::LessThanOrEquals(property) => self.less(*property, |order| order.is_le()),
            C::Not(shape) => self.each(|value| Ok(!validator.conforms(*shape, value)?)),
            C::Node(shape) => self.each(|value| validator.conforms(*shape, value)),
            C::And(shapes) => self.each(|value| Ok(validator.count(shapes, value)? == shapes.len())),
            C::Or(shapes) => self.each(|value| Ok(validator.count(shapes, value)? > 0)),
            C::Xone(shapes) => self.each(|value| Ok(validator.count(shapes, value)? == 1)),
            C::Property(shape) => self.values.iter().try_for_each(|value| validator.check(*shape, *value, self.hits)),
            C::QualifiedMin(qualified, least) => {
                let counted = self.counted(qualified)?;
                self.once(counted >= *least)
            }
            C::QualifiedMax(qualified, most) => {
                let counted = self.counted(qualified)?;
                self.once(counted <= *most)
            }
            C::Closed(allowed) => self.closed(allowed),
            C::Select(select) => self.select(select),
            C::Ask(ask) => {
                let put = self.put();
                self.each(|value| put.says_yes(ask, value))
            }
        }
    }

    fn others(&self, property: Id) -> HashSet<Id> {
        self.validator.view.objects(self.focus, property).collect()
    }

    fn equals(&mut self, property: Id) -> Result {
        let others = self.others(property);
        self.each(|value| Ok(others.contains(&value)))?;
        let missing: Vec<Id> =
            self.validator.view.objects(self.focus, property).filter(|other| !self.values.contains(other)).collect();
        missing.into_iter().for_each(|other| self.hit(Some(other)));
        Ok(())
    }

    fn less(&mut self, property: Id, passes: fn(std::cmp::Ordering) -> bool) -> Result {
        let validator = self.validator;
        let others: Vec<Id> = validator.view.objects(self.focus, property).collect();
        for value in self.values {
            for other in &others {
                if !values::compare(validator.term(*value), validator.term(*other)).is_some_and(passes) {
                    self.hit(Some(*value));
                }
            }
        }
        Ok(())
    }

    /// One result for each language that two values are in.
    fn unique_lang(&mut self) -> Result {
        let mut seen: HashMap<String, u32> = HashMap::new();
        for tag in self.values.iter().filter_map(|value| values::language(self.validator.term(*value))) {
            *seen.entry(tag.to_ascii_lowercase()).or_default() += 1;
        }
        let twice = seen.values().filter(|count| **count > 1).count();
        (0..twice).for_each(|_| self.hit(None));
        Ok(())
    }

    fn counted(&self, qualified: &Qualified) -> Result<u64> {
        let mut count = 0;
        for value in self.values {
            count += u64::from(self.validator.counts(qualified, *value)?);
        }
        Ok(count)
    }

    fn closed(&mut self, allowed: &HashSet<Id>) -> Result {
        let (shape, constraint, focus) = (self.number, self.constraint, self.focus);
        for value in self.values {
            for row in self.validator.view.triples(Some(*value), None, None).filter(|row| !allowed.contains(&row[1])) {
                let (value, path) = (Some(Value::Of(row[2])), Some(self.validator.term(row[1]).clone()));
                self.hits.push(Hit { shape, constraint, focus, value, path, messages: None });
            }
        }
        Ok(())
    }

    fn put(&self) -> Put<'v> {
        let validator = self.validator;
        Put { evaluator: &validator.evaluator, view: validator.view, shape: self.shape.node, focus: self.focus }
    }

    fn select(&mut self, select: &Select) -> Result {
        let mut told = HashSet::new();
        for fault in self.put().faults(select)? {
            let messages = self.messages(select, &fault);
            // Rows that say the same are one fault.
            if !told.insert((fault.value.clone(), fault.path.clone(), messages.clone())) {
                continue;
            }
            // A node shape's value is the node itself.
            let own = self.shape.path.is_none().then_some(Value::Of(self.focus));
            let value = fault.value.map(Value::Made).or(own);
            let (shape, constraint, focus) = (self.number, self.constraint, self.focus);
            self.hits.push(Hit { shape, constraint, focus, value, path: fault.path, messages: Some(messages) });
        }
        Ok(())
    }

    /// The message of the row, else those of the constraint with the row's values in them.
    fn messages(&self, select: &Select, fault: &Fault) -> Vec<Literal> {
        if let Some(message) = &fault.message {
            return vec![message.clone()];
        }
        let mut row = fault.row.clone();
        row.push(("this".to_owned(), self.validator.term(self.focus).clone()));
        row.extend(select.bound.iter().map(|(name, id)| (name.clone(), self.validator.term(*id).clone())));
        let literals = select.messages.iter().filter_map(|id| match self.validator.term(*id) {
            Term::Literal(literal) => Some(super::sparql::filled(literal, &row)),
            _ => None,
        });
        literals.collect()
    }
}
