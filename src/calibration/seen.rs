//! Which rows a head was trained on: they must not calibrate it.

use crate::numeric::sort;

/// Fingerprints of rows that a head was trained on, to notice when they are used for calibration.
///
/// Bounded: of a very long training loop it knows the latest rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenRows {
    fingerprints: Vec<u64>,
    next: usize,
}

impl SeenRows {
    /// Rows that are remembered: half a megabyte.
    const CAPACITY: usize = 1 << 16;

    /// Remembers a row.
    pub fn insert(&mut self, row: &[f32]) {
        let fingerprint = fingerprint(row);
        match self.fingerprints.get_mut(self.next) {
            Some(oldest) => *oldest = fingerprint,
            None => self.fingerprints.push(fingerprint),
        }
        self.next = (self.next + 1) % Self::CAPACITY;
    }

    /// Forgets rows.
    pub fn remove<'a>(&mut self, rows: impl Iterator<Item = &'a [f32]>) {
        let mut gone: Vec<u64> = rows.map(fingerprint).collect();
        sort::sort(&mut gone);
        let mut kept = self.fingerprints();
        kept.retain(|fingerprint| gone.binary_search(fingerprint).is_err());
        *self = Self::from_fingerprints(kept);
    }

    /// What [`SeenRows::from_fingerprints`] takes: a number for each row, the oldest first.
    pub fn fingerprints(&self) -> Vec<u64> {
        let (newest, oldest) = self.fingerprints.split_at(self.next.min(self.fingerprints.len()));
        [oldest, newest].concat()
    }

    /// Remembers rows by their numbers; of too many, the last ones.
    pub fn from_fingerprints(mut fingerprints: Vec<u64>) -> Self {
        fingerprints.drain(..fingerprints.len().saturating_sub(Self::CAPACITY));
        let next = fingerprints.len() % Self::CAPACITY;
        Self { fingerprints, next }
    }

    /// How many of `[rows, width]` are remembered.
    pub fn count(&self, features: &[f32], width: usize) -> usize {
        let mut known = self.fingerprints.clone();
        sort::sort(&mut known);
        features
            .chunks_exact(width)
            .filter(|row| known.binary_search(&fingerprint(row)).is_ok())
            .count()
    }
}

/// FNV-1a over up to 32 values spread over the row: rows of real features that agree in these agree
/// in all.
pub(crate) fn fingerprint(row: &[f32]) -> u64 {
    let values = row.iter().step_by(row.len().div_ceil(32));
    values.fold(0xCBF2_9CE4_8422_2325, |hash, x| {
        (hash ^ u64::from(x.to_bits())).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seen_rows_are_known_and_the_oldest_forgotten() {
        let row = |n: usize| [n as f32, 0.5, -1.0];
        let mut seen = SeenRows::default();
        for n in 0..SeenRows::CAPACITY + 10 {
            seen.insert(&row(n));
        }
        let count = |n: usize| seen.count(&row(n), 3);
        assert_eq!(
            (count(9), count(10), count(SeenRows::CAPACITY + 9), count(SeenRows::CAPACITY + 10)),
            (0, 1, 1, 0)
        );
    }
}
