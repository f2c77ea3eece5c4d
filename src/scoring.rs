//! A head's scores: the training rows that it remembers, and the scorers fitted to them for the weights as they are.

use std::{ops::Range, rc::Rc};

use crate::{
    Error, Result,
    calibration::fingerprint,
    config::HeadConfig,
    engine::{Engine, Outputs},
    ood::{
        Fitted, FittedScorer, LogitScorer, Scorer, ScorerName, ScorerOptions, View,
        auto::Auto,
        nearness::Nearness,
        odin,
        training::{Training, TrainingRows},
    },
    order,
    trainer::Trainer,
};

/// Rows scored at a time by the fitted scorers: what they need beside the rows stays a few megabytes.
const CHUNK: usize = 256;

/// Fitted scorers that are kept: each may hold a copy of all training rows, and a page may ask for any number of parameters.
const KEPT: usize = 8;

/// What a head knows of its training rows.
pub(crate) struct Memory<M> {
    rows: Option<TrainingRows>,
    /// How near other rows lie to them, whatever the weights.
    nearness: Option<Rc<Nearness<M>>>,
    /// The rows as the present weights see them, and what was fitted to that. Gone after every update.
    training: Option<Training>,
    fitted: Vec<(FittedScorer, Fitted<M>)>,
    auto: Option<Auto<M>>,
    /// What "auto" stands for, if not the combination.
    selected: Option<Scorer>,
}

impl<M> Default for Memory<M> {
    fn default() -> Self {
        Self { rows: None, nearness: None, training: None, fitted: Vec::new(), auto: None, selected: None }
    }
}

impl<M> Memory<M> {
    /// Takes the place of what was remembered.
    pub(crate) fn remember(&mut self, features: Rc<Vec<f32>>, labels: Rc<Vec<u32>>) {
        self.rows = Some(TrainingRows { features, labels });
        self.nearness = None;
        self.forget_fits();
    }

    /// Drops what was fitted for weights that are no more.
    pub(crate) fn forget_fits(&mut self) {
        self.training = None;
        self.fitted.clear();
        self.auto = None;
    }

    /// Whether there are rows to compare with.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_none()
    }

    /// Gives "auto" a meaning; nothing is the combination.
    pub(crate) fn select(&mut self, scorer: Option<Scorer>) {
        self.selected = scorer;
    }

    async fn training<E: Engine<Matrix = M>>(&mut self, engine: &mut E, config: &HeadConfig) -> Result<&mut Training> {
        let rows = self.rows.clone().ok_or(Error::ScorerNotFitted("auto"))?;
        Ok(match &mut self.training {
            Some(training) => training,
            none => none.insert(Training::new(engine, &config.architecture, rows).await?),
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
        if self.auto.is_none() {
            let nearness = match (&self.nearness, &self.rows) {
                (Some(nearness), _) => nearness.clone(),
                (None, Some(TrainingRows { features, labels })) => {
                    Rc::new(Nearness::new(engine, features, labels, config.architecture.classes(), config.seed).await?)
                }
                (None, None) => return Err(Error::ScorerNotFitted("auto")),
            };
            self.nearness = Some(nearness.clone());
            let training = self.training(engine, config).await?;
            self.auto = Some(Auto::new(training, nearness));
        }
        self.auto.as_ref().ok_or(Error::ScorerNotFitted("auto"))
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

    /// The checked scorer, with "auto" replaced by what it stands for: what was selected, else the combination, else, while there
    /// are no training rows to combine anything with, the best scorer of logits.
    pub(crate) fn resolve(&self, scorer: &ScorerOptions) -> Result<Scorer> {
        let memory = self.memory();
        let scorer = match scorer.check()? {
            Scorer::Auto if memory.is_empty() => Scorer::Logit(LogitScorer::default_for(&self.config().loss)),
            Scorer::Auto => memory.selected.unwrap_or(Scorer::Auto),
            scorer => scorer,
        };
        if scorer.compares() && memory.is_empty() { Err(Error::ScorerNotFitted(scorer.name().as_str())) } else { Ok(scorer) }
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
        let view = View::new(features, outputs, config.architecture.classes());
        let mut scores = Vec::with_capacity(view.count());
        match scorer {
            Scorer::Logit(scorer) => return Ok(scorer.scores(&view)),
            Scorer::Odin { temperature, epsilon } => {
                return odin::scores(engine, &config.architecture, features, &outputs.logits, temperature, epsilon).await;
            }
            Scorer::Fitted(scorer) => {
                let fitted = memory.fitted(engine, config, scorer).await?;
                for rows in chunks(view.count()) {
                    let without = without.get(rows.clone()).unwrap_or_default();
                    scores.extend(fitted.scores(engine, &view.rows(rows), without).await?);
                }
            }
            Scorer::Auto => {
                let auto = memory.auto(engine, config).await?;
                let width = config.architecture.features();
                for rows in chunks(view.count()) {
                    let without = without.get(rows.clone()).unwrap_or_default();
                    let features = &features[rows.start * width..rows.end * width];
                    scores.extend(auto.scores(engine, features, &view.rows(rows), without).await?);
                }
            }
        }
        Ok(scores)
    }

    /// Remembers rows unless there are some: a selection needs them, and so will what it selects.
    pub(crate) fn remember_if_nothing_is(&mut self, features: &Rc<Vec<f32>>, labels: &[u32]) {
        if self.memory().is_empty() {
            self.remember(features.clone(), Rc::new(labels.to_vec()));
        }
    }

    /// Gives "auto" a meaning.
    pub(crate) fn select(&mut self, scorer: ScorerName) -> Result<()> {
        let selected = match scorer {
            ScorerName::Auto => None,
            name => Some(ScorerOptions::from(name).check()?),
        };
        self.parts().1.select(selected);
        Ok(())
    }

    /// For each of `[rows, features]`, its number among the remembered training rows, if it is one of them.
    pub(crate) fn own_rows(&self, features: &[f32]) -> Vec<Option<u32>> {
        let Some(rows) = &self.memory().rows else { return Vec::new() };
        let width = self.config().architecture.features();
        let known: Vec<u64> = rows.features.chunks_exact(width).map(fingerprint).collect();
        let mut sorted = known.clone();
        order::sort(&mut sorted);
        let place = |print: u64| known.iter().position(|&known| known == print).map(|row| row as u32);
        let prints = features.chunks_exact(width).map(fingerprint);
        prints.map(|print| sorted.binary_search(&print).is_ok().then(|| place(print)).flatten()).collect()
    }
}

/// So many rows, some at a time.
fn chunks(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(CHUNK).map(move |start| start..count.min(start + CHUNK))
}
