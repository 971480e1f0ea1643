//! Bitmap of ids: a bit for each of the data's, whose numbers are dense.

use hashbrown::HashSet;

use crate::eval::{Context, Stop};
use crate::index::Id;

/// How many ids are worth the bits.
const FEW: usize = 256;

/// Ids, each once.
#[derive(Default)]
pub struct IdSet {
    words: Vec<u64>,
    /// Those that came after the data was numbered, and all as long as they are few.
    others: HashSet<Id>,
    held: usize,
}

impl IdSet {
    /// Adds an id; whether it is new.
    pub fn insert(&mut self, id: Id, cx: &mut Context) -> Result<bool, Stop> {
        if id.0 >= Id::LATE || self.words.is_empty() && self.others.len() < FEW {
            let is_new = self.others.insert(id);
            if is_new {
                self.hold(2 * size_of::<Id>(), cx)?;
            }
            return Ok(is_new);
        }
        if self.words.is_empty() {
            let (late, few) = std::mem::take(&mut self.others).into_iter().partition(|id| id.0 >= Id::LATE);
            self.others = late;
            let few: HashSet<Id> = few;
            for id in few {
                self.set(id, cx)?;
            }
        }
        self.set(id, cx)
    }

    /// Whether an id is in it.
    pub fn contains(&self, id: Id) -> bool {
        let word = self.words.get(id.0 as usize / 64).copied().unwrap_or_default();
        word >> (id.0 % 64) & 1 == 1 || (!self.others.is_empty() && self.others.contains(&id))
    }

    /// Gives its memory back.
    pub fn drop_ids(&mut self, cx: &mut Context) {
        cx.release(self.held);
        *self = Self::default();
    }

    fn hold(&mut self, bytes: usize, cx: &mut Context) -> Result<(), Stop> {
        self.held += bytes;
        cx.reserve(bytes)
    }

    fn set(&mut self, id: Id, cx: &mut Context) -> Result<bool, Stop> {
        let (word, bit) = (id.0 as usize / 64, 1 << (id.0 % 64));
        if word >= self.words.len() {
            let len = (word + 1).next_power_of_two();
            self.hold((len - self.words.len()) * size_of::<u64>(), cx)?;
            self.words.resize(len, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        Ok(is_new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::operator::testing::{context, rows};

    #[test]
    fn few_and_many_old_and_late_ids_are_told_apart() {
        for count in [10, FEW, 5_000] {
            let (mut cx, mut set, mut known) = (context(7), IdSet::default(), HashSet::new());
            for row in rows(5, count, &[(0, 2_000), (0, 3)]) {
                let id = if row[1] == 0 { Id(Id::LATE + row[0]) } else { Id(row[0]) };
                assert_eq!(set.insert(id, &mut cx).unwrap(), known.insert(id));
            }
            for id in (0..2_000).flat_map(|number| [Id(number), Id(Id::LATE + number)]) {
                assert_eq!(set.contains(id), known.contains(&id), "{id:?}");
            }
            set.drop_ids(&mut cx);
            assert!(!set.contains(Id(1)) && set.held == 0);
        }
    }
}
