//! A release: a folder with the data in every format, its checksums, and a description that catalogues read ([DCAT
//! 3](https://www.w3.org/TR/vocab-dcat-3/)).
//!
//! `data.nq` is canonical (RDFC-1.0): its SHA-256 is that of the data set, whoever serialises it.

mod dcat;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use oxrdf::Quad;
use oxttl::NQuadsParser;
use sha2::{Digest as _, Sha256};

use super::error::OutputError;
use super::export::{SheetOptions, write_geojson_in, write_graphml_in, write_sheets_with};
use crate::atomic::{AtomicFile, Together, is_on_its_way};
use crate::format::{Syntax, Unsayable};
use crate::ontology;
use crate::rdf;
use crate::store::Store;

/// What the description says of the data, and how it is labelled.
#[derive(Debug, Clone, Default)]
pub struct ReleaseOptions {
    /// The title, with its language (BCP 47).
    pub title: Option<(String, String)>,
    /// The version.
    pub version: Option<String>,
    /// The day, month or year of the release, as a literal of its datatype. Nothing here looks at a clock.
    pub issued: Option<oxrdf::Literal>,
    /// The licence.
    pub license: Option<oxrdf::NamedNode>,
    /// Who publishes it.
    pub publisher: Option<oxrdf::NamedNode>,
    /// The language of labels in maps, networks and sheets (BCP 47).
    pub language: String,
}

/// A file of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedFile {
    /// Its name in the folder.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// What was released.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Released {
    /// The files with data, by name.
    pub files: Vec<ReleasedFile>,
    /// How many quads there are.
    pub quads: u64,
    /// What is not there, and why.
    pub left_out: Vec<(String, String)>,
}

impl Released {
    /// The hash of the data set: that of its canonical N-Quads.
    pub fn canonical(&self) -> Option<&str> {
        self.files.iter().find(|file| file.name == CANONICAL).map(|file| file.sha256.as_str())
    }
}

/// The canonical N-Quads.
const CANONICAL: &str = "data.nq";
/// The other syntaxes, with what is said of each.
const SYNTAXES: [(&str, Syntax); 5] = [
    ("data.trig", Syntax::TriG),
    ("data.jsonld", Syntax::JsonLd),
    ("data.ttl", Syntax::Turtle),
    ("data.nt", Syntax::NTriples),
    ("data.rdf", Syntax::RdfXml),
];
/// Other files of the vocabulary that belong to the data.
const BESIDE: [(&str, &str); 3] =
    [("context.jsonld", ontology::CONTEXT), ("citypact.ttl", ontology::CITYPACT), ("schemes.ttl", ontology::SCHEMES)];
const DESCRIPTION: &str = "dcat.ttl";
const SUMS: &str = "SHA256SUMS";

/// Whether a release may be written into a folder: one that is not there, is empty, or holds another release and nothing else.
pub fn is_free(directory: &Path) -> io::Result<bool> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        entries => entries?,
    };
    let of_release = listed(directory);
    let is_ours = |name: &str| of_release.contains(name) || is_on_its_way(name);
    let mut names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.try_fold(true, |free, name: io::Result<String>| Ok(free && is_ours(&name?)))
}

/// The files of the release that a folder holds; none where it holds none: checksums of other files are not of a release.
fn listed(directory: &Path) -> BTreeSet<String> {
    let sums = fs::read_to_string(directory.join(SUMS)).unwrap_or_default();
    let names = sums.lines().filter_map(|line| Some(line.split_once("  ")?.1.to_owned()));
    // A list may have been written by others: nothing of it leads out of the folder.
    let within = |name: &String| Path::new(name).file_name().is_some_and(|file| file == name.as_str());
    let names: BTreeSet<String> = names.filter(within).chain([SUMS.to_owned()]).collect();
    let is_release = [CANONICAL, DESCRIPTION].iter().all(|name| names.contains(*name));
    if is_release { names } else { BTreeSet::new() }
}

