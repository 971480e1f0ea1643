//! Set difference of two states: what two states do not share, found by merging their columns.
//!
//! Both dictionaries are in one order, so that one pass over them tells which number of one state is which of the other; then
//! the rows of each predicate are merged as numbers. No text is made but of what differs.

use std::cmp::Ordering;

use oxrdf::{GraphName, Quad};

use super::id::{Id, Kind};
use super::order::compare;
use super::selection::Selection;
use super::version::{Row, Version};
use crate::rdf::canonical_quad;

/// Subject, object and graph (0 for the unnamed one) by the numbers of the first of two states.
type Key = (Id, Id, u32);

/// Which of two selections has what the other may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The first.
    Old,
    /// The second.
    New,
}

/// The quads of each of two selections that the other may lack, handed to `take`: those without blank nodes that it lacks
/// indeed, and all with blank nodes, which have no names of their own. Where `merge`, triples are compared, whatever graph
/// they are in, and these quads are in the default graph. `go_on` is asked before each predicate.
///
/// # Errors
/// What `go_on` and `take` return.
pub fn unshared<E>(
    old: &Selection,
    new: &Selection,
    merge: bool,
    go_on: &dyn Fn() -> Result<(), E>,
    take: &mut dyn FnMut(Whose, Quad) -> Result<(), E>,
) -> Result<(), E> {
    let mut comparison = Comparison {
        before: Side { data: old, numbers: None, merge },
        after: Side { data: new, numbers: Some(Numbers::new(old.version(), new.version())), merge },
        take,
    };
    for predicate in old.version().predicates() {
        go_on()?;
        let is = old.version().text(*predicate, |term| new.version().id(term));
        comparison.predicate(Some(*predicate), is)?;
    }
    for predicate in new.version().predicates() {
        let was = new.version().text(*predicate, |term| old.version().id(term));
        if was.is_none_or(|was| old.version().segment(was).is_none()) {
            go_on()?;
            comparison.predicate(None, Some(*predicate))?;
        }
    }
    Ok(())
}

struct Comparison<'a, E> {
    before: Side<'a>,
    after: Side<'a>,
    take: &'a mut dyn FnMut(Whose, Quad) -> Result<(), E>,
}

impl<E> Comparison<'_, E> {
    fn gone(&mut self, row: Row) -> Result<(), E> {
        (self.take)(Whose::Old, self.before.quad(row))
    }

    fn come(&mut self, row: Row) -> Result<(), E> {
        (self.take)(Whose::New, self.after.quad(row))
    }

    /// Compares the triples of a predicate, by its number in each state.
    fn predicate(&mut self, was: Option<Id>, is: Option<Id>) -> Result<(), E> {
        let (before, gone) = self.before.rows(was);
        let (after, come) = self.after.rows(is);
        gone.into_iter().try_for_each(|row| self.gone(row))?;
        come.into_iter().try_for_each(|row| self.come(row))?;
        let (mut old, mut new) = (before.into_iter().peekable(), after.into_iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((one, _)), Some((other, _))) => one.cmp(other),
            };
            let (one, other) = (old.next_if(|_| order.is_le()), new.next_if(|_| order.is_ge()));
            if order.is_lt() {
                one.into_iter().try_for_each(|(_, row)| self.gone(row))?;
            } else if order.is_gt() {
                other.into_iter().try_for_each(|(_, row)| self.come(row))?;
            }
        }
    }
}

struct Side<'a> {
    data: &'a Selection,
    /// Of the second state: what its numbers are in the first.
    numbers: Option<Numbers>,
    merge: bool,
}

impl Side<'_> {
    /// The rows of a predicate: those that the first state may have, in the order of their keys, and all others.
    fn rows(&self, predicate: Option<Id>) -> (Vec<(Key, Row)>, Vec<Row>) {
        let (mut keyed, mut others) = (Vec::new(), Vec::new());
        let Some(predicate) = predicate else { return (keyed, others) };
        let pattern = [None, Some(predicate), None];
        let mut take = |row: Row| match self.key(row) {
            Some(key) => keyed.push((key, row)),
            None => others.push(row),
        };
        if self.merge {
            self.data.triples(pattern).for_each(|[subject, predicate, object]| take((subject, predicate, object, 0)));
        } else {
            self.data.quads(pattern).for_each(take);
        }
        keyed.sort_unstable_by_key(|(key, _)| *key);
        (keyed, others)
    }

    fn key(&self, (subject, _, object, graph): Row) -> Option<Key> {
        let version = self.data.version();
        let known = |id: Id| match &self.numbers {
            None => Some(id).filter(|id| !has_blank(version, *id)),
            Some(numbers) => numbers.term(id, version),
        };
        let graph = match (&self.numbers, graph) {
            (_, 0) => 0,
            (None, graph) => version.graph_id(graph).and_then(known).map(|_| graph)?,
            (Some(numbers), graph) => *numbers.graphs.get(graph as usize)?.as_ref()?,
        };
        Some((known(subject)?, known(object)?, graph))
    }

    fn quad(&self, row: Row) -> Quad {
        let quad = canonical_quad(self.data.version().quad(row));
        if self.merge { Quad { graph_name: GraphName::DefaultGraph, ..quad } } else { quad }
    }
}

fn has_blank(version: &Version, id: Id) -> bool {
    match version.kind(id) {
        Kind::Blank => true,
        Kind::Triple => version.triple_term(id).is_some_and(|parts| parts.iter().any(|part| has_blank(version, *part))),
        _ => false,
    }
}

