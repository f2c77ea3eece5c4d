//! The head: a trainer, the rows that it remembers, the scorers fitted to them, and its calibration. The only place that knows what an
//! update or other rows invalidate. Everything that comes in is checked here, before anything changes, so that a refused call leaves the
//! head as it was.

mod prediction;
mod scores;
pub mod selection;
mod state;
mod verdicts;

pub use self::{
    prediction::Prediction,
    verdicts::{Evaluation, Verdicts},
};

use crate::{
    Error, Result,
    calibration::{Calibration, seen::SeenRows},
    config::{self, FitConfig, HeadConfig},
    engine::{Engine, Outputs, Spec, check_outputs, check_square},
    error::Mismatch,
    ood::{ScorerName, fitting::FittedScorers},
    training::{
        fit::{Epoch, Fit},
        rows::{Rows, check_features},
        split,
        trainer::{Step, Trainer},
    },
};

/// A head that can be trained and asked.
pub struct Head<E: Engine> {
    trainer: Trainer<E>,
    config: HeadConfig,
    /// Fingerprints of the rows that it learnt from.
    seen: SeenRows,
    /// The rows that it remembers, and what was fitted to them.
    scorers: FittedScorers<E::Matrix>,
    /// The scorer that "auto" resolves to, if not the combination.
    selected: Option<ScorerName>,
    calibration: Option<Calibration>,
}

/// A fit under way on a [`Head`], and the rows that will calibrate it.
pub struct HeadFit<E: Engine> {
    fit: Fit<E>,
    held_out: Option<Rows>,
}

impl HeadConfig {
    /// What an engine for this head must be built for.
    pub fn spec(&self) -> Spec {
        Spec { architecture: self.architecture.clone(), loss: self.loss, moments: self.optimizer.moments() }
    }

    /// The seeded parameters that a new head starts from.
    pub fn initial_parameters(&self) -> Vec<f32> {
        self.architecture.initial_parameters(self.seed)
    }
}

impl<E: Engine> Head<E> {
    /// A head on an engine that was built for the config's [`HeadConfig::spec`].
    pub fn new(engine: E, config: HeadConfig) -> Self {
        let trainer = Trainer::new(engine, config.optimizer);
        let (seen, scorers) = (SeenRows::default(), FittedScorers::new(None));
        Self { trainer, config, seen, scorers, selected: None, calibration: None }
    }

    /// What the head was built from.
    pub fn config(&self) -> &HeadConfig {
        &self.config
    }

    /// Updates made so far.
    pub fn steps(&self) -> u64 {
        self.trainer.steps()
    }

    /// The calibration, unless the head has been trained since.
    pub fn calibration(&self) -> Option<&Calibration> {
        self.calibration.as_ref()
    }

    /// The rows that scorers compare with.
    pub fn rows(&self) -> Option<&Rows> {
        self.scorers.rows()
    }

    /// Fingerprints of the rows that it learnt from.
    pub fn seen(&self) -> &SeenRows {
        &self.seen
    }

    /// The softmax temperature of probabilities: the calibrated one, or 1.
    pub fn temperature(&self) -> f64 {
        self.calibration().map_or(1.0, |calibration| calibration.temperature)
    }

    /// Where the head's arithmetic runs.
    pub fn engine(&mut self) -> &mut E {
        self.trainer.engine()
    }

    fn width(&self) -> usize {
        self.config.architecture.features()
    }

    fn classes(&self) -> usize {
        self.config.architecture.classes()
    }

    fn check_rows(&self, features: Vec<f32>, labels: &[f64]) -> Result<Rows> {
        Rows::check(features, labels, self.width(), self.classes())
    }

    /// After an update: calibration and fitted statistics belong to the weights before it.
    fn invalidate_weights(&mut self) {
        self.calibration = None;
        self.scorers.forget_weights();
    }

    /// Remembers rows, in the place of those before, for the scorers that compare with them. Also ends a calibration for such a scorer: its
    /// threshold was for scores against other rows.
    fn remember(&mut self, rows: Rows) {
        self.scorers = FittedScorers::new(Some(rows));
        self.calibration.take_if(|calibration| calibration.scorer.compares());
    }

