//! Transitive closure: paths `*`, `+` and `?`: breadth first over ids, each pair once.

use std::collections::HashSet;
use std::rc::Rc;

use super::Source;
use crate::eval::plan::Step;
use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::{self, GraphFilter, Id};

/// A path within some graphs.
pub struct Reach {
    pub step: Rc<Step>,
    pub zero: bool,
    pub once: bool,
    pub graphs: GraphFilter,
}

impl Reach {
    /// What one step leads to from a node, against its direction if not `forward`. Some may come twice.
    fn step(&self, step: &Step, from: Id, forward: bool, to: &mut Vec<Id>, cx: &mut Context) -> Result<(), Stop> {
        match step {
            Step::Predicate(predicate) => self.edges(*predicate, from, forward, to, cx),
            Step::Not(excluded) => {
                let version = cx.version().clone();
                for predicate in version.predicates().iter().filter(|predicate| !excluded.contains(predicate)) {
                    self.edges(*predicate, from, forward, to, cx);
                }
            }
            Step::Reverse(step) => self.step(step, from, !forward, to, cx)?,
            Step::Sequence(a, b) => {
                let (first, second) = if forward { (a, b) } else { (b, a) };
                let mut middle = Vec::new();
                self.step(first, from, forward, &mut middle, cx)?;
                middle.sort_unstable();
                middle.dedup();
                for node in middle {
                    self.step(second, node, forward, to, cx)?;
                }
            }
            Step::Alternative(a, b) => {
                self.step(a, from, forward, to, cx)?;
                self.step(b, from, forward, to, cx)?;
            }
            Step::Closure { step, zero, once } => {
                if *zero {
                    to.push(from);
                }
                to.extend(self.all(step, *once, from, forward, None, cx)?);
            }
        }
        Ok(())
    }

    fn edges(&self, predicate: Id, from: Id, forward: bool, to: &mut Vec<Id>, cx: &Context) {
        let Some(segment) = cx.version().segment(predicate) else { return };
        let found = if forward { segment.find(Some(from), None) } else { segment.find(None, Some(from)) };
        let (columns, rows) = (segment.columns(&found), found.rows.clone());
        match &self.graphs {
            GraphFilter::Any => to.extend_from_slice(&columns.value[rows]),
            graphs => to.extend(
                rows.filter(|row| cx.version().in_graphs(columns.graph[*row], graphs)).map(|row| columns.value[row]),
            ),
        }
    }

    /// What one or more steps lead to, each once; the search ends at `until`.
    fn all(
        &self,
        step: &Step,
        once: bool,
        from: Id,
        forward: bool,
        until: Option<Id>,
        cx: &mut Context,
    ) -> Result<Vec<Id>, Stop> {
        let (mut seen, mut order) = (HashSet::new(), Vec::new());
        let mut found = Vec::new();
        self.step(step, from, forward, &mut found, cx)?;
        let mut next = 0;
        loop {
            for node in found.drain(..) {
                if seen.insert(node) {
                    order.push(node);
                }
            }
            if once || next == order.len() || until.is_some_and(|until| seen.contains(&until)) {
                break;
            }
            if next % 4_096 == 0 {
                cx.reserve(order.len() * 16)?;
                cx.release(order.len() * 16);
            }
            self.step(step, order[next], forward, &mut found, cx)?;
            next += 1;
        }
        Ok(order)
    }

    /// The nodes at the other end of the path from a node. `zero` is whether the node itself is one by a path of no steps.
    fn from(&self, node: Id, forward: bool, zero: bool, cx: &mut Context) -> Result<Vec<Id>, Stop> {
        let mut all = self.all(&self.step, self.once, node, forward, None, cx)?;
        if zero && !all.contains(&node) {
            all.push(node);
        }
        Ok(all)
    }

    fn connects(&self, from: Id, to: Id, cx: &mut Context) -> Result<bool, Stop> {
        Ok(self.all(&self.step, self.once, from, true, Some(to), cx)?.contains(&to))
    }

    /// Whether a term is subject or object of a triple of the graphs.
    fn is_node(&self, id: Id, cx: &Context) -> bool {
        let version = cx.version();
        version.predicates().iter().filter_map(|predicate| version.segment(*predicate)).any(|segment| {
            let stands = |found: index::Found| {
                let sets = &segment.columns(&found).graph[found.rows.clone()];
                sets.iter().any(|set| version.in_graphs(*set, &self.graphs))
            };
            stands(segment.find(Some(id), None)) || stands(segment.find(None, Some(id)))
        })
    }

