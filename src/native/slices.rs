//! Scores, temperature and threshold of what any network answers, over plain slices: nothing here
//! asks how the logits were made.
//!
//! ```
//! use oodgate::{calibration::conformal::Kind, metrics, native::slices, ood::ScorerName};
//!
//! # fn main() -> oodgate::Result<()> {
//! // Logits [rows, 3] of rows that the network should know, of new ones, and of strangers.
//! let held_out = [4.0, 0.1, 0.0, 0.2, 3.9, 0.1, 0.0, 0.3, 4.2, 3.5, 0.0, 0.4];
//! let strangers = [1.1, 1.0, 0.9, 0.3, 0.5, 0.4];
//! let scorer = ScorerName::Msp.into();
//! let known = slices::scores(&scorer, &held_out, None, 3)?;
//! let unknown = slices::scores(&scorer, &strangers, None, 3)?;
//!
//! let temperature = slices::temperature(&held_out, &[0, 1, 2, 0], 3)?;
//! let gate = slices::conformal(known.clone())?;
//! assert!(temperature > 0.0 && unknown.iter().all(|&score| score > gate.threshold(0.2)));
//! assert_eq!(metrics::auroc(&slices::wide(&known), &slices::wide(&unknown))?, 1.0);
//! # Ok(())
//! # }
//! ```

use super::now;
use crate::{
    Error, Result,
    calibration::{
        conformal::{Conformal, Kind},
        temperature::{PRIOR, fit_temperature},
    },
    config::HeadOptions,
    engine::{Outputs, cpu::CpuEngine},
    error::Mismatch,
    ood::{
        Needs, ScorerName, ScorerOptions,
        auto::base_temperature,
        fitting::{Asked, FittedScorers, Model},
    },
};

pub use crate::metrics::wide;

/// Scores of logits `[rows, classes]` by a scorer of the answer alone ([`Needs::Answer`]); higher =
/// more out-of-distribution, infinite where a row is not finite. `inputs`, `[rows, width]`, are the
/// last layer's, which `gradNorm` looks at.
///
/// Scorers that compare with training rows take a head: [`super::CpuHead::from_linear`].
pub fn scores(
    scorer: &ScorerOptions,
    logits: &[f32],
    inputs: Option<&[f32]>,
    classes: usize,
) -> Result<Vec<f32>> {
    let rows = rows(logits, classes)?;
    let checked = scorer.check()?;
    let name = scorer.name.as_str();
    if scorer.name.needs() != Needs::Answer {
        return Err(Error::InvalidOption(Mismatch::new(
            "scorer",
            "a scorer of the logits, or a CpuHead for the others",
            name,
        )));
    }
    if inputs.is_none() && scorer.name == ScorerName::GradNorm {
        return Err(Error::InvalidFeatures(Mismatch::new(
            "inputs",
            "those of the last layer",
            "none",
        )));
    }
    if let Some(inputs) =
        inputs.filter(|inputs| inputs.is_empty() || !inputs.len().is_multiple_of(rows))
    {
        return Err(Error::InvalidFeatures(Mismatch::new(
            "inputs",
            format!("as many numbers for each of {rows} rows"),
            format!("{} numbers", inputs.len()),
        )));
    }
    let config = HeadOptions::new(1, (0..classes).map(|class| class.to_string())).check()?;
    let mut engine = CpuEngine::new(&config.spec(), config.initial_parameters());
    let model =
        Model { engine: &mut engine, architecture: &config.architecture, input: None, seed: 0 };
    let outputs = Outputs { logits: logits.to_vec(), penultimate: inputs.map(<[f32]>::to_vec) };
    // A scorer of the answer sees no features.
    let features = vec![1.0; rows];
    let asked = Asked { scorer: &checked, features: &features, own: &[], standard: None };
    now(FittedScorers::new(None, None).scores(model, &asked, &outputs))
}

/// The softmax temperature that fits held-out logits `[rows, classes]` and their classes best, as
/// far as so many rows can say: see [`crate::calibration::temperature`].
pub fn temperature(logits: &[f32], labels: &[u32], classes: usize) -> Result<f64> {
    let rows = rows(logits, classes)?;
    if labels.len() != rows {
        let expected = format!("one for each of {rows} rows");
        return Err(Error::InvalidLabels(Mismatch::new("labels", expected, labels.len())));
    }
    if let Some(row) = labels.iter().position(|&label| label as usize >= classes) {
        return Err(Error::InvalidLabels(Mismatch::new(
            format!("labels[{row}]"),
            format!("a class in [0, {classes})"),
            labels[row],
        )));
    }
    if let Some(index) = logits.iter().position(|logit| !logit.is_finite()) {
        return Err(Error::NotFinite(Mismatch::new(
            format!("logits[{index}]"),
            "a finite number",
            logits[index],
        )));
    }
    Ok(fit_temperature(logits, labels, classes, base_temperature(logits, classes), Some(PRIOR)))
}

/// p-values and thresholds by held-out scores of known rows.
pub fn conformal(scores: Vec<f32>) -> Result<Conformal> {
    if scores.is_empty() {
        return Err(Error::TooFewRows("a threshold takes at least one held-out score".into()));
    }
    if let Some(row) = scores.iter().position(|score| score.is_nan()) {
        return Err(Error::NotFinite(Mismatch::new(format!("scores[{row}]"), "a score", f32::NAN)));
    }
    Ok(Conformal::new(scores, Kind::Counted))
}

fn rows(logits: &[f32], classes: usize) -> Result<usize> {
    if classes > 0 && !logits.is_empty() && logits.len().is_multiple_of(classes) {
        return Ok(logits.len() / classes);
    }
    Err(Error::InvalidFeatures(Mismatch::new(
        "logits",
        format!("[rows, {classes}] numbers of at least one row"),
        format!("{} numbers", logits.len()),
    )))
}
