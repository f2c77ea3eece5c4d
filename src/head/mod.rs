//! The head: a trainer, the rows that it remembers, the scorers fitted to them, and its
//! calibration. The only place that knows what an update or other rows invalidate. Everything that
//! comes in is checked here, before anything changes, so that a refused call leaves the head as it
//! was.

mod calibrate;
pub mod cross;
mod prediction;
mod scores;
pub mod selection;
mod state;
mod verdicts;

pub use self::{
    prediction::Prediction,
    verdicts::{Evaluation, Verdicts},
};

use std::rc::Rc;

use crate::{
    Error, Result,
    calibration::{self, Calibration, CalibrationOptions, conformal::least_rows, seen::SeenRows},
    config::{self, FitConfig, HeadConfig},
    engine::{Engine, Outputs, Spec, check_outputs, check_square},
    error::Mismatch,
    input_map::InputMap,
    ood::{
        ScorerName,
        fitting::{FittedScorers, Model},
    },
    training::{
        fit::{Epoch, Fit},
        rows::{Rows, check_features},
        sessions::look_grouped,
        split,
        trainer::{Step, Trainer},
    },
};

/// A head that can be trained and asked.
pub struct Head<E: Engine> {
    trainer: Trainer<E>,
    config: HeadConfig,
    /// The map before the first layer, taken from the first rows that it learnt from.
    input: Option<Rc<InputMap>>,
    /// Fingerprints of the rows that it learnt from.
    seen: SeenRows,
    /// The rows that it remembers, and what was fitted to them.
    scorers: FittedScorers<E::Matrix>,
    /// The scorer that "auto" resolves to, if not the combination.
    selected: Option<ScorerName>,
    calibration: Option<Calibration>,
    /// How the last fit trained: a cross-calibration trains its heads alike.
    fitted_with: Option<FitConfig>,
}

/// What to do about rows that look like groups nobody named.
const UNNAMED_GROUPS: &str = "rows of a class look like frames of one recording or shots of one scene; name these in options.groups, or more \
                              than alpha of the rows of new recordings will be rejected";

/// A fit under way on a [`Head`], and the rows that will calibrate it.
pub struct HeadFit<E: Engine> {
    fit: Fit<E>,
    held_out: Option<Rows>,
    /// What is to be said of rows that were parted as if they had nothing to do with one another.
    grouped: Option<String>,
    /// Whether the map before the first layer was taken from its rows.
    adopted: bool,
    patience: bool,
    warning: Option<String>,
}

impl<E: Engine> HeadFit<E> {
    /// What the caller should know, after the last epoch.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }
}

/// What may come with the rows of a fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FitRows {
    /// A group for each row: rows of one group are never parted.
    pub groups: Option<Vec<f64>>,
    /// Rows to validate on, `[rows, features]`, and a class for each.
    pub validation: Option<(Vec<f32>, Vec<f64>)>,
}

