//! Running queries: the evaluations that are going on: who asked what since when, and a way to end them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Serialize;

use crate::query::Cancel;

/// Bytes of a text that the list shows.
const SHOWN: usize = 2000;

/// What is being evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A query.
    Query,
    /// An update.
    Update,
}

struct Entry {
    kind: Kind,
    text: String,
    since: Instant,
    cancel: Cancel,
}

/// An entry as the list of running evaluations shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    /// Its number, by which it can be ended.
    pub id: u64,
    /// Query or update.
    pub kind: Kind,
    /// Its text, or the beginning of it.
    pub text: String,
    /// How long it has been going on.
    pub seconds: f64,
}

/// All evaluations that are going on.
#[derive(Default)]
pub struct Running {
    entries: Mutex<BTreeMap<u64, Entry>>,
    last: AtomicU64,
}

impl Running {
    /// Enters an evaluation; it leaves when the ticket is dropped.
    pub fn enter(self: &Arc<Self>, kind: Kind, text: &str, cancel: Cancel) -> Ticket {
        let id = self.last.fetch_add(1, Relaxed) + 1;
        let end = (0..=text.len().min(SHOWN)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let entry = Entry { kind, text: text[..end].to_owned(), since: Instant::now(), cancel };
        self.lock().insert(id, entry);
        Ticket { running: Arc::clone(self), id }
    }

    /// Ends the evaluation of this number; `false` where there is none.
    pub fn cancel(&self, id: u64) -> bool {
        self.lock().get(&id).map(|entry| entry.cancel.cancel()).is_some()
    }

    /// What is going on, the oldest first.
    pub fn list(&self) -> Vec<Listed> {
        let listed = |(id, entry): (&u64, &Entry)| Listed {
            id: *id,
            kind: entry.kind,
            text: entry.text.clone(),
            seconds: entry.since.elapsed().as_secs_f64(),
        };
        self.lock().iter().map(listed).collect()
    }

    /// How many are going on.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An evaluation's place in the list.
pub struct Ticket {
    running: Arc<Running>,
    id: u64,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.running.lock().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_go_and_can_be_ended() {
        let running = Arc::new(Running::default());
        let cancel = Cancel::new();
        let ticket = running.enter(Kind::Query, &"昆".repeat(1000), cancel.clone());
        let [listed] = &running.list()[..] else { panic!("one is going on") };
        assert!(listed.text.len() <= SHOWN && running.cancel(listed.id) && cancel.is_cancelled());
        drop(ticket);
        assert!(running.count() == 0 && !running.cancel(1));
    }
}
