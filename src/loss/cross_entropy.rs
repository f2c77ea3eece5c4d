//! Softmax cross-entropy with label smoothing: the baseline (`torch.nn.functional.cross_entropy`;
//! smoothing after Szegedy et al., "Rethinking the Inception Architecture for Computer Vision",
//! CVPR 2016).
//!
//! ```text
//! p = softmax(f),  q = (1 - s) onehot(y) + s / k
//! loss     = -sum_k q_k ln p_k
//! gradient = p - q
//! ```

use crate::numeric::{quads::change, softmax::Softmax};

/// Loss of one row, in nats; writes `scale` times its gradient. `logits` and `gradient` are
/// `[classes]`.
pub fn row(
    logits: &[f32],
    label: usize,
    label_smoothing: f32,
    scale: f32,
    gradient: &mut [f32],
) -> f32 {
    let parts = Softmax::new(logits, 1.0, gradient);
    // -ln p_k = (max - f_k) + ln(1 + rest): differences first, they stay exact for large logits.
    let below_max = |logit: f32| f64::from(parts.max) - f64::from(logit);
    let mut value = (1.0 - f64::from(label_smoothing)) * below_max(logits[label]);
    if label_smoothing > 0.0 {
        let mean = logits.iter().map(|&f| below_max(f)).sum::<f64>() / logits.len() as f64;
        value += f64::from(label_smoothing) * mean;
    }
    let loss = (value + f64::from(parts.log_excess())) as f32;

    let probability = parts.inverse_sum();
    change(gradient, |g| g * probability);
    // p - 1 cancels where the label takes almost all: then the others' share is exact.
    gradient[label] =
        if parts.argmax == label { -parts.rest * probability } else { gradient[label] - 1.0 };
    let spread = label_smoothing / logits.len() as f32;
    gradient[label] += label_smoothing;
    change(gradient, |g| scale * (g - spread));
    loss
}
