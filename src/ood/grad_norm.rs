//! GradNorm (Huang et al., "On the Importance of Gradients for Detecting Distributional Shifts in
//! the Wild", NeurIPS 2021) in closed form: the L1 norm of the last weight's gradient of the
//! cross-entropy against the uniform distribution.
//!
//! ```text
//! p = softmax(f),  gradient = (p - 1/k) z^T,  score = -sum_k |p_k - 1/k| * |z|_1
//! ```
//!
//! z is the last layer's input. OpenOOD's code has another factor k, which changes no ranking. Says
//! little for features of unit length, and after LogitNorm at temperature 1.

use super::{Parameter, Values, scoring::AnswerScoring};
use crate::numeric::{row::sum, softmax::Softmax};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[];

/// See the module.
pub struct GradNorm;

impl AnswerScoring for GradNorm {
    fn new(_: &Values) -> Self {
        Self
    }

    fn row(&self, logits: &[f32], inputs: &[f32], scratch: &mut [f32]) -> f32 {
        row(logits, inputs, scratch)
    }
}

/// Score of one row of logits `[classes]` and the last layer's input `z`; `scratch` is as long as
/// the logits.
pub fn row(logits: &[f32], z: &[f32], scratch: &mut [f32]) -> f32 {
    let probability = Softmax::new(logits, 1.0, scratch).inverse_sum();
    let uniform = 1.0 / logits.len() as f32;
    -sum(scratch, |share| (share * probability - uniform).abs()) * sum(z, f32::abs)
}
