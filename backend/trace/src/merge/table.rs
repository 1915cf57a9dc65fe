//! Tables by numbers: each event looks into a handful of them, and the standard library's hash took a third of the merge's time.
//!
//! The numbers come from programs, so the hash is seeded anew for each run, that none can be written to fall into one place.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// A table whose key is a number or a few of them.
pub(crate) type Table<K, V> = HashMap<K, V, Seed>;

/// An odd number whose bits look random: the golden ratio's.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Where a run's hashes begin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seed(u64);

impl Default for Seed {
    fn default() -> Self {
        Seed(RandomState::new().build_hasher().finish())
    }
}

impl BuildHasher for Seed {
    type Hasher = Folded;

    #[inline]
    fn build_hasher(&self) -> Folded {
        Folded(self.0)
    }
}

/// A product of 128 bits for each number, both halves of it folded into one.
#[derive(Debug)]
pub(crate) struct Folded(u64);

impl Hasher for Folded {
    #[inline]
    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.0 ^ number) * u128::from(FACTOR);
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_in_a_row_fall_into_different_places() {
        let seed = Seed::default();
        // A table of the standard library takes the place from the lowest bits and a tag from the highest.
        let places: HashSet<u64> = (0..1_000_u32).map(|number| seed.hash_one((7_u32, number)) % 65_536).collect();
        let tags: HashSet<u64> = (0..1_000_u32).map(|number| seed.hash_one((7_u32, number)) >> 57).collect();
        assert!(places.len() > 950, "{}", places.len());
        assert!(tags.len() > 100, "{}", tags.len());
    }

    #[test]
    fn two_runs_have_two_hashes() {
        assert_ne!(Seed::default().hash_one(5_u32), Seed::default().hash_one(5_u32));
    }
}
