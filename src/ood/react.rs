//! ReAct (Sun et al., "ReAct: Out-of-distribution Detection With Rectified Activations", NeurIPS
//! 2021; pytorch-ood `ReAct`, OpenOOD `react_postprocessor`): the energy after cutting unusually
//! large inputs of the last layer.
//!
//! ```text
//! c = a percentile of all training inputs of the last layer,   score = -ln sum_k exp (W min(z, c) + b)_k
//! ```
//!
//! Made for the inputs that a ReLU leaves; signed ones it cuts on one side only. An energy at
//! temperature 1: see [`super::energy`] for LogitNorm.

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
    "Where inputs are clipped, per cent in (0, 100); default 90.",
)];

/// Fitted to training rows.
pub struct React<M> {
    ceiling: f32,
    layer: LastLayer<M>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for React<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let training = paced!(context.training())?;
        let ceiling = percentile(training.batch().inputs.to_vec(), values.wide("percentile"));
        Ok(Self {
            ceiling,
            layer: LastLayer::new(context.engine, &training, training.weight.clone())?,
        })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        let cut: Vec<f32> = batch.inputs.iter().map(|z| z.min(self.ceiling)).collect();
        self.layer.energies(engine, &cut).await
    }

    /// Where inputs are clipped.
    async fn arrays(&self, _: &mut E, _: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        out.numbers(&[self.ceiling.into()]);
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.layer.bytes()
    }
}
