//! Out-of-distribution scores, one file each: formula, paper, reference code, parameters, when it
//! fails.
//!
//! **Sign: higher = more out-of-distribution, for every scorer** (pytorch-ood's convention;
//! OpenOOD's confidences are the negation).
//!
//! | scorer | needs | scale |
//! |---|---|---|
//! | [`msp`] | logits | `[-1, -1/k]` |
//! | [`max_logit`] | logits | that of the logits |
//! | [`energy`] | logits | that of the logits |
//! | [`entropy`] | logits | nats, `[0, ln k]` |
//! | [`mod@gen`] | logits | `[0, k]` |
//! | [`max_cosine`] | logits | `[-1, 1]` |
//! | [`grad_norm`] | logits and the last layer's inputs z | at most 0 |
//! | [`odin`] | the whole head | `[-1, -1/k]` |
//! | [`kl_matching`] | typical posteriors | nats |
//! | [`knn`] | all training z | `[0, 2]` |
//! | [`mahalanobis`], [`rmd`] | means and covariances of z | squared distances |
//! | [`gda`] | means of z and a covariance of each class | nats |
//! | [`residual`], [`vim`] | eigenvectors of a covariance of z | that of z, of the logits |
//! | [`she`] | mean z of correctly classified rows | that of z squared |
//! | [`nn_guide`] | all training z and their energies | that of the logits squared |
//! | [`fdbd`], [`nci`] | mean z | at most 0; that of the weights |
//! | [`react`], [`dice`], [`ash`], [`scale`] | percentiles, mean z, or just z of one sign | that of the logits |
//! | [`auto`] | means, covariances and up to 4096 of the training rows' features | about 0, in standard deviations |
//!
//! z is the last layer's input: the features themselves for a linear head. Where z is needed, so
//! are training rows: `fit` remembers its own, [`crate::head::Head::fit_scorers`] takes them after
//! a loop of steps. Statistics are computed when a scorer is first asked for and again after
//! further training, so they are always those of the head as it is.
//!
//! Every score is finite, or positive infinity: [`finite`] says when.
//!
//! After LogitNorm the length of the logits means nothing, so scores that compare it with a fixed
//! temperature (energy and entropy at 1) lose much or fall below chance; [`max_cosine`] does not
//! see it.

pub mod ash;
pub mod auto;
mod batch;
pub mod dice;
pub mod energy;
pub mod entropy;
pub mod fdbd;
mod few_rows;
pub mod finite;
mod fitted_arrays;
pub mod fitting;
pub mod gda;
pub mod r#gen;
pub mod grad_norm;
pub mod kl_matching;
pub mod knn;
pub(crate) mod last_layer;
pub mod mahalanobis;
pub mod max_cosine;
pub mod max_logit;
pub mod msp;
pub mod nci;
pub mod nn_guide;
pub mod odin;
pub mod parameters;
pub mod react;
pub mod residual;
pub mod rmd;
pub mod scale;
pub mod scoring;
pub mod she;
pub mod statistics;
mod table;
pub mod vim;

pub use self::{
    batch::Batch,
    fitted_arrays::{FittedArrays, Kept},
    parameters::{Given, Parameter, ScorerOptions, Values},
    scoring::Needs,
    table::{Fitted, Scorer, ScorerName},
};
