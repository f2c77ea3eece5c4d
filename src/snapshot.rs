//! All that a head is at one moment, as plain values: what a saved file holds, and what a head is
//! restored from after its device or its instance was lost.

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    calibration::{
        Calibration, Method,
        conformal::{Conformal, Kind},
        per_class::PerClass,
    },
    config::{
        ClassWeights, FitConfig, FitOptions, HeadConfig, HeadOptions, LossOptions, OptimizerOptions,
    },
    error::Mismatch,
    loss::Loss,
    numeric::format::Shown,
    ood::{ScorerName, ScorerOptions},
    optim::{Optimizer, Schedule},
};

/// A head at one moment. [`crate::head::Head::restore`] turns a new head of the same options into
/// it: the next update, scores, gate and p-values are those that this head would have answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// What is not an array.
    pub meta: Meta,
    /// Parameters, then each of the optimiser's moments, all as long: see
    /// [`Snapshot::state_length`].
    pub state: Vec<f32>,
    /// The map before the first layer, [`crate::input_map::InputMap::arrays`]; empty when there is
    /// none.
    pub input: Vec<f32>,
    /// The training rows that fitted scorers compare with, `[rows, features]`; empty when there are
    /// none.
    pub features: Vec<f32>,
    /// A class for each of them.
    pub labels: Vec<u32>,
    /// Fingerprints of the rows that were trained on, the oldest first.
    pub seen: Vec<u64>,
    /// A group for each training row, if groups were named.
    pub groups: Vec<u64>,
    /// How much each training row counts in the loss, if not all alike.
    pub weights: Vec<f32>,
    /// Examples of what is none of the classes, `[examples, features]`.
    pub unknown: Vec<f32>,
    /// The id of each training row, and then of each example of the unknown. Empty where they are
    /// counted from 0.
    pub ids: Vec<u32>,
    /// The calibration rows' scores; empty without a calibration. Ascending, but for those of a
    /// calibration by class.
    pub scores: Vec<f32>,
    /// The calibration rows' classes, where the promise is for each class.
    pub score_labels: Vec<u32>,
}

/// The part of a [`Snapshot`] that is not an array, in the contract's own words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// What the head was created with, every default spelled out.
    pub options: HeadOptions,
    /// Updates made so far.
    pub steps: f64,
    /// What "auto" stands for, if a selection has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<ScorerName>,
    /// How the last fit trained, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit: Option<FitMeta>,
    /// The id of the next row, where ids are not counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_id: Option<f64>,
    /// Whether the rows that the calibration's scorer compares with were left out of the file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_rows: bool,
    /// See [`HeadConfig::tau_by_classes`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tau_by_classes: bool,
    /// Rows that the limits of its memory have dropped.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped: f64,
    /// The calibration, if the head has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationMeta>,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

/// What of a fit's options a cross-calibration repeats.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FitMeta {
    /// Passes over the rows, if they were named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<f64>,
    /// Rows per update.
    pub batch_size: Option<f64>,
    /// Whether the learning rate stayed as it was.
    pub constant: bool,
    /// Whether all classes counted alike.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub balanced: bool,
    /// How much each class counted, if that was named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub class_weights: Vec<f64>,
}

impl From<&(FitConfig, ClassWeights)> for FitMeta {
    fn from((config, class_weights): &(FitConfig, ClassWeights)) -> Self {
        Self {
            epochs: config.epochs.map(|epochs| epochs as f64),
            batch_size: Some(config.batch_size as f64),
            constant: config.schedule == Schedule::Constant,
            balanced: *class_weights == ClassWeights::Balanced,
            class_weights: match class_weights {
                ClassWeights::Given(weights) => weights.clone(),
                _ => Vec::new(),
            },
        }
    }
}

impl FitMeta {
    /// Checks the numbers, of a head for so many classes.
    pub fn check(self, classes: usize) -> Result<(FitConfig, ClassWeights)> {
        let schedule = if self.constant { Schedule::Constant } else { Schedule::Cosine };
        let Self { epochs, batch_size, balanced, class_weights, .. } = self;
        let class_weights = match (balanced, class_weights) {
            (true, _) => ClassWeights::Balanced,
            (false, weights) if weights.is_empty() => ClassWeights::Rows,
            (false, weights) => ClassWeights::Given(weights),
        };
        class_weights.check(classes)?;
        let options =
            FitOptions { epochs, batch_size, schedule: Some(schedule), ..FitOptions::default() };
        Ok((options.check()?, class_weights))
    }
}

/// A calibration without its scores, which follow from those.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalibrationMeta {
    /// The score that the threshold is for.
    pub scorer: ScorerOptions,
    /// See [`Calibration::alpha`].
    pub alpha: f64,
    /// See [`Calibration::temperature`].
    pub temperature: f64,
    /// See [`Calibration::ece_before`].
    pub ece_before: f64,
    /// See [`Calibration::ece_after`].
    pub ece_after: f64,
    /// See [`Calibration::method`].
    #[serde(default)]
    pub method: Method,
    /// Whether the threshold stands in for rows that were too few.
    #[serde(default)]
    pub provisional: bool,
    /// See [`crate::calibration::per_class::PerClass::weight`]; there where the promise is for each
    /// class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_weight: Option<f64>,
    /// See [`Calibration::warning`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

