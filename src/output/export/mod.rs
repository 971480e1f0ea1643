//! The data for other tools and projects: maps (GeoJSON), network analysis (GraphML), spreadsheets (CSV, a file for each class),
//! Wikidata (QuickStatements), nanopublications.

mod geojson;
mod graphml;
mod members;
mod nanopub;
mod network;
mod quickstatements;
mod sheets;

pub use geojson::{write_geojson, write_geojson_in};
pub use graphml::{write_graphml, write_graphml_in};
pub use nanopub::{NanopubOptions, WrittenNanopubs, write_nanopubs};
pub use quickstatements::{LeftOut, WrittenStatements, write_quickstatements};
pub use sheets::{SheetOptions, WrittenSheets, write_sheets, write_sheets_with};
