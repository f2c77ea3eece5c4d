//! What a head says once it has been calibrated: is this row one that it knows? And how well it
//! says so.

use std::{ops::Range, rc::Rc};

use super::{
    Head, Prediction,
    answers::{Answers, Question},
    within,
};
use crate::{
    Error, Result,
    calibration::Calibration,
    engine::Engine,
    metrics,
    ood::ScorerOptions,
    pace::{Pace, finish},
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
    /// Conformal p-values, `[rows]`; by class, the largest of each row.
    pub p_values: Vec<f32>,
    /// By class: 1 for each class that the row may be, `[rows, classes]`. Empty otherwise.
    pub class_set: Vec<u8>,
}

/// How well a head tells its classes, and the known from the unknown.
#[derive(Clone, Debug, PartialEq)]
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
    /// See [`metrics::confusion`]; empty above 4096 classes.
    pub confusion: Vec<u32>,
    /// Share of each class's rows that were taken for it; NaN for a class without rows.
    pub recall: Vec<f64>,
    /// Share of the rows taken for each class that are of it; NaN where none was.
    pub precision: Vec<f64>,
    /// See [`metrics::roc`].
    pub roc: Vec<metrics::RocPoint>,
}

/// Of the known rows of an evaluation.
pub(super) struct Known {
    labels: Vec<u32>,
    temperature: f64,
}

/// Classes up to which there is a confusion matrix: 64 MB.
const MOST_CONFUSED: usize = 4096;

/// Numbers that a place among sorted scores costs as much as.
const SEARCH: usize = 16;

/// Bins of every expected calibration error here.
pub(super) const ECE_BINS: usize = 15;

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// Classes, and whether each row is one that the head knows.
    pub async fn gate(&mut self, features: &[f32]) -> Result<Verdicts> {
        let question = self.gate_question(features.to_vec())?;
        let answers = self.answer(&question).await?;
        let calibration = self.calibrated()?;
        Ok(finish(calibration.verdicts(self.classes(), answers, Pace::unbroken())))
    }

    /// Accuracy and calibration on labelled in-distribution rows, and how a scorer separates them
    /// from `ood` rows.
    pub async fn evaluate(
        &mut self,
        id: &[f32],
        labels: &[f64],
        ood: &[f32],
        scorer: &ScorerOptions,
    ) -> Result<Evaluation> {
        let features = [id, ood].concat();
        let (question, known) = self.evaluation_question(features, id.len(), labels, scorer)?;
        let answers = self.answer(&question).await?;
        finish(known.evaluation(self.classes(), answers, Pace::unbroken()))
    }
}

impl<E: Engine> Head<E> {
    pub(super) fn gate_question(&self, features: Vec<f32>) -> Result<Question> {
        self.question(Some(self.calibrated()?.scorer), features)
    }

    pub(super) fn calibrated(&self) -> Result<Rc<Calibration>> {
        self.calibration.clone().ok_or(Error::NotCalibrated)
    }

    pub(super) fn evaluation_question(
        &self,
        features: Vec<f32>,
        known: usize,
        labels: &[f64],
        scorer: &ScorerOptions,
    ) -> Result<(Question, Known)> {
        let scorer = self.resolve(scorer)?;
        let (width, classes) = (self.width(), self.classes());
        let (id, ood) = features.split_at(known.min(features.len()));
        let labels =
            check_labelled(id, labels, width, classes).map_err(|error| within("id", error))?;
        check_features(ood, width).map_err(|error| within("ood", error))?;
        let question = Question::of(Some(scorer), Rc::new(features));
        Ok((question, Known { labels, temperature: self.temperature() }))
    }
}

impl Calibration {
    /// What the gate says, by the calibrated scorer's answers. In pieces.
    pub(super) async fn verdicts(
        self: Rc<Self>,
        classes: usize,
        Answers { logits, scores, .. }: Answers,
        pace: Pace,
    ) -> Verdicts {
        let mut verdicts = Verdicts::default();
        let judge = &mut |rows: Range<usize>| {
            let logits = &logits[rows.start * classes..rows.end * classes];
            self.judge(&scores[rows], logits, classes, &mut verdicts);
        };
        // By class, each class of a row asks for a place among scores.
        let numbers = if self.per_class.is_some() { SEARCH * classes } else { SEARCH };
        pace.each(scores.len(), numbers, judge).await;
        let prediction = Prediction::in_pieces(logits, classes, self.temperature, &pace).await;
        Verdicts { prediction, scores, ..verdicts }
    }

    /// Adds the verdicts of some rows.
    fn judge(&self, scores: &[f32], logits: &[f32], classes: usize, verdicts: &mut Verdicts) {
        let Verdicts { accepted, p_values, class_set, .. } = verdicts;
        let Some(per_class) = &self.per_class else {
            accepted.extend(scores.iter().map(|&score| u8::from(score <= self.threshold)));
            p_values.extend(scores.iter().map(|&score| self.conformal.p_value(score) as f32));
            return;
        };
        for (&score, row) in scores.iter().zip(logits.chunks_exact(classes)) {
            let first = class_set.len();
            let mut largest = 0.0_f64;
            for p_value in per_class.p_values(score, row, self.temperature) {
                class_set.push(u8::from(p_value > self.alpha + 1e-12));
                largest = largest.max(p_value);
            }
            accepted.push(class_set[first..].iter().copied().max().unwrap_or(0));
            p_values.push(largest as f32);
        }
    }
}

impl Known {
    /// How well a head does by its answers to known rows and, after them, unknown ones. In pieces.
    pub(super) async fn evaluation(
        self,
        classes: usize,
        Answers { mut logits, scores, .. }: Answers,
        pace: Pace,
    ) -> Result<Evaluation> {
        let Self { labels, temperature } = self;
        logits.truncate(labels.len() * classes);
        let prediction = Prediction::in_pieces(logits, classes, temperature, &pace).await;
        let ece = metrics::ece(&prediction.probabilities, &labels, ECE_BINS)?;
        pace.piece().await;
        let said = &prediction.class_index;
        let count = |of: &mut dyn Iterator<Item = u32>| {
            let mut counts = vec![0.0; classes];
            of.for_each(|class| counts[class as usize] += 1.0);
            counts
        };
        let pairs = || said.iter().zip(&labels);
        let right = count(&mut pairs().filter(|(said, label)| said == label).map(|(&c, _)| c));
        let of_class = count(&mut labels.iter().copied());
        let taken = count(&mut said.iter().copied());
        let shares = |of: &[f64]| right.iter().zip(of).map(|(right, all)| right / all).collect();
        let (recall, precision) = (shares(&of_class), shares(&taken));
        let confusion = match classes <= MOST_CONFUSED {
            true => metrics::confusion(said, &labels, classes),
            false => Vec::new(),
        };
        let (id, ood) = scores.split_at(labels.len());
        let [id, ood] = [id, ood].map(metrics::wide);
        pace.piece().await;
        let roc = metrics::roc(&id, &ood)?;
        pace.piece().await;
        let auroc = metrics::auroc(&id, &ood)?;
        pace.piece().await;
        let aupr_out = metrics::aupr_out(&id, &ood)?;
        pace.piece().await;
        let aupr_in = metrics::aupr_in(&id, &ood)?;
        pace.piece().await;
        let fpr95 = metrics::fpr_at_tpr(&id, &ood, 0.95)?;
        let accuracy = right.iter().sum::<f64>() / labels.len() as f64;
        Ok(Evaluation {
            accuracy,
            ece,
            auroc,
            aupr_out,
            aupr_in,
            fpr95,
            confusion,
            recall,
            precision,
            roc,
        })
    }
}
