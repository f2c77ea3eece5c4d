//! A head's calibration from rows that were held out for it, and what both ways of calibrating have
//! in common.

use super::{
    Head, Prediction,
    answers::{Answers, Question},
    verdicts::ECE_BINS,
};
use crate::{
    Error, Result,
    calibration::{
        Calibration, CalibrationOptions, GIVE_MORE, Method,
        conformal::{Conformal, Kind, check_count, least_rows},
        expected_error::expected_error,
        joined,
        per_class::PerClass,
        temperature::{PRIOR, fit_temperature},
        trained_on,
    },
    config,
    engine::Engine,
    error::Mismatch,
    metrics,
    ood::{Scorer, ScorerOptions, auto::base_temperature},
    training::rows::check_labelled,
};

/// Parts into which held-out rows are divided to say how well a temperature does on other rows.
const PARTS: usize = 5;

/// Checked options.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) alpha: f64,
    /// With "auto" replaced by what it stands for.
    pub(super) options: ScorerOptions,
    pub(super) scorer: Scorer,
    pub(super) per_class: bool,
    pub(super) provisional: bool,
}

/// Rows that were held out to calibrate with.
pub(super) struct HeldOut {
    settings: Settings,
    labels: Vec<u32>,
    warning: Option<String>,
}

/// What a calibration is made from: rows that the heads which scored them had not seen.
pub(super) struct Scored {
    /// Scores, `[rows]`.
    pub(super) scores: Vec<f32>,
    /// Logits, `[rows, classes]`, of which `temperature` is a base.
    pub(super) logits: Vec<f32>,
    /// A class for each row.
    pub(super) labels: Vec<u32>,
    /// Which rows were scored together, `[rows]`.
    pub(super) parts: Vec<usize>,
    /// T_0 of the logits.
    pub(super) base: f64,
    /// What a temperature for these logits is multiplied by to be one of the head's.
    pub(super) factor: f64,
}

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// Fits temperature and threshold to held-out in-distribution rows, `[rows, features]` and a
    /// class for each.
    pub async fn calibrate(
        &mut self,
        features: &[f32],
        labels: &[f64],
        options: &CalibrationOptions,
    ) -> Result<&Calibration> {
        let (question, held_out) = self.calibration_question(features.to_vec(), labels, options)?;
        let answers = self.answer(&question).await?;
        self.calibrated(held_out, answers)
    }
}

impl<E: Engine> Head<E> {
    pub(super) fn calibration_question(
        &self,
        features: Vec<f32>,
        labels: &[f64],
        options: &CalibrationOptions,
    ) -> Result<(Question, HeldOut)> {
        let settings = self.settings(options)?;
        let labels = check_labelled(&features, labels, self.width(), self.classes())?;
        self.held_out_question(settings, features, labels)
    }

    /// Checks a calibration's options.
    pub(super) fn settings(&self, options: &CalibrationOptions) -> Result<Settings> {
        let alpha = config::alpha(options.alpha)?;
        let meant = self.meant(&options.scorer);
        let scorer = self.resolve(&meant)?;
        let CalibrationOptions { per_class, provisional, .. } = *options;
        Ok(Settings { alpha, options: meant, scorer, per_class, provisional })
    }

    /// With checked rows.
    pub(super) fn held_out_question(
        &self,
        settings: Settings,
        features: Vec<f32>,
        labels: Vec<u32>,
    ) -> Result<(Question, HeldOut)> {
        let found = self.own_rows(&features);
        let warning = trained_on(&self.seen.contain(&features, self.width()), &found);
        let own = found.iter().map(|found| found.map(|found| found.row)).collect();
        let question = Question { scorer: settings.scorer, features, own, standard: None };
        Ok((question, HeldOut { settings, labels, warning }))
    }

    /// Calibrates by the answers to held-out rows.
    pub(super) fn calibrated(
        &mut self,
        HeldOut { settings, labels, warning }: HeldOut,
        Answers { logits, scores }: Answers,
    ) -> Result<&Calibration> {
        // Only here: parameters that do not suit the training rows were refused before.
        settings.check(labels.len(), GIVE_MORE)?;
        let scored = Scored {
            scores,
            base: base_temperature(&logits, self.classes()),
            logits,
            parts: (0..labels.len()).map(|row| row % PARTS).collect(),
            labels,
            factor: 1.0,
        };
        self.conclude(settings, scored, Method::HeldOut, warning)
    }