    /// Where paths may begin: every node, or if steps are needed, every subject of the first.
    fn starts(&self, cx: &mut Context) -> Result<Vec<Id>, Stop> {
        let version = cx.version().clone();
        let mut nodes = Vec::new();
        let only = match &*self.step {
            Step::Predicate(predicate) if !self.zero => Some(*predicate),
            _ => None,
        };
        for predicate in version.predicates().iter().filter(|predicate| only.is_none_or(|only| only == **predicate)) {
            cx.check()?;
            let Some(segment) = version.segment(*predicate) else { continue };
            let columns = segment.pso();
            for row in (0..segment.len()).filter(|row| version.in_graphs(columns.graph[*row], &self.graphs)) {
                nodes.push(columns.key[row]);
                if only.is_none() {
                    nodes.push(columns.value[row]);
                }
            }
            nodes.sort_unstable();
            nodes.dedup();
        }
        cx.reserve(4 * nodes.len())?;
        Ok(nodes)
    }
}

/// Rows joined with a path.
pub struct ClosureJoin {
    pub input: Box<dyn Operator>,
    pub reach: Reach,
    pub ends: [Source; 2],
    /// Whether an end is a term that the query names, or that an EXISTS or LATERAL around it puts in the place of a variable.
    pub named: [bool; 2],
    /// Whether both ends are one variable.
    pub same: bool,
    /// The columns of the input that are kept.
    pub kept: Vec<usize>,
    /// The ends that become columns, after those.
    pub shown: Vec<usize>,
    pub state: Option<Open>,
}

/// The row that is joined, and for open ends the nodes that are left to begin from.
pub struct Open {
    batch: Batch,
    row: usize,
    starts: Option<(Vec<Id>, usize)>,
}

#[derive(Default)]
struct Found {
    rows: Vec<u32>,
    ends: [Vec<Id>; 2],
}

impl Found {
    fn push(&mut self, row: usize, subject: Id, object: Id) {
        self.rows.push(row as u32);
        self.ends[0].push(subject);
        self.ends[1].push(object);
    }
}

impl ClosureJoin {
    fn end(&self, end: usize, batch: &Batch, row: usize) -> Option<Id> {
        match self.ends[end] {
            Source::Id(id) => Some(id),
            Source::Column(at) => Some(batch.columns[at].get(row)).filter(|id| id.is_bound()),
            Source::Any => None,
        }
    }

    fn is_named(&self, open: &Open) -> bool {
        (0..2).any(|end| self.named[end] && self.end(end, &open.batch, open.row).is_some())
    }

    /// Whether a node is connected with itself by no steps: any that the query names, and the nodes of the graph.
    fn zero(&self, node: Id, open: &Open, cx: &Context) -> bool {
        self.reach.zero && (self.is_named(open) || self.reach.is_node(node, cx))
    }

    /// Whether a bound variable has a term at which no path begins: where steps can be empty, it must be a node of the graph.
    fn is_stranger(&self, node: Option<Id>, open: &Open, cx: &Context) -> bool {
        !self.is_named(open) && self.reach.step.may_be_empty() && node.is_some_and(|node| !self.reach.is_node(node, cx))
    }

    fn row(&self, open: &mut Open, found: &mut Found, cx: &mut Context) -> Result<(), Stop> {
        let row = open.row;
        let ends = (self.end(0, &open.batch, row), self.end(1, &open.batch, row));
        if self.is_stranger(ends.0.or(ends.1), open, cx) {
            open.row += 1;
            return Ok(());
        }
        match ends {
            (Some(subject), Some(object)) => {
                let zero = subject == object && self.zero(subject, open, cx);
                if zero || self.reach.connects(subject, object, cx)? {
                    found.push(row, subject, object);
                }
            }
            (Some(subject), None) => {
                let zero = self.zero(subject, open, cx);
                let ends = self.reach.from(subject, true, zero, cx)?;
                ends.into_iter().for_each(|object| found.push(row, subject, object));
            }
            (None, Some(object)) => {
                let zero = self.zero(object, open, cx);
                let ends = self.reach.from(object, false, zero, cx)?;
                ends.into_iter().for_each(|subject| found.push(row, subject, object));
            }
            (None, None) => return self.open(open, found, cx),
        }
        open.row += 1;
        Ok(())
    }

    fn open(&self, open: &mut Open, found: &mut Found, cx: &mut Context) -> Result<(), Stop> {
        let (starts, mut next) = match open.starts.take() {
            Some(starts) => starts,
            None => (self.reach.starts(cx)?, 0),
        };
        while let Some(start) = starts.get(next).copied()
            && found.rows.len() < cx.rows()
        {
            next += 1;
            if self.same {
                if self.reach.zero || self.reach.connects(start, start, cx)? {
                    found.push(open.row, start, start);
                }
                continue;
            }
            let ends = self.reach.from(start, true, self.reach.zero, cx)?;
            ends.into_iter().for_each(|end| found.push(open.row, start, end));
        }
        if next < starts.len() {
            open.starts = Some((starts, next));
        } else {
            cx.release(4 * starts.len());
            open.row += 1;
        }
        Ok(())
    }
}

