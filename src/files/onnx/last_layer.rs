//! Energies of changed last layers in operators: [`crate::ood::react`], [`crate::ood::dice`],
//! [`crate::ood::ash`] and [`crate::ood::scale`].

use super::{
    graph::{Graph, Value},
    layers::Outputs,
    proto::data_type,
    scores::Head,
};
use crate::ood::last_layer::kept;

/// The last layer of a head that takes features as they come.
pub struct LastLayer<'a> {
    pub head: &'a Head<'a>,
    /// `[classes, width]`.
    pub weight: &'a [f32],
    /// `[classes]`.
    pub bias: &'a [f32],
}

impl LastLayer<'_> {
    /// The weight, `[classes, width]`.
    pub fn weight(&self, graph: &mut Graph) -> Value {
        graph.matrix(self.weight.len() / self.bias.len(), self.weight)
    }

    /// Energy at temperature 1 of its outputs.
    pub fn energy(&self, graph: &mut Graph, inputs: Value) -> Value {
        let (weight, bias) = (self.weight(graph), graph.floats(&[self.bias.len()], self.bias));
        let logits = graph.products(inputs, weight, Some(bias));
        self.energy_of(graph, logits)
    }

    /// The same with another weight, `[width, classes]`.
    pub fn energy_by(&self, graph: &mut Graph, inputs: Value, weight: Value) -> Value {
        let bias = graph.floats(&[self.bias.len()], self.bias);
        let logits = graph.op("Gemm", &[inputs, weight, bias]);
        self.energy_of(graph, logits)
    }

    fn energy_of(&self, graph: &mut Graph, logits: Value) -> Value {
        let outputs = Outputs { inputs: Vec::new(), logits };
        Head { outputs: &outputs, ..*self.head }.energy(graph, 1.0)
    }

    /// SCALE.
    pub fn scale(&self, graph: &mut Graph, inputs: Value, percentile: f64) -> Value {
        let [largest, _] = graph.largest(inputs, kept(self.width(), percentile));
        let factor = sharpening(graph, inputs, largest);
        let scaled = graph.op("Mul", &[inputs, factor]);
        let energy = self.energy(graph, scaled);
        where_not_negative(graph, inputs, energy)
    }

    /// ASH. Inputs from the last to the first: of equal ones the head keeps the last, TopK the
    /// first.
    pub fn ash(&self, graph: &mut Graph, inputs: Value, percentile: f64, variant: &str) -> Value {
        let width = self.width();
        let kept = kept(width, percentile);
        let backwards: Vec<i64> = (0..width as i64).rev().collect();
        let backwards = graph.list(&backwards);
        let reversed = graph.op_with("Gather", &[inputs, backwards], "axis", 1);
        let [largest, places] = graph.largest(reversed, kept);
        let shaped = match variant {
            "p" => largest,
            "b" => {
                let all = graph.sum(inputs);
                let count = graph.scalar(kept as f32);
                let share = graph.op("Div", &[all, count]);
                let zero = graph.scalar(0.0);
                let nothing = graph.op("Mul", &[largest, zero]);
                graph.op("Add", &[nothing, share])
            }
            _ => {
                let factor = sharpening(graph, inputs, largest);
                graph.op("Mul", &[largest, factor])
            }
        };
        let zero = graph.scalar(0.0);
        let nothing = graph.op("Mul", &[reversed, zero]);
        let cut = graph.op_with("ScatterElements", &[nothing, places, shaped], "axis", 1);
        let shaped = graph.op_with("Gather", &[cut, backwards], "axis", 1);
        let energy = self.energy(graph, shaped);
        where_not_negative(graph, inputs, energy)
    }

    fn width(&self) -> usize {
        self.weight.len() / self.bias.len()
    }
}

/// `e^(sum of all / sum of the largest)`; 1 for a row of zeros.
fn sharpening(graph: &mut Graph, inputs: Value, largest: Value) -> Value {
    let (all, kept) = (graph.sum(inputs), graph.sum(largest));
    let ratio = graph.op("Div", &[all, kept]);
    let factor = graph.op("Exp", &[ratio]);
    let (zero, one) = (graph.scalar(0.0), graph.scalar(1.0));
    let has_ratio = graph.op("Greater", &[kept, zero]);
    graph.op("Where", &[has_ratio, factor, one])
}

/// The score, and NaN where an input is negative: the head refuses such rows.
fn where_not_negative(graph: &mut Graph, inputs: Value, score: Value) -> Value {
    let zero = graph.scalar(0.0);
    let is_negative = graph.op("Less", &[inputs, zero]);
    let negative = graph.op_with("Cast", &[is_negative], "to", data_type::FLOAT.into());
    let negative = graph.max(negative);
    let is_negative = graph.op("Greater", &[negative, zero]);
    let nothing = graph.scalar(f32::NAN);
    graph.op("Where", &[is_negative, nothing, score])
}
