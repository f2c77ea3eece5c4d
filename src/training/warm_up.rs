//! How LogitNorm begins where rows are few: with cross-entropy.
//!
//! At random weights, logits over their length and a small tau are certain of a class at random,
//! and AdamW's first steps follow these errors as much as they follow the rows. Many rows outweigh
//! that; with few, the head separates them before it has forgotten how it began. The first updates
//! of cross-entropy lead towards the classes' means instead. `docs/training.md` has what it gives.

use crate::loss::Loss;

/// Rows a class, on the mean over the classes, from which on a head begins with its own loss.
const MANY: usize = 10;

/// One update of so many is made with the loss of the warm-up.
const OF: u64 = 10;

/// A fit's losses: that of its first updates, and that of the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUp {
    first: Loss,
    own: Loss,
}

impl WarmUp {
    /// That of LogitNorm, where a class has few rows.
    pub fn of_few(own: Loss, rows: usize, classes: usize) -> Option<Self> {
        let Loss::LogitNorm { label_smoothing, .. } = own else { return None };
        let first = Loss::CrossEntropy { label_smoothing };
        (rows < MANY * classes).then_some(Self { first, own })
    }

    /// The loss of an update, the first of which is 0, of so many.
    pub fn loss(&self, update: u64, updates: u64) -> Loss {
        if update < updates / OF { self.first } else { self.own }
    }

    /// The loss that the head was made for.
    pub fn own(&self) -> Loss {
        self.own
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "this is how a test fails")]
mod tests {
    use super::*;

    #[test]
    fn the_first_tenth_of_the_updates_is_made_with_cross_entropy() {
        let own = Loss::LogitNorm { tau: 0.1, label_smoothing: 0.1 };
        let warm_up = WarmUp::of_few(own, 29, 3).unwrap();
        let first = Loss::CrossEntropy { label_smoothing: 0.1 };
        assert_eq!([0, 49].map(|update| warm_up.loss(update, 500)), [first; 2]);
        assert_eq!([50, 499].map(|update| warm_up.loss(update, 500)), [own; 2]);
        assert_eq!(warm_up.own(), own);
        assert_eq!(WarmUp::of_few(own, 30, 3), None);
        assert_eq!(WarmUp::of_few(first, 9, 3), None);
    }
}
