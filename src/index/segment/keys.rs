//! Binary search among sorted keys.

use std::ops::Range;

use crate::index::id::Id;

/// The places of a key among keys that ascend.
pub(super) fn equal(keys: &[Id], key: Id) -> Range<usize> {
    let from = keys.partition_point(|other| *other < key);
    from..from + keys[from..].partition_point(|other| *other == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_of_a_key_are_all_there_or_none() {
        let keys = [1, 3, 3, 3, 7].map(Id);
        assert_eq!([1, 3, 7].map(|key| equal(&keys, Id(key))), [0..1, 1..4, 4..5]);
        assert_eq!([0, 2, 9].map(|key| equal(&keys, Id(key)).len()), [0; 3]);
    }
}
