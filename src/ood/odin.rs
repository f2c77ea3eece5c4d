//! ODIN (Liang et al., "Enhancing The Reliability of Out-of-distribution Image Detection in Neural Networks", ICLR 2018;
//! pytorch-ood `ODIN`, OpenOOD `odin_postprocessor`), **on the features**: the backbone's own input is out of reach here, so the
//! step that makes the prediction surer is taken on the head's input.
//!
//! ```text
//! x' = x - epsilon sign(grad_x CE(f(x) / T, y)) with y the prediction,   score = -max_k softmax(f(x') / T)_k
//! ```
//!
//! `epsilon` is in the features' own units.

use nalgebra::DMatrix;

use super::View;
use crate::{
    Result,
    engine::Engine,
    head::Architecture,
    math::{argmax, log_softmax},
};

/// The layers of a head with its present weights, as a gradient passes them.
pub struct Odin<M> {
    hidden: Vec<Hidden<M>>,
    /// Each layer's weight, `[inputs, outputs]`.
    transposed: Vec<M>,
}

/// A layer on the way to the last one.
struct Hidden<M> {
    weight: M,
    bias: Vec<f32>,
}

#[maybe_async::maybe_async]
impl<M> Odin<M> {
    /// Lays out the layers for products in both directions.
    pub async fn new<E: Engine<Matrix = M>>(engine: &mut E, architecture: &Architecture) -> Result<Self> {
        let parameters = engine.state().await?.parameters;
        let layers = architecture.layers();
        let mut hidden = Vec::new();
        for layer in &layers[..layers.len() - 1] {
            let weight = engine.matrix(parameters[layer.weight.clone()].to_vec(), layer.inputs)?;
            hidden.push(Hidden { weight, bias: parameters[layer.bias.clone()].to_vec() });
        }
        let mut transposed = Vec::new();
        for layer in &layers {
            // Column by column is how nalgebra keeps a matrix, and how its transpose lies row by row.
            let weight = DMatrix::from_row_slice(layer.outputs, layer.inputs, &parameters[layer.weight.clone()]);
            transposed.push(engine.matrix(weight.as_slice().to_vec(), layer.outputs)?);
        }
        Ok(Self { hidden, transposed })
    }

    /// Scores, `[rows]`.
    pub async fn scores<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        view: &View<'_>,
        temperature: f32,
        epsilon: f32,
    ) -> Result<Vec<f32>> {
        // In double precision: at a temperature of 1000 all probabilities are alike.
        let factor = 1.0 / f64::from(temperature);
        let mut delta = Vec::with_capacity(view.logits.len());
        for row in view.logits() {
            let start = delta.len();
            delta.extend(log_softmax(row, factor).into_iter().map(|log_p| log_p.exp() as f32));
            let predicted = &mut delta[start + argmax(row)];
            *predicted -= 1.0;
        }
        let gradient = self.input_gradient(engine, view.features, delta).await?;
        let step = |(&x, gradient): (&f32, f32)| if gradient == 0.0 { x } else { x - epsilon * gradient.signum() };
        let stepped: Vec<f32> = view.features.iter().zip(gradient).map(step).collect();
        let logits = engine.forward(&stepped).await?.logits;
        let rows = logits.chunks_exact(view.classes).map(|row| -log_softmax(row, factor)[argmax(row)].exp() as f32);
        Ok(rows.collect())
    }

    /// Takes the logits' gradient back to the features through all layers.
    async fn input_gradient<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        features: &[f32],
        mut delta: Vec<f32>,
    ) -> Result<Vec<f32>> {
        let mut activations: Vec<Vec<f32>> = Vec::new();
        for layer in &self.hidden {
            let mut outputs = engine.product(activations.last().map_or(features, Vec::as_slice), &layer.weight).await?;
            for row in outputs.chunks_exact_mut(layer.bias.len()) {
                row.iter_mut().zip(&layer.bias).for_each(|(x, bias)| *x = (*x + bias).max(0.0));
            }
            activations.push(outputs);
        }
        for transposed in self.transposed.iter().rev() {
            delta = engine.product(&delta, transposed).await?;
            if let Some(inputs) = activations.pop() {
                // ReLU passes the gradient where it passed the value.
                delta.iter_mut().zip(inputs).for_each(|(d, x)| *d = if x > 0.0 { *d } else { 0.0 });
            }
        }
        Ok(delta)
    }
}
