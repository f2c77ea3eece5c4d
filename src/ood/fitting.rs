//! The training rows that a head remembers and the scorers fitted to them, for the weights as they
//! are.

use std::rc::Rc;

use super::{
    Batch, Fitted, Needs, Scorer,
    finite::FiniteRows,
    statistics::{Context, Statistics, cache::Cache},
};
use crate::{
    Result,
    architecture::Architecture,
    engine::{Engine, Outputs},
    input_map::InputMap,
    training::rows::Rows,
};

/// Rows compared with the training rows at a time: what that needs beside the rows stays a few
/// megabytes.
const CHUNK: usize = 256;

/// Bytes of fitted scorers that are kept beside the shared statistics.
const KEPT: usize = 32 << 20;

/// A head as scorers see it.
pub struct Model<'a, E> {
    /// Its weights, and where arithmetic runs.
    pub engine: &'a mut E,
    /// Its layers.
    pub architecture: &'a Architecture,
    /// The map before the first layer.
    pub input: Option<&'a InputMap>,
    /// Seed of random choices among rows.
    pub seed: u64,
}

/// Training rows and fitted scorers of one head.
pub struct FittedScorers<M> {
    statistics: Statistics<M>,
    fitted: Cache<Scorer, Rc<Fitted<M>>>,
}

#[maybe_async::maybe_async]
impl<M> FittedScorers<M> {
    /// For these training rows, if there are any.
    pub fn new(rows: Option<Rows>) -> Self {
        Self { statistics: Statistics::new(rows), fitted: Cache::new(KEPT) }
    }

    /// The training rows.
    pub fn rows(&self) -> Option<&Rows> {
        self.statistics.rows()
    }

    /// Drops what was fitted to weights that are no more.
    pub fn forget_weights(&mut self) {
        self.statistics.forget_weights();
        self.fitted = Cache::new(KEPT);
    }

    /// Scores, `[rows]`, of checked rows, of which the head answered `outputs`; finite, or infinite
    /// where numbers beyond `f32` came up on the way. Scorers that search among the training rows
    /// leave out `own[row]`, where given.
    pub async fn scores<E: Engine<Matrix = M>>(
        &mut self,
        model: Model<'_, E>,
        scorer: &Scorer,
        features: &[f32],
        outputs: &Outputs,
        own: &[Option<u32>],
    ) -> Result<Vec<f32>> {
        let Model { engine, architecture, input, seed } = model;
        let fitted = self.fitted(Model { engine, architecture, input, seed }, scorer).await?;
        let all = Batch::new(features, outputs, architecture.classes()).with_own(own);
        let finite = FiniteRows::of(all);
        let batch = finite.batch();
        let at_a_time = if scorer.compares() { CHUNK } else { batch.count().max(1) };
        let mut scores = Vec::with_capacity(batch.count());
        for start in (0..batch.count()).step_by(at_a_time) {
            let end = batch.count().min(start + at_a_time);
            scores.extend(fitted.scores(engine, &batch.rows(start..end)).await?);
        }
        Ok(finite.complete(scores))
    }

    /// The scorer fitted to the head as it is.
    pub async fn fitted<E: Engine<Matrix = M>>(
        &mut self,
        model: Model<'_, E>,
        scorer: &Scorer,
    ) -> Result<Rc<Fitted<M>>> {
        if let Some(fitted) = self.fitted.get(scorer) {
            return Ok(fitted);
        }
        let Model { engine, architecture, input, seed } = model;
        let mut context = Context {
            engine,
            architecture,
            input,
            seed,
            name: scorer.name,
            statistics: &mut self.statistics,
        };
        let fitted = Rc::new(Fitted::fit(&mut context, scorer).await?);
        // Those of the head's answer are made of their parameters alone.
        match scorer.name.needs() {
            Needs::Answer => Ok(fitted),
            _ => Ok(self.fitted.keep(*scorer, fitted.bytes::<E>(), fitted)),
        }
    }
}
