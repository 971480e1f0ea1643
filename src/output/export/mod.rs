//! The data for other tools: maps (GeoJSON), network analysis (GraphML), spreadsheets (CSV, a file for each class).

mod geojson;
mod graphml;
mod members;
mod network;
mod sheets;

pub use geojson::write_geojson;
pub use graphml::write_graphml;
pub use sheets::{SheetOptions, WrittenSheets, write_sheets, write_sheets_with};
