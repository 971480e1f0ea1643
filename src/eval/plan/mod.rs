//! From SPARQL's algebra to operators: translated to a tree over numbered variables, groups flattened, joins ordered by
//! exact sizes, operators chosen.

mod attach;
mod build;
mod chance;
mod computed;
mod conditions;
mod counts;
mod dataset;
mod dependent;
mod drain;
mod estimate;
mod exists;
mod expressions;
mod group;
mod joins;
mod lookup;
mod mentions;
mod names;
mod node;
mod optional;
mod order;
mod paths;
mod planned;
mod prune;
mod push;
mod ranges;
mod rows;
mod shared;
mod translate;
mod variables;
mod vars;

pub use build::Builder;
pub use dataset::Dataset;
pub use names::Names;
pub use node::{Active, Remote, Step, Vars};
#[cfg(test)]
pub use node::{Slot, Var};
pub use planned::Plan;
pub use prune::pruned;
pub use shared::Shared;
pub use translate::Translator;

#[cfg(test)]
mod tests;
