//! A scorer as a caller asks for it, and the one place where its parameters are checked and defaulted.

use serde::{Deserialize, Serialize};

use super::{FittedScorer, LogitScorer, Scorer, ScorerName, ash::Variant, mahalanobis::Covariance};
use crate::{
    Error, Result,
    config::{Range, count, number},
    error::Mismatch,
    shown::{Shown, quoted},
};

/// A scorer's name and parameters, unchecked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScorerOptions {
    /// Which scorer.
    pub name: ScorerName,
    /// Its parameters; those that it does not take ([`ScorerName::parameters`]) are ignored.
    #[serde(flatten)]
    pub parameters: Parameters,
}

/// Parameters of scorers, unchecked. `None` takes the default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameters {
    /// Softmax temperature of msp, energy, entropy and gen, above 0, default 1; of odin, default 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// gen's exponent, above 0; default 0.1 (the paper's and OpenOOD's).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gamma: Option<f64>,
    /// How many of the largest probabilities gen counts, at least 1; default 100 (OpenOOD's).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub m: Option<f64>,
    /// odin's step, at least 0; default 0.0014 (the paper's).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epsilon: Option<f64>,
    /// Neighbours of knn, default 50 or all rows if they are fewer; of nnGuide, default 10, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub k: Option<f64>,
    /// What mahalanobis and rmd add to the covariance's diagonal, in units of its mean, at least 0; default 1e-6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ridge: Option<f64>,
    /// Whether mahalanobis and rmd take features at unit length; default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalize: Option<bool>,
    /// Principal dimensions that vim and residual leave out, at least 1; default half of the features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<f64>,
    /// nci's weight of the features' L1 norm, at least 0; default 0 (pytorch-ood's).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpha: Option<f64>,
    /// Per cent in (0, 100): of react and dice, default 90; of ash and scale, default 65.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentile: Option<f64>,
    /// ash's variant: "s" (default), "p" or "b".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl From<ScorerName> for ScorerOptions {
    fn from(name: ScorerName) -> Self {
        Self { name, parameters: Parameters::default() }
    }
}

impl ScorerOptions {
    /// Checks the parameters, but for what depends on the head and its training rows: those are checked where the scorer is
    /// fitted.
    pub fn check(&self) -> Result<Scorer> {
        let given = &self.parameters;
        let positive = |name: &str, value: Option<f64>, default| real(name, value.unwrap_or(default), Range::Positive);
        let temperature = |default| positive("temperature", given.temperature, default);
        let not_negative = |name: &str, value: Option<f64>, default| real(name, value.unwrap_or(default), Range::NotNegative);
        let whole = |name: &str, value: Option<f64>| value.map(|value| count(&path(name), value)).transpose();
        let percentile = |default: f64| {
            let value = given.percentile.unwrap_or(default);
            let inside = value > 0.0 && value < 100.0;
            if inside { Ok(value) } else { Err(refusal("percentile", "a number in (0, 100), per cent", value)) }
        };
        let covariance = || {
            let ridge = not_negative("ridge", given.ridge, 1e-6)?;
            Ok::<_, Error>(Covariance { ridge: f64::from(ridge), normalize: given.normalize.unwrap_or(false) })
        };
        let logit = |scorer| Ok(Scorer::Logit(scorer));
        let fitted = |scorer| Ok(Scorer::Fitted(scorer));
        match self.name {
            ScorerName::Msp => logit(LogitScorer::Msp { temperature: temperature(1.0)? }),
            ScorerName::MaxLogit => logit(LogitScorer::MaxLogit),
            ScorerName::Energy => logit(LogitScorer::Energy { temperature: temperature(1.0)? }),
            ScorerName::Entropy => logit(LogitScorer::Entropy { temperature: temperature(1.0)? }),
            ScorerName::Gen => logit(LogitScorer::Gen {
                gamma: positive("gamma", given.gamma, 0.1)?,
                top: whole("m", given.m)?.unwrap_or(100),
                temperature: temperature(1.0)?,
            }),
            ScorerName::MaxCosine => logit(LogitScorer::MaxCosine),
            ScorerName::GradNorm => logit(LogitScorer::GradNorm),
            ScorerName::Odin => {
                Ok(Scorer::Odin { temperature: temperature(1000.0)?, epsilon: not_negative("epsilon", given.epsilon, 0.0014)? })
            }
            ScorerName::KlMatching => fitted(FittedScorer::KlMatching),
            ScorerName::Knn => fitted(FittedScorer::Knn { k: whole("k", given.k)? }),
            ScorerName::Mahalanobis => fitted(FittedScorer::Mahalanobis(covariance()?)),
            ScorerName::Rmd => fitted(FittedScorer::Rmd(covariance()?)),
            ScorerName::Vim => fitted(FittedScorer::Vim { dimensions: whole("dimensions", given.dimensions)? }),
            ScorerName::Residual => fitted(FittedScorer::Residual { dimensions: whole("dimensions", given.dimensions)? }),
            ScorerName::She => fitted(FittedScorer::She),
            ScorerName::NnGuide => fitted(FittedScorer::NnGuide { k: whole("k", given.k)? }),
            ScorerName::Fdbd => fitted(FittedScorer::Fdbd),
            ScorerName::Nci => fitted(FittedScorer::Nci { alpha: not_negative("alpha", given.alpha, 0.0)? }),
            ScorerName::React => fitted(FittedScorer::React { percentile: percentile(90.0)? }),
            ScorerName::Dice => fitted(FittedScorer::Dice { percentile: percentile(90.0)? }),
            ScorerName::Ash => {
                let variant = match given.variant.as_deref() {
                    None | Some("s") => Variant::Scale,
                    Some("p") => Variant::Prune,
                    Some("b") => Variant::Binarise,
                    Some(other) => return Err(refusal("variant", r#""s", "p" or "b""#, quoted(other))),
                };
                fitted(FittedScorer::Ash { percentile: percentile(65.0)?, variant })
            }
            ScorerName::Scale => fitted(FittedScorer::Scale { percentile: percentile(65.0)? }),
            ScorerName::Auto => Ok(Scorer::Auto),
        }
    }
}

fn path(name: &str) -> String {
    format!("options.scorer.{name}")
}

fn real(name: &str, value: f64, range: Range) -> Result<f32> {
    Ok(number(&path(name), value, range)? as f32)
}

/// What a parameter should have been.
pub(crate) fn refusal(name: &str, expected: impl Into<String>, got: impl Shown) -> Error {
    Error::InvalidOption(Mismatch::new(path(name), expected, got))
}
