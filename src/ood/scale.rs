//! SCALE (Xu et al., "Scaling for Training Time and Post-hoc Out-of-distribution Detection
//! Enhancement", ICLR 2024; pytorch-ood `SCALE`, OpenOOD `scale_postprocessor`): the energy after
//! scaling each row by how much of it lies in its largest inputs.
//!
//! ```text
//! score = -ln sum_k exp (W z exp(sum(z) / sum(the largest)) + b)_k
//! ```
//!
//! Needs inputs that a ReLU leaves: signed ones are refused, for the ratio of sums would mean
//! nothing. An energy at temperature 1: see [`super::energy`] for LogitNorm.

use super::{
    Batch, Parameter, Values,
    last_layer::{LastLayer, check_not_negative, kept, sharpening, sums},
    scoring::Scoring,
    statistics::Context,
};
use crate::{Result, engine::Engine, pace::paced, range::Range};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[Parameter::number(
    "percentile",
    Range::Percent,
    65.0,
    "Inputs below it are left out, per cent in (0, 100); default 65.",
)];

/// Fitted to training rows.
pub struct Scale<M> {
    kept: usize,
    layer: LastLayer<M>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Scale<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let training = paced!(context.training())?;
        check_not_negative("scale", &training.batch())?;
        let layer = LastLayer::new(context.engine, &training, training.weight.clone())?;
        Ok(Self { kept: kept(training.width(), values.wide("percentile")), layer })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        check_not_negative("scale", batch)?;
        let mut scaled = batch.inputs.to_vec();
        let mut scratch = Vec::new();
        for row in scaled.chunks_exact_mut(batch.width) {
            let factor = sharpening(sums(row, self.kept, &mut scratch));
            row.iter_mut().for_each(|z| *z *= factor);
        }
        self.layer.energies(engine, &scaled).await
    }

    fn bytes(&self) -> usize {
        self.layer.bytes()
    }
}
