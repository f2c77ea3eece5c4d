//! The parts of a head that files and restarts take, and a head of such parts.

use js_sys::Float32Array;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{error::JsResult, head::RawHead, results::to_js, snapshot};
use crate::{snapshot::Snapshot, training::rows::Rows};

#[wasm_bindgen]
impl RawHead {
    /// Makes room for so many numbers, the rows of a fit or of a snapshot, and forgets those that
    /// were taken before.
    #[wasm_bindgen(js_name = makeRoom)]
    pub fn make_room(&mut self, length: usize) {
        self.taken = Vec::with_capacity(length);
    }

    /// Takes some of these rows.
    #[wasm_bindgen(js_name = takeRows)]
    pub fn take_rows(&mut self, features: &[f32]) {
        self.taken.extend_from_slice(features);
    }

    /// What is to be known of the head beside its arrays: [`Meta`](crate::snapshot::Meta).
    pub fn meta(&self) -> JsValue {
        to_js(&self.head.meta())
    }

    /// Some of [`Snapshot::features`]: those of the rows from `first` to before `end`.
    #[wasm_bindgen(js_name = trainingFeatures)]
    pub fn training_features(&self, first: usize, end: usize) -> Float32Array {
        let of = |rows: &Rows| Some(Float32Array::from(rows.range(first, end)?));
        self.head.rows().and_then(of).unwrap_or_default()
    }

    /// See [`Snapshot::labels`].
    #[wasm_bindgen(js_name = trainingLabels)]
    pub fn training_labels(&self) -> Vec<u32> {
        self.head.rows().map(|rows| rows.labels.to_vec()).unwrap_or_default()
    }

    /// See [`Snapshot::seen`].
    pub fn seen(&self) -> Vec<u64> {
        self.head.seen().fingerprints()
    }

    /// See [`Snapshot::input`].
    #[wasm_bindgen(js_name = inputArrays)]
    pub fn input_arrays(&self) -> Vec<f32> {
        self.head.input_arrays()
    }

    /// See [`Snapshot::groups`].
    pub fn groups(&self) -> Vec<u64> {
        self.head.groups()
    }

    /// See [`Snapshot::weights`].
    #[wasm_bindgen(js_name = trainingWeights)]
    pub fn training_weights(&self) -> Vec<f32> {
        self.head.weights()
    }

    /// See [`Snapshot::unknown`].
    #[wasm_bindgen(js_name = unknownFeatures)]
    pub fn unknown_features(&self) -> Float32Array {
        Float32Array::from(self.head.memory().unknown().features.as_slice())
    }

    /// See [`Snapshot::ids`].
    #[wasm_bindgen(js_name = trainingIds)]
    pub fn training_ids(&self) -> Vec<u32> {
        self.head.ids()
    }

    /// See [`Snapshot::scores`].
    #[wasm_bindgen(js_name = calibrationScores)]
    pub fn calibration_scores(&self) -> Vec<f32> {
        self.head.calibration_scores()
    }

    /// See [`Snapshot::score_labels`].
    #[wasm_bindgen(js_name = calibrationLabels)]
    pub fn calibration_labels(&self) -> Vec<u32> {
        self.head.calibration_labels()
    }

    /// Makes this new head the one of a [`Snapshot`] with the same options, of which the rows were
    /// taken.
    #[allow(clippy::too_many_arguments, reason = "each is an array that crosses as it is")]
    pub fn restore(
        &mut self,
        meta: &JsValue,
        state: Vec<f32>,
        input: Vec<f32>,
        labels: Vec<u32>,
        groups: Vec<u64>,
        weights: Vec<f32>,
        unknown: Vec<f32>,
        ids: Vec<u32>,
        seen: Vec<u64>,
        scores: Vec<f32>,
        score_labels: Vec<u32>,
    ) -> JsResult<()> {
        Ok(self.head.restore(Snapshot {
            meta: snapshot::meta(meta)?,
            state,
            input,
            features: std::mem::take(&mut self.taken),
            labels,
            groups,
            weights,
            unknown,
            ids,
            seen,
            scores,
            score_labels,
        })?)
    }
}

#[maybe_async::maybe_async]
#[wasm_bindgen]
impl RawHead {
    /// Parameters and the optimiser's moments.
    pub async fn state(&mut self) -> JsResult<Vec<f32>> {
        Ok(self.head.state().await?)
    }
}
