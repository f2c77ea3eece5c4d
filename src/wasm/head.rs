//! The exported head. Calls must not overlap: the wrapper queues them.

use js_sys::{Float32Array, Float64Array};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{
    error::JsResult,
    options,
    results::{
        CalibrationResult, EpochResult, EvaluationResult, ExplanationResult, GateResult,
        PredictionResult, RowsResult, SelectionResult, StepResult, to_js,
    },
    snapshot,
};
#[cfg(not(feature = "webgpu"))]
use crate::engine::cpu::CpuEngine as BackendEngine;
#[cfg(feature = "webgpu")]
use crate::engine::webgpu::WebGpuEngine as BackendEngine;
use crate::{
    Error,
    engine::Engine,
    error::Mismatch,
    head::{
        FitRows, Head, HeadFit,
        calls::{Call, Outcome},
        cross::CrossCalibration,
        selection::Selection,
    },
    snapshot::Snapshot,
    training::rows::Rows,
};

/// A head on this file's backend.
#[wasm_bindgen]
pub struct RawHead {
    head: Head<BackendEngine>,
    fit: Option<HeadFit<BackendEngine>>,
    selection: Option<Selection<BackendEngine>>,
    cross: Option<CrossCalibration<BackendEngine>>,
    call: Option<Call<BackendEngine>>,
    taken: Vec<f32>,
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

    /// Begins a fit of the rows that were taken: a call prepares them.
    #[wasm_bindgen(js_name = beginFit)]
    pub fn begin_fit(&mut self, labels: Vec<f64>, options: &JsValue) -> JsResult<()> {
        let features = std::mem::take(&mut self.taken);
        let (fit, rows) = options::fit(options)?;
        self.call = Some(self.head.prepare_fit(features, labels, fit.check()?, rows));
        Ok(())
    }

    /// Begins a fit of the rows that the head remembers, likewise.
    #[wasm_bindgen(js_name = beginRefit)]
    pub fn begin_refit(&mut self, options: &JsValue) -> JsResult<()> {
        let (fit, rows) = options::fit(options)?;
        self.call = Some(self.head.prepare_refit(fit.check()?, rows));
        Ok(())
    }

    /// What the caller should know of a fit, at its end.
    #[wasm_bindgen(getter, js_name = fitWarning)]
    pub fn fit_warning(&self) -> Option<String> {
        self.fit.as_ref()?.warning().map(Into::into)
    }

    /// Forgets a call that was stopped.
    #[wasm_bindgen(js_name = endCall)]
    pub fn end_call(&mut self) {
        self.call = None;
    }

