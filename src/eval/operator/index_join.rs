//! Index nested-loop join: rows joined with a triple pattern that is looked up in the index for each row.

use std::ops::Range;
use std::sync::Arc;

use super::Room;
use super::by_batch::{At, ByBatch};
use super::lookup::{Found, Graphs, Lookup};
use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::{self, GraphFilter, Id, Segment};

/// Where the search for matches of a row stands.
struct Cursor {
    row: usize,
    wanted: [Option<Id>; 3],
    graph: Option<Id>,
    /// The next predicate, where it is open.
    next: usize,
    predicate: Id,
    segment: Option<Arc<Segment>>,
    /// Its rows that are left.
    left: index::Found,
}

pub struct IndexJoin {
    input: Box<dyn Operator>,
    lookup: Lookup,
    batch: Option<Batch>,
    /// How whole batches are looked up, where the pattern allows it; nobody has looked yet whether it does.
    by_batch: Option<Option<ByBatch>>,
    place: Option<Place>,
    known: Option<(Id, Option<Arc<Segment>>)>,
    room: Room,
}

/// Where it stands in a batch.
enum Place {
    Row(Box<Cursor>),
    Batch(At),
}

impl IndexJoin {
    pub fn new(input: Box<dyn Operator>, lookup: Lookup) -> Self {
        Self { input, lookup, batch: None, by_batch: None, place: None, known: None, room: Room::default() }
    }

    fn segment(&mut self, predicate: Id, cx: &Context) -> Option<Arc<Segment>> {
        match &self.known {
            Some((known, segment)) if *known == predicate => segment.clone(),
            _ => {
                let segment = cx.version().segment(predicate);
                self.known = Some((predicate, segment.clone()));
                segment
            }
        }
    }

    fn begin(&mut self, batch: &Batch, row: usize, cx: &Context) -> Cursor {
        let wanted = self.lookup.places.map(|place| place.of(batch, row));
        let graph = match self.lookup.graphs {
            Graphs::Each(source, _) => source.of(batch, row),
            Graphs::Filter(_) => None,
        };
        let (predicate, left) = (Id::UNBOUND, index::Found::default());
        let mut cursor = Cursor { row, wanted, graph, next: 0, predicate, segment: None, left };
        if let Some(predicate) = wanted[1] {
            cursor.next = usize::MAX;
            let segment = if self.lookup.excluded.contains(&predicate) { None } else { self.segment(predicate, cx) };
            cursor.enter(predicate, segment);
        }
        cursor
    }

    /// Fills `found` up to its room from one row's matches; whether there are more.
    fn take(&self, cursor: &mut Cursor, found: &mut Found, room: usize, cx: &Context) -> bool {
        loop {
            let Range { start, end } = cursor.left.rows;
            if start < end {
                let until = end.min(start + room.saturating_sub(found.rows.len()).max(1));
                let rows = start..until;
                cursor.left.rows.start = until;
                self.show(cursor, rows, found, cx);
                if found.rows.len() >= room {
                    return true;
                }
            } else if !cursor.advance(&self.lookup.excluded, cx) {
                return false;
            }
        }
    }

    fn show(&self, cursor: &Cursor, rows: Range<usize>, found: &mut Found, cx: &Context) {
        let Some(segment) = &cursor.segment else { return };
        let plain = matches!(self.lookup.graphs, Graphs::Filter(GraphFilter::Any)) && self.lookup.same.is_empty();
        if !plain {
            return self.show_each(cursor, segment, rows, found, cx);
        }
        let columns = segment.columns(&cursor.left);
        let len = found.rows.len() + rows.len();
        found.rows.resize(len, cursor.row as u32);
        for (ids, place) in found.shown.iter_mut().zip(&self.lookup.shown) {
            match place {
                1 => ids.resize(len, cursor.predicate),
                place => {
                    let is_key = (*place == 2) == cursor.left.by_object;
                    ids.extend_from_slice(if is_key {
                        &columns.key[rows.clone()]
                    } else {
                        &columns.value[rows.clone()]
                    });
                }
            }
        }
    }

    fn show_each(&self, cursor: &Cursor, segment: &Segment, rows: Range<usize>, found: &mut Found, cx: &Context) {
        let columns = segment.columns(&cursor.left);
        for at in rows {
            let (key, value) = (columns.key[at], columns.value[at]);
            let (subject, object) = if cursor.left.by_object { (value, key) } else { (key, value) };
            let mut push = |graph: Id| {
                let terms = [subject, cursor.predicate, object, graph];
                if self.lookup.same.iter().all(|(a, b)| terms[*a] == terms[*b]) {
                    found.rows.push(cursor.row as u32);
                    for (ids, place) in found.shown.iter_mut().zip(&self.lookup.shown) {
                        ids.push(terms[*place]);
                    }
                }
            };
            match &self.lookup.graphs {
                Graphs::Filter(wanted) => {
                    if cx.version().in_graphs(columns.graph[at], wanted) {
                        push(Id::UNBOUND);
                    }
                }
                Graphs::Each(_, named) => {
                    let graphs = cx.version().graphs_of(columns.graph[at]).filter(|graph| named.allows(*graph));
                    let names = graphs.filter_map(|graph| cx.version().graph_id(graph));
                    names.filter(|name| cursor.graph.is_none_or(|wanted| wanted == *name)).for_each(push);
                }
            }
        }
    }
}

