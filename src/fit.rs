//! Many updates over rows that are uploaded once: shuffled epochs, a learning-rate schedule, and a held-out part for early
//! stopping.
//!
//! A [`Fit`] is a small state machine that its caller drives, a few batches at a time, so that a page can breathe, show
//! progress and stop between batches.

use std::rc::Rc;

use crate::{
    Error, Result,
    config::FitConfig,
    engine::{Engine, Totals, check_outputs, check_square},
    error::Mismatch,
    ood::ScorerName,
    random::Random,
    trainer::Trainer,
};

/// A fit under way on a [`Trainer`].
pub struct Fit<E: Engine> {
    config: FitConfig,
    data: E::Data,
    /// Rows to learn from, reshuffled for each epoch.
    rows: Vec<u32>,
    order: Option<E::Order>,
    validation: Option<Validation<E::Order>>,
    epoch: usize,
    /// Rows of this epoch that have been learnt from.
    position: usize,
    best: f64,
    epochs_since_best: usize,
}

/// The held-out rows: their numbers on the engine, and themselves for the calibration.
struct Validation<Order> {
    order: Order,
    features: Vec<f32>,
    labels: Vec<f64>,
}

/// One finished epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// Its number; the first is 1.
    pub epoch: usize,
    /// How many were asked for.
    pub epochs: usize,
    /// Rows it learnt from.
    pub rows: usize,
    /// Mean over its batches, before each update.
    pub training: Option<Means>,
    /// On the held-out rows, after the epoch.
    pub validation: Option<Means>,
    /// No epoch follows.
    pub last: bool,
    /// No epoch follows although some were left: patience ran out.
    pub stopped_early: bool,
}

/// Averages over rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Means {
    /// Mean loss, nats.
    pub loss: f64,
    /// Share classified correctly.
    pub accuracy: f64,
}

impl Means {
    fn of(totals: Totals, rows: usize) -> Self {
        Self { loss: totals.loss / rows as f64, accuracy: totals.correct / rows as f64 }
    }
}

#[maybe_async::maybe_async]
impl<E: Engine> Fit<E> {
    /// Checks and uploads `[rows, features]` and one class per row.
    pub fn new(trainer: &mut Trainer<E>, features: Vec<f32>, labels: &[f64], config: FitConfig) -> Result<Self> {
        let checked = trainer.check_rows(&features, labels)?;
        let share = config.validation_split;
        let (rows, held_out) = split(&checked.labels, trainer.config().architecture.classes(), trainer.config().seed, share);
        if share > 0.0 && held_out.is_empty() {
            let expected = format!("a share that leaves rows on both sides of {} rows", checked.count);
            return Err(Error::InvalidOption(Mismatch::new("options.validationSplit", expected, share)));
        }
        let width = trainer.config().architecture.features();
        let pick = |rows: &[u32]| -> Vec<f32> {
            rows.iter().flat_map(|&row| &features[row as usize * width..(row as usize + 1) * width]).copied().collect()
        };
        let held_out_features = pick(&held_out);
        let held_out_labels = held_out.iter().map(|&row| labels[row as usize]).collect();
        // Here, because the first step would notice when the rows have been remembered.
        check_outputs(config.batch_size.min(checked.count), &trainer.config().architecture.layers())?;
        if !held_out.is_empty() {
            // What the calibration at its end will ask of the training rows.
            check_outputs(rows.len(), &trainer.config().architecture.layers())?;
            if trainer.memory().selected().is_none() {
                check_square(width)?;
            }
        }
        // Only what is learnt from is remembered: a held-out row must not find itself among the training rows.
        let learnt_from = (!held_out.is_empty())
            .then(|| (Rc::new(pick(&rows)), Rc::new(rows.iter().map(|&row| checked.labels[row as usize]).collect())));
        let features = Rc::new(features);
        let (kept_features, kept_labels) = learnt_from.unwrap_or_else(|| (features.clone(), Rc::new(checked.labels.clone())));
        let engine = trainer.engine();
        engine.clear_totals()?;
        let data = engine.upload(features, checked.labels)?;
        let validation = match held_out.len() {
            0 => None,
            _ => Some(Validation { order: engine.order(held_out)?, features: held_out_features, labels: held_out_labels }),
        };
        // From here on nothing is refused.
        trainer.see(&kept_features, 0..kept_labels.len());
        trainer.remember(kept_features, kept_labels);
        Ok(Self { config, data, rows, order: None, validation, epoch: 0, position: 0, best: f64::INFINITY, epochs_since_best: 0 })
    }

