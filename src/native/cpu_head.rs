//! A head on the CPU.

use super::now;
use crate::{
    Error, Result,
    calibration::{Calibration, CalibrationOptions},
    config::{FitOptions, HeadOptions},
    engine::{Outputs, cpu::CpuEngine},
    error::Mismatch,
    head::{Evaluation, FitRows, Head, Prediction, Verdicts, cross::CrossCalibration},
    ood::ScorerOptions,
    training::{fit::Epoch, trainer::Step},
};

/// Batches of a fit, or a cross-calibration, that are run at a time; nobody waits in between.
const BATCHES: usize = usize::MAX;

/// A head on the CPU: [`Head`] with its features as slices, its labels as class numbers, and
/// methods that answer at once.
///
/// A head belongs to one thread. A server loads one for each of its threads: a head of 384 features
/// and 150 classes is a quarter of a megabyte, and the training rows that it compares with 1.5 kB
/// each.
///
/// ```
/// use oodgate::{CpuHead, config::{FitOptions, HeadOptions}, ood::ScorerName};
///
/// # fn main() -> oodgate::Result<()> {
/// // Two classes on a line; in life features come from a backbone.
/// let features: Vec<f32> = (0..80).flat_map(|i| [(i % 2) as f32, (i / 2) as f32 / 40.0]).collect();
/// let labels: Vec<u32> = (0..80).map(|i| i % 2).collect();
///
/// let mut head = CpuHead::new(HeadOptions::new(2, ["left", "right"]))?;
/// head.fit(&features, &labels, FitOptions::default())?;
/// // Rejects at most 5 % of what the head should know.
/// head.calibrate_own(&ScorerName::Auto.into())?;
///
/// let verdicts = head.gate(&[0.0, 0.5, 40.0, -7.0])?;
/// assert_eq!(verdicts.accepted, [1, 0]);
/// # Ok(())
/// # }
/// ```
pub struct CpuHead {
    head: Head<CpuEngine>,
}

/// What a whole fit has to say.
#[derive(Clone, Debug, PartialEq)]
pub struct FitReport {
    /// Each epoch, the last of which may have come early.
    pub epochs: Vec<Epoch>,
    /// What the caller should know.
    pub warning: Option<String>,
}

impl CpuHead {
    /// A new head.
    pub fn new(options: HeadOptions) -> Result<Self> {
        let config = options.check()?;
        let engine = CpuEngine::new(&config.spec(), config.initial_parameters());
        Ok(Self { head: Head::new(engine, config) })
    }

    /// The last layer of a network that was trained elsewhere, in burn or in PyTorch: weights
    /// `[classes, features]`, a bias for each class. Its features are the layer's inputs, as they
    /// come. [`CpuHead::fit_scorers`] makes the scorers that compare with training rows.
    pub fn from_linear<S: Into<String>>(
        weights: &[f32],
        bias: &[f32],
        classes: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let classes: Vec<String> = classes.into_iter().map(Into::into).collect();
        let count = classes.len();
        if count == 0
            || weights.is_empty()
            || !weights.len().is_multiple_of(count)
            || bias.len() != count
        {
            return Err(Error::InvalidOption(Mismatch::new(
                "weights and bias",
                format!("[classes, features] and [classes] numbers for {count} classes"),
                format!("{} and {}", weights.len(), bias.len()),
            )));
        }
        let mut head = Self::new(HeadOptions::new(weights.len() / count, classes))?;
        now(head.head.set_parameters(&[weights, bias].concat()))?;
        Ok(head)
    }

    /// Learns rows `[rows, features]` with a class for each, and remembers them.
    pub fn fit(
        &mut self,
        features: &[f32],
        labels: &[u32],
        options: FitOptions,
    ) -> Result<FitReport> {
        self.fit_with(features, labels, options, FitRows::default())
    }

    /// The same with groups, weights or rows to validate on.
    pub fn fit_with(
        &mut self,
        features: &[f32],
        labels: &[u32],
        options: FitOptions,
        with: FitRows,
    ) -> Result<FitReport> {
        let mut fit =
            self.head.begin_fit(features.to_vec(), &wide(labels), options.check()?, with)?;
        let mut epochs: Vec<Epoch> = Vec::new();
        while !epochs.last().is_some_and(|epoch| epoch.last) {
            while !self.head.run_fit(&mut fit, BATCHES)? {}
            epochs.push(now(self.head.end_epoch(&mut fit, true))?);
        }
        Ok(FitReport { epochs, warning: fit.warning().map(str::to_string) })
    }

