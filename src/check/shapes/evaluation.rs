//! Constraint evaluation at a node: which of its values violate the constraint.

use std::collections::{HashMap, HashSet};

use oxrdf::{Literal, Term};

use super::constraint::{Constraint, Number, Qualified, Shape};
use super::sparql::{Ask, Fault, Select};
use super::validate::{Result, Validator, Value, Violation, Violations};
use super::values;
use crate::index::Id;
use crate::rdf::is_in_range;

/// A constraint at a node.
pub(super) struct ConstraintEvaluation<'v, 'a> {
    pub(super) validator: &'v Validator<'a>,
    pub(super) number: Number,
    pub(super) shape: &'a Shape,
    pub(super) constraint: usize,
    pub(super) focus: Id,
    pub(super) values: &'v [Id],
    pub(super) violations: &'v mut Violations,
}

impl<'v, 'a> ConstraintEvaluation<'v, 'a> {
    fn report(&mut self, value: Option<Id>) {
        let (shape, constraint, focus) = (self.number, self.constraint, self.focus);
        self.violations.push(Violation {
            shape,
            constraint,
            focus,
            value: value.map(Value::Of),
            path: None,
            messages: None,
        });
    }

    /// A result for each value that does not pass.
    fn each(&mut self, mut passes: impl FnMut(Id) -> Result<bool>) -> Result {
        for value in self.values {
            if !passes(*value)? {
                self.report(Some(*value));
            }
        }
        Ok(())
    }

    fn each_term(&mut self, passes: impl Fn(&Term) -> bool) -> Result {
        let validator = self.validator;
        self.each(|value| Ok(passes(&validator.term(value))))
    }

    fn once(&mut self, passes: bool) -> Result {
        if !passes {
            self.report(None);
        }
        Ok(())
    }

    pub(super) fn check(&mut self, constraint: &'a Constraint) -> Result {
        use Constraint as C;
        let validator = self.validator;
        let count = self.values.len() as u64;
        match constraint {
            C::Class(class) => self.each(|value| Ok(validator.is_a(value, *class))),
            C::Datatype(datatype) => {
                let datatype = validator.term(*datatype);
                self.each_term(|term| {
                    matches!(term, Term::Literal(literal) if
                    datatype == Term::from(literal.datatype().into_owned()) && values::is_well_formed(literal))
                })
            }
            C::NodeKind(kind) => self.each_term(|term| values::is_kind(term, kind.as_ref())),
            C::MinCount(least) => self.once(count >= *least),
            C::MaxCount(most) => self.once(count <= *most),
            C::Bound(bound, limit) => {
                let limit = validator.term(*limit);
                self.each_term(|term| values::is_within(term, *bound, &limit))
            }
            C::MinLength(least) => self.each_term(|term| values::length(term).is_some_and(|length| length >= *least)),
            C::MaxLength(most) => self.each_term(|term| values::length(term).is_some_and(|length| length <= *most)),
            // What took too long to find out (with back-references) is not known to fit.
            C::Pattern(pattern, _) => {
                self.each_term(|term| values::text(term).is_some_and(|text| pattern.is_match(text).unwrap_or(false)))
            }
            C::LanguageIn(ranges) => self.each_term(|term| {
                let tag = values::language(term);
                tag.is_some_and(|tag| ranges.iter().any(|range| is_in_range(tag, range)))
            }),
            C::UniqueLang => self.unique_lang(),
            C::HasValue(value) => self.once(self.values.iter().any(|own| validator.one(*own) == validator.one(*value))),
            C::In(members) => self.each(|value| Ok(members.contains(&validator.one(value)))),
            C::Equals(property) => self.equals(*property),
            C::Disjoint(property) => {
                let others = self.others(*property);
                self.each(|value| Ok(!others.contains(&validator.one(value))))
            }
            C::LessThan(property) => self.less(*property, |order| order.is_lt()),
            C::LessThanOrEquals(property) => self.less(*property, |order| order.is_le()),
            C::Not(shape) => self.each(|value| Ok(!validator.conforms(*shape, value)?)),
            C::Node(shape) => self.each(|value| validator.conforms(*shape, value)),
            C::And(shapes) => self.each(|value| Ok(validator.count(shapes, value)? == shapes.len())),
            C::Or(shapes) => self.each(|value| Ok(validator.count(shapes, value)? > 0)),
            C::Xone(shapes) => self.each(|value| Ok(validator.count(shapes, value)? == 1)),
            C::Property(shape) => {
                self.values.iter().try_for_each(|value| validator.check(*shape, *value, self.violations))
            }
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
            C::Ask(ask) => self.ask(ask),
        }
    }

