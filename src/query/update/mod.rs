//! Updates under limits: all of their operations or none.
//!
//! Patterns are evaluated as queries are; what they say is then done here, quad by quad, so that the deadline holds there too.

use std::sync::Arc;
use std::time::{Duration, Instant};

use oxigraph::sparql::{QueryDatasetSpecification, QueryResults};
use oxrdf::Quad;
use spargebra::GraphUpdateOperation;
use spargebra::algebra::{GraphPattern, QueryDataset};
use spargebra::term::{GroundQuadPattern, QuadPattern};

use self::template::{Nodes, graph, ground, pattern_quad};

use super::engine::evaluation::{Evaluation, specification};
use super::engine::stack;
use super::engine::with_limits::with_limits;
use super::engine::{Dataset, DefaultGraph, Engine, Query};
use super::error::QueryError;
use super::limits::Limits;
use super::syntax::options::ParseOptions;
use super::syntax::parse;
use crate::eval::{Cancel, Stop};
use crate::rdf::quad_bytes;
use crate::store::{Embedded, StoreError, Transaction};

mod clear;
mod template;
pub(super) mod unnamed;

/// A parsed update.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Update(Arc<spargebra::Update>);

impl Update {
    /// Reads an update.
    ///
    /// # Errors
    /// [`QueryError::Syntax`] if it is none, or larger than the options allow.
    pub fn parse(text: &str, options: &ParseOptions) -> Result<Self, QueryError> {
        Ok(Self(Arc::new(parse::update(text, options)?)))
    }

    /// The update's algebra.
    pub fn algebra(&self) -> &spargebra::Update {
        &self.0
    }
}

impl From<spargebra::Update> for Update {
    fn from(algebra: spargebra::Update) -> Self {
        Self(Arc::new(algebra))
    }
}

/// What an update did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UpdateStats {
    /// Quads that were not there before.
    pub inserted: u64,
    /// Quads that were there before; those of whole graphs that were cleared are not counted.
    pub removed: u64,
    /// Time from the start to the commit.
    pub elapsed: Duration,
}

impl Engine {
    /// Carries out an update, in one transaction after the writers before it. Nothing is changed if this fails. `dataset` is
    /// what the request names by `using-graph-uri` and `using-named-graph-uri` (SPARQL 1.1 Protocol, 2.2.3).
    ///
    /// # Errors
    /// As [`Engine::evaluate`], and [`QueryError::Update`], [`QueryError::NotAllowed`].
    pub fn update(
        &self,
        store: &Embedded,
        update: &Update,
        dataset: &Dataset,
        limits: &Limits,
        cancel: &Cancel,
    ) -> Result<UpdateStats, QueryError> {
        with_limits(limits, cancel, stack::LARGE, || {
            let started = Instant::now();
            let stats = store.transaction(|transaction| {
                let mut work =
                    Work { engine: self, dataset, limits, cancel, transaction, stats: UpdateStats::default() };
                update.0.operations.iter().try_for_each(|operation| work.operation(operation, &update.0))?;
                work.check()?;
                Ok::<_, QueryError>(work.stats)
            })?;
            Ok(UpdateStats { elapsed: started.elapsed(), ..stats })
        })
    }
}

impl From<StoreError> for QueryError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.into())
    }
}

struct Work<'a, 'b> {
    engine: &'a Engine,
    dataset: &'a Dataset,
    limits: &'a Limits,
    cancel: &'a Cancel,
    transaction: &'a mut Transaction<'b>,
    stats: UpdateStats,
}

impl Work<'_, '_> {
    fn operation(&mut self, operation: &GraphUpdateOperation, update: &spargebra::Update) -> Result<(), QueryError> {
        use GraphUpdateOperation as O;
        self.check()?;
        match operation {
            O::InsertData { data } => self.insert_data(data),
            O::DeleteData { data } => data.iter().try_for_each(|quad| self.remove(&ground(quad))),
            O::DeleteInsert { delete, insert, using, pattern } => {
                self.delete_insert(delete, insert, using.as_ref(), pattern, update)
            }
            O::Load { silent, .. } if *silent => Ok(()),
            O::Load { .. } => Err(QueryError::NotAllowed("LOAD")),
            O::Clear { silent, graph } => self.clear(graph, *silent),
            O::Create { silent, graph } => self.create(graph, *silent),
            O::Drop { silent, graph } => self.drop(unnamed::target(graph), *silent),
        }
    }

    fn check(&self) -> Result<(), QueryError> {
        if self.cancel.is_cancelled() { Err(self.stopped(Stop::Cancelled)) } else { Ok(()) }
    }

    fn stopped(&self, stop: Stop) -> QueryError {
        QueryError::stopped(stop, self.limits, self.cancel)
    }

