//! [Nanopublications](https://nanopub.net/guidelines/working_draft/): a fact, where it is from, and what is said of the publication
//! itself, each in a graph of its own. One for each fact and document that tells of it, named by a
//! [trusty IRI](https://trustyuri.net/) made from its content: whoever has one can check that it is as it was written.

mod parts;
mod trusty;

use std::collections::BTreeSet;
use std::io::Write;

use oxrdf::{GraphName, Literal, NamedNode, NamedNodeRef, Quad, Triple};

use super::members::UNNAMED;
use super::network::text;
use crate::format::Syntax;
use crate::output::error::OutputError;
use crate::rdf;
use crate::store::{Store, StoreError, select};
use crate::vocab::{self, dcterms, graph, np, npx, pact, prov, xsd};
use parts::Telling;

/// Where nanopublications are, their names after it.
const BASE: &str = "https://w3id.org/citypact/np/";

/// Classes of ours whose members are no facts of their own.
const NO_FACTS: [NamedNodeRef<'static>; 2] = [pact::TerritorialEntity, pact::Signature];

/// Which facts are published, and what is said of the publications.
#[derive(Debug, Clone, Default)]
pub struct NanopubOptions {
    /// These facts alone; all where there are none.
    pub facts: Vec<NamedNode>,
    /// What this graph tells alone.
    pub graph: Option<NamedNode>,
    /// Who publishes them: an ORCID, a web address.
    pub creator: Option<NamedNode>,
    /// When, as `xsd:dateTime`. Not told where not given: nothing here looks at a clock.
    pub created: Option<String>,
    /// The licence.
    pub license: Option<NamedNode>,
}

/// What was written, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenNanopubs {
    /// Nanopublications.
    pub written: u64,
    /// Facts with the graph that tells them, which cannot be published: what they say hangs together in a circle of nameless nodes,
    /// or holds triple terms.
    pub left_out: Vec<(String, String)>,
    /// Facts that were asked for and that no graph tells.
    pub unknown: Vec<String>,
}

/// Writes nanopublications in TriG. The same data and options give the same bytes.
///
/// # Errors
/// [`OutputError`]
pub fn write_nanopubs(
    store: &dyn Store,
    options: &NanopubOptions,
    writer: impl Write,
) -> Result<WrittenNanopubs, OutputError> {
    let mut written = WrittenNanopubs::default();
    let mut quads = Vec::new();
    let mut told = BTreeSet::new();
    for graph in graphs(store, options)? {
        let telling = Telling::read(store, &graph)?;
        for (fact, classes) in telling.facts(&options.facts, is_fact) {
            match publication(&telling, &fact, &classes, options) {
                Some(publication) => {
                    quads.extend(publication);
                    written.written += 1;
                }
                None => written.left_out.push((fact.as_str().to_owned(), graph.as_str().to_owned())),
            }
            told.insert(fact);
        }
    }
    written.unknown =
        options.facts.iter().filter(|fact| !told.contains(*fact)).map(|fact| fact.as_str().to_owned()).collect();
    rdf::write(quads, Syntax::TriG, writer)?;
    Ok(written)
}

/// The graphs of documents, or the one that was asked for.
fn graphs(store: &dyn Store, options: &NanopubOptions) -> Result<BTreeSet<NamedNode>, StoreError> {
    if let Some(graph) = &options.graph {
        return Ok(BTreeSet::from([graph.clone()]));
    }
    let mut found = BTreeSet::new();
    select(store, "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }", |row| {
        let name = row.get("g").map_or_else(|| UNNAMED.to_owned(), text);
        let is_document = !graph::ALL.iter().any(|fixed| fixed.as_str() == name) && graph::own_of(&name) == name;
        found.extend(NamedNode::new(name).ok().filter(|_| is_document));
    })?;
    Ok(found)
}

fn is_fact(class: &str) -> bool {
    class.starts_with(vocab::NS) && !NO_FACTS.iter().any(|other| other.as_str() == class)
}

/// The four graphs of a fact's publication; none where it has no name of its own.
fn publication(
    telling: &Telling,
    fact: &NamedNode,
    classes: &BTreeSet<NamedNode>,
    options: &NanopubOptions,
) -> Option<Vec<Quad>> {
    let name = |part: &str| NamedNode::new_unchecked(format!("{BASE}{}{part}", trusty::PLACE));
    let publication = name("");
    let [head, assertion, provenance, information] = ["#Head", "#assertion", "#provenance", "#pubinfo"].map(name);
    let mut quads = Vec::new();
    let mut put = |graph: &NamedNode, triples: Vec<Triple>| {
        quads.extend(triples.into_iter().map(|triple| triple.in_graph(GraphName::from(graph.clone()))));
    };
    let link = |subject: &NamedNode, property: NamedNodeRef<'_>, object: &NamedNode| {
        Triple::new(subject.clone(), property, object.clone())
    };
    put(
        &head,
        vec![
            link(&publication, vocab::rdf::type_, &np::Nanopublication.into_owned()),
            link(&publication, np::hasAssertion, &assertion),
            link(&publication, np::hasProvenance, &provenance),
            link(&publication, np::hasPublicationInfo, &information),
        ],
    );
    put(&assertion, telling.said_of(fact, publication.as_str())?);
    let mut origin = telling.origin(fact, &assertion, publication.as_str())?;
    if origin.is_empty() {
        origin.push(link(&assertion, prov::wasDerivedFrom, &telling.graph));
    }
    put(&provenance, origin);
    let mut of_itself = vec![link(&publication, dcterms::subject, fact)];
    of_itself.extend(classes.iter().map(|class| link(&publication, npx::hasNanopubType, class)));
    of_itself.extend(options.creator.iter().map(|creator| link(&publication, dcterms::creator, creator)));
    of_itself.extend(options.license.iter().map(|license| link(&publication, dcterms::license, license)));
    of_itself.extend(options.created.iter().map(|created| {
        Triple::new(publication.clone(), dcterms::created, Literal::new_typed_literal(created.as_str(), xsd::dateTime))
    }));
    put(&information, of_itself);
    Some(trusty::named(quads, BASE))
}
