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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use oxrdf::{GraphName, NamedNode, Quad, Term, Triple};

    use super::*;
    use crate::eval::operator::testing::{SIZES, drained, node, over, source};

    fn term(parts: [&str; 3]) -> Term {
        let [subject, predicate, object] = parts.map(node);
        Triple::new(subject, predicate, object).into()
    }

    /// `<< ?s ?p ?o >>` against terms of the data, one that the query made, one that is no triple, and none.
    #[test]
    fn triple_terms_are_taken_apart_where_their_parts_fit() {
        let quad = |object: Term| Quad::new(node("s"), node("says"), object, GraphName::DefaultGraph);
        let all = [["a", "p", "b"], ["a", "q", "a"], ["c", "p", "c"]];
        let version = Arc::new(crate::index::build(all.map(|parts| quad(term(parts))), 0).unwrap());
        for size in SIZES {
            let mut cx = over(version.clone(), size);
            let mut id = |name: &str| cx.intern(node(name).into()).0;
            let [a, b, c, p, q] = ["a", "b", "c", "p", "q"].map(&mut id);
            let other = id("s");
            let mut terms: Vec<u32> = all.iter().map(|parts| cx.intern(term(*parts)).0).collect();
            let made = cx.intern(term(["b", "q", "b"]));
            assert!(made.is_local());
            terms.extend([made.0, other, 0]);
            let mut found = |places: [Source; 3], same: &[(usize, usize)], second: u32| {
                let rows: Vec<Vec<u32>> = terms.iter().map(|term| vec![*term, second]).collect();
                let input = source(2, &rows);
                let (same, kept, shown) = (same.to_vec(), Vec::new(), vec![0, 1, 2]);
                drained(TripleTerm { input, term: 0, places, same, kept, shown }, &mut cx)
            };
            let any = [Source::Any; 3];
            assert_eq!(found(any, &[], 0), [[a, p, b], [a, q, a], [c, p, c], [b, q, b]]);
            assert_eq!(found(any, &[(0, 2)], 0), [[a, q, a], [c, p, c], [b, q, b]]);
            assert_eq!(found([Source::Any, Source::Id(Id(p)), Source::Any], &[], 0), [[a, p, b], [c, p, c]]);
            let by_column = [Source::Column(1), Source::Any, Source::Any];
            assert_eq!(found(by_column, &[], a), [[a, p, b], [a, q, a]]);
            assert_eq!(found(by_column, &[], 0), found(any, &[], 0), "an unbound column leaves the place open");
            assert_eq!(found([Source::Id(Id(q)), Source::Any, Source::Any], &[], 0), [[0; 3]; 0]);
        }
    }

    #[test]
    fn columns_that_are_kept_come_before_the_parts() {
        let quad = Quad::new(node("s"), node("says"), term(["a", "p", "b"]), GraphName::DefaultGraph);
        let mut cx = over(Arc::new(crate::index::build([quad], 0).unwrap()), 7);
        let id = |name: NamedNode| cx.version().id((&name).into()).unwrap().0;
        let (b, object) = (id(node("b")), cx.version().id(term(["a", "p", "b"]).as_ref()).unwrap().0);
        let input = source(2, &[vec![object, 77], vec![0, 78]]);
        let lookup =
            TripleTerm { input, term: 0, places: [Source::Any; 3], same: Vec::new(), kept: vec![1, 0], shown: vec![2] };
        assert_eq!(drained(lookup, &mut cx), [[77, object, b]]);
    }
}
