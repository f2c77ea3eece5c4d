//! Fits of a head, and the calibration that rows held out of them make at the end.

use std::rc::Rc;

use super::{
    Head,
    calls::Call,
    preparation::{Given, Preparation, Prepared},
};
use crate::{
    Error, Result,
    calibration::{self, conformal::least_rows},
    config::{self, ClassWeights, FitConfig},
    engine::{Engine, check_outputs, check_square},
    input_map::InputMap,
    pace::Paced,
    training::{
        fit::{Epoch, Fit},
        plan::Plan,
        rows::Rows,
        weights::{outweighed, row_weights},
    },
};

/// What to do about rows that look like groups nobody named.
pub(super) const UNNAMED_GROUPS: &str = "rows of a class look like frames of one recording or shots of one scene; name these in options.groups, or more \
                              than alpha of the rows of new recordings will be rejected";

/// The map before the first layer before a fit took another one, and the head's updates then.
type EarlierInput = (Option<Rc<InputMap>>, u64);

/// A fit under way on a [`Head`], and the rows that will calibrate it.
pub struct HeadFit<E: Engine> {
    fit: Fit<E>,
    held_out: Option<Rows>,
    /// The calibration by them.
    calibrating: Option<Call<E>>,
    /// What is to be said of rows that were parted as if they had nothing to do with one another.
    grouped: Option<String>,
    /// If the map before the first layer was taken from its rows.
    input: Option<EarlierInput>,
    /// How it is made.
    pub(super) plan: Plan,
    patience: bool,
    warning: Option<String>,
}

impl<E: Engine> HeadFit<E> {
    /// What the caller should know, after the last epoch.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// What is to be said once the held-out rows have calibrated, or not.
    fn add_warnings(&mut self, warning: Option<String>) {
        self.warning = calibration::joined([self.warning.take(), warning, self.grouped.take()]);
    }
}

/// What may come with the rows of a fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FitRows {
    /// A group for each row: rows of one group are never parted.
    pub groups: Option<Vec<f64>>,
    /// How much each row counts in the loss.
    pub weights: Option<Vec<f64>>,
    /// How much each class counts in the loss.
    pub class_weights: ClassWeights,
    /// Rows to validate on, `[rows, features]`, and a class for each.
    pub validation: Option<(Vec<f32>, Vec<f64>)>,
    /// What becomes of the rows that the head remembers.
    pub remember: Remember,
    /// The head whose training this one's is to be like, where it is made for a part of its rows.
    pub part_of: Option<PartOf>,
}

/// A head of more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartOf {
    /// How many.
    pub rows: usize,
    /// Updates that it has made: fewer than its last fit planned where that was stopped, or patience
    /// ran out.
    pub updates: u64,
}

/// What becomes of the rows that a head remembers when a fit brings others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Remember {
    /// They are forgotten, unless that would forget all rows of a class.
    #[default]
    Replace,
    /// They stay and are learnt from, too.
    Add,
}