    /// Makes the calibration.
    pub(super) fn conclude(
        &mut self,
        settings: Settings,
        scored: Scored,
        method: Method,
        warning: Option<String>,
    ) -> Result<&Calibration> {
        let Settings { alpha, options, scorer, per_class, .. } = settings;
        let classes = self.classes();
        let without = scored.scores.iter().filter(|score| !score.is_finite()).count();
        if without > 0 {
            // With enough of them the gate would stand open, and two would spoil a deviation.
            return Err(Error::NotFinite(Mismatch::new(
                "features",
                "a finite score for each calibration row",
                format!(
                    "{without} of {} rows without one: numbers beyond single precision come up on the way",
                    scored.scores.len()
                ),
            )));
        }
        let fitted =
            fit_temperature(&scored.logits, &scored.labels, classes, scored.base, Some(PRIOR));
        let temperature = fitted * scored.factor;
        let ece_before = metrics::ece(
            &Prediction::new(scored.logits.clone(), classes, 1.0 / scored.factor).probabilities,
            &scored.labels,
            ECE_BINS,
        )?;
        let ece_after = scored.ece_elsewhere(classes, fitted)?;
        let kind = match method {
            _ if scored.scores.len() < least_rows(alpha) => Kind::Parametric,
            Method::HeldOut => Kind::Counted,
            Method::Cross => Kind::Interpolated,
        };
        let per_class = per_class.then(|| scored.per_class(classes, fitted, alpha, kind));
        let pooled = per_class.as_ref().map(PerClass::pooled).filter(|&count| count > 0).map(|count| {
            format!("{count} of {classes} classes have fewer than {} calibration rows and share one threshold", least_rows(alpha))
        });
        let conformal = match &per_class {
            Some(per_class) => Conformal::new(per_class.scores.clone(), kind),
            None => Conformal::new(scored.scores, kind),
        };
        let threshold = conformal.threshold(alpha);
        Ok(self.calibration.insert(Calibration {
            scorer,
            options,
            method,
            alpha,
            threshold,
            temperature,
            ece_before,
            ece_after,
            warning: joined([warning, pooled]),
            conformal,
            per_class,
        }))
    }
}

impl Settings {
    /// Refuses too few rows; a provisional threshold needs two.
    pub(super) fn check(&self, rows: usize, remedy: &str) -> Result<()> {
        match check_count(rows, self.alpha, remedy) {
            Err(_) if self.provisional && rows > 1 => Ok(()),
            Err(_) if self.provisional => Err(Error::TooFewRows(format!(
                "{rows} calibration rows: a provisional threshold takes at least 2"
            ))),
            checked => checked,
        }
    }
}

impl Scored {
    /// The calibration error that is to be expected of new rows: by each part at the temperature
    /// that the other parts ask for.
    fn ece_elsewhere(&self, classes: usize, fitted: f64) -> Result<f64> {
        let count = self.parts.iter().max().map_or(0, |&last| last + 1);
        let mut probabilities = Vec::with_capacity(self.logits.len());
        let mut labels = Vec::with_capacity(self.labels.len());
        for part in 0..count {
            let (own, others) =
                (self.pick(classes, |of| of == part), self.pick(classes, |of| of != part));
            let temperature = match others.1.is_empty() {
                true => fitted,
                false => fit_temperature(&others.0, &others.1, classes, self.base, Some(PRIOR)),
            };
            probabilities.extend(Prediction::new(own.0, classes, temperature).probabilities);
            labels.extend(own.1);
        }
        Ok(expected_error(&metrics::bins(&probabilities, &labels, ECE_BINS)?))
    }

    fn pick(&self, classes: usize, wanted: impl Fn(usize) -> bool) -> (Vec<f32>, Vec<u32>) {
        let mut picked = (Vec::new(), Vec::new());
        for ((row, &label), &part) in
            self.logits.chunks_exact(classes).zip(&self.labels).zip(&self.parts)
        {
            if wanted(part) {
                picked.0.extend_from_slice(row);
                picked.1.push(label);
            }
        }
        picked
    }

    fn per_class(&self, classes: usize, temperature: f64, alpha: f64, kind: Kind) -> PerClass {
        let finite =
            || self.scores.iter().map(|&score| f64::from(score)).filter(|score| score.is_finite());
        let count = finite().count().max(1) as f64;
        let mean = finite().sum::<f64>() / count;
        let weight = (finite().map(|score| (score - mean).powi(2)).sum::<f64>() / count).sqrt();
        let rows = self.scores.iter().zip(self.logits.chunks_exact(classes)).zip(&self.labels);
        let own = rows.map(|((&score, logits), &label)| {
            PerClass::conditional(score, logits, label as usize, temperature, weight)
        });
        PerClass::new(own.collect(), self.labels.clone(), weight, classes, alpha, kind)
    }
}
