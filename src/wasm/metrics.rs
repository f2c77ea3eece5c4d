//! [`crate::metrics`] for JavaScript.

use wasm_bindgen::prelude::wasm_bindgen;

use super::error::JsResult;
use crate::{metrics, range, training::rows::check_labels};

/// See [`metrics::auroc`].
#[wasm_bindgen]
pub fn auroc(id: &[f64], ood: &[f64]) -> JsResult<f64> {
    Ok(metrics::auroc(id, ood)?)
}

/// See [`metrics::aupr_in`].
#[wasm_bindgen(js_name = auprIn)]
pub fn aupr_in(id: &[f64], ood: &[f64]) -> JsResult<f64> {
    Ok(metrics::aupr_in(id, ood)?)
}

/// See [`metrics::aupr_out`].
#[wasm_bindgen(js_name = auprOut)]
pub fn aupr_out(id: &[f64], ood: &[f64]) -> JsResult<f64> {
    Ok(metrics::aupr_out(id, ood)?)
}

/// See [`metrics::fpr_at_tpr`].
#[wasm_bindgen(js_name = fprAtTpr)]
pub fn fpr_at_tpr(id: &[f64], ood: &[f64], tpr: f64) -> JsResult<f64> {
    Ok(metrics::fpr_at_tpr(id, ood, tpr)?)
}

/// See [`metrics::ece`].
#[wasm_bindgen]
pub fn ece(probabilities: &[f32], labels: &[f64], bins: f64) -> JsResult<f64> {
    let bins = range::count("bins", bins)?;
    // How many classes there are shows only when the shapes fit, which the metric checks, and with
    // them the range.
    let labels = check_labels(labels, u32::MAX as usize)?;
    Ok(metrics::ece(probabilities, &labels, bins)?)
}
