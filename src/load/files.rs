//! Files into a store: records by way of the conversion, RDF as it is, all of one call one run.

use std::error::Error;
use std::io::Read;
use std::sync::Arc;

use oxrdf::{GraphName, NamedNode, Quad};

use super::rdf::read_rdf;
use super::{LoadError, LoadOptions, LoadReport, Sink, load, places};
use crate::convert::{self, ConvertError, Event, Piece, Summary, convert};
use crate::format::Syntax;
use crate::mapping::Document;
use crate::place::Register;
use crate::rdf::{self, ReadAs};
use crate::record::read::{Batches, Container, Input, ReadError, ReadOptions, RecordSource};
use crate::store::Store;

/// What files hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Records, laid out so.
    Records(Container),
    /// RDF in this syntax.
    Rdf(Syntax),
}

impl Content {
    /// What a suffix, or a name of a layout or syntax, stands for; in lower case and without its dot.
    pub fn from_suffix(suffix: &str) -> Option<Self> {
        let container = Container::from_suffix(suffix).map(Self::Records);
        container.or_else(|| Syntax::from_suffix(suffix).or_else(|| suffix.parse().ok()).map(Self::Rdf))
    }
}

/// How files are loaded.
#[derive(Debug, Clone, Default)]
pub struct FileOptions {
    /// How records are converted.
    pub convert: convert::Options,
    /// How the store is loaded.
    pub load: LoadOptions,
    /// What the files hold, whatever their suffixes say.
    pub content: Option<Content>,
    /// The graph of triples that name none; where not given, the graph of the document named by the file's stem.
    pub graph: Option<NamedNode>,
    /// Whether the vocabulary comes in also where there are no records, which it explains.
    pub with_ontology: bool,
}

/// What is loaded: a file of records or of RDF, or any other source of records.
pub enum LoadInput<'s> {
    /// A file, whose suffix or [`FileOptions::content`] says what it holds.
    File(Input),
    /// Records.
    Records(Box<dyn RecordSource + 's>),
}

impl From<Input> for LoadInput<'_> {
    fn from(file: Input) -> Self {
        Self::File(file)
    }
}

impl<'s> LoadInput<'s> {
    /// Records of a source.
    pub fn records(source: impl RecordSource + 's) -> Self {
        Self::Records(Box::new(source))
    }

    fn source(&self) -> &dyn RecordSource {
        match self {
            Self::File(file) => file,
            Self::Records(records) => &**records,
        }
    }
}

/// A file, too, is taken for one of records.
impl RecordSource for LoadInput<'_> {
    fn name(&self) -> Arc<str> {
        self.source().name()
    }

    fn stem(&self) -> String {
        self.source().stem()
    }

    fn open(&self, options: &ReadOptions) -> Result<Batches<'_>, ReadError> {
        self.source().open(options)
    }
}

fn files(inputs: &[Input]) -> Vec<LoadInput<'static>> {
    inputs.iter().cloned().map(LoadInput::File).collect()
}

/// Loads files in one run, as [`load_inputs`].
///
/// # Errors
/// As there.
pub fn load_files(
    store: &dyn Store,
    inputs: &[Input],
    register: &Register,
    options: &FileOptions,
    report: &mut (dyn FnMut(Event) + Send),
) -> Result<(Summary, LoadReport), LoadError> {
    load_inputs(store, &files(inputs), register, options, report)
}

/// Loads inputs in one run: the records of all of them together, so that they may refer to each other, then the RDF.
///
/// Places that an earlier run put into the store in the stead of the register's count as the register's own.
///
/// Records that cannot be converted are reported and left out; the rest goes in.
///
/// # Errors
/// [`LoadError`]. Nothing is loaded where an input cannot be read or an RDF file is not in its syntax.
pub fn load_inputs(
    store: &dyn Store,
    inputs: &[LoadInput<'_>],
    register: &Register,
    options: &FileOptions,
    report: &mut (dyn FnMut(Event) + Send),
) -> Result<(Summary, LoadReport), LoadError> {
    let (records, rdf) = sort(inputs, options.content)?;
    let layered = if records.is_empty() { None } else { places::over(store, register, &options.convert.base)? };
    let register = layered.as_ref().unwrap_or(register);
    let with_records = options.load.ontology && !records.is_empty();
    let how = LoadOptions { ontology: with_records || options.with_ontology, ..options.load };
    load(store, how, |sink| {
        let mut summary = Summary::default();
        if !records.is_empty() {
            let mut convert_options = options.convert.clone();
            if let Some(Content::Records(container)) = options.content {
                convert_options.read.container = Some(container);
            }
            let converted = convert(&records, register, &convert_options, &mut Converted { sink }, report);
            summary = converted.map_err(unwrapped)?;
        }
        for (input, syntax) in rdf {
            input.misnaming().into_iter().for_each(|finding| report(Event::Finding(finding)));
            summary.quads += load_rdf(input, syntax, options, sink)?;
        }
        Ok(summary)
    })
}

/// Where quads go that are read; an error ends the reading.
pub type Take<'t> = dyn FnMut(Quad) -> Result<(), LoadError> + Send + 't;

/// Reads files into quads instead of a store: records converted, RDF as it is, its triples without a graph in the default
/// graph and relative IRIs in it under the base of the data.
///
/// # Errors
/// [`LoadError`]. What was taken by then is not the whole.
pub fn read_files(
    inputs: &[Input],
    register: &Register,
    options: &FileOptions,
    report: &mut (dyn FnMut(Event) + Send),
    take: &mut Take<'_>,
) -> Result<Summary, LoadError> {
    let inputs = files(inputs);
    let (records, rdf) = sort(&inputs, options.content)?;
    let mut summary = Summary::default();
    if !records.is_empty() {
        summary = convert(&records, register, &options.convert, &mut Taken(take), report).map_err(unwrapped)?;
    }
    for (input, syntax) in rdf {
        input.misnaming().into_iter().for_each(|finding| report(Event::Finding(finding)));
        let base = Some(options.convert.base.as_str().to_owned());
        let how = ReadAs { base, ..ReadAs::new(input.name(), syntax) };
        let failed = |cause| LoadError::Read { name: input.name().to_string(), cause };
        for quad in rdf::read(input.reader().map_err(failed)?, &how).map_err(LoadError::syntax)? {
            take(quad.map_err(LoadError::syntax)?)?;
            summary.quads += 1;
        }
    }
    Ok(summary)
}

/// Hands converted quads on.
struct Taken<'a, 't>(&'a mut Take<'t>);

impl convert::Sink for Taken<'_, '_> {
    type Chunk = Vec<Quad>;

    fn take(&mut self, piece: Piece<Vec<Quad>>) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(piece.quads.into_iter().try_for_each(&mut *self.0)?)
    }
}

