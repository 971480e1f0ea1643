//! All quads of a remote store, or those of one graph, the graphs told apart. Every command that reads through an endpoint
//! reads here.

use std::collections::HashSet;

use oxigraph::sparql::{QueryResults, QuerySolution, QueryTripleIter};
use oxrdf::{GraphName, GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, Triple};
use oxrdfio::{RdfFormat, RdfParser};

use super::answers::{GRAPH, triples};
use super::client::Call;
use super::service::{Program, Scope, Unnamed};
use super::{Asking, Remote, graph_url, is_closed, with};
use crate::rdf::{Guard, canonical_quad};
use crate::store::error::StoreError;
use crate::store::{QuadStream, select};

const DATASET: &str = "application/n-quads, application/trig;q=0.5";
const NAMES: &str = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }";
/// What stands in the union of all graphs and in no named graph.
pub(super) const REST: &str = "{ ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }";
const IN_BLANK: &str = "{ GRAPH ?g { ?s ?p ?o } FILTER(isBlank(?g)) }";

impl Remote {
    /// Everything: from the graph store itself where it gives that at once, which is of one moment; else graph by graph.
    pub(super) fn all(&self) -> Result<QuadStream, StoreError> {
        if let Some(store) = self.service().whole_store() {
            match self.client.send(&Call::get(store, DATASET)) {
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
        self.rows(IN_BLANK)
    }

    /// The quads of these predicates, in one answer as far as queries see them: so that a blank node that stands in several graphs
    /// is one.
    ///
    /// # Errors
    /// As [`Remote::query_text`]; [`StoreError::Partial`] where the server gives less than there is.
    pub fn of_predicates(&self, predicates: &[NamedNode]) -> Result<QuadStream, StoreError> {
        if predicates.is_empty() {
            return Ok(Box::new(std::iter::empty()));
        }
        let values: String = predicates.iter().map(|predicate| format!("{predicate} ")).collect();
        let values = format!("VALUES ?p {{ {values}}}");
        let named = format!("{{ {values} GRAPH ?g {{ ?s ?p ?o }} }}");
        match self.unnamed()? {
            Unnamed::Nowhere => self.rows(&format!("{{ {named} }}")),
            Unnamed::Apart => self.rows(&format!("{{ {named} UNION {{ {values} ?s ?p ?o }} }}")),
            Unnamed::Rest => self.rows(&format!("{{ {named} UNION {{ {values} {REST} }} }}")),
            Unnamed::ByGraphStore => {
                let wanted: HashSet<NamedNode> = predicates.iter().cloned().collect();
                let unnamed = self.graph(GraphNameRef::DefaultGraph)?;
                let unnamed =
                    unnamed.filter(move |quad| quad.as_ref().map_or(true, |quad| wanted.contains(&quad.predicate)));
                Ok(Box::new(unnamed.chain(self.rows(&format!("{{ {named} }}"))?)))
            }
        }
    }

    /// The quads of some graphs, those that have a name in one answer.
    ///
    /// # Errors
    /// As [`Self::of_predicates`].
    pub fn of_graphs(&self, graphs: &[GraphName]) -> Result<QuadStream, StoreError> {
        let named: Vec<String> =
            graphs.iter().filter(|graph| matches!(graph, GraphName::NamedNode(_))).map(ToString::to_string).collect();
        let mut found: QuadStream = Box::new(std::iter::empty());
        if graphs.iter().any(GraphName::is_default_graph) {
            found = self.graph(GraphNameRef::DefaultGraph)?;
        }
        if graphs.iter().any(|graph| matches!(graph, GraphName::BlankNode(_))) {
            found = Box::new(found.chain(self.in_blank_graphs()?));
        }
        if !named.is_empty() {
            let rows = self.rows(&format!("{{ VALUES ?g {{ {} }} GRAPH ?g {{ ?s ?p ?o }} }}", named.join(" ")))?;
            found = Box::new(found.chain(rows));
        }
        Ok(found)
    }

    /// The quads that a pattern of `?g ?s ?p ?o` finds; those of the unnamed graph are without `?g`.
    fn rows(&self, pattern: &str) -> Result<QuadStream, StoreError> {
        let all = if self.service().program == Program::Citypact { 0 } else { self.count(pattern)? };
        let query = format!("SELECT ?g ?s ?p ?o WHERE {pattern}");
        let QueryResults::Solutions(rows) = self.query_over(&query, Asking::over(Scope::Unnamed))? else {
            return Err(StoreError::answer(self.address(), "no rows in answer to a SELECT"));
        };
        let (url, own) = (self.address().to_owned(), self.service().own_graphs());
        let quads = Box::new(rows.map(move |row| quad_of(&row?, &url)));
        let whole = Whole { triples: quads, url: self.address().to_owned(), read: 0, all, ended: false };
        let is_own = move |graph: &GraphName| matches!(graph, GraphName::NamedNode(graph) if own.iter().any(|begin| graph.as_str().starts_with(begin)));
        Ok(Box::new(whole.filter(move |quad| !matches!(quad, Ok(quad) if is_own(&quad.graph_name)))))
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
        match self.client.send(&Call::get(&url, GRAPH)) {
            Ok(answer) => Ok(named(triples(&url, &answer.media_type.clone(), answer.body)?, name)),
            Err(StoreError::Refused { status: 404, .. }) => Ok(Box::new(std::iter::empty())),
            Err(error) => Err(error),
        }
    }

    /// A graph by a query. Servers that limit their results do so in silence: what comes is held against the count.
    fn constructed(&self, query: &str, pattern: &str, name: GraphName) -> Result<QuadStream, StoreError> {
        let all = if self.service().program == Program::Citypact { 0 } else { self.count(pattern)? };
        let QueryResults::Graph(triples) = self.query_over(query, Asking::over(Scope::Unnamed))? else {
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

/// The quad of a row of `?g ?s ?p ?o`.
fn quad_of(row: &QuerySolution, url: &str) -> Result<Quad, StoreError> {
    let of = |name: &str| row.get(name).cloned();
    let graph = match of("g") {
        None => Some(GraphName::DefaultGraph),
        Some(graph) => node(graph).map(GraphName::from),
    };
    match (graph, of("s").and_then(node), of("p"), of("o")) {
        (Some(graph), Some(subject), Some(Term::NamedNode(predicate)), Some(object)) => {
            Ok(canonical_quad(Quad::new(subject, predicate, object, graph)))
        }
        _ => Err(StoreError::answer(url, "a row that is no quad")),
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
            .for_reader(Guard::document(body, format))
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
