//! GRAPH ?g: a plan for each named graph.

use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::Id;

/// Makes the plan for the graph of a number.
pub type Make = Box<dyn FnMut(u32, &mut Context) -> Result<Box<dyn Operator>, Stop>>;

pub struct EachGraph {
    pub make: Make,
    /// Graphs that are left, the next one last.
    pub left: Vec<u32>,
    pub current: Option<(Id, Box<dyn Operator>)>,
    /// Where the inner rows have the graph's variable, if they do.
    pub own: Option<usize>,
}

impl EachGraph {
    /// The rows of one graph, its name as their last column.
    fn named(&self, mut batch: Batch, graph: Id) -> Option<Batch> {
        if let Some(own) = self.own {
            let fits = |row: &u32| {
                let value = batch.columns[own].get(*row as usize);
                !value.is_bound() || value == graph
            };
            let keep: Vec<u32> = (0..batch.len as u32).filter(fits).collect();
            batch = batch.gather(&keep);
            batch.columns[own] = Column::Constant(graph);
        } else {
            batch.columns.push(Column::Constant(graph));
        }
        (batch.len > 0).then_some(batch)
    }
}

impl Operator for EachGraph {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            cx.check()?;
            if let Some((graph, inner)) = &mut self.current {
                let graph = *graph;
                match inner.next(cx)? {
                    Some(batch) => match self.named(batch, graph) {
                        Some(batch) => return Ok(Some(batch)),
                        None => continue,
                    },
                    None => self.current = None,
                }
            }
            let Some(number) = self.left.pop() else { return Ok(None) };
            let Some(graph) = cx.version().graph_id(number) else { continue };
            self.current = Some((graph, (self.make)(number, cx)?));
        }
    }
}
