//! The training rows that a head remembers and the scorers fitted to them, for the weights as they
//! are.

use std::rc::Rc;

use super::{
    Batch, Fitted, Needs, Scorer, ScorerName,
    finite::FiniteRows,
    statistics::{Context, Statistics, cache::Cache, nearness::Nearness},
};
use crate::{
    Result,
    architecture::Architecture,
    engine::{Engine, Outputs},
    input_map::InputMap,
    training::{memory::Memory, rows::Rows},
};

/// Rows compared with the training rows at a time: what that needs beside the rows stays a few
/// megabytes.
pub(crate) const CHUNK: usize = 256;

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
    /// For these training rows and examples of the unknown, if there are any.
    pub fn new(rows: Option<Rows>, unknown: Option<Rc<Vec<f32>>>) -> Self {
        Self { statistics: Statistics::new(rows, unknown), fitted: Cache::new(KEPT) }
    }

    /// For what is remembered.
    pub fn of(memory: &Memory) -> Self {
        let unknown = &memory.unknown().features;
        Self::new(memory.known().cloned(), (!unknown.is_empty()).then(|| unknown.clone()))
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

    /// The distances from the training rows that "auto" combines.
    pub async fn nearness<E: Engine<Matrix = M>>(
        &mut self,
        model: Model<'_, E>,
    ) -> Result<Rc<Nearness<M>>> {
        self.context(model, ScorerName::Auto).nearness().await
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
        let mut context = self.context(model, scorer.name);
        let fitted = Rc::new(Fitted::fit(&mut context, scorer).await?);
        // Those of the head's answer are made of their parameters alone.
        match scorer.name.needs() {
            Needs::Answer => Ok(fitted),
            _ => Ok(self.fitted.keep(*scorer, fitted.bytes::<E>(), fitted)),
        }
    }
}

impl<M> FittedScorers<M> {
    fn context<'a, E: Engine<Matrix = M>>(
        &'a mut self,
        Model { engine, architecture, input, seed }: Model<'a, E>,
        name: ScorerName,
    ) -> Context<'a, E> {
        Context { engine, architecture, input, seed, name, statistics: &mut self.statistics }
    }
}
