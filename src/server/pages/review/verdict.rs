//! A person's verdict on a conflict: taken from the form, written into `graph/review`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use oxrdf::{Literal, NamedNode, NamedNodeRef, Quad, Term};

use super::form;
use crate::check::Conflict;
use crate::query::Cancel;
use crate::rdf::stored;
use crate::record::Verdict;
use crate::server::admission::deadline::Deadline;
use crate::server::endpoint::Endpoint;
use crate::server::failure;
use crate::server::http::access::Right;
use crate::server::http::parameters::parameters;
use crate::server::http::problem::Problem;
use crate::server::linked_data::description;
use crate::server::pages::data::{Reading, Row, Slot, civil};
use crate::server::pages::view::View;
use crate::server::state::current_state;
use crate::vocab::{code, dcterms, graph, pact, rdf, schema, skos, xsd};

/// Characters of a name and of a note that are taken.
const NAME: usize = 200;
const WORDS: usize = 2_000;

/// What a person sent.
struct Judged {
    conflict: String,
    /// None where an earlier one is taken back.
    verdict: Option<Verdict>,
    by: String,
    note: String,
}

/// `/review` by POST: a verdict on a conflict. The token is that of the form, or of the header.
///
/// # Errors
/// 401 and 403 without the token; 400 for fields that are missing; 404 where there is no such conflict (any more).
pub async fn post(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    let (parts, fields) = parameters(&endpoint, request).await?;
    let field = |name: &str| {
        let found = fields.iter().rev().find(|(other, _)| other == name);
        found.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    endpoint.settings.tokens.check_borne(&parts.headers, field(form::TOKEN).as_deref(), Right::Write)?;
    let judged = judged(field)?;
    let view = View::new(&endpoint, &parts.headers, &parts.uri);
    let deadline = Deadline::begin(endpoint.settings.evaluation.timeout, None);
    let turn = deadline.wait(endpoint.writers.take()).await??;
    let state = current_state(&endpoint, deadline).await?;
    let anchor = failure::blocking({
        let (endpoint, view) = (Arc::clone(&endpoint), view.clone());
        move || {
            let _turn = turn;
            let reading = Reading::new(&endpoint, state, deadline, &Cancel::new());
            let conflicts = reading.conflicts()?;
            let conflict = conflicts.iter().find(|conflict| conflict.assessment.as_str() == judged.conflict);
            let conflict = conflict.ok_or_else(|| {
                Problem::not_found("the conflict is no more: documents may have changed since the page was made")
            })?;
            let (subject, quads) = quads(&endpoint, &view, conflict, &judged);
            let before = before(&reading, &subject)?;
            let gone: Vec<Quad> = before.iter().filter(|quad| !quads.contains(quad)).cloned().collect();
            let written = endpoint.store.change(&quads, &gone);
            written.map_err(|error| failure::of_store(&error))?;
            Ok(form::anchor(conflict).to_owned())
        }
    })
    .await?;
    Ok(description::see_other(&format!("{}#{anchor}", form::back(&view))))
}

fn judged(field: impl Fn(&str) -> Option<String>) -> Result<Judged, Problem> {
    let lacks = |name: &str| Problem::bad_request(format!("the field `{name}` is missing")).with("parameter", name);
    let cut = |text: String, most: usize| text.chars().take(most).collect::<String>();
    let verdict = field(form::VERDICT);
    let known = |code: &String| {
        Verdict::ALL.iter().find(|known| known.as_str() == code).copied().ok_or_else(|| {
            let all: Vec<&str> = Verdict::ALL.iter().map(|code| code.as_str()).collect();
            Problem::bad_request(format!("`{code}` is no verdict: one of {}", all.join(", ")))
        })
    };
    Ok(Judged {
        conflict: field(form::CONFLICT).ok_or_else(|| lacks(form::CONFLICT))?,
        verdict: verdict.as_ref().map(known).transpose()?,
        by: cut(field(form::BY).ok_or_else(|| lacks(form::BY))?, NAME),
        note: cut(field(form::NOTE).unwrap_or_default(), WORDS),
    })
}

/// The node of what a person makes of a conflict by the form.
pub fn node(conflict: &Conflict) -> NamedNode {
    NamedNode::new_unchecked(format!("{}/judged", conflict.assessment.as_str()))
}

/// The node of a person's assessment of a conflict, and what is said of it.
fn quads(endpoint: &Endpoint, view: &View, conflict: &Conflict, judged: &Judged) -> (NamedNode, Vec<Quad>) {
    let subject = node(conflict);
    let Some(verdict) = judged.verdict else { return (subject, Vec::new()) };
    let mut quads = Vec::new();
    let mut say = |property: NamedNodeRef<'_>, object: Term| {
        quads.push(Quad::new(subject.clone(), property, object, graph::review));
    };
    say(rdf::type_, pact::Assessment.into());
    say(pact::verdict, NamedNode::new_unchecked(format!("{}{verdict}", code::NS)).into());
    say(schema::author, Literal::new_simple_literal(&judged.by).into());
    say(dcterms::created, Literal::new_typed_literal(now(endpoint), xsd::dateTime).into());
    if !judged.note.is_empty() {
        let tag = view.language.tag().to_ascii_lowercase();
        say(skos::note, Literal::new_language_tagged_literal_unchecked(&judged.note, tag).into());
    }
    for said in &conflict.finding.said {
        if let Term::NamedNode(fact) = &said.fact {
            say(pact::assesses, fact.clone().into());
        }
    }
    (subject, quads)
}

/// What `graph/review` says of a node, as a store keeps it.
fn before(reading: &Reading<'_>, subject: &NamedNode) -> Result<Vec<Quad>, Problem> {
    let values = [("subject", Slot::Node(subject))];
    let rows =
        reading.ask("SELECT ?property ?value WHERE { GRAPH graph:review { $subject ?property ?value } }", &values)?;
    let quad = |row: Row<'_>| {
        let property = NamedNode::new(row.iri("property")?).ok()?;
        let value = stored(row.term("value")?).into_owned();
        Some(Quad::new(subject.clone(), property, value, graph::review))
    };
    Ok(rows.iter().filter_map(quad).collect())
}

/// The present moment in UTC, to the second (xsd:dateTime).
fn now(endpoint: &Endpoint) -> String {
    let seconds = (endpoint.settings.clock)().as_secs();
    let (year, month, day) = civil(i64::try_from(seconds / 86_400).unwrap_or(0));
    let of_day = seconds % 86_400;
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
