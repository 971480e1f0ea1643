//! A cache with a bound on its entries that begins anew when it is full: no order is kept, so that a look-up costs no more than
//! one of a hash map, and what is asked for again is soon there again.

use std::hash::Hash;

use hashbrown::{Equivalent, HashMap};

/// At most so many values by their keys.
#[derive(Debug, Clone)]
pub struct BoundedCache<K, V> {
    known: HashMap<K, V>,
    most: usize,
}

impl<K: Eq + Hash, V> BoundedCache<K, V> {
    /// For `most` entries.
    pub fn new(most: usize) -> Self {
        Self { known: HashMap::new(), most }
    }

    /// The value of a key, if it is kept.
    pub fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<&V> {
        self.known.get(key)
    }

    /// Keeps a value; when there are as many as there may be, all others are forgotten.
    pub fn put(&mut self, key: K, value: V) {
        if self.known.len() >= self.most && !self.known.contains_key(&key) {
            self.known.clear();
        }
        self.known.insert(key, value);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.known.clear();
    }
}

impl<K: Eq + Hash, V: Clone> BoundedCache<K, V> {
    /// The value of a key, or what `find` finds, which is kept under the key that `owned` makes: looking up copies nothing.
    pub fn get_or_find_as<Q: Hash + Equivalent<K> + ?Sized>(
        &mut self,
        key: &Q,
        owned: impl FnOnce(&Q) -> K,
        find: impl FnOnce() -> V,
    ) -> V {
        if let Some(value) = self.known.get(key) {
            return value.clone();
        }
        let value = find();
        self.put(owned(key), value.clone());
        value
    }
}

impl<V: Clone> BoundedCache<String, V> {
    /// The value of a text, or what `find` finds, which is kept.
    pub fn get_or_find(&mut self, key: &str, find: impl FnOnce() -> V) -> V {
        self.get_or_find_as(key, str::to_owned, find)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_cache_begins_anew() {
        let mut cache = BoundedCache::new(2);
        let found = ["a", "b", "a", "c", "c", "a"].map(|key| {
            let mut was_found = false;
            cache.get_or_find(key, || was_found = true);
            was_found
        });
        assert_eq!(found, [true, true, false, true, false, true]);
        cache.put("a".to_owned(), ());
        assert!(cache.get("a").is_some() && cache.get("c").is_some(), "one that is there takes no new place");
        cache.clear();
        assert!(cache.get("a").is_none());
    }
}
