//! Relative Mahalanobis distance (Ren et al., "A Simple Fix to Mahalanobis Distance for Improving
//! Near-OOD Detection", 2021; OpenOOD `rmds_postprocessor`, pytorch-ood `RMD`).
//!
//! ```text
//! score = mahalanobis - (z - mu)^T S_0^-1 (z - mu),   S_0 = 1/n sum_i (z_i - mu)(z_i - mu)^T + ridge trace/d I
//! ```
//!
//! Both covariances are divided by the same n and have ridges in units of their own diagonal: the
//! difference of two distances on different scales would be noise. Otherwise as
//! [`super::mahalanobis`].

use std::rc::Rc;

pub use super::mahalanobis::PARAMETERS;
use super::{
    Batch, FittedArrays, Kept, Values,
    mahalanobis::Covariance,
    scoring::Scoring,
    statistics::{Context, class_distances::ClassDistances, covariance::Whitening},
};
use crate::{
    Result,
    engine::{Engine, Then},
    numeric::row::dot,
    pace::paced,
};

/// Fitted to training rows.
pub struct Rmd<M> {
    covariance: Covariance,
    class: Rc<ClassDistances<M>>,
    background: Rc<Whitening<M>>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Rmd<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let covariance = Covariance::new(values);
        let background = paced!(context.background(covariance.normalize, covariance.ridge))?;
        Ok(Self {
            covariance,
            class: paced!(context.class_distances(covariance.normalize, covariance.ridge))?,
            background,
        })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        let rows = self.covariance.rows(batch);
        let (own, all) = (self.class.offsets(&rows), self.background.offsets(&rows));
        let chains = [self.class.chain(&own), self.background.chain(&all, Then::Nothing)];
        let mut products = engine.products(&chains).await?;
        let mut scores = self.class.nearest_by(&mut products).plain;
        let [whitened, _] = products.next().unwrap_or_default();
        for (score, row) in scores.iter_mut().zip(whitened.chunks_exact(batch.width)) {
            *score -= dot(row, row);
        }
        Ok(scores)
    }

    /// The distances to classes, and the whitening of the background.
    async fn arrays(&self, engine: &mut E, _: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        self.class.arrays(engine, out).await?;
        self.background.arrays(engine, out).await
    }
}