    /// Frees a fit's rows, finished or not.
    #[wasm_bindgen(js_name = endFit)]
    pub fn end_fit(&mut self) -> JsResult<()> {
        match self.fit.take() {
            Some(fit) => Ok(self.head.end_fit(&fit)?),
            None => Ok(()),
        }
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

    /// Begins to choose the scorer for "auto".
    #[wasm_bindgen(js_name = beginSelection)]
    pub fn begin_selection(
        &mut self,
        features: Vec<f32>,
        labels: &[f64],
        options: &JsValue,
    ) -> JsResult<()> {
        let (candidates, folds) = options::selection(options)?;
        self.selection = Some(Selection::new(&mut self.head, features, labels, candidates, folds)?);
        Ok(())
    }

    /// Sets the scorer that "auto" resolves to and says how the candidates did; without a whole
    /// selection, forgets it.
    #[wasm_bindgen(js_name = endSelection)]
    pub fn end_selection(&mut self, finished: bool) -> JsResult<JsValue> {
        match self.selection.take() {
            Some(selection) if finished => {
                Ok(to_js(&SelectionResult::from(selection.finish(&mut self.head)?)))
            }
            _ => Ok(JsValue::UNDEFINED),
        }
    }

    /// Makes a finished calibration from the head's own rows the head's; forgets one that was
    /// stopped.
    #[wasm_bindgen(js_name = endCalibration)]
    pub fn end_calibration(&mut self, finished: bool) -> JsResult<JsValue> {
        match self.cross.take() {
            Some(cross) if finished => {
                Ok(to_js(&CalibrationResult::from(cross.finish(&mut self.head)?)))
            }
            _ => Ok(JsValue::UNDEFINED),
        }
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

    /// Makes up to so many updates; true at the end of an epoch.
    #[wasm_bindgen(js_name = runFit)]
    pub async fn run_fit(&mut self, batches: usize) -> JsResult<bool> {
        let Some(fit) = &mut self.fit else { return Ok(false) };
        let epoch_is_over = self.head.run_fit(fit, batches)?;
        self.head.engine().finish().await?;
        Ok(epoch_is_over)
    }

    /// Closes an epoch and says what it came to.
    #[wasm_bindgen(js_name = endEpoch)]
    pub async fn end_epoch(&mut self, report: bool) -> JsResult<JsValue> {
        let Some(fit) = &mut self.fit else { return Ok(JsValue::UNDEFINED) };
        Ok(to_js(&EpochResult::from(self.head.close_epoch(fit, report).await?)))
    }

    /// Parameters and the optimiser's moments.
    pub async fn state(&mut self) -> JsResult<Vec<f32>> {
        Ok(self.head.state().await?)
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

    /// `logits` of the contract.
    pub async fn logits(&mut self, features: Vec<f32>) -> JsResult<Vec<f32>> {
        Ok(self.head.forward(&features).await?.logits)
    }

    /// `predict` of the contract, without the names.
    pub async fn predict(&mut self, features: Vec<f32>) -> JsResult<JsValue> {
        Ok(to_js(&PredictionResult::from(self.head.predict(&features).await?)))
    }

    /// Makes up to so many updates of a small head, or scores one candidate; true when there is
    /// nothing left to do.
    #[wasm_bindgen(js_name = runSelection)]
    pub async fn run_selection(&mut self, batches: usize) -> JsResult<bool> {
        let Some(selection) = &mut self.selection else { return Ok(true) };
        Ok(selection.run(&mut self.head, batches).await?)
    }

    /// Begins to calibrate from the head's own rows.
    #[wasm_bindgen(js_name = beginCalibration)]
    pub async fn begin_calibration(&mut self, options: JsValue) -> JsResult<()> {
        let (options, groups) = options::cross_calibration(&options)?;
        self.cross =
            Some(CrossCalibration::new(&mut self.head, &options, groups.as_deref()).await?);
        Ok(())
    }

    /// Makes up to so many updates of a head of some of the rows, or asks it about the others; true
    /// when there is nothing left to do.
    #[wasm_bindgen(js_name = runCalibration)]
    pub async fn run_calibration(&mut self, batches: usize) -> JsResult<bool> {
        let Some(cross) = &mut self.cross else { return Ok(true) };
        Ok(cross.run(&mut self.head, batches).await?)
    }

    /// The calibrated scorer as a file's graph needs it: its numbers, then its arrays.
    #[wasm_bindgen(js_name = fittedArrays)]
    pub async fn fitted_arrays(&mut self, options: JsValue) -> JsResult<Vec<JsValue>> {
        let fitted = self.head.fitted_arrays(options::export(&options)?).await?;
        let arrays = fitted.arrays.iter().map(|array| Float32Array::from(array.as_slice()).into());
        let numbers = Float64Array::from(fitted.numbers.as_slice()).into();
        Ok(std::iter::once(numbers).chain(arrays).collect())
    }

    /// Begins `oodScore` of the contract.
    #[wasm_bindgen(js_name = beginScore)]
    pub async fn begin_score(&mut self, features: Vec<f32>, options: JsValue) -> JsResult<()> {
        let scorer = options::score(&options)?;
        self.call = Some(self.head.begin_score(features, &scorer).await?);
        Ok(())
    }

    /// Begins `gate` of the contract.
    #[wasm_bindgen(js_name = beginGate)]
    pub async fn begin_gate(&mut self, features: Vec<f32>) -> JsResult<()> {
        self.call = Some(self.head.begin_gate(features).await?);
        Ok(())
    }

    /// Begins `explain` of the contract.
    #[wasm_bindgen(js_name = beginExplain)]
    pub async fn begin_explain(&mut self, features: Vec<f32>, options: JsValue) -> JsResult<()> {
        let k = options::explanation(&options)?;
        self.call = Some(self.head.begin_explain(features, k).await?);
        Ok(())
    }

    /// Begins `evaluate` of the contract.
    #[wasm_bindgen(js_name = beginEvaluate)]
    pub async fn begin_evaluate(
        &mut self,
        id: Vec<f32>,
        labels: Vec<f64>,
        ood: Vec<f32>,
        options: JsValue,
    ) -> JsResult<()> {
        let scorer = options::score(&options)?;
        self.call = Some(self.head.begin_evaluate(id, &labels, &ood, &scorer).await?);
        Ok(())
    }

    /// Begins `calibrate` of the contract with held-out rows.
    #[wasm_bindgen(js_name = beginCalibrate)]
    pub async fn begin_calibrate(
        &mut self,
        features: Vec<f32>,
        labels: Vec<f64>,
        options: JsValue,
    ) -> JsResult<()> {
        let options = options::calibration(&options)?;
        self.call = Some(self.head.begin_calibrate(features, &labels, &options).await?);
        Ok(())
    }

    /// Goes on with a call for a turn: its answer at the end, else `undefined`.
    #[wasm_bindgen(js_name = runCall)]
    pub async fn run_call(&mut self) -> JsResult<JsValue> {
        let Some(mut call) = self.call.take() else { return Ok(JsValue::NULL) };
        Ok(match self.head.go_on_with(&mut call).await? {
            None => {
                self.call = Some(call);
                JsValue::UNDEFINED
            }
            Some(Outcome::Fit(fit)) => {
                self.fit = Some(*fit);
                JsValue::NULL
            }
            Some(Outcome::Scores(scores)) => Float32Array::from(scores.as_slice()).into(),
            Some(Outcome::Verdicts(verdicts)) => to_js(&GateResult::from(verdicts)),
            Some(Outcome::Explanation(parts)) => to_js(&ExplanationResult::from(parts)),
            Some(Outcome::Evaluation(evaluation)) => to_js(&EvaluationResult::from(evaluation)),
            Some(Outcome::Calibrated) => self.calibration(),
        })
    }

    /// After the last epoch: goes on to calibrate with the rows that the fit held out. True when
    /// nothing is left to do.
    #[wasm_bindgen(js_name = runFitCalibration)]
    pub async fn run_fit_calibration(&mut self) -> JsResult<bool> {
        let Some(fit) = &mut self.fit else { return Ok(true) };
        Ok(self.head.calibrate_after(fit).await?)
    }
}