impl From<&Calibration> for CalibrationMeta {
    fn from(calibration: &Calibration) -> Self {
        Self {
            scorer: calibration.options.clone(),
            alpha: calibration.alpha,
            temperature: calibration.temperature,
            ece_before: calibration.ece_before,
            ece_after: calibration.ece_after,
            method: calibration.method,
            provisional: calibration.conformal.kind() == Kind::Parametric,
            class_weight: calibration.per_class.as_ref().map(|per_class| per_class.weight),
            warning: calibration.warning.clone(),
        }
    }
}

impl Snapshot {
    /// Length of `state` for a head of this configuration.
    pub fn state_length(config: &HeadConfig) -> usize {
        config.architecture.parameters() as usize * (1 + config.optimizer.moments())
    }
}

/// A calibration from its parts, checked: scores, and their classes where the promise is for each
/// class.
pub(crate) fn calibration(
    meta: CalibrationMeta,
    scores: Vec<f32>,
    labels: Vec<u32>,
    classes: usize,
) -> Result<Calibration> {
    let CalibrationMeta {
        scorer: options,
        alpha,
        temperature,
        ece_before,
        ece_after,
        method,
        provisional,
        class_weight,
        warning,
    } = meta;
    if scores.is_empty() || scores.iter().any(|score| score.is_nan()) {
        return Err(refusal("calibration scores", "at least one, none of them NaN", scores.len()));
    }
    // As logits are multiplied by it.
    let factor = (1.0 / temperature) as f32;
    if !(factor > 0.0 && factor.is_finite()) {
        return Err(refusal(
            "calibration temperature",
            "a number above 0 whose inverse is a float32",
            temperature,
        ));
    }
    let alpha = crate::config::alpha(Some(alpha)).map_err(in_file)?;
    let scorer = options.check().map_err(in_file)?;
    let kind = match (provisional, method) {
        (true, _) => Kind::Parametric,
        (false, Method::HeldOut) => Kind::Counted,
        (false, Method::Cross) => Kind::Interpolated,
    };
    let per_class = match class_weight {
        None => None,
        Some(weight) => {
            if !(weight >= 0.0 && weight.is_finite()) {
                return Err(refusal("calibration classWeight", "a number of at least 0", weight));
            }
            if labels.len() != scores.len() || labels.iter().any(|&label| label as usize >= classes)
            {
                return Err(refusal(
                    "calibration classes",
                    format!("one for each of {} scores", scores.len()),
                    labels.len(),
                ));
            }
            Some(PerClass::new(scores.clone(), labels, weight, classes, alpha, kind))
        }
    };
    let conformal = Conformal::new(scores, kind);
    let threshold = conformal.threshold(alpha);
    Ok(Calibration {
        scorer,
        options,
        method,
        alpha,
        threshold,
        temperature,
        ece_before,
        ece_after,
        warning,
        conformal,
        per_class,
    })
}

pub(crate) fn refusal(part: &str, expected: impl Into<String>, got: impl Shown) -> Error {
    Error::InvalidFile(Mismatch::new(format!("file, {part}"), expected, got))
}

/// A refused value, as a fault of the file that it came from.
pub(crate) fn in_file(error: Error) -> Error {
    match error {
        Error::InvalidOption(m)
        | Error::InvalidFeatures(m)
        | Error::InvalidLabels(m)
        | Error::NotFinite(m) => refusal(&m.argument, m.expected, m.got),
        other => other,
    }
}

impl From<&HeadConfig> for HeadOptions {
    fn from(config: &HeadConfig) -> Self {
        Self {
            features: config.architecture.features() as f64,
            classes: config.classes.clone(),
            hidden: config.architecture.hidden().iter().map(|&width| width as f64).collect(),
            loss: Some((&config.loss).into()),
            optimizer: Some((&config.optimizer).into()),
            seed: Some(config.seed as f64),
            standardize: Some(config.standardize),
            memory: (&config.memory).into(),
        }
    }
}

impl From<&Loss> for LossOptions {
    fn from(loss: &Loss) -> Self {
        match *loss {
            Loss::LogitNorm { tau, label_smoothing } => Self::LogitNorm {
                tau: Some(tau.into()),
                label_smoothing: Some(label_smoothing.into()),
            },
            Loss::CrossEntropy { label_smoothing } => {
                Self::CrossEntropy { label_smoothing: Some(label_smoothing.into()) }
            }
        }
    }
}

impl From<&Optimizer> for OptimizerOptions {
    fn from(optimizer: &Optimizer) -> Self {
        match *optimizer {
            Optimizer::Sgd { learning_rate, momentum, nesterov, weight_decay } => Self::Sgd {
                learning_rate: Some(learning_rate),
                momentum: Some(momentum),
                nesterov: Some(nesterov),
                weight_decay: Some(weight_decay),
            },
            Optimizer::AdamW { learning_rate, beta1, beta2, epsilon, weight_decay } => {
                Self::AdamW {
                    learning_rate: Some(learning_rate),
                    beta1: Some(beta1),
                    beta2: Some(beta2),
                    epsilon: Some(epsilon),
                    weight_decay: Some(weight_decay),
                }
            }
        }
    }
}
