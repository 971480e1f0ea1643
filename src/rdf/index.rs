//! Quads in memory that can be looked up from any side: what checks and rules work on, wherever the quads come from.

use std::collections::HashSet;

use oxrdf::{GraphNameRef, NamedOrBlankNodeRef, Quad, QuadRef, Term, TermRef};

use super::graph::Graph;
use super::stored;
use super::terms::{Id, Terms};

/// A quad by the numbers of its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// The subject.
    pub subject: Id,
    /// The predicate.
    pub predicate: Id,
    /// The object.
    pub object: Id,
    /// The graph that it stands in.
    pub graph: Graph,
}

impl Row {
    /// A triple in a graph.
    pub const fn new([subject, predicate, object]: [Id; 3], graph: Graph) -> Self {
        Self { subject, predicate, object, graph }
    }

    /// Subject, predicate, object.
    pub const fn triple(self) -> [Id; 3] {
        [self.subject, self.predicate, self.object]
    }
}

/// The orders in which rows are kept, each as the places that its columns have in a triple; the graph is always last.
const ORDERS: [[usize; 3]; 3] = [[0, 1, 2], [1, 2, 0], [2, 0, 1]];

/// A triple in one of the orders, and its graph.
type Sorted = ([Id; 3], Graph);

/// Rows, each once, sorted in three orders.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    orders: [Vec<Sorted>; 3],
}

impl Rows {
    /// Some rows.
    pub fn new(rows: &[Row]) -> Self {
        let mut sorted = Self::default();
        sorted.add(rows);
        sorted
    }

    fn add(&mut self, new: &[Row]) {
        for (order, rows) in ORDERS.iter().zip(&mut self.orders) {
            rows.extend(new.iter().map(|row| (order.map(|place| row.triple()[place]), row.graph)));
            // Mostly sorted already: a merge, in effect.
            rows.sort();
            rows.dedup();
        }
    }

    /// The rows that begin with this in one of the orders.
    fn range(&self, order: usize, prefix: &[Id]) -> &[Sorted] {
        let all = self.orders[order].as_slice();
        let from = all.partition_point(|(triple, _)| triple[..prefix.len()] < *prefix);
        let count = all[from..].partition_point(|(triple, _)| triple[..prefix.len()] == *prefix);
        &all[from..from + count]
    }
}

/// Quads, each once, sorted in three orders: 48 bytes a quad, and each term once.
#[derive(Debug, Clone, Default)]
pub struct Indexed {
    terms: Terms,
    sorted: Rows,
    graphs: Vec<Graph>,
    /// Rows that are not sorted in yet.
    new: Vec<Row>,
}

impl Indexed {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of a term, which gets one where it has none.
    pub fn intern(&mut self, term: TermRef<'_>) -> Id {
        self.terms.intern(term)
    }

    /// The number of a term that occurs.
    pub fn id<'t>(&self, term: impl Into<TermRef<'t>>) -> Option<Id> {
        self.terms.get(term.into())
    }

    /// The term of a number.
    pub fn term(&self, id: Id) -> &Term {
        self.terms.term(id)
    }

    /// Every term, with its number.
    pub fn terms(&self) -> impl Iterator<Item = (Id, &Term)> {
        (0..).zip(self.terms.all())
    }

    /// Takes a quad in; it is found after [`Self::settle`].
    pub fn add(&mut self, quad: QuadRef<'_>) -> Row {
        let subject = match quad.subject {
            NamedOrBlankNodeRef::NamedNode(node) => self.terms.intern(node.into()),
            NamedOrBlankNodeRef::BlankNode(node) => self.terms.intern(node.into()),
        };
        let graph = match quad.graph_name {
            GraphNameRef::NamedNode(node) => Graph::named(self.terms.intern(node.into())),
            GraphNameRef::BlankNode(node) => Graph::named(self.terms.intern(node.into())),
            GraphNameRef::DefaultGraph => Graph::DEFAULT,
        };
        let (predicate, object) = (self.terms.intern(quad.predicate.into()), self.terms.intern(quad.object));
        let row = Row { subject, predicate, object, graph };
        self.new.push(row);
        row
    }

    /// As [`Self::add`], with language tags in lower case, as constants of queries, rules and shapes have them.
    pub fn add_stored(&mut self, quad: &Quad) -> Row {
        let object = stored(&quad.object);
        self.add(QuadRef::new(&quad.subject, &quad.predicate, object.as_ref(), &quad.graph_name))
    }

    /// Takes a row of known terms in; it is found after [`Self::settle`].
    pub fn add_row(&mut self, row: Row) {
        self.new.push(row);
    }

    /// Sorts in what was taken in.
    pub fn settle(&mut self) {
        if self.new.is_empty() {
            return;
        }
        self.sorted.add(&self.new);
        let mut graphs: HashSet<Graph> = self.graphs.drain(..).collect();
        graphs.extend(self.new.drain(..).map(|row| row.graph));
        self.graphs = graphs.into_iter().collect();
        self.graphs.sort_unstable();
    }

    /// The graphs that hold something, in order.
    pub fn graphs(&self) -> &[Graph] {
        &self.graphs
    }

    /// The graph of this name; one that holds nothing where the name is not of the data.
    pub fn graph<'t>(&self, name: impl Into<TermRef<'t>>) -> Option<Graph> {
        self.id(name).map(Graph::named)
    }

    /// How many quads there are.
    pub fn len(&self) -> usize {
        self.sorted.orders[0].len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sorted.orders[0].is_empty()
    }

    /// All rows, by subject.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.sorted.orders[0].iter().map(|(triple, graph)| Row::new(*triple, *graph))
    }

    /// Everything, as one graph and as the graphs it is made of.
    pub fn view(&self) -> View<'_> {
        View::new(self, &self.sorted)
    }

    /// Some graphs, as one and each by its name.
    pub fn view_of<'a>(&'a self, graphs: &'a HashSet<Graph>) -> View<'a> {
        View { graphs: Some(graphs), ..self.view() }
    }

    /// As [`Self::view_of`], of rows that are kept apart: some of several graphs, looked up without passing over all others.
    pub fn view_over<'a>(&'a self, below: &'a Rows, above: &'a Rows, graphs: &'a HashSet<Graph>) -> View<'a> {
        View { above: Some(above), graphs: Some(graphs), ..View::new(self, below) }
    }

    /// The quad of a row.
    pub fn quad(&self, row: Row) -> Option<Quad> {
        let node = |id: Id| match self.term(id) {
            Term::NamedNode(node) => Some(oxrdf::NamedOrBlankNode::from(node.clone())),
            Term::BlankNode(node) => Some(node.clone().into()),
            _ => None,
        };
        let Term::NamedNode(predicate) = self.term(row.predicate) else { return None };
        let graph = match row.graph.name() {
            None => oxrdf::GraphName::DefaultGraph,
            Some(name) => node(name)?.into(),
        };
        Some(Quad::new(node(row.subject)?, predicate.clone(), self.term(row.object).clone(), graph))
    }
}

