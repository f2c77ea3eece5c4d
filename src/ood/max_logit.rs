//! Maximum logit (Hendrycks et al., "Scaling Out-of-Distribution Detection for Real-World
//! Settings", ICML 2022; pytorch-ood `MaxLogit`).
//!
//! ```text
//! score = -max_k f_k
//! ```

use super::{Parameter, Values, scoring::AnswerScoring};
use crate::numeric::row::max;

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[];

/// See the module.
pub struct MaxLogit;

impl AnswerScoring for MaxLogit {
    fn new(_: &Values) -> Self {
        Self
    }

    fn row(&self, logits: &[f32], _: &[f32], _: &mut [f32]) -> f32 {
        row(logits)
    }
}

/// Score of one row of logits `[classes]`.
pub fn row(logits: &[f32]) -> f32 {
    -max(logits)
}
