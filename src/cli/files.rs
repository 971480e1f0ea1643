//! Files of records or RDF as arguments: what they hold, and how they come into a store.

use std::path::{Path, PathBuf};

use oxrdf::NamedNode;

use super::edge::Edge;
use super::input::{self, RecordArgs};
use super::register::RegisterArgs;
use super::report::{Outcome, Result};
use crate::load::{Content, FileOptions, LoadOptions, LoadReport, load_inputs};
use crate::record::read::Input;
use crate::store::Store;
use crate::vocab;

/// How files are read into a store.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Reading files")]
pub struct FileArgs {
    /// What the files hold, whatever suffixes say: jsonl, json, csv, turtle, trig, ntriples, nquads, rdfxml or jsonld
    #[arg(long, value_name = "LAYOUT", value_parser = content)]
    from: Option<Content>,
    /// Memory for the quads of a run before they go to temporary files, in megabytes
    #[arg(long, value_name = "MB", default_value_t = 512)]
    memory: usize,
    /// Add the vocabulary in its own graph (graph:ontology) also where only RDF is read; with records it comes anyway
    #[arg(long)]
    with_ontology: bool,
    #[command(flatten)]
    records: RecordArgs,
    #[command(flatten)]
    register: RegisterArgs,
}

/// What files hold, by the name of a layout or syntax.
pub fn content(name: &str) -> std::result::Result<Content, String> {
    Content::from_suffix(&name.to_ascii_lowercase())
        .ok_or_else(|| "one of jsonl, json, csv, turtle, trig, ntriples, nquads, rdfxml, jsonld".to_owned())
}

/// Whether the suffix of a file says what it holds.
pub fn is_known(path: &Path) -> bool {
    Input::Path(path.to_owned()).suffix().is_some_and(|suffix| Content::from_suffix(&suffix).is_some())
}

/// An IRI as an argument: whole, with or without angle brackets, or by one of the known prefixes, as results show it.
pub fn iri(text: &str) -> std::result::Result<NamedNode, String> {
    if let Some(whole) = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) {
        return NamedNode::new(whole).map_err(|error| error.to_string());
    }
    let known = |prefix: &str| vocab::PREFIXES.iter().find(|(name, _)| *name == prefix).map(|(_, iri)| *iri);
    let prefixed = text.split_once(':').filter(|(_, rest)| !rest.starts_with("//"));
    let whole = match prefixed.and_then(|(prefix, rest)| Some(format!("{}{rest}", known(prefix)?))) {
        Some(whole) => whole,
        None => text.to_owned(),
    };
    NamedNode::new(whole).map_err(|error| format!("{error}; write an IRI, or a prefixed name such as graph:004"))
}

impl FileArgs {
    /// Loads files into a store and says how it went.
    pub fn load(
        &self,
        files: &[PathBuf],
        graph: Option<NamedNode>,
        store: &dyn Store,
        edge: &Edge,
    ) -> Result<(LoadReport, Outcome)> {
        let (inputs, progress) = input::inputs(files, edge)?;
        let options = FileOptions {
            convert: self.records.options(None),
            load: LoadOptions { memory: self.memory, threads: self.records.threads(), ..LoadOptions::default() },
            content: self.from,
            graph,
            with_ontology: self.with_ontology,
        };
        let mut listener = self.records.listen(files, edge)?;
        let register = self.register.open(edge)?;
        let inputs = self.records.tables(inputs, &register, &mut listener, edge)?;
        let (summary, report) = load_inputs(store, &inputs, &register, &options, &mut |event| listener.hear(event))?;
        progress.finish();
        // What the files brought, without the vocabulary that may have come with them.
        let report = LoadReport { quads: summary.quads, ..report };
        Ok((report, listener.finish(&summary)?))
    }
}
