//! A head's layers in operators: forward, and a gradient's way back to the features.

use super::graph::{Graph, Value};
use crate::architecture::Architecture;

/// The weights as constants of a graph, each there once.
pub struct Layers(Vec<[Value; 2]>);

/// What a row of features leads to.
pub struct Outputs {
    /// Each layer's input; the first is the features.
    pub inputs: Vec<Value>,
    /// `[rows, classes]`.
    pub logits: Value,
}

impl Layers {
    /// The layers of a head with these parameters, all of them.
    pub fn new(graph: &mut Graph, architecture: &Architecture, parameters: &[f32]) -> Self {
        let layers = architecture.layers().into_iter().map(|layer| {
            let weight = graph.floats(&[layer.outputs, layer.inputs], &parameters[layer.weight]);
            [weight, graph.floats(&[layer.outputs], &parameters[layer.bias])]
        });
        Self(layers.collect())
    }

    /// Linear layers with ReLU between them.
    pub fn forward(&self, graph: &mut Graph, features: Value) -> Outputs {
        let mut outputs = Outputs { inputs: Vec::new(), logits: features };
        for &[weight, bias] in &self.0 {
            let input = match outputs.inputs.is_empty() {
                true => features,
                false => graph.op("Relu", &[outputs.logits]),
            };
            outputs.inputs.push(input);
            outputs.logits = graph.op_with("Gemm", &[input, weight, bias], "transB", 1);
        }
        outputs
    }

    /// The gradient by the features, from that by the logits.
    pub fn input_gradient(&self, graph: &mut Graph, outputs: &Outputs, logits_gradient: Value) -> Value {
        let mut gradient = logits_gradient;
        for (layer, &[weight, _]) in self.0.iter().enumerate().rev() {
            gradient = graph.op("MatMul", &[gradient, weight]);
            if layer > 0 {
                // After ReLU a sign is 0 or 1: where it passed the value.
                let passed = graph.op("Sign", &[outputs.inputs[layer]]);
                gradient = graph.op("Mul", &[gradient, passed]);
            }
        }
        gradient
    }
}
