//! [`crate::files`] for JavaScript: the one job of their own wasm file.

use js_sys::{Float32Array, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::JsResult;
use crate::{
    Error,
    error::Mismatch,
    files::{
        onnx,
        safetensors::{self, KeptRows, RowsInFile},
    },
    ood::FittedArrays,
    snapshot::Snapshot,
};

/// A head's parts on their way between an engine's wasm file and this one.
#[wasm_bindgen]
pub struct RawSnapshot {
    snapshot: Snapshot,
    /// The file that is read, with its rows, or an ONNX model.
    file: Vec<u8>,
    rows: RowsInFile,
    /// What the scorer learnt, for an ONNX model.
    fitted: Vec<Vec<f32>>,
}

#[wasm_bindgen]
impl RawSnapshot {
    /// Puts the parts together, but for the training rows: [`Self::row_bytes`]. `meta` is JSON.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments, reason = "each is an array that crosses as it is")]
    pub fn new(
        meta: &str,
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
    ) -> JsResult<Self> {
        let meta = serde_json::from_str(meta).map_err(|error| {
            Error::InvalidFile(Mismatch::new(
                "head",
                "the description of a head",
                error.to_string(),
            ))
        })?;
        let snapshot = Snapshot {
            meta,
            state,
            input,
            features: Vec::new(),
            labels,
            groups,
            weights,
            unknown,
            ids,
            seen,
            scores,
            score_labels,
        };
        Ok(Self { snapshot, file: Vec::new(), rows: RowsInFile::default(), fitted: Vec::new() })
    }

    /// Makes room for a file of so many bytes, which come in pieces.
    #[wasm_bindgen(js_name = forFile)]
    pub fn for_file(length: usize) -> Self {
        let (snapshot, rows, fitted) = Default::default();
        Self { snapshot, file: Vec::with_capacity(length), rows, fitted }
    }

    /// Takes the next bytes of the file.
    pub fn take(&mut self, bytes: &[u8]) {
        self.file.extend_from_slice(bytes);
    }

    /// See [`safetensors::read_around`].
    pub fn read(&mut self) -> JsResult<()> {
        (self.snapshot, self.rows) = safetensors::read_around(&self.file)?;
        Ok(())
    }

    /// See [`safetensors::write_around`]; rows are "float32", "float16" or "none".
    pub fn write(&self, rows: &str) -> JsResult<Vec<Uint8Array>> {
        let parts = safetensors::write_around(&self.snapshot, kept(rows))?;
        Ok(parts.iter().map(|part| Uint8Array::from(part.as_slice())).collect())
    }

    /// See [`safetensors::row_bytes`].
    #[wasm_bindgen(js_name = rowBytes)]
    pub fn row_bytes(features: &[f32], rows: &str) -> JsResult<Vec<u8>> {
        Ok(safetensors::row_bytes(features, kept(rows))?)
    }

    /// Takes the next of the arrays that `RawHead.fittedArrays` answers, for [`Self::onnx`].
    #[wasm_bindgen(js_name = takeFitted)]
    pub fn take_fitted(&mut self, array: Vec<f32>) {
        self.fitted.push(array);
    }

    /// Makes a model, of so many bytes: see [`onnx::write`]. The options were checked when the head
    /// was asked for the arrays. `pooling` is a name of [`onnx::Pooling`], or none of them.
    pub fn onnx(
        &mut self,
        numbers: Vec<f64>,
        is_half: bool,
        pooling: &str,
        normalize: bool,
    ) -> JsResult<usize> {
        let arrays = std::mem::take(&mut self.fitted);
        let pooling = onnx::Pooling::ALL.into_iter().find(|known| known.as_str() == pooling);
        let layout = onnx::Layout { is_half, front: onnx::Front { pooling, normalize } };
        self.file = onnx::write(&self.snapshot, &FittedArrays { numbers, arrays }, layout)?;
        Ok(self.file.len())
    }

    /// Some of the model's bytes.
    pub fn bytes(&self, first: usize, end: usize) -> Uint8Array {
        Uint8Array::from(&self.file[first..end])
    }

    /// What is not an array, as JSON.
    pub fn meta(&self) -> String {
        // Strings, numbers and lists of them always serialise.
        serde_json::to_string(&self.snapshot.meta).unwrap_or_default()
    }

    /// See [`Snapshot::state`].
    pub fn state(&self) -> Float32Array {
        Float32Array::from(self.snapshot.state.as_slice())
    }

    /// See [`Snapshot::input`].
    pub fn input(&self) -> Float32Array {
        Float32Array::from(self.snapshot.input.as_slice())
    }

    /// See [`Snapshot::groups`].
    pub fn groups(&self) -> Vec<u64> {
        self.snapshot.groups.clone()
    }

    /// See [`Snapshot::weights`].
    pub fn weights(&self) -> Float32Array {
        Float32Array::from(self.snapshot.weights.as_slice())
    }

    /// See [`Snapshot::unknown`].
    pub fn unknown(&self) -> Float32Array {
        Float32Array::from(self.snapshot.unknown.as_slice())
    }

    /// See [`Snapshot::ids`].
    pub fn ids(&self) -> Vec<u32> {
        self.snapshot.ids.clone()
    }

    /// See [`Snapshot::score_labels`].
    #[wasm_bindgen(js_name = scoreLabels)]
    pub fn score_labels(&self) -> Vec<u32> {
        self.snapshot.score_labels.clone()
    }

    /// Some of [`Snapshot::features`].
    pub fn features(&self, first: usize, end: usize) -> Float32Array {
        Float32Array::from(self.rows.values(&self.file, first..end).as_slice())
    }

    /// How many numbers these are.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> usize {
        self.rows.count()
    }

    /// See [`Snapshot::labels`].
    pub fn labels(&self) -> Vec<u32> {
        self.snapshot.labels.clone()
    }

    /// See [`Snapshot::seen`].
    pub fn seen(&self) -> Vec<u64> {
        self.snapshot.seen.clone()
    }

    /// See [`Snapshot::scores`].
    pub fn scores(&self) -> Float32Array {
        Float32Array::from(self.snapshot.scores.as_slice())
    }
}

fn kept(rows: &str) -> KeptRows {
    match rows {
        "float16" => KeptRows::Float16,
        "none" => KeptRows::None,
        _ => KeptRows::Float32,
    }
}
