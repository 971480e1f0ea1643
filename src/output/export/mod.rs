//! The data for other tools: maps (GeoJSON), network analysis (GraphML), spreadsheets (CSV, a file for each class).

mod geojson;
mod graphml;
mod network;
mod sheets;

pub use geojson::write_geojson;
pub use graphml::write_graphml;
pub use sheets::write_sheets;
