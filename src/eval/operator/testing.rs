//! Test harness for operators: operators by themselves: rows of numbers go in, rows of numbers come out, in batches of any
//! size. 0 is an unbound variable.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use oxrdf::{GraphName, NamedNode, Quad};

use super::{Feed, Graphs, Lookup, Match, Rows, Source};
use crate::eval::{Batch, Cancel, Context, Operator, Stop, Variation};
use crate::index::{GraphFilter, Id, Version};

/// Sizes of batches that tests go through: one row, some, all at once.
pub const SIZES: [usize; 3] = [1, 7, 4_096];

/// An evaluation over no data, whose operators make at most so many rows at once.
pub fn context(rows: usize) -> Context {
    over(Arc::new(crate::index::build([], 0).unwrap()), rows)
}

/// As [`context`], over data.
pub fn over(version: Arc<Version>, rows: usize) -> Context {
    Context::new(version, Cancel::new(), None).with_variation(Some(Variation { seed: 1, rows }))
}

pub fn node(name: impl std::fmt::Display) -> NamedNode {
    NamedNode::new_unchecked(format!("http://x/{name}"))
}

/// How many nodes a [`World`] has.
pub const NODES: u32 = 10;

/// Random triples of a few nodes by three predicates, in the unnamed graph and two named ones.
pub struct World {
    pub version: Arc<Version>,
    /// Subject, predicate, object and graph of each quad; the unnamed graph is unbound.
    pub quads: Vec<[Id; 4]>,
    pub nodes: Vec<Id>,
    pub predicates: [Id; 3],
    pub graphs: [Id; 2],
}

impl World {
    pub fn new() -> Self {
        let quads = rows(41, 150, &[(0, NODES), (0, 3), (0, NODES), (0, 3)]);
        let graph = |number: u32| if number == 0 { GraphName::DefaultGraph } else { node(format!("g{number}")).into() };
        let quad = |row: &Vec<u32>| Quad::new(node(row[0]), node(format!("p{}", row[1])), node(row[2]), graph(row[3]));
        let version = Arc::new(crate::index::build(quads.iter().map(quad), 0).unwrap());
        let id = |name: String| version.id((&node(name)).into()).unwrap();
        let nodes: Vec<Id> = (0..NODES).map(|number| id(number.to_string())).collect();
        let predicates = [0, 1, 2].map(|number| id(format!("p{number}")));
        let graphs = [1, 2].map(|number| id(format!("g{number}")));
        let known = |row: Vec<u32>| {
            let graph = row[3].checked_sub(1).map_or(Id::UNBOUND, |at| graphs[at as usize]);
            [nodes[row[0] as usize], predicates[row[1] as usize], nodes[row[2] as usize], graph]
        };
        let quads: BTreeSet<[Id; 4]> = quads.into_iter().map(known).collect();
        Self { quads: quads.into_iter().collect(), nodes, predicates, graphs, version }
    }

    pub fn context(&self, rows: usize) -> Context {
        over(Arc::clone(&self.version), rows)
    }

    /// The triples that stand in one of some graphs, each once.
    pub fn triples(&self, is_in: impl Fn(Id) -> bool) -> BTreeSet<[Id; 3]> {
        self.quads.iter().filter(|quad| is_in(quad[3])).map(|[s, p, o, _]| [*s, *p, *o]).collect()
    }

    /// Rows of a subject, a predicate, an object, each of them unbound now and then if `some_unbound`, and the row's number.
    pub fn rows(&self, some_unbound: bool) -> Vec<Vec<u32>> {
        let more = u32::from(some_unbound);
        let id = |ids: &[Id], number: u32| ids.get(number as usize).copied().unwrap_or(Id::UNBOUND).0;
        let picked = rows(43, 40, &[(0, NODES + 3 * more), (0, 3 + more), (0, NODES + 3 * more)]);
        let row = |(row, number): (&Vec<u32>, u32)| {
            vec![id(&self.nodes, row[0]), id(&self.predicates, row[1]), id(&self.nodes, row[2]), number]
        };
        picked.iter().zip(1..).map(row).collect()
    }
}

