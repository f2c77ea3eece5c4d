//! Fits: which rows are learnt from, which are held out, which are remembered, and the calibration
//! that the held-out ones make at the end.

use std::rc::Rc;

use super::{Head, calls::Call, within};
use crate::{
    Error, Result,
    calibration::{self, conformal::least_rows},
    config::{self, ClassWeights, FitConfig},
    engine::{Engine, check_outputs, check_square},
    error::Mismatch,
    input_map::InputMap,
    numeric::format::quoted,
    training::{
        fit::{Epoch, Fit},
        memory::Memory,
        outlier,
        rows::Rows,
        sessions::look_grouped,
        split,
        warm_up::WarmUp,
        weights::{outweighed, row_weights},
    },
};

/// What to do about rows that look like groups nobody named.
pub(super) const UNNAMED_GROUPS: &str = "rows of a class look like frames of one recording or shots of one scene; name these in options.groups, or more \
                              than alpha of the rows of new recordings will be rejected";

/// What a fit of the head's own rows says of a validationSplit.
const STAYED: &str = "rows held out stay remembered, and do not calibrate: calibrate() does";

fn nothing_remembered() -> Error {
    Error::TooFewRows(
        "fit() learns what the head remembers, and it remembers none: addRows first".into(),
    )
}

/// A fit under way on a [`Head`], and the rows that will calibrate it.
pub struct HeadFit<E: Engine> {
    fit: Fit<E>,
    held_out: Option<Rows>,
    /// The calibration by them.
    calibrating: Option<Call<E>>,
    /// What is to be said of rows that were parted as if they had nothing to do with one another.
    grouped: Option<String>,
    /// If the map before the first layer was taken from its rows: the one before, and the head's
    /// updates then.
    input: Option<(Option<Rc<InputMap>>, u64)>,
    /// With which loss it began, if not with the head's own.
    pub(super) warm_up: Option<WarmUp>,
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
    /// Rows of the head whose training this one's is to be like, where it is made for a part of
    /// them.
    pub part_of: Option<usize>,
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

/// Rows of a fit: those that are learnt from, then those that are held out.
struct Parted {
    learnt: Rows,
    held_out: Option<Rows>,
    /// The held-out rows were the head's own, and stay so: they cannot calibrate it.
    stay: bool,
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
        let given = self
            .check_rows(features, labels)?
            .grouped(with.groups.as_deref())?
            .weighted(with.weights.as_deref())?;
        // In the order in which they came, which parting them loses.
        let is_parted = config.validation_split > 0.0 && given.groups.is_none();
        let grouped =
            (is_parted && look_grouped(&given, self.classes())).then(|| UNNAMED_GROUPS.to_string());
        // Only what is learnt from is remembered: a held-out row must not find itself among the
        // training rows.
        let count = given.count();
        let all = || (0..count as u32).collect();
        let (learnt, learnt_rows, held_out) = match with.validation {
            Some(validation) => (all(), given, Some(self.check_validation(validation)?)),
            None => match self.split(&given, config.validation_split)? {
                (learnt, held_out) if held_out.is_empty() => (learnt, given, None),
                (learnt, held_out) => {
                    let (rows, others) = given.part(&learnt, &held_out);
                    (learnt, rows, Some(others))
                }
            },
        };
        let mut memory = self.memory.clone();
        match with.remember {
            Remember::Replace => {
                self.check_all_classes(&learnt_rows)?;
                memory.replace(learnt_rows, &learnt, count)?;
            }
            Remember::Add => {
                let new = memory.not_there(&learnt_rows);
                memory.add(&learnt_rows.pick(&new))?;
            }
        }
        let dropped = memory.keep_within(&self.config.memory);
        let learnt = memory.known().cloned().ok_or_else(nothing_remembered)?;
        let parted = Parted { learnt, held_out, stay: false };
        let outlying = match with.part_of {
            Some(_) => None,
            None => outlier::told(&parted.learnt, memory.ids()),
        };
        // Beside such a row all others look like copies of one another.
        let grouped = grouped.filter(|_| outlying.is_none());
        let like = with.part_of.unwrap_or(parted.learnt.count());
        let mut fit = self.begin(parted, memory, (config, like), with.class_weights, grouped)?;
        let dropped = (dropped > 0)
            .then(|| format!("{dropped} rows were dropped, not learnt: options.memory"));
        fit.warning = calibration::joined([fit.warning, dropped, outlying]);
        Ok(fit)
    }

