//! ViM (Wang et al., "ViM: Out-Of-Distribution with Virtual-logit Matching", CVPR 2022; pytorch-ood
//! `ViM`, OpenOOD `vim_postprocessor`): the residual, scaled to the logits, against the energy.
//!
//! ```text
//! score = alpha residual - ln sum_k exp f_k,   alpha = mean of max_k f_k / mean residual, both over the training rows
//! ```
//!
//! The residual is [`super::residual`]'s. Both libraries want the number of principal dimensions
//! named; half of the features is pytorch-ood's fallback.

use super::{
    Batch, FittedArrays, Kept, Values, energy,
    residual::{Residual, dimensions},
    scoring::Scoring,
    statistics::Context,
};
use crate::{Result, engine::Engine, numeric::row::max, pace::paced};

pub use super::residual::PARAMETERS;

/// Fitted to training rows.
pub struct Vim<M> {
    residual: Residual<M>,
    alpha: f64,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Vim<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let residual: Residual<E::Matrix> = Residual::fit(context, values).await?;
        let training = paced!(context.training())?;
        let rows = training.batch();
        let dimensions = dimensions(values, context.width())?;
        let residuals = paced!(context.residuals(&residual.principal, dimensions))?;
        let logits: f64 = rows.logits().map(|row| f64::from(max(row))).sum();
        let alpha = if residuals > 0.0 { logits / residuals } else { 0.0 };
        Ok(Self { residual, alpha })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        let residuals = self.residual.scores(engine, batch).await?;
        let mut scratch = vec![0.0; batch.classes];
        let rows = residuals.into_iter().zip(batch.logits()).map(|(residual, row)| {
            (self.alpha * f64::from(residual) + f64::from(energy::row(row, 1.0, &mut scratch)))
                as f32
        });
        Ok(rows.collect())
    }

    /// alpha, and the parts of the residual.
    async fn arrays(&self, engine: &mut E, kept: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        out.numbers(&[self.alpha]);
        self.residual.arrays(engine, kept, out).await
    }

    fn bytes(&self) -> usize {
        Scoring::<E>::bytes(&self.residual)
    }
}