/// A pattern in any graph that keeps some columns of its input and shows some of its places after them.
pub fn lookup(places: [Source; 3], kept: &[usize], shown: &[usize]) -> Lookup {
    let (kept, shown) = (kept.to_vec(), shown.to_vec());
    Lookup { places, excluded: Vec::new(), graphs: Graphs::Filter(GraphFilter::Any), same: Vec::new(), kept, shown }
}

/// Whether a term fits a place of a pattern for a row: what is unbound there leaves the place open (18.3, compatible mappings).
pub fn fits(place: Source, term: Id, row: &[u32]) -> bool {
    match place {
        Source::Id(id) => id == term,
        Source::Column(at) => row[at] == 0 || row[at] == term.0,
        Source::Any => true,
    }
}

/// A feed that counts the rows that are taken from it.
#[derive(Clone, Default)]
pub struct CountedFeed {
    pub feed: Feed,
    pub taken: Rc<Cell<usize>>,
}

impl Operator for CountedFeed {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        let batch = self.feed.next(cx)?;
        self.taken.set(self.taken.get() + batch.as_ref().map_or(0, |batch| batch.len));
        Ok(batch)
    }
}

/// An operator that gives these rows.
pub fn source(width: usize, rows: &[Vec<u32>]) -> Box<dyn Operator> {
    let column = |at: usize| rows.iter().map(|row| Id(row[at])).collect();
    Box::new(Rows::new((0..width).map(column).collect(), rows.len()))
}

impl Operator for Box<dyn Operator> {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        (**self).next(cx)
    }
}

/// All rows of an operator, in their order.
pub fn drained(mut operator: impl Operator, cx: &mut Context) -> Vec<Vec<u32>> {
    let mut all = Vec::new();
    while let Some(batch) = operator.next(cx).unwrap() {
        assert!(batch.len > 0, "a batch without rows");
        all.extend((0..batch.len).map(|row| batch.columns.iter().map(|column| column.get(row).0).collect::<Vec<_>>()));
    }
    all
}

/// Rows in an order that does not hang on how they were made.
pub fn sorted(mut rows: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
    rows.sort();
    rows
}

/// Rows by chance: as many columns as there are numbers in `below`, each with terms below its number, from `least` on.
pub fn rows(seed: u64, count: usize, below: &[(u32, u32)]) -> Vec<Vec<u32>> {
    let mut state = seed | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    (0..count).map(|_| below.iter().map(|(least, below)| least + next() % (below - least)).collect()).collect()
}

/// Whether two rows are compatible, by the definition (SPARQL 1.1 Query, 18.3).
pub fn compatible(matching: &Match, left: &[u32], right: &[u32]) -> bool {
    matching.keys.iter().all(|(own, other)| left[*own] == right[*other])
        && matching
            .checks
            .iter()
            .all(|(own, other)| left[*own] == right[*other] || left[*own] == 0 || right[*other] == 0)
}

/// How two sides are matched in tests: by a variable that both bind, by one that either may lack, by both.
pub fn matchings() -> [Match; 3] {
    [(vec![(0, 0)], vec![]), (vec![], vec![(1, 1)]), (vec![(0, 0)], vec![(1, 1)])]
        .map(|(keys, checks)| Match { keys, checks })
}

/// Two sides of three columns: one that is bound, one that may be unbound, and the row's own number.
pub fn sides() -> [Vec<Vec<u32>>; 2] {
    let side = |seed, count| {
        let mut side = rows(seed, count, &[(1, 12), (0, 5), (1, 2)]);
        side.iter_mut().zip(1..).for_each(|(row, number)| row[2] = number);
        side
    };
    [side(7, 60), side(11, 45)]
}
