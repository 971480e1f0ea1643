//! Whole numbers as JSON Schema counts them (validation, §6.1.1): `29.0` and `2.9e1` are the integer 29.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::read::WHOLE_NUMBER;

/// The first integer that a double no longer tells from its neighbour.
const EXACT: f64 = 9_007_199_254_740_992.0;

struct Whole<T>(PhantomData<T>);

impl<T: TryFrom<u64>> Visitor<'_> for Whole<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WHOLE_NUMBER)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        T::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        if number.fract() == 0.0 && (0.0..EXACT).contains(&number) {
            return self.visit_u64(number as u64);
        }
        Err(E::invalid_value(Unexpected::Float(number), &self))
    }
}

/// A number that must be there.
pub(super) fn required<'de, D: Deserializer<'de>, T: TryFrom<u64>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_u64(Whole(PhantomData))
}

struct Given<T>(T);

impl<'de, T: TryFrom<u64>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        required(deserializer).map(Self)
    }
}

/// A number that may be absent, or `null`.
pub(super) fn optional<'de, D: Deserializer<'de>, T: TryFrom<u64>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Option::<Given<T>>::deserialize(deserializer)?.map(|given| given.0))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Counted {
        #[serde(deserialize_with = "super::required")]
        value: u64,
        #[serde(default, deserialize_with = "super::optional")]
        position: Option<u32>,
    }

    #[test]
    fn whole_numbers_may_be_written_as_doubles() {
        let read = |text: &str| serde_json::from_str::<Counted>(text).map(|read| (read.value, read.position)).ok();
        assert_eq!(read(r#"{"value": 29.0, "position": 2e1}"#), Some((29, Some(20))));
        assert_eq!(read(r#"{"value": 29, "position": null}"#), Some((29, None)));
        for bad in
            [r#"{"value": 29.5}"#, r#"{"value": -1.0}"#, r#"{"value": 1e300}"#, r#"{"value": 1, "position": 1e10}"#]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
