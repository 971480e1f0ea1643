//! What one record says that cannot be, however right its shape is.

mod records;
mod references;
mod values;

use std::fmt;

use crate::location::Severity;

use super::Record;

/// Something found in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// JSON pointer (RFC 6901) to the value.
    pub pointer: String,
    /// Whether the record still goes through.
    pub severity: Severity,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// Finds what cannot be in one record by itself. Dates in the future are not looked for: there is no clock here.
#[must_use]
pub fn check(record: &Record) -> Vec<Finding> {
    let mut findings = Findings::default();
    records::record(&mut findings, record);
    findings.0
}

/// The way to a value; its Display is the JSON pointer.
#[derive(Debug, Clone, Copy)]
enum At<'a> {
    Record,
    Field(&'a At<'a>, &'a str),
    Index(&'a At<'a>, usize),
}

impl<'a> At<'a> {
    fn field(&'a self, name: &'a str) -> Self {
        At::Field(self, name)
    }

    fn index(&'a self, index: usize) -> Self {
        At::Index(self, index)
    }

    /// An element of what is one value or a list of `count`.
    fn one_of(&'a self, index: usize, count: usize) -> Self {
        if count == 1 { *self } else { At::Index(self, index) }
    }

    /// The name of the innermost field.
    fn name(&self) -> &str {
        match self {
            At::Record => "",
            At::Field(_, name) => name,
            At::Index(around, _) => around.name(),
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Record => Ok(()),
            At::Field(around, name) => write!(f, "{around}/{}", name.replace('~', "~0").replace('/', "~1")),
            At::Index(around, index) => write!(f, "{around}/{index}"),
        }
    }
}

/// What has been found so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn error(&mut self, at: At<'_>, reason: impl Into<String>, remedy: impl Into<String>) {
        self.add(Severity::Error, at, reason.into(), remedy.into());
    }

    fn warning(&mut self, at: At<'_>, reason: impl Into<String>, remedy: impl Into<String>) {
        self.add(Severity::Warning, at, reason.into(), remedy.into());
    }

    fn add(&mut self, severity: Severity, at: At<'_>, reason: String, remedy: String) {
        self.0.push(Finding { pointer: at.to_string(), severity, reason, remedy: Some(remedy) });
    }
}
