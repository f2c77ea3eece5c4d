//! How LogitNorm begins where rows are few: with cross-entropy.
//!
//! At random weights, logits over their length and a small tau are certain of a class at random,
//! and AdamW's first steps follow these errors as much as they follow the rows. Many rows outweigh
//! that; with few, the head separates them before it has forgotten how it began. The first updates
//! of cross-entropy lead towards the classes' means instead. `docs/training.md` has what it gives.

use crate::{
    config::{FitConfig, HeadConfig},
    loss::Loss,
    optim::Optimizer,
};

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
    /// That of a head which has made no update yet and learns so many rows: for linear heads whose
    /// tau and number of epochs are left to the defaults.
    pub fn of(head: &HeadConfig, fit: &FitConfig, rows: usize) -> Option<Self> {
        let by_default = head.tau_by_classes && fit.epochs.is_none();
        let is_measured = head.architecture.hidden().is_empty()
            && matches!(head.optimizer, Optimizer::AdamW { .. });
        let of_few = Self::of_few(head.loss, rows, head.architecture.classes());
        of_few.filter(|_| by_default && is_measured)
    }

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
    use crate::config::{FitOptions, HeadOptions, LossOptions, OptimizerOptions};

    fn of(options: HeadOptions, epochs: Option<f64>, rows: usize) -> Option<WarmUp> {
        let fit = FitOptions { epochs, ..FitOptions::default() }.check().unwrap();
        WarmUp::of(&options.check().unwrap(), &fit, rows)
    }

    fn three() -> HeadOptions {
        HeadOptions::new(4, ["a", "b", "c"])
    }

    #[test]
    fn few_rows_begin_with_cross_entropy() {
        let warm_up = of(three(), None, 29).unwrap();
        let first = Loss::CrossEntropy { label_smoothing: 0.0 };
        assert_eq!([0, 49].map(|update| warm_up.loss(update, 500)), [first; 2]);
        assert!(matches!(warm_up.loss(50, 500), Loss::LogitNorm { .. }));
        assert_eq!(warm_up.own(), warm_up.loss(499, 500));
        assert_eq!(of(three(), None, 30), None);
    }

    #[test]
    fn what_is_asked_for_stays_as_asked() {
        let loss = |loss| HeadOptions { loss: Some(loss), ..three() };
        let tau = LossOptions::LogitNorm { tau: Some(0.04), label_smoothing: None };
        let smooth = LossOptions::LogitNorm { tau: None, label_smoothing: Some(0.1) };
        let entropy = LossOptions::CrossEntropy { label_smoothing: None };
        let optimizer = OptimizerOptions::Sgd {
            learning_rate: None,
            momentum: None,
            nesterov: None,
            weight_decay: None,
        };
        assert_eq!(of(loss(tau), None, 9), None);
        assert_eq!(of(loss(entropy), None, 9), None);
        assert_eq!(of(three(), Some(30.0), 9), None);
        assert_eq!(of(HeadOptions { hidden: vec![8.0], ..three() }, None, 9), None);
        assert_eq!(of(HeadOptions { optimizer: Some(optimizer), ..three() }, None, 9), None);
        let first = of(loss(smooth), None, 9).unwrap().loss(0, 500);
        assert_eq!(first, Loss::CrossEntropy { label_smoothing: 0.1 });
    }
}
