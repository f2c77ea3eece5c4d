//! Mahalanobis distance to the nearest class mean under one shared covariance (Lee et al., "A Simple Unified Framework for
//! Detecting Out-of-Distribution Samples and Adversarial Attacks", NeurIPS 2018; OpenOOD `mds_postprocessor`, pytorch-ood
//! `Mahalanobis`), on the last layer's inputs z.
//!
//! ```text
//! S = 1/n sum_i (z_i - mu_y)(z_i - mu_y)^T + ridge trace/d I,   score = min_k (z - mu_k)^T S^-1 (z - mu_k)
//! ```
//!
//! pytorch-ood leaves out 1/n and halves the result, which changes no ranking; its ridge is absolute. Classes without rows are
//! left out. With fewer rows than features a larger `ridge` says more; with `normalize`, z is taken at unit length. Needs
//! classes that look like one Gaussian each.

use std::borrow::Cow;

use super::{View, training::Training, view::normalized, whitening::ClassDistances};
use crate::{Result, engine::Engine};

/// How a covariance is taken, here and in [`super::rmd`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Covariance {
    /// Added to the diagonal, in units of its mean.
    pub ridge: f64,
    /// Take features at unit length.
    pub normalize: bool,
}

impl Covariance {
    /// The rows whose covariance it is.
    pub fn rows<'a>(&self, view: &View<'a>) -> Cow<'a, [f32]> {
        if self.normalize { Cow::Owned(normalized(view.inputs, view.width)) } else { Cow::Borrowed(view.inputs) }
    }
}

/// Fitted to training rows.
pub struct Mahalanobis<M> {
    covariance: Covariance,
    distances: ClassDistances<M>,
}

#[maybe_async::maybe_async]
impl<M> Mahalanobis<M> {
    /// Fits.
    pub async fn new<E: Engine<Matrix = M>>(engine: &mut E, training: &mut Training, covariance: Covariance) -> Result<Self> {
        let moments = training.moments(engine, covariance.normalize).await?;
        Ok(Self { covariance, distances: ClassDistances::new(engine, &moments, covariance.ridge).await? })
    }

    /// Scores, `[rows]`.
    pub async fn scores<E: Engine<Matrix = M>>(&self, engine: &mut E, view: &View<'_>) -> Result<Vec<f32>> {
        self.distances.nearest(engine, &self.covariance.rows(view)).await
    }
}
