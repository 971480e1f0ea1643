//! Friendship-city records into linked data that can be trusted and asked.
//!
//! Data flows one way through the rooms of this crate:
//!
//! ```text
//! records ─▶ place ─▶ mapping ─▶ rdf ─▶ store ─▶ query ─▶ output
//!  read      who is    record     any    keep     ask      show
//!            who       to quads   syntax
//! ```
//!
//! | room | what it does | begin with |
//! | --- | --- | --- |
//! | [`vocab`], [`format`](mod@format), [`location`] | term constants, names of graphs, the base of IRIs; syntaxes and formats; findings with their positions | [`vocab::BaseIri`], [`format::Syntax`] |
//! | [`rdf`] | syntaxes in and out, canonical form, comparison | [`rdf::read`], [`rdf::write()`] |
//! | [`record`] | typed records as an extractor writes them; their sources, read with positions | [`record::Record`], [`record::read::RecordSource`] |
//! | [`place`] | one place from any spelling, with the reason, or honestly none | [`place::Register::resolve`] |
//! | [`validity`] | ties in force on a day, status, anniversaries, figures as of a day, each with its reason | [`validity::Tie::on`] |
//! | [`table`] | tables as people keep them to records, by a mapping | [`table::translate`], [`table::Mapping`] |
//! | [`mapping`] | a record to quads; IRIs from keys | [`mapping::Run`], [`mapping::map`] |
//! | [`convert`] | sources of records to quads or to a syntax of RDF, in parallel, in order | [`convert::records`], [`convert::convert()`], [`convert::convert_to`] |
//! | [`mod@generate`] | records of a synthetic world of any size | [`generate::World`] |
//! | [`index`] | sorted columns of numbered terms: what queries read | [`index::Builder`], [`index::Version`] |
//! | [`store`] | quads kept: embedded, or a SPARQL 1.1 endpoint elsewhere | [`store::Embedded`], [`store::Remote`] |
//! | [`eval`] | plans and operators over the index, on batches of term ids | [`query`] puts them to use |
//! | [`federation`] | SERVICE and LOAD, within bounds of time, size and reach | [`federation::Outbound`] |
//! | [`query`] | SPARQL under limits that hold in every operator, on a store here or elsewhere; the library of questions | [`query::Engine`], [`query::Session`], [`query::named`] |
//! | [`output`] | results as tables, CSV, JSON, GeoJSON, GraphML … | [`output::ResultsWriter`] |
//! | [`load`] | records and RDF into a store, one transaction a document | [`load::load_files`], [`load::load_inputs`] |
//! | [`check`] | shapes (SHACL), evidence against the texts, conflicts between documents | [`check::Validation`], [`check::conflicts`] |
//! | [`infer`] | what follows by rules, and why | [`infer::infer`](infer::infer()), [`infer::explain`] |
//! | [`server`] | the SPARQL 1.1 endpoint, as a router | [`server::router`] |
//!
//! Nothing here looks at a terminal, the environment or a clock; [`cli`] alone does, in one file.
//!
//! # From a record to an answer
//!
//! ```
//! use citypact::convert::{self, Options};
//! use citypact::place::Register;
//! use citypact::query::{Engine, Limits, ParseOptions, Query};
//! use citypact::record::{Source, Tie, TieKind};
//! use citypact::store::Embedded;
//!
//! // What an extractor found in an article: a tie between two places of the register.
//! let article = Source::new("gazette-7".into(), "en".into());
//! let mut tie = Tie::new(vec!["cn-qingdao".into(), "jp-shimonoseki".into()], TieKind::FriendshipCity);
//! tie.since = Some("1979-10".parse()?);
//! tie.source = Some("gazette-7".into());
//!
//! // Checked, resolved and mapped: findings come to the closure, quads come back.
//! let records = [article.into(), tie.into()];
//! let mut findings = Vec::new();
//! let (quads, summary) =
//!     convert::records(&records, &Register::builtin(), &Options::default(), &mut |event| findings.push(event))?;
//! assert!(summary.is_complete() && findings.is_empty());
//!
//! // Kept in a store, and asked. The prefixes of the vocabulary are known.
//! let store = Embedded::memory()?;
//! store.transaction(|transaction| {
//!     quads.iter().try_for_each(|quad| transaction.insert(quad.as_ref()).map(drop))
//! })?;
//! let text = "SELECT ?since { ?tie pact:party place:cn-qingdao, place:jp-shimonoseki ; pact:since ?since }";
//! let query = Query::parse(text, &ParseOptions::default())?;
//! let answer = Engine::new().answer(&store, &query, &Limits::default())?;
//! assert_eq!(answer.rows.len(), 1);
//! assert!(answer.rows[0][0].as_ref().is_some_and(|since| since.to_string().starts_with("\"1979-10\"")));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! Five small programs under `examples/` go on from here: `convert_records`, `read_records`, `load_and_query`,
//! `resolve_mention` and `mount_endpoint`.
//!
//! # What may change
//!
//! Records, findings, errors and codes may gain fields and variants in a minor version; they are `#[non_exhaustive]`, and
//! records are made with their `new`, which takes what is required. The IRIs that a record gives, and the bytes that are
//! written for it, change only with a major version.

pub mod atomic;
pub mod bounded_cache;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod convert;
pub mod counted;
pub mod eval;
pub mod external_sort;
#[cfg(feature = "client")]
pub mod federation;
pub mod fold;
pub mod format;
pub mod generate;
pub mod held;
pub mod index;
pub mod infer;
pub mod load;
pub mod location;
pub mod mapping;
pub mod nearest;
pub mod ontology;
pub mod output;
pub mod place;
mod pseudo_random;
pub mod query;
pub mod rdf;
pub mod record;
#[cfg(feature = "server")]
pub mod server;
pub mod store;
#[cfg(feature = "tables")]
pub mod table;
pub mod validity;
pub mod vocab;
pub mod xml;
pub mod xpath;
