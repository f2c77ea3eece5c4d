//! Largest cosine between the logits and a class axis: MSP's and MaxLogit's counterpart for heads whose logit length means
//! nothing, as after LogitNorm (the norm is that of Wei et al., ICML 2022; the score itself is in neither pytorch-ood nor
//! OpenOOD).
//!
//! ```text
//! score = -max_k f_k / |f|_2   (0 for a row of zeros)
//! ```

/// Score of one row of logits `[classes]`.
pub fn row(logits: &[f32]) -> f32 {
    let norm = crate::math::norm(logits);
    if norm == 0.0 { 0.0 } else { (-f64::from(crate::math::max(logits)) / norm) as f32 }
}
