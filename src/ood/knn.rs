//! Distance to the k-th nearest training row (Sun et al., "Out-of-Distribution Detection with Deep Nearest Neighbors", ICML
//! 2022; pytorch-ood `KNN`, OpenOOD `knn_postprocessor` with squared distances), on the last layer's inputs at unit length.
//!
//! ```text
//! u = z / |z|,   score = |u - u_(k)|   with u_(k) the k-th nearest training row
//! ```
//!
//! In `[0, 2]`. Keeps all training rows and compares with each: the costliest scorer here. A large k misses small classes, a
//! small one is noisy.

use super::{
    View,
    neighbours::{Bank, farthest},
    options::refusal,
    training::Training,
    view::normalized,
};
use crate::{Result, engine::Engine};

/// Neighbours when no number is asked for: the paper's choice, OpenOOD's and pytorch-ood's.
const K: usize = 50;

/// Fitted to training rows.
pub struct Knn<M> {
    k: usize,
    rows: Vec<f32>,
    bank: Bank<M>,
}

/// The number of neighbours to look for: what was asked for, if there are as many rows, or the usual one, cut to them.
pub fn neighbours(asked: Option<usize>, usual: usize, rows: usize) -> Result<usize> {
    match asked {
        Some(k) if k > rows => Err(refusal("k", format!("at most {rows}, the number of training rows"), k)),
        Some(k) => Ok(k),
        None => Ok(usual.min(rows)),
    }
}

#[maybe_async::maybe_async]
impl<M> Knn<M> {
    /// Fits.
    pub fn new<E: Engine<Matrix = M>>(engine: &mut E, training: &Training, k: Option<usize>) -> Result<Self> {
        let k = neighbours(k, K, training.count())?;
        let rows = normalized(training.view().inputs, training.width());
        Ok(Self { k, bank: Bank::new(engine, &rows, training.width())?, rows })
    }

    /// Scores, `[rows]`; each row is compared with every training row but `without[row]`.
    pub async fn scores<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        view: &View<'_>,
        without: &[Option<u32>],
    ) -> Result<Vec<f32>> {
        let unit = normalized(view.inputs, view.width);
        let nearest = self.bank.nearest(engine, &unit, self.k, without).await?;
        Ok(unit.chunks_exact(view.width).zip(nearest).map(|(u, found)| farthest(u, &found, &self.rows)).collect())
    }
}
