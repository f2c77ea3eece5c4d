//! The one table of scorers. Names, parameters, checks, fitting and scoring follow from it, and so
//! do the TypeScript union of scorers and the list that tests and the site read
//! (`tests/scorer_table.rs` writes both). A scorer is its own file, its row here and its golden
//! case.

use serde::{Deserialize, Serialize};

use super::{
    ash, auto, dice, energy, entropy, fdbd, gda, r#gen, grad_norm, kl_matching, knn, mahalanobis,
    max_cosine, max_logit, msp, nci, nn_guide, odin,
    parameters::{Parameter, Values},
    react, residual, rmd, scale,
    scoring::{Needs, Scoring},
    she,
    statistics::Context,
    vim,
};
use crate::{
    Result,
    engine::Engine,
    ood::{Batch, FittedArrays, Kept},
};

/// A scorer with checked parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scorer {
    /// Which one.
    pub name: ScorerName,
    /// Its parameters.
    pub values: Values,
}

impl Scorer {
    /// Whether it compares rows with the training rows.
    pub fn compares(&self) -> bool {
        self.name.needs() == Needs::TrainingRows
    }
}

macro_rules! scorers {
    ($($Variant:ident $name:literal $module:ident::$Type:ident $(<$M:ident>)?, $needs:ident, $about:literal;)*) => {
        /// A scorer by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum ScorerName {
            $(#[doc = $about] #[serde(rename = $name)] $Variant,)*
        }

        impl ScorerName {
            /// Every scorer, in the contract's order.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$Variant),*];

            /// The name in the public contract.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$Variant => $name,)* }
            }

            /// What it is, in a line.
            pub fn about(self) -> &'static str {
                match self { $(Self::$Variant => $about,)* }
            }

            /// What it looks at besides the row.
            pub fn needs(self) -> Needs {
                match self { $(Self::$Variant => Needs::$needs,)* }
            }

            /// The parameters that it takes.
            pub fn parameters(self) -> &'static [Parameter] {
                match self { $(Self::$Variant => $module::PARAMETERS,)* }
            }
        }

        /// A scorer fitted to a head.
        pub enum Fitted<M> {
            $(#[doc = $about] $Variant($module::$Type $(<$M>)?),)*
        }

        #[maybe_async::maybe_async]
        impl<M> Fitted<M> {
            /// Fits a scorer.
            pub async fn fit<E: Engine<Matrix = M>>(context: &mut Context<'_, E>, scorer: &Scorer) -> Result<Self> {
                Ok(match scorer.name {
                    $(ScorerName::$Variant => Self::$Variant(<$module::$Type $(<$M>)? as Scoring<E>>::fit(context, &scorer.values).await?),)*
                })
            }

            /// Scores, `[rows]`.
            pub async fn scores<E: Engine<Matrix = M>>(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
                match self { $(Self::$Variant(scorer) => scorer.scores(engine, batch).await,)* }
            }

            /// Adds what a graph of the scores needs.
            pub async fn arrays<E: Engine<Matrix = M>>(&self, engine: &mut E, kept: Kept<'_>, out: &mut FittedArrays) -> Result<()> {
                match self { $(Self::$Variant(scorer) => scorer.arrays(engine, kept, out).await,)* }
            }

            /// Memory that it holds by itself.
            pub fn bytes<E: Engine<Matrix = M>>(&self) -> usize {
                match self { $(Self::$Variant(scorer) => Scoring::<E>::bytes(scorer),)* }
            }
        }
    };
}

scorers! {
    Msp "msp" msp::Msp, Answer, "Maximum softmax probability.";
    MaxLogit "maxLogit" max_logit::MaxLogit, Answer, "Maximum logit.";
    Energy "energy" energy::Energy, Answer, "Free energy of the logits.";
    Entropy "entropy" entropy::Entropy, Answer, "Entropy of the softmax, in nats.";
    Gen "gen" r#gen::Gen, Answer, "Generalised entropy of the most probable classes.";
    MaxCosine "maxCosine" max_cosine::MaxCosine, Answer, "Largest cosine between the logits and a class axis.";
    GradNorm "gradNorm" grad_norm::GradNorm, Answer, "L1 norm of the last layer's gradient towards the uniform distribution.";
    Odin "odin" odin::Odin<M>, Head, "Softmax probability after a small step on the features (ODIN).";
    KlMatching "klMatching" kl_matching::KlMatching, TrainingRows, "Divergence from the nearest class's typical posterior.";
    Knn "knn" knn::Knn<M>, TrainingRows, "Distance to the k-th nearest training row.";
    Mahalanobis "mahalanobis" mahalanobis::Mahalanobis<M>, TrainingRows, "Mahalanobis distance to the nearest class mean.";
    Rmd "rmd" rmd::Rmd<M>, TrainingRows, "Relative Mahalanobis distance.";
    Gda "gda" gda::Gda<M>, TrainingRows, "Density of Gaussian discriminant analysis: for measured features.";
    Vim "vim" vim::Vim<M>, TrainingRows, "Virtual-logit matching: residual against energy.";
    Residual "residual" residual::Residual<M>, TrainingRows, "Distance from the principal subspace of the training rows.";
    She "she" she::She, TrainingRows, "Simplified Hopfield energy: product with the class's stored pattern.";
    NnGuide "nnGuide" nn_guide::NnGuide<M>, TrainingRows, "Energy guided by the nearest training rows.";
    Fdbd "fdbd" fdbd::Fdbd, TrainingRows, "Fast decision boundary distance.";
    Nci "nci" nci::Nci, TrainingRows, "Neural-collapse-inspired score: alignment with the class's weight.";
    React "react" react::React<M>, TrainingRows, "Energy after clipping large inputs of the last layer (ReAct).";
    Dice "dice" dice::Dice<M>, TrainingRows, "Energy of a sparsified last layer (DICE).";
    Ash "ash" ash::Ash<M>, TrainingRows, "Energy after pruning the last layer's inputs (ASH); inputs must not be negative.";
    Scale "scale" scale::Scale<M>, TrainingRows, "Energy after scaling the last layer's inputs (SCALE); inputs must not be negative.";
    Auto "auto" auto::Auto<M>, TrainingRows, "The default: how unsure the head is, and three distances from the training rows.";
}
