//! The training rows that a head remembers and the scorers fitted to them, for the weights as they
//! are.

use std::rc::Rc;

use super::{
    Batch, Fitted, Needs, Scorer, ScorerName,
    auto::unsureness,
    finite::FiniteRows,
    mahalanobis::Covariance,
    residual::dimensions,
    statistics::{
        Context, Statistics, cache::Cache, nearness::Nearness, sample::bank_rows,
        standard::Standard,
    },
};
use crate::{
    Result,
    architecture::Architecture,
    engine::{Engine, Outputs},
    input_map::InputMap,
    pace::{paced, wait},
    training::{memory::Memory, rows::Rows},
};

/// Most rows that are compared with the training rows at a time, where that takes the thread.
pub(crate) const CHUNK: usize = 256;

/// Most numbers that come of them at a time where each product is waited for, however small.
const AWAITED: usize = 1 << 22;

/// Fewer at a time would take longer by laying out the training rows than by themselves.
const LEAST_COMPARED: usize = 32;

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

impl<E> Model<'_, E> {
    /// The same once more.
    pub(crate) fn again(&mut self) -> Model<'_, E> {
        Model { engine: self.engine, ..*self }
    }
}

/// What is asked about some rows.
pub struct Asked<'a> {
    /// Which score.
    pub scorer: &'a Scorer,
    /// `[rows, features]`, checked.
    pub features: &'a [f32],
    /// For each row the training row that it is, which scorers that search leave out; empty where no
    /// row is one.
    pub own: &'a [Option<u32>],
    /// For "auto", another head's mean and deviation of unsureness: of rows that this head has not
    /// seen, scores that are comparable with those of a head that has.
    pub standard: Option<Standard>,
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

    /// The head's logits of its training rows, where a scorer has asked for them.
    pub fn own_logits(&self) -> Option<&[f32]> {
        self.statistics.own_logits()
    }

    /// Drops what was fitted to weights that are no more.
    pub fn forget_weights(&mut self) {
        self.statistics.forget_weights();
        self.fitted = Cache::new(KEPT);
    }

    /// The distances from the training rows that "auto" combines.
    pub async fn nearness<E: Engine<Matrix = M>>(
        &mut self,
        model: Model<'_, E>,
    ) -> Result<Rc<Nearness<M>>> {
        paced!(self.context(model, ScorerName::Auto).nearness())
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

/// What takes long is made in pieces.
impl<M> FittedScorers<M> {
    /// Scores, `[rows]`, of checked rows, of which the head answered `outputs`; finite, or infinite
    /// where numbers beyond `f32` came up on the way.
    pub async fn scores<E: Engine<Matrix = M>>(
        &mut self,
        mut model: Model<'_, E>,
        asked: &Asked<'_>,
        outputs: &Outputs,
    ) -> Result<Vec<f32>> {
        self.prepare(model.again(), asked.scorer).await?;
        let fitted = wait!(self.fitted(model.again(), asked.scorer))?;
        let Model { engine, architecture, .. } = model;
        engine.pace().piece().await;
        let all = Batch::new(asked.features, outputs, architecture.classes()).with_own(asked.own);
        let finite = FiniteRows::of(all);
        let batch = finite.batch();
        let parts = match asked.scorer.compares() {
            // What that needs beside the rows stays a few megabytes.
            true => batch.count().div_ceil(self.rows_of_piece::<E>(batch.width)),
            false => 1,
        };
        let parts = parts.min(batch.count());
        let mut scores = Vec::with_capacity(batch.count());
        // Of one size: the engine's sums of a few rows differ from those of many in the last place.
        for part in 0..parts {
            let end = |part: usize| batch.count() * part / parts;
            let rows = batch.rows(end(part)..end(part + 1));
            scores.extend(match (fitted.as_ref(), asked.standard) {
                (Fitted::Auto(auto), Some(standard)) => {
                    wait!(auto.scores_by(&standard, engine, &rows))?
                }
                _ => wait!(fitted.scores(engine, &rows))?,
            });
            engine.pace().piece().await;
        }
        Ok(finite.complete(scores))
    }

    /// Makes what the scorer takes of the training rows, if there are any.
    pub async fn prepare<E: Engine<Matrix = M>>(
        &mut self,
        model: Model<'_, E>,
        scorer: &Scorer,
    ) -> Result<()> {
        if !scorer.compares() || self.statistics.rows().is_none() {
            return Ok(());
        }
        let mut context = self.context(model, scorer.name);
        match scorer.name {
            ScorerName::Auto => {
                unsureness(&mut context).await?;
            }
            ScorerName::Mahalanobis | ScorerName::Rmd => {
                let covariance = Covariance::new(&scorer.values);
                context.class_distances(covariance.normalize, covariance.ridge).await?;
                if scorer.name == ScorerName::Rmd {
                    context.background(covariance.normalize, covariance.ridge).await?;
                }
            }
            ScorerName::Residual | ScorerName::Vim => {
                // What the scorer refuses is refused before its work.
                let dimensions = dimensions(&scorer.values, context.width())?;
                let principal = context.principal().await?;
                if scorer.name == ScorerName::Vim {
                    context.residuals(&principal, dimensions).await?;
                }
            }
            ScorerName::Knn => {
                context.unit_rows().await?;
            }
            ScorerName::Gda => {
                context.moments(false).await?;
            }
            _ => {}
        }
        context.training().await?;
        Ok(())
    }

    /// Whether so many rows are answered, and scored if there is a scorer, within a piece of work,
    /// for all that is made of training rows is made.
    pub fn is_one_piece<E: Engine>(
        &self,
        scorer: Option<&Scorer>,
        rows: usize,
        width: usize,
    ) -> bool {
        // Where each product is waited for, the page has its turn meanwhile.
        let Some(scorer) = scorer.filter(|scorer| scorer.compares()) else {
            return E::IS_AWAITED || rows <= CHUNK;
        };
        self.fitted.get(scorer).is_some()
            && (E::IS_AWAITED || rows <= self.rows_of_piece::<E>(width))
    }

    /// Rows that are compared with the training rows at a time.
    fn rows_of_piece<E: Engine>(&self, width: usize) -> usize {
        let rows = self.statistics.rows().map_or(0, Rows::count);
        let compared = rows.min(bank_rows(width)) + width;
        if E::IS_AWAITED {
            return (AWAITED / compared.max(1)).max(CHUNK);
        }
        (E::PIECE / width.saturating_mul(compared).max(1)).clamp(LEAST_COMPARED, CHUNK)
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
