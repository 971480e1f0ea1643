//! Where sources disagree: facts that cannot all be right, found by rules ([`ConflictRule`]). Nothing is decided; all claims
//! are told, and what a person made of them.

mod anew;
mod assess;
mod find;
mod labels;
mod review;
mod rule;
mod rules;
mod sentence;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use oxrdf::{NamedNode, NamedNodeRef, Term};

pub use anew::{Looked, States, find_again};
pub use assess::{Assessed, assessments};
pub use find::{Finding, Said, find};
pub use labels::of_vocabulary;
pub use review::{Review, reviews};
pub use rule::{ConflictRule, ConflictRuleError, Example};
pub use rules::ConflictRules;

use super::data::{Origin, are_of_one_document, is_unstated, value};
use super::evidence;
use crate::index::{Id, Selection, Version};
use crate::ontology::LANGUAGES;
use crate::query::{Executor, QueryError};
use crate::vocab::{oa, pact, prov, rdf, schema};

/// Who says something, and on what words it rests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// Where it is from.
    pub origin: Origin,
    /// Words of the source, with their offsets.
    pub quotes: Vec<(String, Option<usize>, Option<usize>)>,
}

/// One of the facts that cannot all be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What is said: the node, its property, its value and when that is of.
    pub said: Said,
    /// Exact where there is none: `code:at-least`, `code:about`, `code:under`.
    pub quantifier: Option<Term>,
    /// By whom.
    pub told: Vec<Told>,
}

/// Facts that cannot all be right, with all that is known of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What the rule found.
    pub finding: Finding,
    /// What the rule is called in each language of the crate ([`crate::ontology`]): English, Simplified and Traditional Chinese,
    /// Japanese.
    pub titles: [String; LANGUAGES.len()],
    /// What there is to say of it, in the same languages; English at least.
    pub sentences: [Option<String>; LANGUAGES.len()],
    /// The facts.
    pub claims: Vec<Claim>,
    /// What people made of them, the latest first: it overrides what the rule says.
    pub reviews: Vec<Review>,
    /// The IRI of the rule's assessment.
    pub assessment: NamedNode,
}

impl Conflict {
    /// Whether more than one document takes part.
    pub fn is_between_documents(&self) -> bool {
        let origins = self.claims.iter().flat_map(|claim| &claim.told).map(|told| &told.origin);
        origins.collect::<BTreeSet<_>>().len() > 1
    }

    /// What it comes to: by the latest person who looked at it, else by the rule.
    pub fn verdict(&self) -> &NamedNode {
        self.reviews.first().map_or(&self.finding.verdict, |review| &review.verdict)
    }

    /// The sentence in a language (BCP 47), else in English.
    pub fn sentence(&self, language: &str) -> &str {
        let of = |at: usize| self.sentences[at].as_deref();
        of(crate::ontology::language(language)).or_else(|| of(0)).unwrap_or_default()
    }

    /// The title in a language (BCP 47).
    pub fn title(&self, language: &str) -> &str {
        &self.titles[crate::ontology::language(language)]
    }
}

/// Finds all conflicts, sorted by rule and by what they are about. `told` hears of each rule that is done.
///
/// # Errors
/// Those of [`find`].
pub fn conflicts(
    data: &Arc<Version>,
    rules: &ConflictRules,
    executor: &Executor,
    told: &dyn Fn(usize),
) -> Result<Vec<Conflict>, QueryError> {
    let found = find(data, rules, executor, told)?;
    described(data, rules, found, executor)
}

/// What was found, with all that is known of it.
///
/// # Errors
/// [`QueryError::Store`] where a part of the data could not be read.
pub fn described(
    data: &Arc<Version>,
    rules: &ConflictRules,
    found: Vec<Finding>,
    executor: &Executor,
) -> Result<Vec<Conflict>, QueryError> {
    let by_name: BTreeMap<&str, &ConflictRule> = rules.all().iter().map(|rule| (&*rule.name, rule)).collect();
    let describing = Describing { data: Selection::all(data.clone()), reviews: reviews(data) };
    let conflicts = found.into_iter().filter_map(|finding| {
        let rule = by_name.get(&*finding.rule)?;
        Some(describing.conflict(rule, finding))
    });
    let conflicts = conflicts.collect();
    executor.sound(data)?;
    Ok(conflicts)
}