    fn changed(&self) -> Result<(), QueryError> {
        self.check()?;
        let is_over = self.limits.rows.is_some_and(|limit| self.stats.inserted + self.stats.removed > limit);
        if is_over { Err(self.stopped(Stop::Rows)) } else { Ok(()) }
    }

    fn insert(&mut self, quad: &Quad) -> Result<(), QueryError> {
        self.stats.inserted += u64::from(self.transaction.insert(quad.as_ref())?);
        self.changed()
    }

    fn remove(&mut self, quad: &Quad) -> Result<(), QueryError> {
        if self.transaction.contains(quad.as_ref())? {
            self.transaction.remove(quad.as_ref());
            self.stats.removed += 1;
        }
        self.changed()
    }

    /// Blank nodes of the text are new nodes of the store, the same for the whole operation.
    fn insert_data(&mut self, data: &[spargebra::term::Quad]) -> Result<(), QueryError> {
        let mut nodes = Nodes::default();
        for quad in data {
            let graph_name = graph(&quad.graph_name);
            let subject = nodes.subject(&quad.subject);
            let quad =
                Quad { subject, predicate: quad.predicate.clone(), object: nodes.term(&quad.object), graph_name };
            self.insert(&quad)?;
        }
        Ok(())
    }

    fn delete_insert(
        &mut self,
        delete: &[GroundQuadPattern],
        insert: &[QuadPattern],
        using: Option<&QueryDataset>,
        pattern: &GraphPattern,
        update: &spargebra::Update,
    ) -> Result<(), QueryError> {
        if using.is_some() && self.dataset.is_given() {
            return Err(QueryError::DatasetTwice);
        }
        let (pattern, default_graph) = match unnamed::of_source(pattern) {
            Some(inner) => (inner, DefaultGraph::Empty),
            None => (pattern, self.engine.default_graph()),
        };
        let specification = specification(self.dataset, using, default_graph);
        let (gone, new) = self.matches(delete, insert, specification, pattern, update)?;
        gone.iter().try_for_each(|quad| self.remove(quad))?;
        new.iter().try_for_each(|quad| self.insert(quad))
    }

    /// The quads that the templates make of the pattern's solutions.
    fn matches(
        &self,
        delete: &[GroundQuadPattern],
        insert: &[QuadPattern],
        specification: QueryDatasetSpecification,
        pattern: &GraphPattern,
        update: &spargebra::Update,
    ) -> Result<(Vec<Quad>, Vec<Quad>), QueryError> {
        let mut variables = Vec::new();
        pattern.on_in_scope_variable(|variable| {
            if !variables.contains(variable) {
                variables.push(variable.clone());
            }
        });
        let pattern = GraphPattern::Project { inner: Box::new(pattern.clone()), variables };
        let query = spargebra::Query::Select { dataset: None, pattern, base_iri: update.base_iri.clone() }.into();
        self.evaluate(&query, specification, |results| self.instances(delete, insert, results))?
    }

    /// Evaluates a query on the state with the changes made so far.
    fn evaluate<T>(
        &self,
        query: &Query,
        specification: QueryDatasetSpecification,
        work: impl FnOnce(QueryResults<'_>) -> T,
    ) -> Result<T, QueryError> {
        let limits = Limits { rows: None, bytes: None, ..*self.limits };
        let (engine, cancel, source) = (self.engine, self.cancel, &*self.transaction);
        let evaluation = Evaluation::new(engine, source, specification, &limits, cancel)?;
        Ok(evaluation.run(query, work)?.0)
    }

    fn instances(
        &self,
        delete: &[GroundQuadPattern],
        insert: &[QuadPattern],
        results: QueryResults<'_>,
    ) -> Result<(Vec<Quad>, Vec<Quad>), QueryError> {
        let (mut gone, mut new, mut held) = (Vec::new(), Vec::new(), 0);
        let QueryResults::Solutions(solutions) = results else { return Ok((Vec::new(), Vec::new())) };
        for solution in solutions {
            let solution = solution?;
            self.check()?;
            let before = (gone.len(), new.len());
            gone.extend(delete.iter().filter_map(|pattern| pattern_quad(pattern, &solution)));
            let mut nodes = Nodes::default();
            new.extend(insert.iter().filter_map(|pattern| nodes.quad(pattern, &solution)));
            held += gone[before.0..]
                .iter()
                .chain(&new[before.1..])
                .map(|quad| quad_bytes(quad.as_ref()) as u64)
                .sum::<u64>();
            if self.limits.memory.is_some_and(|limit| held > limit) {
                return Err(self.stopped(Stop::Memory));
            }
        }
        Ok((gone, new))
    }
}
