//! What rules find, as assessments in `graph/review`: written again they replace what rules said before, and nothing that a
//! person said.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use oxrdf::{Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term};

use super::rules::ConflictRules;
use super::{Conflict, Finding};
use crate::index::{Selection, Version};
use crate::mapping::iri::hash;
use crate::ontology::LANGUAGES;
use crate::vocab::{BaseIri, graph, pact, rdf, rdfs, schema, skos};

/// What writing the assessments of rules changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assessed {
    /// How many assessments there are now.
    pub all: usize,
    /// How many of them a person overrides.
    pub overridden: usize,
    /// How many are there that were not.
    pub new: usize,
    /// How many are there no more.
    pub stale: usize,
    /// Quads that are to come.
    pub come: Vec<Quad>,
    /// Quads that are to go.
    pub gone: Vec<Quad>,
}

/// The IRI of the assessment of a finding: the same as long as rule, thing and key are.
pub(super) fn iri(finding: &Finding) -> NamedNode {
    let identity = finding.identity();
    let path = BaseIri::default().path("assessment").segment(&finding.rule).fixed(&hash([identity.as_str()]));
    NamedNode::new_unchecked(path.finish())
}

/// What changes in `graph/review` where conflicts are written into it that these rules found in the data. What rules other than
/// these said goes, too, unless it is left out by `keep`, which is asked with the IRI of a rule.
pub fn assessments(
    data: &Arc<Version>,
    rules: &ConflictRules,
    conflicts: &[Conflict],
    keep: &dyn Fn(&str) -> bool,
) -> Assessed {
    let wanted: Vec<Quad> = described(rules, conflicts);
    let held = held(data, keep);
    let subjects = |quads: &[Quad]| -> BTreeSet<String> {
        let assessments = quads.iter().filter(|quad| quad.predicate == pact::rule);
        assessments.map(|quad| quad.subject.to_string()).collect()
    };
    let (now, before) = (subjects(&wanted), subjects(&held));
    let lacks = |quads: &[Quad], other: &[Quad]| -> Vec<Quad> {
        let other: HashSet<&Quad> = other.iter().collect();
        quads.iter().filter(|quad| !other.contains(quad)).cloned().collect()
    };
    Assessed {
        all: now.len(),
        overridden: conflicts.iter().filter(|conflict| !conflict.reviews.is_empty()).count(),
        new: now.difference(&before).count(),
        stale: before.difference(&now).count(),
        come: lacks(&wanted, &held),
        gone: lacks(&held, &wanted),
    }
}

/// The quads of the assessments of conflicts, as a store keeps them.
fn described(rules: &ConflictRules, conflicts: &[Conflict]) -> Vec<Quad> {
    let mut quads = Vec::new();
    let mut used = BTreeSet::new();
    for conflict in conflicts {
        let Some(rule) = rules.all().iter().find(|rule| rule.name == conflict.finding.rule) else { continue };
        // Of nodes without names nobody can say anything.
        if facts(conflict).is_empty() {
            continue;
        }
        let mut say = |property: NamedNodeRef<'_>, object: Term| {
            quads.push(Quad::new(conflict.assessment.clone(), property, object, graph::review));
        };
        say(rdf::type_, pact::Assessment.into());
        say(pact::rule, rule.iri().into());
        say(pact::verdict, conflict.finding.verdict.clone().into());
        if conflict.finding.about.is_named_node() {
            say(schema::about, conflict.finding.about.clone());
        }
        facts(conflict).into_iter().for_each(|fact| say(pact::assesses, fact.clone().into()));
        for (language, sentence) in LANGUAGES.iter().zip(&conflict.sentences) {
            if let Some(sentence) = sentence {
                // Stores keep language tags in lower case.
                let tag = language.to_ascii_lowercase();
                say(skos::note, Literal::new_language_tagged_literal_unchecked(sentence, tag).into());
            }
        }
        if rule.is_own && used.insert(rule.name.clone()) {
            quads.push(Quad::new(rule.iri(), rdfs::label, Literal::new_simple_literal(&rule.title), graph::review));
        }
    }
    quads
}

/// The facts that an assessment names: the nodes that have names, or what all is about.
fn facts(conflict: &Conflict) -> BTreeSet<&NamedNode> {
    let facts: BTreeSet<&NamedNode> = conflict.finding.said.iter().filter_map(|said| node(&said.fact)).collect();
    if facts.is_empty() { node(&conflict.finding.about).into_iter().collect() } else { facts }
}

fn node(term: &Term) -> Option<&NamedNode> {
    match term {
        Term::NamedNode(node) => Some(node),
        _ => None,
    }
}

/// What rules said before: all that `graph/review` says of assessments that name a rule, and of rules.
fn held(data: &Arc<Version>, keep: &dyn Fn(&str) -> bool) -> Vec<Quad> {
    let id = |node: NamedNodeRef<'_>| data.id(node.into());
    let (Some(rule), Some(graph)) = (id(pact::rule), id(graph::review).and_then(|name| data.graph_number(name))) else {
        return Vec::new();
    };
    let review = Selection::new(data.clone(), crate::index::GraphFilter::One(graph));
    let mut subjects = BTreeSet::new();
    for [assessment, _, rule] in review.triples([None, Some(rule), None]) {
        let named = data.term(rule);
        if !node(&named).is_some_and(|rule| keep(rule.as_str())) {
            subjects.extend([assessment, rule]);
        }
    }
    let quads = subjects.into_iter().flat_map(|subject| review.quads([Some(subject), None, None]));
    quads.map(|row| data.quad(row)).filter(|quad| matches!(quad.subject, NamedOrBlankNode::NamedNode(_))).collect()
}
