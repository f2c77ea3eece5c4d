//! Many updates over rows that are uploaded once: shuffled epochs, a learning-rate schedule, and a
//! held-out part for early stopping.
//!
//! A [`Fit`] is a small state machine that its caller drives, a few batches at a time, so that a
//! page can breathe, show progress and stop between batches.

use std::{iter, ops::Range, rc::Rc};

use super::{plan::Plan, rows::Rows, trainer::Trainer, variation::others};
use crate::{
    Result,
    config::FitConfig,
    engine::{Engine, State, Totals},
    numeric::random::Random,
    pace::{TURN, now},
};

/// A fit under way on a [`Trainer`].
pub struct Fit<E: Engine> {
    config: FitConfig,
    plan: Plan,
    seed: u64,
    data: E::Data,
    labels: Rc<Vec<u32>>,
    /// Rows to learn from, reshuffled for each epoch.
    rows: Vec<u32>,
    order: Option<E::Order>,
    /// Rows that only measure.
    held_out: Option<HeldOut<E>>,
    /// Pieces of [`Fit::prepare`] that are done, until all are.
    prepared: Option<usize>,
    epoch: usize,
    /// Rows of this epoch that have been learnt from.
    position: usize,
    best: Option<Best>,
    epochs_since_best: usize,
}

/// Rows that only measure.
struct HeldOut<E: Engine> {
    data: E::Data,
    order: E::Order,
    count: usize,
}

/// The best epoch so far, by its validation loss.
struct Best {
    epoch: Epoch,
    /// Its weights, where patience asks for them.
    state: Option<State>,
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
    /// Mean over its batches, before each update; of rows as they were varied, where they were.
    pub training: Option<Means>,
    /// On the held-out rows, after the epoch.
    pub validation: Option<Means>,
    /// No epoch follows.
    pub last: bool,
    /// No epoch follows although some were left: patience ran out.
    pub stopped_early: bool,
    /// After the last epoch, what is known of the one whose weights the head has: with patience,
    /// the best one.
    pub kept: Option<Kept>,
}

/// The epoch whose weights a fit left the head with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kept {
    /// See [`Epoch::training`].
    pub training: Option<Means>,
    /// See [`Epoch::validation`].
    pub validation: Option<Means>,
}

impl From<Epoch> for Kept {
    fn from(epoch: Epoch) -> Self {
        Self { training: epoch.training, validation: epoch.validation }
    }
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
    /// Uploads the rows to learn from, with how much each counts, and those that only measure.
    pub fn new(
        trainer: &mut Trainer<E>,
        (learnt, weights): (&Rows, Option<Rc<Vec<f32>>>),
        held_out: Option<&Rows>,
        (config, plan): (FitConfig, Plan),
        seed: u64,
    ) -> Result<Self> {
        trainer.engine().clear_totals()?;
        let prepared = E::IS_AWAITED.then_some(0);
        if prepared.is_none() {
            trainer.keep()?;
        }
        let count = learnt.count();
        let data = trainer.upload(learnt, weights)?;
        let held_out = match held_out {
            None => None,
            Some(rows) => {
                let data = trainer.upload(rows, None)?;
                let order = trainer.engine().order((0..rows.count() as u32).collect(), None)?;
                Some(HeldOut { data, order, count: rows.count() })
            }
        };
        Ok(Self {
            config,
            plan,
            seed,
            data,
            labels: Rc::clone(&learnt.labels),
            rows: (0..count as u32).collect(),
            order: None,
            held_out,
            prepared,
            epoch: 0,
            position: 0,
            best: None,
            epochs_since_best: 0,
        })
    }

    /// Makes up to `batches` updates, none past the end of the epoch. True when the epoch is at its
    /// end: then [`Fit::end_epoch`] is due.
    pub fn run(&mut self, trainer: &mut Trainer<E>, batches: usize) -> Result<bool> {
        let ended = self.update(trainer, batches);
        // Whoever validates, or never comes back, finds the engine with the head's own loss.
        if let Some(warm_up) = &self.plan.warm_up {
            trainer.engine().set_loss(warm_up.own());
        }
        ended
    }

