//! From SPARQL's algebra to operators: translated to a tree over numbered variables, groups flattened, joins ordered by
//! exact sizes, operators chosen.

mod build;
mod chance;
mod computed;
mod conditions;
mod counts;
mod dataset;
mod dependent;
mod drain;
mod estimate;
mod group;
mod mentions;
mod names;
mod node;
mod order;
mod push;
mod rows;
mod translate;
mod variables;

pub use build::{Builder, Plan, Shared};
pub use dataset::Dataset;
pub use names::Names;
pub use node::{Active, Remote, Step, Vars};
pub use translate::Translator;
