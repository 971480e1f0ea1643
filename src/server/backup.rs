//! Which backup of a folder is served, by a replica.

use std::fmt;

/// Which backup an endpoint serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The name of its directory.
    pub name: String,
    /// The number of its state ([`Embedded::epoch`](crate::store::Embedded::epoch)).
    pub epoch: u64,
}

impl fmt::Display for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "backup {} (epoch {})", self.name, self.epoch)
    }
}
