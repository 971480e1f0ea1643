//! One of two data sets to be compared, of any size: what memory does not hold goes to temporary files.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;

use oxrdf::QuadRef;

use super::blank::{CompareError, Component, Roots, Sign, hash};
use super::statement::{Statement, Texts, decoded_nodes, encode_nodes, line};
use crate::external_sort::{Sorted, Sorter, Spool};

/// Parts the triple from its graph in a record; no text of a term has it.
const PARTING: u8 = 0;

/// What a label of a blank node takes in memory.
const LABEL: usize = 64;

/// Asked with how many bytes more are held, beside what is in temporary files; where it says no, the comparison ends.
pub type MayHold<'h> = dyn Fn(usize) -> bool + Sync + 'h;

/// Steps after which it is asked whether to go on.
const PARCEL: usize = 4_096;

/// Steps of a comparison, which may end at each of them.
pub(super) struct Steps<'s> {
    count: usize,
    may_hold: &'s MayHold<'s>,
}

impl<'s> Steps<'s> {
    pub(super) fn new(may_hold: &'s MayHold<'s>) -> Self {
        Self { count: 0, may_hold }
    }

    /// One more, for which so many bytes more are held.
    ///
    /// # Errors
    /// [`CompareError::Stopped`]
    pub(super) fn step(&mut self, held: usize) -> Result<(), CompareError> {
        self.count += 1;
        let asks = held > 0 || self.count.is_multiple_of(PARCEL);
        if asks && !(self.may_hold)(held) { Err(CompareError::Stopped) } else { Ok(()) }
    }
}

/// A data set that is to be compared with another.
#[derive(Debug)]
pub struct Side {
    /// Triples and graphs of quads without blank nodes, by a hash of the triple.
    ground: Sorter,
    /// Those of the others, as they came.
    blank: Spool,
    /// The numbers of blank nodes by hashes of their labels.
    labels: HashMap<Sign, u32>,
    memory: usize,
    texts: Texts,
    nodes: Vec<u32>,
    record: Vec<u8>,
}

/// How data sets are compared.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// Triples, whatever graph they are in.
    pub by_triple: bool,
    /// The IRI of a graph that is left out.
    pub without: Option<String>,
}

impl Side {
    /// With about so many bytes of memory for what can go to temporary files.
    pub fn new(memory: usize) -> Self {
        Self {
            ground: Sorter::new(memory / 2),
            blank: Spool::new(memory / 8),
            labels: HashMap::new(),
            memory,
            texts: Texts::default(),
            nodes: Vec::new(),
            record: Vec::new(),
        }
    }

    /// Takes a quad in, its terms in the form in which they are to be compared.
    ///
    /// # Errors
    /// Where a temporary file cannot be written.
    pub fn push(&mut self, quad: QuadRef<'_>) -> io::Result<()> {
        let Self { texts, labels, nodes, record, .. } = self;
        nodes.clear();
        texts.make(quad, &mut |label| {
            let next = labels.len() as u32;
            nodes.push(*labels.entry(hash(label.as_bytes())).or_insert(next));
        });
        record.clear();
        let triple = texts.triple();
        if nodes.is_empty() {
            ground(record, triple, texts.graph());
            return self.ground.push(order(triple), record);
        }
        encode_nodes(nodes, record);
        ground(record, triple, texts.graph());
        self.blank.push(0, record)
    }

    /// Bytes that it takes beside what can go to temporary files.
    pub fn held(&self) -> usize {
        self.labels.len() * LABEL
    }

    /// How many quads it was given, those that came again included.
    pub fn count(&self) -> u64 {
        self.ground.count() + self.blank.count()
    }

    /// The quads without blank nodes in their order, and the components of the others by their keys.
    pub(super) fn settle(self, how: &Comparison, may_hold: &MayHold<'_>) -> Result<Settled, CompareError> {
        let Self { mut ground, mut blank, labels, memory, .. } = self;
        let mut roots = Roots::new(labels.len() as u32);
        drop(labels);
        let without = how.without.as_ref().map(|graph| format!("<{graph}>"));
        let taken = |record: &[u8]| Quoted::of(record, how.by_triple, without.as_deref());
        let mut steps = Steps::new(may_hold);
        blank.each(|_, record| {
            let nodes = taken(record).map(|quad| quad.nodes).unwrap_or_default();
            nodes.windows(2).for_each(|pair| roots.join(pair[0], pair[1]));
            steps.step(0)
        })?;
        let (mut grouped, mut bytes) = (Sorter::new(memory / 8), Vec::new());
        blank.each(|_, record| {
            let Some(quad) = taken(record) else { return Ok(()) };
            bytes.clear();
            let Some(first) = quad.nodes.first().copied() else {
                // A blank node named nothing but the graph.
                self::ground(&mut bytes, quad.triple.as_bytes(), b"");
                return Ok(ground.push(order(quad.triple.as_bytes()), &bytes)?);
            };
            Statement { text: line(&quad.triple, &quad.graph), nodes: quad.nodes }.encode(&mut bytes);
            grouped.push(u64::from(roots.of(first)), &bytes)?;
            steps.step(0)
        })?;
        drop((blank, roots));
        let components = components(grouped.sorted()?, memory / 4, &mut steps)?;
        Ok(Settled { ground: Ground::new(ground.sorted()?, how.by_triple, without)?, components })
    }
}

