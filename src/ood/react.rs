//! ReAct (Sun et al., "ReAct: Out-of-distribution Detection With Rectified Activations", NeurIPS 2021; pytorch-ood `ReAct`,
//! OpenOOD `react_postprocessor`): the energy after cutting unusually large inputs of the last layer.
//!
//! ```text
//! c = a percentile of all training inputs of the last layer,   score = -ln sum_k exp (W min(z, c) + b)_k
//! ```
//!
//! Made for the inputs that a ReLU leaves; signed ones it cuts on one side only. An energy at temperature 1: see
//! [`super::energy`] for LogitNorm.

use super::{View, last_layer::LastLayer, training::Training};
use crate::{Result, engine::Engine, order};

/// Fitted to training rows.
pub struct React<M> {
    ceiling: f32,
    layer: LastLayer<M>,
}

#[maybe_async::maybe_async]
impl<M> React<M> {
    /// Fits.
    pub fn new<E: Engine<Matrix = M>>(engine: &mut E, training: &Training, percentile: f64) -> Result<Self> {
        let ceiling = percentile_of(training.view().inputs.to_vec(), percentile);
        Ok(Self { ceiling, layer: LastLayer::new(engine, training, training.weight.clone())? })
    }

    /// Scores, `[rows]`.
    pub async fn scores<E: Engine<Matrix = M>>(&self, engine: &mut E, view: &View<'_>) -> Result<Vec<f32>> {
        let cut: Vec<f32> = view.inputs.iter().map(|z| z.min(self.ceiling)).collect();
        self.layer.energies(engine, &cut).await
    }
}

/// The percentile of at least one value, between its neighbours by linear interpolation (numpy's default).
pub fn percentile_of(mut values: Vec<f32>, percentile: f64) -> f32 {
    let position = percentile / 100.0 * (values.len() - 1) as f64;
    let below = position.floor();
    let (low, above) = order::select(&mut values, below as usize);
    let high = above.iter().copied().fold(f32::INFINITY, f32::min);
    if position == below { low } else { (f64::from(low) + (position - below) * (f64::from(high) - f64::from(low))) as f32 }
}
