//! Manifests: which tests there are, and what they are about.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use oxrdf::{Graph, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef};

pub const MF: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#";
pub const QT: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#";
pub const UT: &str = "http://www.w3.org/2009/sparql/tests/test-update#";
pub const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
pub const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    QueryEvaluation,
    PositiveSyntax,
    NegativeSyntax,
    UpdateEvaluation,
    PositiveUpdateSyntax,
    NegativeUpdateSyntax,
    Protocol,
    GraphStore,
    ServiceDescription,
}

const KINDS: &[(&str, Kind)] = &[
    ("QueryEvaluationTest", Kind::QueryEvaluation),
    ("CSVResultFormatTest", Kind::QueryEvaluation),
    ("PositiveSyntaxTest", Kind::PositiveSyntax),
    ("PositiveSyntaxTest11", Kind::PositiveSyntax),
    ("NegativeSyntaxTest", Kind::NegativeSyntax),
    ("NegativeSyntaxTest11", Kind::NegativeSyntax),
    ("UpdateEvaluationTest", Kind::UpdateEvaluation),
    ("PositiveUpdateSyntaxTest", Kind::PositiveUpdateSyntax),
    ("PositiveUpdateSyntaxTest11", Kind::PositiveUpdateSyntax),
    ("NegativeUpdateSyntaxTest", Kind::NegativeUpdateSyntax),
    ("NegativeUpdateSyntaxTest11", Kind::NegativeUpdateSyntax),
    ("ProtocolTest", Kind::Protocol),
    ("GraphStoreProtocolTest", Kind::GraphStore),
    ("ServiceDescriptionTest", Kind::ServiceDescription),
];

/// A test.
pub struct Entry {
    pub iri: String,
    pub name: String,
    pub kind: Kind,
    pub node: Node,
}

/// A node of a manifest.
#[derive(Clone)]
pub struct Node {
    graph: Arc<Graph>,
    term: Term,
}

impl Node {
    fn subject(&self) -> Option<NamedOrBlankNode> {
        match &self.term {
            Term::NamedNode(node) => Some(node.clone().into()),
            Term::BlankNode(node) => Some(node.clone().into()),
            _ => None,
        }
    }

    /// The objects of a property.
    pub fn all(&self, namespace: &str, name: &str) -> Vec<Node> {
        let Some(subject) = self.subject() else { return Vec::new() };
        let predicate = NamedNode::new(format!("{namespace}{name}")).unwrap();
        let objects = self.graph.objects_for_subject_predicate(subject.as_ref(), predicate.as_ref());
        objects.map(|term: TermRef<'_>| self.with(term.into_owned())).collect()
    }

    pub fn get(&self, namespace: &str, name: &str) -> Option<Node> {
        self.all(namespace, name).into_iter().next()
    }

    /// The items of the list that begins here.
    pub fn list(&self) -> Vec<Node> {
        let (mut items, mut rest) = (Vec::new(), Some(self.clone()));
        while let Some(cell) = rest {
            items.extend(cell.get(RDF, "first"));
            rest = cell.get(RDF, "rest");
        }
        items
    }

    pub fn with(&self, term: Term) -> Node {
        Node { graph: self.graph.clone(), term }
    }

    pub fn iri(&self) -> Option<&str> {
        if let Term::NamedNode(node) = &self.term { Some(node.as_str()) } else { None }
    }

    /// The value of a literal, or the IRI.
    pub fn text(&self) -> &str {
        match &self.term {
            Term::Literal(literal) => literal.value(),
            Term::NamedNode(node) => node.as_str(),
            _ => "",
        }
    }

    pub fn file(&self) -> PathBuf {
        path(self.iri().unwrap_or_else(|| panic!("{} names no file", self.term)))
    }
}

/// The file that a `file:` IRI names.
pub fn path(iri: &str) -> PathBuf {
    let path = iri.strip_prefix("file://").unwrap_or_else(|| panic!("{iri} is no file"));
    percent_encoding::percent_decode_str(path).decode_utf8().unwrap().into_owned().into()
}

pub fn iri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The triples of a file, by its suffix.
pub fn graph(path: &Path, base: &str) -> Graph {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let suffix = path.extension().unwrap().to_str().unwrap();
    let format = oxrdfio::RdfFormat::from_extension(suffix).unwrap_or(oxrdfio::RdfFormat::Turtle);
    let parser = oxrdfio::RdfParser::from_format(format).with_base_iri(base).unwrap();
    parser
        .for_slice(&bytes)
        .map(|quad| oxrdf::Triple::from(quad.unwrap_or_else(|error| panic!("{}: {error}", path.display()))))
        .collect()
}

/// Adds the tests of a manifest and of those that it includes.
pub fn read(path: &Path, entries: &mut Vec<Entry>) {
    let base = iri(path);
    let graph = Arc::new(graph(path, &base));
    let types: HashMap<&str, Kind> = KINDS.iter().copied().collect();
    let manifest = NamedNode::new(format!("{RDF}type")).unwrap();
    let class = NamedNode::new(format!("{MF}Manifest")).unwrap();
    let roots: Rc<[NamedOrBlankNode]> = graph
        .subjects_for_predicate_object(manifest.as_ref(), NamedNodeRef::from(&class))
        .map(|s| s.into_owned())
        .collect();
    for root in roots.iter() {
        let root = Node { graph: graph.clone(), term: root.clone().into() };
        for include in root.all(MF, "include").iter().flat_map(Node::list) {
            read(&include.file(), entries);
        }
        for node in root.all(MF, "entries").iter().flat_map(Node::list) {
            let kind =
                node.all(RDF, "type").iter().find_map(|class| types.get(class.text().strip_prefix(MF)?).copied());
            let name = node.get(MF, "name").map(|name| name.text().to_owned()).unwrap_or_default();
            let kind = kind.unwrap_or_else(|| panic!("{} is a test of an unknown kind", node.text()));
            entries.push(Entry { iri: node.text().to_owned(), name, kind, node });
        }
    }
}
