//! A head's scores: the training rows that it remembers, and the scorers fitted to them for the weights as they are.

use std::rc::Rc;

use crate::{
    Error, Result,
    calibration::fingerprint,
    config::HeadConfig,
    engine::{Engine, Outputs},
    ood::{
        Fitted, FittedScorer, LogitScorer, Scorer, ScorerName, ScorerOptions, View,
        auto::Auto,
        nearness::Nearness,
        odin::Odin,
        training::{Training, TrainingRows},
    },
    order,
    trainer::Trainer,
};

/// Rows compared with the training rows at a time: what that needs beside the rows stays a few megabytes.
const CHUNK: usize = 256;

/// Fitted scorers that are kept: each may hold a copy of all training rows, and a page may ask for any number of parameters.
const KEPT: usize = 8;

/// What a head knows beside its weights: its training rows, and what scorers made of these and of the weights.
pub(crate) struct Memory<M> {
    remembered: Option<Remembered<M>>,
    /// The layers, for odin. Gone after every update.
    odin: Option<Odin<M>>,
    /// What "auto" stands for, if not the combination.
    selected: Option<ScorerName>,
}

/// Training rows and what was fitted to them.
struct Remembered<M> {
    rows: TrainingRows,
    /// How near other rows lie to them, whatever the weights.
    nearness: Option<Rc<Nearness<M>>>,
    /// The rows as the present weights see them, and what was fitted to that. Gone after every update.
    training: Option<Training>,
    fitted: Vec<(FittedScorer, Fitted<M>)>,
    auto: Option<Auto<M>>,
}

impl<M> Default for Memory<M> {
    fn default() -> Self {
        Self { remembered: None, odin: None, selected: None }
    }
}

#[maybe_async::maybe_async]
impl<M> Memory<M> {
    /// Takes the place of what was remembered.
    pub(crate) fn remember(&mut self, features: Rc<Vec<f32>>, labels: Rc<Vec<u32>>) {
        let rows = TrainingRows { features, labels };
        self.remembered = Some(Remembered { rows, nearness: None, training: None, fitted: Vec::new(), auto: None });
    }

    /// Drops what was made for weights that are no more.
    pub(crate) fn forget_fits(&mut self) {
        self.odin = None;
        if let Some(remembered) = &mut self.remembered {
            remembered.training = None;
            remembered.fitted.clear();
            remembered.auto = None;
        }
    }

    /// The training rows.
    pub(crate) fn rows(&self) -> Option<&TrainingRows> {
        self.remembered.as_ref().map(|remembered| &remembered.rows)
    }

    /// What "auto" stands for, if not the combination.
    pub(crate) fn selected(&self) -> Option<ScorerName> {
        self.selected
    }

    /// Whether there are rows to compare with.
    fn is_empty(&self) -> bool {
        self.remembered.is_none()
    }

    async fn odin<E: Engine<Matrix = M>>(&mut self, engine: &mut E, config: &HeadConfig) -> Result<&Odin<M>> {
        Ok(match &mut self.odin {
            Some(odin) => odin,
            none => none.insert(Odin::new(engine, &config.architecture).await?),
        })
    }

    fn remembered(&mut self, scorer: Scorer) -> Result<&mut Remembered<M>> {
        self.remembered.as_mut().ok_or(Error::ScorerNotFitted(scorer.name().as_str()))
    }
}

#[maybe_async::maybe_async]
impl<M> Remembered<M> {
    async fn training<E: Engine<Matrix = M>>(&mut self, engine: &mut E, config: &HeadConfig) -> Result<&mut Training> {
        Ok(match &mut self.training {
            Some(training) => training,
            none => none.insert(Training::new(engine, &config.architecture, self.rows.clone()).await?),
        })
    }

    /// A scorer fitted to the training rows for the weights as they are.
    async fn fitted<E: Engine<Matrix = M>>(
        &mut self,
        engine: &mut E,
        config: &HeadConfig,
        scorer: FittedScorer,
    ) -> Result<&Fitted<M>> {
        let index = match self.fitted.iter().position(|(known, _)| *known == scorer) {
            Some(index) => index,
            None => {
                let training = self.training(engine, config).await?;
                let fitted = Fitted::new(engine, training, scorer).await?;
                if self.fitted.len() == KEPT {
                    self.fitted.remove(0);
                }
                self.fitted.push((scorer, fitted));
                self.fitted.len() - 1
            }
        };
        Ok(&self.fitted[index].1)
    }

    /// The combination, likewise.
    async fn auto<E: Engine<Matrix = M>>(&mut self, engine: &mut E, config: &HeadConfig) -> Result<&Auto<M>> {
        let auto = match self.auto.take() {
            Some(auto) => auto,
            None => {
                let nearness = match self.nearness.take() {
                    Some(nearness) => nearness,
                    None => {
                        let TrainingRows { features, labels } = &self.rows;
                        Rc::new(Nearness::new(engine, features, labels, config.architecture.classes(), config.seed).await?)
                    }
                };
                self.nearness = Some(nearness.clone());
                Auto::new(self.training(engine, config).await?, nearness)
            }
        };
        Ok(self.auto.insert(auto))
    }
}

