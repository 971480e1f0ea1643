//! Blank node nesting: which blank nodes can be written inside the one statement that names them, and which are lists.

use std::collections::{HashMap, HashSet};

use oxrdf::Term;

use super::gather::{Gathered, Row};
use super::terms::Id;
use crate::vocab::rdf;

/// How deep blank nodes are nested; deeper ones get labels, so that no reader's stack is put to the test.
const DEPTH: usize = 12;

/// Blank nodes of one graph that need no label.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    /// Written as `[ … ]`, or as a list, where they are named.
    pub(super) nested: HashSet<Id>,
    /// The items of a list, by its first cell.
    pub(super) lists: HashMap<Id, Vec<Id>>,
    /// Every cell of a list but the first, with the first.
    pub(super) cells: HashMap<Id, Id>,
    /// Written as `[] …`: nothing names them.
    pub(super) unnamed: HashSet<Id>,
}

/// The statements of one graph.
struct Graph<'g> {
    data: &'g Gathered,
    rows: &'g [Row],
    /// The subject of the only statement that has the node as its object; `None` where there are several.
    parent: HashMap<Id, Option<Id>>,
}

impl Nesting {
    /// `rows` are the sorted rows of one graph; `shared` are blank nodes that need labels whatever this graph says.
    pub(super) fn new(data: &Gathered, rows: &[Row], shared: &HashSet<Id>) -> Self {
        let graph = Graph { data, rows, parent: parents(data, rows) };
        let free = |id: &Id| matches!(data.term(*id), Term::BlankNode(_)) && !shared.contains(id);
        let once = graph.parent.iter().filter(|(_, parent)| parent.is_some()).map(|(id, _)| *id);
        let unnamed = rows.iter().map(|row| row.subject).filter(|id| free(id) && !graph.parent.contains_key(id));
        let mut nesting = Self { nested: once.filter(free).collect(), unnamed: unnamed.collect(), ..Self::default() };
        nesting.find_lists(&graph);
        nesting.bound_depth(&graph);
        nesting
    }

    /// Lists: chains of cells that have nothing but `rdf:first` and `rdf:rest`, down to `rdf:nil`.
    fn find_lists(&mut self, graph: &Graph<'_>) {
        let cells = self.nested.iter().filter(|node| graph.cell(**node).is_some());
        let heads: Vec<Id> = cells.filter(|cell| !graph.is_rest(**cell, &self.nested)).copied().collect();
        for head in heads {
            let Some((cells, items)) = graph.list(head, &self.nested) else { continue };
            for cell in &cells[1..] {
                self.nested.remove(cell);
                self.cells.insert(*cell, head);
            }
            self.lists.insert(head, items);
        }
    }

    /// Gives labels to nodes that lie in a circle, or too deep.
    fn bound_depth(&mut self, graph: &Graph<'_>) {
        let mut depths: HashMap<Id, usize> = HashMap::new();
        let mut nodes: Vec<Id> = self.nested.iter().copied().collect();
        nodes.sort_unstable();
        for node in nodes {
            let (path, circle) = self.way_up(graph, node, &depths);
            circle.into_iter().for_each(|node| self.unnest(node));
            let above = path.last().and_then(|top| depths.get(&self.holder(graph, *top)));
            let mut depth = above.copied().unwrap_or(0);
            for node in path.into_iter().rev() {
                depth = if self.nested.contains(&node) && depth < DEPTH { depth + 1 } else { 0 };
                if depth == 0 {
                    self.unnest(node);
                }
                depths.insert(node, depth);
            }
        }
    }

    /// The nested nodes from one up to where the depth is known; and the node that leads back to itself, if any.
    fn way_up(&self, graph: &Graph<'_>, node: Id, depths: &HashMap<Id, usize>) -> (Vec<Id>, Option<Id>) {
        let (mut path, mut on_path, mut at) = (Vec::new(), HashSet::new(), node);
        while self.nested.contains(&at) && !depths.contains_key(&at) {
            if !on_path.insert(at) {
                return (path, Some(at));
            }
            path.push(at);
            at = self.holder(graph, at);
        }
        (path, None)
    }

    /// The node that a nested node is written in; for an item of a list, the list's first cell.
    fn holder(&self, graph: &Graph<'_>, node: Id) -> Id {
        let parent = graph.parent.get(&node).copied().flatten().unwrap_or(node);
        self.cells.get(&parent).copied().unwrap_or(parent)
    }

    /// Gives a node a label; the cells of a list each get one.
    fn unnest(&mut self, node: Id) {
        self.nested.remove(&node);
        if self.lists.remove(&node).is_some() {
            self.cells.retain(|_, head| *head != node);
        }
    }
}

fn parents(data: &Gathered, rows: &[Row]) -> HashMap<Id, Option<Id>> {
    let mut parents: HashMap<Id, Option<Id>> = HashMap::new();
    for row in rows.iter().filter(|row| matches!(data.term(row.object), Term::BlankNode(_))) {
        parents.entry(row.object).and_modify(|parent| *parent = None).or_insert(Some(row.subject));
    }
    parents
}

/// The statements of a subject among sorted rows of one graph.
pub(super) fn of(rows: &[Row], subject: Id) -> &[Row] {
    let start = rows.partition_point(|row| row.subject < subject);
    let end = rows.partition_point(|row| row.subject <= subject);
    &rows[start..end]
}

impl Graph<'_> {
    /// First and rest, where the node is a cell of a list and nothing else.
    fn cell(&self, node: Id) -> Option<(Id, Id)> {
        match of(self.rows, node) {
            [one, other]
                if self.data.is_iri(one.predicate, rdf::first.as_str())
                    && self.data.is_iri(other.predicate, rdf::rest.as_str()) =>
            {
                Some((one.object, other.object))
            }
            _ => None,
        }
    }

    /// Whether a cell is the rest of another one.
    fn is_rest(&self, cell: Id, nested: &HashSet<Id>) -> bool {
        let Some(Some(parent)) = self.parent.get(&cell) else { return false };
        nested.contains(parent) && self.cell(*parent).is_some_and(|(_, rest)| rest == cell)
    }

    /// The cells and the items of the list that begins here.
    fn list(&self, head: Id, nested: &HashSet<Id>) -> Option<(Vec<Id>, Vec<Id>)> {
        let (mut cells, mut items, mut at) = (Vec::new(), Vec::new(), head);
        while let Some((first, rest)) = self.cell(at).filter(|_| nested.contains(&at)) {
            cells.push(at);
            items.push(first);
            at = rest;
        }
        self.data.is_iri(at, rdf::nil.as_str()).then_some((cells, items))
    }
}
