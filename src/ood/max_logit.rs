//! Maximum logit (Hendrycks et al., "Scaling Out-of-Distribution Detection for Real-World Settings", ICML 2022;
//! pytorch-ood `MaxLogit`).
//!
//! ```text
//! score = -max_k f_k
//! ```

/// Score of one row of logits `[classes]`.
pub fn row(logits: &[f32]) -> f32 {
    -crate::math::max(logits)
}
