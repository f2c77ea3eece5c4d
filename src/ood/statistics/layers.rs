//! A head's layers laid out for products in both directions: a gradient's way back to the features.

use nalgebra::DMatrix;

use crate::{Result, architecture::Architecture, engine::Engine, numeric::row::rectify};

/// The layers with their present weights.
pub struct Layers<M> {
    hidden: Vec<Hidden<M>>,
    /// Each layer's weight, `[inputs, outputs]`.
    transposed: Vec<M>,
}

/// A layer before the last one.
struct Hidden<M> {
    weight: M,
    bias: Vec<f32>,
}

#[maybe_async::maybe_async]
impl<M> Layers<M> {
    /// Copies the parameters of a head that takes features as they come.
    pub fn new<E: Engine<Matrix = M>>(
        engine: &mut E,
        architecture: &Architecture,
        parameters: &[f32],
    ) -> Result<Self> {
        let layers = architecture.layers();
        let mut hidden = Vec::new();
        for layer in &layers[..layers.len() - 1] {
            let weight = engine.matrix(parameters[layer.weight.clone()].to_vec(), layer.inputs)?;
            hidden.push(Hidden { weight, bias: parameters[layer.bias.clone()].to_vec() });
        }
        let mut transposed = Vec::new();
        for layer in &layers {
            // nalgebra keeps a matrix column by column, which is its transpose row by row.
            let weight = DMatrix::from_row_slice(
                layer.outputs,
                layer.inputs,
                &parameters[layer.weight.clone()],
            );
            transposed.push(engine.matrix(weight.as_slice().to_vec(), layer.outputs)?);
        }
        Ok(Self { hidden, transposed })
    }

    /// The gradient with respect to `features`, `[rows, features]`, from that of the logits,
    /// `[rows, classes]`.
    pub async fn input_gradient<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        features: &[f32],
        mut delta: Vec<f32>,
    ) -> Result<Vec<f32>> {
        let mut activations: Vec<Vec<f32>> = Vec::new();
        for layer in &self.hidden {
            let mut outputs = engine
                .product(activations.last().map_or(features, Vec::as_slice), &layer.weight)
                .await?;
            for row in outputs.chunks_exact_mut(layer.bias.len()) {
                row.iter_mut().zip(&layer.bias).for_each(|(x, bias)| *x += bias);
                rectify(row);
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