    /// The values of another property, each as the one of those that are the same.
    fn others(&self, property: Id) -> HashSet<Id> {
        self.validator.data.objects(self.focus, property).map(|other| self.validator.one(other)).collect()
    }

    fn equals(&mut self, property: Id) -> Result {
        let (validator, others) = (self.validator, self.others(property));
        self.each(|value| Ok(others.contains(&validator.one(value))))?;
        let own: HashSet<Id> = self.values.iter().map(|value| validator.one(*value)).collect();
        let others = validator.data.objects(self.focus, property);
        let missing: Vec<Id> = others.filter(|other| !own.contains(&validator.one(*other))).collect();
        missing.into_iter().for_each(|other| self.report(Some(other)));
        Ok(())
    }

    fn less(&mut self, property: Id, passes: fn(std::cmp::Ordering) -> bool) -> Result {
        let validator = self.validator;
        let others: Vec<Id> = validator.data.objects(self.focus, property).collect();
        for value in self.values {
            for other in &others {
                if !values::compare(&validator.term(*value), &validator.term(*other)).is_some_and(passes) {
                    self.report(Some(*value));
                }
            }
        }
        Ok(())
    }

    /// One result for each language that two values are in.
    fn unique_lang(&mut self) -> Result {
        let mut seen: HashMap<String, u32> = HashMap::new();
        for value in self.values {
            if let Some(tag) = values::language(&self.validator.term(*value)) {
                *seen.entry(tag.to_ascii_lowercase()).or_default() += 1;
            }
        }
        let twice = seen.values().filter(|count| **count > 1).count();
        (0..twice).for_each(|_| self.report(None));
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
            let triples = self.validator.data.triples([Some(*value), None, None]);
            for [_, property, object] in triples.filter(|[_, property, _]| !allowed.contains(property)) {
                let (value, path) = (Some(Value::Of(object)), Some(self.validator.term(property)));
                self.violations.push(Violation { shape, constraint, focus, value, path, messages: None });
            }
        }
        Ok(())
    }

    fn ask(&mut self, ask: &Ask) -> Result {
        let yes = self.validator.queries.yes(ask, self.shape.node, self.focus, self.values)?;
        self.each(|value| Ok(yes.contains(&value)))
    }

    fn select(&mut self, select: &Select) -> Result {
        let mut told = HashSet::new();
        for fault in self.validator.faults(self.number, self.constraint, select, self.focus)? {
            let messages = self.messages(select, &fault);
            // Rows that say the same are one fault.
            if !told.insert((fault.value.clone(), fault.path.clone(), messages.clone())) {
                continue;
            }
            // A node shape's value is the node itself.
            let own = self.shape.path.is_none().then_some(Value::Of(self.focus));
            let value = fault.value.map(Value::Made).or(own);
            let (shape, constraint, focus) = (self.number, self.constraint, self.focus);
            self.violations.push(Violation {
                shape,
                constraint,
                focus,
                value,
                path: fault.path,
                messages: Some(messages),
            });
        }
        Ok(())
    }

    /// The message of the row, else those of the constraint with the row's values in them.
    fn messages(&self, select: &Select, fault: &Fault) -> Vec<Literal> {
        if let Some(message) = &fault.message {
            return vec![message.clone()];
        }
        let mut row = fault.row.clone();
        row.push(("this".to_owned(), self.validator.term(self.focus)));
        row.extend(select.bound.iter().map(|(name, id)| (name.clone(), self.validator.term(*id))));
        let literals = select.messages.iter().filter_map(|id| match self.validator.term(*id) {
            Term::Literal(literal) => Some(super::sparql::filled(&literal, &row)),
            _ => None,
        });
        literals.collect()
    }
}
