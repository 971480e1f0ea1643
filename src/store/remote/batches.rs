//! Update batching: quads as updates of bounded size that insert them.

use std::collections::HashMap;
use std::mem::take;

use oxrdf::{BlankNode, GraphName, NamedOrBlankNode, Quad, Term, Triple};

/// An update of a size that the server takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) update: String,
    /// Whether it does no harm if it is carried out twice: blank nodes would be others each time.
    pub(super) repeatable: bool,
}

/// Collects quads into updates. A label of a blank node means the same node only within one update: so statements of one graph
/// that hang together by blank nodes stay together, however many they are.
pub(super) struct Batches {
    limit: usize,
    /// What the first update does before it inserts.
    prologue: Option<String>,
    body: Body,
    done: Vec<Batch>,
    /// Statements with blank nodes of the graph that is coming in.
    held: Vec<Quad>,
}

#[derive(Default)]
struct Body {
    text: String,
    graph: Option<GraphName>,
    has_blank: bool,
}

impl Batches {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, prologue: None, body: Body::default(), done: Vec::new(), held: Vec::new() }
    }

    /// An operation to come before the first quad.
    pub(super) fn begin(&mut self, operation: String) {
        self.prologue = Some(operation);
    }

    pub(super) fn take(&mut self, quad: &Quad) {
        if self.held.first().is_some_and(|held| held.graph_name != quad.graph_name) {
            self.release();
        }
        if has_blank_node(quad) {
            self.held.push(quad.clone());
            return;
        }
        self.body.push(&quad.graph_name, &statement(quad));
        self.close_if_full();
    }

    /// Puts the statements that were held together into updates, those that hang together into one.
    fn release(&mut self) {
        for part in connected(&take(&mut self.held)) {
            for quad in part {
                self.body.push(&quad.graph_name, &statement(quad));
            }
            self.body.has_blank = true;
            self.close_if_full();
        }
    }

    fn close_if_full(&mut self) {
        if self.body.text.len() >= self.limit {
            self.close();
        }
    }

    fn close(&mut self) {
        let repeatable = !self.body.has_blank;
        let inserted = take(&mut self.body).finish();
        // Blank nodes may stand in data (SPARQL 1.1 Update §3.1.1), but not every engine takes them there (Virtuoso); in a template that
        // is filled once they mean the same.
        let insert = match (inserted.is_empty(), repeatable) {
            (true, _) => None,
            (false, true) => Some(format!("INSERT DATA {{ {inserted} }}")),
            (false, false) => Some(format!("INSERT {{ {inserted} }} WHERE {{}}")),
        };
        let operations: Vec<_> = self.prologue.take().into_iter().chain(insert).collect();
        if !operations.is_empty() {
            // A graph that is dropped first has no nodes of an earlier try.
            let repeatable = repeatable || operations.len() > 1;
            self.done.push(Batch { update: operations.join(" ;\n"), repeatable });
        }
    }

    /// The updates that are full.
    pub(super) fn full(&mut self) -> Vec<Batch> {
        take(&mut self.done)
    }

    /// The updates that are left.
    pub(super) fn finish(mut self) -> Vec<Batch> {
        self.release();
        self.close();
        self.done
    }
}

impl Body {
    fn push(&mut self, graph: &GraphName, statements: &str) {
        if self.graph.as_ref() != Some(graph) {
            self.end_graph();
            if !graph.is_default_graph() {
                self.text.push_str(&format!("GRAPH {graph} {{\n"));
            }
            self.graph = Some(graph.clone());
        }
        self.text.push_str(statements);
    }

    fn end_graph(&mut self) {
        if self.graph.take().is_some_and(|graph| !graph.is_default_graph()) {
            self.text.push_str("}\n");
        }
    }

    fn finish(mut self) -> String {
        self.end_graph();
        self.text
    }
}

fn statement(quad: &Quad) -> String {
    format!("{} {} {} .\n", quad.subject, quad.predicate, quad.object)
}

