//! Options as a caller gives them, and the one place where they are checked and defaulted.
//!
//! Unchecked in ([`HeadOptions`], [`FitOptions`]), checked out ([`HeadConfig`], [`FitConfig`]):
//! nothing behind this module meets a value out of range. Numbers come in as `f64`, which holds
//! whatever JavaScript can say.

mod fit;
mod memory;

pub use self::{
    fit::{ClassWeights, FitConfig, FitOptions},
    memory::MemoryOptions,
};

use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize, Serializer};

use crate::{
    Error, Result,
    architecture::Architecture,
    error::Mismatch,
    loss::Loss,
    numeric::format::quoted,
    optim::{Optimizer, Schedule},
    range::{Range, count, integer, number},
    training::limits::Limits,
};

/// Most parameters that one head may have: 256 MB of weights, a gigabyte with AdamW's moments and
/// the gradient.
pub const MAX_PARAMETERS: usize = 1 << 26;

/// Options of a head, unchecked. `None` takes the default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeadOptions {
    /// Length of one feature vector, at least 1.
    pub features: f64,
    /// Names of the classes, all different, at least one.
    pub classes: Vec<String>,
    /// Widths of hidden ReLU layers, each at least 1; empty for a linear head.
    pub hidden: Vec<f64>,
    /// Default: LogitNorm with its default tau.
    pub loss: Option<LossOptions>,
    /// Default: AdamW with its defaults.
    pub optimizer: Option<OptimizerOptions>,
    /// An integer in `[0, 2^53)`; default 0.
    pub seed: Option<f64>,
    /// Whether features are brought to a common scale before the first layer; default true.
    #[serde(default)]
    pub standardize: Option<bool>,
    /// How many rows are remembered; default: all.
    #[serde(default)]
    pub memory: MemoryOptions,
}

/// Options of a loss, unchecked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LossOptions {
    /// Cross-entropy on normalised logits.
    LogitNorm {
        /// Above 0; default [`default_tau`].
        #[serde(serialize_with = "single")]
        tau: Option<f64>,
        /// In `[0, 1)`; default 0.
        #[serde(default, serialize_with = "single")]
        label_smoothing: Option<f64>,
    },
    /// Plain softmax cross-entropy.
    CrossEntropy {
        /// In `[0, 1)`; default 0.
        #[serde(serialize_with = "single")]
        label_smoothing: Option<f64>,
    },
}

/// Writes what a head holds as an `f32` with that precision: a file says 0.04, not
/// 0.03999999910593033.
fn single<S: Serializer>(
    value: &Option<f64>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    value.map(|value| value as f32).serialize(serializer)
}

/// Options of an optimiser, unchecked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum OptimizerOptions {
    /// Defaults of `torch.optim.SGD`.
    Sgd {
        /// Above 0; default 0.001.
        learning_rate: Option<f64>,
        /// In `[0, 1)`; default 0.
        momentum: Option<f64>,
        /// Default false; needs momentum.
        nesterov: Option<bool>,
        /// At least 0; default 0.
        weight_decay: Option<f64>,
    },
    /// Defaults of `torch.optim.AdamW`, but for the learning rate, which suits a small head, and no
    /// weight decay.
    AdamW {
        /// Above 0; default 0.01.
        learning_rate: Option<f64>,
        /// In `[0, 1)`; default 0.9.
        beta1: Option<f64>,
        /// In `[0, 1)`; default 0.999.
        beta2: Option<f64>,
        /// Above 0; default 1e-8.
        epsilon: Option<f64>,
        /// At least 0; default 0.
        weight_decay: Option<f64>,
    },
}

/// A head that can be built.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadConfig {
    /// Layer widths.
    pub architecture: Architecture,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Training loss.
    pub loss: Loss,
    /// Update rule.
    pub optimizer: Optimizer,
    /// Seed of everything random.
    pub seed: u64,
    /// Whether an [`crate::input_map::InputMap`] is taken from the first rows that train.
    pub standardize: bool,
    /// How many rows are remembered.
    pub memory: Limits,
    /// Whether LogitNorm's tau is the default, which changes with the number of classes.
    pub tau_by_classes: bool,
}

impl HeadOptions {
    /// A linear head of so many features for these classes, every other option as it is by default.
    pub fn new<S: Into<String>>(features: usize, classes: impl IntoIterator<Item = S>) -> Self {
        let classes = classes.into_iter().map(Into::into).collect();
        Self { features: features as f64, classes, ..Self::default() }
    }