    fn update(&mut self, trainer: &mut Trainer<E>, batches: usize) -> Result<bool> {
        let order = match self.order.take() {
            Some(order) => order,
            None => {
                Random::for_step(self.seed, trainer.steps()).shuffle(&mut self.rows);
                let others = self.plan.varies.then(|| others(&self.labels, &self.rows));
                trainer.engine().order(self.rows.clone(), others)?
            }
        };
        let per_epoch = self.rows.len().div_ceil(self.config.batch_size);
        // In 64 bits: a million epochs of five thousand batches are more than a wasm `usize`
        // counts.
        let steps = per_epoch as u64 * self.plan.epochs as u64;
        let base = trainer.learning_rate();
        for _ in 0..batches {
            let end = (self.position + self.config.batch_size).min(self.rows.len());
            let step = self.epoch as u64 * per_epoch as u64
                + (self.position / self.config.batch_size) as u64;
            let learning_rate = base * self.config.schedule.factor(step, steps);
            if let Some(warm_up) = &self.plan.warm_up {
                trainer.engine().set_loss(warm_up.loss(step, steps));
            }
            if E::IS_AWAITED && self.prepared.is_some() {
                let started = now();
                while let Some(done) = self.prepared
                    && now() - started < TURN
                {
                    let range = self.position..end;
                    self.prepared = self.prepare(trainer, &order, range, done)?;
                }
                if self.prepared.is_some() {
                    break;
                }
            }
            trainer.update(&self.data, &order, self.position..end, learning_rate)?;
            self.position = end;
            if self.position == self.rows.len() {
                return Ok(true);
            }
        }
        self.order = Some(order);
        Ok(false)
    }

    /// What a device takes its time for before the first update, in pieces: the next one after so
    /// many, and then how many are done, unless all are.
    fn prepare(
        &mut self,
        trainer: &mut Trainer<E>,
        order: &E::Order,
        range: Range<usize>,
        done: usize,
    ) -> Result<Option<usize>> {
        if done == 0 {
            trainer.keep()?;
            return Ok(Some(1));
        }
        let held_out = self.held_out.as_mut().map(|held_out| &mut held_out.data);
        for data in iter::once(&mut self.data).chain(held_out) {
            if trainer.engine().upload_more(data)? {
                return Ok(Some(1));
            }
        }
        let is_last = trainer.rehearse(&self.data, order, range, done - 1)?;
        Ok((!is_last).then_some(done + 1))
    }

    /// Closes an epoch.
    ///
    /// Losses are read from the device when `report` asks for them, when patience needs them, and
    /// after the last epoch. Where they, or the weights, are no numbers, the fit is at its end: the
    /// weights are again those of the last epoch before it whose losses were read, or those before
    /// the fit, or finite ones after these.
    pub async fn end_epoch(&mut self, trainer: &mut Trainer<E>, report: bool) -> Result<Epoch> {
        self.epoch += 1;
        self.position = 0;
        let mut epoch = Epoch {
            epoch: self.epoch,
            epochs: self.plan.epochs,
            rows: self.rows.len(),
            training: None,
            validation: None,
            last: self.epoch == self.plan.epochs,
            stopped_early: false,
            kept: None,
        };
        let reads = report || epoch.last || self.config.patience.is_some();
        if !reads {
            trainer.engine().clear_totals()?;
            return Ok(epoch);
        }
        let totals = trainer.engine().totals().await?;
        let totals = trainer.checked(totals, trainer.learning_rate())?;
        epoch.training = Some(Means::of(totals, self.rows.len()));
        if let Some(HeldOut { data, order, count }) = &self.held_out {
            let engine = trainer.engine();
            // In batches, so that validation needs no more scratch than training does.
            for start in (0..*count).step_by(self.config.batch_size) {
                let end = (start + self.config.batch_size).min(*count);
                engine.measure(data, order, start..end)?;
            }
            let means = Means::of(engine.totals().await?, *count);
            epoch.validation = Some(means);
            self.compare(trainer, epoch, means).await?;
        }
        if !epoch.last
            && self.config.patience.is_some_and(|patience| self.epochs_since_best >= patience)
        {
            epoch.last = true;
            epoch.stopped_early = true;
        }
        if epoch.last {
            epoch.kept = Some(self.finish(trainer, epoch)?);
        } else {
            trainer.keep()?;
        }
        Ok(epoch)
    }

    /// Keeps the weights of the epoch if it is the best so far and patience was asked for.
    async fn compare(
        &mut self,
        trainer: &mut Trainer<E>,
        epoch: Epoch,
        validation: Means,
    ) -> Result<()> {
        let least = self
            .best
            .as_ref()
            .and_then(|best| best.epoch.validation)
            .map_or(f64::INFINITY, |means| means.loss);
        if validation.loss < least {
            let state = if self.config.patience.is_some() {
                Some(trainer.engine().state().await?)
            } else {
                None
            };
            self.best = Some(Best { epoch, state });
            self.epochs_since_best = 0;
        } else {
            self.epochs_since_best += 1;
        }
        Ok(())
    }

    /// Goes back to the best epoch's weights, where patience kept them.
    fn finish(&mut self, trainer: &mut Trainer<E>, last: Epoch) -> Result<Kept> {
        match self.best.take() {
            Some(Best { epoch, state: Some(state) }) if epoch.epoch < last.epoch => {
                trainer.engine().set_state(&state)?;
                Ok(epoch.into())
            }
            _ => Ok(last.into()),
        }
    }
}
