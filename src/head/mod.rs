//! The head: a trainer, the rows that it remembers, the scorers fitted to them, and its
//! calibration. The only place that knows what an update or other rows invalidate. Everything that
//! comes in is checked here, before anything changes, so that a refused call leaves the head as it
//! was.

mod answers;
mod asking;
mod calibrate;
pub mod calls;
mod classes;
pub mod cross;
mod explain;
pub mod export;
mod fit;
mod parameters;
mod prediction;
mod preparation;
mod remembered;
mod scores;
pub mod selection;
mod state;
mod verdicts;

pub use self::{
    explain::Explanation,
    fit::{FitRows, HeadFit, Remember},
    prediction::Prediction,
    remembered::Remembered,
    verdicts::{Evaluation, Verdicts},
};

use std::rc::Rc;

use crate::{
    Error, Result,
    calibration::{Calibration, seen::SeenRows},
    config::{self, ClassWeights, FitConfig, HeadConfig},
    engine::{Engine, Outputs, Spec},
    input_map::InputMap,
    ood::{
        ScorerName,
        fitting::{FittedScorers, Model},
    },
    training::{
        memory::Memory,
        rows::{Rows, check_features},
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
    /// The rows that it remembers.
    memory: Memory,
    /// Goes up when they change, or the classes do.
    revision: u32,
    /// What was fitted to them.
    scorers: FittedScorers<E::Matrix>,
    /// The scorer that "auto" resolves to, if not the combination.
    selected: Option<ScorerName>,
    calibration: Option<Rc<Calibration>>,
    /// How the last fit trained: a cross-calibration trains its heads alike.
    fitted_with: Option<(FitConfig, ClassWeights)>,
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
        let memory = Memory::new(config.architecture.features());
        Self {
            trainer,
            config,
            input: None,
            seen: SeenRows::default(),
            scorers: FittedScorers::of(&memory),
            memory,
            revision: 0,
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
        self.calibration.as_deref()
    }

    /// The rows that it remembers, with a class each.
    pub fn rows(&self) -> Option<&Rows> {
        self.memory.known()
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
    fn adopt_input(&mut self, rows: &Rows) -> bool {
        let adopts = self.config.standardize && self.steps() == 0 && self.input.is_none();
        if adopts {
            self.set_input(InputMap::of(rows.columns()).map(Rc::new));
        }
        adopts
    }

    /// Takes the map anew from rows of a fit for which it would be quite another one; answers the
    /// one before. The weights stay as they are: those of features that the map brings to another
    /// scale are learnt by the fit.
    fn renew_input(&mut self, rows: &Rows) -> Option<Rc<InputMap>> {
        let earlier = self.input.clone()?;
        let now = InputMap::of(rows.columns()).filter(|now| now.departs_from(&earlier))?;
        self.set_input(Some(Rc::new(now)));
        self.invalidate_weights();
        Some(earlier)
    }

    fn set_input(&mut self, input: Option<Rc<InputMap>>) {
        self.input = input;
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

    /// Notes rows that are learnt from.
    fn see(&mut self, rows: &Rows) {
        self.seen.insert_all(&rows.features, rows.width);
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
        let adopted = self.adopt_input(&rows);
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