impl Cursor {
    fn enter(&mut self, predicate: Id, segment: Option<Arc<Segment>>) {
        self.predicate = predicate;
        self.left = match &segment {
            Some(segment) => segment.find(self.wanted[0], self.wanted[2]),
            None => index::Found::default(),
        };
        self.segment = segment;
    }

    /// Goes on to the next predicate; false after the last.
    fn advance(&mut self, excluded: &[Id], cx: &Context) -> bool {
        let Some(predicate) = cx.version().predicates().get(self.next).copied() else { return false };
        self.next += 1;
        let segment = if excluded.contains(&predicate) { None } else { cx.version().segment(predicate) };
        self.enter(predicate, segment);
        true
    }
}

impl IndexJoin {
    /// Matches of a batch from a place on, one row after the other.
    fn rows(&mut self, batch: &Batch, mut at: Option<Cursor>, room: usize, cx: &Context) -> Result<Found, Stop> {
        let mut found = Found { rows: Vec::new(), shown: vec![Vec::new(); self.lookup.shown.len()] };
        let mut row = at.as_ref().map_or(0, |cursor| cursor.row);
        while row < batch.len {
            let mut cursor = match at.take() {
                Some(cursor) => cursor,
                None => self.begin(batch, row, cx),
            };
            if self.take(&mut cursor, &mut found, room, cx) {
                self.place = Some(Place::Row(Box::new(cursor)));
                break;
            }
            row += 1;
            if row.is_multiple_of(1024) {
                cx.check()?;
            }
        }
        Ok(found)
    }

    /// Matches of a batch from where it stands on.
    fn matches(&mut self, batch: &Batch, room: usize, cx: &mut Context) -> Result<Found, Stop> {
        let at = match self.place.take() {
            Some(Place::Row(cursor)) => return self.rows(batch, Some(*cursor), room, cx),
            Some(Place::Batch(at)) => at,
            None => At::default(),
        };
        let by_batch = self.by_batch.get_or_insert_with(|| ByBatch::new(&self.lookup, cx));
        if let Some(by_batch) = by_batch
            && let Some((found, end)) = by_batch.take(&self.lookup, batch, at, room, cx)?
        {
            self.place = (end.row < batch.len).then_some(Place::Batch(end));
            return Ok(found);
        }
        self.rows(batch, None, room, cx)
    }

    fn joined(&self, batch: &Batch, found: Found) -> Batch {
        let is_all = found.rows.len() == batch.len && (0_u32..).zip(&found.rows).all(|(at, row)| at == *row);
        let column = |at: &usize| match &batch.columns[*at] {
            column if is_all => column.clone(),
            column => column.gather(&found.rows),
        };
        let kept = self.lookup.kept.iter().map(column);
        let shown = found.shown.into_iter().map(Column::Owned);
        Batch { columns: kept.chain(shown).collect(), len: found.rows.len() }
    }
}