impl Extend<Quad> for Indexed {
    fn extend<T: IntoIterator<Item = Quad>>(&mut self, quads: T) {
        for quad in quads {
            self.add(quad.as_ref());
        }
    }
}

impl FromIterator<Quad> for Indexed {
    fn from_iter<T: IntoIterator<Item = Quad>>(quads: T) -> Self {
        let mut indexed = Self::new();
        indexed.extend(quads);
        indexed.settle();
        indexed
    }
}

/// The quads of some graphs.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    data: &'a Indexed,
    sorted: &'a Rows,
    above: Option<&'a Rows>,
    graphs: Option<&'a HashSet<Graph>>,
    aside: Option<Graph>,
    nameless: Option<Graph>,
}

impl<'a> View<'a> {
    fn new(data: &'a Indexed, sorted: &'a Rows) -> Self {
        Self { data, sorted, above: None, graphs: None, aside: None, nameless: None }
    }

    /// What it is a view of.
    pub fn data(self) -> &'a Indexed {
        self.data
    }

    /// With a graph that is no part of the whole, and can only be asked for by its name ([`Self::rows_of`]).
    #[must_use]
    pub fn with_aside(self, graph: Graph) -> Self {
        Self { aside: Some(graph), ..self }
    }

    /// With a graph that is a part of the whole, and cannot be asked for by its name.
    #[must_use]
    pub fn with_nameless(self, graph: Graph) -> Self {
        Self { nameless: Some(graph), ..self }
    }

    /// The names of the graphs that can be asked for by name.
    pub fn named(self) -> impl Iterator<Item = Id> + use<'a> {
        self.data.graphs().iter().filter(move |graph| self.names(**graph)).filter_map(|graph| graph.name())
    }

    /// Whether a graph can be asked for by its name.
    pub fn names(self, graph: Graph) -> bool {
        graph != Graph::DEFAULT && self.nameless != Some(graph) && self.shows(graph)
    }

    /// As [`Self::rows`], of one graph of the view or the one aside.
    pub fn rows_of(
        self,
        graph: Graph,
        subject: Option<Id>,
        predicate: Option<Id>,
        object: Option<Id>,
    ) -> impl Iterator<Item = Row> + use<'a> {
        let aside = self.aside == Some(graph);
        let from = if aside { View::new(self.data, &self.data.sorted) } else { self };
        let seen = aside || self.names(graph);
        from.rows(subject, predicate, object).filter(move |row| seen && row.graph == graph)
    }

    /// Whether it shows a graph.
    pub fn shows(self, graph: Graph) -> bool {
        self.graphs.is_none_or(|graphs| graphs.contains(&graph))
    }

    /// The quads that fit what is given, whatever graph they are in; a triple in two graphs comes twice.
    pub fn rows(
        self,
        subject: Option<Id>,
        predicate: Option<Id>,
        object: Option<Id>,
    ) -> impl Iterator<Item = Row> + use<'a> {
        self.fitting(self.sorted, subject, predicate, object)
            .chain(self.above.into_iter().flat_map(move |above| self.fitting(above, subject, predicate, object)))
    }

    fn fitting(
        self,
        sorted: &'a Rows,
        subject: Option<Id>,
        predicate: Option<Id>,
        object: Option<Id>,
    ) -> impl Iterator<Item = Row> + use<'a> {
        let (order, prefix) = match (subject, predicate, object) {
            (Some(s), Some(p), Some(o)) => (0, vec![s, p, o]),
            (Some(s), Some(p), None) => (0, vec![s, p]),
            (Some(s), None, Some(o)) => (2, vec![o, s]),
            (Some(s), None, None) => (0, vec![s]),
            (None, Some(p), Some(o)) => (1, vec![p, o]),
            (None, Some(p), None) => (1, vec![p]),
            (None, None, Some(o)) => (2, vec![o]),
            (None, None, None) => (0, Vec::new()),
        };
        let places = ORDERS[order];
        sorted
            .range(order, &prefix)
            .iter()
            .map(move |(columns, graph)| {
                let mut triple = [0; 3];
                places.iter().zip(columns).for_each(|(place, id)| triple[*place] = *id);
                Row::new(triple, *graph)
            })
            .filter(move |row| self.shows(row.graph))
    }

    /// As [`Self::rows`], each triple once.
    pub fn triples(
        self,
        subject: Option<Id>,
        predicate: Option<Id>,
        object: Option<Id>,
    ) -> impl Iterator<Item = Row> + use<'a> {
        let above = self.above.into_iter().flat_map(move |above| {
            once(self.fitting(above, subject, predicate, object))
                .filter(move |row| !self.sorted.range(0, &row.triple()).iter().any(|(_, graph)| self.shows(*graph)))
        });
        once(self.fitting(self.sorted, subject, predicate, object)).chain(above)
    }

    /// The objects of a subject's property.
    pub fn objects(self, subject: Id, predicate: Id) -> impl Iterator<Item = Id> + use<'a> {
        self.triples(Some(subject), Some(predicate), None).map(|row| row.object)
    }

    /// The subjects that have this object as this property.
    pub fn subjects(self, predicate: Id, object: Id) -> impl Iterator<Item = Id> + use<'a> {
        self.triples(None, Some(predicate), Some(object)).map(|row| row.subject)
    }

    /// Whether a triple is there.
    pub fn contains(self, subject: Id, predicate: Id, object: Id) -> bool {
        self.rows(Some(subject), Some(predicate), Some(object)).next().is_some()
    }
}

