//! What is wrong with data, and where: shapes, evidence against the texts, conflicts between documents.

#[cfg(feature = "tables")]
mod cells;
mod conflicts;
mod data;
#[cfg(feature = "client")]
mod elsewhere;
mod evidence;
mod report;
pub mod shapes;
mod validation;
pub(crate) mod words;
mod written;

use oxrdf::NamedNodeRef;

pub use conflicts::{
    Assessed, Claim, Conflict, ConflictRule, ConflictRuleError, ConflictRules, Example, Finding as Found, Looked,
    Review, Said, States, Told, assessments, conflicts, described, find, find_again, of_vocabulary, read_by_conflicts,
    reviews,
};
pub use data::{Origin, documents};
#[cfg(feature = "client")]
pub use elsewhere::{ElsewhereError, validate_elsewhere};
pub use evidence::{EvidenceFinding, EvidenceReport, Problem, Texts, evidence, read_by_evidence};
pub use report::{Report, Written, json, speak, text};
pub use validation::{Scope, SetupError, ShapesReport, Touched, Validation, Validations};

/// The graph that class hierarchies stand in beside the data.
pub(crate) const HIERARCHY: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("urn:x-citypact:hierarchy");
