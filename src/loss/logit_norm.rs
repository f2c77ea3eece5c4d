//! LogitNorm: cross-entropy on normalised logits (Wei et al., "Mitigating Neural Network
//! Overconfidence with Logit Normalization", ICML 2022; reference code: hongxin001/logitnorm_ood).
//!
//! ```text
//! n = |f|_2,  N = n + 1e-7,  u = f / (N tau),  p = softmax(u)
//! q = (1 - s) onehot(y) + s / k,  e = p - q      (s: label smoothing, 0 in the paper)
//! loss     = -sum_k q_k ln p_k
//! gradient = (e - (n / N) fhat (fhat . e)) / (tau N),   fhat = f / n
//! ```
//!
//! The value does not change with the length of f, so for n far above 1e-7 the gradient is
//! orthogonal to f and grows with 1/n. At f = 0 the formula's gradient is e / (1e-7 tau), far
//! beyond what any step size survives: such a row has loss `ln(classes)` and no gradient here.
//!
//! Without smoothing the loss is never below `ln(1 + (k - 1) exp(-sqrt(k / (k - 1)) / tau))` for k classes, attained
//! where the label's logit is large and all others are equal. Normalisation is for training alone:
//! inference uses f itself.

use crate::numeric::{
    quads::{change, change_by},
    row::{dot, norm},
    softmax::Softmax,
};

/// Added to the norm, as in the paper's code.
pub const EPSILON: f64 = 1e-7;

/// Loss of one row, in nats; writes `scale` times its gradient. `logits` and `gradient` are
/// `[classes]`.
pub fn row(
    logits: &[f32],
    label: usize,
    tau: f32,
    label_smoothing: f32,
    scale: f32,
    gradient: &mut [f32],
) -> f32 {
    let length = norm(logits);
    if length == 0.0 {
        gradient.fill(0.0);
        return (logits.len() as f32).ln();
    }
    let guarded = length + EPSILON;
    let factor = 1.0 / (guarded * f64::from(tau));
    let parts = Softmax::new(logits, factor as f32, gradient);
    // The difference first: it is exactly 0 where the label has the largest logit.
    let below_max = |logit: f32| f64::from(parts.max) - f64::from(logit);
    let mut behind = below_max(logits[label]);
    if label_smoothing > 0.0 {
        let mean = logits.iter().map(|&f| below_max(f)).sum::<f64>() / logits.len() as f64;
        behind += f64::from(label_smoothing) * (mean - behind);
    }
    let loss = (behind * factor + f64::from(parts.log_excess())) as f32;

    let probability = parts.inverse_sum();
    change(gradient, |g| g * probability);
    // p - 1 cancels where the label takes almost all: then the others' share is exact.
    gradient[label] =
        if parts.argmax == label { -parts.rest * probability } else { gradient[label] - 1.0 };
    if label_smoothing > 0.0 {
        let spread = label_smoothing / logits.len() as f32;
        gradient[label] += label_smoothing;
        gradient.iter_mut().for_each(|g| *g -= spread);
    }

    // fhat (fhat . e) n / N = f (f . e) / (n N), in two divisions so that neither product
    // overflows.
    let along = (f64::from(dot(logits, gradient)) / length / guarded) as f32;
    let outer = (factor * f64::from(scale)) as f32;
    change_by(gradient, logits, |g, f| outer * (g - f * along));
    loss
}
