//! What an endpoint is, as far as its graphs go: by what it says of itself, and where that is silent by asking.
//!
//! The default graph of an endpoint's queries is the graph without a name, or the union of all graphs (sd:UnionDefaultGraph).
//! Whoever takes the one for the other counts everything twice, or takes what was inferred for stated.

use std::io::Read;

use oxrdf::Term;
use oxrdfio::{RdfFormat, RdfParser};

use super::client::{Call, Client, Endpoint};
use super::response::Answer;
use crate::rdf::Guard;
use crate::store::error::StoreError;
use crate::vocab::sd;

const DESCRIPTION: &str = "text/turtle, application/n-triples;q=0.9, application/rdf+xml;q=0.8, */*;q=0.1";
/// Bytes of a description that are read.
const MOST: u64 = 1 << 20;

const ANY_NAMED: &str = "ASK { GRAPH ?g { ?s ?p ?o } }";
/// Most stores that keep the graphs apart are told by their first triples, without looking at all of them.
const SOME_APART: &str =
    "ASK { { SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } LIMIT 100 } FILTER NOT EXISTS { ?s ?p ?o } }";
const ANY_APART: &str = "ASK { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } }";

/// Programs whose ways are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// This one: a parameter says what the default graph is.
    Citypact,
    /// A parameter makes the default graph the union; `/store` gives the graph without a name alone.
    Oxigraph,
    /// Keeps nothing outside of named graphs; some of them are its own.
    Virtuoso,
    /// Any other.
    Other,
}

/// How the graph without a name is told from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// Queries see it as their default graph.
    Apart,
    /// The Graph Store Protocol gives it, while queries see the union.
    ByGraphStore,
    /// Queries see the union: what stands in no named graph is what is known of it. A triple that stands in a named graph,
    /// too, cannot be seen there.
    Rest,
    /// There is none.
    Nowhere,
}

/// What the default graph of a query is to be, where the server lets its client choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All graphs as one.
    Union,
    /// The graph without a name.
    Unnamed,
}

/// What is known of an endpoint before its graphs are asked about.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) program: Program,
    says_union: bool,
    /// Where the Graph Store Protocol is spoken, indirectly (§4.2).
    pub(super) graph_store: Option<String>,
}

impl Service {
    /// Asks an endpoint to describe itself (SPARQL 1.1 Service Description §2). One that does not is taken for unknown.
    pub(super) fn discover(endpoint: &Endpoint, client: &Client) -> Self {
        let answer = client.send_once(&Call::get(&endpoint.query, DESCRIPTION)).ok();
        let program = answer.as_ref().map_or(Program::Other, |answer| program(answer.header("server")));
        let graph_store = endpoint.graph_store.clone().or_else(|| program.graph_store(&endpoint.query));
        Self { program, says_union: answer.is_some_and(says_union), graph_store }
    }

    /// How the graph without a name is told from the others. `ask` puts an ASK to the endpoint.
    pub(super) fn unnamed(&self, ask: impl Fn(&str) -> Result<bool, StoreError>) -> Result<Unnamed, StoreError> {
        Ok(match self.program {
            Program::Citypact => Unnamed::Apart,
            Program::Virtuoso => Unnamed::Nowhere,
            Program::Oxigraph if self.says_union && self.graph_store.is_some() => Unnamed::ByGraphStore,
            _ if self.says_union || is_union(ask)? => match self.program {
                Program::Oxigraph if self.graph_store.is_some() => Unnamed::ByGraphStore,
                _ => Unnamed::Rest,
            },
            _ => Unnamed::Apart,
        })
    }

    /// Whether the graph store itself gives all graphs at once.
    pub(super) fn whole_store(&self) -> Option<&str> {
        let store = self.graph_store.as_deref();
        store.filter(|_| matches!(self.program, Program::Citypact | Program::Oxigraph))
    }

    /// Whether a query may be posted as it is (SPARQL 1.1 Protocol §2.1.3). Virtuoso 7.2.5 never answers one; every server
    /// takes it from a form.
    pub(super) const fn takes_plain_queries(&self) -> bool {
        matches!(self.program, Program::Citypact | Program::Oxigraph)
    }

    /// Roughly how many bytes an update may have. Virtuoso's compiler runs out of memory at some 5,000 triples, which were
    /// 780 kB when this was tried.
    pub(super) const fn largest_update(&self) -> usize {
        match self.program {
            Program::Citypact | Program::Oxigraph => usize::MAX,
            Program::Virtuoso | Program::Other => 200_000,
        }
    }

