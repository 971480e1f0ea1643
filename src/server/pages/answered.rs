//! The answer to a query as a table of a page, for browsers that run no scripts.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use maud::{Markup, html};
use oxrdf::Term;

use super::data::Reading;
use super::labels::Names;
use super::literal;
use super::show;
use super::texts::fill;
use super::view::View;
use crate::query::{Cancel, Event, Limits, Request};
use crate::server::admission::admitted;
use crate::server::admission::running::Kind;
use crate::server::endpoint::Endpoint;

use crate::server::http::problem::Problem;

use crate::server::sparql;
use crate::server::sparql::answer::{Question, counted};
use crate::server::sparql::protocol::Text;

/// Rows that a page shows; a download has all.
const MOST: usize = 1_000;

/// An answer, or as much of it as a page shows.
#[derive(Debug, Default)]
pub struct Answered {
    columns: Vec<String>,
    rows: Vec<Vec<Option<Term>>>,
    /// That of an ASK.
    boolean: Option<bool>,
    /// Whether the rows are triples.
    pub is_graph: bool,
    /// Whether there are more.
    is_part: bool,
    took: Duration,
}

impl Answered {
    fn take(&mut self, event: Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Head(variables) => {
                self.columns = variables.iter().map(|variable| variable.as_str().to_owned()).collect();
            }
            Event::Boolean(answer) => self.boolean = Some(answer),
            Event::Row(_) | Event::Triple(_) if self.rows.len() == MOST => {
                self.is_part = true;
                return ControlFlow::Break(());
            }
            Event::Row(row) => self.rows.push(row.terms()),
            Event::Triple(triple) => {
                let triple = triple.into_owned();
                let terms: [Term; 3] = [triple.subject.into(), triple.predicate.into(), triple.object];
                self.rows.push(terms.map(Some).to_vec());
            }
        }
        ControlFlow::Continue(())
    }
}

/// Asks what a form sent, within the limits of every query.
///
/// # Errors
/// Those of the text and of the evaluation.
pub async fn ask(endpoint: &Arc<Endpoint>, headers: &HeaderMap, text: Text) -> Result<Answered, Problem> {
    let question = sparql::question(endpoint, headers, text, false).await?;
    admitted(endpoint, question.deadline, move |endpoint, cancel| {
        let _ticket = endpoint.running.enter(Kind::Query, &question.text, cancel.clone());
        evaluate(endpoint, &question, cancel)
    })
    .await
}

fn evaluate(endpoint: &Endpoint, question: &Question, cancel: &Cancel) -> Result<Answered, Problem> {
    let (begun, deadline) = (Instant::now(), question.deadline);
    let limits = Limits { timeout: deadline.left(), ..endpoint.settings.evaluation };
    let request = Request { query: &question.query, dataset: &question.dataset, limits: &limits, cancel };
    let engine = endpoint.engine(deadline.end()).with_default_graph(question.default_graph);
    let is_graph = matches!(question.query.form(), crate::query::Form::Construct | crate::query::Form::Describe);
    let mut answered = Answered { is_graph, ..Answered::default() };
    question
        .state
        .run(&engine, request, &mut |event| answered.take(event))
        .map_err(|error| counted(endpoint, &deadline.told(error)))?;
    Ok(Answered { took: begun.elapsed(), ..answered })
}

/// What was found, how long it took, and the table.
///
/// # Errors
/// Those of looking names up.
pub fn table(reading: &Reading<'_>, view: &View, answered: &Answered) -> Result<(String, Markup), Problem> {
    let texts = &view.texts().workbench;
    let took = fill(texts.seconds, &[&format!("{:.2}", answered.took.as_secs_f64())]);
    if let Some(answer) = answered.boolean {
        return Ok((took, html! { p.answer { (if answer { texts.yes } else { texts.no }) } }));
    }
    let mut names = Names::new(reading, view.labels);
    let terms = answered.rows.iter().flatten().flatten();
    let iris = terms.filter_map(|term| if let Term::NamedNode(node) = term { Some(node.as_str()) } else { None });
    names.learn(iris)?;
    let count = literal::grouped(&answered.rows.len().to_string());
    let found = if answered.rows.len() == 1 { texts.row } else { texts.rows };
    let mut status = format!("{} · {took}", fill(found, &[&count]));
    if answered.is_part {
        status.push_str(" · ");
        status.push_str(&fill(texts.truncated, &[&count]));
    }
    let cell = |term: &Option<Term>| html! { td { @if let Some(term) = term { (show::term(&names, view, term)) } } };
    let rows: Vec<Markup> =
        answered.rows.iter().map(|row| html! { tr { @for term in row { (cell(term)) } } }).collect();
    let triple = [texts.subject, texts.predicate, texts.object];
    let heads: Vec<&str> =
        if answered.is_graph { triple.to_vec() } else { answered.columns.iter().map(String::as_str).collect() };
    let table = if rows.is_empty() {
        html! { p { (texts.no_rows) } }
    } else {
        show::table(texts.results, &heads, &rows)
    };
    Ok((status, table))
}
