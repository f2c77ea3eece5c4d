//! An engine, an optimiser and a step count.

use std::{ops::Range, rc::Rc};

use super::rows::Rows;
use crate::{
    Error, Result,
    engine::{Engine, State, Totals},
    error::Mismatch,
    numeric::format::number,
    optim::Optimizer,
};

/// Makes updates.
pub struct Trainer<E: Engine> {
    engine: E,
    optimizer: Optimizer,
    steps: u64,
    /// Updates made before [`Trainer::keep`].
    kept: u64,
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

#[maybe_async::maybe_async]
impl<E: Engine> Trainer<E> {
    /// On an engine that keeps as many moments as the optimiser needs.
    pub fn new(engine: E, optimizer: Optimizer) -> Self {
        Self { engine, optimizer, steps: 0, kept: 0 }
    }

    /// Where the arithmetic runs.
    pub fn engine(&mut self) -> &mut E {
        &mut self.engine
    }

    /// Goes on on another engine.
    pub fn replace_engine(&mut self, engine: E) {
        self.engine = engine;
    }

    /// Updates made so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The learning rate that updates take unless told otherwise.
    pub fn learning_rate(&self) -> f64 {
        self.optimizer.learning_rate()
    }

    /// One update on rows that lie on the engine already.
    pub fn update(
        &mut self,
        data: &E::Data,
        order: &E::Order,
        range: Range<usize>,
        learning_rate: f64,
    ) -> Result<()> {
        let update = self.optimizer.update(self.steps + 1, learning_rate);
        self.engine.step(data, order, range, &update)?;
        self.steps += 1;
        Ok(())
    }

    /// Compiles a kernel of such an update; true where none is left.
    pub fn rehearse(
        &mut self,
        data: &E::Data,
        order: &E::Order,
        range: Range<usize>,
        kernel: usize,
    ) -> Result<bool> {
        let update = self.optimizer.update(self.steps + 1, self.learning_rate());
        self.engine.rehearse(data, order, range, &update, kernel)
    }

    /// Keeps the weights as they are, for [`Trainer::checked`] to go back to.
    pub fn keep(&mut self) -> Result<()> {
        if self.engine.keep()? {
            self.kept = self.steps;
        }
        Ok(())
    }

    /// Totals of updates at this learning rate. If these diverged, the weights are again those that
    /// were kept, or finite ones after them, and the error says so.
    pub fn checked(&mut self, totals: Totals, learning_rate: f64) -> Result<Totals> {
        if totals.loss.is_finite() && !totals.diverged {
            return Ok(totals);
        }
        self.steps = self.kept + self.engine.go_back()?;
        Err(Error::NotFinite(Mismatch::new(
            "learningRate",
            "one at which loss and weights stay finite on these features",
            format!(
                "{}, at which training diverged; the weights are again those of step {}",
                number(learning_rate),
                self.steps
            ),
        )))
    }

    /// One update on all of the rows; none if it diverges.
    pub async fn step(&mut self, rows: &Rows, learning_rate: f64) -> Result<Step> {
        let mut data = self.upload(rows, None)?;
        while self.engine.upload_more(&mut data)? {}
        let order = self.engine.order((0..rows.count() as u32).collect(), None)?;
        // A fit that was abandoned has left some.
        self.engine.clear_totals()?;
        self.keep()?;
        self.update(&data, &order, 0..rows.count(), learning_rate)?;
        let totals = self.engine.totals().await?;
        let totals = self.checked(totals, learning_rate)?;
        let count = rows.count() as f64;
        Ok(Step { loss: totals.loss / count, accuracy: totals.correct / count, step: self.steps })
    }

    /// Parameters, then each of the optimiser's moments.
    pub async fn state(&mut self) -> Result<Vec<f32>> {
        let State { mut parameters, moments } = self.engine.state().await?;
        moments.iter().for_each(|moment| parameters.extend_from_slice(moment));
        Ok(parameters)
    }

    /// Takes the place of parameters, moments (as [`Trainer::state`] answers them) and step count.
    pub fn restore(&mut self, state: &[f32], steps: u64) -> Result<()> {
        let parameters = state.len() / (1 + self.optimizer.moments());
        let mut arrays = state.chunks_exact(parameters).map(<[f32]>::to_vec);
        let state =
            State { parameters: arrays.next().unwrap_or_default(), moments: arrays.collect() };
        self.engine.set_state(&state)?;
        self.steps = steps;
        Ok(())
    }
}

impl<E: Engine> Trainer<E> {
    /// Rows on the engine, with how much each counts in the loss, if not all alike.
    pub fn upload(&mut self, rows: &Rows, weights: Option<Rc<Vec<f32>>>) -> Result<E::Data> {
        self.engine.upload(Rc::clone(&rows.features), Rc::clone(&rows.labels), weights)
    }
}
