//! What is said while records are read: findings, rejected records, resolutions, and the sum at the end.

use std::io::Write;
use std::sync::Arc;

use super::edge::Edge;
use super::output::OutFile;
use super::report::{Failure, Outcome, Result};
use crate::convert::{Event, MentionReport, Summary};
use crate::counted::counted;
use crate::location::{Diagnostic, Severity};
use crate::place::Resolution;
use crate::record::RejectWriter;
use crate::table::Account;

/// Says what is to be said of records, and writes down what is to be written down.
pub struct Listener<'e> {
    edge: &'e Edge,
    rejected: Option<RejectWriter<OutFile>>,
    mentions: Option<OutFile>,
    left: u64,
    unsaid: u64,
    trouble: Option<std::io::Error>,
    /// What became of the rows of tables.
    accounts: Vec<(Arc<str>, Account)>,
}

impl<'e> Listener<'e> {
    /// Prints `messages` findings at most.
    pub const fn new(
        rejected: Option<RejectWriter<OutFile>>,
        mentions: Option<OutFile>,
        messages: u64,
        edge: &'e Edge,
    ) -> Self {
        Self { edge, rejected, mentions, left: messages, unsaid: 0, trouble: None, accounts: Vec::new() }
    }
}

impl Listener<'_> {
    /// Takes up what became of the rows of a table.
    pub fn account(&mut self, name: &Arc<str>, account: Account) {
        self.accounts.push((Arc::clone(name), account));
    }

    /// Takes one event of a conversion.
    pub fn hear(&mut self, event: Event) {
        match event {
            Event::Finding(finding) => self.say(&finding),
            Event::Rejected(rejected) => {
                rejected.diagnostics.iter().for_each(|finding| self.say(finding));
                let written = self.rejected.as_mut().map_or(Ok(()), |writer| writer.write(&rejected));
                self.keep(written);
            }
            Event::Mention(mention) => {
                let written = self.mentions.as_mut().map_or(Ok(()), |out| writeln!(out, "{}", json(&mention)));
                self.keep(written);
            }
        }
    }

    fn keep(&mut self, written: std::io::Result<()>) {
        if let Err(error) = written {
            self.trouble.get_or_insert(error);
        }
    }

    fn say(&mut self, finding: &Diagnostic) {
        if self.edge.quiet && finding.severity == Severity::Warning {
            return;
        }
        if self.left == 0 {
            self.unsaid += 1;
        } else {
            self.left -= 1;
            self.edge.warn(finding);
        }
    }

    /// Ends the files and sums up; the outcome says whether everything went through.
    pub fn finish(mut self, summary: &Summary) -> Result {
        if let Some(error) = self.trouble.take() {
            return Err(Failure::from(error).hint("the file of rejected records or resolutions is not written"));
        }
        if let Some(rejected) = self.rejected.take() {
            rejected.finish()?.commit()?;
        }
        if let Some(mentions) = self.mentions.take() {
            mentions.commit()?;
        }
        if self.unsaid > 0 {
            self.edge
                .warn(format_args!("… and {} more; --messages N prints more of them", counted(self.unsaid, "finding")));
        }
        self.edge.say(sum(summary));
        for (name, account) in &self.accounts {
            self.edge.say(told(name, account));
        }
        let complete = summary.is_complete() && self.accounts.iter().all(|(_, account)| account.errors == 0);
        Ok(if complete { Outcome::Done } else { Outcome::Rejected })
    }
}

/// What became of the rows of a table, as its last line.
pub fn told(name: &str, account: &Account) -> String {
    format!("{name}: {account}")
}

fn sum(summary: &Summary) -> String {
    let mentions = &summary.mentions;
    let mut text = format!(
        "{} of {} read, {} rejected, {}; {}",
        counted(summary.records, "record"),
        counted(summary.documents, "document"),
        summary.rejected,
        counted(summary.warnings, "warning"),
        counted(summary.quads, "quad")
    );
    if mentions.resolved + mentions.ambiguous + mentions.unknown > 0 {
        text.push_str(&format!(
            "\nPlaces spoken of by name: {} resolved, {} ambiguous, {} unknown",
            mentions.resolved, mentions.ambiguous, mentions.unknown
        ));
    }
    text
}

fn json(report: &MentionReport) -> serde_json::Value {
    let candidates = |candidates: &[crate::place::Candidate]| {
        candidates
            .iter()
            .map(|one| serde_json::json!({ "id": one.id, "label": one.label, "score": one.score }))
            .collect::<Vec<_>>()
    };
    let mut value = serde_json::json!({
        "at": report.at.to_string(), "pointer": report.pointer, "mention": report.mention,
    });
    let answer = match &*report.resolution {
        Resolution::One { id, score, reason } => {
            serde_json::json!({ "outcome": "one", "id": id, "score": score, "reason": reason })
        }
        Resolution::Ambiguous { candidates: all } => {
            serde_json::json!({ "outcome": "ambiguous", "candidates": candidates(all) })
        }
        Resolution::Unknown { near } => serde_json::json!({ "outcome": "unknown", "near": candidates(near) }),
    };
    if let (Some(value), serde_json::Value::Object(answer)) = (value.as_object_mut(), answer) {
        value.extend(answer);
    }
    value
}
