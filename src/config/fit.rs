//! Options of one fit.

use super::{Range, Schedule, count, number};
use crate::{Error, Result, error::Mismatch};

/// Options of one `fit`, unchecked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FitOptions {
    /// Passes over the rows, at least 1. Default: [`crate::training::plan`]'s.
    pub epochs: Option<f64>,
    /// Rows per update, at least 1; default 128.
    pub batch_size: Option<f64>,
    /// Default: cosine.
    pub schedule: Option<Schedule>,
    /// Share of rows held out, `[0, 1)`; default 0.
    pub validation_split: Option<f64>,
    /// Epochs without a better validation loss before stopping, at least 1; needs rows to validate
    /// on. Default: never.
    pub patience: Option<f64>,
    /// Whether rows to validate on are given.
    pub has_validation: bool,
}

/// A `fit` that can be run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitConfig {
    /// Passes over the rows, if asked for.
    pub epochs: Option<usize>,
    /// Rows per update; the last batch of an epoch may be smaller.
    pub batch_size: usize,
    /// Learning rate over all updates.
    pub schedule: Schedule,
    /// Share of rows held out.
    pub validation_split: f64,
    /// Epochs without a better validation loss before stopping.
    pub patience: Option<usize>,
}

impl FitOptions {
    /// Checks every option and fills in the defaults.
    pub fn check(self) -> Result<FitConfig> {
        let config = FitConfig {
            epochs: self.epochs.map(|epochs| count("options.epochs", epochs)).transpose()?,
            batch_size: count("options.batchSize", self.batch_size.unwrap_or(128.0))?,
            schedule: self.schedule.unwrap_or_default(),
            validation_split: number(
                "options.validationSplit",
                self.validation_split.unwrap_or(0.0),
                Range::Share,
            )?,
            patience: self
                .patience
                .map(|patience| count("options.patience", patience))
                .transpose()?,
        };
        if self.has_validation && config.validation_split > 0.0 {
            let expected = "one of validation and validationSplit";
            return Err(Error::InvalidOption(Mismatch::new(
                "options.validationSplit",
                expected,
                "both",
            )));
        }
        if config.patience.is_some() && config.validation_split == 0.0 && !self.has_validation {
            let expected = "a validationSplit above 0, or validation rows, beside it";
            return Err(Error::InvalidOption(Mismatch::new(
                "options.patience",
                expected,
                "validationSplit 0",
            )));
        }
        Ok(config)
    }
}

/// How much each class counts in a fit's loss.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ClassWeights {
    /// As many times as it has rows.
    #[default]
    Rows,
    /// All classes alike, however many rows each has.
    Balanced,
    /// A number of at least 0 for each class.
    Given(Vec<f64>),
}

impl ClassWeights {
    /// Whether it is what a fit does by itself.
    pub fn is_default(&self) -> bool {
        *self == Self::Rows
    }

    /// Refuses other than one number of at least 0 for each class.
    pub fn check(&self, classes: usize) -> Result<()> {
        let Self::Given(weights) = self else { return Ok(()) };
        if weights.len() != classes {
            let expected = format!("\"balanced\", or a weight for each of the {classes} classes");
            let got = format!("{} weights", weights.len());
            return Err(Error::InvalidOption(Mismatch::new("options.classWeights", expected, got)));
        }
        for (class, &weight) in weights.iter().enumerate() {
            number(&format!("options.classWeights[{class}]"), weight, Range::NotNegative)?;
        }
        Ok(())
    }
}

impl FitConfig {
    /// The same for a fit that holds nothing out.
    pub fn without_validation(self) -> Self {
        Self { validation_split: 0.0, patience: None, ..self }
    }
}
