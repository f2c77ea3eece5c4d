//! What a fit does where its options leave it open. `docs/training.md` has what that was measured
//! against.

use super::warm_up::WarmUp;
use crate::{
    config::{FitConfig, HeadConfig},
    loss::Loss,
    optim::Optimizer,
};

/// Updates of a fit, at least.
const UPDATES: usize = 500;

/// Its epochs, at least, which counts where rows are many.
const EPOCHS: usize = 8;

/// The same of a linear head's LogitNorm, which does not gain from more, as long as they are so many
/// updates for each class.
const FEW_EPOCHS: usize = 4;
const UPDATES_A_CLASS: usize = 3;

/// How a fit is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Passes over the rows.
    pub epochs: usize,
    /// With which loss it begins, if not with the head's own.
    pub warm_up: Option<WarmUp>,
    /// Whether rows are varied as [`super::variation`] says.
    pub varies: bool,
}

impl Plan {
    /// Of a fit of a head to so many rows; `first` is the number of rows that decides how a head
    /// begins which has made no update yet.
    pub fn of(head: &HeadConfig, fit: &FitConfig, rows: usize, first: Option<usize>) -> Self {
        let classes = head.architecture.classes();
        let per_epoch = rows.div_ceil(fit.batch_size).max(1);
        // What was measured: tau as it is by default, and for some of it linear heads alone.
        let is_measured = head.tau_by_classes
            && matches!(head.loss, Loss::LogitNorm { .. })
            && matches!(head.optimizer, Optimizer::AdamW { .. });
        let is_linear = head.architecture.hidden().is_empty();
        let least = match is_measured && is_linear {
            true => (UPDATES_A_CLASS * classes).div_ceil(per_epoch).clamp(FEW_EPOCHS, EPOCHS),
            false => EPOCHS,
        };
        let by_default = is_measured && fit.epochs.is_none();
        Self {
            epochs: fit.epochs.unwrap_or_else(|| UPDATES.div_ceil(per_epoch).max(least)),
            warm_up: first
                .filter(|_| by_default && is_linear)
                .and_then(|rows| WarmUp::of_few(head.loss, rows, classes)),
            varies: by_default,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "this is how a test fails")]
mod tests {
    use super::*;
    use crate::config::{FitOptions, HeadOptions, LossOptions, OptimizerOptions};

    fn of(options: HeadOptions, epochs: Option<f64>, rows: usize) -> Plan {
        let fit = FitOptions { epochs, ..FitOptions::default() }.check().unwrap();
        Plan::of(&options.check().unwrap(), &fit, rows, Some(rows))
    }

    fn three() -> HeadOptions {
        HeadOptions::new(4, ["a", "b", "c"])
    }

    fn with(loss: LossOptions) -> HeadOptions {
        HeadOptions { loss: Some(loss), ..three() }
    }

    #[test]
    fn epochs_follow_from_the_updates() {
        let entropy = || with(LossOptions::CrossEntropy { label_smoothing: None });
        assert_eq!(
            [1, 128, 129, 6000].map(|rows| of(three(), None, rows).epochs),
            [500, 500, 250, 11]
        );
        assert_eq!([128, 6000].map(|rows| of(entropy(), None, rows).epochs), [500, 11]);
        // Where rows are many.
        assert_eq!(of(three(), None, 60_000).epochs, 4);
        assert_eq!(of(entropy(), None, 60_000).epochs, 8);
        // Or classes.
        let classes = |count: usize| {
            let names: Vec<String> = (0..count).map(|class| class.to_string()).collect();
            HeadOptions { classes: names, ..three() }
        };
        let epochs = |classes_and_rows: (usize, usize)| {
            of(classes(classes_and_rows.0), None, classes_and_rows.1).epochs
        };
        assert_eq!(
            [(150, 15_000), (1000, 20_000), (1000, 60_000), (1000, 200_000)].map(epochs),
            [5, 8, 7, 4]
        );
        assert_eq!(of(three(), Some(30.0), 60_000).epochs, 30);
    }

    #[test]
    fn few_rows_begin_with_cross_entropy() {
        assert!(of(three(), None, 29).warm_up.is_some());
        assert_eq!(of(three(), None, 30).warm_up, None);
        let fit = FitOptions::default().check().unwrap();
        let trained = Plan::of(&three().check().unwrap(), &fit, 9, None);
        assert!(trained.varies && trained.warm_up.is_none());
    }

    #[test]
    fn what_is_asked_for_stays_as_asked() {
        let asked = |options| {
            let Plan { warm_up, varies, .. } = of(options, None, 9);
            assert_eq!(warm_up.is_some(), varies);
            !varies
        };
        assert!(!asked(three()));
        assert!(!asked(with(LossOptions::LogitNorm { tau: None, label_smoothing: Some(0.1) })));
        assert!(asked(with(LossOptions::LogitNorm { tau: Some(0.04), label_smoothing: None })));
        assert!(asked(with(LossOptions::CrossEntropy { label_smoothing: None })));
        let optimizer = OptimizerOptions::Sgd {
            learning_rate: None,
            momentum: None,
            nesterov: None,
            weight_decay: None,
        };
        assert!(asked(HeadOptions { optimizer: Some(optimizer), ..three() }));
        let Plan { warm_up, varies, .. } = of(three(), Some(30.0), 9);
        assert_eq!((warm_up, varies), (None, false));
    }

    #[test]
    fn hidden_layers_begin_with_their_own_loss() {
        let hidden = || HeadOptions { hidden: vec![8.0], ..three() };
        let Plan { warm_up, varies, .. } = of(hidden(), None, 9);
        assert_eq!((warm_up, varies), (None, true));
        assert_eq!(of(hidden(), None, 60_000).epochs, 8);
    }
}
