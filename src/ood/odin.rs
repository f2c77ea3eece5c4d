//! ODIN (Liang et al., "Enhancing The Reliability of Out-of-distribution Image Detection in Neural Networks", ICLR 2018;
//! pytorch-ood `ODIN`, OpenOOD `odin_postprocessor`), **on the features**: the backbone's own input is out of reach here, so the
//! step that makes the prediction surer is taken on the head's input.
//!
//! ```text
//! x' = x - epsilon sign(grad_x CE(f(x) / T, y)) with y the prediction,   score = -max_k softmax(f(x') / T)_k
//! ```
//!
//! `epsilon` is in the features' own units.

use crate::{
    Result,
    engine::Engine,
    head::{Architecture, Layer},
    math,
};

/// Scores of `[rows, features]`, `[rows]`.
pub async fn scores<E: Engine>(
    engine: &mut E,
    architecture: &Architecture,
    features: &[f32],
    logits: &[f32],
    temperature: f32,
    epsilon: f32,
) -> Result<Vec<f32>> {
    let classes = architecture.classes();
    let factor = 1.0 / f64::from(temperature);
    let mut stepped = features.to_vec();
    if epsilon > 0.0 {
        let mut delta = Vec::with_capacity(logits.len());
        for row in logits.chunks_exact(classes) {
            let (argmax, probabilities) = softmax(row, factor);
            delta.extend(probabilities.iter().enumerate().map(|(k, p)| (p - f64::from(u8::from(k == argmax))) as f32));
        }
        let gradient = input_gradient(engine, architecture, features, delta).await?;
        for (x, gradient) in stepped.iter_mut().zip(gradient) {
            let sign = if gradient == 0.0 { 0.0 } else { gradient.signum() };
            *x -= epsilon * sign;
        }
    }
    let logits = engine.forward(&stepped).await?.logits;
    let rows = logits.chunks_exact(classes).map(|row| {
        let (argmax, probabilities) = softmax(row, factor);
        -probabilities[argmax] as f32
    });
    Ok(rows.collect())
}

/// In `f64`: at a temperature of 1000 all probabilities are alike, and f32 would round what tells rows apart.
fn softmax(row: &[f32], factor: f64) -> (usize, Vec<f64>) {
    let argmax = math::argmax(row);
    let shares: Vec<f64> = row.iter().map(|&f| ((f64::from(f) - f64::from(row[argmax])) * factor).exp()).collect();
    let sum: f64 = shares.iter().sum();
    (argmax, shares.iter().map(|share| share / sum).collect())
}

/// Takes the logits' gradient back to the features through all layers.
async fn input_gradient<E: Engine>(
    engine: &mut E,
    architecture: &Architecture,
    features: &[f32],
    delta: Vec<f32>,
) -> Result<Vec<f32>> {
    let parameters = engine.state().await?.parameters;
    let layers = architecture.layers();
    let mut activations = vec![features.to_vec()];
    for layer in &layers[..layers.len() - 1] {
        let weight = engine.matrix(parameters[layer.weight.clone()].to_vec(), layer.inputs)?;
        let mut outputs = engine.product(activations.last().map_or(features, Vec::as_slice), &weight).await?;
        for row in outputs.chunks_exact_mut(layer.outputs) {
            row.iter_mut().zip(&parameters[layer.bias.clone()]).for_each(|(x, bias)| *x = (*x + bias).max(0.0));
        }
        activations.push(outputs);
    }
    let mut delta = delta;
    for (index, layer) in layers.iter().enumerate().rev() {
        let transposed = engine.matrix(transposed(&parameters, layer), layer.outputs)?;
        delta = engine.product(&delta, &transposed).await?;
        if index > 0 {
            // ReLU passes the gradient where it passed the value.
            delta.iter_mut().zip(&activations[index]).for_each(|(d, &x)| *d = if x > 0.0 { *d } else { 0.0 });
        }
    }
    Ok(delta)
}

/// A layer's weight as `[inputs, outputs]`.
fn transposed(parameters: &[f32], layer: &Layer) -> Vec<f32> {
    let weight = &parameters[layer.weight.clone()];
    let column = |input: usize| weight.iter().skip(input).step_by(layer.inputs).copied();
    (0..layer.inputs).flat_map(column).collect()
}
