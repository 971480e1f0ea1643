//! Triple term matching: triple terms taken apart.

use super::Source;
use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::Id;

/// The rows whose triple term has the parts that are wanted.
pub struct TripleTerm {
    pub input: Box<dyn Operator>,
    pub term: usize,
    pub places: [Source; 3],
    /// Places that are one variable.
    pub same: Vec<(usize, usize)>,
    pub kept: Vec<usize>,
    pub shown: Vec<usize>,
}

impl TripleTerm {
    fn parts(&self, batch: &Batch, row: usize, cx: &mut Context) -> Option<[Id; 3]> {
        let id = batch.columns[self.term].get(row);
        let parts = if id.is_bound() { cx.triple_term(id)? } else { return None };
        let fits = |place: usize| match self.places[place] {
            Source::Id(id) => parts[place] == id,
            Source::Column(at) => {
                let value = batch.columns[at].get(row);
                !value.is_bound() || parts[place] == value
            }
            Source::Any => true,
        };
        let fits = (0..3).all(fits) && self.same.iter().all(|(a, b)| parts[*a] == parts[*b]);
        fits.then_some(parts)
    }
}

impl Operator for TripleTerm {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while let Some(batch) = self.input.next(cx)? {
            cx.check()?;
            let found: Vec<(u32, [Id; 3])> =
                (0..batch.len).filter_map(|row| Some((row as u32, self.parts(&batch, row, cx)?))).collect();
            if found.is_empty() {
                continue;
            }
            let rows: Vec<u32> = found.iter().map(|(row, _)| *row).collect();
            let kept = self.kept.iter().map(|at| batch.columns[*at].gather(&rows));
            let part = |place: &usize| Column::Owned(found.iter().map(|(_, parts)| parts[*place]).collect());
            let columns = kept.chain(self.shown.iter().map(part)).collect();
            return Ok(Some(Batch { columns, len: rows.len() }));
        }
        Ok(None)
    }
}
