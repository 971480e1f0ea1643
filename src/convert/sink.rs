//! Where converted records go: chunks that workers fill, handed over in the order of the input.

use std::error::Error;

use oxrdf::{Quad, QuadRef};

use crate::mapping::Document;
use crate::rdf::QuadSink;
use crate::rdf::{Gathered, Lines};

/// Quads gathered by one worker. What a record added can be taken out again, where the record turns out wrong.
pub trait Chunk: QuadSink + Default + Send {
    /// A position to go back to.
    type Mark: Copy;

    /// Where the chunk now ends.
    fn mark(&self) -> Self::Mark;

    /// Takes out everything after a position.
    fn rewind(&mut self, mark: Self::Mark);

    /// How many quads there are.
    fn count(&self) -> u64;

    /// Makes room for about what another holds.
    fn make_room(&mut self, like: &Self) {
        let _ = like;
    }
}

impl Chunk for Vec<Quad> {
    type Mark = usize;

    fn mark(&self) -> usize {
        self.len()
    }

    fn rewind(&mut self, mark: usize) {
        self.truncate(mark);
    }

    fn count(&self) -> u64 {
        self.len() as u64
    }

    fn make_room(&mut self, like: &Self) {
        self.reserve(like.len());
    }
}

impl Chunk for Lines {
    type Mark = (usize, u64);

    fn mark(&self) -> (usize, u64) {
        (self.as_bytes().len(), Lines::count(self))
    }

    fn rewind(&mut self, (bytes, quads): (usize, u64)) {
        self.truncate(bytes, quads);
    }

    fn count(&self) -> u64 {
        Lines::count(self)
    }

    fn make_room(&mut self, like: &Self) {
        self.reserve(like.as_bytes().len());
    }
}

/// N-Triples: [`Lines`] without graph names.
#[derive(Debug, Clone)]
pub struct TripleLines(pub Lines);

impl Default for TripleLines {
    fn default() -> Self {
        Self(Lines::triples())
    }
}

impl QuadSink for TripleLines {
    fn quad(&mut self, quad: QuadRef<'_>) {
        self.0.quad(quad);
    }
}

impl Chunk for TripleLines {
    type Mark = (usize, u64);

    fn mark(&self) -> (usize, u64) {
        self.0.mark()
    }

    fn rewind(&mut self, mark: (usize, u64)) {
        self.0.rewind(mark);
    }

    fn count(&self) -> u64 {
        self.0.count()
    }

    fn make_room(&mut self, like: &Self) {
        self.0.make_room(&like.0);
    }
}

/// The quads of some consecutive records of one document.
#[derive(Debug)]
pub struct Piece<C> {
    /// The document: the quads are in its two graphs, and in the graphs that documents share (`graph/places`,
    /// `graph/links`, `graph/review`). `None` where all of them are in shared graphs.
    pub document: Option<Document>,
    /// The quads.
    pub quads: C,
    /// Whether this is the first piece of its document.
    pub first: bool,
}

/// Takes pieces in the order of the input.
///
/// A document comes in as many pieces as its records were read in, mostly one after the other; between them pieces of
/// other documents may stand, where records name their sources in turns. No piece is larger than one batch of records
/// makes it, so that a sink that passes pieces on needs memory for a few of them only. A sink that must have a document
/// as a whole gathers its pieces until the conversion ends.
pub trait Sink {
    /// What workers fill.
    type Chunk: Chunk;

    /// Takes the next piece.
    ///
    /// # Errors
    /// Whatever keeps it from doing so ends the conversion.
    fn take(&mut self, piece: Piece<Self::Chunk>) -> Result<(), Box<dyn Error + Send + Sync>>;

    /// Takes quads that no longer hold: what the register says of a place that a record of the run describes otherwise,
    /// as an earlier run may have put it into a store. Comes last; what keeps nothing has nothing to do.
    ///
    /// # Errors
    /// As [`Self::take`].
    fn retract(&mut self, quads: Vec<Quad>) -> Result<(), Box<dyn Error + Send + Sync>> {
        drop(quads);
        Ok(())
    }
}

/// All quads in memory, in the order of the input.
impl Sink for Vec<Quad> {
    type Chunk = Self;

    fn take(&mut self, mut piece: Piece<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.append(&mut piece.quads);
        Ok(())
    }
}

/// N-Quads into a writer.
#[derive(Debug)]
pub struct NQuads<W>(pub W);

impl<W: std::io::Write> Sink for NQuads<W> {
    type Chunk = Lines;

    fn take(&mut self, piece: Piece<Lines>) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(self.0.write_all(piece.quads.as_bytes())?)
    }
}

/// N-Triples into a writer.
#[derive(Debug)]
pub struct NTriples<W>(pub W);

impl<W: std::io::Write> Sink for NTriples<W> {
    type Chunk = TripleLines;

    fn take(&mut self, piece: Piece<TripleLines>) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(self.0.write_all(piece.quads.0.as_bytes())?)
    }
}

/// All quads gathered, to be written sorted.
impl Sink for Gathered {
    type Chunk = Vec<Quad>;

    fn take(&mut self, piece: Piece<Vec<Quad>>) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.extend(piece.quads);
        Ok(())
    }
}