/// What numbers of a state are in another that came before.
struct Numbers {
    /// Of the terms of the base, from 0 on; that of no value where the other state lacks the term or it has blank nodes.
    base: Vec<Id>,
    /// Of terms after the base.
    late: hashbrown::HashMap<Id, Id>,
    /// Of graphs.
    graphs: Vec<Option<u32>>,
}

impl Numbers {
    fn new(old: &Version, new: &Version) -> Self {
        let mut base = vec![Id::UNBOUND; new.range(Kind::Triple).end as usize];
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Blank) {
            let mut was = old.range(kind);
            for id in new.range(kind) {
                base[id as usize] = same(old, &mut was, new, Id(id));
            }
        }
        let late = (0..new.late).map(|number| Id(Id::LATE + number));
        let late = late.filter(|id| !has_blank(new, *id));
        let late = late.filter_map(|id| Some((id, new.text(id, |term| old.id(term))?))).collect();
        let mut numbers = Self { base, late, graphs: Vec::new() };
        let most = new.graphs().iter().map(|graph| graph.number).max().unwrap_or(0);
        numbers.graphs = (0..=most)
            .map(|number| numbers.term(new.graph_id(number)?, new).and_then(|name| old.graph_number(name)))
            .collect();
        numbers
    }

    fn term(&self, id: Id, version: &Version) -> Option<Id> {
        let known = if id.is_late() { self.late.get(&id) } else { self.base.get(id.0 as usize) };
        known.copied().filter(|known| known.is_bound() && !has_blank(version, id))
    }
}

/// The number in the old state of a term of the new one. `was` are the numbers of the old base that are not smaller than all
/// that were asked for.
fn same(old: &Version, was: &mut std::ops::Range<u32>, new: &Version, id: Id) -> Id {
    new.text(id, |term| {
        while let Some(known) = was.clone().next().map(Id) {
            match old.text(known, |other| compare(other, term)) {
                Ordering::Less => was.start += 1,
                Ordering::Equal => return known,
                Ordering::Greater => break,
            }
        }
        if old.late > 0 { old.id(term).unwrap_or_default() } else { Id::UNBOUND }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use oxttl::NQuadsParser;

    use super::super::{Change, build};
    use super::*;

    fn quads(text: &str) -> Vec<Quad> {
        NQuadsParser::new().for_slice(text.as_bytes()).map(Result::unwrap).collect()
    }

    fn told(old: &Version, new: &Version, merge: bool) -> [BTreeSet<String>; 2] {
        let [old, new] = [old, new].map(|version| {
            let changes: Vec<Change> = Vec::new();
            Selection::all(Arc::new(version.with_changes(&changes, 1).unwrap()))
        });
        let mut found = [BTreeSet::new(), BTreeSet::new()];
        let mut take = |whose, quad: Quad| {
            found[usize::from(whose == Whose::New)].insert(quad.to_string());
            Ok(())
        };
        unshared(&old, &new, merge, &|| Ok::<_, ()>(()), &mut take).unwrap();
        found
    }

    const OLD: &str =
        "<http://a> <http://p> <http://b> <http://g> .\n<http://a> <http://p> \"1\" .\n<http://a> <http://q> _:x .
        <http://b> <http://p> <<( <http://a> <http://p> _:x )>> .\n<http://a> <http://r> \"x\"@en <http://h> .";
    const NEW: &str =
        "<http://a> <http://p> <http://b> <http://h> .\n<http://a> <http://p> \"1\" .\n<http://a> <http://q> _:x .
        <http://0> <http://p> \"1\" .\n<http://a> <http://s> \"x\"@en <http://h> .";

    #[test]
    fn what_differs_is_found_however_the_states_were_made() {
        let (old, new) = (build(quads(OLD), 0).unwrap(), build(quads(NEW), 0).unwrap());
        let set = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<BTreeSet<String>>();
        let expected = [
            set(&[
                "<http://a> <http://p> <http://b> <http://g>",
                "<http://a> <http://q> _:x",
                "<http://a> <http://r> \"x\"@en <http://h>",
                "<http://b> <http://p> <<( <http://a> <http://p> _:x )>>",
            ]),
            set(&[
                "<http://0> <http://p> \"1\"",
                "<http://a> <http://p> <http://b> <http://h>",
                "<http://a> <http://q> _:x",
                "<http://a> <http://s> \"x\"@en <http://h>",
            ]),
        ];
        assert_eq!(told(&old, &new, false), expected);
        // As changes after another base.
        let grown = |text: &str, base: &str| {
            let changes: Vec<Change> = quads(text).into_iter().map(Change::Insert).collect();
            let gone: Vec<Change> = quads(base).into_iter().map(Change::Remove).collect();
            let base = build(quads(base), 0).unwrap();
            base.with_changes(&gone, 1).unwrap().with_changes(&changes, 2).unwrap()
        };
        assert_eq!(told(&grown(OLD, NEW), &new, false), expected);
        assert_eq!(told(&old, &grown(NEW, OLD), false), expected);
        assert_eq!(told(&grown(OLD, NEW), &grown(NEW, OLD), false), expected);
        let [gone, come] = told(&old, &new, true);
        assert!(
            !gone.iter().chain(&come).any(|line| line.contains("<http://b>") && !line.contains("<<(")),
            "{gone:?} {come:?}"
        );
        assert_eq!((gone.len(), come.len()), (3, 3));
    }
}
