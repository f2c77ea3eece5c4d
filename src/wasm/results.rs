//! Results as plain JavaScript objects with the contract's names.

use js_sys::{Float32Array, Int32Array};
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::{
    fit::{Epoch, Means},
    trainer,
};

/// Turns a result into a plain object.
pub fn to_js(result: &impl Serialize) -> JsValue {
    // Structs of numbers, booleans and ready JavaScript values always serialise.
    serde_wasm_bindgen::to_value(result).unwrap_or(JsValue::UNDEFINED)
}

/// `StepResult` of the contract.
#[derive(Serialize)]
pub struct StepResult {
    loss: f64,
    accuracy: f64,
    step: f64,
}

impl From<trainer::Step> for StepResult {
    fn from(step: trainer::Step) -> Self {
        Self { loss: step.loss, accuracy: step.accuracy, step: step.step as f64 }
    }
}

/// What the wrapper needs to go on with a fit and to report progress.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EpochResult {
    epoch: usize,
    epochs: usize,
    rows: usize,
    loss: Option<f64>,
    accuracy: Option<f64>,
    validation_loss: Option<f64>,
    validation_accuracy: Option<f64>,
    last: bool,
    stopped_early: bool,
}

impl From<Epoch> for EpochResult {
    fn from(epoch: Epoch) -> Self {
        let loss = |means: Option<Means>| means.map(|means| means.loss);
        let accuracy = |means: Option<Means>| means.map(|means| means.accuracy);
        Self {
            epoch: epoch.epoch,
            epochs: epoch.epochs,
            rows: epoch.rows,
            loss: loss(epoch.training),
            accuracy: accuracy(epoch.training),
            validation_loss: loss(epoch.validation),
            validation_accuracy: accuracy(epoch.validation),
            last: epoch.last,
            stopped_early: epoch.stopped_early,
        }
    }
}

/// `Prediction` of the contract but for the labels, whose names the wrapper knows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Prediction {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    class_index: Int32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    probability: Float32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    probabilities: Float32Array,
}

impl From<trainer::Prediction> for Prediction {
    fn from(prediction: trainer::Prediction) -> Self {
        let class_index: Vec<i32> = prediction.class_index.iter().map(|&class| class as i32).collect();
        Self {
            class_index: Int32Array::from(class_index.as_slice()),
            probability: Float32Array::from(prediction.probability.as_slice()),
            probabilities: Float32Array::from(prediction.probabilities.as_slice()),
        }
    }
}
