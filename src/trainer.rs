//! The only stateful type: a head on an engine, its optimiser's step count and its seed. Everything that comes in is checked
//! here, before the engine sees it, so that a refused call leaves the head as it was.

use std::rc::Rc;

use crate::{
    Error, Result,
    calibration::SeenRows,
    config,
    config::HeadConfig,
    engine::{Engine, Outputs, Spec},
    error::Mismatch,
    gate::Calibration,
    math::Softmax,
    scoring::Memory,
};

/// A head that can be trained and asked.
pub struct Trainer<E: Engine> {
    engine: E,
    config: HeadConfig,
    steps: u64,
    seen_rows: SeenRows,
    memory: Memory<E::Matrix>,
    calibration: Option<Calibration>,
}

/// What one update saw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Mean loss of the batch before the update, nats.
    pub loss: f64,
    /// Share of the batch classified correctly before the update.
    pub accuracy: f64,
    /// Updates made so far, this one included.
    pub step: u64,
}

/// Classes and their probabilities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// The most probable class of each row, the first of equals, `[rows]`.
    pub class_index: Vec<u32>,
    /// Its probability, `[rows]`.
    pub probability: Vec<f32>,
    /// All of them, `[rows, classes]`.
    pub probabilities: Vec<f32>,
}

/// Checked rows: finite features and, when they are for training, a class for each.
pub(crate) struct Rows {
    pub(crate) count: usize,
    pub(crate) labels: Vec<u32>,
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

#[maybe_async::maybe_async]
impl<E: Engine> Trainer<E> {
    /// A head on an engine that was built for the config's [`HeadConfig::spec`].
    pub fn new(engine: E, config: HeadConfig) -> Self {
        Self { engine, config, steps: 0, seen_rows: SeenRows::default(), memory: Memory::default(), calibration: None }
    }

    /// What the head was built from.
    pub fn config(&self) -> &HeadConfig {
        &self.config
    }

    /// Updates made so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The calibration, unless the head has been trained since.
    pub fn calibration(&self) -> Option<&Calibration> {
        self.calibration.as_ref()
    }

    /// The softmax temperature of probabilities: the calibrated one, or 1.
    pub fn temperature(&self) -> f64 {
        self.calibration().map_or(1.0, |calibration| calibration.temperature)
    }

    pub(crate) fn set_calibration(&mut self, calibration: Calibration) -> &Calibration {
        self.calibration.insert(calibration)
    }

    pub(crate) fn set_steps(&mut self, steps: u64) {
        self.steps = steps;
    }

    pub(crate) fn set_seen_rows(&mut self, seen_rows: SeenRows) {
        self.seen_rows = seen_rows;
    }

    pub(crate) fn seen_rows(&self) -> &SeenRows {
        &self.seen_rows
    }

    /// Remembers rows that are learnt from.
    pub(crate) fn see(&mut self, features: &[f32], rows: impl Iterator<Item = usize>) {
        let width = self.config.architecture.features();
        rows.for_each(|row| self.seen_rows.insert(&features[row * width..(row + 1) * width]));
    }

    pub(crate) fn memory(&self) -> &Memory<E::Matrix> {
        &self.memory
    }

    /// What scoring needs, side by side.
    pub(crate) fn parts(&mut self) -> (&mut E, &mut Memory<E::Matrix>, &HeadConfig) {
        (&mut self.engine, &mut self.memory, &self.config)
    }

    /// Remembers training rows for the scorers that compare with them.
    pub(crate) fn remember(&mut self, features: Rc<Vec<f32>>, labels: Rc<Vec<u32>>) {
        self.memory.remember(features, labels);
        // Its threshold was for scores against other rows.
        self.calibration.take_if(|calibration| calibration.scorer.compares());
    }

    /// Where the head's arithmetic runs.
    pub fn engine(&mut self) -> &mut E {
        &mut self.engine
    }