/// Removes what releases that were killed have left in a folder.
fn sweep(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if is_on_its_way(&entry.file_name().to_string_lossy()) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Writes a release into `directory`, which is made where it is not there; all files appear once all are whole, and those of
/// another release that stood there go. The same data and options give the same bytes. A format that cannot say some of the data
/// is left out, and told.
///
/// # Errors
/// [`OutputError`]; where the data has no canonical form.
pub fn write_release(store: &dyn Store, directory: &Path, options: &ReleaseOptions) -> Result<Released, OutputError> {
    let folder = Together::begin(directory)?;
    let mut released = Released::default();
    let canonical = rdf::canonical_nquads(store.read(None)?.collect::<Result<Vec<Quad>, _>>()?)?;
    // Blank nodes are called alike in every file, and whenever the data is loaded anew.
    let quads =
        NQuadsParser::new().for_slice(&canonical).collect::<Result<Vec<Quad>, _>>().map_err(io::Error::other)?;
    released.quads = quads.len() as u64;
    put(&folder, CANONICAL, &canonical)?;
    for (name, syntax) in SYNTAXES {
        let mut bytes = Vec::new();
        if said(rdf::write(quads.clone(), syntax, &mut bytes), name, &mut released)? {
            put(&folder, name, &bytes)?;
        }
    }
    drop(quads);
    for (name, text) in BESIDE {
        put(&folder, name, text.as_bytes())?;
    }
    for_tools(store, &folder, options, &mut released)?;
    released.files = files(folder.path())?;
    put(&folder, DESCRIPTION, dcat::describe(&released, options).as_bytes())?;
    let sums = files(folder.path())?.iter().map(|file| format!("{}  {}\n", file.sha256, file.name)).collect::<String>();
    put(&folder, SUMS, sums.as_bytes())?;
    let before = listed(directory);
    folder.commit()?;
    for name in before.difference(&listed(directory)) {
        match fs::remove_file(directory.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    sweep(directory)?;
    Ok(released)
}

/// Maps, networks, sheets.
fn for_tools(
    store: &dyn Store,
    folder: &Together,
    options: &ReleaseOptions,
    released: &mut Released,
) -> Result<(), OutputError> {
    let mut map = Vec::new();
    write_geojson_in(store, &options.language, &mut map)?;
    put(folder, "map.geojson", &map)?;
    let mut network = Vec::new();
    match write_graphml_in(store, &options.language, &mut network) {
        Ok(_) => put(folder, "network.graphml", &network)?,
        Err(OutputError::Io(error)) => drop(said(Err(error), "network.graphml", released)?),
        Err(error) => return Err(error),
    }
    let sheets = SheetOptions { language: Some(options.language.clone()), ..SheetOptions::default() };
    write_sheets_with(store, folder.path(), &sheets)?;
    Ok(())
}

/// Whether a format could say all of the data; notes it where not.
fn said(written: io::Result<()>, name: &str, released: &mut Released) -> io::Result<bool> {
    let Err(error) = written else { return Ok(true) };
    if Unsayable::of(&error).is_none() {
        return Err(error);
    }
    released.left_out.push((name.to_owned(), error.to_string()));
    Ok(false)
}

fn put(folder: &Together, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create(&folder.path().join(name))?;
    file.write_all(bytes)?;
    file.commit()
}

/// The files of a folder, by name.
fn files(folder: &Path) -> io::Result<Vec<ReleasedFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let bytes = fs::read(entry.path())?;
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        files.push(ReleasedFile { media_type: media_type(&name), bytes: bytes.len() as u64, sha256, name });
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

fn media_type(name: &str) -> &'static str {
    let suffix = name.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    match suffix {
        "geojson" => "application/geo+json",
        "graphml" => "application/xml",
        "csv" => "text/csv",
        suffix => Syntax::from_suffix(suffix).map_or("application/octet-stream", Syntax::media_type),
    }
}
