//! What a head says once it has been calibrated: is this row one that it knows? And how well it says so.

use crate::{
    Error, Result,
    calibration::{self, Conformal, fit_temperature},
    config,
    engine::Engine,
    metrics,
    ood::{Scorer, ScorerOptions},
    trainer::{Prediction, Trainer, probabilities},
};

/// A calibration of a head as it was when it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The score that the threshold is for.
    pub scorer: Scorer,
    /// The same as it would be asked for, with "auto" replaced by what it stood for.
    pub options: ScorerOptions,
    /// Promised share of in-distribution rows that are rejected.
    pub alpha: f64,
    /// A row is rejected when its score is above this.
    pub threshold: f32,
    /// Softmax temperature that fits the calibration rows best.
    pub temperature: f64,
    /// Expected calibration error of the calibration rows at temperature 1, 15 bins.
    pub ece_before: f64,
    /// The same at `temperature`.
    pub ece_after: f64,
    /// Why the promise may not hold.
    pub warning: Option<String>,
    /// The calibration rows' scores.
    pub conformal: Conformal,
}

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
impl<E: Engine> Trainer<E> {
    /// Fits temperature and threshold to held-out in-distribution rows, `[rows, features]` and a class for each.
    pub async fn calibrate(
        &mut self,
        features: &[f32],
        labels: &[f64],
        alpha: Option<f64>,
        scorer: &ScorerOptions,
    ) -> Result<&Calibration> {
        let alpha = config::alpha(alpha)?;
        let options = self.meant(scorer);
        let scorer = self.resolve(&options)?;
        let rows = self.check_rows(features, labels)?;
        let width = self.config().architecture.features();
        let classes = self.config().architecture.classes();
        let warning = calibration::warning(rows.count, self.seen_rows().count(features, width), alpha);

        let outputs = self.engine().forward(features).await?;
        let temperature = fit_temperature(&outputs.logits, &rows.labels, classes);
        let ece_at = |temperature| {
            let prediction = probabilities(outputs.logits.clone(), classes, temperature);
            metrics::ece(&prediction.probabilities, &rows.labels, ECE_BINS)
        };
        let (ece_before, ece_after) = (ece_at(1.0)?, ece_at(temperature)?);
        let own = if scorer.compares() { self.own_rows(features) } else { Vec::new() };
        let conformal = Conformal::new(self.scores(scorer, features, &outputs, &own).await?);
        let threshold = conformal.threshold(alpha);
        Ok(self.set_calibration(Calibration {
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
        let scores = self.scores(scorer, features, &outputs, &[]).await?;
        // Once more: the calibration cannot stay borrowed while the engine is at work.
        let calibration = self.calibration().ok_or(Error::NotCalibrated)?;
        let classes = self.config().architecture.classes();
        Ok(Verdicts {
            accepted: scores.iter().map(|&score| u8::from(score <= calibration.threshold)).collect(),
            p_values: scores.iter().map(|&score| calibration.conformal.p_value(score) as f32).collect(),
            prediction: probabilities(outputs.logits, classes, calibration.temperature),
            scores,
        })
    }

    /// Accuracy and calibration on labelled in-distribution rows, and how a scorer separates them from `ood` rows.
    pub async fn evaluate(&mut self, id: &[f32], labels: &[f64], ood: &[f32], scorer: &ScorerOptions) -> Result<Evaluation> {
        let scorer = self.resolve(scorer)?;
        let labels = self.check_rows(id, labels).map_err(|error| within("id", error))?.labels;
        self.check_features(ood).map_err(|error| within("ood", error))?;
        let classes = self.config().architecture.classes();
        let temperature = self.temperature();

        let known = self.engine().forward(id).await?;
        let unknown = self.engine().forward(ood).await?;
        let id_scores = metrics::wide(&self.scores(scorer, id, &known, &[]).await?);
        let ood_scores = metrics::wide(&self.scores(scorer, ood, &unknown, &[]).await?);
        let prediction = probabilities(known.logits, classes, temperature);
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
