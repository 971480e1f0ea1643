//! How a query is evaluated: its plan, with the rows and the time of each step.

use std::fmt;
use std::time::Duration;

use oxigraph::sparql::QueryResults;
use serde::{Deserialize, Serialize};

use super::error::QueryError;
use super::evaluation::{Evaluation, specification};
use super::own::Own;
use super::run::{Engine, Request, Source};
use super::supervise::supervised;
use super::top;
use crate::counted::counted;
use crate::eval::{Told, Unsupported};

/// A plan and how its evaluation went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Rows or triples of the result; 1 for an answer.
    pub rows: u64,
    /// Seconds from the text's algebra to the last row.
    pub seconds: f64,
    /// Whether the index was read; otherwise the store itself, which takes longer.
    pub indexed: bool,
    /// What the evaluator over the index does not know, if that is why the other one answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// The outermost step.
    pub plan: Step,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What it does.
    pub name: String,
    /// How many rows it was thought to give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated: Option<u64>,
    /// How many rows it gave.
    #[serde(alias = "number of results", default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// How long it took with the steps below, in seconds.
    #[serde(alias = "duration in seconds", default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// The steps that give it its rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Step>,
}

impl Engine {
    /// Evaluates a query to its end and tells how. All limits hold.
    ///
    /// # Errors
    /// Those of [`Self::evaluate`].
    pub fn explain(&self, source: &(dyn Source + Sync), request: Request<'_>) -> Result<Explanation, QueryError> {
        let Request { query, dataset, limits, cancel } = request;
        let specification = specification(dataset, query.algebra().dataset(), self.default_graph());
        supervised(limits, cancel, query.needs().stack(), || {
            let evaluation = Evaluation::new(self, source, specification, limits, cancel);
            let why = match Own::plan(&evaluation, query, true) {
                Ok(own) => return told(&evaluation, own),
                Err(Unsupported(what)) => what,
            };
            let mut explanation = None;
            let (rows, stats) = evaluation.run_by(
                query,
                |bound| {
                    let (results, told) = bound.explain();
                    explanation = Some(told);
                    results
                },
                count,
            )?;
            let mut json = Vec::new();
            explanation.map(|told| told.write_in_json(&mut json)).transpose().map_err(internal)?;
            let Plan { plan } = serde_json::from_slice(&json).map_err(internal)?;
            let (rows, seconds) = (rows?, stats.elapsed.as_secs_f64());
            let plan = with_ordering(plan.unlaced(), query.algebra(), rows, seconds);
            let fallback = Some(why).filter(|_| stats.indexed);
            Ok(Explanation { rows, seconds, indexed: stats.indexed, fallback, plan })
        })
    }
}

/// Draws all results of a query that is planned here, and tells of its steps.
fn told(evaluation: &Evaluation<'_>, own: Own) -> Result<Explanation, QueryError> {
    let told = own.told();
    let (rows, stats) = evaluation.run_own(own, count)?;
    let (rows, seconds) = (rows?, stats.elapsed.as_secs_f64());
    let nothing = || Step { name: "Unit".into(), estimated: None, rows: Some(1), seconds: None, children: Vec::new() };
    Ok(Explanation {
        rows,
        seconds,
        indexed: true,
        fallback: None,
        plan: told.map_or_else(nothing, |told| step(&told)),
    })
}

fn step(told: &Told) -> Step {
    Step {
        name: told.name.clone(),
        estimated: Some(told.estimated.round().min(1e18) as u64),
        rows: Some(told.rows()),
        seconds: Some(told.time().as_secs_f64()),
        children: told.children.iter().map(|child| step(child)).collect(),
    }
}

/// The engine's plan, and what is done with its rows here.
fn with_ordering(plan: Step, query: &spargebra::Query, rows: u64, seconds: f64) -> Step {
    let spargebra::Query::Select { pattern, .. } = query else { return plan };
    let Some(ordering) = top::take(&mut pattern.clone()) else { return plan };
    let keys: Vec<String> = ordering
        .keys
        .iter()
        .map(|(key, descending)| if *descending { format!("DESC({key})") } else { key.to_string() })
        .collect();
    let first = ordering.length.map(|length| format!(", first {}", ordering.start.saturating_add(length)));
    let name = format!("Sort({}{})", keys.join(", "), first.unwrap_or_default());
    Step { name, estimated: None, rows: Some(rows), seconds: Some(seconds), children: vec![plan] }
}

#[derive(Deserialize)]
struct Plan {
    plan: Step,
}

fn internal(error: impl fmt::Display) -> QueryError {
    QueryError::Internal(format!("the plan cannot be read: {error}"))
}

fn count(results: QueryResults<'_>) -> Result<u64, QueryError> {
    let mut rows = 0;
    match results {
        QueryResults::Solutions(solutions) => {
            for solution in solutions {
                solution?;
                rows += 1;
            }
        }
        QueryResults::Graph(triples) => {
            for triple in triples {
                triple?;
                rows += 1;
            }
        }
        QueryResults::Boolean(_) => rows = 1,
    }
    Ok(rows)
}

impl fmt::Display for Explanation {
    /// The steps as an indented tree, each with its rows and its time.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = if self.indexed { "" } else { ", from the store: its index is not ready" };
        writeln!(f, "{} in {}{store}", counted(self.rows, "row"), time(self.seconds))?;
        if let Some(what) = &self.fallback {
            writeln!(f, "left to the other evaluator: {what}")?;
        }
        writeln!(f, "{:>10} {:>10} {:>10}  STEP", "ESTIMATED", "ROWS", "TIME")?;
        self.plan.write(f, 0)
    }
}

impl Step {
    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let estimated = self.estimated.map(|rows| rows.to_string()).unwrap_or_default();
        let rows = self.rows.map(|rows| rows.to_string()).unwrap_or_default();
        let time = self.seconds.map(time).unwrap_or_default();
        writeln!(f, "{estimated:>10} {rows:>10} {time:>10}  {:indent$}{}", "", self.name, indent = 2 * depth)?;
        self.children.iter().try_for_each(|step| step.write(f, depth + 1))
    }
}

fn time(seconds: f64) -> String {
    let time = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    if time >= Duration::from_secs(1) {
        format!("{:.2} s", time.as_secs_f64())
    } else if time >= Duration::from_millis(1) {
        format!("{:.1} ms", time.as_secs_f64() * 1e3)
    } else {
        format!("{:.0} µs", time.as_secs_f64() * 1e6)
    }
}
