//! What checks found, as JSON for programs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use oxrdf::{NamedOrBlankNode, Term};
use serde_json::{Value, json};

use super::Report;
use crate::check::conflicts::{Claim, Conflict, Review};
use crate::check::evidence::{EvidenceFinding, EvidenceReport, Problem};
use crate::check::shapes::Finding;
use crate::ontology::LANGUAGES;
use crate::rdf::recommended;

/// Writes a report as JSON: an object with `shapes`, `evidence` and `conflicts`, as far as they were asked for. Terms are
/// written as in N-Triples, IRIs of documents and graphs as they are.
///
/// # Errors
/// Those of the output.
pub fn json(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut all = serde_json::Map::new();
    all.insert("faults".to_owned(), report.faults().into());
    all.insert("remarks".to_owned(), report.remarks().into());
    if let Some(shapes) = &report.shapes {
        let findings: Vec<Value> = shapes.findings.iter().map(finding_json).collect();
        all.insert(
            "shapes".to_owned(),
            json!({ "documents": shapes.documents, "nodes": shapes.nodes, "findings": findings }),
        );
    }
    if let Some(evidence) = &report.evidence {
        all.insert("evidence".to_owned(), evidence_json(evidence));
    }
    if let Some(conflicts) = &report.conflicts {
        all.insert("conflicts".to_owned(), conflicts.iter().map(conflict_json).collect());
    }
    serde_json::to_writer_pretty(&mut *out, &Value::Object(all))?;
    writeln!(out)
}

fn finding_json(finding: &Finding) -> Value {
    let graph = |graph: &NamedOrBlankNode| match graph {
        NamedOrBlankNode::NamedNode(node) => node.as_str().to_owned(),
        NamedOrBlankNode::BlankNode(node) => node.to_string(),
    };
    let messages =
        finding.messages.iter().map(|message| json!({ "text": message.value(), "language": message.language() }));
    json!({
        "severity": finding.severity.as_str(),
        "messages": messages.collect::<Vec<_>>(),
        "focus": recommended(&finding.focus).to_string(),
        "path": finding.path,
        "value": finding.value.as_ref().map(|value| recommended(value).to_string()),
        "component": finding.component.as_str(),
        "shape": finding.shape.to_string(),
        "graphs": finding.graphs.iter().map(graph).collect::<Vec<_>>(),
    })
}

fn evidence_json(report: &EvidenceReport) -> Value {
    let finding = |finding: &EvidenceFinding| {
        let (problem, places) = match &finding.problem {
            Problem::Moved(places) => ("moved", places.as_slice()),
            Problem::Missing => ("missing", [].as_slice()),
            Problem::Context => ("context", [].as_slice()),
            Problem::Span => ("span", [].as_slice()),
            Problem::Cell => ("cell", [].as_slice()),
        };
        json!({
            "document": finding.document, "of": finding.of, "quote": finding.quote, "start": finding.start,
            "end": finding.end, "cell": finding.cell, "problem": problem, "found_at": places,
        })
    };
    json!({
        "checked": report.checked,
        "standing": report.standing,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "without_text": report.without_text,
        "unreadable": report.unreadable,
    })
}

fn conflict_json(conflict: &Conflict) -> Value {
    let claim = |claim: &Claim| {
        let told = claim.told.iter().map(|told| {
            let quote = |(words, start, end): &(String, Option<usize>, Option<usize>)| {
                json!({ "quote": words, "start": start, "end": end })
            };
            json!({
                "document": told.origin.document, "graph": told.origin.graph, "published": told.origin.published,
                "evidence": told.quotes.iter().map(quote).collect::<Vec<_>>(),
            })
        });
        let term = |term: &Option<Term>| term.as_ref().map(|term| recommended(term).to_string());
        json!({
            "value": term(&claim.said.value), "when": term(&claim.said.when), "property": term(&claim.said.property),
            "node": claim.said.fact.to_string(), "quantifier": term(&claim.quantifier), "told": told.collect::<Vec<_>>(),
        })
    };
    let finding = &conflict.finding;
    let figure = finding.key.iter().map(|(name, value)| (name.clone(), recommended(value).to_string()));
    let sentences = LANGUAGES.iter().zip(&conflict.sentences);
    let review = |review: &Review| {
        json!({
            "assessment": review.assessment.to_string(), "verdict": review.verdict.to_string(), "by": review.by, "at": review.at,
        })
    };
    json!({
        "rule": &*finding.rule,
        "assessment": conflict.assessment.to_string(),
        "subject": finding.about.to_string(),
        "property": finding.property.as_ref().map(ToString::to_string),
        "figure": figure.collect::<BTreeMap<_, _>>(),
        "verdict": finding.verdict.to_string(),
        "sentences": sentences.filter_map(|(tag, text)| Some((*tag, text.as_ref()?))).collect::<BTreeMap<_, _>>(),
        "claims": conflict.claims.iter().map(claim).collect::<Vec<_>>(),
        "reviews": conflict.reviews.iter().map(review).collect::<Vec<_>>(),
    })
}
