//! `citypact query --watch`: a query is asked again when the data changes.
//!
//! What tells of a change: of files their times and sizes, of a store its commit counter, of a server of this program the
//! epoch that it tells; of any other endpoint the result itself.

use std::thread::sleep;
use std::time::Duration;

use super::answer::ResultArgs;
use super::backend::{Backend, DataArgs};
use super::edge::Edge;
use super::report::Result;
use crate::query::{Limits, Query};

/// Between two looks at what is near, and at what is asked for its result.
const NEAR: Duration = Duration::from_millis(500);
const FAR: Duration = Duration::from_secs(5);

/// A query that is asked again and again.
pub struct Watch<'a> {
    /// Of what.
    pub data: &'a DataArgs,
    /// What is asked.
    pub query: &'a Query,
    /// How it is shown.
    pub result: &'a ResultArgs,
    /// What each evaluation may use.
    pub limits: &'a Limits,
}

impl Watch<'_> {
    /// Asks until it is interrupted. What fails at first is an error; what fails later is told, and tried again.
    ///
    /// # Errors
    /// Those of the first time, and of the output.
    pub fn run(&self, edge: &Edge) -> Result {
        let quiet = edge.clone().with_flags(true, !edge.color);
        let (mut seen, mut first) = (None, true);
        loop {
            let stamp = self.data.stamp();
            if first || stamp != seen {
                match self.data.open(self.limits, if first { edge } else { &quiet }) {
                    Ok((backend, _)) if backend.remote().is_some() => return self.through(&backend, edge),
                    Ok((backend, _)) => self.show(&backend, edge)?,
                    Err(failure) if first => return Err(failure),
                    // Somebody writes at the moment: the counter will move on.
                    Err(_) => {}
                }
                (seen, first) = (stamp, false);
            }
            sleep(NEAR);
        }
    }

    /// Asks what is behind an endpoint.
    fn through(&self, backend: &Backend, edge: &Edge) -> Result {
        let (mut seen, mut last) = (None, None);
        loop {
            let epoch = backend.epoch()?;
            if epoch.is_none() || epoch != seen {
                let shown = self.result.render(backend, self.query, self.limits, edge)?;
                if epoch.is_some() || last.as_ref() != Some(&shown) {
                    self.result.put(&shown, edge)?;
                }
                (seen, last) = (epoch, Some(shown));
            }
            sleep(if epoch.is_some() { NEAR } else { FAR });
        }
    }

    fn show(&self, backend: &Backend, edge: &Edge) -> Result<()> {
        let shown = self.result.render(backend, self.query, self.limits, edge)?;
        self.result.put(&shown, edge)
    }
}
