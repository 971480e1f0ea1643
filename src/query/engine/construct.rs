//! Graph construction: CONSTRUCT and DESCRIBE: triples of rows of ids, lent to who receives them. No triple comes twice.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use oxigraph::sparql::QueryDatasetSpecification;
use oxrdf::{
    BlankNode, BlankNodeRef, NamedNode, NamedOrBlankNode, NamedOrBlankNodeRef, Term, TermRef, Triple, TripleRef,
    Variable,
};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use crate::eval::{Batch, Context, Stop, default_graph};
use crate::index::{GraphFilter, Id, Kind};

/// A triple: its ids, new blank nodes by their numbers from [`NEW`].
type Key = [u64; 3];

/// Where the numbers of blank nodes begin that a CONSTRUCT makes.
const NEW: u64 = 1 << 32;

/// The variables of a template.
pub(in crate::query) fn template_variables(template: &[TriplePattern]) -> Vec<Variable> {
    fn collect(triple: &TriplePattern, found: &mut Vec<Variable>) {
        let mut note = |variable: &Variable| {
            if !found.contains(variable) {
                found.push(variable.clone());
            }
        };
        if let NamedNodePattern::Variable(variable) = &triple.predicate {
            note(variable);
        }
        for term in [&triple.subject, &triple.object] {
            match term {
                TermPattern::Variable(variable) => note(variable),
                TermPattern::Triple(inner) => inner_variables(inner, &mut note),
                _ => {}
            }
        }
    }
    fn inner_variables(triple: &TriplePattern, note: &mut dyn FnMut(&Variable)) {
        let mut found = Vec::new();
        collect(triple, &mut found);
        found.iter().for_each(note);
    }
    let mut found = Vec::new();
    template.iter().for_each(|triple| collect(triple, &mut found));
    found
}

/// Takes a triple, and tells whether it wants more.
pub(in crate::query) type Take<'a> = dyn FnMut(TripleRef<'_>) -> Result<ControlFlow<()>, Stop> + 'a;

/// What makes triples of rows.
pub(in crate::query) enum Maker {
    Construct(Construct),
    Describe(Describe),
}

impl Maker {
    /// Gives the triples of some rows that have not come before to `take`.
    pub(in crate::query) fn each(
        &mut self,
        batch: &Batch,
        cx: &mut Context,
        take: &mut Take<'_>,
    ) -> Result<ControlFlow<()>, Stop> {
        match self {
            Self::Construct(construct) => construct.each(batch, cx, take),
            Self::Describe(describe) => describe.each(batch, cx, take),
        }
    }
}

/// A place of a template.
enum Place {
    Id(Id),
    Column(usize),
    /// A blank node that is new in each row, by its number within the template.
    Blank(usize),
    Triple(Box<[Place; 3]>),
}

/// Makes a template's triples.
pub(in crate::query) struct Construct {
    template: Vec<[Place; 3]>,
    blanks: usize,
    rows: u64,
    seen: HashSet<Key>,
}

impl Construct {
    /// A template over rows of these variables.
    pub(in crate::query) fn new(template: &[TriplePattern], variables: &[Variable], cx: &mut Context) -> Self {
        let mut reader = Reader { variables, blanks: HashMap::new(), cx };
        let template = template.iter().map(|triple| reader.triple(triple)).collect();
        Self { template, blanks: reader.blanks.len(), rows: 0, seen: HashSet::new() }
    }