/// A fit of which the rows are being prepared. The head is not to be changed before the end.
pub struct Beginning {
    work: Paced<Result<Prepared>>,
    config: FitConfig,
    class_weights: ClassWeights,
    /// See [`FitRows::part_of`].
    part_of: Option<PartOf>,
}

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// Begins a fit of `[rows, features]` and one class per row. The rows that it learns from are
    /// remembered.
    pub fn begin_fit(
        &mut self,
        features: Vec<f32>,
        labels: &[f64],
        config: FitConfig,
        with: FitRows,
    ) -> Result<HeadFit<E>> {
        let mut beginning = self.fit_of(features, labels.to_vec(), config, with);
        self.begin_at_once(&mut beginning)
    }

    /// Begins a fit of the rows that the head remembers. Rows that are held out of it stay
    /// remembered and only measure.
    pub fn begin_refit(&mut self, config: FitConfig, with: FitRows) -> Result<HeadFit<E>> {
        let mut beginning = self.refit_of(config, with);
        self.begin_at_once(&mut beginning)
    }

    /// [`Head::begin_fit`] in pieces.
    pub(super) fn fit_of(
        &self,
        features: Vec<f32>,
        labels: Vec<f64>,
        config: FitConfig,
        with: FitRows,
    ) -> Beginning {
        self.beginning(Some(Given::All(features, labels)), config, with)
    }

    /// The same of some of checked rows, which have their groups and weights.
    pub(super) fn fit_of_some(
        &self,
        (rows, numbers): (Rows, Vec<u32>),
        config: FitConfig,
        with: FitRows,
    ) -> Beginning {
        self.beginning(Some(Given::Some(rows, numbers)), config, with)
    }

    /// [`Head::begin_refit`] in pieces.
    pub(super) fn refit_of(&self, config: FitConfig, with: FitRows) -> Beginning {
        self.beginning(None, config, with)
    }

    fn beginning(&self, given: Option<Given>, config: FitConfig, with: FitRows) -> Beginning {
        let preparation = Preparation {
            config: self.config.clone(),
            memory: self.memory.clone(),
            seen: self.seen.clone(),
            has_learnt: self.steps() > 0,
        };
        let (class_weights, part_of) = (with.class_weights.clone(), with.part_of);
        let share = config.validation_split;
        let work = Paced::new(|pace| preparation.of(given, share, with, pace));
        Beginning { work, config, class_weights, part_of }
    }

    fn begin_at_once(&mut self, beginning: &mut Beginning) -> Result<HeadFit<E>> {
        loop {
            if let Some(fit) = self.go_on_beginning(beginning)? {
                return Ok(fit);
            }
        }
    }

    /// Goes on for a turn to prepare a fit's rows; the fit, at the end.
    pub(super) fn go_on_beginning(
        &mut self,
        beginning: &mut Beginning,
    ) -> Result<Option<HeadFit<E>>> {
        let Some(prepared) = beginning.work.run() else { return Ok(None) };
        let Prepared { learnt, held_out, calibrates, memory, seen, grouped, warning } = prepared?;
        let Beginning { config, class_weights, part_of, .. } = beginning;
        class_weights.check(self.classes())?;
        // Here, because the first step would notice when the rows have been remembered.
        let layers = self.config.architecture.layers();
        let held_out_count = held_out.as_ref().map_or(0, Rows::count);
        check_outputs(config.batch_size.min(learnt.count() + held_out_count), &layers)?;
        if calibrates {
            // What the calibration at its end will ask of the training rows.
            check_outputs(learnt.count(), &layers)?;
            if self.selected.is_none() {
                check_square(self.width())?;
            }
        }
        let weights = row_weights(&learnt, class_weights, self.classes())?;
        let outweighed = outweighed(&learnt, class_weights, self.classes());
        let earlier = self.renew_input(&learnt);
        let adopted = earlier.is_none() && self.adopt_input(&learnt);
        let like = part_of.map_or(learnt.count(), |whole| whole.rows);
        let mut plan = Plan::of(&self.config, config, learnt.count(), adopted.then_some(like));
        if let Some(PartOf { rows, updates }) = *part_of {
            let per_epoch = rows.div_ceil(config.batch_size) as u64;
            // In 64 bits: updates of a head's whole life.
            plan.epochs = updates.div_ceil(per_epoch).clamp(1, plan.epochs as u64) as usize;
        }
        let begun = Fit::new(
            &mut self.trainer,
            (&learnt, weights),
            held_out.as_ref(),
            (*config, plan),
            self.config.seed,
        );
        let input = (adopted || earlier.is_some()).then(|| (earlier, self.steps()));
        if begun.is_err() {
            self.take_back_input(&input);
        }
        let fit = begun?;
        // From here on nothing is refused.
        self.seen = seen;
        self.remember(memory);
        self.fitted_with = Some((*config, class_weights.clone()));
        Ok(Some(HeadFit {
            fit,
            held_out: held_out.filter(|_| calibrates),
            calibrating: None,
            grouped,
            input,
            plan,
            patience: config.patience.is_some(),
            warning: calibration::joined([warning, outweighed]),
        }))
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

    /// Ends a fit, finished or not: one that has made no update leaves the head the map that it had.
    pub fn end_fit(&mut self, fit: &HeadFit<E>) -> Result<()> {
        self.take_back_input(&fit.input);
        self.engine().clear_totals()
    }

    /// Unless an update was made with the map that a fit took.
    fn take_back_input(&mut self, taken: &Option<EarlierInput>) {
        if let Some((earlier, steps)) = taken
            && self.steps() == *steps
        {
            self.set_input(earlier.clone());
        }
    }

    /// [`Head::close_epoch`], and the calibration at the end.
    pub async fn end_epoch(&mut self, fit: &mut HeadFit<E>, report: bool) -> Result<Epoch> {
        let epoch = self.close_epoch(fit, report).await?;
        while epoch.last && !self.calibrate_after(fit).await? {}
        Ok(epoch)
    }

    /// Closes an epoch; after the last one, [`Head::calibrate_after`] is due.
    ///
    /// Losses are read from the device when `report` asks for them, when patience needs them, and
    /// after the last epoch.
    pub async fn close_epoch(&mut self, fit: &mut HeadFit<E>, report: bool) -> Result<Epoch> {
        let ended = fit.fit.end_epoch(&mut self.trainer, report).await;
        if ended.is_err() {
            // Where training diverged these are other weights.
            self.invalidate_weights();
            self.take_back_input(&fit.input);
        }
        let epoch = ended?;
        if epoch.last {
            // Patience may have gone back to earlier weights.
            self.invalidate_weights();
            self.begin_calibrate_after(fit).await?;
        }
        Ok(epoch)
    }

    /// Begins to calibrate with the rows that a fit held out, if they are enough.
    async fn begin_calibrate_after(&mut self, fit: &mut HeadFit<E>) -> Result<()> {
        let Some(held_out) = fit.held_out.take() else { return Ok(()) };
        let (count, least) = (held_out.count(), least_rows(config::alpha(None)?));
        if count < least {
            let too_few = format!(
                "not calibrated: {count} held-out rows are too few for alpha 0.05, which takes {least}; calibrate() without rows \
                 calibrates from the head's own"
            );
            fit.add_warnings(Some(too_few));
            return Ok(());
        }
        fit.calibrating = Some(self.begin_calibrate_with(&held_out).await?);
        Ok(())
    }

    /// After the last epoch: goes on for a turn to calibrate with the held-out rows. True when nothing is left
    /// to do; then [`HeadFit::warning`] says what is to be known.
    pub async fn calibrate_after(&mut self, fit: &mut HeadFit<E>) -> Result<bool> {
        let Some(call) = &mut fit.calibrating else { return Ok(true) };
        let warning = match self.go_on_with(call).await {
            Ok(None) => return Ok(false),
            Ok(Some(_)) => {
                let chose = fit.patience.then(|| {
                    "the rows that chose the epoch also calibrated: hold out others for calibrate"
                        .to_string()
                });
                let made = self.calibration.as_mut().and_then(Rc::get_mut);
                made.and_then(|made| {
                    made.warning = calibration::joined([made.warning.take(), chose]);
                    made.warning.clone()
                })
            }
            // The fit has succeeded, whatever the rows that were held out.
            Err(error @ Error::NotFinite(_)) => Some(format!("not calibrated: {error}")),
            Err(error) => return Err(error),
        };
        fit.calibrating = None;
        fit.add_warnings(warning);
        Ok(true)
    }
}
