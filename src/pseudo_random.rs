//! A pseudo-random number generator (SplitMix64), the same numbers for the same seed: for synthetic data, and for tests over random
//! data.

/// The golden ratio's fraction, by which the state goes on.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    /// The numbers of a seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The numbers of a seed for one purpose (`what`) and one thing (`which`), which do not depend on what else is drawn.
    pub(crate) fn stream(seed: u64, what: u64, which: u64) -> Self {
        let mut numbers = Self::new(seed ^ what.wrapping_mul(STEP) ^ which.wrapping_mul(0xD1B5_4A32_D192_ED03));
        numbers.next();
        numbers
    }

    /// The next of all numbers.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Less than `bound`; 0 where that is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// Less than `bound`, small numbers far more often than great ones.
    pub(crate) fn skewed(&mut self, bound: u64) -> u64 {
        let share = self.below(1 << 20) as f64 / f64::from(1 << 20);
        (share.powi(3) * bound as f64) as u64
    }

    /// One of these.
    pub(crate) fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that other implementations give.
    #[test]
    fn the_numbers_are_those_of_split_mix() {
        let mut numbers = SplitMix64::new(1_234_567);
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(expected.map(|_| numbers.next()), expected);
    }

    #[test]
    fn bounds_hold_and_small_numbers_are_more_frequent() {
        let mut numbers = SplitMix64::stream(1, 2, 3);
        let skewed: Vec<u64> = (0..1000).map(|_| numbers.skewed(100)).collect();
        assert!(skewed.iter().all(|number| *number < 100));
        // The cube of an even share is below a half four times in five.
        let small = skewed.iter().filter(|number| **number < 50).count();
        assert!((740..850).contains(&small), "{small}");
        assert!((0..1000).all(|_| numbers.below(7) < 7));
        assert_eq!((numbers.below(0), numbers.below(1), numbers.skewed(0)), (0, 0, 0));
        assert_ne!(SplitMix64::stream(1, 2, 3).next(), SplitMix64::stream(1, 3, 2).next());
    }
}
