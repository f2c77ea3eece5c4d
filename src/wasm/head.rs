//! The exported head. Calls must not overlap: the wrapper queues them.

use js_sys::{Float32Array, Float64Array};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{
    error::JsResult,
    options,
    results::{CalibrationResult, RowsResult, StepResult, to_js},
};
#[cfg(not(feature = "webgpu"))]
use crate::engine::cpu::CpuEngine as BackendEngine;
#[cfg(feature = "webgpu")]
use crate::engine::webgpu::WebGpuEngine as BackendEngine;
use crate::{
    Error,
    engine::Engine,
    error::Mismatch,
    head::{FitRows, Head, HeadFit, calls::Call, cross::CrossCalibration, selection::Selection},
};

/// A head on this file's backend.
#[wasm_bindgen]
pub struct RawHead {
    pub(super) head: Head<BackendEngine>,
    pub(super) fit: Option<HeadFit<BackendEngine>>,
    pub(super) selection: Option<Selection<BackendEngine>>,
    pub(super) cross: Option<CrossCalibration<BackendEngine>>,
    pub(super) call: Option<Call<BackendEngine>>,
    pub(super) taken: Vec<f32>,
}

impl RawHead {
    fn new(head: Head<BackendEngine>) -> Self {
        let taken = Vec::new();
        Self { head, fit: None, selection: None, cross: None, call: None, taken }
    }
}

/// Checks options without building anything and answers the class names.
#[wasm_bindgen(js_name = checkHeadOptions)]
pub fn check_head_options(options: &JsValue) -> JsResult<Vec<String>> {
    Ok(options::head(options)?.check()?.classes)
}

/// Checks the options of `loadHead`.
#[wasm_bindgen(js_name = checkLoadOptions)]
pub fn check_load_options(options: &JsValue) -> JsResult<()> {
    Ok(options::load(options)?)
}

#[wasm_bindgen]
impl RawHead {
    /// Builds a head from `HeadOptions`.
    #[cfg(not(feature = "webgpu"))]
    pub fn create(options: &JsValue) -> JsResult<Self> {
        let config = options::head(options)?.check()?;
        let engine = BackendEngine::new(&config.spec(), config.initial_parameters());
        Ok(Self::new(Head::new(engine, config)))
    }

    /// Builds a head from `HeadOptions`.
    #[cfg(feature = "webgpu")]
    pub async fn create(options: JsValue) -> JsResult<Self> {
        let config = options::head(&options)?.check()?;
        let (spec, parameters) = (config.spec(), config.initial_parameters());
        let engine = BackendEngine::new(&super::gpu::open().await?, spec, parameters)?;
        Ok(Self::new(Head::new(engine, config)))
    }

    /// `fitScorers` of the contract.
    #[wasm_bindgen(js_name = fitScorers)]
    pub fn fit_scorers(&mut self, features: Vec<f32>, labels: &[f64]) -> JsResult<()> {
        Ok(self.head.fit_scorers(features, labels)?)
    }

    /// `addRows` of the contract; without labels, examples of the unknown.
    #[wasm_bindgen(js_name = addRows)]
    pub fn add_rows(
        &mut self,
        features: Vec<f32>,
        labels: Option<Vec<f64>>,
        options: &JsValue,
    ) -> JsResult<Vec<u32>> {
        let FitRows { groups, weights, .. } = options::rows(options)?;
        Ok(match labels {
            None if groups.is_some() || weights.is_some() => {
                let expected =
                    "none beside labels null: examples of the unknown are not learnt from";
                let got = "groups or weights";
                Err(Error::InvalidOption(Mismatch::new("options", expected, got)))?
            }
            None => self.head.add_unknown(&features)?,
            Some(labels) => {
                self.head.add_rows(features, &labels, groups.as_deref(), weights.as_deref())?
            }
        })
    }

    /// `removeRows` of the contract.
    #[wasm_bindgen(js_name = removeRows)]
    pub fn remove_rows(&mut self, ids: &[u32]) -> usize {
        self.head.remove_rows(ids)
    }