    /// The layers of a head for so many classes, unless they are too large.
    pub fn architecture(&self, classes: usize) -> Result<Architecture> {
        let features = count("options.features", self.features)?;
        let hidden = self
            .hidden
            .iter()
            .enumerate()
            .map(|(index, &width)| count(&format!("options.hidden[{index}]"), width))
            .collect::<Result<Vec<_>>>()?;
        let architecture = Architecture::new(features, &hidden, classes);
        let parameters = architecture.parameters();
        if parameters > MAX_PARAMETERS as f64 {
            return Err(Error::InvalidOption(Mismatch::new(
                "options.features, options.hidden and options.classes",
                format!("a head of at most {MAX_PARAMETERS} parameters"),
                parameters,
            )));
        }
        Ok(architecture)
    }

    /// Checks every option and fills in the defaults.
    pub fn check(self) -> Result<HeadConfig> {
        let classes = self.classes.len();
        let architecture = self.architecture(classes)?;
        check_class_names(&self.classes)?;
        let tau_by_classes =
            matches!(self.loss, None | Some(LossOptions::LogitNorm { tau: None, .. }));
        Ok(HeadConfig {
            architecture,
            classes: self.classes,
            loss: self
                .loss
                .unwrap_or(LossOptions::LogitNorm { tau: None, label_smoothing: None })
                .check(classes)?,
            optimizer: self.optimizer.unwrap_or(OptimizerOptions::ADAMW).check()?,
            seed: integer("options.seed", self.seed.unwrap_or(0.0), 0)? as u64,
            standardize: self.standardize.unwrap_or(true),
            memory: self.memory.check()?,
            tau_by_classes,
        })
    }
}

/// LogitNorm's temperature when nobody names one: 0.15 / ln(classes), 0.22 for two classes and 0.03
/// for 150 (`docs/training.md`).
pub fn default_tau(classes: usize) -> f64 {
    0.15 / (classes.max(2) as f64).ln()
}

impl LossOptions {
    fn check(self, classes: usize) -> Result<Loss> {
        Ok(match self {
            Self::LogitNorm { tau, label_smoothing } => {
                let tau = tau.unwrap_or_else(|| default_tau(classes));
                Loss::LogitNorm {
                    tau: number("options.loss.tau", tau, Range::Positive)? as f32,
                    label_smoothing: smoothing(label_smoothing)?,
                }
            }
            Self::CrossEntropy { label_smoothing } => {
                Loss::CrossEntropy { label_smoothing: smoothing(label_smoothing)? }
            }
        })
    }
}

fn smoothing(value: Option<f64>) -> Result<f32> {
    let value = number("options.loss.labelSmoothing", value.unwrap_or(0.0), Range::Share)?;
    Ok(value as f32)
}

impl OptimizerOptions {
    /// AdamW with its defaults.
    pub const ADAMW: Self = Self::AdamW {
        learning_rate: None,
        beta1: None,
        beta2: None,
        epsilon: None,
        weight_decay: None,
    };

    fn check(self) -> Result<Optimizer> {
        let optimizer =
            |name: &str, value, range| number(&format!("options.optimizer.{name}"), value, range);
        Ok(match self {
            Self::Sgd { learning_rate, momentum, nesterov, weight_decay } => {
                let momentum = optimizer("momentum", momentum.unwrap_or(0.0), Range::Share)?;
                let nesterov = nesterov.unwrap_or(false);
                if nesterov && momentum == 0.0 {
                    let expected = "a momentum above 0 beside it";
                    return Err(Error::InvalidOption(Mismatch::new(
                        "options.optimizer.nesterov",
                        expected,
                        "momentum 0",
                    )));
                }
                Optimizer::Sgd {
                    learning_rate: optimizer(
                        "learningRate",
                        learning_rate.unwrap_or(0.001),
                        Range::Positive,
                    )?,
                    momentum,
                    nesterov,
                    weight_decay: optimizer(
                        "weightDecay",
                        weight_decay.unwrap_or(0.0),
                        Range::NotNegative,
                    )?,
                }
            }
            Self::AdamW { learning_rate, beta1, beta2, epsilon, weight_decay } => {
                Optimizer::AdamW {
                    learning_rate: optimizer(
                        "learningRate",
                        learning_rate.unwrap_or(0.01),
                        Range::Positive,
                    )?,
                    beta1: optimizer("beta1", beta1.unwrap_or(0.9), Range::Share)?,
                    beta2: optimizer("beta2", beta2.unwrap_or(0.999), Range::Share)?,
                    epsilon: optimizer("epsilon", epsilon.unwrap_or(1e-8), Range::Positive)?,
                    weight_decay: optimizer(
                        "weightDecay",
                        weight_decay.unwrap_or(0.0),
                        Range::NotNegative,
                    )?,
                }
            }
        })
    }
}

