//! ViM (Wang et al., "ViM: Out-Of-Distribution with Virtual-logit Matching", CVPR 2022; pytorch-ood `ViM`, OpenOOD
//! `vim_postprocessor`): the residual, scaled to the logits, against the energy.
//!
//! ```text
//! score = alpha residual - ln sum_k exp f_k,   alpha = mean of max_k f_k / mean residual, both over the training rows
//! ```
//!
//! The residual is [`super::residual`]'s. Both libraries want the number of principal dimensions named; half of the features is
//! pytorch-ood's fallback.

use super::{View, energy, residual::Residual, training::Training};
use crate::{Result, engine::Engine, math};

/// Fitted to training rows.
pub struct Vim<M> {
    residual: Residual<M>,
    alpha: f64,
}

#[maybe_async::maybe_async]
impl<M> Vim<M> {
    /// Fits.
    pub async fn new<E: Engine<Matrix = M>>(engine: &mut E, training: &Training, dimensions: Option<usize>) -> Result<Self> {
        let residual = Residual::new(engine, training, dimensions).await?;
        let view = training.view();
        let residuals: f64 = residual.scores(engine, &view).await?.into_iter().map(f64::from).sum();
        let logits: f64 = view.logits().map(|row| f64::from(math::max(row))).sum();
        let alpha = if residuals > 0.0 { logits / residuals } else { 0.0 };
        Ok(Self { residual, alpha })
    }

    /// Scores, `[rows]`.
    pub async fn scores<E: Engine<Matrix = M>>(&self, engine: &mut E, view: &View<'_>) -> Result<Vec<f32>> {
        let residuals = self.residual.scores(engine, view).await?;
        let mut scratch = vec![0.0; view.classes];
        let rows = residuals
            .into_iter()
            .zip(view.logits())
            .map(|(residual, row)| (self.alpha * f64::from(residual) + f64::from(energy::row(row, 1.0, &mut scratch))) as f32);
        Ok(rows.collect())
    }
}
