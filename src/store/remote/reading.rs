//! All quads of a remote store, or those of one graph, the graphs told apart. Every command that reads through an endpoint
//! reads here.

use oxigraph::sparql::{QueryResults, QueryTripleIter};
use oxrdf::{GraphName, GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, Triple};
use oxrdfio::{RdfFormat, RdfParser};

use super::service::{Program, Scope, Unnamed};
use super::{GRAPH, Remote, graph_url, is_closed, triples, with};
use crate::rdf::canonical_quad;
use crate::store::error::StoreError;
use crate::store::{QuadStream, select};

const DATASET: &str = "application/n-quads, application/trig;q=0.5";
const NAMES: &str = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }";
/// What stands in the union of all graphs and in no named graph.
pub(super) const REST: &str = "{ ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }";
const IN_BLANK: &str = "SELECT ?g ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } FILTER(isBlank(?g)) }";

impl Remote {
    /// Everything: from the graph store itself where it gives that at once, which is of one moment; else graph by graph.
    pub(super) fn all(&self) -> Result<QuadStream, StoreError> {
        if let Some(store) = self.service().whole_store() {
            match self.client.get(store, DATASET) {
                Ok(answer) => return quads(store, &answer.media_type.clone(), answer.body),
                // Whoever stands before the server may let its queries through alone.
                Err(error) if is_closed(&error) => {}
                Err(error) => return Err(error),
            }
        }
        self.graph_by_graph()
    }

    fn graph_by_graph(&self) -> Result<QuadStream, StoreError> {
        let (mut names, mut has_blank) = (Vec::new(), false);
        select(self, NAMES, |row| match row.get("g") {
            Some(Term::NamedNode(graph)) if !self.is_own(graph) => names.push(graph.clone()),
            Some(Term::BlankNode(_)) => has_blank = true,
            _ => {}
        })?;
        let in_blank = if has_blank { self.in_blank_graphs()? } else { Box::new(std::iter::empty()) };
        let first = self.graph(GraphNameRef::DefaultGraph)?.chain(in_blank);
        // One after the other: each is a request of its own.
        let remote = self.clone();
        let others = names.into_iter().flat_map(move |graph| {
            remote.graph(graph.as_ref().into()).unwrap_or_else(|error| Box::new(std::iter::once(Err(error))))
        });
        Ok(Box::new(first.chain(others)))
    }

    /// Whether a graph is the server's own and holds no data of anybody's.
    fn is_own(&self, graph: &NamedNode) -> bool {
        self.service().own_graphs().iter().any(|begin| graph.as_str().starts_with(begin))
    }

    /// A query cannot name a blank node: they are asked for all at once.
    fn in_blank_graphs(&self) -> Result<QuadStream, StoreError> {
        let mut found = Vec::new();
        select(self, IN_BLANK, |row| {
            let of = |name: &str| row.get(name).cloned();
            if let (Some(Term::BlankNode(graph)), Some(subject), Some(Term::NamedNode(predicate)), Some(object)) =
                (of("g"), of("s").and_then(node), of("p"), of("o"))
            {
                found.push(Ok(canonical_quad(Quad::new(subject, predicate, object, graph))));
            }
        })?;
        Ok(Box::new(found.into_iter()))
    }

    /// The quads of one graph.
    pub(super) fn graph(&self, graph: GraphNameRef<'_>) -> Result<QuadStream, StoreError> {
        let name = graph.into_owned();
        let of = |pattern: &str| format!("CONSTRUCT {{ ?s ?p ?o }} WHERE {pattern}");
        match graph {
            GraphNameRef::NamedNode(node) if self.service().graph_store.is_some() => self.stored(Some(node), name),
            GraphNameRef::DefaultGraph => match self.unnamed()? {
                Unnamed::Nowhere => Ok(Box::new(std::iter::empty())),
                Unnamed::ByGraphStore => self.stored(None, name),
                Unnamed::Apart => self.constructed(&of("{ ?s ?p ?o }"), "{ ?s ?p ?o }", name),
                Unnamed::Rest => self.constructed(&of(REST), REST, name),
            },
            named => {
                let pattern = format!("{{ GRAPH {named} {{ ?s ?p ?o }} }}");
                self.constructed(&of(&pattern), &pattern, name)
            }
        }
    }

    /// A graph by the Graph Store Protocol; one that is not there holds nothing.
    fn stored(&self, graph: Option<NamedNodeRef<'_>>, name: GraphName) -> Result<QuadStream, StoreError> {
        let store = self.service().graph_store.as_deref().unwrap_or_default();
        let url =
            graph.map_or_else(|| with(store, std::iter::once("default".to_owned())), |graph| graph_url(store, graph));
        match self.client.get(&url, GRAPH) {
            Ok(answer) => Ok(named(triples(&url, &answer.media_type.clone(), answer.body)?, name)),
            Err(StoreError::Refused { status: 404, .. }) => Ok(Box::new(std::iter::empty())),
            Err(error) => Err(error),
        }
    }

    /// A graph by a query. Servers that limit their results do so in silence: what comes is held against the count.
    fn constructed(&self, query: &str, pattern: &str, name: GraphName) -> Result<QuadStream, StoreError> {
        let all = if self.service().program == Program::Citypact { 0 } else { self.count(pattern)? };
        let QueryResults::Graph(triples) = self.query_over(query, Scope::Unnamed, None)? else {
            return Err(StoreError::answer(self.address(), "rows in answer to a CONSTRUCT"));
        };
        let url = self.address().to_owned();
        Ok(Box::new(Whole { triples: named(triples, name), url, read: 0, all, ended: false }))
    }

    /// How many triples a pattern of `?s ?p ?o` has.
    pub(super) fn count(&self, pattern: &str) -> Result<u64, StoreError> {
        let mut count = 0;
        select(self, &format!("SELECT (COUNT(*) AS ?n) WHERE {pattern}"), |row| {
            if let Some(Term::Literal(number)) = row.get("n") {
                count = number.value().parse().unwrap_or(0);
            }
        })?;
        Ok(count)
    }
}

fn node(term: Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(node) => Some(node.into()),
        Term::BlankNode(node) => Some(node.into()),
        _ => None,
    }
}

fn named(triples: QueryTripleIter<'static>, name: GraphName) -> QuadStream {
    Box::new(triples.map(move |triple: Result<Triple, _>| Ok(canonical_quad(triple?.in_graph(name.clone())))))
}

fn quads(url: &str, media_type: &str, body: Box<dyn std::io::Read>) -> Result<QuadStream, StoreError> {
    let unknown = || StoreError::answer(url, format!("an answer of the type {media_type:?}"));
    let format = RdfFormat::from_media_type(media_type).ok_or_else(unknown)?;
    let parser = RdfParser::from_format(format).with_base_iri(url).map_err(|error| StoreError::answer(url, error))?;
    let url = url.to_owned();
    Ok(Box::new(
        parser
            .for_reader(body)
            .map(move |quad| quad.map(canonical_quad).map_err(|error| StoreError::answer(&url, error))),
    ))
}

/// The triples of a graph, and an error at their end where there should be more.
struct Whole {
    triples: QuadStream,
    url: String,
    read: u64,
    all: u64,
    ended: bool,
}

impl Iterator for Whole {
    type Item = Result<Quad, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(quad) = self.triples.next() {
            self.read += 1;
            return Some(quad);
        }
        let is_part = self.read < self.all && !std::mem::replace(&mut self.ended, true);
        is_part.then(|| Err(StoreError::Partial { url: self.url.clone(), read: self.read, all: self.all }))
    }
}
