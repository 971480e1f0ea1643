//! Solutions as [SPARQL 1.1 Query Results TSV](https://www.w3.org/TR/sparql11-results-csv-tsv/): terms as Turtle writes them.

use std::io::{self, Write};

use oxrdf::vocab::xsd;
use oxrdf::{BaseDirection, LiteralRef, TermRef, Variable};

use crate::query::Row;
use crate::rdf::canonical_tag;

/// Rows on their way out.
pub(super) struct Rows {
    count: u64,
    line: String,
}

impl Rows {
    /// Writes the header.
    pub(super) fn start(variables: &[Variable], out: &mut impl Write) -> io::Result<Self> {
        let names: Vec<String> = variables.iter().map(Variable::to_string).collect();
        writeln!(out, "{}", names.join("\t"))?;
        Ok(Self { count: 0, line: String::new() })
    }

    pub(super) fn row(&mut self, row: Row<'_>, out: &mut impl Write) -> io::Result<()> {
        self.count += 1;
        self.line.clear();
        for column in 0..row.len() {
            self.line.push_str(if column > 0 { "\t" } else { "" });
            row.show(column, |value| term(&mut self.line, value));
        }
        self.line.push('\n');
        out.write_all(self.line.as_bytes())
    }

    pub(super) fn count(self) -> u64 {
        self.count
    }
}

fn term(line: &mut String, value: TermRef<'_>) {
    match value {
        TermRef::NamedNode(node) => line.extend(["<", node.as_str(), ">"]),
        TermRef::BlankNode(node) => line.extend(["_:", node.as_str()]),
        TermRef::Literal(value) => literal(line, value),
        TermRef::Triple(triple) => {
            line.push_str("<<( ");
            term(line, triple.subject.as_ref().into());
            line.push(' ');
            term(line, triple.predicate.as_ref().into());
            line.push(' ');
            term(line, triple.object.as_ref());
            line.push_str(" )>>");
        }
    }
}

fn literal(line: &mut String, literal: LiteralRef<'_>) {
    let value = literal.value();
    if let Some(language) = literal.language() {
        quoted(line, value);
        line.extend(["@", &canonical_tag(language)]);
        line.push_str(match literal.direction() {
            Some(BaseDirection::Ltr) => "--ltr",
            Some(BaseDirection::Rtl) => "--rtl",
            None => "",
        });
        return;
    }
    let stands_bare = match literal.datatype() {
        xsd::BOOLEAN => matches!(value, "true" | "false"),
        xsd::INTEGER => is_digits(unsigned(value)),
        xsd::DECIMAL => unsigned(value).split_once('.').is_some_and(|(whole, rest)| is_number(whole, rest)),
        xsd::DOUBLE => is_double(unsigned(value)),
        _ => false,
    };
    if stands_bare {
        return line.push_str(value);
    }
    quoted(line, value);
    if literal.datatype() != xsd::STRING {
        line.extend(["^^<", literal.datatype().as_str(), ">"]);
    }
}

fn quoted(line: &mut String, text: &str) {
    line.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(['\t', '\n', '\r', '"', '\\']) {
        line.push_str(&rest[..at]);
        line.push_str(match rest.as_bytes()[at] {
            b'\t' => "\\t",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'"' => "\\\"",
            _ => "\\\\",
        });
        rest = &rest[at + 1..];
    }
    line.push_str(rest);
    line.push('"');
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && all_digits(text)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Turtle's `DECIMAL` around its dot.
fn is_number(whole: &str, rest: &str) -> bool {
    all_digits(whole) && is_digits(rest)
}

/// Turtle's `DOUBLE`, without a sign.
fn is_double(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once(['e', 'E']) else { return false };
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    all_digits(whole) && all_digits(rest) && !(whole.is_empty() && rest.is_empty()) && is_digits(unsigned(exponent))
}

#[cfg(test)]
mod tests {
    use super::super::other_serializer;
    use super::*;

    #[test]
    fn bytes_are_those_of_the_reference_serializer() {
        other_serializer::agrees(sparesults::QueryResultsFormat::Tsv, |variables, rows| {
            let mut out = Vec::new();
            let mut writer = Rows::start(variables, &mut out).unwrap();
            rows.iter().for_each(|row| writer.row(row.into(), &mut out).unwrap());
            assert_eq!(writer.count(), rows.len() as u64);
            out
        });
    }
}
