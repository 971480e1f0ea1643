//! EXPLAIN: how a query is evaluated: its plan, with the rows and the time of each step.

use std::fmt;
use std::time::Duration;

use oxigraph::sparql::QueryResults;
use serde::{Deserialize, Serialize};

use super::evaluation::{Evaluation, specification};
use super::planned::Planned;
use super::with_limits::with_limits;
use super::{Engine, Request, Source};
use crate::counted::counted;
use crate::eval::Told;
use crate::query::error::QueryError;

/// A plan and how its evaluation went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Rows or triples of the result; 1 for an answer.
    pub rows: u64,
    /// Seconds from the text's algebra to the last row.
    pub seconds: f64,
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
        with_limits(limits, cancel, query.facts().stack(), || {
            let evaluation = Evaluation::new(self, source, specification, limits, cancel)?;
            told(&evaluation, Planned::plan(&evaluation, query, true)?)
        })
    }
}

/// Draws all results of a query that is planned here, and tells of its steps.
fn told(evaluation: &Evaluation<'_>, planned: Planned) -> Result<Explanation, QueryError> {
    let told = planned.told();
    let (rows, stats) = evaluation.run_planned(planned, count)?;
    let (rows, seconds) = (rows?, stats.elapsed.as_secs_f64());
    let nothing = || Step { name: "Unit".into(), estimated: None, rows: Some(1), seconds: None, children: Vec::new() };
    Ok(Explanation { rows, seconds, plan: told.map_or_else(nothing, |told| step(&told)) })
}

fn step(told: &Told) -> Step {
    Step {
        name: told.name.clone(),
        estimated: Some(told.estimated.round().min(1e18) as u64),
        rows: Some(told.rows()),
        seconds: Some(told.time().as_secs_f64()),
        children: told.children().iter().map(|child| step(child)).collect(),
    }
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
        writeln!(f, "{} in {}", counted(self.rows, "row"), time(self.seconds))?;
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
