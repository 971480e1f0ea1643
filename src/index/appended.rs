//! Append-only list: a list that grows while others read it: what is there stays where it is.

use std::sync::OnceLock;

/// Values by number. One writer at a time, which its callers see to; readers need no lock.
#[derive(Debug)]
pub(super) struct Appended<T> {
    /// Bucket `n` holds 2ⁿ values, from number 2ⁿ − 1 on.
    buckets: [OnceLock<Box<[OnceLock<T>]>>; 31],
}

impl<T> Default for Appended<T> {
    fn default() -> Self {
        Self { buckets: std::array::from_fn(|_| OnceLock::new()) }
    }
}

impl<T> Appended<T> {
    pub(super) fn get(&self, number: usize) -> Option<&T> {
        let (bucket, place) = place(number);
        self.buckets.get(bucket)?.get()?.get(place)?.get()
    }

    /// Sets the value of a number that has none yet.
    pub(super) fn set(&self, number: usize, value: T) {
        let (bucket, place) = place(number);
        if let Some(bucket_of) = self.buckets.get(bucket) {
            let values = bucket_of.get_or_init(|| (0..1_usize << bucket).map(|_| OnceLock::new()).collect());
            let _ = values[place].set(value);
        }
    }
}

fn place(number: usize) -> (usize, usize) {
    let bucket = (number + 1).ilog2() as usize;
    (bucket, number + 1 - (1 << bucket))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_where_they_are() {
        let list = Appended::default();
        assert_eq!(list.get(0), None);
        (0..1000).for_each(|number| list.set(number, number * 2));
        let first = list.get(0).unwrap();
        (1000..5000).for_each(|number| list.set(number, number * 2));
        assert!((0..5000).all(|number| list.get(number) == Some(&(number * 2))));
        assert_eq!((list.get(5000), *first), (None, 0));
    }
}