/// A quad without blank nodes as a record.
fn ground(record: &mut Vec<u8>, triple: &[u8], graph: &[u8]) {
    record.extend_from_slice(triple);
    record.push(PARTING);
    record.extend_from_slice(graph);
}

/// What decides the order of triples.
fn order(triple: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    triple.hash(&mut hasher);
    hasher.finish()
}

/// Triple and graph of a record.
fn parted(record: &[u8]) -> (&[u8], &[u8]) {
    let at = memchr::memrchr(PARTING, record).unwrap_or(record.len());
    (&record[..at], record.get(at + 1..).unwrap_or_default())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A quad with blank nodes, read back from its record.
struct Quoted {
    nodes: Vec<u32>,
    triple: String,
    graph: String,
}

impl Quoted {
    /// Without its graph, where only the triple counts; none of the graph that is left out.
    fn of(record: &[u8], by_triple: bool, without: Option<&str>) -> Option<Self> {
        let (mut nodes, rest) = decoded_nodes(record)?;
        let (triple, mut graph) = parted(rest);
        if without.is_some_and(|without| without.as_bytes() == graph) {
            return None;
        }
        if by_triple {
            nodes.truncate(nodes.len() - usize::from(graph.starts_with(b"_:")));
            graph = b"";
        }
        Some(Self { nodes, triple: text(triple), graph: text(graph) })
    }
}

/// A data set ready for comparison.
pub(super) struct Settled {
    pub(super) ground: Ground,
    /// Components by their keys ([`component`]).
    pub(super) components: Sorted,
}

/// Quads without blank nodes in their order; it stands at one of them.
pub(super) struct Ground {
    sorted: Sorted,
    by_triple: bool,
    without: Option<String>,
    triple: Vec<u8>,
}

impl Ground {
    fn new(sorted: Sorted, by_triple: bool, without: Option<String>) -> io::Result<Self> {
        let mut ground = Self { sorted, by_triple, without, triple: Vec::new() };
        ground.pass_over()?;
        Ok(ground)
    }

    /// What is compared of the quad at which it stands.
    pub(super) fn record(&self) -> Option<(u64, &[u8])> {
        let (order, record) = self.sorted.record()?;
        Some((order, if self.by_triple { parted(record).0 } else { record }))
    }

    /// The line of the quad at which it stands.
    pub(super) fn line(&self) -> Option<Vec<u8>> {
        let (triple, graph) = parted(self.record()?.1);
        Some(line(&text(triple), &text(graph)).trim_end().into())
    }

    pub(super) fn advance(&mut self) -> io::Result<()> {
        if let Some((_, record)) = self.sorted.record().filter(|_| self.by_triple) {
            self.triple.clear();
            self.triple.extend_from_slice(parted(record).0);
        }
        self.sorted.advance()?;
        self.pass_over()
    }

    /// Goes on to a quad that counts: not of the graph that is left out, nor a triple that was there already.
    fn pass_over(&mut self) -> io::Result<()> {
        while let Some((_, record)) = self.sorted.record() {
            let (triple, graph) = parted(record);
            let is_out = self.without.as_ref().is_some_and(|without| without.as_bytes() == graph);
            let is_known = self.by_triple && triple == self.triple;
            if !is_out && !is_known {
                break;
            }
            self.sorted.advance()?;
        }
        Ok(())
    }
}

/// Bytes of a component's key in its record.
const KEY: usize = size_of::<Sign>();

/// Components from statements that are in the order of what hangs together.
fn components(mut grouped: Sorted, memory: usize, steps: &mut Steps<'_>) -> Result<Sorted, CompareError> {
    let mut found = Sorter::new(memory);
    let (mut root, mut statements, mut bytes, mut most) = (0, Vec::new(), 0, 0);
    grouped.each(|key, record| {
        if key != root {
            give(&mut found, root, std::mem::take(&mut statements))?;
            (root, bytes) = (key, 0);
        }
        statements.extend(Statement::decoded(record).map(|(statement, _)| statement));
        // What is held of a component while it is looked at.
        bytes += 4 * record.len();
        let more = if bytes > most + (1 << 16) { bytes - std::mem::replace(&mut most, bytes) } else { 0 };
        steps.step(more)
    })?;
    give(&mut found, root, statements)?;
    Ok(found.sorted()?)
}

fn give(found: &mut Sorter, root: u64, statements: Vec<Statement>) -> Result<(), CompareError> {
    if statements.is_empty() {
        return Ok(());
    }
    let component = Component::new(statements);
    let key = component.key()?;
    // Components of one key are told apart by their numbers: twice the same is not once.
    let mut record = [&key.to_be_bytes()[..], &root.to_be_bytes()].concat();
    component.statements().iter().for_each(|statement| statement.encode(&mut record));
    Ok(found.push((key >> 64) as u64, &record)?)
}

/// The key of a component's record.
pub(super) fn key(record: &[u8]) -> &[u8] {
    record.get(..KEY).unwrap_or(record)
}

/// The component of a record.
pub(super) fn component(record: &[u8]) -> Component {
    let (mut statements, mut rest) = (Vec::new(), record.get(KEY + size_of::<u64>()..).unwrap_or_default());
    while let Some((statement, more)) = Statement::decoded(rest) {
        statements.push(statement);
        rest = more;
    }
    Component::new(statements)
}
