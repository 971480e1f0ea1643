//! Compaction: a state with nothing but a base, out of one with changes.
//!
//! New terms are merged into the order of the base's, and terms that nothing has any more are left out. The numbers of the
//! others stay in their order, so that columns stay sorted but for the rows of new terms. Nothing is hashed, and no text is
//! compared but those of new terms.

use std::sync::Arc;

use hashbrown::HashMap;

use super::base::Base;
use super::dictionary::Dictionary;
use super::graphs::GraphLists;
use super::id::{Graph, GraphSet, Id, Kind};
use super::late::Place;
use super::order::{Key, compare};
use super::segment::{Columns, Row, Segment};
use super::tags::Tags;
use super::terms::TooLarge;
use super::texts::Texts;
use super::version::{Parts, Version};

impl Version {
    /// The same state with nothing but a base.
    ///
    /// # Errors
    /// [`TooLarge`] where there are more terms than numbers, or [`Self::damage`] tells something.
    pub fn compacted(&self) -> Result<Self, TooLarge> {
        let numbers = Numbers::new(self)?;
        let dictionary = dictionary(self, &numbers);
        let (graphs, renumbered) = graphs(self, &numbers);
        let names: Vec<Id> = graphs.iter().map(|graph| graph.id).collect();
        let new = GraphLists::default();
        let mut sets = Sets { version: self, graphs: renumbered, new, known: HashMap::new() };
        let mut segments = HashMap::with_capacity(self.predicates().len());
        for predicate in self.predicates() {
            let Some(segment) = self.segment(*predicate) else { continue };
            let (pso, pos) = (sets.rows(segment.pso(), &numbers), sets.rows(segment.pos(), &numbers));
            segments.insert(numbers.of(*predicate), Arc::new(Segment::of_orders(&pso, &pos)));
        }
        // What could not be read is not to be built on.
        if self.damage().is_some() {
            return Err(TooLarge);
        }
        let parts = Parts { epoch: self.epoch, graphs: graphs.into(), triples: self.triples, quads: self.quads };
        let mut base = Base::new(dictionary, Tags::new(self.base.tags.all()), sets.new, &names, segments, None);
        base.verbatim = self.is_verbatim();
        Ok(Self::of_base(base, parts))
    }
}

/// What the numbers of terms become.
struct Numbers {
    /// The old numbers in their new order.
    order: Vec<Id>,
    /// The new numbers of the base's terms and of those that came later; that of no value where nothing has the term.
    base: Vec<Id>,
    late: Vec<Id>,
}

impl Numbers {
    fn new(version: &Version) -> Result<Self, TooLarge> {
        let end = version.base.dictionary.end();
        let (base, late) = (vec![Id::UNBOUND; end as usize], vec![Id::UNBOUND; version.late as usize]);
        let mut numbers = Self { order: Vec::new(), base, late };
        numbers.mark_all(version);
        let mut late = numbers.marked_late(version).into_iter().peekable();
        for next in 1..=end {
            while let Some((_, id)) = late.next_if(|(before, _)| *before <= next) {
                numbers.order.push(id);
            }
            if next < end && numbers.of(Id(next)).is_bound() {
                numbers.order.push(Id(next));
            }
        }
        if numbers.order.len() >= Id::LATE as usize - 1 {
            return Err(TooLarge);
        }
        for (number, id) in (1..).zip(std::mem::take(&mut numbers.order)) {
            *numbers.place(id) = Id(number);
            numbers.order.push(id);
        }
        Ok(numbers)
    }

    fn place(&mut self, id: Id) -> &mut Id {
        match id.0.checked_sub(Id::LATE) {
            Some(late) => &mut self.late[late as usize],
            None => &mut self.base[id.0 as usize],
        }
    }

    fn of(&self, id: Id) -> Id {
        match id.0.checked_sub(Id::LATE) {
            Some(late) => self.late[late as usize],
            None => self.base[id.0 as usize],
        }
    }

    /// Gives every term that something has any number.
    fn mark_all(&mut self, version: &Version) {
        version.graphs().iter().for_each(|graph| self.mark(graph.id, version));
        for predicate in version.predicates() {
            self.mark(*predicate, version);
            let segment = version.segment(*predicate);
            let columns = segment.as_ref().map(|segment| segment.pso());
            let ids = columns.iter().flat_map(|columns| columns.key.iter().chain(columns.value));
            ids.for_each(|id| self.mark(*id, version));
        }
    }

    fn mark(&mut self, id: Id, version: &Version) {
        if std::mem::replace(self.place(id), Id(1)).is_bound() {
            return;
        }
        for part in version.triple_term(id).into_iter().flatten() {
            self.mark(part, version);
        }
    }

    /// The late terms that something has, in their order, each with the number of the base before which it stands.
    fn marked_late(&self, version: &Version) -> Vec<(u32, Id)> {
        let ids = (0..version.late).map(|number| Id(Id::LATE + number)).filter(|id| self.of(*id).is_bound());
        let placed = ids.map(|id| {
            let before = match version.base.late.get(id).map(|late| late.place) {
                Some(Place::After(number)) => number + 1,
                _ => version.text(id, |term| version.base.find(term).unwrap_or_else(|next| next).0),
            };
            (before, id)
        });
        let mut placed: Vec<(u32, Id)> = placed.collect();
        placed.sort_by(|(one, a), (other, b)| {
            one.cmp(other).then_with(|| version.text(*a, |a| version.text(*b, |b| compare(a, b))))
        });
        placed
    }
}

