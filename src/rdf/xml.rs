//! [RDF/XML](https://www.w3.org/TR/rdf-syntax-grammar/), a description for each run of statements of one subject.
//!
//! Everything that the syntax cannot say is an [`Unsayable`] and no document: predicates that end in no XML name (§5.1.3)
//! or have a meaning of their own in the syntax (§5.1.2), characters that XML does not have, and what came with RDF 1.2.

use std::borrow::Cow;
use std::io::{self, Write};

use oxrdf::{NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, QuadRef, TermRef};

use crate::format::Unsayable;
use crate::vocab::{rdf, xsd};
use crate::xml::{self, escape, is_name, split_name};

const FORMAT: &str = "RDF/XML";
/// Names within the RDF namespace that no property element can have: the core syntax terms, `Description`, `li`, which
/// stands for numbered ones, and the old terms.
const SYNTAX_TERMS: [&str; 12] = [
    "RDF",
    "ID",
    "about",
    "parseType",
    "resource",
    "nodeID",
    "datatype",
    "Description",
    "li",
    "aboutEach",
    "aboutEachPrefix",
    "bagID",
];
/// Labels that had to be changed begin so, and none that stays as it is.
const CHANGED: &str = "_x";

/// Writes statements as they come; the graphs of quads are left out.
pub(super) struct RdfXml<W: Write> {
    out: W,
    prefixes: Vec<(String, String)>,
    subject: Option<NamedOrBlankNode>,
}

/// Sees to it that RDF/XML can say a statement.
///
/// # Errors
/// [`Unsayable`]
pub(super) fn check(quad: QuadRef<'_>) -> Result<(), Unsayable> {
    check_predicate(quad.predicate)?;
    let unsayable = |what: &str| Err(Unsayable { format: FORMAT, what: format!("{what} {}", shown(quad.object)) });
    match quad.object {
        TermRef::Literal(literal) if literal.direction().is_some() => unsayable("the base direction of"),
        TermRef::Literal(literal) => xml::check(FORMAT, literal.value()),
        TermRef::NamedNode(_) | TermRef::BlankNode(_) => Ok(()),
        #[allow(unreachable_patterns, reason = "there are triple terms where the feature rdf-12 is on")]
        _ => unsayable("the triple term"),
    }
}

fn check_predicate(predicate: NamedNodeRef<'_>) -> Result<(), Unsayable> {
    let why = if predicate.as_str().strip_prefix(rdf::NS).is_some_and(|name| SYNTAX_TERMS.contains(&name)) {
        "which has another meaning there"
    } else if split_name(predicate.as_str()).is_none() {
        "which ends in no XML name"
    } else {
        return Ok(());
    };
    Err(Unsayable { format: FORMAT, what: format!("the predicate {predicate}, {why}") })
}

fn shown(term: TermRef<'_>) -> String {
    let text = term.to_string();
    if text.chars().nth(200).is_some() { text.chars().take(200).chain(['…']).collect() } else { text }
}

