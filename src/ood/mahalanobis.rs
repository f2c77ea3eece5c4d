//! Mahalanobis distance to the nearest class mean under one shared covariance (Lee et al., "A
//! Simple Unified Framework for Detecting Out-of-Distribution Samples and Adversarial Attacks",
//! NeurIPS 2018; OpenOOD `mds_postprocessor`, pytorch-ood `Mahalanobis`), on the last layer's
//! inputs z.
//!
//! ```text
//! S = 1/n sum_i (z_i - mu_y)(z_i - mu_y)^T + ridge trace/d I,   score = min_k (z - mu_k)^T S^-1 (z - mu_k)
//! ```
//!
//! pytorch-ood leaves out 1/n and halves the result, which changes no ranking; its ridge is
//! absolute. Classes without rows are left out. With fewer rows than features a larger `ridge` says
//! more; with `normalize`, z is taken at unit length. Needs classes that look like one Gaussian
//! each.

use std::{borrow::Cow, rc::Rc};

use super::{
    Batch, FittedArrays, Kept, Parameter, Values,
    parameters::Kind,
    scoring::Scoring,
    statistics::{Context, class_distances::ClassDistances},
};
use crate::{Result, engine::Engine, numeric::row::normalized, pace::paced, range::Range};

/// Its parameters, and those of [`super::rmd`].
pub const PARAMETERS: &[Parameter] = &[
    Parameter::number(
        "ridge",
        Range::NotNegative,
        1e-6,
        "Added to the covariance's diagonal, in units of its mean, at least 0; default 1e-6.",
    ),
    Parameter {
        name: "normalize",
        kind: Kind::Flag,
        about: "Takes features at unit length; default false.",
    },
];

/// How a covariance is taken, here and in [`super::rmd`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Covariance {
    /// Added to the diagonal, in units of its mean.
    pub ridge: f64,
    /// Take features at unit length.
    pub normalize: bool,
}

impl Covariance {
    /// As the parameters say.
    pub fn new(values: &Values) -> Self {
        Self { ridge: values.number("ridge").into(), normalize: values.flag("normalize") }
    }

    /// The rows whose covariance it is.
    pub fn rows<'a>(&self, batch: &Batch<'a>) -> Cow<'a, [f32]> {
        if self.normalize {
            Cow::Owned(normalized(batch.inputs, batch.width))
        } else {
            Cow::Borrowed(batch.inputs)
        }
    }
}

/// Fitted to training rows.
pub struct Mahalanobis<M> {
    covariance: Covariance,
    distances: Rc<ClassDistances<M>>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Mahalanobis<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let covariance = Covariance::new(values);
        Ok(Self {
            covariance,
            distances: paced!(context.class_distances(covariance.normalize, covariance.ridge))?,
        })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        Ok(self.distances.nearest(engine, &self.covariance.rows(batch)).await?.plain)
    }

    /// Of [`ClassDistances::arrays`].
    async fn arrays(&self, engine: &mut E, _: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        self.distances.arrays(engine, out).await
    }
}
