//! What differs between two data sets, for people and for programs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use oxrdf::{GraphName, Quad};
use oxttl::NQuadsParser;

use super::term::Shortener;
use crate::rdf::Diff;

/// RDF Patch: a line `A` for what was added, `D` for what was removed, as one transaction.
///
/// # Errors
/// Those of the output.
pub fn patch(diff: &Diff, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "TX .")?;
    diff.removed.iter().try_for_each(|line| writeln!(out, "D {line}"))?;
    diff.added.iter().try_for_each(|line| writeln!(out, "A {line}"))?;
    writeln!(out, "TC .")
}

/// `{"equal": …, "added": [N-Quads …], "removed": [N-Quads …]}`.
///
/// # Errors
/// Those of the output.
pub fn json(diff: &Diff, out: &mut impl Write) -> io::Result<()> {
    let value = serde_json::json!({ "equal": diff.is_empty(), "added": diff.added, "removed": diff.removed });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    writeln!(out)
}

/// For people: by graph and subject, `-` before what was removed and `+` before what was added.
///
/// # Errors
/// Those of the output.
pub fn text(diff: &Diff, colour: bool, out: &mut impl Write) -> io::Result<()> {
    let shortener = Shortener::default();
    let mut graphs: BTreeMap<String, BTreeMap<String, Vec<(String, char)>>> = BTreeMap::new();
    for (lines, sign) in [(&diff.removed, '-'), (&diff.added, '+')] {
        for quad in lines.iter().filter_map(|line| parse(line)) {
            let graph = match &quad.graph_name {
                GraphName::NamedNode(node) => shortener.term(node.as_ref().into()),
                GraphName::BlankNode(node) => node.to_string(),
                GraphName::DefaultGraph => "default graph".to_owned(),
            };
            let said = format!("{} {}", shortener.shorten(quad.predicate.as_str()), object(&quad, &shortener));
            let subject = shortener.term(quad.subject.as_ref().into());
            graphs.entry(graph).or_default().entry(subject).or_default().push((said, sign));
        }
    }
    for (graph, subjects) in &mut graphs {
        writeln!(out, "{graph}")?;
        for (subject, said) in subjects {
            writeln!(out, "  {subject}")?;
            // By property, what was removed first.
            said.sort_by(|one, other| {
                let property = |said: &str| said.split(' ').next().unwrap_or_default().to_owned();
                (property(&one.0), one.1 == '+', &one.0).cmp(&(property(&other.0), other.1 == '+', &other.0))
            });
            said.iter().try_for_each(|(said, sign)| change(said, *sign, colour, out))?;
        }
    }
    Ok(())
}

fn change(said: &str, sign: char, colour: bool, out: &mut impl Write) -> io::Result<()> {
    match (colour, sign) {
        (false, _) => writeln!(out, "    {sign} {said}"),
        (true, '+') => writeln!(out, "    \u{1b}[32m+ {said}\u{1b}[0m"),
        (true, _) => writeln!(out, "    \u{1b}[31m- {said}\u{1b}[0m"),
    }
}

/// Texts in quotes, so that what differs only by a space or a tag can be seen.
fn object(quad: &Quad, shortener: &Shortener) -> String {
    match &quad.object {
        oxrdf::Term::Literal(literal) => {
            let datatype = literal.datatype();
            let quoted = super::term::visible(&oxrdf::Literal::new_simple_literal(literal.value()).to_string());
            match literal.language() {
                Some(tag) => format!("{quoted}@{tag}"),
                None if datatype == oxrdf::vocab::xsd::STRING => quoted,
                None => format!("{quoted}^^{}", shortener.shorten(datatype.as_str())),
            }
        }
        other => shortener.term(other.as_ref()),
    }
}

fn parse(line: &str) -> Option<Quad> {
    NQuadsParser::new().for_slice(line.as_bytes()).next()?.ok()
}
