//! Pretty printer: Turtle and TriG for people: the prefixes that are used, graphs, subjects, predicates and objects in order,
//! `a` first, blank nodes and lists where they are named.

use std::collections::HashSet;
use std::io::{self, Write};

use oxrdf::Term;

use super::gather::{Gathered, Row};
use super::nesting::{Nesting, of};
use super::shorten::Shortener;
use super::terms::Id;
use crate::vocab::rdf;

/// Lines that are not broken are at most this long, where that is possible.
const WIDTH: usize = 110;

/// Writes Turtle: all graphs as one.
///
/// # Errors
/// Those of the output.
pub(super) fn turtle(data: &mut Gathered, prefixes: &[(&str, &str)], out: &mut dyn Write) -> io::Result<()> {
    write(data, prefixes, true, out)
}

/// Writes TriG.
///
/// # Errors
/// Those of the output.
pub(super) fn trig(data: &mut Gathered, prefixes: &[(&str, &str)], out: &mut dyn Write) -> io::Result<()> {
    write(data, prefixes, false, out)
}

fn write(data: &mut Gathered, prefixes: &[(&str, &str)], merge: bool, out: &mut dyn Write) -> io::Result<()> {
    let rows = data.sort(merge).to_vec();
    let data = &*data;
    let graphs: Vec<&[Row]> = rows.chunk_by(|one, other| one.graph == other.graph).collect();
    let shared = shared(data, &graphs);
    let nestings: Vec<Nesting> = graphs.iter().map(|rows| Nesting::new(data, rows, &shared)).collect();
    let shortener = Shortener::new(prefixes, written(data, &graphs, &nestings));
    for (name, namespace) in shortener.used() {
        writeln!(out, "@prefix {name}: <{namespace}> .")?;
    }
    graphs
        .into_iter()
        .zip(&nestings)
        .try_for_each(|(rows, nesting)| Graph { data, rows, shortener: &shortener, nesting }.write(out))
}

/// The terms that are written out: not the class predicate, which is `a`, and not what lists are made of.
fn written<'d>(data: &'d Gathered, graphs: &[&[Row]], nestings: &[Nesting]) -> impl Iterator<Item = &'d Term> {
    let mut seen = vec![false; data.terms().len()];
    let class = data.terms().iter().position(|term| matches!(term, Term::NamedNode(iri) if *iri == rdf::type_));
    for (rows, nesting) in graphs.iter().zip(nestings) {
        for Row { graph, subject, predicate, object } in rows.iter().copied() {
            if nesting.lists.contains_key(&subject) || nesting.cells.contains_key(&subject) {
                seen[object as usize] |= !data.is_iri(object, rdf::nil.as_str());
                continue;
            }
            seen[subject as usize] = true;
            seen[predicate as usize] |= Some(predicate as usize) != class;
            seen[object as usize] = true;
            if let Some(name) = graph.name() {
                seen[name as usize] = true;
            }
        }
    }
    data.terms().iter().zip(seen).filter(|(_, seen)| *seen).map(|(term, _)| term)
}

/// Blank nodes that more than one graph has, or that name a graph.
fn shared(data: &Gathered, graphs: &[&[Row]]) -> HashSet<Id> {
    let (mut seen, mut shared) = (HashSet::new(), HashSet::new());
    for rows in graphs {
        let blank = |id: &Id| matches!(data.term(*id), Term::BlankNode(_));
        let own: HashSet<Id> = rows.iter().flat_map(|row| [row.subject, row.object]).filter(blank).collect();
        shared.extend(own.iter().filter(|id| seen.contains(*id)));
        shared.extend(rows.iter().filter_map(|row| row.graph.name()).filter(blank));
        seen.extend(own);
    }
    shared
}

struct Graph<'g> {
    data: &'g Gathered,
    rows: &'g [Row],
    shortener: &'g Shortener<'g>,
    nesting: &'g Nesting,
}