    /// Begins a fit of the rows that the head remembers. Rows that are held out of it stay
    /// remembered and only measure.
    pub fn begin_refit(&mut self, config: FitConfig, with: FitRows) -> Result<HeadFit<E>> {
        let rows = self.rows().cloned().ok_or_else(nothing_remembered)?;
        let outlying = outlier::told(&rows, self.memory.ids());
        let parted = match with.validation {
            Some(validation) => {
                let held_out = Some(self.check_validation(validation)?);
                Parted { learnt: rows, held_out, stay: false }
            }
            None => {
                let (learnt, held_out) = self.split(&rows, config.validation_split)?;
                match held_out.is_empty() {
                    true => Parted { learnt: rows, held_out: None, stay: true },
                    false => Parted {
                        learnt: rows.pick(&learnt),
                        held_out: Some(rows.pick(&held_out)),
                        stay: true,
                    },
                }
            }
        };
        let like = parted.learnt.count();
        let memory = self.memory.clone();
        let mut fit = self.begin(parted, memory, (config, like), with.class_weights, None)?;
        fit.warning = calibration::joined([fit.warning, self.without_rows(), outlying]);
        Ok(fit)
    }

    /// What is to be said where nothing is remembered of a class.
    fn without_rows(&self) -> Option<String> {
        let counts = self.memory.per_class(self.classes());
        let class = counts.iter().position(|&count| count == 0)?;
        Some(format!("not learnt for want of rows: {}", quoted(&self.config.classes[class])))
    }

    fn check_validation(&self, (features, labels): (Vec<f32>, Vec<f64>)) -> Result<Rows> {
        self.check_rows(features, &labels).map_err(|error| within("options.validation", error))
    }

    /// Refuses rows in the place of which a class would have none any more.
    fn check_all_classes(&self, rows: &Rows) -> Result<()> {
        let classes = self.classes();
        let Some(before) = self.rows().filter(|_| self.steps() > 0) else { return Ok(()) };
        let now = rows.per_class(classes);
        let gone = before.per_class(classes).iter().zip(&now).position(|(&b, &n)| b > 0 && n == 0);
        let Some(class) = gone else { return Ok(()) };
        Err(Error::InvalidLabels(Mismatch::new(
            "labels",
            "rows of every class that the head has learnt: with remember: \"add\" the rows before stay; removeRows or removeClass \
             forgets them",
            format!("none of {}", quoted(&self.config.classes[class])),
        )))
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

    /// Begins a fit of rows that have been parted, after which `memory` is the head's, as so many
    /// rows ask for.
    fn begin(
        &mut self,
        Parted { learnt, held_out, stay }: Parted,
        memory: Memory,
        (config, like): (FitConfig, usize),
        class_weights: ClassWeights,
        grouped: Option<String>,
    ) -> Result<HeadFit<E>> {
        class_weights.check(self.classes())?;
        // Here, because the first step would notice when the rows have been remembered.
        let layers = self.config.architecture.layers();
        let held_out_count = held_out.as_ref().map_or(0, Rows::count);
        check_outputs(config.batch_size.min(learnt.count() + held_out_count), &layers)?;
        let calibrates = held_out.is_some() && !stay;
        if calibrates {
            // What the calibration at its end will ask of the training rows.
            check_outputs(learnt.count(), &layers)?;
            if self.selected.is_none() {
                check_square(self.width())?;
            }
        }
        let weights = row_weights(&learnt, &class_weights, self.classes())?;
        let outweighed = outweighed(&learnt, &class_weights, self.classes());
        let earlier = self.renew_input(&learnt);
        let adopted = earlier.is_none() && self.adopt_input(&learnt);
        let warm_up = adopted.then(|| WarmUp::of(&self.config, &config, like)).flatten();
        let fit = Fit::new(
            &mut self.trainer,
            (&learnt, weights),
            held_out.as_ref(),
            config,
            self.config.seed,
        )?
        .beginning(warm_up);
        // From here on nothing is refused.
        self.see(&learnt);
        self.remember(memory);
        self.fitted_with = Some((config, class_weights));
        Ok(HeadFit {
            fit,
            held_out: held_out.filter(|_| calibrates),
            calibrating: None,
            grouped,
            input: (adopted || earlier.is_some()).then(|| (earlier, self.steps())),
            warm_up,
            patience: config.patience.is_some(),
            warning: calibration::joined([
                (stay && held_out_count > 0).then(|| STAYED.into()),
                outweighed,
            ]),
        })
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
            if let Some((earlier, steps)) = &fit.input
                && self.steps() == *steps
            {
                self.set_input(earlier.clone());
            }
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
                let warning = self.calibration().and_then(|made| made.warning.clone());
                let chose = fit.patience.then(|| {
                    "the rows that chose the epoch also calibrated: hold out others for calibrate"
                        .to_string()
                });
                calibration::joined([warning, chose])
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
