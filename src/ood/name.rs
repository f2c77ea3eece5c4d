//! The scorers' names in the public contract, and which parameters each one takes.

use serde::{Deserialize, Serialize};

/// A scorer by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ScorerName {
    /// [`super::msp`]
    Msp,
    /// [`super::max_logit`]
    MaxLogit,
    /// [`super::energy`]
    Energy,
    /// [`super::entropy`]
    Entropy,
    /// [`mod@super::gen`]
    Gen,
    /// [`super::max_cosine`]
    MaxCosine,
    /// [`super::grad_norm`]
    GradNorm,
    /// [`super::odin`]
    Odin,
    /// [`super::kl_matching`]
    KlMatching,
    /// [`super::knn`]
    Knn,
    /// [`super::mahalanobis`]
    Mahalanobis,
    /// [`super::rmd`]
    Rmd,
    /// [`super::vim`]
    Vim,
    /// [`super::residual`]
    Residual,
    /// [`super::she`]
    She,
    /// [`super::nn_guide`]
    NnGuide,
    /// [`super::fdbd`]
    Fdbd,
    /// [`super::nci`]
    Nci,
    /// [`super::react`]
    React,
    /// [`super::dice`]
    Dice,
    /// [`super::ash`]
    Ash,
    /// [`super::scale`]
    Scale,
    /// [`super::auto`]
    Auto,
}

impl ScorerName {
    /// Every scorer, in the contract's order.
    pub const ALL: [Self; 23] = [
        Self::Msp,
        Self::MaxLogit,
        Self::Energy,
        Self::Entropy,
        Self::Gen,
        Self::MaxCosine,
        Self::GradNorm,
        Self::Odin,
        Self::KlMatching,
        Self::Knn,
        Self::Mahalanobis,
        Self::Rmd,
        Self::Vim,
        Self::Residual,
        Self::She,
        Self::NnGuide,
        Self::Fdbd,
        Self::Nci,
        Self::React,
        Self::Dice,
        Self::Ash,
        Self::Scale,
        Self::Auto,
    ];

    /// The name in the public contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Msp => "msp",
            Self::MaxLogit => "maxLogit",
            Self::Energy => "energy",
            Self::Entropy => "entropy",
            Self::Gen => "gen",
            Self::MaxCosine => "maxCosine",
            Self::GradNorm => "gradNorm",
            Self::Odin => "odin",
            Self::KlMatching => "klMatching",
            Self::Knn => "knn",
            Self::Mahalanobis => "mahalanobis",
            Self::Rmd => "rmd",
            Self::Vim => "vim",
            Self::Residual => "residual",
            Self::She => "she",
            Self::NnGuide => "nnGuide",
            Self::Fdbd => "fdbd",
            Self::Nci => "nci",
            Self::React => "react",
            Self::Dice => "dice",
            Self::Ash => "ash",
            Self::Scale => "scale",
            Self::Auto => "auto",
        }
    }

    /// The parameters that it takes: keys of the contract's `ScorerOptions`, fields of [`super::Parameters`].
    pub fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Msp | Self::Energy | Self::Entropy => &["temperature"],
            Self::Gen => &["gamma", "m", "temperature"],
            Self::Odin => &["temperature", "epsilon"],
            Self::Knn | Self::NnGuide => &["k"],
            Self::Mahalanobis | Self::Rmd => &["ridge", "normalize"],
            Self::Vim | Self::Residual => &["dimensions"],
            Self::Nci => &["alpha"],
            Self::React | Self::Dice | Self::Scale => &["percentile"],
            Self::Ash => &["percentile", "variant"],
            Self::MaxLogit | Self::MaxCosine | Self::GradNorm | Self::KlMatching | Self::She | Self::Fdbd | Self::Auto => &[],
        }
    }
}