impl Graph<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(graph) = self.rows.first().map(|row| row.graph) else { return Ok(()) };
        let named = graph.name().is_some();
        let mut text = String::new();
        if let Some(name) = graph.name() {
            text.push('\n');
            self.label(&mut text, name);
            text.push_str(" {\n");
        }
        let mut apart = !named;
        for rows in self
            .rows
            .chunk_by(|one, other| one.subject == other.subject)
            .filter(|rows| self.stands_alone(rows[0].subject))
        {
            if std::mem::replace(&mut apart, true) {
                text.push('\n');
            }
            self.subject(&mut text, rows, usize::from(named));
            out.write_all(text.as_bytes())?;
            text.clear();
        }
        if named {
            text.push_str("}\n");
        }
        out.write_all(text.as_bytes())
    }

    /// Whether a subject is not written within another one.
    fn stands_alone(&self, subject: Id) -> bool {
        !self.nesting.nested.contains(&subject) && !self.nesting.cells.contains_key(&subject)
    }

    fn subject(&self, text: &mut String, rows: &[Row], indent: usize) {
        margin(text, indent);
        let subject = rows[0].subject;
        if self.nesting.unnamed.contains(&subject) {
            text.push_str("[]");
        } else {
            self.label(text, subject);
        }
        self.predicates(text, rows, indent);
        text.push_str(" .\n");
    }

    /// A term that stands by itself.
    fn label(&self, text: &mut String, id: Id) {
        match self.data.term(id) {
            Term::NamedNode(node) => self.shortener.iri(text, node.as_str()),
            Term::BlankNode(node) => {
                text.push_str("_:");
                text.push_str(node.as_str());
            }
            Term::Literal(literal) => self.shortener.literal(text, literal.as_ref()),
            #[allow(unreachable_patterns, reason = "there are triple terms where the feature rdf-12 is on")]
            other => text.push_str(&other.to_string()),
        }
    }

    /// Predicates with their objects; the first beside the subject where it is the class.
    fn predicates(&self, text: &mut String, rows: &[Row], indent: usize) {
        for (i, rows) in self.grouped(rows).into_iter().enumerate() {
            if i > 0 {
                text.push_str(" ;\n");
                margin(text, indent + 1);
            } else if self.is_type(rows[0].predicate) {
                text.push(' ');
            } else {
                text.push('\n');
                margin(text, indent + 1);
            }
            self.predicate(text, rows[0].predicate);
            self.objects(text, rows, indent + 1);
        }
    }

    /// Runs of one predicate, the class before all others.
    fn grouped<'r>(&self, rows: &'r [Row]) -> Vec<&'r [Row]> {
        let mut groups: Vec<&[Row]> = rows.chunk_by(|one, other| one.predicate == other.predicate).collect();
        groups.sort_by_key(|rows| !self.is_type(rows[0].predicate));
        groups
    }

    fn is_type(&self, predicate: Id) -> bool {
        self.data.is_iri(predicate, rdf::type_.as_str())
    }

    fn predicate(&self, text: &mut String, predicate: Id) {
        if self.is_type(predicate) { text.push('a') } else { self.label(text, predicate) }
    }

    /// Objects side by side where they fit into the line, else one below the other.
    fn objects(&self, text: &mut String, rows: &[Row], indent: usize) {
        let mut written: Vec<String> = rows.iter().map(|row| self.object(row.object, indent)).collect();
        let line = text.chars().rev().take_while(|c| *c != '\n').count();
        let length: usize = written.iter().map(|object| object.chars().count() + 2).sum();
        let broken = written.len() > 1 && (line + length > WIDTH || written.iter().any(|object| object.contains('\n')));
        if broken {
            written = rows.iter().map(|row| self.object(row.object, indent + 1)).collect();
        }
        for (i, object) in written.iter().enumerate() {
            text.push_str(if i > 0 { " ," } else { "" });
            if broken {
                text.push('\n');
                margin(text, indent + 1);
            } else {
                text.push(' ');
            }
            text.push_str(object);
        }
    }

    fn object(&self, id: Id, indent: usize) -> String {
        let mut text = String::new();
        if let Some(items) = self.nesting.lists.get(&id) {
            self.list(&mut text, items, indent);
        } else if self.nesting.nested.contains(&id) {
            self.nested(&mut text, of(self.rows, id), indent);
        } else {
            self.label(&mut text, id);
        }
        text
    }

    fn nested(&self, text: &mut String, rows: &[Row], indent: usize) {
        text.push('[');
        if rows.iter().all(|row| self.stands_alone(row.object)) {
            let flat = self.flat(rows);
            if flat.chars().count() < WIDTH * 2 / 3 {
                text.push_str(&flat);
                text.push(']');
                return;
            }
        }
        self.predicates(text, rows, indent);
        text.push('\n');
        margin(text, indent);
        text.push(']');
    }

    /// All statements of a blank node in one line.
    fn flat(&self, rows: &[Row]) -> String {
        let mut text = String::new();
        for (i, rows) in self.grouped(rows).into_iter().enumerate() {
            text.push_str(if i > 0 { " ; " } else { " " });
            self.predicate(&mut text, rows[0].predicate);
            for (i, row) in rows.iter().enumerate() {
                text.push_str(if i > 0 { " , " } else { " " });
                self.label(&mut text, row.object);
            }
        }
        text.push_str(if rows.is_empty() { "" } else { " " });
        text
    }

    fn list(&self, text: &mut String, items: &[Id], indent: usize) {
        let written: Vec<String> = items.iter().map(|item| self.object(*item, indent + 1)).collect();
        let length: usize = written.iter().map(|item| item.len() + 1).sum();
        if length < WIDTH && !written.iter().any(|item| item.contains('\n')) {
            text.push_str("( ");
            text.push_str(&written.join(" "));
            text.push_str(" )");
            return;
        }
        text.push('(');
        for item in &written {
            text.push('\n');
            margin(text, indent + 1);
            text.push_str(item);
        }
        text.push('\n');
        margin(text, indent);
        text.push(')');
    }
}

fn margin(text: &mut String, indent: usize) {
    (0..indent).for_each(|_| text.push_str("    "));
}
