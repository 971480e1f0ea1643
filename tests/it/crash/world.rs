//! What a store may hold: documents of numbered versions, a ledger of commits, and what follows from the documents.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use citypact::store::{Agreement, Embedded, Holder};
use oxrdf::{GraphName, NamedOrBlankNode, Quad, Term};

/// Documents that are loaded from files, graphs that are put, and graphs that updates replace.
pub const LOADED: std::ops::Range<usize> = 0..4;
pub const PUT: usize = 4;
pub const UPDATED: usize = 5;
pub const HEAVY: usize = 6;
const ALL: usize = 7;

pub const VALUE: &str = "http://a/value";
const DERIVED: &str = "http://a/derived";
pub const LEDGER: &str = "http://a/graph/ledger";
const INFERRED: &str = "https://w3id.org/citypact/graph/inferred";
/// Triples of a provenance graph.
const PROVENANCE: usize = 20;

/// The graph of a document.
pub fn graph(document: usize) -> String {
    match document {
        document if LOADED.contains(&document) => format!("https://w3id.org/citypact/graph/d{document}"),
        document => format!("http://a/graph/{document}"),
    }
}

/// How many triples a version of a document has.
fn size(document: usize, version: u64) -> usize {
    let most = if document == HEAVY { 1_500 } else { 150 };
    most + usize::try_from(version % 7).unwrap()
}

/// The triples of a version of a document, in N-Triples.
pub fn triples(document: usize, version: u64) -> String {
    (0..size(document, version)).fold(String::new(), |mut text, number| {
        writeln!(text, "<http://a/{document}/s{number}> <{VALUE}> {version} .").unwrap();
        text
    })
}

/// A version of a document that is loaded, in TriG, with its provenance.
pub fn trig(document: usize, version: u64) -> String {
    let (graph, triples) = (graph(document), triples(document, version));
    let provenance = (0..PROVENANCE).map(|number| format!("<http://a/{document}/p{number}> <{VALUE}> {version} . "));
    format!("<{graph}> {{ {triples} }} <{graph}/provenance> {{ {} }}", provenance.collect::<String>())
}

/// What was found in a store.
pub struct State {
    pub id: String,
    pub epoch: u64,
    /// The version of each document that is there.
    pub documents: BTreeMap<usize, u64>,
    /// The last commit that the ledger tells of.
    pub ledger: u64,
    /// The versions that the inferred facts are of.
    pub inferred: BTreeMap<usize, u64>,
    digest: blake3::Hash,
}

