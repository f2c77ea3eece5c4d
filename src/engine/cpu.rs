//! The CPU engine: matrix products by panels, and fused loops on slices for everything else.

mod bounds;
mod coarse;
mod inverse;
mod kernel;
mod lanes;
mod matmul;
mod update;

use std::{ops::Range, rc::Rc};

use self::{
    bounds::{Bounds, has_diverged, largest},
    coarse::Coarse,
    inverse::Inverse,
    matmul::{View, multiply, reach},
};
use super::{Engine, Outputs, Spec, State, Totals, VARIATION, check_outputs};
use crate::{
    Result,
    architecture::Layer,
    input_map::InputMap,
    loss::Loss,
    numeric::{
        quads::{change_by, change_by_two},
        row::{argmax, rectify},
    },
    optim::Update,
    pace::Pace,
};

/// A head whose arithmetic runs on the calling thread.
pub struct CpuEngine {
    loss: Loss,
    layers: Vec<Layer>,
    input: Option<Rc<InputMap>>,
    state: State,
    /// Of the state, as long as they are known.
    bounds: Option<Bounds>,
    /// Whether the state has diverged.
    diverged: bool,
    /// The state before the first step since [`Engine::keep`] that might have diverged, and how many
    /// had been made.
    kept: Option<(State, u64)>,
    /// Updates since [`Engine::keep`].
    steps: u64,
    totals: Totals,
    scratch: Scratch,
    pace: Pace,
}

/// Rows kept for training.
pub struct Data {
    features: Rc<Vec<f32>>,
    labels: Rc<Vec<u32>>,
    weights: Option<Rc<Vec<f32>>>,
}

/// Row numbers, and the rows that those vary by: [`Engine::order`].
pub struct Order {
    rows: Vec<u32>,
    others: Option<Vec<u32>>,
}

/// A factor of products, `[rows, width]`.
pub struct Matrix {
    values: Vec<f32>,
    width: usize,
    reach: Vec<usize>,
    /// Of one that is searched.
    coarse: Option<Coarse>,
}

/// Buffers that steps reuse; they grow to the largest batch seen.
#[derive(Default)]
struct Scratch {
    /// The batch's rows, `[rows, features]`.
    batch: Vec<f32>,
    /// Each layer's outputs, `[rows, outputs]`: activations, and logits last.
    outputs: Vec<Vec<f32>>,
    /// Gradient of the mean loss with respect to the current layer's outputs, and the next one's.
    delta: Vec<f32>,
    next_delta: Vec<f32>,
    /// Gradient of the parameters.
    gradient: Vec<f32>,
}

impl CpuEngine {
    /// An engine that holds these parameters; moments start at zero.
    pub fn new(spec: &Spec, parameters: Vec<f32>) -> Self {
        let moments = vec![vec![0.0; parameters.len()]; spec.moments];
        let layers = spec.architecture.layers();
        let outputs = vec![Vec::new(); layers.len()];
        Self {
            loss: spec.loss,
            layers,
            input: None,
            state: State { parameters, moments },
            bounds: None,
            diverged: false,
            kept: None,
            steps: 0,
            totals: Totals::default(),
            scratch: Scratch { outputs, ..Scratch::default() },
            pace: Pace::unbroken(),
        }
    }

    /// Runs `[rows, features]` through all layers, leaving every layer's outputs in the scratch.
    fn run_layers(&mut self, features: &[f32], rows: usize) -> Result<()> {
        check_outputs(rows, &self.layers)?;
        for (index, layer) in self.layers.iter().enumerate() {
            let (before, from_here) = self.scratch.outputs.split_at_mut(index);
            let input = before.last().map_or(features, |outputs| &outputs[..rows * layer.inputs]);
            let output = &mut from_here[0];
            output.resize(rows * layer.outputs, 0.0);
            for row in output.chunks_exact_mut(layer.outputs) {
                row.copy_from_slice(&self.state.parameters[layer.bias.clone()]);
            }
            let weight = &self.state.parameters[layer.weight.clone()];
            multiply(
                View::new(input, rows, layer.inputs),
                View::new(weight, layer.outputs, layer.inputs).transposed(),
                1.0,
                output,
            );
            if index + 1 < self.layers.len() {
                rectify(output);
            }
        }
        Ok(())
    }

    /// Adds the batch's loss and hits to the totals and leaves the mean loss's gradient in `delta`.
    fn run_loss(&mut self, data: &Data, rows: &[u32], classes: usize) {
        let Scratch { outputs, delta, .. } = &mut self.scratch;
        let Some(logits) = outputs.last() else { return };
        delta.resize(rows.len() * classes, 0.0);
        let scale = 1.0 / rows.len() as f32;
        for ((logits, &row), gradient) in
            logits.chunks_exact(classes).zip(rows).zip(delta.chunks_exact_mut(classes))
        {
            let label = data.labels[row as usize] as usize;
            let weight = data.weights.as_ref().map_or(1.0, |weights| weights[row as usize]);
            let loss = self.loss.row(logits, label, scale * weight, gradient);
            self.totals.loss += f64::from(loss) * f64::from(weight);
            self.totals.correct += f64::from(u8::from(argmax(logits) == label));
        }
    }

