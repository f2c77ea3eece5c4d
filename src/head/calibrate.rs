//! A head's calibration from rows that were held out for it, and what both ways of calibrating have
//! in common.

use std::{iter, rc::Rc};

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
        learnt::Learnt,
        per_class::PerClass,
        temperature::{PRIOR, fitted},
    },
    config,
    engine::Engine,
    error::Mismatch,
    metrics,
    ood::{Scorer, ScorerOptions, auto::base_temperature},
    pace::{Pace, Paced},
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
    /// Why the gate may let anything in.
    weakness: Option<String>,
}

/// Rows that were held out to calibrate with.
pub(super) struct HeldOut {
    settings: Settings,
    labels: Vec<u32>,
}

/// What a calibration is made from: rows that the heads which scored them had not seen.
#[derive(Default)]
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
        self.conclusion(held_out, answers)?.end(self)
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
        Ok(self.held_out_question(settings, Rc::new(features), labels))
    }

    /// Checks a calibration's options.
    pub(super) fn settings(&self, options: &CalibrationOptions) -> Result<Settings> {
        let alpha = config::alpha(options.alpha)?;
        let meant = self.meant(&options.scorer);
        let scorer = self.resolve(&meant)?;
        let CalibrationOptions { per_class, provisional, .. } = *options;
        let width = self.config.architecture.penultimate();
        let weakness = self.rows().and_then(|rows| scorer.weakness(rows, width, self.classes()));
        Ok(Settings { alpha, options: meant, scorer, per_class, provisional, weakness })
    }

    /// With checked rows.
    pub(super) fn held_out_question(
        &self,
        settings: Settings,
        features: Rc<Vec<f32>>,
        labels: Vec<u32>,
    ) -> (Question, HeldOut) {
        let among = Some(Learnt { rows: self.rows().cloned(), seen: self.seen.clone() });
        let scorer = Some(settings.scorer);
        let question = Question { scorer, features, among, standard: None };
        (question, HeldOut { settings, labels })
    }

    /// A calibration by the answers to held-out rows.
    pub(super) fn conclusion(
        &self,
        HeldOut { settings, labels }: HeldOut,
        Answers { logits, scores, warning }: Answers,
    ) -> Result<Conclusion> {
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
        Ok(Conclusion::new(settings, scored, self.classes(), Method::HeldOut, warning))
    }
}

/// A calibration all of whose rows are scored: its temperature is fitted in pieces.
pub(super) struct Conclusion {
    settings: Settings,
    method: Method,
    warning: Option<String>,
    work: Paced<Result<(Scored, Reliability)>>,
    outcome: Option<Result<(Scored, Reliability)>>,
}

/// What the logits of a calibration's rows come to.
struct Reliability {
    /// The temperature of these logits.
    fitted: f64,
    ece_before: f64,
    ece_after: f64,
}

impl Conclusion {
    pub(super) fn new(
        settings: Settings,
        scored: Scored,
        classes: usize,
        method: Method,
        warning: Option<String>,
    ) -> Self {
        let warning = joined([warning, settings.weakness.clone()]);
        let work = Paced::new(|pace| async move {
            let reliability = scored.reliability(classes, &pace).await?;
            Ok((scored, reliability))
        });
        Self { settings, method, warning, work, outcome: None }
    }

    /// Goes on for a turn; true when nothing is left but [`Conclusion::end`].
    pub(super) fn run(&mut self) -> bool {
        if self.outcome.is_none() {
            self.outcome = self.work.run();
        }
        self.outcome.is_some()
    }

    /// Makes the calibration the head's.
    pub(super) fn end<'a, E: Engine>(&mut self, head: &'a mut Head<E>) -> Result<&'a Calibration> {
        let (scored, Reliability { fitted, ece_before, ece_after }) = loop {
            self.run();
            if let Some(outcome) = self.outcome.take() {
                break outcome?;
            }
        };
        let Settings { alpha, options, scorer, per_class, .. } = self.settings.clone();
        let classes = head.classes();
        let temperature = fitted * scored.factor;
        let kind = match self.method {
            _ if scored.scores.len() < least_rows(alpha) => Kind::Parametric,
            Method::HeldOut => Kind::Counted,
            Method::Cross => Kind::Interpolated,
        };
        let per_class = per_class.then(|| scored.per_class(classes, fitted, alpha, kind));
        let pooled = per_class.as_ref().map(PerClass::pooled).filter(|&count| count > 0).map(|count| {
            format!("{count} of {classes} classes have fewer than {} calibration rows and share one threshold", least_rows(alpha))
        });
        let (least, most) = scored
            .scores
            .iter()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), &x| (a.min(x), b.max(x)));
        let tied = (least == most && scored.scores.len() > 1).then(|| {
            format!(
                "all calibration rows have the same score by \"{}\": it may tell no row from another",
                scorer.name.as_str(),
            )
        });
        let conformal = match &per_class {
            Some(per_class) => Conformal::new(per_class.scores.clone(), kind),
            None => Conformal::new(scored.scores, kind),
        };
        let threshold = conformal.threshold(alpha);
        Ok(head.calibration.insert(Rc::new(Calibration {
            scorer,
            options,
            method: self.method,
            alpha,
            threshold,
            temperature,
            ece_before,
            ece_after,
            warning: joined([self.warning.take(), pooled, tied]),
            conformal,
            per_class,
        })))
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
    /// Fits the temperature, and says how well the probabilities do before and after.
    async fn reliability(&self, classes: usize, pace: &Pace) -> Result<Reliability> {
        let without = self.scores.iter().filter(|score| !score.is_finite()).count();
        if without > 0 {
            // With enough of them the gate would stand open, and two would spoil a deviation.
            return Err(Error::NotFinite(Mismatch::new(
                "features",
                "a finite score for each calibration row",
                format!(
                    "{without} of {} rows without one: numbers beyond single precision come up on the way",
                    self.scores.len()
                ),
            )));
        }
        let probabilities = async |logits, temperature| {
            Prediction::in_pieces(logits, classes, temperature, pace).await.probabilities
        };
        let before = probabilities(self.logits.clone(), 1.0 / self.factor).await;
        let ece_before = metrics::ece(&before, &self.labels, ECE_BINS)?;
        // What is to be expected of new rows: each part at the temperature that the others ask for.
        let mut of_all = self.base;
        let mut after = Vec::with_capacity(self.logits.len());
        let mut labels = Vec::with_capacity(self.labels.len());
        let count = self.parts.iter().max().map_or(0, |&last| last + 1);
        for left_out in iter::once(None).chain((0..count).map(Some)) {
            pace.piece().await;
            let others = self.pick(classes, |part| Some(part) != left_out);
            let mut temperature = of_all;
            if !others.1.is_empty() {
                let (logits, labels) = &others;
                temperature = fitted(logits, labels, classes, self.base, Some(PRIOR), pace).await;
            }
            match left_out {
                None => of_all = temperature,
                Some(own) => {
                    let own = self.pick(classes, |part| part == own);
                    after.extend(probabilities(own.0, temperature).await);
                    labels.extend(own.1);
                }
            }
        }
        pace.piece().await;
        let ece_after = expected_error(&metrics::bins(&after, &labels, ECE_BINS)?);
        Ok(Reliability { fitted: of_all, ece_before, ece_after })
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
