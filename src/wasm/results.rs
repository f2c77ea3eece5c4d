//! Results as plain JavaScript objects with the contract's names.

use js_sys::{Float32Array, Float64Array, Int32Array, Object, Reflect, Uint8Array, Uint32Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::{
    calibration::{Calibration, conformal::Kind},
    head::{Evaluation, Explanation, Prediction, Remembered, Verdicts, selection::Selected},
    metrics::RocPoint,
    training::{
        fit::{Epoch, Kept, Means},
        trainer::Step,
    },
};

/// Turns a result into a plain object.
pub fn to_js(result: &impl Serialize) -> JsValue {
    // Structs of numbers, booleans and ready JavaScript values always serialise.
    result
        .serialize(&Serializer::new().serialize_maps_as_objects(true))
        .unwrap_or(JsValue::UNDEFINED)
}

/// `StepResult` of the contract.
#[derive(Serialize)]
pub struct StepResult {
    loss: f64,
    accuracy: f64,
    step: f64,
}

impl From<Step> for StepResult {
    fn from(step: Step) -> Self {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<KeptResult>,
}

/// The losses of the epoch whose weights a fit kept.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeptResult {
    loss: Option<f64>,
    accuracy: Option<f64>,
    validation_loss: Option<f64>,
    validation_accuracy: Option<f64>,
}

fn loss(means: Option<Means>) -> Option<f64> {
    means.map(|means| means.loss)
}

fn accuracy(means: Option<Means>) -> Option<f64> {
    means.map(|means| means.accuracy)
}

impl From<Kept> for KeptResult {
    fn from(kept: Kept) -> Self {
        Self {
            loss: loss(kept.training),
            accuracy: accuracy(kept.training),
            validation_loss: loss(kept.validation),
            validation_accuracy: accuracy(kept.validation),
        }
    }
}

impl From<Epoch> for EpochResult {
    fn from(epoch: Epoch) -> Self {
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
            kept: epoch.kept.map(Into::into),
        }
    }
}

/// `Prediction` of the contract but for the labels, whose names the wrapper knows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PredictionResult {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    class_index: Int32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    probability: Float32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    probabilities: Float32Array,
}

/// `Calibration` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalibrationResult {
    scorer: &'static str,
    alpha: f64,
    threshold: f32,
    temperature: f64,
    ece_before: f64,
    ece_after: f64,
    rows: usize,
    method: &'static str,
    provisional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    thresholds: Option<Vec<f32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

impl From<&Calibration> for CalibrationResult {
    fn from(calibration: &Calibration) -> Self {
        Self {
            scorer: calibration.scorer.name.as_str(),
            alpha: calibration.alpha,
            threshold: calibration.threshold,
            temperature: calibration.temperature,
            ece_before: calibration.ece_before,
            ece_after: calibration.ece_after,
            rows: calibration.conformal.rows(),
            method: calibration.method.as_str(),
            provisional: calibration.conformal.kind() == Kind::Parametric,
            thresholds: calibration
                .per_class
                .as_ref()
                .map(|per_class| per_class.thresholds(calibration.alpha)),
            warning: calibration.warning.clone(),
        }
    }
}

/// `GateResult` of the contract, with the prediction beside the verdicts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GateResult {
    prediction: PredictionResult,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    accepted: Uint8Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    score: Float32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    p_value: Float32Array,
    /// Undefined but for a calibration by class.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    class_set: JsValue,
}

impl From<Verdicts> for GateResult {
    fn from(verdicts: Verdicts) -> Self {
        Self {
            prediction: verdicts.prediction.into(),
            accepted: Uint8Array::from(verdicts.accepted.as_slice()),
            score: Float32Array::from(verdicts.scores.as_slice()),
            p_value: Float32Array::from(verdicts.p_values.as_slice()),
            class_set: match verdicts.class_set.as_slice() {
                [] => JsValue::UNDEFINED,
                set => Uint8Array::from(set).into(),
            },
        }
    }
}

/// `Evaluation` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluationResult {
    accuracy: f64,
    ece: f64,
    auroc: f64,
    aupr_out: f64,
    aupr_in: f64,
    fpr95: f64,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    recall: Float64Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    precision: Float64Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    confusion: Uint32Array,
    roc: RocResult,
}

/// The points of a ROC curve.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RocResult {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    false_positive_rate: Float64Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    true_positive_rate: Float64Array,
}

impl From<Evaluation> for EvaluationResult {
    fn from(evaluation: Evaluation) -> Self {
        let doubles = |values: &[f64]| Float64Array::from(values);
        let points = |of: fn(&RocPoint) -> f64| {
            Float64Array::from(evaluation.roc.iter().map(of).collect::<Vec<_>>().as_slice())
        };
        Self {
            accuracy: evaluation.accuracy,
            ece: evaluation.ece,
            auroc: evaluation.auroc,
            aupr_out: evaluation.aupr_out,
            aupr_in: evaluation.aupr_in,
            fpr95: evaluation.fpr95,
            recall: doubles(&evaluation.recall),
            precision: doubles(&evaluation.precision),
            confusion: Uint32Array::from(evaluation.confusion.as_slice()),
            roc: RocResult {
                false_positive_rate: points(|point| point.false_positives),
                true_positive_rate: points(|point| point.true_positives),
            },
        }
    }
}

/// `rows` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowsResult {
    count: usize,
    per_class: Vec<usize>,
    unknown: usize,
    dropped: f64,
}

impl From<Remembered> for RowsResult {
    fn from(Remembered { count, per_class, unknown, dropped }: Remembered) -> Self {
        Self { count, per_class, unknown, dropped: dropped as f64 }
    }
}

/// `Explanation` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplanationResult {
    k: usize,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    id: Uint32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    class_index: Int32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    distance: Float32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    parts: JsValue,
}

impl From<Explanation> for ExplanationResult {
    fn from(explanation: Explanation) -> Self {
        let parts = Object::new();
        for (name, values) in &explanation.parts {
            // Setting a property of an object that was just made cannot fail.
            let _ = Reflect::set(
                &parts,
                &(*name).into(),
                &Float32Array::from(values.as_slice()).into(),
            );
        }
        Self {
            k: explanation.k,
            id: Uint32Array::from(explanation.ids.as_slice()),
            class_index: Int32Array::from(explanation.classes.as_slice()),
            distance: Float32Array::from(explanation.distances.as_slice()),
            parts: parts.into(),
        }
    }
}

impl From<Prediction> for PredictionResult {
    fn from(prediction: Prediction) -> Self {
        let class_index: Vec<i32> =
            prediction.class_index.iter().map(|&class| class as i32).collect();
        Self {
            class_index: Int32Array::from(class_index.as_slice()),
            probability: Float32Array::from(prediction.probability.as_slice()),
            probabilities: Float32Array::from(prediction.probabilities.as_slice()),
        }
    }
}

/// What `selectScorer` answers.
#[derive(Serialize)]
pub struct SelectionResult {
    scorer: &'static str,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    auroc: JsValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl From<Selected> for SelectionResult {
    fn from(selected: Selected) -> Self {
        let auroc = Object::new();
        for (name, value) in selected.auroc {
            // Setting a property of an object that was just made cannot fail.
            let _ = Reflect::set(&auroc, &name.as_str().into(), &value.into());
        }
        Self { scorer: selected.scorer.as_str(), auroc: auroc.into(), reason: selected.reason }
    }
}