    /// Takes `delta` back through the layers, and then updates them.
    fn run_backward(&mut self, features: &[f32], rows: usize, update: &Update) {
        if self.diverged {
            // The weights will be taken back to those before.
            return;
        }
        let Scratch { outputs, delta, next_delta, gradient, .. } = &mut self.scratch;
        gradient.resize(self.state.parameters.len(), 0.0);
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let input = match index {
                0 => features,
                _ => &outputs[index - 1][..rows * layer.inputs],
            };
            let delta_matrix = View::new(delta, rows, layer.outputs);
            multiply(
                delta_matrix.transposed(),
                View::new(input, rows, layer.inputs),
                0.0,
                &mut gradient[layer.weight.clone()],
            );
            let bias_gradient = &mut gradient[layer.bias.clone()];
            bias_gradient.fill(0.0);
            for row in delta.chunks_exact(layer.outputs) {
                change_by(bias_gradient, row, |sum, d| sum + d);
            }
            if index > 0 {
                next_delta.resize(rows * layer.inputs, 0.0);
                let weight = &self.state.parameters[layer.weight.clone()];
                multiply(
                    delta_matrix,
                    View::new(weight, layer.outputs, layer.inputs),
                    0.0,
                    next_delta,
                );
                // ReLU passes the gradient where it passed the value.
                change_by(next_delta, input, |d, x| if x > 0.0 { d } else { 0.0 });
            }
            std::mem::swap(delta, next_delta);
        }
        self.run_update(update);
    }

    /// Updates all parameters with the gradient in the scratch, and keeps those before where they
    /// may diverge.
    fn run_update(&mut self, update: &Update) {
        let gradient = largest(&self.scratch.gradient);
        let before = self.bounds.unwrap_or_else(|| Bounds::of(&self.state));
        let mut after = before.after(update, gradient);
        if !after.are_safe() {
            // Bounds only grow: they may be far from what there is.
            after = Bounds::of(&self.state).after(update, gradient);
        }
        let is_safe = after.are_safe() && self.totals.loss.is_finite();
        if !is_safe && self.kept.is_none() {
            self.kept = Some((self.state.clone(), self.steps));
        }
        update::apply(update, &mut self.state, &self.scratch.gradient);
        self.steps += 1;
        self.bounds = is_safe.then_some(after);
        self.diverged = !is_safe && has_diverged(&self.state);
    }

    /// Forward and loss of rows, varied by others where there are any, then `then` with their
    /// features.
    fn with_batch(
        &mut self,
        data: &Data,
        rows: &[u32],
        others: Option<&[u32]>,
        then: impl FnOnce(&mut Self, &[f32]),
    ) -> Result<()> {
        let (features, classes) =
            (self.layers[0].inputs, self.layers[self.layers.len() - 1].outputs);
        let mut batch = std::mem::take(&mut self.scratch.batch);
        gather(&data.features, features, rows, others, &mut batch);
        if let Some(map) = &self.input {
            map.apply(&mut batch);
        }
        self.run_layers(&batch, rows.len())?;
        self.run_loss(data, rows, classes);
        then(self, &batch);
        self.scratch.batch = batch;
        Ok(())
    }
}

#[maybe_async::maybe_async(AFIT)]
impl Engine for CpuEngine {
    type Data = Data;
    type Order = Order;
    type Matrix = Matrix;
    type Inverse = Inverse;

    /// A few milliseconds.
    const PIECE: usize = 1 << 27;

    fn values(matrix: &Matrix) -> Option<&[f32]> {
        Some(&matrix.values)
    }

    fn pace(&self) -> Pace {
        self.pace.clone()
    }

    fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    fn beside(&self, spec: Spec, parameters: Vec<f32>) -> Result<Self> {
        Ok(Self::new(&spec, parameters))
    }

    fn upload(
        &mut self,
        features: Rc<Vec<f32>>,
        labels: Rc<Vec<u32>>,
        weights: Option<Rc<Vec<f32>>>,
    ) -> Result<Data> {
        Ok(Data { features, labels, weights })
    }

    fn order(&mut self, rows: Vec<u32>, others: Option<Vec<u32>>) -> Result<Order> {
        Ok(Order { rows, others })
    }

    fn step(
        &mut self,
        data: &Data,
        order: &Order,
        range: Range<usize>,
        update: &Update,
    ) -> Result<()> {
        let rows = &order.rows[range.clone()];
        let others = order.others.as_ref().map(|others| &others[range]);
        self.with_batch(data, rows, others, |engine, batch| {
            engine.run_backward(batch, rows.len(), update);
        })
    }

