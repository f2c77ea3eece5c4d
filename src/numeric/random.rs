//! Seeded randomness: the same seed gives the same numbers on every machine and backend.

use rand_xoshiro::{
    Xoshiro256PlusPlus,
    rand_core::{Rng, SeedableRng},
};

/// A stream of random numbers (xoshiro256++, seeded through SplitMix64).
pub struct Random(Xoshiro256PlusPlus);

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A stream of its own for a use of the seed at a point in training, so that no state has to be
    /// kept or saved: a restored head shuffles as the saved one would have.
    pub fn for_step(seed: u64, step: u64) -> Self {
        // An odd constant (the golden ratio in 64 bits) spreads consecutive steps; seeding hashes
        // once more.
        Self::new(seed ^ (step.wrapping_add(1)).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// Uniform in `[0, 1)`, 24 bits.
    pub fn unit(&mut self) -> f32 {
        (self.0.next_u64() >> 40) as f32 * (1.0 / 16_777_216.0)
    }

    /// Uniform in `[0, bound)`, by multiplication (Lemire 2019, without the rejection: the bias is
    /// below `bound / 2^64`).
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }

    /// Puts the items in a uniformly random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