impl HeadConfig {
    /// What an engine for this head must be built for.
    pub fn spec(&self) -> Spec {
        Spec {
            architecture: self.architecture.clone(),
            loss: self.loss,
            moments: self.optimizer.moments(),
        }
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
        Self {
            trainer,
            config,
            input: None,
            seen,
            scorers,
            selected: None,
            calibration: None,
            fitted_with: None,
        }
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

    /// Takes the map before the first layer from rows that are about to be learnt from, if they are
    /// the first. Whether it did.
    fn adopt_input(&mut self, rows: &[f32]) -> bool {
        let adopts = self.config.standardize && self.steps() == 0 && self.input.is_none();
        if adopts {
            self.set_input(InputMap::fit(rows, self.width()));
        }
        adopts
    }

    fn set_input(&mut self, input: Option<InputMap>) {
        self.input = input.map(Rc::new);
        self.trainer.engine().set_input(self.input.clone());
    }

    /// The head as scorers see it, and the scorers.
    fn model(&mut self) -> (Model<'_, E>, &mut FittedScorers<E::Matrix>) {
        let Self { trainer, config, input, scorers, .. } = self;
        let input = input.as_deref();
        let model = Model {
            engine: trainer.engine(),
            architecture: &config.architecture,
            input,
            seed: config.seed,
        };
        (model, scorers)
    }

    /// After an update: calibration and fitted statistics belong to the weights before it.
    fn invalidate_weights(&mut self) {
        self.calibration = None;
        self.scorers.forget_weights();
    }

    /// Remembers rows, in the place of those before, for the scorers that compare with them. Also
    /// ends a calibration for such a scorer: its threshold was for scores against other rows.
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
    pub async fn train_step(
        &mut self,
        features: Vec<f32>,
        labels: &[f64],
        learning_rate: Option<f64>,
    ) -> Result<Step> {
        let learning_rate = learning_rate.map(config::step_learning_rate).transpose()?;
        let rows = self.check_rows(features, labels)?;
        let adopted = self.adopt_input(&rows.features);
        let before = self.steps();
        let step =
            self.trainer.step(&rows, learning_rate.unwrap_or(self.trainer.learning_rate())).await;
        // Also where the read-back failed: the update was made.
        if self.steps() > before {
            self.invalidate_weights();
            self.see(&rows);
        } else if adopted {
            self.set_input(None);
        }
        step
    }

    /// Begins a fit of `[rows, features]` and one class per row. The rows that it learns from are
    /// remembered.
    pub fn begin_fit(
        &mut self,
        features: Vec<f32>,
        labels: &[f64],
        config: FitConfig,
        with: FitRows,
    ) -> Result<HeadFit<E>> {
        let given = self.check_rows(features, labels)?.grouped(with.groups.as_deref())?;
        // In the order in which they came, which parting them loses.
        let is_parted = config.validation_split > 0.0 && given.groups.is_none();
        let grouped =
            (is_parted && look_grouped(&given, self.classes())).then(|| UNNAMED_GROUPS.to_string());
        let (learnt, held_out, all) = match with.validation {
            Some((features, labels)) => {
                let validation = self
                    .check_rows(features, &labels)
                    .map_err(|error| within("options.validation", error))?;
                let all = given.followed_by(&validation);
                let count = given.count() as u32;
                ((0..count).collect(), (count..all.count() as u32).collect(), all)
            }
            None => {
                let (learnt, held_out) = self.split(&given, config.validation_split)?;
                (learnt, held_out, given.clone())
            }
        };
        // Here, because the first step would notice when the rows have been remembered.
        let layers = self.config.architecture.layers();
        check_outputs(config.batch_size.min(all.count()), &layers)?;
        if !held_out.is_empty() {
            // What the calibration at its end will ask of the training rows.
            check_outputs(learnt.len(), &layers)?;
            if self.selected.is_none() {
                check_square(self.width())?;
            }
        }
        // Only what is learnt from is remembered: a held-out row must not find itself among the
        // training rows.
        let apart = (!held_out.is_empty()).then(|| (all.pick(&learnt), all.pick(&held_out)));
        let adopted =
            self.adopt_input(apart.as_ref().map_or(&all, |(learnt, _)| learnt).features.as_slice());
        let fit = Fit::new(&mut self.trainer, &all, (learnt, held_out), config, self.config.seed)?;
        // From here on nothing is refused.
        let (remembered, held_out) = match apart {
            Some((learnt, held_out)) => (learnt, Some(held_out)),
            None => (given, None),
        };
        self.see(&remembered);
        self.remember(remembered);
        self.fitted_with = Some(config);
        let patience = config.patience.is_some();
        Ok(HeadFit { fit, held_out, grouped, adopted, patience, warning: None })
    }

    /// Rows to learn from and rows held out.
    fn split(&self, rows: &Rows, share: f64) -> Result<(Vec<u32>, Vec<u32>)> {
        let (classes, seed) = (self.classes(), self.config.seed);
        if share == 0.0 {
            return Ok(((0..rows.count() as u32).collect(), Vec::new()));
        }
        let (learnt, held_out) = match &rows.groups {
            Some(groups) => split::grouped(&rows.labels, groups, classes, seed, share),
            None => split::stratified(&rows.labels, classes, seed, share),
        };
        if held_out.is_empty() {
            let parts = if rows.groups.is_some() { "groups" } else { "rows" };
            let expected =
                format!("a share that leaves {parts} on both sides of {} rows", rows.count());
            return Err(Error::InvalidOption(Mismatch::new(
                "options.validationSplit",
                expected,
                share,
            )));
        }
        Ok((learnt, held_out))
    }

    /// Makes up to `batches` updates of a fit, none past the end of an epoch. True when the epoch
    /// is at its end: then [`Head::end_epoch`] is due.
    pub fn run_fit(&mut self, fit: &mut HeadFit<E>, batches: usize) -> Result<bool> {
        let before = self.steps();
        let ended = fit.fit.run(&mut self.trainer, batches);
        if self.steps() > before {
            self.invalidate_weights();
        }
        ended
    }

    /// Closes an epoch; after the last one, the head is calibrated with the held-out rows, if there
    /// are enough of them.
    ///
    /// Losses are read from the device when `report` asks for them, when patience needs them, and
    /// after the last epoch.
    pub async fn end_epoch(&mut self, fit: &mut HeadFit<E>, report: bool) -> Result<Epoch> {
        let ended = fit.fit.end_epoch(&mut self.trainer, report).await;
        if ended.is_err() {
            // Where training diverged these are other weights.
            self.invalidate_weights();
            if fit.adopted && self.steps() == 0 {
                self.set_input(None);
            }
        }
        let epoch = ended?;
        if epoch.last {
            // Patience may have gone back to earlier weights.
            self.invalidate_weights();
            if let Some(held_out) = fit.held_out.take() {
                let warning = self.calibrate_after(&held_out, fit.patience).await?;
                fit.warning = calibration::joined([warning, fit.grouped.take()]);
            }
        }
        Ok(epoch)
    }

    /// Calibrates with the rows that a fit held out, and says what is to be known of that.
    async fn calibrate_after(
        &mut self,
        held_out: &Rows,
        chose_epoch: bool,
    ) -> Result<Option<String>> {
        let options = CalibrationOptions::from(ScorerName::Auto);
        let (count, least) = (held_out.count(), least_rows(config::alpha(None)?));
        if count < least {
            return Ok(Some(format!(
                "not calibrated: {count} held-out rows are too few for alpha 0.05, which takes {least}; calibrate() without rows \
                 calibrates from the head's own"
            )));
        }
        let settings = self.settings(&options)?;
        let calibrated = self.calibrate_with(settings, &held_out.features, &held_out.labels).await;
        let warning = match calibrated {
            Ok(calibration) => calibration.warning.clone(),
            // The fit has succeeded, whatever the rows that were held out.
            Err(error @ Error::NotFinite(_)) => {
                return Ok(Some(format!("not calibrated: {error}")));
            }
            Err(error) => return Err(error),
        };
        let chose = chose_epoch.then(|| {
            "the rows that chose the epoch also calibrated: hold out others for calibrate"
                .to_string()
        });
        Ok(calibration::joined([warning, chose]))
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

/// The error with its argument named as a part of `of`.
fn within(of: &str, mut error: Error) -> Error {
    if let Error::InvalidFeatures(m) | Error::InvalidLabels(m) | Error::NotFinite(m) = &mut error {
        m.argument = format!("{of}.{}", m.argument);
    }
    error
}
