//! DICE (Sun and Li, "DICE: Leveraging Sparsification for Out-of-Distribution Detection", ECCV
//! 2022; pytorch-ood `DICE`, OpenOOD `dice_postprocessor`): the energy of a last layer that keeps
//! only the weights that matter for training rows.
//!
//! ```text
//! V_kj = W_kj mean(z)_j,   W' = W where V is above its percentile, else 0,   score = -ln sum_k exp (W' z + b)_k
//! ```
//!
//! Made for the inputs that a ReLU leaves. An energy at temperature 1: see [`super::energy`] for
//! LogitNorm.

use super::{
    Batch, FittedArrays, Kept, Parameter, Values, last_layer::LastLayer, scoring::Scoring,
    statistics::Context,
};
use crate::{Result, engine::Engine, numeric::sort::percentile, pace::paced, range::Range};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[Parameter::number(
    "percentile",
    Range::Percent,
    90.0,
    "Weights below it are dropped, per cent in (0, 100); default 90.",
)];

/// Fitted to training rows.
pub struct Dice<M> {
    layer: LastLayer<M>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Dice<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let training = paced!(context.training())?;
        let mean = training.mean();
        let contributions: Vec<f32> = training
            .weight
            .iter()
            .zip(mean.iter().cycle())
            .map(|(&w, m)| (f64::from(w) * m) as f32)
            .collect();
        let threshold = percentile(contributions.clone(), values.wide("percentile"));
        let weight = training
            .weight
            .iter()
            .zip(contributions)
            .map(|(&w, v)| if v > threshold { w } else { 0.0 });
        Ok(Self { layer: LastLayer::new(context.engine, &training, weight.collect())? })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        self.layer.energies(engine, batch.inputs).await
    }

    /// The weight, `[width, classes]`.
    async fn arrays(&self, engine: &mut E, _: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        self.layer.arrays(engine, out).await
    }

    fn bytes(&self) -> usize {
        self.layer.bytes()
    }
}
