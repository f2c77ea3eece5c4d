//! KL matching (Hendrycks et al., "Scaling Out-of-Distribution Detection for Real-World Settings", ICML 2022; pytorch-ood
//! `KLMatching`): the divergence from the nearest of the classes' typical posteriors.
//!
//! ```text
//! d_k = mean of softmax(f_i) over training rows that the head takes for class k,   score = min_k sum_j p_j ln(p_j / d_kj)
//! ```
//!
//! Nats, at least 0. Classes that no training row was taken for are left out. Says little with few classes, whose typical posteriors
//! are all but certain.

use super::{View, training::Training};
use crate::{Result, engine::check_square, math};

/// Below this a typical posterior counts as this: its logarithm stays finite.
const LEAST: f64 = 1e-300;

/// Fitted to training rows.
pub struct KlMatching {
    /// `ln d_k` of the classes that were predicted, `[them, classes]`.
    log_typical: Vec<f64>,
}

impl KlMatching {
    /// Fits.
    pub fn new(training: &Training) -> Result<Self> {
        let classes = training.classes();
        check_square(classes)?;
        let mut sums = vec![0.0; classes * classes];
        let mut counts = vec![0_usize; classes];
        let view = training.view();
        for (row, class) in view.logits().zip(view.predictions()) {
            counts[class] += 1;
            sums[class * classes..][..classes]
                .iter_mut()
                .zip(math::log_softmax(row, 1.0))
                .for_each(|(sum, log_p)| *sum += log_p.exp());
        }
        let predicted = sums.chunks_exact(classes).zip(counts).filter(|(_, count)| *count > 0);
        let log_typical = predicted.flat_map(|(sums, count)| sums.iter().map(move |sum| (sum / count as f64).max(LEAST).ln()));
        Ok(Self { log_typical: log_typical.collect() })
    }

    /// Scores, `[rows]`.
    pub fn scores(&self, view: &View) -> Vec<f32> {
        // In `f64`: a divergence is a small difference of large terms.
        let rows = view.logits().map(|row| {
            let log_p = math::log_softmax(row, 1.0);
            let p: Vec<f64> = log_p.iter().map(|log_p| log_p.exp()).collect();
            let product = |logs: &[f64]| p.iter().zip(logs).map(|(p, log)| p * log).sum::<f64>();
            let most = self.log_typical.chunks_exact(view.classes).map(product).fold(f64::NEG_INFINITY, f64::max);
            (product(&log_p) - most) as f32
        });
        rows.collect()
    }
}
