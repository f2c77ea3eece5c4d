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
        self.insert_all(row, row.len());
    }

    /// Remembers `[rows, width]`.
    pub fn insert_all(&mut self, features: &[f32], width: usize) {
        // Each number's step waits for the one before: four rows go side by side.
        for rows in features.chunks(4 * width) {
            let row =
                |row: usize| rows.get(row * width..(row + 1) * width).unwrap_or(&rows[..width]);
            let found = fingerprints([row(0), row(1), row(2), row(3)]);
            for &fingerprint in &found[..rows.len() / width] {
                match self.fingerprints.get_mut(self.next) {
                    Some(oldest) => *oldest = fingerprint,
                    None => self.fingerprints.push(fingerprint),
                }
                self.next = (self.next + 1) % Self::CAPACITY;
            }
        }
    }

    /// Forgets rows, but for those that are among others.
    pub fn remove<'a>(
        &mut self,
        rows: impl Iterator<Item = &'a [f32]>,
        others: impl Iterator<Item = &'a [f32]>,
    ) {
        let ascending = |mut prints: Vec<u64>| {
            sort::sort(&mut prints);
            prints
        };
        let rows: Vec<&[f32]> = rows.collect();
        // Few of the others begin alike: only those are read to their end.
        let start = |row: &[f32]| fingerprint(&row[..row.len().min(8)]);
        let starts = ascending(rows.iter().map(|row| start(row)).collect());
        let stay = others.filter(|row| starts.binary_search(&start(row)).is_ok());
        let stay = ascending(stay.map(fingerprint).collect());
        let gone = ascending(rows.into_iter().map(fingerprint).collect());
        let is_gone =
            |print: &u64| gone.binary_search(print).is_ok() && stay.binary_search(print).is_err();
        let mut kept = self.fingerprints();
        kept.retain(|print| !is_gone(print));
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

    /// Which of `[rows, width]` are remembered.
    pub fn contain(&self, features: &[f32], width: usize) -> Vec<bool> {
        let mut known = self.fingerprints.clone();
        sort::sort(&mut known);
        features
            .chunks_exact(width)
            .map(|row| known.binary_search(&fingerprint(row)).is_ok())
            .collect()
    }
}

/// A hash of the whole row, in which every value moves every bit: sparse rows agree almost
/// everywhere.
fn fingerprint(row: &[f32]) -> u64 {
    fingerprints([row])[0]
}

/// Those of some rows of one length.
fn fingerprints<const N: usize>(rows: [&[f32]; N]) -> [u64; N] {
    let mut hashes = [0xCBF2_9CE4_8422_2325; N];
    for column in 0..rows[0].len() {
        for (hash, row) in hashes.iter_mut().zip(rows) {
            // Two zeros are one value, and have different bits.
            let bits = u64::from((row[column] + 0.0).to_bits());
            let mixed = (*hash ^ bits).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            *hash = mixed ^ (mixed >> 32);
        }
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    #[test]
    fn rows_together_are_remembered_like_rows_one_by_one() {
        for count in 1..10 {
            let features: Vec<f32> = (0..count * 3).map(|x| (x as f32).sin()).collect();
            let (mut together, mut alone) = (SeenRows::default(), SeenRows::default());
            together.insert_all(&features, 3);
            features.chunks(3).for_each(|row| alone.insert(row));
            assert_eq!(together, alone);
            assert_eq!(together.fingerprints()[count - 1], fingerprint(&features[3 * count - 3..]));
        }
    }

    #[test]
    fn seen_rows_are_known_and_the_oldest_forgotten() {
        let row = |n: usize| [n as f32, 0.5, -1.0];
        let mut seen = SeenRows::default();
        for n in 0..SeenRows::CAPACITY + 10 {
            seen.insert(&row(n));
        }
        let count = |n: usize| usize::from(seen.contain(&row(n), 3)[0]);
        assert_eq!(
            (count(9), count(10), count(SeenRows::CAPACITY + 9), count(SeenRows::CAPACITY + 10)),
            (0, 1, 1, 0)
        );
    }

    #[test]
    fn sparse_rows_are_told_apart() {
        let (width, set) = (2000, 8);
        let mut random = Random::new(6);
        let mut rows = |count: usize| {
            let mut rows = vec![0.0; count * width];
            for row in rows.chunks_exact_mut(width) {
                (0..set).for_each(|_| row[(random.unit() * width as f32) as usize] = 1.0);
            }
            rows
        };
        let mut seen = SeenRows::default();
        let learnt = rows(2000);
        learnt.chunks_exact(width).for_each(|row| seen.insert(row));
        assert!(seen.contain(&learnt, width).iter().all(|&is_seen| is_seen));
        assert!(seen.contain(&rows(2000), width).iter().all(|&is_seen| !is_seen));
    }
}
