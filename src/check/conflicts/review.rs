//! What people made of facts: assessments that no rule wrote.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use oxrdf::{Literal, NamedNode, NamedNodeRef, Term};

use super::super::data::{text, value};
use super::verdict;
use crate::index::{Id, Selection, Version};
use crate::vocab::{dcterms, pact, schema, skos};

/// The predicates of what is said of assessments, by people and by rules.
pub(super) const READ: [NamedNodeRef<'static>; 7] =
    [pact::assesses, pact::verdict, pact::rule, schema::author, schema::about, dcterms::created, skos::note];

/// What a person made of some facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The assessment.
    pub assessment: Term,
    /// What it comes to.
    pub verdict: NamedNode,
    /// Who says so, where that is known.
    pub by: Option<String>,
    /// When it was said (a day, or a moment), where that is known.
    pub at: Option<String>,
    /// What else is said of it.
    pub notes: Vec<Literal>,
    /// The facts, as terms of N-Triples.
    facts: BTreeSet<String>,
}

impl Review {
    /// Whether it is a verdict on these facts: it assesses all of them, and what stands alone alone.
    pub(super) fn is_of(&self, facts: &BTreeSet<String>) -> bool {
        facts.is_subset(&self.facts) && (facts.len() > 1 || self.facts.len() == 1)
    }
}

/// All that people made of anything, the latest first.
pub fn reviews(data: &Arc<Version>) -> Vec<Review> {
    let data = Selection::all(data.clone());
    let Some(assesses) = data.version().id(pact::assesses.into()) else { return Vec::new() };
    let assessments: BTreeSet<Id> =
        data.triples([None, Some(assesses), None]).map(|[assessment, ..]| assessment).collect();
    let by_people = assessments.into_iter().filter(|assessment| value(&data, *assessment, pact::rule).is_none());
    let mut found: Vec<Review> = by_people.filter_map(|assessment| review(&data, assessment, assesses)).collect();
    found.sort_by_cached_key(|review| (Reverse(review.at.clone()), review.assessment.to_string()));
    found
}

fn review(data: &Selection, assessment: Id, assesses: Id) -> Option<Review> {
    let version = data.version();
    let said = |property| value(data, assessment, property).map(|id| text(&version.term(id)));
    let notes = version.id(skos::note.into()).into_iter().flat_map(|note| data.objects(assessment, note));
    let notes = notes.filter_map(|id| match version.term(id) {
        Term::Literal(note) => Some(note),
        _ => None,
    });
    Some(Review {
        assessment: version.term(assessment),
        verdict: verdict(data, assessment)?,
        by: said(schema::author),
        at: said(dcterms::created),
        notes: notes.collect(),
        facts: data.objects(assessment, assesses).map(|fact| version.term(fact).to_string()).collect(),
    })
}