    /// Notes rows that are learnt from.
    fn see(&mut self, rows: &Rows) {
        rows.features.chunks_exact(rows.width).for_each(|row| self.seen.insert(row));
    }
}

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// One update on one batch, `[rows, features]` and a class for each row.
    pub async fn train_step(&mut self, features: Vec<f32>, labels: &[f64], learning_rate: Option<f64>) -> Result<Step> {
        let learning_rate = learning_rate.map(config::step_learning_rate).transpose()?;
        let rows = self.check_rows(features, labels)?;
        let before = self.steps();
        let step = self.trainer.step(&rows, learning_rate.unwrap_or(self.trainer.learning_rate())).await;
        // Also where the read-back failed: the update was made.
        if self.steps() > before {
            self.invalidate_weights();
            self.see(&rows);
        }
        step
    }

    /// Begins a fit of `[rows, features]` and one class per row. The rows that it learns from are remembered.
    pub fn begin_fit(&mut self, features: Vec<f32>, labels: &[f64], config: FitConfig) -> Result<HeadFit<E>> {
        let rows = self.check_rows(features, labels)?;
        let share = config.validation_split;
        let (learnt, held_out) = split::stratified(&rows.labels, self.classes(), self.config.seed, share);
        if share > 0.0 && held_out.is_empty() {
            let expected = format!("a share that leaves rows on both sides of {} rows", rows.count());
            return Err(Error::InvalidOption(Mismatch::new("options.validationSplit", expected, share)));
        }
        // Here, because the first step would notice when the rows have been remembered.
        let layers = self.config.architecture.layers();
        check_outputs(config.batch_size.min(rows.count()), &layers)?;
        if !held_out.is_empty() {
            // What the calibration at its end will ask of the training rows.
            check_outputs(learnt.len(), &layers)?;
            if self.selected.is_none() {
                check_square(self.width())?;
            }
        }
        // Only what is learnt from is remembered: a held-out row must not find itself among the training rows.
        let apart = (!held_out.is_empty()).then(|| (rows.pick(&learnt), rows.pick(&held_out)));
        let fit = Fit::new(&mut self.trainer, &rows, (learnt, held_out), config, self.config.seed)?;
        // From here on nothing is refused.
        let (remembered, held_out) = match apart {
            Some((learnt, held_out)) => (learnt, Some(held_out)),
            None => (rows, None),
        };
        self.see(&remembered);
        self.remember(remembered);
        Ok(HeadFit { fit, held_out })
    }

    /// Makes up to `batches` updates of a fit, none past the end of an epoch. True when the epoch is at its end: then
    /// [`Head::end_epoch`] is due.
    pub fn run_fit(&mut self, fit: &mut HeadFit<E>, batches: usize) -> Result<bool> {
        let before = self.steps();
        let ended = fit.fit.run(&mut self.trainer, batches);
        if self.steps() > before {
            self.invalidate_weights();
        }
        ended
    }

    /// Closes an epoch; after the last one, the head is calibrated with the held-out rows, if there are any.
    ///
    /// Losses are read from the device when `report` asks for them, when patience needs them, and after the last epoch.
    pub async fn end_epoch(&mut self, fit: &mut HeadFit<E>, report: bool) -> Result<Epoch> {
        let epoch = fit.fit.end_epoch(&mut self.trainer, report).await?;
        if let (true, Some(rows)) = (epoch.last, &fit.held_out) {
            self.calibrate_with(&rows.features, &rows.labels, config::alpha(None)?, &ScorerName::Auto.into()).await?;
        }
        Ok(epoch)
    }

    /// Raw logits, and the last layer's inputs, of `[rows, features]`.
    pub async fn forward(&mut self, features: &[f32]) -> Result<Outputs> {
        check_features(features, self.width())?;
        self.engine().forward(features).await
    }

    /// Classes and probabilities at the head's temperature.
    pub async fn predict(&mut self, features: &[f32]) -> Result<Prediction> {
        let logits = self.forward(features).await?.logits;
        Ok(Prediction::new(logits, self.classes(), self.temperature()))
    }
}
