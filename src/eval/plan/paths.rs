//! Property path expansion: joins and unions of patterns where they are no more than that, else closures.

use std::rc::Rc;

use oxrdf::NamedNode;
use spargebra::algebra::PropertyPathExpression as Path;

use super::group::group;
use super::node::{Active, Closure, Node, Pattern, Slot, Step};
use super::translate::Translator;
use crate::index::Id;

impl Translator<'_> {
    pub fn path(&mut self, subject: Slot, path: &Path, object: Slot, active: Active) -> Node {
        let single = |predicate, excluded| {
            Node::Pattern(Pattern { subject, predicate, object, active, excluded, objects: None })
        };
        match path {
            Path::NamedNode(node) => single(Slot::Id(self.predicate(node)), Vec::new()),
            Path::NegatedPropertySet(nodes) => {
                let excluded = nodes.iter().map(|node| self.predicate(node)).collect();
                single(Slot::Var(self.names.fresh()), excluded)
            }
            Path::Reverse(path) => self.path(object, path, subject, active),
            Path::Sequence(a, b) => {
                let middle = Slot::Var(self.names.fresh());
                group(vec![self.path(subject, a, middle, active), self.path(middle, b, object, active)], Vec::new())
            }
            Path::Alternative(a, b) => {
                Node::Union(vec![self.path(subject, a, object, active), self.path(subject, b, object, active)])
            }
            Path::ZeroOrMore(path) => self.closure(subject, path, object, (true, false), active),
            Path::OneOrMore(path) => self.closure(subject, path, object, (false, false), active),
            Path::ZeroOrOne(path) => self.closure(subject, path, object, (true, true), active),
        }
    }

    fn predicate(&mut self, node: &NamedNode) -> Id {
        self.cx.intern(node.clone().into())
    }

    fn closure(
        &mut self,
        subject: Slot,
        path: &Path,
        object: Slot,
        (zero, once): (bool, bool),
        active: Active,
    ) -> Node {
        let step = Rc::new(self.step(path));
        match active {
            Active::Each(var) => {
                let inner = Closure { subject, object, step, zero, once, active: Active::Current };
                Node::EachGraph { var, inner: Box::new(Node::Closure(inner)) }
            }
            active => Node::Closure(Closure { subject, object, step, zero, once, active }),
        }
    }

    fn step(&mut self, path: &Path) -> Step {
        let closure = |step, zero, once| Step::Closure { step: Box::new(step), zero, once };
        match path {
            Path::NamedNode(node) => Step::Predicate(self.predicate(node)),
            Path::NegatedPropertySet(nodes) => Step::Not(nodes.iter().map(|node| self.predicate(node)).collect()),
            Path::Reverse(path) => Step::Reverse(Box::new(self.step(path))),
            Path::Sequence(a, b) => Step::Sequence(Box::new(self.step(a)), Box::new(self.step(b))),
            Path::Alternative(a, b) => Step::Alternative(Box::new(self.step(a)), Box::new(self.step(b))),
            Path::ZeroOrMore(path) => closure(self.step(path), true, false),
            Path::OneOrMore(path) => closure(self.step(path), false, false),
            Path::ZeroOrOne(path) => closure(self.step(path), true, true),
        }
    }
}