/// The predicates of all statements that [`conflicts`] looks at: who has nothing but those finds the same. None where a rule
/// looks at statements of any predicate.
pub fn read_by_conflicts(rules: &ConflictRules) -> Option<Vec<NamedNode>> {
    let of_rules: Option<Vec<_>> = rules.all().iter().map(|rule| rule.delta.predicates()).collect();
    let of_rules = of_rules?.into_iter().flatten().cloned();
    let of_others = [rdf::type_, pact::quantifier, prov::wasDerivedFrom, schema::datePublished];
    let of_others = of_others.into_iter().chain(labels::READ).chain(review::READ).chain(evidence::READ);
    let all: BTreeSet<NamedNode> = of_rules.chain(of_others.map(NamedNodeRef::into_owned)).collect();
    Some(all.into_iter().collect())
}

struct Describing {
    data: Selection,
    reviews: Vec<Review>,
}

impl Describing {
    fn conflict(&self, rule: &ConflictRule, finding: Finding) -> Conflict {
        let facts = finding.facts();
        let iri = rule.iri();
        let title = |at: usize| {
            let known = if rule.is_own { None } else { of_vocabulary(iri.as_str(), at) };
            known.unwrap_or(&rule.title).to_owned()
        };
        let claims = finding.said.iter().map(|said| Claim {
            quantifier: sentence::quantifier(&self.data, &said.fact),
            told: self.told(said, finding.property.as_ref()),
            said: said.clone(),
        });
        Conflict {
            titles: std::array::from_fn(title),
            sentences: sentence::sentences(&self.data, rule, &finding),
            claims: claims.collect(),
            reviews: self.reviews.iter().filter(|review| review.is_of(&facts)).cloned().collect(),
            assessment: assess::iri(&finding),
            finding,
        }
    }

    /// Who says it.
    fn told(&self, said: &Said, property: Option<&Term>) -> Vec<Told> {
        let version = self.data.version();
        let find = |term: &Term| version.find(term.clone());
        let Some(node) = find(&said.fact) else { return Vec::new() };
        let pinned = said.graph.as_ref().and_then(find).and_then(|graph| version.graph_number(graph));
        let mut graphs: BTreeSet<u32> = pinned.into_iter().collect();
        if graphs.is_empty() {
            let property = said.property.as_ref().or(property).and_then(find);
            let value = said.value.as_ref().and_then(find);
            if let (Some(property), Some(value)) = (property, value) {
                graphs = self.graphs([Some(node), Some(property), Some(value)]);
            }
        }
        if graphs.is_empty() {
            graphs = self.graphs([Some(node), None, None]);
        }
        let told: BTreeSet<Told> = graphs.into_iter().map(|graph| self.told_in(node, graph)).collect();
        told.into_iter().collect()
    }

    /// The graphs of documents, and those that they share, in which such a statement stands.
    fn graphs(&self, pattern: [Option<Id>; 3]) -> BTreeSet<u32> {
        let quads = self.data.quads(pattern).map(|(.., graph)| graph);
        quads.filter(|graph| !is_unstated(self.data.version(), *graph)).collect()
    }

    /// Who says it in this graph, with the quotes of the same document.
    fn told_in(&self, node: Id, graph: u32) -> Told {
        let version = self.data.version();
        let body = version.id(oa::hasBody.into());
        let quotes = body.into_iter().flat_map(|body| self.data.quads([None, Some(body), Some(node)]));
        let mut quotes: Vec<_> = quotes
            .filter(|(.., other)| are_of_one_document(version, graph, *other))
            .filter_map(|(annotation, ..)| evidence::quoted(&self.data, annotation))
            .collect();
        quotes.sort();
        Told { origin: Origin::of(&self.data, graph), quotes }
    }
}

/// The verdict of an assessment, where it has one that is an IRI.
fn verdict(data: &Selection, assessment: Id) -> Option<NamedNode> {
    match data.version().term(value(data, assessment, pact::verdict)?) {
        Term::NamedNode(node) => Some(node),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