/// Statements in the groups that share blank nodes, each in its order.
fn connected(quads: &[Quad]) -> Vec<Vec<&Quad>> {
    // The parent of each statement in a forest: those of one tree belong together.
    let mut parents: Vec<usize> = (0..quads.len()).collect();
    let mut seen: HashMap<&BlankNode, usize> = HashMap::new();
    for (at, quad) in quads.iter().enumerate() {
        for node in blank_nodes(quad) {
            let other = *seen.entry(node).or_insert(at);
            let (one, other) = (root(&mut parents, at), root(&mut parents, other));
            parents[one.max(other)] = one.min(other);
        }
    }
    let mut groups: Vec<Vec<&Quad>> = vec![Vec::new(); quads.len()];
    for (at, quad) in quads.iter().enumerate() {
        groups[root(&mut parents, at)].push(quad);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// The root of a tree; the way to it is halved.
fn root(parents: &mut [usize], mut at: usize) -> usize {
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

/// Whether a blank node stands anywhere in it, in a triple that is its object, too.
pub(super) fn has_blank_node(quad: &Quad) -> bool {
    !blank_nodes(quad).is_empty()
}

fn blank_nodes(quad: &Quad) -> Vec<&BlankNode> {
    let mut found = Vec::new();
    if let GraphName::BlankNode(graph) = &quad.graph_name {
        found.push(graph);
    }
    of_triple(&quad.subject, &quad.object, &mut found);
    found
}

fn of_triple<'q>(subject: &'q NamedOrBlankNode, object: &'q Term, found: &mut Vec<&'q BlankNode>) {
    if let NamedOrBlankNode::BlankNode(node) = subject {
        found.push(node);
    }
    match object {
        Term::BlankNode(node) => found.push(node),
        Term::Triple(triple) => {
            let Triple { subject, object, .. } = triple.as_ref();
            of_triple(subject, object, found);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::{BlankNode, Literal, NamedNode};

    fn quad(subject: impl Into<NamedOrBlankNode>, n: i32, graph: &str) -> Quad {
        let node = |name: &str| NamedNode::new_unchecked(format!("http://e/{name}"));
        Quad::new(subject, node("p"), Literal::from(n), node(graph))
    }

    #[test]
    fn updates_are_bounded_valid_and_keep_blank_nodes_together() {
        let mut batches = Batches::new(200);
        batches.begin("DROP SILENT GRAPH <http://e/g0>".into());
        for n in 0..40 {
            let graph = format!("g{}", n / 20);
            match n % 2 {
                0 => batches.take(&quad(NamedNode::new_unchecked("http://e/s"), n, &graph)),
                _ => batches.take(&quad(BlankNode::new_unchecked("b"), n, &graph)),
            }
        }
        let updates = batches.finish();
        assert!(updates.len() > 3, "{updates:?}");
        assert!(updates[0].update.starts_with("DROP SILENT GRAPH <http://e/g0> ;\nINSERT "));
        let holders = |graph: &str| {
            let holds = |batch: &&Batch| {
                batch.update.split("GRAPH <http://e/").any(|part| part.starts_with(graph) && part.contains("_:b"))
            };
            updates.iter().filter(holds).count()
        };
        assert_eq!((holders("g0"), holders("g1")), (1, 1), "{updates:#?}");
        assert_eq!(updates.iter().map(|batch| batch.update.matches("_:b").count()).sum::<usize>(), 20);
        for (at, Batch { update, repeatable }) in updates.iter().enumerate() {
            spargebra::SparqlParser::new().parse_update(update).unwrap();
            assert_eq!(*repeatable, at == 0 || !update.contains("_:b"), "{update}");
        }
    }

    #[test]
    fn what_does_not_hang_together_is_sent_apart() {
        let mut batches = Batches::new(300);
        for n in 0..60 {
            batches.take(&quad(BlankNode::new_unchecked(format!("b{}", n % 20)), n, "g"));
        }
        // A chain over three nodes, the last of which is met first.
        let link = |from: &str, to: &str| {
            let node = |name: &str| BlankNode::new_unchecked(name);
            Quad::new(
                node(from),
                NamedNode::new_unchecked("http://e/p"),
                node(to),
                NamedNode::new_unchecked("http://e/g"),
            )
        };
        [("z", "y"), ("b1", "x"), ("x", "y")].iter().for_each(|(from, to)| batches.take(&link(from, to)));
        let updates = batches.finish();
        assert!(updates.iter().all(|batch| batch.update.len() < 700) && updates.len() > 5, "{updates:#?}");
        for node in (0..20).map(|n| format!("_:b{n} ")).chain(["x ", "y ", "z "].map(|name| format!("_:{name}"))) {
            assert_eq!(updates.iter().filter(|batch| batch.update.contains(&node)).count(), 1, "{node}");
        }
    }

    #[test]
    fn nothing_to_say_is_no_update() {
        assert!(Batches::new(10).finish().is_empty());
        let mut drop = Batches::new(10);
        drop.begin("DROP SILENT GRAPH <http://e/g>".into());
        assert_eq!(drop.finish(), [Batch { update: "DROP SILENT GRAPH <http://e/g>".into(), repeatable: true }]);
    }
}
