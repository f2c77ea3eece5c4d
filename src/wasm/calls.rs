//! Calls that a page drives a little at a time: each begins, is run until it is at its end, and is
//! ended if it was stopped.

use js_sys::Float32Array;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{
    error::JsResult,
    head::RawHead,
    options,
    results::{
        CalibrationResult, EpochResult, EvaluationResult, ExplanationResult, GateResult,
        PredictionResult, SelectionResult, to_js,
    },
};
use crate::{
    engine::Engine,
    head::{calls::Outcome, cross::CrossCalibration, selection::Selection},
};

#[wasm_bindgen]
impl RawHead {
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
}

#[maybe_async::maybe_async]
#[wasm_bindgen]
impl RawHead {
    /// Makes up to so many updates; true at the end of an epoch.
    #[wasm_bindgen(js_name = runFit)]
    pub async fn run_fit(&mut self, batches: usize) -> JsResult<bool> {
        let Some(fit) = &mut self.fit else { return Ok(false) };
        let epoch_is_over = self.head.run_fit(fit, batches)?;
        self.head.engine().follow().await?;
        Ok(epoch_is_over)
    }

    /// Closes an epoch and says what it came to.
    #[wasm_bindgen(js_name = endEpoch)]
    pub async fn end_epoch(&mut self, report: bool) -> JsResult<JsValue> {
        let Some(fit) = &mut self.fit else { return Ok(JsValue::UNDEFINED) };
        Ok(to_js(&EpochResult::from(self.head.close_epoch(fit, report).await?)))
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

    /// Begins `logits` of the contract.
    #[wasm_bindgen(js_name = beginLogits)]
    pub async fn begin_logits(&mut self, features: Vec<f32>) -> JsResult<()> {
        self.call = Some(self.head.begin_logits(features).await?);
        Ok(())
    }

    /// Begins `predict` of the contract, without the names.
    #[wasm_bindgen(js_name = beginPredict)]
    pub async fn begin_predict(&mut self, features: Vec<f32>) -> JsResult<()> {
        self.call = Some(self.head.begin_predict(features).await?);
        Ok(())
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

    /// Begins `evaluate` of the contract, of rows that were taken: the first so many numbers are
    /// those of known rows.
    #[wasm_bindgen(js_name = beginEvaluate)]
    pub async fn begin_evaluate(
        &mut self,
        known: usize,
        labels: Vec<f64>,
        options: JsValue,
    ) -> JsResult<()> {
        let features = std::mem::take(&mut self.taken);
        let scorer = options::score(&options)?;
        self.call = Some(self.head.begin_evaluate(features, known, &labels, &scorer).await?);
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
            Some(Outcome::Numbers(numbers)) => Float32Array::from(numbers.as_slice()).into(),
            Some(Outcome::Prediction(made)) => to_js(&PredictionResult::from(made)),
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
