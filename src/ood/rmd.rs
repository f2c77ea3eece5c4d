//! Relative Mahalanobis distance (Ren et al., "A Simple Fix to Mahalanobis Distance for Improving Near-OOD Detection", 2021;
//! OpenOOD `rmds_postprocessor`, pytorch-ood `RMD`).
//!
//! ```text
//! score = mahalanobis - (z - mu)^T S_0^-1 (z - mu),   S_0 = 1/n sum_i (z_i - mu)(z_i - mu)^T + ridge trace/d I
//! ```
//!
//! Both covariances are divided by the same n and have ridges in units of their own diagonal: the difference of two distances
//! on different scales would be noise. Otherwise as [`super::mahalanobis`].

use super::{
    View,
    mahalanobis::{Covariance, Mahalanobis},
    training::Training,
    whitening::Whitening,
};
use crate::{Result, engine::Engine, math};

/// Fitted to training rows.
pub struct Rmd<M> {
    covariance: Covariance,
    class: Mahalanobis<M>,
    background: Whitening<M>,
}

#[maybe_async::maybe_async]
impl<M> Rmd<M> {
    /// Fits.
    pub async fn new<E: Engine<Matrix = M>>(engine: &mut E, training: &mut Training, covariance: Covariance) -> Result<Self> {
        let moments = training.moments(engine, covariance.normalize).await?;
        let background = Whitening::new(engine, &moments.total(), covariance.ridge, &moments.mean)?;
        Ok(Self { covariance, class: Mahalanobis::new(engine, training, covariance).await?, background })
    }

    /// Scores, `[rows]`.
    pub async fn scores<E: Engine<Matrix = M>>(&self, engine: &mut E, view: &View<'_>) -> Result<Vec<f32>> {
        let mut scores = self.class.scores(engine, view).await?;
        let whitened = self.background.apply(engine, &self.covariance.rows(view)).await?;
        for (score, row) in scores.iter_mut().zip(whitened.chunks_exact(view.width)) {
            *score -= math::dot(row, row);
        }
        Ok(scores)
    }
}
