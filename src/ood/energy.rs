//! Free energy (Liu et al., "Energy-based Out-of-distribution Detection", NeurIPS 2020; pytorch-ood
//! `EnergyBased`).
//!
//! ```text
//! score = -T ln sum_k exp(f_k / T)
//! ```
//!
//! Compares the length of the logits with T. After LogitNorm that length is arbitrary, and at T = 1
//! the score can fall below chance; the paper's authors take T = 0.1.

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
pub struct Energy {
    temperature: f32,
}

impl AnswerScoring for Energy {
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
    -(parts.max + temperature * parts.log_excess())
}
