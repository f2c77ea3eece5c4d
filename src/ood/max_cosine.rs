//! Largest cosine between the logits and a class axis: MSP's and MaxLogit's counterpart for heads
//! whose logit length means nothing, as after LogitNorm (the norm is that of Wei et al., ICML 2022;
//! the score itself is in neither pytorch-ood nor OpenOOD).
//!
//! ```text
//! score = -max_k f_k / |f|_2   (0 for a row of zeros)
//! ```

use super::{Parameter, Values, scoring::AnswerScoring};
use crate::numeric::row::{max, norm};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[];

/// See the module.
pub struct MaxCosine;

impl AnswerScoring for MaxCosine {
    fn new(_: &Values) -> Self {
        Self
    }

    fn row(&self, logits: &[f32], _: &[f32], _: &mut [f32]) -> f32 {
        row(logits)
    }
}

/// Score of one row of logits `[classes]`.
pub fn row(logits: &[f32]) -> f32 {
    let norm = norm(logits);
    if norm == 0.0 { 0.0 } else { (-f64::from(max(logits)) / norm) as f32 }
}
