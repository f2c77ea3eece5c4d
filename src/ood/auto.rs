//! The default: how unsure the head is, plus three measures of how far a row lies from the training rows, each in standard
//! deviations over the training rows. Ours; `docs/ood.md` has what it was measured against and what did not help.
//!
//! ```text
//! u = x / |x|, x the head's features
//! s1 = GEN of softmax(f / T)   T = mean over the training rows of (max f - mean f), over 3 ln K
//! s2 = min_k MD_k / v_k      MD_k the Mahalanobis distance to class k (ridge 3), v_k its mean in that class
//! s3 = min_k MD_k - MD_0     relative Mahalanobis distance (ridge 1)
//! s4 = d5 / (mean d5 of its 5 nearest rows + half the mean d5)   d5 the distance to the 5th nearest of up to 4096 rows
//! score = sum_j (s_j - mean s_j) / deviation of s_j   over the training rows, each as if it had not been among them
//! ```
//!
//! Where the length of the features varies by more than a fifth of its mean, it is taken for a feature too: u is then x over its root
//! mean square length, and both ridges are 0.1.
//!
//! A function of the head and its training rows alone: it is the same before and after `calibrate`, so that a threshold from
//! held-out rows keeps its promise exactly. T makes the probabilities depend on the logits' shape and not on their length. The
//! constants were chosen on several data sets together and are the same for all.

use std::rc::Rc;

use super::{
    Batch, Parameter, Values, r#gen,
    scoring::Scoring,
    statistics::{
        Context,
        nearness::{Nearness, Standard},
    },
};
use crate::{Result, engine::Engine, numeric::row::max};

/// It takes none.
pub const PARAMETERS: &[Parameter] = &[];

/// The softmax is as sharp as if the largest logit were this many times `ln classes` above the mean.
const SHARPNESS: f64 = 3.0;

/// GEN's published parameters.
const GAMMA: f32 = 0.1;
const TOP: usize = 100;

/// Fitted to training rows.
pub struct Auto<M> {
    confidence: Confidence,
    standard: Standard,
    nearness: Rc<Nearness<M>>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Auto<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, _: &Values) -> Result<Self> {
        let nearness = context.nearness().await?;
        let training = context.training().await?;
        let batch = training.batch();
        let confidence = Confidence::new(&batch);
        Ok(Self { standard: Standard::of(&confidence.scores(&batch)), confidence, nearness })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        let distances = self.nearness.scores(engine, batch.features, batch.own).await?;
        let doubts = self.confidence.scores(batch);
        Ok(doubts.iter().zip(distances).map(|(doubt, distance)| (self.standard.apply(*doubt) + distance) as f32).collect())
    }
}

/// The generalised entropy at a temperature that fits the logits.
struct Confidence {
    temperature: f32,
}

impl Confidence {
    fn new(batch: &Batch) -> Self {
        let range = |row: &[f32]| {
            let mean = row.iter().map(|&f| f64::from(f)).sum::<f64>() / row.len() as f64;
            f64::from(max(row)) - mean
        };
        let ranges: f64 = batch.logits().map(range).sum();
        let classes = batch.classes.max(2) as f64;
        let temperature = (ranges / batch.count() as f64 / (SHARPNESS * classes.ln())) as f32;
        Self { temperature: if temperature > 0.0 { temperature } else { 1.0 } }
    }

    fn scores(&self, batch: &Batch) -> Vec<f32> {
        let mut scratch = vec![0.0; batch.classes];
        batch.logits().map(|row| r#gen::row(row, GAMMA, TOP, self.temperature, &mut scratch)).collect()
    }
}
