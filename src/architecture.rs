//! The classifier head: linear layers with ReLU between them, and their seeded initialisation.
//!
//! All parameters lie in one array, layer by layer: the weight `[outputs, inputs]` row-major
//! (PyTorch's layout), then the bias `[outputs]`. One array keeps the update a single fused loop
//! and a saved head a single slice per tensor.

use std::ops::Range;

use crate::numeric::random::Random;

/// Layer widths, from the features over the hidden layers to the classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Architecture {
    widths: Vec<usize>,
}

/// One linear layer and where its parameters lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Length of one input row.
    pub inputs: usize,
    /// Length of one output row.
    pub outputs: usize,
    /// The weight, `[outputs, inputs]`.
    pub weight: Range<usize>,
    /// The bias, `[outputs]`.
    pub bias: Range<usize>,
}

impl Layer {
    /// Weight and bias together.
    pub fn parameters(&self) -> Range<usize> {
        self.weight.start..self.bias.end
    }
}

impl Architecture {
    /// A head from `features` over ReLU layers of the `hidden` widths to `classes`. All must be at
    /// least 1: [`crate::config`] checks.
    pub fn new(features: usize, hidden: &[usize], classes: usize) -> Self {
        let mut widths = Vec::with_capacity(hidden.len() + 2);
        widths.push(features);
        widths.extend_from_slice(hidden);
        widths.push(classes);
        Self { widths }
    }

    /// The same head for another number of classes.
    pub fn with_classes(&self, classes: usize) -> Self {
        Self::new(self.features(), self.hidden(), classes)
    }

    /// Widths of the hidden layers.
    pub fn hidden(&self) -> &[usize] {
        &self.widths[1..self.widths.len() - 1]
    }

    /// Length of one feature vector.
    pub fn features(&self) -> usize {
        self.widths[0]
    }

    /// Number of logits.
    pub fn classes(&self) -> usize {
        self.widths[self.widths.len() - 1]
    }

    /// Length of the last layer's input: the last hidden width, or `features` for a linear head.
    pub fn penultimate(&self) -> usize {
        self.widths[self.widths.len() - 2]
    }

    /// The layers in the order in which a row passes them.
    pub fn layers(&self) -> Vec<Layer> {
        let mut start = 0;
        self.widths
            .windows(2)
            .map(|pair| {
                let (inputs, outputs) = (pair[0], pair[1]);
                let weight = start..start + inputs * outputs;
                let bias = weight.end..weight.end + outputs;
                start = bias.end;
                Layer { inputs, outputs, weight, bias }
            })
            .collect()
    }

    /// Length of the parameter array. In `f64`, because the widths may be anything until this has
    /// been checked.
    pub fn parameters(&self) -> f64 {
        self.widths.windows(2).map(|pair| (pair[0] as f64 + 1.0) * pair[1] as f64).sum()
    }

    /// Parameters drawn uniformly from ±1/sqrt(inputs), weights and biases alike: PyTorch's
    /// `nn.Linear` default.
    ///
    /// Never zeros: LogitNorm's gradient grows with 1/|f|, and a head that starts near f = 0 is
    /// thrown so far by its first step that it never learns.
    pub fn initial_parameters(&self, seed: u64) -> Vec<f32> {
        let mut random = Random::new(seed);
        let mut parameters = Vec::with_capacity(self.parameters() as usize);
        for layer in self.layers() {
            let bound = (1.0 / (layer.inputs as f64).sqrt()) as f32;
            parameters.extend(layer.parameters().map(|_| (2.0 * random.unit() - 1.0) * bound));
        }
        parameters
    }
}
