//! Fast decision boundary distance (Liu and Qin, "Fast Decision Boundary based Out-of-Distribution Detector", ICML 2024;
//! pytorch-ood `fDBD`, OpenOOD `fdbd_postprocessor` without the factor 1 / (classes - 1)).
//!
//! ```text
//! score = - 1/(K-1) sum_{c != y} |f_y - f_c| / |w_y - w_c| / |z - mu|   with y the prediction, mu the mean training row
//! ```
//!
//! Distances to the last layer's boundaries in units of the distance to the training rows' centre. 0 for a head of one class.

use super::{View, training::Training};
use crate::{Result, engine::check_square, math};

/// Distances below this count as this (pytorch-ood).
const LEAST: f64 = 1e-8;

/// Fitted to training rows.
pub struct Fdbd {
    mean: Vec<f64>,
    /// `1 / |w_a - w_b|`, `[classes, classes]`; 0 on the diagonal.
    inverse_gaps: Vec<f32>,
}

impl Fdbd {
    /// Fits.
    pub fn new(training: &Training) -> Result<Self> {
        let (width, classes) = (training.width(), training.classes());
        let weight = |class: usize| &training.weight[class * width..][..width];
        check_square(classes)?;
        let mut inverse_gaps = vec![0.0; classes * classes];
        for a in 0..classes {
            for b in 0..a {
                let gap = math::squared_distance(weight(a), weight(b)).sqrt().max(f32::MIN_POSITIVE);
                inverse_gaps[a * classes + b] = 1.0 / gap;
                inverse_gaps[b * classes + a] = 1.0 / gap;
            }
        }
        Ok(Self { mean: training.mean(), inverse_gaps })
    }

    /// Scores, `[rows]`.
    pub fn scores(&self, view: &View) -> Vec<f32> {
        let others = view.classes.saturating_sub(1).max(1) as f64;
        let rows = view.inputs().zip(view.logits()).map(|(z, logits)| {
            let class = math::argmax(logits);
            let gaps = &self.inverse_gaps[class * view.classes..][..view.classes];
            let sum: f32 = logits.iter().zip(gaps).map(|(f, gap)| (logits[class] - f) * gap).sum();
            (-f64::from(sum) / (others * distance_to(z, &self.mean).max(LEAST))) as f32
        });
        rows.collect()
    }
}

/// Euclidean distance to a mean.
pub fn distance_to(z: &[f32], mean: &[f64]) -> f64 {
    z.iter().zip(mean).map(|(&x, m)| (f64::from(x) - m).powi(2)).sum::<f64>().sqrt()
}