type Sorted<'a> = (Vec<&'a dyn RecordSource>, Vec<(&'a Input, Syntax)>);

/// Records, and RDF with its syntax.
fn sort<'a>(inputs: &'a [LoadInput<'_>], content: Option<Content>) -> Result<Sorted<'a>, LoadError> {
    let mut sorted: Sorted<'a> = Default::default();
    for input in inputs {
        let input = match input {
            LoadInput::File(file) => file,
            LoadInput::Records(records) => {
                sorted.0.push(&**records);
                continue;
            }
        };
        let by_suffix = || input.suffix().and_then(|suffix| Content::from_suffix(&suffix));
        match content.or_else(by_suffix) {
            Some(Content::Rdf(syntax)) => sorted.1.push((input, syntax)),
            Some(Content::Records(_)) => sorted.0.push(input),
            None if !input.is_stream() => return Err(LoadError::Unknown { name: input.name().to_string() }),
            None if begins_as_records(input)? => sorted.0.push(input),
            None => return Err(LoadError::UnknownStream { name: input.name().to_string() }),
        }
    }
    Ok(sorted)
}

/// Whether a stream begins as JSON Lines or a JSON document of records do, or holds nothing; JSON-LD has keys of its own.
fn begins_as_records(input: &Input) -> Result<bool, LoadError> {
    let mut head = Vec::new();
    let read = input.reader().and_then(|reader| reader.take(4096).read_to_end(&mut head));
    read.map_err(|cause| LoadError::Read { name: input.name().to_string(), cause })?;
    let text = head.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&head).trim_ascii_start();
    let is_json_ld =
        [&b"\"@context\""[..], b"\"@graph\"", b"\"@id\""].iter().any(|key| memchr::memmem::find(text, key).is_some());
    Ok(matches!(text.first(), None | Some(b'{' | b'[')) && !is_json_ld)
}

fn load_rdf(input: &Input, syntax: Syntax, options: &FileOptions, sink: &mut Sink<'_>) -> Result<u64, LoadError> {
    let stem = || {
        let document = Document::new(&options.convert.base, &input.stem(), None);
        NamedNode::new_unchecked(document.graph)
    };
    let graph = options.graph.clone().unwrap_or_else(stem);
    // Relative IRIs are read as parts of the graph: they mean the same wherever the file lies.
    let base = Some(graph.as_str().to_owned());
    let how = ReadAs { base, graph: GraphName::NamedNode(graph), ..ReadAs::new(input.name(), syntax) };
    read_rdf(&how, &|| input.reader().map(|reader| Box::new(reader) as Box<dyn Read + Send>), sink)
}

/// The load's own error, where it comes back through the conversion.
fn unwrapped(error: ConvertError) -> LoadError {
    match error {
        ConvertError::Sink(cause) => match cause.downcast() {
            Ok(own) => *own,
            Err(cause) => ConvertError::Sink(cause).into(),
        },
        other => other.into(),
    }
}

/// Hands converted documents to a load.
struct Converted<'a, 'b> {
    sink: &'a mut Sink<'b>,
}

impl convert::Sink for Converted<'_, '_> {
    type Chunk = Vec<Quad>;

    fn take(&mut self, piece: Piece<Vec<Quad>>) -> Result<(), Box<dyn Error + Send + Sync>> {
        if let Some(document) = piece.document.filter(|_| piece.first) {
            self.sink.whole_document(&document.graph);
        }
        for quad in piece.quads {
            self.sink.take(quad)?;
        }
        Ok(())
    }

    fn retract(&mut self, quads: Vec<Quad>) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.sink.retract(quads);
        Ok(())
    }
}