    fn measure(&mut self, data: &Data, order: &Order, range: Range<usize>) -> Result<()> {
        self.with_batch(data, &order.rows[range], None, |_, _| ())
    }

    async fn totals(&mut self) -> Result<Totals> {
        Ok(Totals { diverged: self.diverged, ..std::mem::take(&mut self.totals) })
    }

    fn clear_totals(&mut self) -> Result<()> {
        self.totals = Totals::default();
        Ok(())
    }

    fn is_lost(&self) -> bool {
        false
    }

    async fn follow(&mut self) -> Result<()> {
        Ok(())
    }

    async fn forward(&mut self, features: &[f32]) -> Result<Outputs> {
        let rows = features.len() / self.layers[0].inputs;
        match &self.input {
            Some(map) => self.run_layers(&map.clone().mapped(features), rows)?,
            None => self.run_layers(features, rows)?,
        }
        // Taken, not copied: scoring a large set must not hold its outputs twice.
        let mut outputs = self.scratch.outputs.iter_mut().rev().map(std::mem::take);
        Ok(Outputs { logits: outputs.next().unwrap_or_default(), penultimate: outputs.next() })
    }

    fn matrix(&mut self, values: Vec<f32>, width: usize) -> Result<Matrix> {
        let reach = reach(&values, width);
        Ok(Matrix { values, width, reach, coarse: None })
    }

    fn bank(&mut self, values: Vec<f32>, width: usize) -> Result<Matrix> {
        let coarse = Coarse::of(&values, width);
        Ok(Matrix { coarse, ..self.matrix(values, width)? })
    }

    fn largest(&mut self, left: &[f32], matrix: &Matrix, k: usize) -> Option<[Vec<f32>; 2]> {
        if left.len() > matrix.width {
            return None;
        }
        matrix.coarse.as_ref()?.largest(&matrix.values, left, k)
    }

    async fn product(
        &mut self,
        left: &[f32],
        Matrix { values, width, reach, .. }: &Matrix,
    ) -> Result<Vec<f32>> {
        Ok(product(left, values, *width, reach))
    }

    fn inverse(&mut self, side: usize) -> Result<Inverse> {
        Ok(Inverse::new(side))
    }

    async fn gram(&mut self, inverse: &mut Inverse, block: Vec<f32>) -> Result<Vec<f64>> {
        Ok(inverse.gram(&block))
    }

    fn extend(&mut self, inverse: &mut Inverse, own: &[f32], size: usize) -> Result<()> {
        inverse.extend(own, size);
        Ok(())
    }

    fn whole(&mut self, inverse: Inverse) -> Result<Matrix> {
        let (width, values) = inverse.whole();
        self.matrix(values, width)
    }

    fn set_input(&mut self, map: Option<Rc<InputMap>>) {
        self.input = map;
    }

    fn set_loss(&mut self, loss: Loss) {
        self.loss = loss;
    }

    fn keep(&mut self) -> Result<bool> {
        if !self.diverged {
            self.kept = None;
            self.steps = 0;
        }
        Ok(!self.diverged)
    }

    fn go_back(&mut self) -> Result<u64> {
        // Without one nothing has diverged, and there is nowhere to go.
        if let Some((state, steps)) = self.kept.take() {
            self.state = state;
            self.steps = steps;
        }
        (self.bounds, self.diverged) = (None, false);
        Ok(self.steps)
    }

    async fn state(&mut self) -> Result<State> {
        Ok(self.state.clone())
    }

    fn set_state(&mut self, state: &State) -> Result<()> {
        self.state.clone_from(state);
        (self.bounds, self.diverged) = (None, false);
        Ok(())
    }
}

/// `left values^T` of `[*, width]` both, whose [`reach`] is known.
fn product(left: &[f32], values: &[f32], width: usize, reach: &[usize]) -> Vec<f32> {
    let (rows, columns) = (left.len() / width, values.len() / width);
    let mut product = vec![0.0; rows * columns];
    let right = View::new(values, columns, width).transposed().reaching(reach);
    multiply(View::new(left, rows, width), right, 0.0, &mut product);
    product
}

/// The rows of `features`, `[*, width]`, one after the other into `batch`, varied by others where
/// there are any.
#[inline(never)]
fn gather(
    features: &[f32],
    width: usize,
    rows: &[u32],
    others: Option<&[u32]>,
    batch: &mut Vec<f32>,
) {
    let of = |row: u32| &features[row as usize * width..][..width];
    batch.clear();
    rows.iter().for_each(|&row| batch.extend_from_slice(of(row)));
    let Some(others) = others else { return };
    for (place, row) in batch.chunks_exact_mut(width).enumerate() {
        let next = (place + 1) % rows.len();
        change_by_two(row, of(rows[next]), of(others[next]), |x, next, other| {
            x + VARIATION * (next - other)
        });
    }
}
