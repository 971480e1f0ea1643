//! Who has a store open for writing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The process that has a store open for writing, as it describes itself in `citypact.holder`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// What it does, such as `load` or `serve`.
    pub purpose: String,
    /// The address of its SPARQL endpoint, if it is a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl Holder {
    /// This process, doing `purpose`.
    pub fn this_process(purpose: impl Into<String>) -> Self {
        Self { pid: std::process::id(), purpose: purpose.into(), address: None }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} ({}", self.pid, self.purpose)?;
        self.address.as_ref().map_or(Ok(()), |address| write!(f, " at {address}"))?;
        f.write_str(")")
    }
}
