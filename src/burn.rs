//! LogitNorm as a [burn](https://burn.dev) module, for whole networks that are trained in burn: the
//! loss of [`crate::loss::logit_norm`] on tensors of any of burn's backends, with burn's autodiff.
//!
//! ```
//! use burn::tensor::{Device, Int, Tensor};
//! use oodgate::burn::{LogitNormLoss, LogitNormLossConfig};
//!
//! let device = Device::default().autodiff();
//! let logits = Tensor::<2>::from_data([[2.0, -1.0, 0.5], [0.1, 0.3, -0.2]], &device).require_grad();
//! let targets = Tensor::<1, Int>::from_data([0, 2], &device);
//!
//! let loss: LogitNormLoss = LogitNormLossConfig::new().with_tau(0.04).init();
//! let gradients = loss.forward(logits.clone(), targets).backward();
//! assert_eq!(logits.grad(&gradients).unwrap().dims(), [2, 3]);
//! ```

use burn::{
    config::Config,
    module::{Content, DisplaySettings, Module, ModuleDisplay},
    nn::loss::Reduction,
    tensor::{Int, Tensor, activation::log_softmax, assert_shape},
};

use crate::loss::logit_norm::EPSILON;

/// Configuration of a [`LogitNormLoss`], which [`LogitNormLossConfig::init`] makes of it.
#[derive(Config, Debug)]
pub struct LogitNormLossConfig {
    /// Temperature of the normalised logits, above 0. The default, 0.04, is what the paper takes
    /// for CIFAR-10; for a head on frozen features [`crate::config::default_tau`] suits the number
    /// of classes better.
    #[config(default = 0.04)]
    pub tau: f32,
}

impl LogitNormLossConfig {
    /// Makes the loss.
    ///
    /// # Panics
    ///
    /// If `tau` is not a number above 0.
    pub fn init(&self) -> LogitNormLoss {
        assert!(
            self.tau > 0.0 && self.tau.is_finite(),
            "tau of a LogitNorm loss must be a number above 0. Got {}",
            self.tau
        );
        LogitNormLoss { tau: self.tau }
    }
}

/// Cross-entropy on normalised logits, after Wei et al., "Mitigating Neural Network Overconfidence
/// with Logit Normalization", ICML 2022 (<https://arxiv.org/abs/2205.09310>):
///
/// ```text
/// u = f / ((|f|_2 + 1e-7) tau)
/// loss = -ln softmax(u)_y
/// ```
///
/// for the logits f of a row and its class y. The value does not change with the length of f, so
/// that training cannot make the network more confident by making its logits longer. Normalisation
/// is for training alone: inference uses f itself.
///
/// Made by [`LogitNormLossConfig::init`].
///
/// # Gradient
///
/// By autodiff, and the same as the closed form of [`crate::loss::logit_norm`]. A row of zeros has
/// the loss `ln(classes)` and no gradient: the formula's own is beyond what any step size survives.
/// Lengths are taken relative to the row's largest logit, so that squares neither overflow nor
/// vanish.
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct LogitNormLoss {
    /// Temperature of the normalised logits.
    pub tau: f32,
}

impl ModuleDisplay for LogitNormLoss {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        DisplaySettings::new().with_new_line_after_attribute(false).optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        content.add("tau", &self.tau).optional()
    }
}

impl LogitNormLoss {
    /// The mean loss of a batch, in nats.
    ///
    /// # Shapes
    ///
    /// - logits: `[batch_size, num_classes]`
    /// - targets: `[batch_size]`
    /// - output: `[1]`
    pub fn forward(&self, logits: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        self.forward_with_reduction(logits, targets, Reduction::Mean)
    }

    /// The loss of a batch. [`Reduction::Auto`] and [`Reduction::BatchMean`] are
    /// [`Reduction::Mean`], for a row has one loss.
    ///
    /// # Shapes
    ///
    /// - logits: `[batch_size, num_classes]`
    /// - targets: `[batch_size]`
    /// - output: `[1]`
    pub fn forward_with_reduction(
        &self,
        logits: Tensor<2>,
        targets: Tensor<1, Int>,
        reduction: Reduction,
    ) -> Tensor<1> {
        let losses = self.forward_no_reduction(logits, targets);
        match reduction {
            Reduction::Sum => losses.sum(),
            Reduction::Mean | Reduction::Auto | Reduction::BatchMean => losses.mean(),
        }
    }

    /// The loss of each row.
    ///
    /// # Shapes
    ///
    /// - logits: `[batch_size, num_classes]`
    /// - targets: `[batch_size]`
    /// - output: `[batch_size]`
    pub fn forward_no_reduction(&self, logits: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
        let [rows, classes] = logits.dims();
        assert_shape!(targets, [rows]);
        let largest = logits.clone().detach().abs().max_dim(1);
        let is_zero = largest.clone().equal_elem(0.0);
        // A row of zeros is cut off from its logits, and divided by 1.
        let logits = logits.mask_fill(is_zero.clone().expand([rows, classes]), 0.0);
        let largest = largest.mask_fill(is_zero.clone(), 1.0);
        let relative = logits / largest.clone();
        let squares = relative.clone().square().sum_dim(1).mask_fill(is_zero, 1.0);
        let length = squares.sqrt() + largest.recip() * EPSILON;
        let normalised = relative / length / self.tau;
        log_softmax(normalised, 1).gather(1, targets.reshape([rows, 1])).neg().reshape([rows])
    }
}
