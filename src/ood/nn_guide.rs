//! Nearest-neighbour guidance (Park et al., "Nearest Neighbor Guidance for Out-of-Distribution Detection", ICCV 2023;
//! pytorch-ood `NNGuide`, OpenOOD `nnguide_postprocessor`).
//!
//! ```text
//! E = ln sum_k exp f_k,  u = z / |z|,   score = -E(z) mean of the k largest u . u_i E(z_i) over the training rows
//! ```
//!
//! Means something only while the energies E are positive: they are when logits are large or classes are many, and may not be for
//! a head that was hardly trained. Keeps all training rows.

use super::{View, energy, knn::neighbours, neighbours::Bank, training::Training, view::normalized};
use crate::{Result, engine::Engine};

/// Neighbours when no number is asked for: pytorch-ood's choice.
const K: usize = 10;

/// Fitted to training rows.
pub struct NnGuide<M> {
    k: usize,
    bank: Bank<M>,
}

#[maybe_async::maybe_async]
impl<M> NnGuide<M> {
    /// Fits.
    pub fn new<E: Engine<Matrix = M>>(engine: &mut E, training: &Training, k: Option<usize>) -> Result<Self> {
        let k = neighbours(k, K, training.count())?;
        let view = training.view();
        let mut rows = normalized(view.inputs, view.width);
        for (row, energy) in rows.chunks_exact_mut(view.width).zip(energies(&view)) {
            row.iter_mut().for_each(|x| *x *= energy);
        }
        Ok(Self { k, bank: Bank::new(engine, &rows, view.width)? })
    }

    /// Scores, `[rows]`; each row is compared with every training row but `without[row]`.
    pub async fn scores<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        view: &View<'_>,
        without: &[Option<u32>],
    ) -> Result<Vec<f32>> {
        let nearest = self.bank.nearest(engine, &normalized(view.inputs, view.width), self.k, without).await?;
        let guidance = nearest.iter().map(|found| {
            let sum: f32 = found.iter().map(|neighbour| neighbour.product).sum();
            sum / found.len().max(1) as f32
        });
        Ok(guidance.zip(energies(view)).map(|(guidance, energy)| -guidance * energy).collect())
    }
}

/// `ln sum_k exp f_k` of each row.
fn energies(view: &View) -> Vec<f32> {
    let mut scratch = vec![0.0; view.classes];
    view.logits().map(|row| -energy::row(row, 1.0, &mut scratch)).collect()
}