impl Operator for IndexJoin {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            cx.check()?;
            let batch = match self.batch.take() {
                Some(batch) => batch,
                None => match self.input.next(cx)? {
                    Some(batch) => batch,
                    None => return Ok(None),
                },
            };
            let room = self.room.grow(cx);
            let found = self.matches(&batch, room, cx)?;
            let result = (!found.rows.is_empty()).then(|| self.joined(&batch, found));
            if self.place.is_some() {
                self.batch = Some(batch);
            }
            if result.is_some() {
                return Ok(result);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::operator::Source;
    use crate::eval::operator::testing::{SIZES, World, drained, fits, lookup, sorted, source};

    /// What a join gives for the world's rows in batches of each size, sorted; the same for all sizes.
    fn joined(world: &World, some_unbound: bool, lookup: impl Fn() -> Lookup) -> Vec<Vec<u32>> {
        let input = world.rows(some_unbound);
        let found = SIZES.map(|size| {
            let join = IndexJoin::new(source(4, &input), lookup());
            sorted(drained(join, &mut world.context(size)))
        });
        assert!(found.iter().all(|other| *other == found[0]), "the size of batches changes what is found");
        found.into_iter().next().unwrap()
    }

    /// The number of each row with each of some terms that fit it.
    fn expected<const N: usize>(
        world: &World,
        some_unbound: bool,
        places: [Source; N],
        terms: impl IntoIterator<Item = [Id; N]>,
    ) -> Vec<Vec<u32>> {
        let terms: Vec<[Id; N]> = terms.into_iter().collect();
        let of_row = |row: Vec<u32>| {
            let fitting = terms.iter().filter(|terms| (0..N).all(|at| fits(places[at], terms[at], &row)));
            let rows = fitting.map(|terms| [row[3]].into_iter().chain(terms.map(|id| id.0)).collect::<Vec<_>>());
            rows.collect::<Vec<_>>()
        };
        sorted(world.rows(some_unbound).into_iter().flat_map(of_row).collect())
    }

    #[test]
    fn rows_are_joined_with_the_triples_that_fit_them() {
        let world = World::new();
        let all = world.triples(|_| true);
        let sources = |ids: &[Id], at: usize| [Source::Id(ids[1]), Source::Column(at), Source::Any];
        for (some_unbound, subject) in
            [false, true].into_iter().flat_map(|is| sources(&world.nodes, 0).map(|s| (is, s)))
        {
            for predicate in sources(&world.predicates, 1) {
                for object in sources(&world.nodes, 2) {
                    let places = [subject, predicate, object];
                    let found = joined(&world, some_unbound, || lookup(places, &[3], &[0, 1, 2]));
                    assert_eq!(found, expected(&world, some_unbound, places, all.iter().copied()), "{places:?}");
                }
            }
        }
    }

    #[test]
    fn a_triple_counts_once_in_the_graphs_that_are_asked() {
        let world = World::new();
        let number = |name: Id| world.version.graph_number(name).unwrap();
        let [one, other] = world.graphs;
        let mut two = [0, number(other)];
        two.sort_unstable();
        type IsIn<'a> = &'a dyn Fn(Id) -> bool;
        let cases: [(GraphFilter, IsIn<'_>); 5] = [
            (GraphFilter::Any, &|_| true),
            (GraphFilter::Named, &|graph| graph.is_bound()),
            (GraphFilter::One(number(one)), &|graph| graph == one),
            (GraphFilter::One(0), &|graph| !graph.is_bound()),
            (GraphFilter::Set(two.into()), &|graph| graph == other || !graph.is_bound()),
        ];
        let places = [Source::Column(0), Source::Any, Source::Any];
        let mut sizes = Vec::new();
        for (filter, is_in) in cases {
            let with = || Lookup { graphs: Graphs::Filter(filter.clone()), ..lookup(places, &[3], &[0, 1, 2]) };
            let found = joined(&world, true, with);
            assert_eq!(found, expected(&world, true, places, world.triples(is_in)), "{filter:?}");
            sizes.push(found.len());
        }
        assert!(sizes[1..].iter().all(|size| *size < sizes[0]), "the graphs differ: {sizes:?}");
    }

    /// `GRAPH ?g`: a solution for each graph that holds the triple (18.6, evaluation of a graph pattern).
    #[test]
    fn each_graph_of_a_triple_is_a_row() {
        let world = World::new();
        let named = |quad: &&[Id; 4]| quad[3].is_bound();
        for name in [Source::Any, Source::Id(world.graphs[1])] {
            let places = [Source::Column(0), Source::Column(1), Source::Any, name];
            let [subject, predicate, object, _] = places;
            let with = || Lookup {
                graphs: Graphs::Each(name, GraphFilter::Named),
                ..lookup([subject, predicate, object], &[3], &[0, 1, 2, 3])
            };
            let quads = world.quads.iter().filter(named).copied();
            assert_eq!(joined(&world, true, with), expected(&world, true, places, quads), "{name:?}");
        }
        // The name comes from the row: of its object's column, which names no graph, or is unbound.
        let with = || Lookup {
            graphs: Graphs::Each(Source::Column(2), GraphFilter::Named),
            ..lookup([Source::Any; 3], &[3], &[0, 1, 2, 3])
        };
        let places = [Source::Any, Source::Any, Source::Any, Source::Column(2)];
        let found = joined(&world, true, with);
        assert_eq!(found, expected(&world, true, places, world.quads.iter().filter(named).copied()));
        assert!(!found.is_empty());
    }

    #[test]
    fn places_of_one_variable_have_one_term() {
        let world = World::new();
        let places = [Source::Any, Source::Column(1), Source::Any];
        let with = || Lookup { same: vec![(0, 2)], ..lookup(places, &[3], &[0, 1, 2]) };
        let loops = world.triples(|_| true).into_iter().filter(|[subject, _, object]| subject == object);
        let expected = expected(&world, true, places, loops);
        assert!(!expected.is_empty());
        assert_eq!(joined(&world, true, with), expected);
    }

    #[test]
    fn excluded_predicates_match_nothing() {
        let world = World::new();
        let [_, excluded, _] = world.predicates;
        for predicate in [Source::Any, Source::Column(1), Source::Id(excluded)] {
            let places = [Source::Column(0), predicate, Source::Any];
            let with = || Lookup { excluded: vec![excluded], ..lookup(places, &[3], &[0, 1, 2]) };
            let others = world.triples(|_| true).into_iter().filter(|triple| triple[1] != excluded);
            assert_eq!(joined(&world, true, with), expected(&world, true, places, others), "{predicate:?}");
        }
    }
}