fn dictionary(version: &Version, numbers: &Numbers) -> Dictionary {
    let order = &numbers.order;
    let mut ends = [1; 6];
    order.iter().for_each(|id| ends[version.kind(*id) as usize] += 1);
    (1..6).for_each(|kind| ends[kind] += ends[kind - 1] - 1);
    let part = |from: Kind, to: Kind| {
        let start = (from as usize).checked_sub(1).map_or(1, |before| ends[before]);
        order[start as usize - 1..ends[to as usize] as usize - 1].iter()
    };
    let parts = |id: &Id| version.triple_term(*id).map(|parts| parts.map(|part| numbers.of(part)));
    Dictionary::of_columns(
        Texts::new(order.iter().map(|id| version.raw(*id))),
        ends,
        part(Kind::Number, Kind::Text).filter_map(|id| version.literal(*id)).collect(),
        part(Kind::Number, Kind::Number).filter_map(|id| version.number(*id)).collect(),
        ranks(version, part(Kind::Number, Kind::Time).as_slice(), ends[Kind::Iri as usize]).into_iter().collect(),
        part(Kind::Triple, Kind::Triple).filter_map(parts).collect(),
    )
}

/// For each of these terms, which begin with the number `first`, the first number whose value is the same.
fn ranks(version: &Version, part: &[Id], first: u32) -> Vec<u32> {
    let mut ranks: Vec<u32> = Vec::with_capacity(part.len());
    for (number, place) in (first..).zip(0..part.len()) {
        let before = place.checked_sub(1).filter(|before| ties(version, part[*before], part[place]));
        ranks.push(before.map_or(number, |before| ranks[before]));
    }
    ranks
}

fn ties(version: &Version, a: Id, b: Id) -> bool {
    if !a.is_late() && !b.is_late() {
        return version.base.dictionary.rank(a) == version.base.dictionary.rank(b);
    }
    version.text(a, |a| version.text(b, |b| Key::new(Some(a)) == Key::new(Some(b))))
}

/// The graphs by their names, numbered anew, and the new number of each old one.
fn graphs(version: &Version, numbers: &Numbers) -> (Vec<Graph>, Vec<u32>) {
    let named = version.graphs().iter().map(|graph| Graph { id: numbers.of(graph.id), ..*graph });
    let mut graphs: Vec<Graph> = named.collect();
    graphs.sort_unstable_by_key(|graph| graph.id);
    let most = graphs.iter().map(|graph| graph.number).max().unwrap_or(0);
    let mut renumbered = vec![0; most as usize + 1];
    for (number, graph) in (1..).zip(&mut graphs) {
        renumbered[graph.number as usize] = number;
        graph.number = number;
    }
    (graphs, renumbered)
}

/// What sets of graphs become.
struct Sets<'a> {
    version: &'a Version,
    /// The new numbers of graphs.
    graphs: Vec<u32>,
    new: GraphLists,
    known: HashMap<GraphSet, GraphSet>,
}

impl Sets<'_> {
    fn of(&mut self, set: GraphSet) -> GraphSet {
        if let Some(graph) = set.single() {
            return self.new.set(&[self.graphs[graph as usize]]);
        }
        let Self { version, graphs, new, known } = self;
        *known.entry(set).or_insert_with(|| {
            let mut graphs: Vec<u32> = version.graphs_of(set).map(|graph| graphs[graph as usize]).collect();
            graphs.sort_unstable();
            new.set(&graphs)
        })
    }

    /// The rows of an order. Those of new terms stand at the end of it, or of their key, and are merged in.
    fn rows(&mut self, columns: Columns<'_>, numbers: &Numbers) -> Vec<Row> {
        let pairs = columns.key.iter().zip(columns.value).zip(columns.graph);
        let mut rows: Vec<Row> =
            pairs.map(|((key, value), set)| (numbers.of(*key), numbers.of(*value), self.of(*set))).collect();
        // Runs that are sorted are found by the sort.
        rows.sort_by_key(|(key, value, _)| (*key, *value));
        rows
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{Plain, change, is_sound};
    use super::super::{Builder, Version};
    use super::*;

    /// All that is known of a version's terms and triples, by their numbers.
    fn told(version: &Version) -> Vec<String> {
        let terms = (1..version.range(Kind::Triple).end).map(Id).map(|id| {
            let tag = version.literal(id).and_then(|tag| version.tag(tag));
            let (key, number) = (version.key(id), version.number(id));
            format!(
                "{} {:?} {key} {tag:?} {number:?} {:?}",
                version.term(id),
                version.kind(id),
                version.triple_term(id)
            )
        });
        let graphs = version.graphs().iter().map(|graph| format!("{graph:?}"));
        let segments = version.predicates().iter().map(|predicate| {
            let segment = version.segment(*predicate).unwrap();
            let rows = |columns: Columns<'_>| {
                let sets = columns.graph.iter().map(|set| version.graphs_of(*set).collect::<Vec<_>>());
                format!("{:?} {:?} {:?}", columns.key, columns.value, sets.collect::<Vec<_>>())
            };
            format!("{predicate:?} {} {}", rows(segment.pso()), rows(segment.pos()))
        });
        let sizes = format!("{} {} {}", version.len(), version.quads(), version.epoch());
        terms.chain(graphs).chain(segments).chain([sizes]).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn what_is_compacted_is_what_is_built_anew(
            before in prop::collection::vec(change(), 0..30),
            after in prop::collection::vec(change(), 0..30),
        ) {
            let base = Builder::new().finish(0).with_changes(&before, 3).unwrap().compacted().unwrap();
            let version = base.with_changes(&after, 4).unwrap();
            let compacted = version.compacted().unwrap();
            prop_assert!(compacted.is_plain());
            prop_assert_eq!(told(&compacted), told(&version.to_builder().unwrap().finish(4)));
            is_sound(&compacted);
            prop_assert_eq!(Plain::of(&compacted), Plain::of(&version));
            prop_assert_eq!(told(&compacted.compacted().unwrap()), told(&compacted));
        }
    }
}
