//! Memoisation: what was found for a term, by its id.

use hashbrown::HashMap;

use super::super::{Context, Stop};
use crate::index::Id;

/// What is remembered by, for a term: the term, or if it is a literal of the data and only that is asked for, its tag, by a number
/// that is no term's.
pub(super) fn key(id: Id, by_tag: bool, cx: &Context) -> Id {
    let tag = if by_tag && !id.is_local() { cx.version().literal(id) } else { None };
    tag.map_or(id, |tag| Id(u32::MAX - u32::from(tag.0)))
}

/// The most terms that are remembered; then it begins anew.
const MOST: usize = 1 << 20;

/// Values by the id of the term that decides them.
pub(super) struct Memo<T> {
    known: HashMap<Id, T>,
    /// The last one: ids that are sorted come again at once.
    last: Option<(Id, T)>,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self { known: HashMap::new(), last: None }
    }
}

impl<T: Clone> Memo<T> {
    pub(super) fn get(&mut self, id: Id) -> Option<T> {
        match &self.last {
            Some((last, value)) if *last == id => Some(value.clone()),
            _ => {
                let value = self.known.get(&id)?.clone();
                self.last = Some((id, value.clone()));
                Some(value)
            }
        }
    }

    pub(super) fn put(&mut self, id: Id, value: T, cx: &mut Context) -> Result<(), Stop> {
        let entry = 2 * size_of::<(Id, T)>();
        if self.known.len() == MOST {
            cx.release(MOST * entry);
            self.known.clear();
        }
        cx.reserve(entry)?;
        self.last = Some((id, value.clone()));
        self.known.insert(id, value);
        Ok(())
    }
}
