//! Entropy of the softmax (Chan et al., "Entropy Maximization and Meta Classification for
//! Out-of-Distribution Detection in Semantic Segmentation", ICCV 2021; pytorch-ood `Entropy`).
//!
//! ```text
//! p = softmax(f / T),  score = -sum_k p_k ln p_k   (nats, 0 ln 0 = 0)
//! ```

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
pub struct Entropy {
    temperature: f32,
}

impl AnswerScoring for Entropy {
    fn new(values: &Values) -> Self {
        Self { temperature: values.number("temperature") }
    }

    fn row(&self, logits: &[f32], _: &[f32], scratch: &mut [f32]) -> f32 {
        row(logits, self.temperature, scratch)
    }
}

/// Score of one row of logits `[classes]`; `scratch` is as long.
pub fn row(logits: &[f32], temperature: f32, scratch: &mut [f32]) -> f32 {
    let parts = Softmax::new(logits, 1.0 / temperature, scratch);
    // -ln p_k = ln(1 + rest) + (max - f_k) / T: every term is positive, nothing cancels.
    let mut behind = 0.0;
    for (&share, &logit) in scratch.iter().zip(logits) {
        // A share of exactly 0 comes with a difference that may be infinite.
        behind += if share > 0.0 { share * (parts.max - logit) } else { 0.0 };
    }
    parts.log_excess() + behind / temperature * parts.inverse_sum()
}