    /// One update on one batch, `[rows, features]` and a class for each row.
    pub async fn train_step(&mut self, features: Vec<f32>, labels: &[f64], learning_rate: Option<f64>) -> Result<Step> {
        let learning_rate = learning_rate.map(config::step_learning_rate).transpose()?;
        let rows = self.check_rows(&features, labels)?;
        let features = Rc::new(features);
        let data = self.engine.upload(features.clone(), rows.labels)?;
        let order = self.engine.order((0..rows.count as u32).collect())?;
        self.update(&data, &order, 0..rows.count, learning_rate.unwrap_or(self.config.optimizer.learning_rate()))?;
        self.see(&features, 0..rows.count);
        let totals = self.engine.totals().await?;
        let count = rows.count as f64;
        Ok(Step { loss: totals.loss / count, accuracy: totals.correct / count, step: self.steps })
    }

    /// One update on rows that lie on the engine already.
    pub(crate) fn update(
        &mut self,
        data: &E::Data,
        order: &E::Order,
        range: std::ops::Range<usize>,
        learning_rate: f64,
    ) -> Result<()> {
        let update = self.config.optimizer.update(self.steps + 1, learning_rate);
        self.engine.step(data, order, range, &update)?;
        self.steps += 1;
        // Both were another head's.
        self.calibration = None;
        self.memory.forget_fits();
        Ok(())
    }

    /// Raw logits, and the last layer's inputs, of `[rows, features]`.
    pub async fn forward(&mut self, features: &[f32]) -> Result<Outputs> {
        self.check_features(features)?;
        self.engine.forward(features).await
    }

    /// Classes and probabilities at the head's temperature.
    pub async fn predict(&mut self, features: &[f32]) -> Result<Prediction> {
        let logits = self.forward(features).await?.logits;
        Ok(probabilities(logits, self.config.architecture.classes(), self.temperature()))
    }

    /// Checks training rows: shapes, finite features, classes in range.
    pub(crate) fn check_rows(&self, features: &[f32], labels: &[f64]) -> Result<Rows> {
        let count = self.check_features(features)?;
        if labels.len() != count {
            let expected = format!("one label for each of the {count} rows");
            return Err(Error::InvalidLabels(Mismatch::new("labels", expected, format!("{} labels", labels.len()))));
        }
        let labels = check_labels(labels, self.config.architecture.classes())?;
        Ok(Rows { count, labels })
    }

    /// Checks `[rows, features]` and counts the rows.
    pub(crate) fn check_features(&self, features: &[f32]) -> Result<usize> {
        let width = self.config.architecture.features();
        if features.is_empty() || !features.len().is_multiple_of(width) {
            let expected = format!("a positive multiple of {width} numbers, [rows, {width}]");
            return Err(Error::InvalidFeatures(Mismatch::new("features", expected, format!("{} numbers", features.len()))));
        }
        // 0 x is 0 for finite x and NaN otherwise: a sum, which the compiler vectorises, where it would not a search.
        if crate::math::sum(features, |x| 0.0 * x) != 0.0
            && let Some(index) = features.iter().position(|x| !x.is_finite())
        {
            let argument = format!("features, row {}, column {}", index / width, index % width);
            return Err(Error::NotFinite(Mismatch::new(argument, "a finite number", features[index])));
        }
        Ok(features.len() / width)
    }
}

/// Turns logits `[rows, classes]` into classes and probabilities `softmax(f / temperature)`.
pub(crate) fn probabilities(mut logits: Vec<f32>, classes: usize, temperature: f64) -> Prediction {
    let mut prediction = Prediction::default();
    let factor = (1.0 / temperature) as f32;
    let mut copy = vec![0.0; classes];
    for row in logits.chunks_exact_mut(classes) {
        copy.copy_from_slice(row);
        let parts = Softmax::new(&copy, factor, row);
        let inverse_sum = parts.inverse_sum();
        row.iter_mut().for_each(|p| *p *= inverse_sum);
        prediction.class_index.push(parts.argmax as u32);
        prediction.probability.push(inverse_sum);
    }
    prediction.probabilities = logits;
    prediction
}

/// Checks that every label is a class index below `classes`.
pub(crate) fn check_labels(labels: &[f64], classes: usize) -> Result<Vec<u32>> {
    labels
        .iter()
        .enumerate()
        .map(|(row, &label)| {
            if label >= 0.0 && label < classes as f64 && label.fract() == 0.0 {
                return Ok(label as u32);
            }
            let expected = format!("a class index in [0, {classes})");
            Err(Error::InvalidLabels(Mismatch::new(format!("labels[{row}]"), expected, label)))
        })
        .collect()
}
