//! The default: how unsure the head is, plus three measures of how far a row lies from the training
//! rows, each in standard deviations over the training rows. Ours; `docs/ood.md` has what it was
//! measured against and what did not help.
//!
//! ```text
//! u = x / |x|, x the head's features
//! s1 = GEN of softmax(f / T)   T = mean over the training rows of (max f - mean f), over 3 ln K
//! s2 = min_k E_k / v_k       E_k = MD_k - v_k / n_k, MD_k the squared Mahalanobis distance to class k (ridge 3),
//!                            v_k its mean in that class, n_k the rows of the class: less what the error of a
//!                            mean of few rows adds to every distance from it; MD_k where there is one class
//! s3 = min_k E_k - MD_0      relative Mahalanobis distance, MD_0 to the mean of all rows (ridge 3)
//! s4 = d5 / (mean d5 of its 5 nearest rows + half the mean d5)   d5 the distance to the 5th nearest of the bank
//!                            up to 4096 rows of 640 features, 2048 of 1280; to the n-th where the
//!                            class of the nearest has n < 5 rows in it, itself left out
//! score = sum_j (s_j - mean s_j) / deviation of s_j   over the training rows, each as if it had not been among them
//! ```
//!
//! Where the length of the features varies by more than a fifth of its mean (and no more than four
//! fifths of their numbers are 0, as those of counts are), or a few of them outweigh all others, or
//! they have units of their own (as `crate::input_map` tells that), or their mean is more than ten
//! times as long as they vary, or there are no more than eight, they are taken for measurements: u_j
//! is then (x_j - mean) / deviation over the root of their number, and both ridges are 0.1. Elsewhere
//! a length far outside of those seen counts by itself:
//!
//! ```text
//! score += 2 max(|ln |x| - mean| / max(deviation, 0.05) - 3, 0)   mean and deviation of ln |x| over the training rows
//! T *= max(1, |x| / (mean + 2 deviations of |x|))
//! ```
//!
//! A function of the head and its training rows alone: it is the same before and after `calibrate`,
//! so that a threshold from held-out rows keeps its promise exactly. T makes the probabilities
//! depend on the logits' shape and not on their length. The constants were chosen on several data
//! sets together and are the same for all.

use std::rc::Rc;

use super::{
    Batch, FittedArrays, Kept, Parameter, Values, r#gen,
    scoring::Scoring,
    statistics::{
        Context,
        nearness::{Measures, Nearness},
        standard::Standard,
    },
};
use crate::{
    Result,
    engine::Engine,
    numeric::row::{max, wide_sum},
    pace::paced,
};

/// It takes none.
pub const PARAMETERS: &[Parameter] = &[];

/// The softmax is as sharp as if the largest logit were this many times `ln classes` above the
/// mean.
const SHARPNESS: f64 = 3.0;

/// GEN's published parameters.
pub(crate) const GAMMA: f32 = 0.1;
pub(crate) const TOP: usize = 100;

/// Training rows of a piece of work.
const CHUNK: usize = 256;

/// Fitted to training rows.
pub struct Auto<M> {
    confidence: Confidence,
    standard: Standard,
    nearness: Rc<Nearness<M>>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Auto<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, _: &Values) -> Result<Self> {
        let (temperature, standard) = paced!(unsureness(context))?;
        let nearness = paced!(context.nearness())?;
        Ok(Self { confidence: Confidence { temperature }, standard, nearness })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        self.scores_by(&self.standard, engine, batch).await
    }

    /// The temperature, mean and inverse deviation of the head's unsureness, and the parts of the
    /// distances, [`Nearness::arrays`].
    async fn arrays(&self, engine: &mut E, kept: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
        out.numbers(&[self.confidence.temperature.into()]);
        self.standard.numbers(out);
        self.nearness.arrays(engine, kept, out).await
    }
}