    /// Makes up to `batches` updates, none past the end of the epoch. True when the epoch is at its end: then
    /// [`Fit::end_epoch`] is due.
    pub fn run(&mut self, trainer: &mut Trainer<E>, batches: usize) -> Result<bool> {
        let order = match self.order.take() {
            Some(order) => order,
            None => {
                Random::for_step(trainer.config().seed, trainer.steps()).shuffle(&mut self.rows);
                trainer.engine().order(self.rows.clone())?
            }
        };
        let per_epoch = self.rows.len().div_ceil(self.config.batch_size);
        // In 64 bits: a million epochs of five thousand batches are more than a wasm `usize` counts.
        let steps = per_epoch as u64 * self.config.epochs as u64;
        let base = trainer.config().optimizer.learning_rate();
        for _ in 0..batches {
            let end = (self.position + self.config.batch_size).min(self.rows.len());
            let step = self.epoch as u64 * per_epoch as u64 + (self.position / self.config.batch_size) as u64;
            let learning_rate = base * self.config.schedule.factor(step, steps);
            trainer.update(&self.data, &order, self.position..end, learning_rate)?;
            self.position = end;
            if self.position == self.rows.len() {
                return Ok(true);
            }
        }
        self.order = Some(order);
        Ok(false)
    }

    /// Closes an epoch; after the last one, the head is calibrated with the held-out rows, if there are any.
    ///
    /// Losses are read from the device when `report` asks for them, when patience needs them, and after the last epoch.
    pub async fn end_epoch(&mut self, trainer: &mut Trainer<E>, report: bool) -> Result<Epoch> {
        self.epoch += 1;
        self.position = 0;
        let mut epoch = Epoch {
            epoch: self.epoch,
            epochs: self.config.epochs,
            rows: self.rows.len(),
            training: None,
            validation: None,
            last: self.epoch == self.config.epochs,
            stopped_early: false,
        };
        let reads = report || epoch.last || self.config.patience.is_some();
        if !reads {
            trainer.engine().clear_totals()?;
            return Ok(epoch);
        }
        epoch.training = Some(Means::of(trainer.engine().totals().await?, self.rows.len()));
        if let Some(Validation { order, labels, .. }) = &self.validation {
            let engine = trainer.engine();
            let count = labels.len();
            // In batches, so that validation needs no more scratch than training does.
            for start in (0..count).step_by(self.config.batch_size) {
                engine.measure(&self.data, order, start..(start + self.config.batch_size).min(count))?;
            }
            let means = Means::of(engine.totals().await?, count);
            epoch.validation = Some(means);
            self.epochs_since_best = if means.loss < self.best { 0 } else { self.epochs_since_best + 1 };
            self.best = self.best.min(means.loss);
        }
        if !epoch.last && self.config.patience.is_some_and(|patience| self.epochs_since_best >= patience) {
            epoch.last = true;
            epoch.stopped_early = true;
        }
        if epoch.last
            && let Some(Validation { features, labels, .. }) = &self.validation
        {
            trainer.calibrate(features, labels, None, &ScorerName::Auto.into()).await?;
        }
        Ok(epoch)
    }
}

/// Rows to learn from and rows held out: the same share of every class, by seed; a class keeps at least one row to learn from.
pub(crate) fn split(labels: &[u32], classes: usize, seed: u64, share: f64) -> (Vec<u32>, Vec<u32>) {
    let mut by_class = vec![Vec::new(); classes];
    let mut random = Random::new(seed);
    let (mut kept, mut held_out) = (Vec::new(), Vec::new());
    for (row, &label) in labels.iter().enumerate() {
        by_class[label as usize].push(row as u32);
    }
    // What rounding takes from one class the next one gives back, so that the whole share comes out right.
    let mut owed = 0.0;
    for mut rows in by_class {
        random.shuffle(&mut rows);
        owed += rows.len() as f64 * share;
        let take = (owed.round().max(0.0) as usize).min(rows.len().saturating_sub(1));
        owed -= take as f64;
        held_out.extend_from_slice(&rows[..take]);
        kept.extend_from_slice(&rows[take..]);
    }
    (kept, held_out)
}
