//! What differs between two data sets, for people and for programs.

use std::cell::RefCell;
use std::io::{self, Write};

use oxrdf::{GraphName, Quad};
use oxttl::NQuadsParser;
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use super::term::Shortener;
use crate::external_sort::{Sorted, Sorter};
use crate::rdf::Difference;

/// RDF Patch: a line `A` for what was added, `D` for what was removed, as one transaction.
///
/// # Errors
/// Those of the output, and where a temporary file cannot be read.
pub fn patch(difference: &mut Difference, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "TX .")?;
    let mut lines = |sign: &[u8], sorted: &mut Sorted| {
        sorted.each(|_, line| [sign, line, b"\n"].into_iter().try_for_each(|part| out.write_all(part)))
    };
    lines(b"D ", &mut difference.removed)?;
    lines(b"A ", &mut difference.added)?;
    writeln!(out, "TC .")
}

/// `{"added": [N-Quads …], "equal": …, "removed": [N-Quads …]}`.
///
/// # Errors
/// Those of the output, and where a temporary file cannot be read.
pub fn json(difference: &mut Difference, out: &mut impl Write) -> io::Result<()> {
    let equal = difference.is_empty();
    let Difference { added, removed, .. } = difference;
    let told = Told { added: List(RefCell::new(added)), equal, removed: List(RefCell::new(removed)) };
    serde_json::to_writer_pretty(&mut *out, &told)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Told<'d> {
    added: List<'d>,
    equal: bool,
    removed: List<'d>,
}

/// Lines that are written as they are read.
struct List<'d>(RefCell<&'d mut Sorted>);

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (mut list, mut lines) = (serializer.serialize_seq(None)?, self.0.borrow_mut());
        while let Some((_, line)) = lines.record() {
            list.serialize_element(&String::from_utf8_lossy(line))?;
            lines.advance().map_err(S::Error::custom)?;
        }
        list.end()
    }
}

/// For people: by graph and subject, `-` before what was removed and `+` before what was added. Sorted in about so many bytes
/// of memory.
///
/// # Errors
/// Those of the output, and where a temporary file cannot be written or read.
pub fn text(difference: &mut Difference, colour: bool, memory: usize, out: &mut impl Write) -> io::Result<()> {
    let (mut said, shortener) = (Sorter::new(memory), Shortener::default());
    for (lines, order) in [(&mut difference.removed, REMOVED), (&mut difference.added, ADDED)] {
        lines.each(|_, line| {
            let mut record = parse(line).map(|quad| parts(&quad, order, &shortener).join(PARTING)).unwrap_or_default();
            // Quads that look alike stay apart.
            record += PARTING;
            record += &String::from_utf8_lossy(line);
            said.push(0, record.as_bytes())
        })?;
    }
    let (mut graph, mut subject) = (String::new(), String::new());
    said.sorted()?.each(|_, record| {
        let record = String::from_utf8_lossy(record);
        let mut parts = record.splitn(PARTS + 1, PARTING);
        let mut part = || parts.next().unwrap_or_default();
        let (its_graph, its_subject, _, order, said) = (part(), part(), part(), part(), part());
        let is_new = its_graph != graph || graph.is_empty();
        if is_new {
            writeln!(out, "{its_graph}")?;
            its_graph.clone_into(&mut graph);
        }
        if is_new || its_subject != subject {
            writeln!(out, "  {its_subject}")?;
            its_subject.clone_into(&mut subject);
        }
        change(said, if order == REMOVED { '-' } else { '+' }, colour, out)
    })
}

/// Parts what is said of a quad; no text that is shown holds it.
const PARTING: &str = "\0";
/// Graph, subject, property, [`REMOVED`] or [`ADDED`], and the whole of what is said.
const PARTS: usize = 5;
/// What was removed comes first.
const REMOVED: &str = "0";
const ADDED: &str = "1";

fn parts(quad: &Quad, order: &str, shortener: &Shortener) -> [String; PARTS] {
    let graph = match &quad.graph_name {
        GraphName::NamedNode(node) => shortener.term(node.as_ref().into()),
        GraphName::BlankNode(node) => node.to_string(),
        GraphName::DefaultGraph => "default graph".to_owned(),
    };
    let property = shortener.shorten(quad.predicate.as_str());
    let said = format!("{property} {}", object(quad, shortener));
    [graph, shortener.term(quad.subject.as_ref().into()), property, order.to_owned(), said]
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
            let direction = literal.direction().map(|direction| format!("--{direction}")).unwrap_or_default();
            match literal.language() {
                Some(tag) => format!("{quoted}@{tag}{direction}"),
                None if datatype == oxrdf::vocab::xsd::STRING => quoted,
                None => format!("{quoted}^^{}", shortener.shorten(datatype.as_str())),
            }
        }
        other => shortener.term(other.as_ref()),
    }
}

fn parse(line: &[u8]) -> Option<Quad> {
    NQuadsParser::new().lenient().for_slice(line).next()?.ok()
}