impl Operator for ClosureJoin {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            let mut open = match self.state.take() {
                Some(open) => open,
                None => match self.input.next(cx)? {
                    Some(batch) => Open { batch, row: 0, starts: None },
                    None => return Ok(None),
                },
            };
            let mut found = Found::default();
            while open.row < open.batch.len && found.rows.len() < cx.rows() {
                cx.check()?;
                self.row(&mut open, &mut found, cx)?;
            }
            if self.same {
                let same: Vec<usize> =
                    (0..found.rows.len()).filter(|at| found.ends[0][*at] == found.ends[1][*at]).collect();
                found.rows = same.iter().map(|at| found.rows[*at]).collect();
                found.ends = found.ends.map(|end| same.iter().map(|at| end[*at]).collect());
            }
            let result = (!found.rows.is_empty()).then(|| {
                let kept = self.kept.iter().map(|at| open.batch.columns[*at].gather(&found.rows));
                let shown = self.shown.iter().map(|end| Column::Owned(found.ends[*end].clone()));
                Batch { columns: kept.chain(shown).collect(), len: found.rows.len() }
            });
            if open.row < open.batch.len {
                self.state = Some(open);
            }
            if result.is_some() {
                return Ok(result);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use oxrdf::{GraphName, NamedNode, Quad};

    use super::*;
    use crate::eval::Cancel;
    use crate::eval::operator::testing::rows;

    const NODES: u32 = 12;

    fn node(name: impl std::fmt::Display) -> NamedNode {
        NamedNode::new_unchecked(format!("http://x/{name}"))
    }

    /// Edges by two predicates, as numbers of nodes.
    fn edges() -> [Vec<Vec<u32>>; 2] {
        [rows(31, 14, &[(0, NODES), (0, NODES)]), rows(37, 9, &[(0, NODES), (0, NODES)])]
    }

    fn world() -> (Context, [Step; 2], Vec<Id>) {
        let predicates = ["p", "q"];
        let quads = predicates.iter().zip(edges()).flat_map(|(predicate, edges)| {
            let quad =
                |edge: Vec<u32>| Quad::new(node(edge[0]), node(predicate), node(edge[1]), GraphName::DefaultGraph);
            edges.into_iter().map(quad).collect::<Vec<_>>()
        });
        // Every node is there, with an edge that no path takes.
        let known = (0..NODES).map(|name| Quad::new(node(name), node("known"), node("all"), GraphName::DefaultGraph));
        let version = Arc::new(crate::index::build(quads.chain(known), 0).unwrap());
        let id = |node: NamedNode| version.id((&node).into()).unwrap();
        let steps = predicates.map(|predicate| Step::Predicate(id(node(predicate))));
        let nodes = (0..NODES).map(|name| id(node(name))).collect();
        (Context::new(version, Cancel::new(), None), steps, nodes)
    }

    /// What one or more steps lead to, by going on until nothing is new.
    fn expected(step: &dyn Fn(u32) -> Vec<u32>, from: u32) -> BTreeSet<u32> {
        let (mut found, mut next) = (BTreeSet::new(), step(from));
        while let Some(node) = next.pop() {
            if found.insert(node) {
                next.extend(step(node));
            }
        }
        found
    }

    #[test]
    fn what_is_reached_is_what_steps_lead_to() {
        let [p, q] = edges();
        let along = |edges: &[Vec<u32>], from: u32| -> Vec<u32> {
            edges.iter().filter(|edge| edge[0] == from).map(|edge| edge[1]).collect()
        };
        let against = |edges: &[Vec<u32>], from: u32| -> Vec<u32> {
            edges.iter().filter(|edge| edge[1] == from).map(|edge| edge[0]).collect()
        };
        let (mut cx, [has_p, has_q], nodes) = world();
        let both = |a: Step, b: Step| Step::Sequence(Box::new(a), Box::new(b));
        let either = Step::Alternative(Box::new(has_p.clone()), Box::new(Step::Reverse(Box::new(has_q.clone()))));
        type Expected<'a> = &'a dyn Fn(u32) -> Vec<u32>;
        let cases: [(Step, Expected<'_>); 3] = [
            (has_p.clone(), &|from| along(&p, from)),
            (both(has_p, has_q), &|from| along(&p, from).into_iter().flat_map(|middle| along(&q, middle)).collect()),
            (either, &|from| [along(&p, from), against(&q, from)].concat()),
        ];
        for (step, one) in cases {
            let reach = Reach { step: Rc::new(step.clone()), zero: false, once: false, graphs: GraphFilter::Any };
            for (number, from) in nodes.iter().enumerate() {
                let found = reach.all(&step, false, *from, true, None, &mut cx).unwrap();
                let place = |id: &Id| nodes.iter().position(|node| node == id).unwrap() as u32;
                let distinct: BTreeSet<u32> = found.iter().map(place).collect();
                assert_eq!(distinct.len(), found.len(), "each once");
                assert_eq!(distinct, expected(one, number as u32), "{step:?} from {number}");
            }
        }
    }
}
