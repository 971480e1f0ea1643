//! The places of a run: which of them contradict each other, which stand in the stead of the register's.

use super::spool::Described;
use super::{Position, Survey};
use crate::location::Severity;
use crate::mapping::Finding;
use crate::place::{Conflict, Register};

/// Adds the places that records describe to a register, in the order of the input.
#[derive(Default)]
pub(super) struct Adding {
    register: Option<Register>,
    /// Where the records stand that say in what their places lie.
    enclosed: Vec<(Position, String)>,
}

impl Adding {
    /// Adds one. What is wrong with it goes into the survey.
    pub(super) fn add(&mut self, described: Described, survey: &mut Survey, below: &Register) {
        let Described { at, source, mut place, folded } = described;
        let register = self.register.get_or_insert_with(|| below.clone());
        if survey.rejected.contains_key(&at) {
            return;
        }
        self.enclosed.extend(place.within.as_ref().map(|_| (at, place.id.clone())));
        let source = source.as_deref().unwrap_or(&survey.default[at.0].id);
        if let Some(language) = survey.ids.annotation(source) {
            let untagged = place.names.iter_mut().filter(|(tag, _)| tag.is_empty());
            untagged.for_each(|(tag, _)| language.clone_into(tag));
        }
        match register.add_folded(place, &folded) {
            Ok(None) => {}
            Ok(Some(conflict)) => drop(survey.warned.insert(at, instead(&conflict))),
            Err(conflict) => drop(survey.rejected.insert(at, contradiction(&conflict))),
        }
    }

    /// Ends: places that lie in each other are errors. The way up from a place ends where it would come back.
    pub(super) fn finish(self, survey: &mut Survey) {
        let Some(register) = self.register else { return };
        for (at, id) in self.enclosed {
            let slot = register.slot(&id);
            let last = slot.and_then(|slot| register.ancestors_of(slot).pop());
            if last.is_some_and(|last| register.parent(last) == slot) {
                survey.rejected.insert(at, circle(&id));
            }
        }
        survey.register = Some(register);
    }
}

fn contradiction(conflict: &Conflict) -> Finding {
    Finding {
        severity: Severity::Error,
        pointer: format!("/{}", conflict.field),
        reason: format!(
            "another record of the run has {} `{}` for `{}`, not `{}`",
            conflict.field, conflict.ours, conflict.id, conflict.theirs
        ),
        remedy: "give the place an id of its own, or correct one of the records".to_owned(),
    }
}

fn instead(conflict: &Conflict) -> Finding {
    Finding {
        severity: Severity::Warning,
        pointer: format!("/{}", conflict.field),
        reason: conflict.told(),
        remedy: "give the place an id of its own where another place is meant".to_owned(),
    }
}

fn circle(id: &str) -> Finding {
    Finding {
        severity: Severity::Error,
        pointer: "/within".to_owned(),
        reason: format!("`{id}` lies in places that lie in it"),
        remedy: "correct `within` of one of them".to_owned(),
    }
}
