//! Distance to the k-th nearest training row (Sun et al., "Out-of-Distribution Detection with Deep
//! Nearest Neighbors", ICML 2022; pytorch-ood `KNN`, OpenOOD `knn_postprocessor` with squared
//! distances), on the last layer's inputs at unit length.
//!
//! ```text
//! u = z / |z|,   score = |u - u_(k)|   with u_(k) the k-th nearest training row
//! ```
//!
//! In `[0, 2]`. Keeps all training rows and compares with each: the costliest scorer here. A large
//! k misses small classes, a small one is noisy.

use std::rc::Rc;

use super::{
    Batch, FittedArrays, Kept, Parameter, Values,
    scoring::Scoring,
    statistics::{Context, RowBank, neighbours::farthest, neighbours_asked},
};
use crate::{Result, engine::Engine, numeric::row::normalized, pace::paced};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[Parameter::count(
    "k",
    "Neighbours, at least 1; default 50, or all training rows if they are fewer.",
)];

/// Neighbours when no number is asked for: the paper's choice, OpenOOD's and pytorch-ood's.
pub(super) const K: usize = 50;

/// Fitted to training rows.
pub struct Knn<M> {
    k: usize,
    rows: Rc<RowBank<M>>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Knn<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let training = paced!(context.training())?;
        let k = neighbours_asked(values.count("k"), K, training.count())?;
        Ok(Self { k, rows: paced!(context.unit_rows())? })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        let unit = normalized(batch.inputs, batch.width);
        let nearest = self.rows.bank.nearest(engine, &unit, self.k, batch.own).await?;
        Ok(unit
            .chunks_exact(batch.width)
            .zip(nearest)
            .map(|(u, found)| farthest(u, &found, &self.rows.values))
            .collect())
    }

    /// The number of neighbours, and the rows at unit length.
    async fn arrays(&self, _: &mut E, kept: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        let width = self.rows.values.len() / self.rows.bank.count();
        out.bank(self.k, &self.rows.values, width, kept);
        Ok(())
    }
}
