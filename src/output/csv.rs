//! Solutions as [SPARQL 1.1 Query Results CSV](https://www.w3.org/TR/sparql11-results-csv-tsv/): plain values. Whatever
//! would end a field is quoted (RFC 4180), in IRIs as in texts.

use std::io::{self, Write};

use oxrdf::Variable;

use crate::query::Row;
use crate::rdf::plain;

/// Rows on their way out.
pub(super) struct Rows {
    count: u64,
    line: String,
}

impl Rows {
    /// Writes the header.
    pub(super) fn start(variables: &[Variable], writer: &mut impl Write) -> io::Result<Self> {
        let names: Vec<_> = variables.iter().map(Variable::as_str).collect();
        write!(writer, "{}\r\n", names.join(","))?;
        Ok(Self { count: 0, line: String::new() })
    }

    pub(super) fn row(&mut self, row: Row<'_>, writer: &mut impl Write) -> io::Result<()> {
        self.count += 1;
        self.line.clear();
        let mut bound = 0;
        for column in 0..row.len() {
            self.line.push_str(if column > 0 { "," } else { "" });
            bound += usize::from(row.show(column, |term| push(&mut self.line, &plain(term))).is_some());
        }
        // A line with nothing on it is no value; an empty text is one.
        if self.line.is_empty() && bound == 1 {
            self.line.push_str("\"\"");
        }
        self.line.push_str("\r\n");
        writer.write_all(self.line.as_bytes())
    }

    pub(super) fn count(self) -> u64 {
        self.count
    }
}

fn push(line: &mut String, value: &str) {
    if !value.contains(['"', ',', '\r', '\n']) {
        return line.push_str(value);
    }
    line.push('"');
    line.push_str(&value.replace('"', "\"\""));
    line.push('"');
}
