//! Quads as `INSERT DATA` updates of bounded size.

use std::mem::take;

use oxrdf::{GraphName, NamedOrBlankNode, Quad, Term};

/// Collects quads into updates. Statements with blank nodes of one graph are kept together, however many they are: a
/// label means the same node only within one update.
pub(super) struct Batches {
    limit: usize,
    /// What the first update does before it inserts.
    prologue: Option<String>,
    body: Body,
    done: Vec<String>,
    /// Statements with blank nodes of the graph that is coming in.
    held: Body,
}

#[derive(Default)]
struct Body {
    text: String,
    graph: Option<GraphName>,
}

impl Batches {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, prologue: None, body: Body::default(), done: Vec::new(), held: Body::default() }
    }

    /// An operation to come before the first quad.
    pub(super) fn begin(&mut self, operation: String) {
        self.prologue = Some(operation);
    }

    pub(super) fn take(&mut self, quad: &Quad) {
        if self.held.graph.as_ref() != Some(&quad.graph_name) {
            self.release();
            self.held.graph = Some(quad.graph_name.clone());
        }
        if has_blank_node(quad) {
            self.held.text.push_str(&statement(quad));
            return;
        }
        self.body.push(&quad.graph_name, &statement(quad));
        if self.body.text.len() >= self.limit {
            self.close();
        }
    }

    /// Puts the statements that were held together into the update that is being made.
    fn release(&mut self) {
        let text = take(&mut self.held.text);
        if let (Some(graph), false) = (self.held.graph.take(), text.is_empty()) {
            self.body.push(&graph, &text);
        }
        if self.body.text.len() >= self.limit {
            self.close();
        }
    }

    fn close(&mut self) {
        let inserted = take(&mut self.body).finish();
        let insert = (!inserted.is_empty()).then(|| format!("INSERT DATA {{ {inserted} }}"));
        let operations: Vec<_> = self.prologue.take().into_iter().chain(insert).collect();
        if !operations.is_empty() {
            self.done.push(operations.join(" ;\n"));
        }
    }

    /// The updates that are full.
    pub(super) fn full(&mut self) -> Vec<String> {
        take(&mut self.done)
    }

    /// The updates that are left.
    pub(super) fn finish(mut self) -> Vec<String> {
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

fn has_blank_node(quad: &Quad) -> bool {
    matches!(quad.subject, NamedOrBlankNode::BlankNode(_))
        || matches!(quad.object, Term::BlankNode(_) | Term::Triple(_))
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
        assert!(updates[0].starts_with("DROP SILENT GRAPH <http://e/g0> ;\nINSERT DATA"));
        let holders = |graph: &str| {
            let holds = |update: &&String| {
                update.split("GRAPH <http://e/").any(|part| part.starts_with(graph) && part.contains("_:b"))
            };
            updates.iter().filter(holds).count()
        };
        assert_eq!((holders("g0"), holders("g1")), (1, 1), "{updates:#?}");
        assert_eq!(updates.iter().map(|update| update.matches("_:b").count()).sum::<usize>(), 20);
        for update in updates {
            spargebra::SparqlParser::new().parse_update(&update).unwrap();
        }
    }

    #[test]
    fn nothing_to_say_is_no_update() {
        assert!(Batches::new(10).finish().is_empty());
        let mut drop = Batches::new(10);
        drop.begin("DROP SILENT GRAPH <http://e/g>".into());
        assert_eq!(drop.finish(), ["DROP SILENT GRAPH <http://e/g>"]);
    }
}
