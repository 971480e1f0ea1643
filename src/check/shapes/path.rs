//! Property paths (SHACL §2.3.1): read, walked, written.

use std::collections::HashSet;
use std::sync::Arc;

use oxrdf::{NamedNodeRef, Triple};

use super::source::Source;
use super::{GRAPH, ShapesError};
use crate::check::data::graph_number;
use crate::index::{GraphFilter, Id, Kind, Selection, Version};
use crate::vocab::sh;

/// How deep paths may be written in each other.
const DEEPEST: usize = 32;

/// A property path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Path {
    Predicate(Id),
    Inverse(Box<Self>),
    Sequence(Vec<Self>),
    Alternative(Vec<Self>),
    ZeroOrMore(Box<Self>),
    OneOrMore(Box<Self>),
    ZeroOrOne(Box<Self>),
}

impl Path {
    /// Reads the path that a node stands for.
    pub(super) fn read(source: &Source, node: Id) -> Result<Self, ShapesError> {
        Self::read_at(source, node, DEEPEST)
    }

    fn read_at(source: &Source, node: Id, left: usize) -> Result<Self, ShapesError> {
        let fail = |reason: &str| Err(source.error(node, reason));
        let Some(left) = left.checked_sub(1) else { return fail("the path nests too deep, or in itself") };
        if source.is_iri(node) {
            return Ok(Self::Predicate(node));
        }
        if source.is_list(node) {
            let parts = Self::read_list(source, node, left)?;
            return if parts.len() < 2 {
                fail("a sequence path has two parts or more")
            } else {
                Ok(Self::Sequence(parts))
            };
        }
        type Make = fn(Box<Path>) -> Path;
        let kinds: [(NamedNodeRef<'_>, Make); 4] = [
            (sh::inversePath, Self::Inverse),
            (sh::zeroOrMorePath, Self::ZeroOrMore),
            (sh::oneOrMorePath, Self::OneOrMore),
            (sh::zeroOrOnePath, Self::ZeroOrOne),
        ];
        let mut found = Vec::new();
        for (property, make) in kinds {
            for inner in source.objects(node, property) {
                found.push(make(Box::new(Self::read_at(source, inner, left)?)));
            }
        }
        for list in source.objects(node, sh::alternativePath) {
            let parts = Self::read_list(source, list, left)?;
            if parts.len() < 2 {
                return fail("an alternative path has two parts or more");
            }
            found.push(Self::Alternative(parts));
        }
        match <[Self; 1]>::try_from(found) {
            Ok([path]) => Ok(path),
            Err(found) if found.is_empty() => fail("the value of sh:path is no property path"),
            Err(_) => fail("the value of sh:path is several property paths at once"),
        }
    }

    fn read_list(source: &Source, node: Id, left: usize) -> Result<Vec<Self>, ShapesError> {
        source.list(node)?.into_iter().map(|part| Self::read_at(source, part, left)).collect()
    }

    /// What the path leads to, each once, in the order in which it is found.
    pub(super) fn values(&self, view: &Selection, from: Id) -> Vec<Id> {
        let mut found = Vec::new();
        self.walk(view, from, false, &mut |id| found.push(id));
        let mut seen = HashSet::new();
        found.retain(|id| seen.insert(*id));
        found
    }

    fn walk(&self, view: &Selection, from: Id, back: bool, found: &mut dyn FnMut(Id)) {
        match self {
            Self::Predicate(predicate) if back => view.subjects(*predicate, from).for_each(found),
            Self::Predicate(predicate) => view.objects(from, *predicate).for_each(found),
            Self::Inverse(path) => path.walk(view, from, !back, found),
            Self::Alternative(paths) => paths.iter().for_each(|path| path.walk(view, from, back, found)),
            Self::Sequence(paths) => {
                let mut now = vec![from];
                let in_order: Vec<&Self> = if back { paths.iter().rev().collect() } else { paths.iter().collect() };
                for path in in_order {
                    let (mut next, mut seen) = (Vec::new(), HashSet::new());
                    now.iter().for_each(|id| {
                        path.walk(view, *id, back, &mut |id| {
                            if seen.insert(id) {
                                next.push(id);
                            }
                        });
                    });
                    now = next;
                }
                now.into_iter().for_each(found);
            }
            Self::ZeroOrOne(path) => {
                found(from);
                path.walk(view, from, back, found);
            }
            Self::ZeroOrMore(path) => {
                found(from);
                path.closure(view, from, back, found);
            }
            Self::OneOrMore(path) => path.closure(view, from, back, found),
        }
    }

    /// What can be reached in one step or more.
    fn closure(&self, view: &Selection, from: Id, back: bool, found: &mut dyn FnMut(Id)) {
        let (mut seen, mut to_do) = (HashSet::new(), vec![from]);
        while let Some(at) = to_do.pop() {
            self.walk(view, at, back, &mut |id| {
                if seen.insert(id) {
                    found(id);
                    to_do.push(id);
                }
            });
        }
    }

    /// The path as SPARQL writes it.
    pub(super) fn sparql(&self, data: &Version) -> String {
        let list = |paths: &[Self], between: &str| {
            let parts: Vec<String> = paths.iter().map(|path| path.sparql(data)).collect();
            format!("({})", parts.join(between))
        };
        match self {
            Self::Predicate(predicate) => data.term(*predicate).to_string(),
            Self::Inverse(path) => format!("^({})", path.sparql(data)),
            Self::Sequence(paths) => list(paths, "/"),
            Self::Alternative(paths) => list(paths, "|"),
            Self::ZeroOrMore(path) => format!("({})*", path.sparql(data)),
            Self::OneOrMore(path) => format!("({})+", path.sparql(data)),
            Self::ZeroOrOne(path) => format!("({})?", path.sparql(data)),
        }
    }

    /// The path for people, IRIs shortened by `short`.
    pub(super) fn shown(&self, data: &Version, short: &dyn Fn(&str) -> String) -> String {
        let list = |paths: &[Self], between: &str| {
            paths.iter().map(|path| path.shown(data, short)).collect::<Vec<_>>().join(between)
        };
        match self {
            Self::Predicate(predicate) => match data.term(*predicate) {
                oxrdf::Term::NamedNode(node) => short(node.as_str()),
                other => other.to_string(),
            },
            Self::Inverse(path) => format!("^{}", path.shown(data, short)),
            Self::Sequence(paths) => list(paths, "/"),
            Self::Alternative(paths) => format!("({})", list(paths, "|")),
            Self::ZeroOrMore(path) => format!("{}*", path.shown(data, short)),
            Self::OneOrMore(path) => format!("{}+", path.shown(data, short)),
            Self::ZeroOrOne(path) => format!("{}?", path.shown(data, short)),
        }
    }

    /// The property, where the path is one.
    pub(super) fn predicate(&self) -> Option<Id> {
        match self {
            Self::Predicate(predicate) => Some(*predicate),
            _ => None,
        }
    }
}

/// The triples that describe a node of the shapes as far as blank nodes lead: a path, for a report.
pub(super) fn description(data: &Arc<Version>, node: Id) -> Vec<Triple> {
    let Some(number) = graph_number(data, GRAPH) else { return Vec::new() };
    let shapes = Selection::new(data.clone(), GraphFilter::One(number));
    let (mut to_do, mut seen, mut found) = (vec![node], HashSet::new(), Vec::new());
    while let Some(node) = to_do.pop() {
        if data.kind(node) != Kind::Blank || !seen.insert(node) {
            continue;
        }
        for row in shapes.quads([Some(node), None, None]) {
            to_do.push(row.2);
            found.push(data.quad(row).into());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxttl::TurtleParser;

    #[test]
    fn what_is_walked_backwards_is_walked_from_its_end() {
        let text = "@prefix : <http://e/> . :x :p :y . :y :q :a . :z :p :a .";
        let triples = TurtleParser::new().for_slice(text.as_bytes()).map(Result::unwrap);
        let quads = triples.map(|triple| triple.in_graph(oxrdf::GraphName::DefaultGraph));
        let data = Selection::all(Arc::new(crate::index::build(quads, 0).unwrap()));
        let id =
            |name: &str| data.version().id(NamedNodeRef::new_unchecked(&format!("http://e/{name}")).into()).unwrap();
        let (p, q) = (Path::Predicate(id("p")), Path::Predicate(id("q")));
        let path = Path::Inverse(Box::new(Path::Sequence(vec![p.clone(), q.clone()])));
        assert_eq!(path.values(&data, id("a")), [id("x")]);
        assert_eq!(path.sparql(data.version()), "^((<http://e/p>/<http://e/q>))");
        let path = Path::Inverse(Box::new(Path::OneOrMore(Box::new(Path::Alternative(vec![p, q])))));
        let mut found = path.values(&data, id("a"));
        found.sort_unstable();
        let mut expected = vec![id("x"), id("y"), id("z")];
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}