/// Reads a store that nobody has open.
pub fn read(path: &Path) -> State {
    state(&Embedded::open_read_only(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn state(store: &Embedded) -> State {
    let mut graphs: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
    for quad in store.quads(None) {
        let (graph, subject, value) = said(&quad.unwrap());
        graphs.entry(graph).or_default().push((subject, value));
    }
    graphs.values_mut().for_each(|triples| triples.sort());
    let digest = blake3::hash(format!("{graphs:?}").as_bytes());
    let documents = documents(&mut graphs);
    let ledger = ledger(graphs.remove(LEDGER).unwrap_or_default());
    let inferred = inferred(graphs.remove(INFERRED).unwrap_or_default());
    assert!(graphs.is_empty(), "graphs that nobody wrote: {:?}", graphs.keys());
    State { id: store.id().to_owned(), epoch: store.epoch(), documents, ledger, inferred, digest }
}

fn said(quad: &Quad) -> (String, String, u64) {
    let (GraphName::NamedNode(graph), NamedOrBlankNode::NamedNode(subject), Term::Literal(value)) =
        (&quad.graph_name, &quad.subject, &quad.object)
    else {
        panic!("nobody wrote {quad}")
    };
    assert!([VALUE, DERIVED].contains(&quad.predicate.as_str()), "nobody wrote {quad}");
    (graph.as_str().to_owned(), subject.as_str().to_owned(), value.value().parse().unwrap())
}

/// The one value of triples that are to be so many.
fn whole(triples: &[(String, u64)], size: impl Fn(u64) -> usize, of: &str) -> u64 {
    let version = triples[0].1;
    assert!(triples.iter().all(|(_, value)| *value == version), "{of} is of two versions");
    assert_eq!(triples.len(), size(version), "{of} in version {version} is not whole");
    version
}

fn documents(graphs: &mut BTreeMap<String, Vec<(String, u64)>>) -> BTreeMap<usize, u64> {
    let mut found = BTreeMap::new();
    for document in 0..ALL {
        let name = graph(document);
        let provenance = graphs.remove(&format!("{name}/provenance"));
        let Some(triples) = graphs.remove(&name) else {
            assert!(provenance.is_none(), "{name} is gone, and its provenance is there");
            continue;
        };
        let version = whole(&triples, |version| size(document, version), &name);
        if LOADED.contains(&document) {
            let provenance = provenance.unwrap_or_else(|| panic!("{name} has no provenance"));
            assert_eq!(whole(&provenance, |_| PROVENANCE, &name), version, "{name} and its provenance differ");
        }
        found.insert(document, version);
    }
    found
}

fn ledger(entries: Vec<(String, u64)>) -> u64 {
    let numbers: BTreeSet<u64> = entries.iter().map(|(_, number)| *number).collect();
    let last = numbers.last().copied().unwrap_or_default();
    assert_eq!(numbers.len() as u64, last, "the ledger lacks {:?}", (1..last).find(|entry| !numbers.contains(entry)));
    last
}

fn inferred(facts: Vec<(String, u64)>) -> BTreeMap<usize, u64> {
    let mut by_document: BTreeMap<usize, Vec<(String, u64)>> = BTreeMap::new();
    for (subject, value) in facts {
        let document = subject.split('/').nth(3).unwrap().parse().unwrap();
        by_document.entry(document).or_default().push((subject, value));
    }
    let version = |document, facts: &[_]| whole(facts, |version| size(document, version), "what was inferred");
    by_document.iter().map(|(document, facts)| (*document, version(*document, facts))).collect()
}

/// What was promised, and tried since.
#[derive(Debug, Clone, Copy, Default)]
pub struct Promise {
    pub kept: u64,
    pub tried: u64,
}

impl Promise {
    /// The next version is tried.
    pub fn next(&mut self) -> u64 {
        self.tried = self.kept + 1;
        self.tried
    }

    /// What was tried is acknowledged.
    pub fn acknowledge(&mut self) {
        self.kept = self.tried;
    }

    fn hold(&mut self, found: u64, of: &str) {
        assert!(self.kept <= found && found <= self.tried.max(self.kept), "{of} is in version {found}: {self:?}");
        *self = Self { kept: found, tried: found };
    }
}

/// What a store must hold, and what was seen of it so far.
#[derive(Default)]
pub struct World {
    pub documents: [Promise; ALL],
    pub ledger: Promise,
    /// What may have been inferred: the versions that the facts are of.
    inferred: Vec<BTreeMap<usize, u64>>,
    /// The state that each epoch stood for.
    epochs: HashMap<(String, u64), blake3::Hash>,
    /// The body that each entity tag of an address stood for.
    pub tags: HashMap<(String, String), blake3::Hash>,
    pub commits: u64,
}

impl World {
    /// Nothing is there.
    pub fn new() -> Self {
        Self { inferred: vec![BTreeMap::new()], ..Self::default() }
    }

    /// Facts are about to be inferred from what is there.
    pub fn infers(&mut self) {
        self.inferred.push(self.present());
    }

    fn present(&self) -> BTreeMap<usize, u64> {
        let versions = self.documents.iter().map(|promise| promise.kept).enumerate();
        versions.filter(|(_, version)| *version > 0).collect()
    }

    /// The store holds what it must. From now on it is promised to be as it was found.
    pub fn hold(&mut self, path: &Path) {
        let found = read(path);
        for (document, promise) in self.documents.iter_mut().enumerate() {
            promise.hold(found.documents.get(&document).copied().unwrap_or_default(), &graph(document));
        }
        self.ledger.hold(found.ledger, "the ledger");
        let allowed = self.inferred.contains(&found.inferred);
        assert!(allowed, "what was inferred is of {:?}, not of {:?}", found.inferred, self.inferred);
        self.inferred = vec![found.inferred.clone()];
        self.note(&found);
        agrees(path);
        let again = read(path);
        assert_eq!(again.digest, found.digest, "read twice, the store is not the same");
        self.note(&again);
    }

    fn note(&mut self, found: &State) {
        let seen = self.epochs.entry((found.id.clone(), found.epoch)).or_insert(found.digest);
        assert_eq!(*seen, found.digest, "epoch {} stands for two states", found.epoch);
    }

    /// A copy holds what was there at one moment.
    pub fn hold_copy(&self, path: &Path) {
        let copy = read(path);
        assert!(copy.ledger <= self.ledger.tried, "a copy tells of commit {}: {:?}", copy.ledger, self.ledger);
        for (document, version) in copy.documents {
            assert!(version <= self.documents[document].tried, "a copy has {document} in version {version}");
        }
        agrees(path);
    }
}

/// The index agrees with the store once a writer has looked at it; before it does, or is not read.
fn agrees(path: &Path) {
    let compared = || Embedded::check_index(path).unwrap();
    match compared() {
        Agreement::Compared(differences) => assert_eq!(differences.count, 0, "{differences:?}"),
        Agreement::Missing | Agreement::Stale { .. } if cfg!(feature = "rocksdb") => {}
        other => panic!("{other:?}"),
    }
    let store = Embedded::open(path, &Holder::this_process("test")).unwrap();
    assert!(store.version().is_some());
    drop(store);
    match compared() {
        Agreement::Compared(differences) => assert_eq!(differences.count, 0, "{differences:?}"),
        other => panic!("after it was opened: {other:?}"),
    }
}
