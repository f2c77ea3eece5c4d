//! The scorers that compare rows with the training rows.

use super::{
    ScorerName, View,
    ash::{Ash, Variant},
    dice::Dice,
    fdbd::Fdbd,
    kl_matching::KlMatching,
    knn::Knn,
    mahalanobis::{Covariance, Mahalanobis},
    nci::Nci,
    nn_guide::NnGuide,
    react::React,
    residual::Residual,
    rmd::Rmd,
    scale::Scale,
    she::She,
    training::Training,
    vim::Vim,
};
use crate::{Result, engine::Engine};

/// A scorer of this kind with checked parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FittedScorer {
    /// See [`super::kl_matching`].
    KlMatching,
    /// See [`super::knn`].
    Knn {
        /// Neighbours asked for.
        k: Option<usize>,
    },
    /// See [`super::mahalanobis`].
    Mahalanobis(Covariance),
    /// See [`super::rmd`].
    Rmd(Covariance),
    /// See [`super::vim`].
    Vim {
        /// Principal dimensions asked for.
        dimensions: Option<usize>,
    },
    /// See [`super::residual`].
    Residual {
        /// Principal dimensions asked for.
        dimensions: Option<usize>,
    },
    /// See [`super::she`].
    She,
    /// See [`super::nn_guide`].
    NnGuide {
        /// Neighbours asked for.
        k: Option<usize>,
    },
    /// See [`super::fdbd`].
    Fdbd,
    /// See [`super::nci`].
    Nci {
        /// Weight of the inputs' L1 norm.
        alpha: f32,
    },
    /// See [`super::react`].
    React {
        /// Per cent.
        percentile: f64,
    },
    /// See [`super::dice`].
    Dice {
        /// Per cent.
        percentile: f64,
    },
    /// See [`super::ash`].
    Ash {
        /// Per cent.
        percentile: f64,
        /// What becomes of the kept inputs.
        variant: Variant,
    },
    /// See [`super::scale`].
    Scale {
        /// Per cent.
        percentile: f64,
    },
}

impl FittedScorer {
    /// Its name.
    pub fn name(&self) -> ScorerName {
        match self {
            Self::KlMatching => ScorerName::KlMatching,
            Self::Knn { .. } => ScorerName::Knn,
            Self::Mahalanobis(_) => ScorerName::Mahalanobis,
            Self::Rmd(_) => ScorerName::Rmd,
            Self::Vim { .. } => ScorerName::Vim,
            Self::Residual { .. } => ScorerName::Residual,
            Self::She => ScorerName::She,
            Self::NnGuide { .. } => ScorerName::NnGuide,
            Self::Fdbd => ScorerName::Fdbd,
            Self::Nci { .. } => ScorerName::Nci,
            Self::React { .. } => ScorerName::React,
            Self::Dice { .. } => ScorerName::Dice,
            Self::Ash { .. } => ScorerName::Ash,
            Self::Scale { .. } => ScorerName::Scale,
        }
    }
}

/// A scorer fitted to training rows.
pub enum Fitted<M> {
    /// See [`super::kl_matching`].
    KlMatching(KlMatching),
    /// See [`super::knn`].
    Knn(Knn<M>),
    /// See [`super::mahalanobis`].
    Mahalanobis(Mahalanobis<M>),
    /// See [`super::rmd`].
    Rmd(Rmd<M>),
    /// See [`super::vim`].
    Vim(Vim<M>),
    /// See [`super::residual`].
    Residual(Residual<M>),
    /// See [`super::she`].
    She(She),
    /// See [`super::nn_guide`].
    NnGuide(NnGuide<M>),
    /// See [`super::fdbd`].
    Fdbd(Fdbd),
    /// See [`super::nci`].
    Nci(Nci),
    /// See [`super::react`].
    React(React<M>),
    /// See [`super::dice`].
    Dice(Dice<M>),
    /// See [`super::ash`].
    Ash(Ash<M>),
    /// See [`super::scale`].
    Scale(Scale<M>),
}

#[maybe_async::maybe_async]
impl<M> Fitted<M> {
    /// Fits a scorer.
    pub async fn new<E: Engine<Matrix = M>>(engine: &mut E, training: &mut Training, scorer: FittedScorer) -> Result<Self> {
        Ok(match scorer {
            FittedScorer::KlMatching => Self::KlMatching(KlMatching::new(training)?),
            FittedScorer::Knn { k } => Self::Knn(Knn::new(engine, training, k)?),
            FittedScorer::Mahalanobis(covariance) => Self::Mahalanobis(Mahalanobis::new(engine, training, covariance).await?),
            FittedScorer::Rmd(covariance) => Self::Rmd(Rmd::new(engine, training, covariance).await?),
            FittedScorer::Vim { dimensions } => Self::Vim(Vim::new(engine, training, dimensions).await?),
            FittedScorer::Residual { dimensions } => Self::Residual(Residual::new(engine, training, dimensions).await?),
            FittedScorer::She => Self::She(She::new(training)),
            FittedScorer::NnGuide { k } => Self::NnGuide(NnGuide::new(engine, training, k)?),
            FittedScorer::Fdbd => Self::Fdbd(Fdbd::new(training)?),
            FittedScorer::Nci { alpha } => Self::Nci(Nci::new(training, alpha)),
            FittedScorer::React { percentile } => Self::React(React::new(engine, training, percentile)?),
            FittedScorer::Dice { percentile } => Self::Dice(Dice::new(engine, training, percentile)?),
            FittedScorer::Ash { percentile, variant } => Self::Ash(Ash::new(engine, training, percentile, variant)?),
            FittedScorer::Scale { percentile } => Self::Scale(Scale::new(engine, training, percentile)?),
        })
    }

    /// Scores, `[rows]`. Scorers that search among the training rows leave out `without[row]`, where given.
    pub async fn scores<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        view: &View<'_>,
        without: &[Option<u32>],
    ) -> Result<Vec<f32>> {
        match self {
            Self::KlMatching(scorer) => Ok(scorer.scores(view)),
            Self::Knn(scorer) => scorer.scores(engine, view, without).await,
            Self::Mahalanobis(scorer) => scorer.scores(engine, view).await,
            Self::Rmd(scorer) => scorer.scores(engine, view).await,
            Self::Vim(scorer) => scorer.scores(engine, view).await,
            Self::Residual(scorer) => scorer.scores(engine, view).await,
            Self::She(scorer) => Ok(scorer.scores(view)),
            Self::NnGuide(scorer) => scorer.scores(engine, view, without).await,
            Self::Fdbd(scorer) => Ok(scorer.scores(view)),
            Self::Nci(scorer) => Ok(scorer.scores(view)),
            Self::React(scorer) => scorer.scores(engine, view).await,
            Self::Dice(scorer) => scorer.scores(engine, view).await,
            Self::Ash(scorer) => scorer.scores(engine, view).await,
            Self::Scale(scorer) => scorer.scores(engine, view).await,
        }
    }
}