    /// One update on one batch, at the optimiser's own learning rate.
    pub fn train_step(&mut self, features: &[f32], labels: &[u32]) -> Result<Step> {
        now(self.head.train_step(features.to_vec(), &wide(labels), None))
    }

    /// Remembers training rows, `[rows, features]` and a class for each, for the scorers that
    /// compare with them. [`CpuHead::fit`] remembers its own.
    pub fn fit_scorers(&mut self, features: &[f32], labels: &[u32]) -> Result<()> {
        self.head.fit_scorers(features.to_vec(), &wide(labels))
    }

    /// Raw logits, and the last layer's inputs where there are hidden layers.
    pub fn forward(&mut self, features: &[f32]) -> Result<Outputs> {
        now(self.head.forward(features))
    }

    /// Classes and probabilities at the calibrated temperature.
    pub fn predict(&mut self, features: &[f32]) -> Result<Prediction> {
        now(self.head.predict(features))
    }

    /// Out-of-distribution score of each row; higher = more out-of-distribution.
    pub fn ood_score(&mut self, features: &[f32], scorer: &ScorerOptions) -> Result<Vec<f32>> {
        now(self.head.ood_score(features, scorer))
    }

    /// Fits temperature and threshold to held-out rows of known classes.
    pub fn calibrate(
        &mut self,
        features: &[f32],
        labels: &[u32],
        options: &CalibrationOptions,
    ) -> Result<&Calibration> {
        now(self.head.calibrate(features, &wide(labels), options))
    }

    /// Fits them to the rows that the head remembers, left out by turns: nothing is held out.
    pub fn calibrate_own(&mut self, options: &CalibrationOptions) -> Result<&Calibration> {
        let mut cross = now(CrossCalibration::new(&mut self.head, options, None))?;
        while !now(cross.run(&mut self.head, BATCHES))? {}
        cross.finish(&mut self.head)
    }

    /// The calibration, unless the head has been trained since.
    pub fn calibration(&self) -> Option<&Calibration> {
        self.head.calibration()
    }

    /// Classes, and whether each row is one that the head knows.
    pub fn gate(&mut self, features: &[f32]) -> Result<Verdicts> {
        now(self.head.gate(features))
    }

    /// Accuracy and calibration on known rows, and how a scorer separates them from `ood` rows.
    pub fn evaluate(
        &mut self,
        id: &[f32],
        labels: &[u32],
        ood: &[f32],
        scorer: &ScorerOptions,
    ) -> Result<Evaluation> {
        now(self.head.evaluate(id, &wide(labels), ood, scorer))
    }

    /// The names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.head.config().classes
    }

    /// Length of a row of features.
    pub fn features(&self) -> usize {
        self.head.config().architecture.features()
    }

    /// The head behind this one, for all that is not here.
    pub fn head(&mut self) -> &mut Head<CpuEngine> {
        &mut self.head
    }
}

/// A head in a file, of this crate's or of the npm package's `save`.
#[cfg(feature = "files")]
impl CpuHead {
    /// Reads a safetensors file.
    pub fn load(file: &[u8]) -> Result<Self> {
        let snapshot = crate::files::safetensors::read(file)?;
        let mut head = Self::new(snapshot.meta.options.clone())?;
        head.head.restore(snapshot)?;
        Ok(head)
    }

    /// Writes one, with all that the head is: weights, optimiser, training rows and calibration.
    pub fn save(&mut self) -> Result<Vec<u8>> {
        crate::files::safetensors::write(&now(self.head.snapshot())?)
    }

    /// The head and its gate as an ONNX model, written as wished.
    pub fn export_onnx(
        &mut self,
        options: crate::head::export::ExportOptions,
        layout: crate::files::onnx::Layout,
    ) -> Result<Vec<u8>> {
        let fitted = now(self.head.fitted_arrays(options))?;
        crate::files::onnx::write(&now(self.head.snapshot())?, &fitted, layout)
    }
}

/// Class numbers as heads take them, which hold whatever JavaScript can say.
fn wide(labels: &[u32]) -> Vec<f64> {
    labels.iter().copied().map(f64::from).collect()
}