/// Parts into which rows or classes are divided, at least 2.
pub fn folds(value: Option<f64>, usual: f64) -> Result<usize> {
    let folds = integer("options.folds", value.unwrap_or(usual), 2)?;
    count("options.folds", folds)
}

/// Learning rate given for a single step.
pub fn step_learning_rate(value: f64) -> Result<f64> {
    number("options.learningRate", value, Range::Positive)
}

/// Share of in-distribution rows that a calibration may reject, in `(0, 1)`; default 0.05.
pub fn alpha(value: Option<f64>) -> Result<f64> {
    number("options.alpha", value.unwrap_or(0.05), Range::InnerShare)
}

fn check_class_names(names: &[String]) -> Result<()> {
    if names.is_empty() {
        return Err(Error::InvalidOption(Mismatch::new(
            "options.classes",
            "at least one class",
            "none",
        )));
    }
    // In order, so that equal ones meet.
    let mut rest: BinaryHeap<&String> = names.iter().collect();
    while let Some(name) = rest.pop() {
        if rest.peek() == Some(&name) {
            let got = format!("{} twice", quoted(name));
            return Err(Error::InvalidOption(Mismatch::new(
                "options.classes",
                "different names",
                got,
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> HeadOptions {
        HeadOptions {
            features: 4.0,
            classes: vec!["a".into(), "b".into()],
            ..HeadOptions::default()
        }
    }

    fn refusal(options: HeadOptions) -> String {
        options.check().unwrap_err().to_string()
    }

    #[test]
    fn defaults_are_those_of_the_contract() {
        let config = options().check().unwrap();
        assert_eq!(
            config.loss,
            Loss::LogitNorm { tau: (0.15 / 2_f64.ln()) as f32, label_smoothing: 0.0 }
        );
        assert!((default_tau(150) - 0.03).abs() < 1e-3 && config.standardize);
        let adamw = Optimizer::AdamW {
            learning_rate: 0.01,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
        };
        assert_eq!(config.optimizer, adamw);
        assert_eq!(config.seed, 0);
        let fit = FitOptions::default().check().unwrap();
        assert_eq!(
            (fit.epochs, fit.batch_size, fit.schedule, fit.patience),
            (None, 128, Schedule::Cosine, None)
        );
    }

    #[test]
    fn a_refusal_names_argument_expectation_and_value() {
        assert_eq!(
            refusal(HeadOptions { features: 0.5, ..options() }),
            "options.features: expected an integer of at least 1, got 0.5"
        );
        assert_eq!(
            refusal(HeadOptions { features: f64::NAN, ..options() }),
            "options.features: expected an integer of at least 1, got NaN"
        );
        let loss = Some(LossOptions::LogitNorm { tau: Some(0.0), label_smoothing: None });
        assert_eq!(
            refusal(HeadOptions { loss, ..options() }),
            "options.loss.tau: expected a number above 0, got 0"
        );
        let classes = vec!["a".into(), "b".into(), "a".into()];
        assert_eq!(
            refusal(HeadOptions { classes, ..options() }),
            "options.classes: expected different names, got \"a\" twice"
        );
        assert_eq!(
            refusal(HeadOptions { classes: vec![], ..options() }),
            "options.classes: expected at least one class, got none"
        );
    }

    #[test]
    fn a_head_beyond_memory_is_refused() {
        let message = refusal(HeadOptions { features: 4e9, hidden: vec![4e9, 4e9], ..options() });
        assert!(message.contains("at most 67108864 parameters"), "{message}");
    }

    #[test]
    fn options_that_need_one_another_say_so() {
        let sgd = OptimizerOptions::Sgd {
            learning_rate: None,
            momentum: None,
            nesterov: Some(true),
            weight_decay: None,
        };
        assert!(
            refusal(HeadOptions { optimizer: Some(sgd), ..options() }).contains("momentum above 0")
        );
        let fit = FitOptions { patience: Some(3.0), ..FitOptions::default() };
        assert!(fit.check().unwrap_err().to_string().contains("validationSplit above 0"));
    }
}
