//! SCALE (Xu et al., "Scaling for Training Time and Post-hoc Out-of-distribution Detection Enhancement", ICLR 2024; pytorch-ood
//! `SCALE`, OpenOOD `scale_postprocessor`): the energy after scaling each row by how much of it lies in its largest inputs.
//!
//! ```text
//! score = -ln sum_k exp (W z exp(sum(z) / sum(the largest)) + b)_k
//! ```
//!
//! Needs inputs that a ReLU leaves: signed ones are refused, for the ratio of sums would mean nothing. An energy at temperature
//! 1: see [`super::energy`] for LogitNorm.

use super::{
    View,
    last_layer::{LastLayer, check_not_negative, kept, sharpening, sums},
    training::Training,
};
use crate::{Result, engine::Engine};

/// Fitted to training rows.
pub struct Scale<M> {
    kept: usize,
    layer: LastLayer<M>,
}

#[maybe_async::maybe_async]
impl<M> Scale<M> {
    /// Fits.
    pub fn new<E: Engine<Matrix = M>>(engine: &mut E, training: &Training, percentile: f64) -> Result<Self> {
        check_not_negative("scale", &training.view())?;
        let layer = LastLayer::new(engine, training, training.weight.clone())?;
        Ok(Self { kept: kept(training.width(), percentile), layer })
    }

    /// Scores, `[rows]`.
    pub async fn scores<E: Engine<Matrix = M>>(&self, engine: &mut E, view: &View<'_>) -> Result<Vec<f32>> {
        check_not_negative("scale", view)?;
        let mut scaled = view.inputs.to_vec();
        let mut scratch = Vec::new();
        for row in scaled.chunks_exact_mut(view.width) {
            let factor = sharpening(sums(row, self.kept, &mut scratch));
            row.iter_mut().for_each(|z| *z *= factor);
        }
        self.layer.energies(engine, &scaled).await
    }
}
