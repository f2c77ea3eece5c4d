//! An update's numbers on their way to its kernels.

use super::update::{NumbersCompilationArg, Rule};
use crate::optim::Update;

/// [`super::update::Numbers`] on the host.
#[derive(Default)]
pub(super) struct Numbers {
    rate: f32,
    first: f32,
    second: f32,
    complement: f32,
    epsilon: f32,
    decay: f32,
    root: f32,
}

impl Numbers {
    /// As the kernel's structure has them.
    pub fn in_order(&self) -> [f32; 7] {
        let Self { rate, first, second, complement, epsilon, decay, root } = *self;
        [rate, first, second, complement, epsilon, decay, root]
    }
}

/// The same, as a kernel is compiled for it.
pub(super) const NUMBERS: NumbersCompilationArg = NumbersCompilationArg {
    rate: (),
    first: (),
    second: (),
    complement: (),
    epsilon: (),
    decay: (),
    root: (),
};

/// The rule, and its numbers.
pub(super) fn rule(update: &Update, moments: usize) -> (Rule, Numbers) {
    match *update {
        Update::Sgd { learning_rate, momentum, nesterov, weight_decay } => {
            let rule = if moments == 0 { Rule::Plain } else { Rule::Momentum { nesterov } };
            let numbers = Numbers {
                rate: learning_rate,
                first: momentum,
                decay: weight_decay,
                ..Numbers::default()
            };
            (rule, numbers)
        }
        Update::AdamW { rate, complement1, beta2, complement2, epsilon, decay, root } => (
            Rule::AdamW,
            Numbers {
                rate,
                first: complement1,
                second: beta2,
                complement: complement2,
                epsilon,
                decay,
                root,
            },
        ),
    }
}
