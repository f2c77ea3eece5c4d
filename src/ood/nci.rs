//! Neural-collapse-inspired score (Liu and Qin, "Detecting Out-of-Distribution Through the Lens of
//! Neural Collapse", CVPR 2025; pytorch-ood `NCI`, OpenOOD `nci_postprocessor`).
//!
//! ```text
//! score = - w_y . (z - mu) / |z - mu| - alpha |z|_1   with y the prediction, mu the mean training row
//! ```
//!
//! How well a row points along its class's weight. OpenOOD tunes alpha on out-of-distribution rows;
//! 0 needs none.

use super::{Batch, FittedArrays, Kept, Parameter, Values, scoring::Scoring, statistics::Context};
use crate::{
    Result,
    engine::Engine,
    numeric::row::{distance_to_mean, sum},
    pace::paced,
    range::Range,
};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[Parameter::number(
    "alpha",
    Range::NotNegative,
    0.0,
    "Weight of the features' L1 norm, at least 0; default 0 (pytorch-ood's).",
)];

/// Fitted to training rows.
pub struct Nci {
    alpha: f32,
    mean: Vec<f64>,
    weight: Vec<f32>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Nci {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let training = paced!(context.training())?;
        Ok(Self {
            alpha: values.number("alpha"),
            mean: training.mean(),
            weight: training.weight.clone(),
        })
    }

    async fn scores(&self, _: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        let rows = batch.inputs().zip(batch.predictions()).map(|(z, class)| {
            let weight = &self.weight[class * batch.width..][..batch.width];
            let offsets = z.iter().zip(&self.mean).map(|(&x, m)| f64::from(x) - m);
            let product: f64 =
                weight.iter().zip(offsets).map(|(&w, offset)| f64::from(w) * offset).sum();
            let distance = distance_to_mean(z, &self.mean);
            let cosine = if distance > 0.0 { product / distance } else { 0.0 };
            -(cosine as f32) - self.alpha * sum(z, f32::abs)
        });
        Ok(rows.collect())
    }

    /// The mean.
    async fn arrays(&self, _: &mut E, _: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        out.numbers(&self.mean);
        Ok(())
    }

    fn bytes(&self) -> usize {
        size_of_val(self.weight.as_slice())
    }
}
