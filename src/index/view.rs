//! Dataset view: a version and a dataset of its graphs, as the engine reads them.

use std::sync::Arc;

use oxrdf::{GraphName, NamedOrBlankNode, Term, TermRef};
use spareval::{ExpressionTerm, InternalQuad, QueryDatasetSpecification, QueryableDataset};

use super::file::Damage;
use super::id::{GraphFilter, Id};
use super::normal::normal;
use super::number::Number;
use super::scan::{Pattern, Scan};
use super::version::Version;

/// A term of the data by its number, or one that a query made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Internal {
    /// Of the data.
    Id(Id),
    /// Made.
    Made(Arc<Term>),
}

/// A version with a default graph and named graphs, as a query's dataset says (SPARQL 1.1, 13.2). A triple of the default
/// graph comes once, in however many of its graphs it stands.
///
/// To be evaluated with the specification that [`View::plain`] gives: what the query's own said is known here.
pub struct View {
    version: Arc<Version>,
    default: Arc<GraphFilter>,
    /// The named graphs and their numbers, where the dataset says which.
    named: Option<Vec<(Internal, Option<u32>)>>,
    among: Arc<GraphFilter>,
}

impl View {
    /// A version as a dataset.
    pub fn new(version: Arc<Version>, specification: &QueryDatasetSpecification) -> Self {
        let default = match specification.default_graph_graphs() {
            None => GraphFilter::Any,
            Some(graphs) => only(graphs.iter().filter_map(|graph| match graph {
                GraphName::DefaultGraph => Some(0),
                GraphName::NamedNode(name) => number(&version, name.as_ref().into()),
                GraphName::BlankNode(name) => number(&version, name.as_ref().into()),
            })),
        };
        let named: Option<Vec<_>> = specification.available_named_graphs().map(|names| {
            let known = |name: &NamedOrBlankNode| {
                (internal(&version, name.clone().into()), number(&version, name.as_ref().into()))
            };
            names.iter().map(known).collect()
        });
        let among = match &named {
            None => GraphFilter::Named,
            Some(named) => only(named.iter().filter_map(|(_, number)| *number)),
        };
        Self { version, default: Arc::new(default), named, among: Arc::new(among) }
    }

    /// The specification with which a view is evaluated.
    pub fn plain() -> QueryDatasetSpecification {
        QueryDatasetSpecification::new()
    }

    fn named_number(&self, name: &Internal) -> Option<u32> {
        match (&self.named, name) {
            (Some(named), _) => named.iter().find(|(other, _)| other == name)?.1,
            (None, Internal::Id(id)) => self.version.graph_number(*id),
            (None, Internal::Made(_)) => None,
        }
    }
}

fn only(graphs: impl Iterator<Item = u32>) -> GraphFilter {
    let mut graphs: Vec<u32> = graphs.collect();
    graphs.sort_unstable();
    graphs.dedup();
    match graphs.as_slice() {
        [one] => GraphFilter::One(*one),
        _ => GraphFilter::Set(graphs.into()),
    }
}

fn number(version: &Version, name: TermRef<'_>) -> Option<u32> {
    version.graph_number(version.id(name)?)
}

fn internal(version: &Version, term: Term) -> Internal {
    match version.find(term.clone()) {
        Some(id) => Internal::Id(id),
        None => Internal::Made(Arc::new(normal(term))),
    }
}

/// What is asked of a place of a quad.
fn asked(term: Option<&Internal>) -> Result<Option<Id>, ()> {
    match term {
        None => Ok(None),
        Some(Internal::Id(id)) => Ok(Some(*id)),
        Some(Internal::Made(_)) => Err(()),
    }
}

impl<'a> QueryableDataset<'a> for View {
    type InternalTerm = Internal;
    type Error = Damage;

    fn internal_quads_for_pattern(
        &self,
        subject: Option<&Internal>,
        predicate: Option<&Internal>,
        object: Option<&Internal>,
        graph_name: Option<Option<&Internal>>,
    ) -> impl Iterator<Item = Result<InternalQuad<Internal>, Damage>> + use<'a> {
        // A term that is not of the data is in no quad.
        let asked = asked(subject).and_then(|subject| Ok((subject, asked(predicate)?, asked(object)?)));
        let filter = match graph_name {
            Some(None) => Some(self.default.clone()),
            Some(Some(name)) => self.named_number(name).map(|number| Arc::new(GraphFilter::One(number))),
            None => Some(self.among.clone()),
        };
        let is_default = graph_name == Some(None);
        let scan = asked.ok().zip(filter).map(|((subject, predicate, object), filter)| {
            let pattern = Pattern { subject, predicate, object };
            Scan::new(self.version.clone(), pattern, filter, !is_default)
        });
        let version = self.version.clone();
        let damaged = self.version.clone();
        let quads = scan.into_iter().flatten().map(move |(subject, predicate, object, graph)| {
            version.sound()?;
            Ok(InternalQuad {
                subject: Internal::Id(subject),
                predicate: Internal::Id(predicate),
                object: Internal::Id(object),
                graph_name: if is_default { None } else { version.graph_id(graph).map(Internal::Id) },
            })
        });
        // What was not found may be what could not be read.
        quads.chain(std::iter::once_with(move || damaged.sound().err().map(Err)).flatten())
    }

    fn internal_named_graphs(&self) -> impl Iterator<Item = Result<Internal, Damage>> + use<'a> {
        let names: Vec<Internal> = match &self.named {
            Some(named) => named.iter().map(|(name, _)| name.clone()).collect(),
            None => self.version.graphs().iter().map(|graph| Internal::Id(graph.id)).collect(),
        };
        names.into_iter().map(Ok)
    }

    fn contains_internal_graph_name(&self, graph_name: &Internal) -> Result<bool, Damage> {
        Ok(match (&self.named, graph_name) {
            (Some(named), _) => named.iter().any(|(name, _)| name == graph_name),
            (None, Internal::Id(id)) => self.version.graph_number(*id).is_some(),
            (None, Internal::Made(_)) => false,
        })
    }

    fn internalize_term(&self, term: Term) -> Result<Internal, Damage> {
        Ok(internal(&self.version, term))
    }

    fn externalize_term(&self, term: Internal) -> Result<Term, Damage> {
        Ok(match term {
            Internal::Id(id) => {
                let term = self.version.term(id);
                self.version.sound()?;
                term
            }
            Internal::Made(term) => Arc::unwrap_or_clone(term),
        })
    }

    fn externalize_expression_term(&self, term: Internal) -> Result<ExpressionTerm, Damage> {
        let number = match &term {
            Internal::Id(id) => self.version.number(*id),
            Internal::Made(_) => None,
        };
        Ok(match number {
            Some(Number::Integer(value)) => ExpressionTerm::IntegerLiteral(value.into()),
            Some(Number::Decimal(value)) => ExpressionTerm::DecimalLiteral(value),
            Some(Number::Float(value)) => ExpressionTerm::FloatLiteral(value),
            Some(Number::Double(value)) => ExpressionTerm::DoubleLiteral(value),
            None => self.externalize_term(term)?.into(),
        })
    }
}
