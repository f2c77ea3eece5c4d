//! KL matching (Hendrycks et al., "Scaling Out-of-Distribution Detection for Real-World Settings",
//! ICML 2022; pytorch-ood `KLMatching`): the divergence from the nearest of the classes' typical
//! posteriors.
//!
//! ```text
//! d_k = mean of softmax(f_i) over training rows that the head takes for class k,   score = min_k sum_j p_j ln(p_j / d_kj)
//! ```
//!
//! Nats, at least 0. Classes that no training row was taken for are left out. Says little with few
//! classes, whose typical posteriors are all but certain.

use super::{Batch, FittedArrays, Kept, Parameter, Values, scoring::Scoring, statistics::Context};
use crate::{
    Result,
    engine::{Engine, check_table},
    numeric::softmax::log_softmax,
    pace::paced,
};

/// Below this a typical posterior counts as this: its logarithm stays finite.
const LEAST: f64 = 1e-300;

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[];

/// Fitted to training rows.
pub struct KlMatching {
    /// `ln d_k` of the classes that were predicted, `[them, classes]`.
    log_typical: Vec<f64>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for KlMatching {
    async fn fit(context: &mut Context<'_, E>, _: &Values) -> Result<Self> {
        let training = paced!(context.training())?;
        let classes = training.classes();
        check_table(classes, classes)?;
        let mut sums = vec![0.0; classes * classes];
        let mut counts = vec![0_usize; classes];
        let rows = training.batch();
        for (row, class) in rows.logits().zip(rows.predictions()) {
            counts[class] += 1;
            sums[class * classes..][..classes]
                .iter_mut()
                .zip(log_softmax(row, 1.0))
                .for_each(|(sum, log_p)| *sum += log_p.exp());
        }
        let predicted = sums.chunks_exact(classes).zip(counts).filter(|(_, count)| *count > 0);
        let log_typical = predicted.flat_map(|(sums, count)| {
            sums.iter().map(move |sum| (sum / count as f64).max(LEAST).ln())
        });
        Ok(Self { log_typical: log_typical.collect() })
    }

    async fn scores(&self, _: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        // In `f64`: a divergence is a small difference of large terms.
        let rows = batch.logits().map(|row| {
            let log_p = log_softmax(row, 1.0);
            let p: Vec<f64> = log_p.iter().map(|log_p| log_p.exp()).collect();
            let product = |logs: &[f64]| p.iter().zip(logs).map(|(p, log)| p * log).sum::<f64>();
            let most = self
                .log_typical
                .chunks_exact(batch.classes)
                .map(product)
                .fold(f64::NEG_INFINITY, f64::max);
            (product(&log_p) - most) as f32
        });
        Ok(rows.collect())
    }

    /// `ln d_k`.
    async fn arrays(&self, _: &mut E, _: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        out.numbers(&self.log_typical);
        Ok(())
    }

    fn bytes(&self) -> usize {
        size_of_val(self.log_typical.as_slice())
    }
}