/// Rows of one triple, which stand together, as one.
fn once<'a>(rows: impl Iterator<Item = Row> + 'a) -> impl Iterator<Item = Row> + 'a {
    let mut last = None;
    rows.filter(move |row| last.replace(row.triple()) != Some(row.triple()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::NamedNodeRef;
    use oxttl::NQuadsParser;

    #[test]
    fn rows_are_found_from_every_side_and_each_triple_once() {
        let text = "<http://a> <http://p> <http://b> <http://g> .\n<http://a> <http://p> <http://b> <http://h> .
            <http://a> <http://q> \"x\" .\n<http://b> <http://p> \"x\" <http://g> .";
        let mut data: Indexed = NQuadsParser::new().for_slice(text.as_bytes()).map(Result::unwrap).collect();
        let id = |data: &Indexed, iri: &str| data.id(NamedNodeRef::new_unchecked(iri));
        let (a, p, b) = (id(&data, "http://a"), id(&data, "http://p"), id(&data, "http://b"));
        assert_eq!(data.len(), 4);
        assert_eq!(data.view().rows(a, p, b).count(), 2);
        assert_eq!(data.view().triples(a, None, None).count(), 2);
        assert_eq!(data.view().triples(None, p, None).count(), 2);
        assert_eq!(data.view().triples(a, None, b).count(), 1);
        let g = data.graph(NamedNodeRef::new_unchecked("http://g"));
        let only = HashSet::from([g.unwrap()]);
        assert_eq!(data.view_of(&only).rows(None, None, None).count(), 2);
        assert_eq!(data.graphs().len(), 3);
        let (rows, all) = (data.rows().collect::<Vec<_>>(), data.graphs().iter().copied().collect());
        let (below, above) = (Rows::new(&rows[..2]), Rows::new(&rows[1..]));
        let layers = data.view_over(&below, &above, &all);
        assert_eq!(layers.triples(None, None, None).count(), 3);
        assert_eq!(layers.triples(a, p, b).count(), 1);
        assert_eq!(data.view().with_nameless(g.unwrap()).rows_of(g.unwrap(), None, None, None).count(), 0);
        assert_eq!(data.view_of(&only).with_aside(Graph::DEFAULT).rows_of(Graph::DEFAULT, None, None, None).count(), 1);
        data.add_row(Row::new([b.unwrap(), p.unwrap(), a.unwrap()], Graph::DEFAULT));
        data.settle();
        assert_eq!(data.view().subjects(p.unwrap(), a.unwrap()).collect::<Vec<_>>(), [b.unwrap()]);
        assert_eq!(data.quad(rows[0]).unwrap().predicate.as_str(), "http://p");
    }
}
