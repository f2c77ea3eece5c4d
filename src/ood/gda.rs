//! Density of Gaussian discriminant analysis (the feature density of Mukhoti et al., "Deep
//! Deterministic Uncertainty: A New Simple Baseline", CVPR 2023), with covariances that few rows
//! can carry, on the last layer's inputs z.
//!
//! ```text
//! score = -ln sum_k pi_k N(z; mu_k, S_k),   pi_k = n_k / n
//! S_k = (n_k C_k + 3 d C) / (n_k + 3 d) + ridge diag(C),   C_k and C the covariance of class k and within all
//! ```
//!
//! For measured features, whose classes differ in shape; the ridge is in each feature's own units.
//! On the embeddings of a network, of which there are hundreds, [`super::mahalanobis`] says as much
//! for a class's share of the memory. Classes without rows are left out.

use std::f64::consts::TAU;

use nalgebra::DMatrix;

use super::{
    Batch, FittedArrays, Kept, Parameter, Values,
    scoring::Scoring,
    statistics::{Context, covariance::Whitening, moments::scatter, shaped::Shaped},
};
use crate::{
    Result,
    engine::{Engine, check_table},
    numeric::row::dot,
    pace::paced,
    range::Range,
};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[Parameter::number(
    "ridge",
    Range::Positive,
    0.1,
    "Added to each feature's variance, as a share of it, above 0; default 0.1.",
)];

/// Rows of all classes that each class's covariance takes in, in units of the number of features.
const PRIOR: f64 = 3.0;

/// Fitted to training rows.
pub struct Gda<M> {
    classes: Vec<Density<M>>,
    bytes: usize,
}

/// One class.
struct Density<M> {
    whitening: Whitening<M>,
    /// `ln pi_k - (ln det S_k + d ln 2 pi) / 2`.
    offset: f64,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Gda<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let ridge = f64::from(values.number("ridge"));
        let (training, moments) = (paced!(context.training())?, paced!(context.moments(false))?);
        let (width, present) = (training.width(), moments.present());
        check_table(present.len() * width, width)?;
        let floor = DMatrix::from_diagonal(&(moments.within.diagonal() * ridge));
        let mut classes = Vec::with_capacity(present.len());
        for &class in &present {
            let own = training
                .batch()
                .inputs()
                .zip(training.labels())
                .filter(|(_, label)| **label as usize == class);
            let rows: Vec<f32> = own.flat_map(|(row, _)| row).copied().collect();
            let mean = &moments.means[class * width..][..width];
            let count = moments.counts[class] as f64;
            let rows = Shaped::plain(&rows, width);
            let spread = paced!(scatter(context.engine, &rows, mean, None))?;
            let pooled = (spread * count + &moments.within * (PRIOR * width as f64))
                / (count + PRIOR * width as f64);
            let whitening =
                paced!(Whitening::new(context.engine, &(pooled + &floor), 0.0, mean, width))?;
            let share = (count / training.count() as f64).ln();
            let offset = share - 0.5 * (whitening.log_determinant() + width as f64 * TAU.ln());
            classes.push(Density { whitening, offset });
        }
        Ok(Self { bytes: classes.len() * width * width * size_of::<f32>(), classes })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        let mut logs: Vec<Vec<f64>> = vec![Vec::with_capacity(self.classes.len()); batch.count()];
        for Density { whitening, offset } in &self.classes {
            let whitened = whitening.apply(engine, batch.inputs).await?;
            for (logs, row) in logs.iter_mut().zip(whitened.chunks_exact(batch.width)) {
                logs.push(offset - 0.5 * f64::from(dot(row, row)));
            }
        }
        let log_sum = |logs: Vec<f64>| {
            let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            largest + logs.iter().map(|log| (log - largest).exp()).sum::<f64>().ln()
        };
        Ok(logs.into_iter().map(|logs| -log_sum(logs) as f32).collect())
    }

    /// Each class's offset, and its whitening.
    async fn arrays(&self, engine: &mut E, _: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        for Density { whitening, offset } in &self.classes {
            out.numbers(&[*offset]);
            whitening.arrays(engine, out).await?;
        }
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}
