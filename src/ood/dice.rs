//! DICE (Sun and Li, "DICE: Leveraging Sparsification for Out-of-Distribution Detection", ECCV 2022; pytorch-ood `DICE`, OpenOOD
//! `dice_postprocessor`): the energy of a last layer that keeps only the weights that matter for training rows.
//!
//! ```text
//! V_kj = W_kj mean(z)_j,   W' = W where V is above its percentile, else 0,   score = -ln sum_k exp (W' z + b)_k
//! ```
//!
//! Made for the inputs that a ReLU leaves. An energy at temperature 1: see [`super::energy`] for LogitNorm.

use super::{View, last_layer::LastLayer, react::percentile_of, training::Training};
use crate::{Result, engine::Engine};

/// Fitted to training rows.
pub struct Dice<M> {
    layer: LastLayer<M>,
}

#[maybe_async::maybe_async]
impl<M> Dice<M> {
    /// Fits.
    pub fn new<E: Engine<Matrix = M>>(engine: &mut E, training: &Training, percentile: f64) -> Result<Self> {
        let mean = training.mean();
        let contributions: Vec<f32> =
            training.weight.iter().zip(mean.iter().cycle()).map(|(&w, m)| (f64::from(w) * m) as f32).collect();
        let threshold = percentile_of(contributions.clone(), percentile);
        let weight = training.weight.iter().zip(contributions).map(|(&w, v)| if v > threshold { w } else { 0.0 });
        Ok(Self { layer: LastLayer::new(engine, training, weight.collect())? })
    }

    /// Scores, `[rows]`.
    pub async fn scores<E: Engine<Matrix = M>>(&self, engine: &mut E, view: &View<'_>) -> Result<Vec<f32>> {
        self.layer.energies(engine, view.inputs).await
    }
}
