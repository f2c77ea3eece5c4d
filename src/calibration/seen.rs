//! Which rows a head was trained on: they must not calibrate it.

use crate::numeric::{fingerprint::fingerprints, row::split, sort};

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

    /// Remembers `[rows, width]`.
    pub fn insert_all(&mut self, features: &[f32], width: usize) {
        for fingerprint in fingerprints(&split(features, width), width) {
            match self.fingerprints.get_mut(self.next) {
                Some(oldest) => *oldest = fingerprint,
                None => self.fingerprints.push(fingerprint),
            }
            self.next = (self.next + 1) % Self::CAPACITY;
        }
    }

    /// Forgets rows, but for those that are among others.
    pub fn remove(&mut self, rows: &[&[f32]], others: &[&[f32]]) {
        let Some(width) = rows.first().map(|row| row.len()) else { return };
        // Few of the others begin alike: only those are read to their end.
        let start = width.min(8);
        let starts = ascending(rows, start);
        let mut stay = Vec::new();
        for (&row, found) in others.iter().zip(fingerprints(others, start)) {
            if starts.binary_search(&found).is_ok() {
                stay.push(row);
            }
        }
        let (stay, gone) = (ascending(&stay, width), ascending(rows, width));
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

    /// The fingerprints, sorted.
    pub fn ascending(&self) -> Vec<u64> {
        let mut known = self.fingerprints.clone();
        sort::sort(&mut known);
        known
    }

    /// Which of `[rows, width]` have one of these fingerprints, which are sorted.
    pub fn among(known: &[u64], features: &[f32], width: usize) -> Vec<bool> {
        let prints = fingerprints(&split(features, width), width);
        prints.iter().map(|print| known.binary_search(print).is_ok()).collect()
    }
}

/// Fingerprints, sorted.
#[inline(never)]
fn ascending(rows: &[&[f32]], columns: usize) -> Vec<u64> {
    let mut found = fingerprints(rows, columns);
    sort::sort(&mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    #[test]
    fn seen_rows_are_known_and_the_oldest_forgotten() {
        let row = |n: usize| [n as f32, 0.5, -1.0];
        let mut seen = SeenRows::default();
        for n in 0..SeenRows::CAPACITY + 10 {
            seen.insert_all(&row(n), 3);
        }
        let known = seen.ascending();
        let count = |n: usize| usize::from(SeenRows::among(&known, &row(n), 3)[0]);
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
        seen.insert_all(&learnt, width);
        let known = seen.ascending();
        assert!(SeenRows::among(&known, &learnt, width).iter().all(|&is_seen| is_seen));
        assert!(SeenRows::among(&known, &rows(2000), width).iter().all(|&is_seen| !is_seen));
    }
}
