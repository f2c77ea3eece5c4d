//! Maximum softmax probability (Hendrycks and Gimpel, "A Baseline for Detecting Misclassified and
//! Out-of-Distribution Examples in Neural Networks", ICLR 2017; pytorch-ood `MaxSoftmax`).
//!
//! ```text
//! score = -max_k softmax(f / T)_k
//! ```
//!
//! The score of the LogitNorm paper. Fails where every row is answered with the same certainty, as
//! plain cross-entropy heads tend to.

use super::{Parameter, Values, scoring::AnswerScoring};
use crate::{numeric::softmax::Softmax, range::Range};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[Parameter::number(
    "temperature",
    Range::Positive,
    1.0,
    "Softmax temperature, above 0; default 1.",
)];

/// See the module.
pub struct Msp {
    temperature: f32,
}

impl AnswerScoring for Msp {
    fn new(values: &Values) -> Self {
        Self { temperature: values.number("temperature") }
    }

    fn row(&self, logits: &[f32], _: &[f32], scratch: &mut [f32]) -> f32 {
        row(logits, self.temperature, scratch)
    }
}

/// Score of one row of logits `[classes]`; `scratch` is as long.
pub fn row(logits: &[f32], temperature: f32, scratch: &mut [f32]) -> f32 {
    -Softmax::new(logits, 1.0 / temperature, scratch).inverse_sum()
}
