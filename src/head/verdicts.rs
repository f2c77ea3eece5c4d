//! What a head says once it has been calibrated: is this row one that it knows? And how well it says so.

use super::{Head, Prediction};
use crate::{
    Error, Result,
    calibration::{self, Calibration, conformal::Conformal, temperature::fit_temperature},
    config,
    engine::Engine,
    metrics,
    ood::ScorerOptions,
    training::rows::{check_features, check_labelled},
};

/// What the gate says of some rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdicts {
    /// Classes and probabilities at the calibrated temperature.
    pub prediction: Prediction,
    /// 1 where the row is accepted, 0 where it is rejected, `[rows]`.
    pub accepted: Vec<u8>,
    /// Out-of-distribution scores, `[rows]`.
    pub scores: Vec<f32>,
    /// Conformal p-values, `[rows]`.
    pub p_values: Vec<f32>,
}

/// How well a head tells its classes, and the known from the unknown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// Share of in-distribution rows classified correctly.
    pub accuracy: f64,
    /// Expected calibration error of the in-distribution rows at the head's temperature, 15 bins.
    pub ece: f64,
    /// See [`metrics::auroc`].
    pub auroc: f64,
    /// See [`metrics::aupr_out`].
    pub aupr_out: f64,
    /// See [`metrics::aupr_in`].
    pub aupr_in: f64,
    /// See [`metrics::fpr_at_tpr`], at 0.95.
    pub fpr95: f64,
}

/// Bins of every expected calibration error here.
const ECE_BINS: usize = 15;

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// Fits temperature and threshold to held-out in-distribution rows, `[rows, features]` and a class for each.
    pub async fn calibrate(
        &mut self,
        features: &[f32],
        labels: &[f64],
        alpha: Option<f64>,
        scorer: &ScorerOptions,
    ) -> Result<&Calibration> {
        let alpha = config::alpha(alpha)?;
        self.resolve(scorer)?;
        let labels = check_labelled(features, labels, self.width(), self.classes())?;
        self.calibrate_with(features, &labels, alpha, scorer).await
    }

    /// The same with checked rows.
    pub(super) async fn calibrate_with(
        &mut self,
        features: &[f32],
        labels: &[u32],
        alpha: f64,
        scorer: &ScorerOptions,
    ) -> Result<&Calibration> {
        let options = self.meant(scorer);
        let scorer = self.resolve(&options)?;
        let (width, classes) = (self.width(), self.classes());
        let warning = calibration::warning(labels.len(), self.seen.count(features, width), alpha);

        let outputs = self.engine().forward(features).await?;
        let temperature = fit_temperature(&outputs.logits, labels, classes);
        let ece_at = |temperature| {
            let prediction = Prediction::new(outputs.logits.clone(), classes, temperature);
            metrics::ece(&prediction.probabilities, labels, ECE_BINS)
        };
        let (ece_before, ece_after) = (ece_at(1.0)?, ece_at(temperature)?);
        let own = if scorer.compares() { self.own_rows(features) } else { Vec::new() };
        let conformal = Conformal::new(self.scores(&scorer, features, &outputs, &own).await?);
        let threshold = conformal.threshold(alpha);
        Ok(self.calibration.insert(Calibration {
            scorer,
            options,
            alpha,
            threshold,
            temperature,
            ece_before,
            ece_after,
            warning,
            conformal,
        }))
    }

    /// Classes, and whether each row is one that the head knows.
    pub async fn gate(&mut self, features: &[f32]) -> Result<Verdicts> {
        let scorer = self.calibration().ok_or(Error::NotCalibrated)?.scorer;
        let outputs = self.forward(features).await?;
        let scores = self.scores(&scorer, features, &outputs, &[]).await?;
        // Once more: the calibration cannot stay borrowed while the engine is at work.
        let calibration = self.calibration().ok_or(Error::NotCalibrated)?;
        Ok(Verdicts {
            accepted: scores.iter().map(|&score| u8::from(score <= calibration.threshold)).collect(),
            p_values: scores.iter().map(|&score| calibration.conformal.p_value(score) as f32).collect(),
            prediction: Prediction::new(outputs.logits, self.classes(), calibration.temperature),
            scores,
        })
    }

    /// Accuracy and calibration on labelled in-distribution rows, and how a scorer separates them from `ood` rows.
    pub async fn evaluate(&mut self, id: &[f32], labels: &[f64], ood: &[f32], scorer: &ScorerOptions) -> Result<Evaluation> {
        let scorer = self.resolve(scorer)?;
        let (width, classes) = (self.width(), self.classes());
        let labels = check_labelled(id, labels, width, classes).map_err(|error| within("id", error))?;
        check_features(ood, width).map_err(|error| within("ood", error))?;
        let temperature = self.temperature();

        let known = self.engine().forward(id).await?;
        let unknown = self.engine().forward(ood).await?;
        let id_scores = metrics::wide(&self.scores(&scorer, id, &known, &[]).await?);
        let ood_scores = metrics::wide(&self.scores(&scorer, ood, &unknown, &[]).await?);
        let prediction = Prediction::new(known.logits, classes, temperature);
        let hits = prediction.class_index.iter().zip(&labels).filter(|(class, label)| class == label).count();
        Ok(Evaluation {
            accuracy: hits as f64 / labels.len() as f64,
            ece: metrics::ece(&prediction.probabilities, &labels, ECE_BINS)?,
            auroc: metrics::auroc(&id_scores, &ood_scores)?,
            aupr_out: metrics::aupr_out(&id_scores, &ood_scores)?,
            aupr_in: metrics::aupr_in(&id_scores, &ood_scores)?,
            fpr95: metrics::fpr_at_tpr(&id_scores, &ood_scores, 0.95)?,
        })
    }
}

/// The error with its argument named as a part of `of`.
fn within(of: &str, mut error: Error) -> Error {
    if let Error::InvalidFeatures(m) | Error::InvalidLabels(m) | Error::NotFinite(m) = &mut error {
        m.argument = format!("{of}.{}", m.argument);
    }
    error
}
