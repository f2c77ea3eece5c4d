//! A head's layers in operators: forward, and a gradient's way back to the features.

use super::graph::{Graph, Value};
use crate::{architecture::Architecture, input_map::InputMap};

/// The weights as constants of a graph, each there once.
pub struct Layers {
    layers: Vec<[Value; 2]>,
    map: Option<Map>,
}

/// The map before the first layer. In operators of its own: folded into the layer, features far
/// from the origin would lose what distinguishes them.
struct Map {
    shift: Value,
    scale: Value,
    constant: Value,
}

/// What a row of features leads to.
pub struct Outputs {
    /// Each layer's input; the first is the features.
    pub inputs: Vec<Value>,
    /// `[rows, classes]`.
    pub logits: Value,
}

impl Outputs {
    /// The last layer's input.
    pub fn last_input(&self) -> Value {
        self.inputs[self.inputs.len() - 1]
    }
}

impl Layers {
    /// The layers of a head with these parameters, all of them.
    pub fn new(
        graph: &mut Graph,
        architecture: &Architecture,
        parameters: &[f32],
        map: Option<&InputMap>,
    ) -> Self {
        let layers = architecture.layers().into_iter().map(|layer| {
            let weight = graph.matrix(layer.inputs, &parameters[layer.weight]);
            [weight, graph.floats(&[layer.outputs], &parameters[layer.bias])]
        });
        let layers = layers.collect();
        let map = map.map(|map| Map {
            shift: graph.floats(&[map.shift().len()], map.shift()),
            scale: graph.floats(&[map.scale().len()], map.scale()),
            constant: graph.scalar(map.constant()),
        });
        Self { layers, map }
    }

    /// Linear layers with ReLU between them.
    pub fn forward(&self, graph: &mut Graph, features: Value) -> Outputs {
        let mut outputs = Outputs { inputs: Vec::new(), logits: features };
        for &[weight, bias] in &self.layers {
            let input = match outputs.inputs.is_empty() {
                true => features,
                false => graph.op("Relu", &[outputs.logits]),
            };
            let mapped = match &self.map {
                Some(map) if outputs.inputs.is_empty() => map.apply(graph, input),
                _ => input,
            };
            outputs.inputs.push(input);
            outputs.logits = graph.op_with("Gemm", &[mapped, weight, bias], "transB", 1);
        }
        outputs
    }

    /// The gradient by the features, from that by the logits.
    pub fn input_gradient(
        &self,
        graph: &mut Graph,
        outputs: &Outputs,
        logits_gradient: Value,
    ) -> Value {
        let mut gradient = logits_gradient;
        for (layer, &[weight, _]) in self.layers.iter().enumerate().rev() {
            gradient = graph.op("MatMul", &[gradient, weight]);
            if layer > 0 {
                // After ReLU a sign is 0 or 1: where it passed the value.
                let passed = graph.op("Sign", &[outputs.inputs[layer]]);
                gradient = graph.op("Mul", &[gradient, passed]);
            }
        }
        match &self.map {
            Some(map) => graph.op("Mul", &[gradient, map.scale]),
            None => gradient,
        }
    }
}

impl Map {
    fn apply(&self, graph: &mut Graph, features: Value) -> Value {
        let offsets = graph.op("Sub", &[features, self.shift]);
        let scaled = graph.op("Mul", &[offsets, self.scale]);
        graph.op("Add", &[scaled, self.constant])
    }
}
