//! A gate's calibration from in-distribution rows: a softmax temperature, conformal p-values with
//! their threshold, and what may be wrong with the rows that it was made from.

pub mod conformal;
pub mod expected_error;
pub mod learnt;
pub mod per_class;
pub mod seen;
mod student;
pub mod temperature;

use self::{conformal::Conformal, per_class::PerClass};
use serde::{Deserialize, Serialize};

use crate::ood::{Scorer, ScorerName, ScorerOptions};

/// Where a calibration's rows came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Rows that were given for it.
    #[default]
    HeldOut,
    /// The head's own rows, each scored by a head that had not seen it or its group.
    Cross,
}

impl Method {
    /// The name in the public contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HeldOut => "held-out",
            Self::Cross => "cross",
        }
    }
}

/// A calibration of a head as it was when it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The score that the threshold is for.
    pub scorer: Scorer,
    /// The same as it would be asked for, with "auto" replaced by what it stood for.
    pub options: ScorerOptions,
    /// Where its rows came from.
    pub method: Method,
    /// Promised share of in-distribution rows that are rejected.
    pub alpha: f64,
    /// A row is rejected when its score is above this.
    pub threshold: f32,
    /// Softmax temperature that fits the calibration rows best.
    pub temperature: f64,
    /// Expected calibration error of the calibration rows at temperature 1, 15 bins.
    pub ece_before: f64,
    /// What is to be expected of new rows at the temperature: by calibration rows at temperatures
    /// that the others were fitted to, without these rows' chance.
    pub ece_after: f64,
    /// Why the promise may not hold.
    pub warning: Option<String>,
    /// The calibration rows' scores.
    pub conformal: Conformal,
    /// The same by class, where the promise is to hold for each.
    pub per_class: Option<PerClass>,
}

/// Options of a calibration, unchecked.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationOptions {
    /// Share of in-distribution rows that may be rejected, in `(0, 1)`; default 0.05.
    pub alpha: Option<f64>,
    /// The score that is calibrated.
    pub scorer: ScorerOptions,
    /// Whether the promise is to hold for each class.
    pub per_class: bool,
    /// Whether a threshold from mean and deviation may stand in where rows are too few to count.
    pub provisional: bool,
    /// Parts into which a cross-calibration divides the rows, at least 2; default 5.
    pub folds: Option<f64>,
}

impl From<ScorerOptions> for CalibrationOptions {
    fn from(scorer: ScorerOptions) -> Self {
        Self { alpha: None, scorer, per_class: false, provisional: false, folds: None }
    }
}

impl From<ScorerName> for CalibrationOptions {
    fn from(name: ScorerName) -> Self {
        ScorerOptions::from(name).into()
    }
}

impl CalibrationOptions {
    /// The same at another alpha.
    pub fn at(self, alpha: f64) -> Self {
        Self { alpha: Some(alpha), ..self }
    }
}

/// How a refusal of too few rows ends, where rows were held out.
pub const GIVE_MORE: &str =
    "; give more rows, take a larger alpha, or ask for a provisional threshold (provisional: true)";

/// Warnings in one text.
pub fn joined(warnings: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let all: Vec<String> = warnings.into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join("; "))
}
