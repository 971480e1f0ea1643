//! Quads that memory does not hold, in temporary files that no directory names. Quads of one document share a file.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufReader, BufWriter, Read, Seek, Write};

use oxrdf::Quad;
use oxttl::NQuadsParser;

use super::document::document_graph;
use super::error::LoadError;

/// Files for documents; each is read back whole.
const PARTS: usize = 64;

/// Temporary files being written: one for what documents share, then those of the documents.
pub(super) struct Spill(Vec<BufWriter<File>>);

/// A file to be read back.
pub(super) struct Part(File);

impl Spill {
    pub(super) fn new() -> Result<Self, LoadError> {
        let file = |_| tempfile::tempfile().map(BufWriter::new).map_err(LoadError::Spill);
        (0..=PARTS).map(file).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn write(&mut self, quad: &Quad) -> Result<(), LoadError> {
        let part = document_graph(&quad.graph_name).map_or(0, |document| 1 + hash(document) % PARTS);
        writeln!(self.0[part], "{quad} .").map_err(LoadError::Spill)
    }

    /// The files, that of what is shared first.
    pub(super) fn parts(self) -> Result<Vec<Part>, LoadError> {
        let rewound = |writer: BufWriter<File>| {
            let mut file = writer.into_inner().map_err(std::io::IntoInnerError::into_error)?;
            file.rewind().map(|()| Part(file))
        };
        self.0.into_iter().map(|writer| rewound(writer).map_err(LoadError::Spill)).collect()
    }
}

fn hash(document: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    document.hash(&mut hasher);
    hasher.finish() as usize
}

impl Part {
    pub(super) fn read(self, mut take: impl FnMut(Quad)) -> Result<(), LoadError> {
        let reader: Box<dyn Read> = Box::new(BufReader::new(self.0));
        // What was written here was valid before; to check it again would cost more than to write it.
        for quad in NQuadsParser::new().lenient().for_reader(reader) {
            take(quad.map_err(|error| LoadError::Spill(error.into()))?);
        }
        Ok(())
    }
}