#[maybe_async::maybe_async]
impl<M> Auto<M> {
    /// Mean and deviation of the head's unsureness over its training rows.
    pub fn standard(&self) -> Standard {
        self.standard
    }

    /// The scores with another head's mean and deviation of unsureness: a head that was trained
    /// without some rows is unsure of all others, too, and its scores are to be compared with those
    /// of the head that knows them.
    pub async fn scores_by<E: Engine<Matrix = M>>(
        &self,
        standard: &Standard,
        engine: &mut E,
        batch: &Batch<'_>,
    ) -> Result<Vec<f32>> {
        let distances = self.nearness.measures(engine, batch.features, batch.own).await?.sum();
        let doubts = self.doubts(standard, batch);
        Ok(doubts
            .iter()
            .zip(distances)
            .map(|(doubt, distance)| (doubt + distance) as f32)
            .collect())
    }

    /// The parts of the scores: unsureness, and the measures of distance.
    pub async fn parts<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        batch: &Batch<'_>,
    ) -> Result<(Vec<f64>, Measures)> {
        let measures = self.nearness.measures(engine, batch.features, batch.own).await?;
        Ok((self.doubts(&self.standard, batch), measures))
    }

    fn doubts(&self, standard: &Standard, batch: &Batch) -> Vec<f64> {
        let doubts = self.confidence.scores(batch, &self.nearness.stretch(batch.features));
        doubts.iter().map(|&doubt| standard.apply(doubt)).collect()
    }
}

/// T_0: the mean over the rows of (max f - mean f), over 3 ln K. The temperature that "auto" takes,
/// and that calibrated temperatures start from: it lies near the best one on every set of
/// `docs/ood.md`. 1 where all logits are alike.
pub fn base_temperature(logits: &[f32], classes: usize) -> f64 {
    let range = |row: &[f32]| f64::from(max(row)) - wide_sum(row) / row.len() as f64;
    let ranges: f64 = logits.chunks_exact(classes).map(range).sum();
    let rows = (logits.len() / classes).max(1) as f64;
    let temperature = ranges / rows / (SHARPNESS * (classes.max(2) as f64).ln());
    // As the factor that logits are multiplied by.
    let factor = (1.0 / temperature) as f32;
    if factor > 0.0 && factor.is_finite() { temperature } else { 1.0 }
}

/// T_0, and mean and deviation of the head's unsureness over its training rows.
pub async fn unsureness<E: Engine>(context: &mut Context<'_, E>) -> Result<(f32, Standard)> {
    if let Some(known) = context.statistics.unsureness() {
        return Ok(known);
    }
    let nearness = context.nearness().await?;
    let training = context.training().await?;
    let batch = training.batch();
    let confidence = Confidence::new(&batch);
    let stretch = nearness.own_stretch();
    let mut doubts = Vec::with_capacity(batch.count());
    for (place, stretch) in stretch.chunks(CHUNK).enumerate() {
        let first = place * CHUNK;
        doubts.extend(confidence.scores(&batch.rows(first..first + stretch.len()), stretch));
        context.engine.pace().piece().await;
    }
    let made = (confidence.temperature, Standard::of(&doubts));
    context.statistics.keep_unsureness(made);
    Ok(made)
}

/// The generalised entropy at a temperature that fits the logits.
struct Confidence {
    temperature: f32,
}

impl Confidence {
    fn new(batch: &Batch) -> Self {
        Self { temperature: base_temperature(batch.logits, batch.classes) as f32 }
    }

    /// `stretch` is how many times longer than usual each row is: as much of its logits' size is no
    /// sign of certainty.
    fn scores(&self, batch: &Batch, stretch: &[f32]) -> Vec<f32> {
        let mut scratch = vec![0.0; batch.classes];
        let rows = batch.logits().zip(stretch);
        rows.map(|(row, stretch)| {
            r#gen::row(row, GAMMA, TOP, self.temperature * stretch, &mut scratch)
        })
        .collect()
    }
}