    fn each(&mut self, batch: &Batch, cx: &mut Context, take: &mut Take<'_>) -> Result<ControlFlow<()>, Stop> {
        for row in 0..batch.len {
            let blanks: Vec<BlankNode> = (0..self.blanks).map(|_| BlankNode::default()).collect();
            for at in 0..self.template.len() {
                let key = self.template[at].each_ref().map(|place| self.number(place, batch, row, &blanks, cx));
                let [Some(subject), Some(predicate), Some(object)] = key else { continue };
                let key = [subject, predicate, object];
                if !is_triple(key, cx) || self.seen.contains(&key) {
                    continue;
                }
                cx.reserve(2 * size_of::<Key>())?;
                self.seen.insert(key);
                if self.lend(key, &blanks, cx, take)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            self.rows += 1;
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Gives a triple to `take`.
    fn lend(
        &self,
        [subject, predicate, object]: Key,
        blanks: &[BlankNode],
        cx: &Context,
        take: &mut Take<'_>,
    ) -> Result<ControlFlow<()>, Stop> {
        self.show(subject, blanks, cx, |subject| {
            self.show(predicate, blanks, cx, |predicate| {
                self.show(object, blanks, cx, |object| lent(subject, predicate, object, take))
            })
        })
    }

    fn show<R>(&self, number: u64, blanks: &[BlankNode], cx: &Context, show: impl FnOnce(TermRef<'_>) -> R) -> R {
        match u32::try_from(number) {
            Ok(id) => cx.text(Id(id), show),
            Err(_) => show(self.blank(number, blanks).into()),
        }
    }

    /// A blank node of the row that is at work.
    fn blank<'a>(&self, number: u64, blanks: &'a [BlankNode]) -> BlankNodeRef<'a> {
        blanks[(number - NEW - self.rows * self.blanks as u64) as usize].as_ref()
    }

    fn number(&self, place: &Place, batch: &Batch, row: usize, blanks: &[BlankNode], cx: &mut Context) -> Option<u64> {
        match place {
            Place::Id(id) => Some(u64::from(id.0)),
            Place::Column(at) => Some(batch.columns[*at].get(row)).filter(|id| id.is_bound()).map(|id| u64::from(id.0)),
            Place::Blank(number) => Some(NEW + self.rows * self.blanks as u64 + *number as u64),
            Place::Triple(places) => {
                let parts = places.each_ref().map(|place| self.number(place, batch, row, blanks, cx));
                let [Some(subject), Some(predicate), Some(object)] = parts else { return None };
                let [subject, predicate, object] =
                    [subject, predicate, object].map(|number| self.term(number, blanks, cx));
                let term = Term::Triple(Box::new(triple(subject, predicate, object)?));
                Some(u64::from(cx.intern(term).0))
            }
        }
    }

    fn term(&self, number: u64, blanks: &[BlankNode], cx: &Context) -> Term {
        match u32::try_from(number) {
            Ok(id) => cx.term(Id(id)),
            Err(_) => self.blank(number, blanks).into_owned().into(),
        }
    }
}

/// Whether ids stand where RDF allows them.
fn is_triple([subject, predicate, _]: Key, cx: &Context) -> bool {
    let kind = |number: u64| u32::try_from(number).map_or(Kind::Blank, |id| cx.kind(Id(id)));
    matches!(kind(subject), Kind::Blank | Kind::Iri) && kind(predicate) == Kind::Iri
}

fn triple(subject: Term, predicate: Term, object: Term) -> Option<Triple> {
    let subject = NamedOrBlankNode::try_from(subject).ok()?;
    Some(Triple::new(subject, NamedNode::try_from(predicate).ok()?, object))
}

fn lent(
    subject: TermRef<'_>,
    predicate: TermRef<'_>,
    object: TermRef<'_>,
    take: &mut Take<'_>,
) -> Result<ControlFlow<()>, Stop> {
    let subject: NamedOrBlankNodeRef<'_> = match subject {
        TermRef::NamedNode(node) => node.into(),
        TermRef::BlankNode(node) => node.into(),
        TermRef::Literal(_) | TermRef::Triple(_) => return Ok(ControlFlow::Continue(())),
    };
    match predicate {
        TermRef::NamedNode(predicate) => take(TripleRef::new(subject, predicate, object)),
        _ => Ok(ControlFlow::Continue(())),
    }
}

struct Reader<'a> {
    variables: &'a [Variable],
    blanks: HashMap<BlankNode, usize>,
    cx: &'a mut Context,
}

impl Reader<'_> {
    fn triple(&mut self, triple: &TriplePattern) -> [Place; 3] {
        let predicate = match &triple.predicate {
            NamedNodePattern::NamedNode(node) => Place::Id(self.cx.intern(node.clone().into())),
            NamedNodePattern::Variable(variable) => self.column(variable),
        };
        [self.term(&triple.subject), predicate, self.term(&triple.object)]
    }

    fn term(&mut self, term: &TermPattern) -> Place {
        match term {
            TermPattern::NamedNode(node) => Place::Id(self.cx.intern(node.clone().into())),
            TermPattern::Literal(literal) => Place::Id(self.cx.intern(literal.clone().into())),
            TermPattern::Variable(variable) => self.column(variable),
            TermPattern::Triple(triple) => Place::Triple(Box::new(self.triple(triple))),
            TermPattern::BlankNode(node) => {
                let next = self.blanks.len();
                Place::Blank(*self.blanks.entry(node.clone()).or_insert(next))
            }
        }
    }

    fn column(&self, variable: &Variable) -> Place {
        Place::Column(self.variables.iter().position(|own| own == variable).unwrap_or_default())
    }
}

/// Tells what the default graph says of resources, and of the blank nodes that this leads to.
pub(in crate::query) struct Describe {
    graphs: GraphFilter,
    seen: HashSet<Id>,
}

impl Describe {
    pub(in crate::query) fn new(specification: &QueryDatasetSpecification, cx: &Context) -> Self {
        Self { graphs: default_graph(cx.version(), specification), seen: HashSet::new() }
    }

    fn each(&mut self, batch: &Batch, cx: &mut Context, take: &mut Take<'_>) -> Result<ControlFlow<()>, Stop> {
        for row in 0..batch.len {
            for column in &batch.columns {
                if self.node(column.get(row), cx, take)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn node(&mut self, node: Id, cx: &mut Context, take: &mut Take<'_>) -> Result<ControlFlow<()>, Stop> {
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            cx.check()?;
            if !node.is_bound() || !self.seen.insert(node) {
                continue;
            }
            let version = cx.version().clone();
            for predicate in version.predicates() {
                let Some(segment) = version.segment(*predicate) else { continue };
                let found = segment.find(Some(node), None);
                let columns = segment.columns(&found);
                for row in found.rows.clone().filter(|row| version.in_graphs(columns.graph[*row], &self.graphs)) {
                    let object = columns.value[row];
                    let flow = cx.text(node, |subject| {
                        cx.text(*predicate, |predicate| {
                            cx.text(object, |object| lent(subject, predicate, object, take))
                        })
                    });
                    if flow?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                    if version.kind(object) == Kind::Blank {
                        open.push(object);
                    }
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
