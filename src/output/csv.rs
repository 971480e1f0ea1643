//! Solutions as [SPARQL 1.1 Query Results CSV](https://www.w3.org/TR/sparql11-results-csv-tsv/): plain values. Whatever
//! would end a field is quoted (RFC 4180), in IRIs as in texts.

use std::io::{self, Write};

use oxrdf::{Term, Variable};

/// Rows on their way out.
pub(super) struct Rows(u64);

impl Rows {
    /// Writes the header.
    pub(super) fn start(variables: &[Variable], writer: &mut impl Write) -> io::Result<Self> {
        let names: Vec<_> = variables.iter().map(Variable::as_str).collect();
        write!(writer, "{}\r\n", names.join(","))?;
        Ok(Self(0))
    }

    pub(super) fn row(&mut self, row: &[Option<Term>], writer: &mut impl Write) -> io::Result<()> {
        self.0 += 1;
        let mut line = String::new();
        for (i, term) in row.iter().enumerate() {
            line.push_str(if i > 0 { "," } else { "" });
            term.as_ref().map(value).into_iter().for_each(|value| push(&mut line, &value));
        }
        // A line with nothing on it is no value; an empty text is one.
        if line.is_empty() && matches!(row, [Some(_)]) {
            line.push_str("\"\"");
        }
        line.push_str("\r\n");
        writer.write_all(line.as_bytes())
    }

    pub(super) fn count(self) -> u64 {
        self.0
    }
}

fn value(term: &Term) -> std::borrow::Cow<'_, str> {
    match term {
        Term::NamedNode(node) => node.as_str().into(),
        Term::Literal(literal) => literal.value().into(),
        other => other.to_string().into(),
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