impl<W: Write> RdfXml<W> {
    /// Begins a document; prefixes that XML does not allow are left out.
    pub(super) fn new<'p>(prefixes: impl IntoIterator<Item = (&'p str, &'p str)>, mut out: W) -> io::Result<Self> {
        let fits =
            |(name, _): &(&str, &str)| *name != "rdf" && is_name(name) && !name.to_lowercase().starts_with("xml");
        let owned = |(name, iri): (&str, &str)| (name.to_owned(), iri.to_owned());
        let mut prefixes: Vec<_> =
            [("rdf", rdf::NS)].into_iter().chain(prefixes.into_iter().filter(fits)).map(owned).collect();
        write!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF")?;
        for (name, namespace) in &prefixes {
            write!(out, "\n    xmlns:{name}=\"{}\"", escape(namespace, true))?;
        }
        out.write_all(b">\n")?;
        prefixes.sort_by_key(|(_, namespace)| std::cmp::Reverse(namespace.len()));
        Ok(Self { out, prefixes, subject: None })
    }

    /// Writes a statement.
    pub(super) fn quad(&mut self, quad: QuadRef<'_>) -> io::Result<()> {
        check(quad)?;
        if self.subject.as_ref().map(NamedOrBlankNode::as_ref) != Some(quad.subject) {
            self.end_subject()?;
            self.subject = Some(quad.subject.into_owned());
            let (attribute, value) = match quad.subject {
                NamedOrBlankNodeRef::NamedNode(node) => ("about", escape(node.as_str(), true)),
                NamedOrBlankNodeRef::BlankNode(node) => ("nodeID", label(node.as_str())),
            };
            writeln!(self.out, "    <rdf:Description rdf:{attribute}=\"{value}\">")?;
        }
        self.property(quad.predicate, quad.object)
    }

    /// Ends the document and gives back the writer below.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.end_subject()?;
        self.out.write_all(b"</rdf:RDF>\n")?;
        Ok(self.out)
    }

    fn end_subject(&mut self) -> io::Result<()> {
        if self.subject.take().is_some() { self.out.write_all(b"    </rdf:Description>\n") } else { Ok(()) }
    }

    fn property(&mut self, predicate: NamedNodeRef<'_>, object: TermRef<'_>) -> io::Result<()> {
        let (name, declaration) = self.name(predicate.as_str());
        write!(self.out, "        <{name}{declaration}")?;
        match object {
            TermRef::NamedNode(node) => writeln!(self.out, " rdf:resource=\"{}\"/>", escape(node.as_str(), true)),
            TermRef::BlankNode(node) => writeln!(self.out, " rdf:nodeID=\"{}\"/>", label(node.as_str())),
            TermRef::Literal(literal) => {
                if let Some(tag) = literal.language() {
                    write!(self.out, " xml:lang=\"{}\"", escape(tag, true))?;
                } else if literal.datatype() != xsd::string {
                    write!(self.out, " rdf:datatype=\"{}\"", escape(literal.datatype().as_str(), true))?;
                }
                writeln!(self.out, ">{}</{name}>", escape(literal.value(), false))
            }
            // Refused by the check before.
            #[allow(unreachable_patterns, reason = "there are triple terms where the feature rdf-12 is on")]
            _ => Ok(()),
        }
    }

    /// The name of a property element, and the declaration that it needs.
    fn name(&self, iri: &str) -> (String, String) {
        let prefixed = self.prefixes.iter().find_map(|(prefix, namespace)| {
            let local = iri.strip_prefix(namespace.as_str())?;
            is_name(local).then(|| format!("{prefix}:{local}"))
        });
        match prefixed {
            Some(name) => (name, String::new()),
            None => {
                let (namespace, local) = split_name(iri).unwrap_or_default();
                (local.to_owned(), format!(" xmlns=\"{}\"", escape(namespace, true)))
            }
        }
    }
}

/// A blank node's label as an XML name: the same for the same label, another one for every other.
fn label(label: &str) -> Cow<'_, str> {
    if is_name(label) && !label.starts_with(CHANGED) {
        return Cow::Borrowed(label);
    }
    let mut changed = CHANGED.to_owned();
    for c in label.chars() {
        if c.is_ascii_alphanumeric() { changed.push(c) } else { changed.push_str(&format!("_{:X}_", u32::from(c))) }
    }
    Cow::Owned(changed)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn labels_become_names_and_stay_apart() {
        let labels = ["1a", "_x1a", "x1a", "a.b", "a_2E_b", "_x_x1a", "é", "0", "_0", "9_9", "9_5F_9", "𠮷"];
        let names: HashSet<String> = labels.iter().map(|text| label(text).into_owned()).collect();
        assert_eq!(names.len(), labels.len(), "{names:?}");
        assert!(names.iter().all(|name| is_name(name)), "{names:?}");
        assert_eq!(label("b0"), "b0");
        assert_eq!(label("3af"), "_x3af");
    }
}
