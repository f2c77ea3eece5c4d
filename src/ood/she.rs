//! Simplified Hopfield energy (Zhang et al., "Out-of-Distribution Detection based on
//! In-Distribution Data Patterns Memorization with Modern Hopfield Energy", ICLR 2023; pytorch-ood
//! `SHE`, OpenOOD `she_postprocessor`).
//!
//! ```text
//! S_k = mean z_i over training rows of class k that the head classifies correctly,   score = -z . S_y   with y the prediction
//! ```
//!
//! A class without a correct row takes the mean of all its rows; one without any has no pattern,
//! and rows taken for it score 0. An inner product: grows with the length of z.

use super::{Batch, FittedArrays, Kept, Parameter, Values, scoring::Scoring, statistics::Context};
use crate::{
    Result,
    engine::{Engine, check_table},
    numeric::row::dot,
    pace::paced,
};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[];

/// Fitted to training rows.
pub struct She {
    /// `[classes, width]`.
    patterns: Vec<f32>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for She {
    async fn fit(context: &mut Context<'_, E>, _: &Values) -> Result<Self> {
        let training = paced!(context.training())?;
        let (width, rows) = (training.width(), training.batch());
        check_table(training.classes(), width)?;
        let mut all = vec![vec![0.0; width]; training.classes()];
        let mut correct = all.clone();
        let mut counts = vec![(0_usize, 0_usize); training.classes()];
        for ((z, predicted), &label) in rows.inputs().zip(rows.predictions()).zip(training.labels())
        {
            let class = label as usize;
            counts[class].0 += 1;
            add(&mut all[class], z);
            if predicted == class {
                counts[class].1 += 1;
                add(&mut correct[class], z);
            }
        }
        let patterns =
            all.iter().zip(&correct).zip(counts).flat_map(|((all, correct), (rows, hits))| {
                let (sums, count) = if hits > 0 { (correct, hits) } else { (all, rows.max(1)) };
                sums.iter().map(move |sum| (sum / count as f64) as f32)
            });
        Ok(Self { patterns: patterns.collect() })
    }

    async fn scores(&self, _: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        let pattern = |class: usize| &self.patterns[class * batch.width..][..batch.width];
        Ok(batch
            .inputs()
            .zip(batch.predictions())
            .map(|(z, class)| -dot(z, pattern(class)))
            .collect())
    }

    /// The patterns.
    async fn arrays(&self, _: &mut E, _: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        out.array(&self.patterns);
        Ok(())
    }

    fn bytes(&self) -> usize {
        size_of_val(self.patterns.as_slice())
    }
}

fn add(sums: &mut [f64], row: &[f32]) {
    sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
}
