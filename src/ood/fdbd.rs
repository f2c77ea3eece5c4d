//! Fast decision boundary distance (Liu and Qin, "Fast Decision Boundary based Out-of-Distribution
//! Detector", ICML 2024; pytorch-ood `fDBD`, OpenOOD `fdbd_postprocessor` without the factor 1 /
//! (classes - 1)).
//!
//! ```text
//! score = - 1/(K-1) sum_{c != y} |f_y - f_c| / |w_y - w_c| / |z - mu|   with y the prediction, mu the mean training row
//! ```
//!
//! Distances to the last layer's boundaries in units of the distance to the training rows' centre.
//! 0 for a head of one class.

use super::{Batch, FittedArrays, Kept, Parameter, Values, scoring::Scoring, statistics::Context};
use crate::{
    Result,
    engine::{Engine, check_table},
    numeric::row::{argmax, distance_to_mean, squared_distance},
    pace::paced,
};

/// Distances below this count as this (pytorch-ood).
pub(crate) const LEAST: f64 = 1e-8;

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[];

/// Fitted to training rows.
pub struct Fdbd {
    mean: Vec<f64>,
    /// `1 / |w_a - w_b|`, `[classes, classes]`; 0 on the diagonal.
    inverse_gaps: Vec<f32>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Fdbd {
    async fn fit(context: &mut Context<'_, E>, _: &Values) -> Result<Self> {
        let training = paced!(context.training())?;
        let (width, classes) = (training.width(), training.classes());
        let weight = |class: usize| &training.weight[class * width..][..width];
        check_table(classes, classes)?;
        let mut inverse_gaps = vec![0.0; classes * classes];
        for a in 0..classes {
            for b in 0..a {
                let gap = squared_distance(weight(a), weight(b)).sqrt().max(f32::MIN_POSITIVE);
                inverse_gaps[a * classes + b] = 1.0 / gap;
                inverse_gaps[b * classes + a] = 1.0 / gap;
            }
        }
        Ok(Self { mean: training.mean(), inverse_gaps })
    }

    async fn scores(&self, _: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        let others = batch.classes.saturating_sub(1).max(1) as f64;
        let rows = batch.inputs().zip(batch.logits()).map(|(z, logits)| {
            let class = argmax(logits);
            let gaps = &self.inverse_gaps[class * batch.classes..][..batch.classes];
            let sum: f32 = logits.iter().zip(gaps).map(|(f, gap)| (logits[class] - f) * gap).sum();
            (-f64::from(sum) / (others * distance_to_mean(z, &self.mean).max(LEAST))) as f32
        });
        Ok(rows.collect())
    }

    /// The mean, and the inverse gaps.
    async fn arrays(&self, _: &mut E, _: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        out.numbers(&self.mean);
        out.array(&self.inverse_gaps);
        Ok(())
    }

    fn bytes(&self) -> usize {
        size_of_val(self.inverse_gaps.as_slice())
    }
}
