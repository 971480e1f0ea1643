//! Plans: what becomes of a query before it is evaluated, kept for those that are asked again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oxigraph::sparql::QueryDatasetSpecification;
use oxrdf::Variable;
use spargebra::algebra::GraphPattern;

use super::canonical::{self, Needs};
use super::lace::Laces;
use super::run::Query;
use super::subquery::{self, Subquery};
use super::{regular, tags, top};

/// Nodes of all the queries whose plans are kept: some ten megabytes.
const KEPT: usize = 20_000;

/// Plans of queries that take longer to plan than to look up.
#[derive(Default)]
pub(super) struct Plans(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    plans: HashMap<(Query, bool), Arc<Plan>>,
    nodes: usize,
}

impl Plans {
    /// The plan of a query on a dataset. An index gives each triple of the default graph once.
    pub(super) fn of(&self, query: &Query, specification: &QueryDatasetSpecification, indexed: bool) -> Arc<Plan> {
        let merged = !indexed && is_merged(specification);
        let plan = || Arc::new(Plan::new(query, merged));
        if query.needs().is_small() {
            return plan();
        }
        let key = (query.clone(), merged);
        if let Some(known) = self.lock().plans.get(&key) {
            return known.clone();
        }
        let plan = plan();
        self.lock().keep(key, &plan);
        plan
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Keeps a plan; where there are too many, all others are forgotten.
    fn keep(&mut self, key: (Query, bool), plan: &Arc<Plan>) {
        let nodes = key.0.needs().nodes();
        if nodes > KEPT / 10 {
            return;
        }
        if self.nodes + nodes > KEPT {
            *self = Self::default();
        }
        self.nodes += nodes;
        self.plans.insert(key, plan.clone());
    }
}

/// What the engine is given, and what is done here with what it gives.
pub(super) struct Plan {
    pub(super) algebra: spargebra::Query,
    pub(super) laces: Laces,
    pub(super) columns: Arc<[Variable]>,
    /// The ordering, and where its rows are accounted for.
    pub(super) ordering: Option<(top::Ordering, usize)>,
    /// What is evaluated before, each after those before it.
    pub(super) subqueries: Vec<Subquery>,
}

impl Plan {
    fn new(query: &Query, merged: bool) -> Self {
        let mut algebra = query.algebra().clone();
        let columns = columns(&algebra);
        let is_select = matches!(algebra, spargebra::Query::Select { .. });
        let pattern = pattern_mut(&mut algebra);
        as_meant(pattern, query.needs());
        if query.needs().alternatives {
            canonical::with_unions(pattern);
        }
        let ordering = if is_select { top::take(pattern) } else { None };
        let subqueries = subquery::take(pattern);
        let mut laces = Laces::new(merged);
        let set = !is_select || ordering.as_ref().is_some_and(|ordering| ordering.distinct);
        *pattern = laces.lace(pattern, set);
        let ordering = ordering.map(|ordering| (ordering, laces.slot()));
        Self { algebra, laces, columns, ordering, subqueries }
    }
}

/// Brings what is left to engines to the meaning that it has here: tags of languages, regular expressions.
pub(super) fn as_meant(pattern: &mut GraphPattern, needs: &Needs) {
    if needs.tags {
        tags::without_case(pattern);
    }
    if needs.regular {
        regular::in_our_words(pattern);
    }
}

/// Whether a triple of the default graph may stand in several graphs.
fn is_merged(specification: &QueryDatasetSpecification) -> bool {
    specification.default_graph_graphs().is_none_or(|graphs| graphs.len() > 1)
}

/// The pattern of a query.
pub(super) fn pattern_mut(query: &mut spargebra::Query) -> &mut GraphPattern {
    match query {
        spargebra::Query::Select { pattern, .. }
        | spargebra::Query::Construct { pattern, .. }
        | spargebra::Query::Describe { pattern, .. }
        | spargebra::Query::Ask { pattern, .. } => pattern,
    }
}

/// The variables that a SELECT shows, or whose values a DESCRIBE describes.
pub(super) fn columns(query: &spargebra::Query) -> Arc<[Variable]> {
    let (spargebra::Query::Select { pattern, .. } | spargebra::Query::Describe { pattern, .. }) = query else {
        return Arc::new([]);
    };
    let mut pattern = pattern;
    loop {
        match pattern {
            GraphPattern::Slice { inner, .. } | GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } => {
                pattern = inner
            }
            GraphPattern::Project { variables, .. } => return variables.clone().into(),
            _ => return Arc::new([]),
        }
    }
}
