//! Scores in deviations over the training rows.

use crate::ood::FittedArrays;

/// Mean and inverse deviation of a score over training rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standard {
    mean: f64,
    inverse_deviation: f64,
}

impl Standard {
    /// Scores as they are.
    pub const PLAIN: Self = Self { mean: 0.0, inverse_deviation: 1.0 };

    /// Of the finite ones among `scores`; a constant score weighs nothing.
    pub fn of(scores: &[f32]) -> Self {
        let finite =
            || scores.iter().map(|&score| f64::from(score)).filter(|score| score.is_finite());
        let count = finite().count().max(1) as f64;
        let mean = finite().sum::<f64>() / count;
        let deviation = (finite().map(|score| (score - mean).powi(2)).sum::<f64>() / count).sqrt();
        let constant = deviation <= 1e-6 * mean.abs().max(f64::from(f32::MIN_POSITIVE));
        Self { mean, inverse_deviation: if constant { 0.0 } else { 1.0 / deviation } }
    }

    /// Whether it weighs nothing.
    pub fn is_silent(&self) -> bool {
        self.inverse_deviation == 0.0
    }

    /// Adds mean and inverse deviation.
    pub fn numbers(&self, out: &mut FittedArrays) {
        out.numbers(&[self.mean, self.inverse_deviation]);
    }

    /// The same where a constant score, too, is to tell what is larger.
    pub fn apply_widely(&self, score: f32) -> f64 {
        (f64::from(score) - self.mean) * self.wide_factor()
    }

    /// Adds mean and factor of [`Self::apply_widely`].
    pub fn wide_numbers(&self, out: &mut FittedArrays) {
        out.numbers(&[self.mean, self.wide_factor()]);
    }

    fn wide_factor(&self) -> f64 {
        if self.is_silent() { 1.0 } else { self.inverse_deviation }
    }

    /// A score in deviations from the mean.
    pub fn apply(&self, score: f32) -> f64 {
        (f64::from(score) - self.mean) * self.inverse_deviation
    }
}
