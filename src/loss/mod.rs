//! Training losses, one file each: formula, paper, stable value and closed-form gradient in one
//! pass over a row.

pub mod cross_entropy;
pub mod logit_norm;

/// A training loss with checked constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// See [`logit_norm`].
    LogitNorm {
        /// Temperature of the normalised logits, above 0.
        tau: f32,
        /// Share of the target that is spread over all classes, `[0, 1)`.
        label_smoothing: f32,
    },
    /// See [`cross_entropy`].
    CrossEntropy {
        /// Share of the target that is spread over all classes, `[0, 1)`.
        label_smoothing: f32,
    },
}

impl Loss {
    /// Loss of one row of logits, in nats; writes `scale` times its gradient. `logits` and
    /// `gradient` are `[classes]`, `label` is below `classes`.
    pub fn row(&self, logits: &[f32], label: usize, scale: f32, gradient: &mut [f32]) -> f32 {
        match *self {
            Self::LogitNorm { tau, label_smoothing } => {
                logit_norm::row(logits, label, tau, label_smoothing, scale, gradient)
            }
            Self::CrossEntropy { label_smoothing } => {
                cross_entropy::row(logits, label, label_smoothing, scale, gradient)
            }
        }
    }
}
