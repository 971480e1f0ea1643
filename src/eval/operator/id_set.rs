//! A set of ids: a bit for each of the data's, whose numbers are dense.

use hashbrown::HashSet;

use crate::eval::{Context, Stop};
use crate::index::Id;

/// Ids, each once.
#[derive(Default)]
pub struct IdSet {
    words: Vec<u64>,
    /// Those that came after the data was numbered.
    others: HashSet<Id>,
}

impl IdSet {
    /// Adds an id; whether it is new.
    pub fn insert(&mut self, id: Id, cx: &mut Context) -> Result<bool, Stop> {
        if id.0 >= Id::LATE {
            cx.reserve(2 * size_of::<Id>())?;
            return Ok(self.others.insert(id));
        }
        let (word, bit) = (id.0 as usize / 64, 1 << (id.0 % 64));
        if word >= self.words.len() {
            let len = (word + 1).next_power_of_two();
            cx.reserve((len - self.words.len()) * size_of::<u64>())?;
            self.words.resize(len, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        Ok(is_new)
    }
}
