//! A head's scores: the training rows that it remembers, and the scorers fitted to them for the weights as they are.

use std::{collections::BTreeMap, rc::Rc};

use crate::{
    Error, Result,
    calibration::fingerprint,
    engine::{Engine, Outputs},
    ood::{
        Fitted, FittedScorer, LogitScorer, Scorer, ScorerOptions, View, odin,
        training::{Training, TrainingRows},
    },
    trainer::Trainer,
};

/// Rows scored at a time by the fitted scorers: what they need beside the rows stays a few megabytes.
const CHUNK: usize = 256;

/// What a head knows of its training rows.
pub(crate) struct Memory<M> {
    rows: Option<TrainingRows>,
    /// The rows as the present weights see them, and what was fitted to that. Gone after every update.
    training: Option<Training>,
    fitted: Vec<(FittedScorer, Fitted<M>)>,
}

impl<M> Default for Memory<M> {
    fn default() -> Self {
        Self { rows: None, training: None, fitted: Vec::new() }
    }
}

impl<M> Memory<M> {
    /// Takes the place of what was remembered.
    pub(crate) fn remember(&mut self, features: Rc<Vec<f32>>, labels: Rc<Vec<u32>>) {
        self.rows = Some(TrainingRows { features, labels });
        self.forget_fits();
    }

    /// Drops what was fitted for weights that are no more.
    pub(crate) fn forget_fits(&mut self) {
        self.training = None;
        self.fitted.clear();
    }
}

impl<E: Engine> Trainer<E> {
    /// Remembers training rows, `[rows, features]` and a class for each, for the scorers that compare with them.
    pub fn fit_scorers(&mut self, features: Vec<f32>, labels: &[f64]) -> Result<()> {
        let rows = self.check_rows(&features, labels)?;
        self.see(&features, 0..rows.count);
        self.remember(Rc::new(features), Rc::new(rows.labels));
        Ok(())
    }

    /// Out-of-distribution score of each row, `[rows]`; higher = more out-of-distribution.
    pub async fn ood_score(&mut self, features: &[f32], scorer: &ScorerOptions) -> Result<Vec<f32>> {
        let scorer = self.resolve(scorer)?;
        let outputs = self.forward(features).await?;
        self.scores(scorer, features, &outputs, &[]).await
    }

    /// The checked scorer, with "auto" replaced by what it stands for.
    pub(crate) fn resolve(&self, scorer: &ScorerOptions) -> Result<Scorer> {
        match scorer.check()? {
            Scorer::Fitted(fitted) if self.memory().rows.is_none() => Err(Error::ScorerNotFitted(fitted.name().as_str())),
            Scorer::Auto => Ok(Scorer::Logit(LogitScorer::default_for(&self.config().loss))),
            scorer => Ok(scorer),
        }
    }

    /// Scores of checked rows, of which the head answered `outputs`; see [`Fitted::scores`] for `without`.
    pub(crate) async fn scores(
        &mut self,
        scorer: Scorer,
        features: &[f32],
        outputs: &Outputs,
        without: &[Option<u32>],
    ) -> Result<Vec<f32>> {
        let classes = self.config().architecture.classes();
        let view = View::new(features, outputs, classes);
        match scorer {
            Scorer::Logit(scorer) => Ok(scorer.scores(&view)),
            Scorer::Odin { temperature, epsilon } => {
                let architecture = self.config().architecture.clone();
                odin::scores(self.engine(), &architecture, features, &outputs.logits, temperature, epsilon).await
            }
            Scorer::Auto => Ok(LogitScorer::default_for(&self.config().loss).scores(&view)),
            Scorer::Fitted(scorer) => {
                let (engine, fitted) = self.fitted(scorer).await?;
                let mut scores = Vec::with_capacity(view.count());
                for start in (0..view.count()).step_by(CHUNK) {
                    let end = view.count().min(start + CHUNK);
                    let without = without.get(start..end).unwrap_or_default();
                    scores.extend(fitted.scores(engine, &view.rows(start..end), without).await?);
                }
                Ok(scores)
            }
        }
    }

    /// A scorer fitted to the training rows for the weights as they are.
    async fn fitted(&mut self, scorer: FittedScorer) -> Result<(&mut E, &Fitted<E::Matrix>)> {
        let architecture = self.config().architecture.clone();
        let (engine, memory) = self.engine_and_memory();
        let index = match memory.fitted.iter().position(|(known, _)| *known == scorer) {
            Some(index) => index,
            None => {
                let rows = memory.rows.clone().ok_or(Error::ScorerNotFitted(scorer.name().as_str()))?;
                let training = match &mut memory.training {
                    Some(training) => training,
                    none => none.insert(Training::new(engine, &architecture, rows).await?),
                };
                memory.fitted.push((scorer, Fitted::new(engine, training, scorer).await?));
                memory.fitted.len() - 1
            }
        };
        Ok((engine, &memory.fitted[index].1))
    }

    /// For each of `[rows, features]`, its number among the remembered training rows, if it is one of them.
    pub(crate) fn own_rows(&self, features: &[f32]) -> Vec<Option<u32>> {
        let Some(rows) = &self.memory().rows else { return Vec::new() };
        let width = self.config().architecture.features();
        let known: BTreeMap<u64, u32> = rows.features.chunks_exact(width).map(fingerprint).zip(0..).collect();
        features.chunks_exact(width).map(|row| known.get(&fingerprint(row)).copied()).collect()
    }
}
