//! Nearest-neighbour guidance (Park et al., "Nearest Neighbor Guidance for Out-of-Distribution
//! Detection", ICCV 2023; pytorch-ood `NNGuide`, OpenOOD `nnguide_postprocessor`).
//!
//! ```text
//! E = ln sum_k exp f_k,  u = z / |z|,   score = -E(z) mean of the k largest u . u_i E(z_i) over the training rows
//! ```
//!
//! Means something only while the energies E are positive: they are when logits are large or
//! classes are many, and may not be for a head that was hardly trained. Keeps all training rows.

use std::rc::Rc;

use super::{
    Batch, FittedArrays, Kept, Parameter, Values, energy,
    scoring::Scoring,
    statistics::{Context, neighbours::Bank, neighbours_asked},
};
use crate::{Result, engine::Engine, numeric::row::normalized, pace::paced};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[Parameter::count(
    "k",
    "Neighbours, at least 1; default 10, or all training rows if they are fewer.",
)];

/// Neighbours when no number is asked for: pytorch-ood's choice.
pub(super) const K: usize = 10;

/// Fitted to training rows.
pub struct NnGuide<M> {
    k: usize,
    bank: Rc<Bank<M>>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for NnGuide<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let training = paced!(context.training())?;
        let k = neighbours_asked(values.count("k"), K, training.count())?;
        let bank = context.guided_rows(|batch| {
            let mut rows = normalized(batch.inputs, batch.width);
            for (row, energy) in rows.chunks_exact_mut(batch.width).zip(energies(batch)) {
                row.iter_mut().for_each(|x| *x *= energy);
            }
            rows
        });
        Ok(Self { k, bank: bank.await? })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        let nearest = self
            .bank
            .nearest(engine, &normalized(batch.inputs, batch.width), self.k, batch.own)
            .await?;
        let guidance = nearest.iter().map(|found| {
            let sum: f32 = found.iter().map(|neighbour| neighbour.product).sum();
            sum / found.len().max(1) as f32
        });
        Ok(guidance.zip(energies(batch)).map(|(guidance, energy)| -guidance * energy).collect())
    }

    /// The number of neighbours, and the guided rows.
    async fn arrays(&self, engine: &mut E, kept: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        let rows = self.bank.rows(engine).await?;
        out.bank(self.k, &rows, rows.len() / self.bank.count(), kept);
        Ok(())
    }
}

/// `ln sum_k exp f_k` of each row.
fn energies(batch: &Batch) -> Vec<f32> {
    let mut scratch = vec![0.0; batch.classes];
    batch.logits().map(|row| -energy::row(row, 1.0, &mut scratch)).collect()
}
