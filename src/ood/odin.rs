//! ODIN (Liang et al., "Enhancing The Reliability of Out-of-distribution Image Detection in Neural
//! Networks", ICLR 2018; pytorch-ood `ODIN`, OpenOOD `odin_postprocessor`), **on the features**:
//! the backbone's own input is out of reach here, so the step that makes the prediction surer is
//! taken on the head's input.
//!
//! ```text
//! x' = x - epsilon sign(grad_x CE(f(x) / T, y)) with y the prediction,   score = -max_k softmax(f(x') / T)_k
//! ```
//!
//! `epsilon` is in the features' own units.

use std::rc::Rc;

use super::{
    Batch, Parameter, Values,
    scoring::Scoring,
    statistics::{Context, layers::Layers},
};
use crate::{
    Result,
    engine::Engine,
    numeric::{row::argmax, softmax::log_softmax},
    range::Range,
};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[
    Parameter::number(
        "temperature",
        Range::Positive,
        1000.0,
        "Softmax temperature, above 0; default 1000.",
    ),
    Parameter::number(
        "epsilon",
        Range::NotNegative,
        0.0014,
        "Step on the features, in their units, at least 0; default 0.0014.",
    ),
];

/// For the present weights.
pub struct Odin<M> {
    temperature: f32,
    epsilon: f32,
    layers: Rc<Layers<M>>,
}

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Odin<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let layers = context.layers().await?;
        Ok(Self {
            temperature: values.number("temperature"),
            epsilon: values.number("epsilon"),
            layers,
        })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        // In double precision: at a temperature of 1000 all probabilities are alike.
        let factor = 1.0 / f64::from(self.temperature);
        let mut delta = Vec::with_capacity(batch.logits.len());
        for row in batch.logits() {
            let start = delta.len();
            delta.extend(log_softmax(row, factor).into_iter().map(|log_p| log_p.exp() as f32));
            let predicted = &mut delta[start + argmax(row)];
            *predicted -= 1.0;
        }
        let gradient = self.layers.input_gradient(engine, batch.features, delta).await?;
        let step = |(&x, gradient): (&f32, f32)| {
            if gradient == 0.0 { x } else { x - self.epsilon * gradient.signum() }
        };
        let stepped: Vec<f32> = batch.features.iter().zip(gradient).map(step).collect();
        let logits = engine.forward(&stepped).await?.logits;
        let rows = logits
            .chunks_exact(batch.classes)
            .map(|row| -log_softmax(row, factor)[argmax(row)].exp() as f32);
        Ok(rows.collect())
    }
}
