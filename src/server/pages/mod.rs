//! Pages for people: what `text/html` gets of every address. Templates are compiled (maud) and escape what they are given.
//!
//! A page is made from a [`Reading`], one state of the store that answers queries within the server's limits, and a [`View`],
//! the language of its reader and the addresses of the site. [`layout`] puts it into the frame that all pages share.
//! Interface texts stand in `texts/`, one file a language; labels and literals of the data go through [`literal`], which always
//! writes their language.

mod address;
mod answered;
pub mod assets;
mod cause;
mod compare;
mod concept;
mod data;
mod dataset;
mod document;
mod embedded;
mod error;
mod graph;
pub mod handler;
mod home;
mod labels;
pub mod language;
mod layout;
mod list;
mod literal;
mod map;
mod named;
mod ontology;
mod place;
mod review;
mod search;
mod show;
pub mod texts;
mod thing;
mod view;
mod vocabulary;
mod whereabouts;
pub mod workbench;

pub use data::Reading;
pub use error::page as problem_page;
pub use handler::wants_page;
pub use labels::{Label, called};
pub use review::{Found, post as judge};
pub use view::View;