    /// Where a graph can be put whole. Virtuoso's are put there and read by queries, whose answers are held against a count.
    pub(super) fn takes_graphs(&self, query: &str) -> Option<String> {
        match self.program {
            Program::Virtuoso => {
                let ends = [("/sparql", "/sparql-graph-crud"), ("/sparql-auth", "/sparql-graph-crud-auth")];
                ends.iter().find_map(|(end, store)| query.strip_suffix(end).map(|base| format!("{base}{store}")))
            }
            _ => self.graph_store.clone(),
        }
    }

    /// The parameter of a query's address that makes its default graph what it is to be.
    pub(super) const fn of_query(&self, scope: Scope) -> Option<&'static str> {
        match (self.program, scope) {
            (Program::Citypact, Scope::Union) => Some("default-graph=union"),
            (Program::Citypact, Scope::Unnamed) => Some("default-graph=empty"),
            (Program::Oxigraph, Scope::Union) => Some("union-default-graph"),
            _ => None,
        }
    }

    /// The same of an update's address.
    pub(super) const fn of_update(&self, scope: Scope) -> Option<&'static str> {
        match (self.program, scope) {
            (Program::Oxigraph, Scope::Union) => Some("using-union-graph"),
            _ => self.of_query(scope),
        }
    }

    /// What the names of graphs begin with that hold no data of anybody's.
    pub(super) const fn own_graphs(&self) -> &'static [&'static str] {
        match self.program {
            Program::Virtuoso => &[
                "http://www.openlinksw.com/schemas/",
                "http://www.w3.org/ns/ldp#",
                "http://www.w3.org/2002/07/owl#",
                "http://localhost:8890/",
                "http://localuriqaserver/",
                "urn:core:services:sparql",
                "urn:activitystreams-owl:map",
                "b3s",
                "b3i",
            ],
            _ => &[],
        }
    }
}

impl Program {
    /// As people call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Citypact => "citypact",
            Self::Oxigraph => "Oxigraph",
            Self::Virtuoso => "Virtuoso",
            Self::Other => "the engine",
        }
    }

    /// Where the graph store is, beside the endpoint.
    fn graph_store(self, query: &str) -> Option<String> {
        let (end, name) = match self {
            Self::Citypact => ("/sparql", "/graphs"),
            Self::Oxigraph => ("/query", "/store"),
            Self::Virtuoso | Self::Other => return None,
        };
        query.strip_suffix(end).map(|base| format!("{base}{name}"))
    }
}

fn program(server: &str) -> Program {
    let server = server.to_ascii_lowercase();
    let named = |name: &str| server.split([' ', '/']).any(|word| word == name);
    match () {
        () if named("citypact") => Program::Citypact,
        () if named("oxigraph") => Program::Oxigraph,
        () if named("virtuoso") => Program::Virtuoso,
        () => Program::Other,
    }
}

/// Whether a description names the feature sd:UnionDefaultGraph.
fn says_union(answer: Answer) -> bool {
    let Some(format) = RdfFormat::from_media_type(&answer.media_type) else { return false };
    let quads = RdfParser::from_format(format).for_reader(Guard::document(answer.body.take(MOST), format));
    // What cannot be read says nothing.
    let mut quads = quads.map_while(Result::ok);
    quads
        .any(|quad| quad.predicate == sd::feature && quad.object == Term::NamedNode(sd::UnionDefaultGraph.into_owned()))
}

/// Whether everything that stands in a named graph stands in the default graph, too.
fn is_union(ask: impl Fn(&str) -> Result<bool, StoreError>) -> Result<bool, StoreError> {
    Ok(ask(ANY_NAMED)? && !ask(SOME_APART)? && !ask(ANY_APART)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_by_their_names() {
        assert_eq!(program("Oxigraph/0.5.13"), Program::Oxigraph);
        assert_eq!(program("Virtuoso/07.20.3229 (Linux) x86_64-pc-linux-gnu"), Program::Virtuoso);
        assert_eq!(
            (program("citypact"), program("nginx"), program("")),
            (Program::Citypact, Program::Other, Program::Other)
        );
        assert_eq!(Program::Citypact.graph_store("http://a/x/sparql").as_deref(), Some("http://a/x/graphs"));
        assert_eq!(Program::Oxigraph.graph_store("http://a/query").as_deref(), Some("http://a/store"));
        assert_eq!(Program::Oxigraph.graph_store("http://a/sparql"), None);
    }

    #[test]
    fn a_union_is_found_by_asking() {
        let answers = |named: bool, some: bool, any: bool| {
            is_union(move |query| {
                Ok(match query {
                    ANY_NAMED => named,
                    SOME_APART => some,
                    _ => any,
                })
            })
            .unwrap()
        };
        assert!(answers(true, false, false));
        assert!(!answers(false, false, false) && !answers(true, true, true) && !answers(true, false, true));
        for query in [ANY_NAMED, SOME_APART, ANY_APART] {
            spargebra::SparqlParser::new().parse_query(query).unwrap();
        }
    }
}
