//! Neural-collapse-inspired score (Liu and Qin, "Detecting Out-of-Distribution Through the Lens of Neural Collapse", CVPR 2025;
//! pytorch-ood `NCI`, OpenOOD `nci_postprocessor`).
//!
//! ```text
//! score = - w_y . (z - mu) / |z - mu| - alpha |z|_1   with y the prediction, mu the mean training row
//! ```
//!
//! How well a row points along its class's weight. OpenOOD tunes alpha on out-of-distribution rows; 0 needs none.

use super::{View, fdbd::distance_to, training::Training};
use crate::math;

/// Fitted to training rows.
pub struct Nci {
    alpha: f32,
    mean: Vec<f64>,
    weight: Vec<f32>,
}

impl Nci {
    /// Fits.
    pub fn new(training: &Training, alpha: f32) -> Self {
        Self { alpha, mean: training.mean(), weight: training.weight.clone() }
    }

    /// Scores, `[rows]`.
    pub fn scores(&self, view: &View) -> Vec<f32> {
        let rows = view.inputs().zip(view.predictions()).map(|(z, class)| {
            let weight = &self.weight[class * view.width..][..view.width];
            let offsets = z.iter().zip(&self.mean).map(|(&x, m)| f64::from(x) - m);
            let product: f64 = weight.iter().zip(offsets).map(|(&w, offset)| f64::from(w) * offset).sum();
            let distance = distance_to(z, &self.mean);
            let cosine = if distance > 0.0 { product / distance } else { 0.0 };
            -(cosine as f32) - self.alpha * math::sum(z, f32::abs)
        });
        rows.collect()
    }
}
