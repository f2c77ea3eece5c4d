//! Generalised entropy, GEN (Liu et al., "GEN: Pushing the Limits of Softmax-Based
//! Out-of-Distribution Detection", CVPR 2023; OpenOOD `gen_postprocessor`).
//!
//! ```text
//! p = softmax(f / T),  score = sum over the M largest p of p^gamma (1 - p)^gamma
//! ```
//!
//! A small gamma makes the score depend on the small probabilities too. OpenOOD sums (taken here);
//! pytorch-ood averages.

use super::{Parameter, Values, parameters::Kind, scoring::AnswerScoring};
use crate::{
    numeric::{
        row::max,
        softmax::{Softmax, exp},
        sort,
    },
    range::Range,
};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[
    Parameter::number(
        "gamma",
        Range::Positive,
        0.1,
        "Exponent, above 0; default 0.1 (the paper's and OpenOOD's).",
    ),
    Parameter {
        name: "m",
        kind: Kind::Count { default: Some(100) },
        about: "How many of the largest probabilities count, at least 1; default 100 (OpenOOD's).",
    },
    Parameter::number(
        "temperature",
        Range::Positive,
        1.0,
        "Softmax temperature, above 0; default 1.",
    ),
];

/// See the module.
pub struct Gen {
    gamma: f32,
    top: usize,
    temperature: f32,
}

impl AnswerScoring for Gen {
    fn new(values: &Values) -> Self {
        let top = values.count("m").unwrap_or(usize::MAX);
        Self { gamma: values.number("gamma"), top, temperature: values.number("temperature") }
    }

    fn row(&self, logits: &[f32], _: &[f32], scratch: &mut [f32]) -> f32 {
        row(logits, self.gamma, self.top, self.temperature, scratch)
    }
}

/// Score of one row of logits `[classes]` over its `top` largest probabilities; `scratch` is as
/// long as the row.
pub fn row(logits: &[f32], gamma: f32, top: usize, temperature: f32, scratch: &mut [f32]) -> f32 {
    let factor = 1.0 / temperature;
    let parts = Softmax::new(logits, factor, scratch);
    let log_excess = parts.log_excess();
    let log_others_of_max = log_rest(logits, &parts, factor) - log_excess;
    scratch.copy_from_slice(logits);
    let largest = sort::largest(scratch, top);
    // In logarithms: with a gamma of 0.1 even a p, or a 1 - p, that f32 cannot hold contributes.
    let term = |logit: f32| {
        let log_p = (logit - parts.max) * factor - log_excess;
        let log_others = if logit == parts.max { log_others_of_max } else { (-exp(log_p)).ln_1p() };
        exp(gamma * (log_p + log_others))
    };
    largest.iter().copied().map(term).sum()
}

/// `ln` of [`Softmax::rest`], also where that is too small for `f32`: shifted once more, by the
/// second largest logit.
fn log_rest(logits: &[f32], parts: &Softmax, factor: f32) -> f32 {
    if parts.rest > 1e-30 {
        return parts.rest.ln();
    }
    let (before, after) = (&logits[..parts.argmax], &logits[parts.argmax + 1..]);
    let second = max(before).max(max(after));
    let sum: f32 = before.iter().chain(after).map(|&logit| exp((logit - second) * factor)).sum();
    (second - parts.max) * factor + sum.ln()
}
