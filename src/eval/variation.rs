//! Plan variation for tests: plans other than the one that is thought cheapest: whatever the plan, the answer is the same.

/// How a plan is varied.
#[derive(Clone, Copy, Debug)]
pub struct Variation {
    /// Where the choices of orders and operators come from.
    pub seed: u64,
    /// The most rows of a batch.
    pub rows: usize,
}

impl Variation {
    /// A number below `sides`.
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.seed >> 33).unwrap_or_default() % sides.max(1)
    }
}
