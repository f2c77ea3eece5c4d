//! What a scorer is: something fitted to a head and, where it compares with them, to the head's
//! training rows.

use super::{Batch, FittedArrays, Kept, Values, statistics::Context};
use crate::{Result, engine::Engine};

/// What a scorer looks at besides the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Only what the head answers: the logits, and the last layer's inputs.
    Answer,
    /// The head itself.
    Head,
    /// Training rows, which it compares with.
    TrainingRows,
}

/// A scorer for the weights and training rows that it was fitted to.
#[allow(async_fn_in_trait, reason = "engines and callers live on one thread")]
#[maybe_async::maybe_async(AFIT)]
pub trait Scoring<E: Engine>: Sized {
    /// Fits it, and refuses parameters that do not suit the training rows.
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self>;

    /// Scores, `[rows]`; higher = more out-of-distribution.
    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>>;

    /// Adds what a graph of the scores needs: see [`FittedArrays`].
    async fn arrays(&self, _: &mut E, _: Kept<'_>, _: &mut FittedArrays) -> Result<()> {
        Ok(())
    }

    /// Memory that it holds by itself, beside what [`Context`] shares among scorers.
    fn bytes(&self) -> usize {
        0
    }
}

/// A scorer of what the head answers for a single row.
pub trait AnswerScoring: Sized {
    /// With checked parameters.
    fn new(values: &Values) -> Self;

    /// Score of logits `[classes]` and the last layer's inputs; `scratch` is as long as the logits.
    fn row(&self, logits: &[f32], inputs: &[f32], scratch: &mut [f32]) -> f32;
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine, S: AnswerScoring> Scoring<E> for S {
    async fn fit(_: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        Ok(Self::new(values))
    }

    async fn scores(&self, _: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        let mut scratch = vec![0.0; batch.classes];
        let rows = batch.logits().zip(batch.inputs());
        Ok(rows.map(|(logits, inputs)| self.row(logits, inputs, &mut scratch)).collect())
    }
}
