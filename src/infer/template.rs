//! Facts from the solutions of a rule.

use std::collections::HashMap;

use oxrdf::{Term, Variable};
use spargebra::term::TermPattern;

use super::error::InferError;
use super::rule::Rule;
use crate::index::{Extension, Id, Kind, normal};
use crate::query::Solution;

/// A fact by the numbers of its terms.
pub(super) type Fact = [Id; 3];

/// A place of a fact that a rule derives.
enum Place {
    Constant(Id),
    /// A variable, by its place in a solution.
    Variable(usize),
}

/// A triple that a rule derives from each solution.
pub(super) struct Template {
    places: [Place; 3],
    /// Numbers of terms that the query made.
    made: HashMap<Id, Id>,
}

impl Template {
    /// Those of a rule whose solutions have these columns.
    pub(super) fn all(rule: &Rule, columns: &[Variable], more: &mut Extension<'_>) -> Result<Vec<Self>, InferError> {
        let mut found = Vec::new();
        for triple in &rule.template {
            let predicate = TermPattern::from(triple.predicate.clone());
            let parts = [&triple.subject, &predicate, &triple.object];
            let places = parts.map(|part| Place::new(part, columns, more));
            if let [Some(subject), Some(predicate), Some(object)] = places {
                found.push(Self { places: [subject?, predicate?, object?], made: HashMap::new() });
            }
        }
        Ok(found)
    }

    /// The fact that a solution gives: none where something has no value, or the result is no triple.
    pub(super) fn fact(
        &mut self,
        solution: &Solution<'_>,
        more: &mut Extension<'_>,
    ) -> Result<Option<Fact>, InferError> {
        let mut fact = Fact::default();
        for (at, place) in self.places.iter().enumerate() {
            fact[at] = match *place {
                Place::Constant(id) => id,
                Place::Variable(column) => match solution.id(column) {
                    Some(id) if may_stand(solution.kind(id), at) => id,
                    _ => return Ok(None),
                },
            };
        }
        for id in fact.iter_mut().filter(|id| id.is_local()) {
            *id = match self.made.get(id) {
                Some(known) => *known,
                None => {
                    let known = more.intern(solution.term_of(*id).as_ref())?;
                    self.made.insert(*id, known);
                    known
                }
            };
        }
        Ok(Some(fact))
    }
}

impl Place {
    /// None where no solution gives it a term.
    fn new(part: &TermPattern, columns: &[Variable], more: &mut Extension<'_>) -> Option<Result<Self, InferError>> {
        let term: Term = match part {
            TermPattern::NamedNode(node) => node.clone().into(),
            TermPattern::Literal(literal) => normal(literal.clone().into()),
            TermPattern::Variable(variable) => {
                return columns.iter().position(|column| column == variable).map(Self::Variable).map(Ok);
            }
            TermPattern::BlankNode(_) | TermPattern::Triple(_) => return None,
        };
        Some(more.intern(term.as_ref()).map(Self::Constant).map_err(InferError::from))
    }
}

/// Whether a term of this kind can be subject (0), predicate (1) or object (2).
fn may_stand(kind: Kind, at: usize) -> bool {
    match at {
        0 => matches!(kind, Kind::Iri | Kind::Blank),
        1 => kind == Kind::Iri,
        _ => true,
    }
}