#[maybe_async::maybe_async]
impl<E: Engine> Trainer<E> {
    /// Remembers training rows, `[rows, features]` and a class for each, for the scorers that compare with them.
    pub fn fit_scorers(&mut self, features: Vec<f32>, labels: &[f64]) -> Result<()> {
        let rows = self.check_rows(&features, labels)?;
        self.see(&features, 0..rows.count);
        self.remember(Rc::new(features), Rc::new(rows.labels));
        Ok(())
    }

    /// Out-of-distribution score of each row, `[rows]`; higher = more out-of-distribution, never NaN.
    pub async fn ood_score(&mut self, features: &[f32], scorer: &ScorerOptions) -> Result<Vec<f32>> {
        let scorer = self.resolve(scorer)?;
        let outputs = self.forward(features).await?;
        self.scores(scorer, features, &outputs, &[]).await
    }

    /// The scorer with "auto" replaced by what it stands for: what was selected, else the combination, else, while there are no
    /// training rows to combine anything with, the best scorer of logits.
    pub(crate) fn meant(&self, scorer: &ScorerOptions) -> ScorerOptions {
        let memory = self.memory();
        match scorer.name {
            ScorerName::Auto if memory.is_empty() => LogitScorer::default_for(&self.config().loss).into(),
            ScorerName::Auto => memory.selected.unwrap_or(ScorerName::Auto).into(),
            _ => scorer.clone(),
        }
    }

    /// What is meant, checked.
    pub(crate) fn resolve(&self, scorer: &ScorerOptions) -> Result<Scorer> {
        let scorer = self.meant(scorer).check()?;
        if scorer.compares() && self.memory().is_empty() {
            return Err(Error::ScorerNotFitted(scorer.name().as_str()));
        }
        Ok(scorer)
    }

    /// Scores of checked rows, of which the head answered `outputs`. Scorers that search among the training rows leave out
    /// `without[row]`, where given.
    pub(crate) async fn scores(
        &mut self,
        scorer: Scorer,
        features: &[f32],
        outputs: &Outputs,
        without: &[Option<u32>],
    ) -> Result<Vec<f32>> {
        let (engine, memory, config) = self.parts();
        let all = View::new(features, outputs, config.architecture.classes());
        let at_a_time = if scorer.compares() { CHUNK } else { all.count() };
        let mut scores = Vec::with_capacity(all.count());
        for start in (0..all.count()).step_by(at_a_time) {
            let rows = start..all.count().min(start + at_a_time);
            let (view, without) = (all.rows(rows.clone()), without.get(rows).unwrap_or_default());
            scores.extend(match scorer {
                Scorer::Logit(scorer) => scorer.scores(&view),
                Scorer::Odin { temperature, epsilon } => {
                    memory.odin(engine, config).await?.scores(engine, &view, temperature, epsilon).await?
                }
                Scorer::Fitted(fitted) => {
                    memory.remembered(scorer)?.fitted(engine, config, fitted).await?.scores(engine, &view, without).await?
                }
                Scorer::Auto => memory.remembered(scorer)?.auto(engine, config).await?.scores(engine, &view, without).await?,
            });
        }
        // Numbers beyond f32 on the way (a fill value of 1e36 among the features) leave no score: nothing is farther away.
        scores.iter_mut().filter(|score| score.is_nan()).for_each(|score| *score = f32::INFINITY);
        Ok(scores)
    }

    /// Remembers rows unless there are some: a selection needs them, and so will what it selects.
    pub(crate) fn remember_if_nothing_is(&mut self, features: &Rc<Vec<f32>>, labels: &[u32]) {
        if self.memory().is_empty() {
            self.remember(features.clone(), Rc::new(labels.to_vec()));
        }
    }

    /// Gives "auto" a meaning.
    pub(crate) fn select(&mut self, scorer: ScorerName) {
        self.parts().1.selected = (scorer != ScorerName::Auto).then_some(scorer);
    }

    /// For each of `[rows, features]`, its number among the remembered training rows, if it is one of them.
    pub(crate) fn own_rows(&self, features: &[f32]) -> Vec<Option<u32>> {
        let Some(rows) = self.memory().rows() else { return Vec::new() };
        let width = self.config().architecture.features();
        let known: Vec<u64> = rows.features.chunks_exact(width).map(fingerprint).collect();
        let mut sorted = known.clone();
        order::sort(&mut sorted);
        let place = |print: u64| known.iter().position(|&known| known == print).map(|row| row as u32);
        let prints = features.chunks_exact(width).map(fingerprint);
        prints.map(|print| sorted.binary_search(&print).is_ok().then(|| place(print)).flatten()).collect()
    }
}
