//! The scorers that need nothing but what the head answers for a row.

use super::{ScorerName, View, energy, entropy, r#gen, grad_norm, max_cosine, max_logit, msp};
use crate::loss::Loss;

/// A scorer of logits, with checked parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LogitScorer {
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
    /// See [`mod@super::gen`].
    Gen {
        /// Exponent.
        gamma: f32,
        /// How many of the largest probabilities count.
        top: usize,
        /// Softmax temperature.
        temperature: f32,
    },
    /// See [`max_cosine`].
    MaxCosine,
    /// See [`grad_norm`].
    GradNorm,
}

impl LogitScorer {
    /// What "auto" means for a head of which no training rows are known. By the tables of `docs/ood.md`: after LogitNorm the best of
    /// these on sentences, though not on images; for cross-entropy the best of these on the mean of all splits.
    pub fn default_for(loss: &Loss) -> ScorerName {
        match loss {
            Loss::LogitNorm { .. } => ScorerName::MaxCosine,
            Loss::CrossEntropy { .. } => ScorerName::Gen,
        }
    }

    /// Its name.
    pub fn name(&self) -> ScorerName {
        match self {
            Self::Msp { .. } => ScorerName::Msp,
            Self::MaxLogit => ScorerName::MaxLogit,
            Self::Energy { .. } => ScorerName::Energy,
            Self::Entropy { .. } => ScorerName::Entropy,
            Self::Gen { .. } => ScorerName::Gen,
            Self::MaxCosine => ScorerName::MaxCosine,
            Self::GradNorm => ScorerName::GradNorm,
        }
    }

    /// Scores, `[rows]`.
    pub fn scores(&self, view: &View) -> Vec<f32> {
        let rows = view.logits.chunks_exact(view.classes);
        let mut scratch = vec![0.0; view.classes];
        match *self {
            Self::Msp { temperature } => rows.map(|row| msp::row(row, temperature, &mut scratch)).collect(),
            Self::MaxLogit => rows.map(max_logit::row).collect(),
            Self::Energy { temperature } => rows.map(|row| energy::row(row, temperature, &mut scratch)).collect(),
            Self::Entropy { temperature } => rows.map(|row| entropy::row(row, temperature, &mut scratch)).collect(),
            Self::Gen { gamma, top, temperature } => {
                rows.map(|row| r#gen::row(row, gamma, top, temperature, &mut scratch)).collect()
            }
            Self::MaxCosine => rows.map(max_cosine::row).collect(),
            Self::GradNorm => rows.zip(view.inputs()).map(|(row, z)| grad_norm::row(row, z, &mut scratch)).collect(),
        }
    }
}
