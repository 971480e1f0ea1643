//! What became of every row: nothing is lost silently.

use std::fmt;

use crate::counted::counted;

/// How many rows of a table became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Account {
    /// Rows of the file.
    pub rows: u64,
    /// Rows that gave records.
    pub with_records: u64,
    /// Records that they gave.
    pub records: u64,
    /// Rows of headings.
    pub headings: u64,
    /// Rows that say something of those below them.
    pub sections: u64,
    /// Rows that are remarks: above the heading, skipped, or of no record by `when`.
    pub notes: u64,
    /// Rows that sum others up.
    pub totals: u64,
    /// Empty rows.
    pub empty: u64,
    /// Rows of which a record could not be made.
    pub errors: u64,
}

impl Account {
    /// Whether every row is accounted for, as it always is.
    pub const fn balances(&self) -> bool {
        let told =
            self.with_records + self.headings + self.sections + self.notes + self.totals + self.empty + self.errors;
        self.rows == told
    }

    /// Adds what became of the rows of another sheet or file.
    pub fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.with_records += other.with_records;
        self.records += other.records;
        self.headings += other.headings;
        self.sections += other.sections;
        self.notes += other.notes;
        self.totals += other.totals;
        self.empty += other.empty;
        self.errors += other.errors;
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = counted(self.rows, "row");
        write!(f, "{rows} in = {} with {}", self.with_records, counted(self.records, "record"))?;
        for (count, what) in
            [(self.headings, "heading"), (self.sections, "section"), (self.notes, "note"), (self.totals, "total")]
        {
            write!(f, " + {}", counted(count, what))?;
        }
        write!(f, " + {} empty + {}", self.empty, counted(self.errors, "error"))
    }
}