    /// `rowIds` of the contract.
    #[wasm_bindgen(js_name = rowIds)]
    pub fn row_ids(&self) -> Vec<u32> {
        let memory = self.head.memory();
        [memory.ids(), &memory.unknown().ids].concat()
    }

    /// `rows` of the contract.
    pub fn remembered(&self) -> JsValue {
        to_js(&RowsResult::from(self.head.remembered()))
    }

    /// Goes up when the rows or the classes change.
    #[wasm_bindgen(getter)]
    pub fn revision(&self) -> u32 {
        self.head.revision()
    }

    /// The names of the classes.
    #[wasm_bindgen(js_name = classNames)]
    pub fn class_names(&self) -> Vec<String> {
        self.head.config().classes.clone()
    }

    /// `renameClass` of the contract.
    #[wasm_bindgen(js_name = renameClass)]
    pub fn rename_class(&mut self, from: &str, to: String) -> JsResult<()> {
        Ok(self.head.rename_class(from, to)?)
    }

    /// Whether there is a calibration of the head as it is now.
    #[wasm_bindgen(getter, js_name = isCalibrated)]
    pub fn is_calibrated(&self) -> bool {
        self.head.calibration().is_some()
    }

    /// The calibration, or `undefined`.
    pub fn calibration(&self) -> JsValue {
        self.head
            .calibration()
            .map_or(JsValue::UNDEFINED, |calibration| to_js(&CalibrationResult::from(calibration)))
    }

    /// Whether the device that the head lies on is gone.
    #[wasm_bindgen(getter, js_name = isLost)]
    pub fn is_lost(&mut self) -> bool {
        self.head.engine().is_lost()
    }

    /// Updates made so far.
    #[wasm_bindgen(getter)]
    pub fn steps(&self) -> f64 {
        self.head.steps() as f64
    }
}

/// Methods that wait for the engine. On the CPU, which has nothing to wait for, they are plain
/// functions: promises would add 9 KiB to what a page downloads.
#[maybe_async::maybe_async]
#[wasm_bindgen]
impl RawHead {
    /// `trainStep` of the contract.
    #[wasm_bindgen(js_name = trainStep)]
    pub async fn train_step(
        &mut self,
        features: Vec<f32>,
        labels: Vec<f64>,
        options: JsValue,
    ) -> JsResult<JsValue> {
        let learning_rate = options::step(&options)?;
        let step = self.head.train_step(features, &labels, learning_rate).await?;
        Ok(to_js(&StepResult::from(step)))
    }

    /// `addClass` of the contract.
    #[wasm_bindgen(js_name = addClass)]
    pub async fn add_class(&mut self, name: String) -> JsResult<usize> {
        Ok(self.head.add_class(name).await?)
    }

    /// `removeClass` of the contract.
    #[wasm_bindgen(js_name = removeClass)]
    pub async fn remove_class(&mut self, name: String, options: JsValue) -> JsResult<()> {
        let as_unknown = options::removal(&options)?;
        Ok(self.head.remove_class(&name, as_unknown).await?)
    }

    /// All parameters, for features as they come, layer by layer.
    pub async fn parameters(&mut self) -> JsResult<Vec<f32>> {
        Ok(self.head.parameters().await?)
    }

    /// Takes the place of all parameters.
    #[wasm_bindgen(js_name = setParameters)]
    pub async fn set_parameters(&mut self, parameters: Vec<f32>) -> JsResult<()> {
        Ok(self.head.set_parameters(&parameters).await?)
    }

    /// The calibrated scorer as a file's graph needs it: its numbers, then its arrays.
    #[wasm_bindgen(js_name = fittedArrays)]
    pub async fn fitted_arrays(&mut self, options: JsValue) -> JsResult<Vec<JsValue>> {
        let fitted = self.head.fitted_arrays(options::export(&options)?).await?;
        let arrays = fitted.arrays.iter().map(|array| Float32Array::from(array.as_slice()).into());
        let numbers = Float64Array::from(fitted.numbers.as_slice()).into();
        Ok(std::iter::once(numbers).chain(arrays).collect())
    }
}
