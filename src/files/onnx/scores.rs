//! The scorers in operators, `[rows, 1]` each. Formulas and papers stand in [`crate::ood`]; the
//! steps are those of the code there, so that both round alike.

use super::{
    distances::Length,
    graph::{Graph, Value},
    layers::{Layers, Outputs},
    proto::data_type,
};
use crate::ood::{Scorer, ScorerName};

/// What scorers are made from.
pub struct Head<'a> {
    pub layers: &'a Layers,
    pub outputs: &'a Outputs,
    /// Length of a row.
    pub features: usize,
    pub classes: usize,
}

/// The parts of a softmax, as [`crate::numeric::softmax::Softmax`] keeps them apart.
struct Softmax {
    /// The largest logit.
    max: Value,
    /// `e^((f_k - max) / T)`.
    exponentials: Value,
    /// Their sum without the largest one.
    rest: Value,
    /// Where the largest one is, the first of equals.
    is_argmax: Value,
}

impl Head<'_> {
    /// Scores by what the head answers; none for a scorer that compares with training rows.
    pub fn score(&self, graph: &mut Graph, scorer: &Scorer) -> Option<Value> {
        let values = &scorer.values;
        let temperature = || values.number("temperature");
        Some(match scorer.name {
            ScorerName::Msp => self.msp(graph, temperature()),
            ScorerName::MaxLogit => {
                let max = graph.max(self.outputs.logits);
                graph.op("Neg", &[max])
            }
            ScorerName::Energy => self.energy(graph, temperature()),
            ScorerName::Entropy => self.entropy(graph, temperature()),
            ScorerName::Gen => {
                let top = values.count("m").unwrap_or(usize::MAX);
                let factor = graph.scalar(1.0 / temperature());
                self.generalised_entropy(graph, values.number("gamma"), top, factor)
            }
            ScorerName::MaxCosine => self.max_cosine(graph),
            ScorerName::GradNorm => self.grad_norm(graph),
            ScorerName::Odin => self.odin(graph, temperature(), values.number("epsilon")),
            _ => return None,
        })
    }

    pub fn energy(&self, graph: &mut Graph, temperature: f32) -> Value {
        let parts = self.softmax(graph, temperature);
        let excess = log1p(graph, parts.rest);
        let temperature = graph.scalar(temperature);
        let excess = graph.op("Mul", &[excess, temperature]);
        let energy = graph.op("Add", &[parts.max, excess]);
        graph.op("Neg", &[energy])
    }

    fn msp(&self, graph: &mut Graph, temperature: f32) -> Value {
        let parts = self.softmax(graph, temperature);
        let probability = probability_of_max(graph, &parts);
        graph.op("Neg", &[probability])
    }

    fn entropy(&self, graph: &mut Graph, temperature: f32) -> Value {
        let parts = self.softmax(graph, temperature);
        let behind = graph.op("Sub", &[parts.max, self.outputs.logits]);
        let behind = graph.op("Mul", &[parts.exponentials, behind]);
        let behind = graph.sum(behind);
        let temperature = graph.scalar(temperature);
        let behind = graph.op("Div", &[behind, temperature]);
        let probability = probability_of_max(graph, &parts);
        let behind = graph.op("Mul", &[behind, probability]);
        let excess = log1p(graph, parts.rest);
        graph.op("Add", &[excess, behind])
    }

    /// At the temperature whose inverse is `factor`, one for all rows or one for each.
    pub fn generalised_entropy(
        &self,
        graph: &mut Graph,
        gamma: f32,
        top: usize,
        factor: Value,
    ) -> Value {
        let logits = self.outputs.logits;
        let parts = self.softmax_by(graph, factor);
        let log_excess = log1p(graph, parts.rest);

        // ln(rest), also where that is too small for float32: shifted by the second largest logit.
        let nothing = graph.scalar(f32::NEG_INFINITY);
        let others = graph.op("Where", &[parts.is_argmax, nothing, logits]);
        let second = graph.max(others);
        let shares = graph.op("Sub", &[logits, second]);
        let shares = graph.op("Mul", &[shares, factor]);
        let shares = graph.op("Exp", &[shares]);
        let zero = graph.scalar(0.0);
        let shares = graph.op("Where", &[parts.is_argmax, zero, shares]);
        let shares = graph.sum(shares);
        let shares = graph.op("Log", &[shares]);
        let log_rest = graph.op("Sub", &[second, parts.max]);
        let log_rest = graph.op("Mul", &[log_rest, factor]);
        let log_rest = graph.op("Add", &[log_rest, shares]);
        let log_others_of_max = graph.op("Sub", &[log_rest, log_excess]);

        let largest = if top < self.classes { graph.largest(logits, top)[0] } else { logits };
        let log_p = graph.op("Sub", &[largest, parts.max]);
        let log_p = graph.op("Mul", &[log_p, factor]);
        let log_p = graph.op("Sub", &[log_p, log_excess]);
        let p = graph.op("Exp", &[log_p]);
        let p = graph.op("Neg", &[p]);
        let log_others = log1p(graph, p);
        let is_max = graph.op("Equal", &[largest, parts.max]);
        let log_others = graph.op("Where", &[is_max, log_others_of_max, log_others]);
        let term = graph.op("Add", &[log_p, log_others]);
        let gamma = graph.scalar(gamma);
        let term = graph.op("Mul", &[term, gamma]);
        let term = graph.op("Exp", &[term]);
        graph.sum(term)
    }

    fn max_cosine(&self, graph: &mut Graph) -> Value {
        let logits = self.outputs.logits;
        let length = Length::of(graph, logits);
        let cosines = length.unit_rows(graph);
        let cosine = graph.max(cosines);
        graph.op("Neg", &[cosine])
    }

    fn grad_norm(&self, graph: &mut Graph) -> Value {
        let parts = self.softmax(graph, 1.0);
        let probability = probability_of_max(graph, &parts);
        let p = graph.op("Mul", &[parts.exponentials, probability]);
        let uniform = graph.scalar(1.0 / self.classes as f32);
        let distance = graph.op("Sub", &[p, uniform]);
        let distance = graph.op("Abs", &[distance]);
        let distance = graph.sum(distance);
        let lengths = graph.op("Abs", &[self.outputs.last_input()]);
        let lengths = graph.sum(lengths);
        let product = graph.op("Mul", &[distance, lengths]);
        graph.op("Neg", &[product])
    }

    /// A step on the features and the head once more. In float32, where the product takes float64:
    /// onnxruntime-web's WebGPU build knows no other, and the score is off by a few units in the
    /// last place of a number near `-1/k`.
    fn odin(&self, graph: &mut Graph, temperature: f32, epsilon: f32) -> Value {
        let parts = self.softmax(graph, temperature);
        let probability = probability_of_max(graph, &parts);
        let p = graph.op("Mul", &[parts.exponentials, probability]);
        let predicted = graph.op_with("Cast", &[parts.is_argmax], "to", data_type::FLOAT.into());
        let delta = graph.op("Sub", &[p, predicted]);
        let gradient = self.layers.input_gradient(graph, self.outputs, delta);
        let sign = graph.op("Sign", &[gradient]);
        let epsilon = graph.scalar(epsilon);
        let step = graph.op("Mul", &[sign, epsilon]);
        let stepped = graph.op("Sub", &[self.outputs.inputs[0], step]);
        let outputs = self.layers.forward(graph, stepped);
        Head { outputs: &outputs, ..*self }.msp(graph, temperature)
    }

    fn softmax(&self, graph: &mut Graph, temperature: f32) -> Softmax {
        let factor = graph.scalar(1.0 / temperature);
        self.softmax_by(graph, factor)
    }

    fn softmax_by(&self, graph: &mut Graph, factor: Value) -> Softmax {
        let max = graph.max(self.outputs.logits);
        // The difference first: the logits times the factor may overflow.
        let behind = graph.op("Sub", &[self.outputs.logits, max]);
        let shifted = graph.op("Mul", &[behind, factor]);
        let exponentials = graph.op("Exp", &[shifted]);
        let argmax = graph.op_with("ArgMax", &[self.outputs.logits], "axis", 1);
        let classes: Vec<i64> = (0..self.classes as i64).collect();
        let classes = graph.list(&classes);
        let is_argmax = graph.op("Equal", &[classes, argmax]);
        let zero = graph.scalar(0.0);
        let others = graph.op("Where", &[is_argmax, zero, exponentials]);
        Softmax { max, exponentials, rest: graph.sum(others), is_argmax }
    }
}

fn probability_of_max(graph: &mut Graph, parts: &Softmax) -> Value {
    let one = graph.scalar(1.0);
    let sum = graph.op("Add", &[parts.rest, one]);
    graph.op("Reciprocal", &[sum])
}

/// `ln(1 + x)`, exact for small x, which ONNX has no operator for: the rounding of `1 + x` is
/// divided out again (Goldberg, "What Every Computer Scientist Should Know About Floating-Point
/// Arithmetic", 1991, theorem 4).
fn log1p(graph: &mut Graph, x: Value) -> Value {
    let (zero, one) = (graph.scalar(0.0), graph.scalar(1.0));
    let sum = graph.op("Add", &[x, one]);
    let rounded = graph.op("Sub", &[sum, one]);
    let log = graph.op("Log", &[sum]);
    let ratio = graph.op("Div", &[x, rounded]);
    let corrected = graph.op("Mul", &[log, ratio]);
    let is_lost = graph.op("Equal", &[rounded, zero]);
    graph.op("Where", &[is_lost, x, corrected])
}
