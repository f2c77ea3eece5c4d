//! Update rules and learning-rate schedules with PyTorch's semantics (`torch.optim.SGD`,
//! `torch.optim.AdamW`, `torch.optim.lr_scheduler.CosineAnnealingLR` stepped once per update).
//!
//! An [`Optimizer`] is checked configuration; [`Optimizer::update`] resolves it for one step into
//! an [`Update`], plain numbers that either engine can apply. All state an update needs lies in at
//! most two arrays shaped like the parameters.

use crate::numeric::softmax::power;

/// Which rule, with checked constants; see [`crate::config::OptimizerOptions`] for ranges and
/// defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimizer {
    /// Stochastic gradient descent.
    Sgd {
        /// Step size.
        learning_rate: f64,
        /// Share of the previous velocity that is kept, `[0, 1)`.
        momentum: f64,
        /// Looks ahead along the velocity; needs momentum.
        nesterov: bool,
        /// L2 penalty, added to the gradient.
        weight_decay: f64,
    },
    /// Adam with decoupled weight decay (Loshchilov and Hutter, 2019).
    AdamW {
        /// Step size.
        learning_rate: f64,
        /// Decay of the first moment, `[0, 1)`.
        beta1: f64,
        /// Decay of the second moment, `[0, 1)`.
        beta2: f64,
        /// Added to the root of the second moment.
        epsilon: f64,
        /// Share of each parameter taken off per step, times the learning rate.
        weight_decay: f64,
    },
}

/// One step's rule with every number resolved, so that an engine only multiplies and adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Update {
    /// `g += weight_decay p; v = momentum v + g; p -= learning_rate (nesterov ? g + momentum v :
    /// v)`
    Sgd {
        /// Step size of this step.
        learning_rate: f32,
        /// See [`Optimizer::Sgd`].
        momentum: f32,
        /// See [`Optimizer::Sgd`].
        nesterov: bool,
        /// See [`Optimizer::Sgd`].
        weight_decay: f32,
    },
    /// `p *= decay; m += (1 - beta1)(g - m); v = beta2 v + (1 - beta2) g^2; p -= rate m / (sqrt(v)
    /// root + epsilon)`
    AdamW {
        /// Learning rate over the first moment's bias correction, `1 - beta1^step`.
        rate: f32,
        /// `1 - beta1`, rounded once.
        complement1: f32,
        /// See [`Optimizer::AdamW`].
        beta2: f32,
        /// `1 - beta2`, rounded once: from a rounded beta2 near 1 it would be off by a per cent.
        complement2: f32,
        /// See [`Optimizer::AdamW`].
        epsilon: f32,
        /// `1 - learning_rate weight_decay`.
        decay: f32,
        /// `1 / sqrt(1 - beta2^step)`: the second moment's bias correction.
        root: f32,
    },
}

impl Optimizer {
    /// The learning rate it was configured with.
    pub fn learning_rate(&self) -> f64 {
        match *self {
            Self::Sgd { learning_rate, .. } | Self::AdamW { learning_rate, .. } => learning_rate,
        }
    }

    /// How many arrays shaped like the parameters the rule keeps between steps.
    pub fn moments(&self) -> usize {
        match *self {
            Self::Sgd { momentum, .. } => usize::from(momentum != 0.0),
            Self::AdamW { .. } => 2,
        }
    }

    /// The rule for update number `step` (the first is 1) at the given learning rate.
    pub fn update(&self, step: u64, learning_rate: f64) -> Update {
        match *self {
            Self::Sgd { momentum, nesterov, weight_decay, .. } => Update::Sgd {
                learning_rate: learning_rate as f32,
                momentum: momentum as f32,
                nesterov,
                weight_decay: weight_decay as f32,
            },
            Self::AdamW { beta1, beta2, epsilon, weight_decay, .. } => {
                // In f64: 1 - 0.999^1 has only four correct digits in f32.
                let count = step as f64;
                Update::AdamW {
                    rate: (learning_rate / (1.0 - power(beta1, count))) as f32,
                    complement1: (1.0 - beta1) as f32,
                    beta2: beta2 as f32,
                    complement2: (1.0 - beta2) as f32,
                    epsilon: epsilon as f32,
                    decay: (1.0 - learning_rate * weight_decay) as f32,
                    root: (1.0 / (1.0 - power(beta2, count)).sqrt()) as f32,
                }
            }
        }
    }
}

/// Learning rate over the steps of one `fit`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Schedule {
    /// The configured rate throughout.
    Constant,
    /// From the configured rate along half a cosine to 0: `rate (1 + cos(pi step / steps)) / 2`.
    #[default]
    Cosine,
}

impl Schedule {
    /// Factor on the learning rate for `step` in `[0, steps)`.
    pub fn factor(self, step: u64, steps: u64) -> f64 {
        match self {
            Self::Constant => 1.0,
            // cos(x) = -sin(x - pi / 2)
            Self::Cosine => {
                0.5 * (1.0 - sine(std::f64::consts::PI * (step as f64 / steps as f64 - 0.5)))
            }
        }
    }
}

/// The sine of an angle within a quarter turn, by its series: the standard library's brings a
/// reduction of arbitrary angles, six kilobytes of code.
fn sine(x: f64) -> f64 {
    let square = x * x;
    let tail = (1..=11).rev().fold(1.0, |tail, n| {
        let n = f64::from(n);
        1.0 - square / (2.0 * n * (2.0 * n + 1.0)) * tail
    });
    x * tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cosine_is_pytorchs() {
        // torch.optim.lr_scheduler.CosineAnnealingLR(T_max=10), eta_min 0, learning rate 1: the
        // rates of steps 0 to 9.
        let expected = [
            1.0, 0.975_528, 0.904_508, 0.793_893, 0.654_508, 0.5, 0.345_492, 0.206_107, 0.095_492,
            0.024_472,
        ];
        for (step, rate) in (0..).zip(expected) {
            assert!((Schedule::Cosine.factor(step, 10) - rate).abs() < 1e-6, "step {step}");
            assert_eq!(Schedule::Constant.factor(step, 10), 1.0);
        }
    }

    #[test]
    fn the_sine_is_the_librarys() {
        for step in -100..=100 {
            let x = f64::from(step) * std::f64::consts::FRAC_PI_2 / 100.0;
            assert!((sine(x) - x.sin()).abs() < 1e-15, "{x}");
        }
    }

    #[test]
    fn complements_of_betas_near_one_keep_their_digits() {
        for beta2 in [0.999, 0.99999, 0.999999] {
            let optimizer = Optimizer::AdamW {
                learning_rate: 0.01,
                beta1: beta2,
                beta2,
                epsilon: 1e-8,
                weight_decay: 0.0,
            };
            let Update::AdamW { complement1, complement2, .. } = optimizer.update(1, 0.01) else {
                panic!("AdamW stays AdamW")
            };
            for complement in [complement1, complement2] {
                assert!(
                    (f64::from(complement) / (1.0 - beta2) - 1.0).abs() < 1e-7,
                    "{beta2}: {complement}"
                );
            }
        }
    }

    #[test]
    fn the_first_adamw_steps_are_corrected_for_their_empty_moments() {
        let optimizer = Optimizer::AdamW {
            learning_rate: 0.01,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.1,
        };
        let Update::AdamW { rate, decay, root, .. } = optimizer.update(1, 0.01) else {
            panic!("AdamW stays AdamW")
        };
        assert!(
            (rate - 0.1).abs() < 1e-6
                && (decay - 0.999).abs() < 1e-6
                && (root - 31.622_776).abs() < 1e-4
        );
        assert_eq!(optimizer.moments(), 2);
    }
}
