//! Out-of-distribution scores, one file each: formula, paper, parameters, when it fails.
//!
//! **Sign: higher = more out-of-distribution, for every scorer** (pytorch-ood's convention; OpenOOD's confidences are the
//! negation).
//!
//! | scorer | needs | scale |
//! |---|---|---|
//! | [`msp`] | logits | `[-1, -1/k]` |
//! | [`max_logit`] | logits | that of the logits |
//! | [`energy`] | logits | that of the logits |
//! | [`entropy`] | logits | nats, `[0, ln k]` |
//! | [`gen`](mod@gen) | logits | `[0, k]` |
//! | [`max_cosine`] | logits | `[-1, 1]` |
//! | [`grad_norm`] | logits and the last layer's inputs | at most 0 |
//!
//! After LogitNorm the length of the logits means nothing, so scores that compare it with a fixed temperature (energy and
//! entropy at 1) can fall below chance; [`max_cosine`] does not see it.

pub mod energy;
pub mod entropy;
pub mod r#gen;
pub mod grad_norm;
pub mod max_cosine;
pub mod max_logit;
pub mod msp;

use crate::{
    Result,
    config::{Range, count, number},
    engine::Outputs,
    loss::Loss,
};

/// A scorer with checked parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scorer {
    /// See [`msp`].
    Msp {
        /// Softmax temperature.
        temperature: f32,
    },
    /// See [`max_logit`].
    MaxLogit,
    /// See [`energy`].
    Energy {
        /// Softmax temperature.
        temperature: f32,
    },
    /// See [`entropy`].
    Entropy {
        /// Softmax temperature.
        temperature: f32,
    },
    /// See [`gen`](mod@gen).
    Gen {
        /// Exponent.
        gamma: f32,
        /// How many of the largest probabilities count.
        top: usize,
    },
    /// See [`max_cosine`].
    MaxCosine,
    /// See [`grad_norm`].
    GradNorm,
}

/// A scorer's name and parameters, unchecked. `None` takes the default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScorerOptions {
    /// Maximum softmax probability.
    Msp {
        /// Above 0; default 1.
        temperature: Option<f64>,
    },
    /// Maximum logit.
    MaxLogit,
    /// Free energy.
    Energy {
        /// Above 0; default 1.
        temperature: Option<f64>,
    },
    /// Entropy of the softmax.
    Entropy {
        /// Above 0; default 1.
        temperature: Option<f64>,
    },
    /// Generalised entropy.
    Gen {
        /// Above 0; default 0.1 (the paper's and OpenOOD's).
        gamma: Option<f64>,
        /// At least 1; default 100 (OpenOOD's).
        m: Option<f64>,
    },
    /// Largest cosine.
    MaxCosine,
    /// Norm of the last weight's gradient.
    GradNorm,
    /// The scorer that [`Scorer::default_for`] names.
    Auto,
}

impl ScorerOptions {
    /// Checks the parameters; `loss` is that of the head to be scored.
    pub fn check(self, loss: &Loss) -> Result<Scorer> {
        let temperature =
            |value: Option<f64>| Ok(number("options.scorer.temperature", value.unwrap_or(1.0), Range::Positive)? as f32);
        Ok(match self {
            Self::Msp { temperature: t } => Scorer::Msp { temperature: temperature(t)? },
            Self::MaxLogit => Scorer::MaxLogit,
            Self::Energy { temperature: t } => Scorer::Energy { temperature: temperature(t)? },
            Self::Entropy { temperature: t } => Scorer::Entropy { temperature: temperature(t)? },
            Self::Gen { gamma, m } => Scorer::Gen {
                gamma: number("options.scorer.gamma", gamma.unwrap_or(0.1), Range::Positive)? as f32,
                top: count("options.scorer.m", m.unwrap_or(100.0))?,
            },
            Self::MaxCosine => Scorer::MaxCosine,
            Self::GradNorm => Scorer::GradNorm,
            Self::Auto => Scorer::default_for(loss),
        })
    }
}

impl Scorer {
    /// What "auto" means for a head that was trained with this loss: the best fixed choice on CLINC150 (`npm run table`).
    pub fn default_for(loss: &Loss) -> Self {
        match loss {
            Loss::LogitNorm { .. } => Self::MaxCosine,
            Loss::CrossEntropy { .. } => Self::Gen { gamma: 0.1, top: 100 },
        }
    }

    /// The name in the public contract.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Msp { .. } => "msp",
            Self::MaxLogit => "maxLogit",
            Self::Energy { .. } => "energy",
            Self::Entropy { .. } => "entropy",
            Self::Gen { .. } => "gen",
            Self::MaxCosine => "maxCosine",
            Self::GradNorm => "gradNorm",
        }
    }

    /// Scores `[rows]` from what a head with so many `classes` answered for `features`, `[rows, features]`.
    pub fn scores(&self, outputs: &Outputs, features: &[f32], classes: usize) -> Vec<f32> {
        let rows = outputs.logits.chunks_exact(classes);
        let mut scratch = vec![0.0; classes];
        match *self {
            Self::Msp { temperature } => rows.map(|row| msp::row(row, temperature, &mut scratch)).collect(),
            Self::MaxLogit => rows.map(max_logit::row).collect(),
            Self::Energy { temperature } => rows.map(|row| energy::row(row, temperature, &mut scratch)).collect(),
            Self::Entropy { temperature } => rows.map(|row| entropy::row(row, temperature, &mut scratch)).collect(),
            Self::Gen { gamma, top } => rows.map(|row| r#gen::row(row, gamma, top, &mut scratch)).collect(),
            Self::MaxCosine => rows.map(max_cosine::row).collect(),
            Self::GradNorm => {
                let inputs = outputs.penultimate.as_deref().unwrap_or(features);
                let width = inputs.len() / (outputs.logits.len() / classes).max(1);
                rows.zip(inputs.chunks_exact(width)).map(|(row, z)| grad_norm::row(row, z, &mut scratch)).collect()
            }
        }
    }
}
