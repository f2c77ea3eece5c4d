//! What a head says once it has been calibrated: is this row one that it knows? And how well it
//! says so.

use super::{
    Head, Prediction,
    answers::{Answers, Question},
    within,
};
use crate::{
    Error, Result,
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

/// Bins of every expected calibration error here.
pub(super) const ECE_BINS: usize = 15;

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// Classes, and whether each row is one that the head knows.
    pub async fn gate(&mut self, features: &[f32]) -> Result<Verdicts> {
        let question = self.gate_question(features.to_vec())?;
        let answers = self.answer(&question).await?;
        self.verdicts(answers)
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
        let (question, known) = self.evaluation_question(id.to_vec(), labels, ood, scorer)?;
        let answers = self.answer(&question).await?;
        self.evaluation(known, answers)
    }
}

impl<E: Engine> Head<E> {
    pub(super) fn gate_question(&self, features: Vec<f32>) -> Result<Question> {
        let scorer = self.calibration().ok_or(Error::NotCalibrated)?.scorer;
        self.question(scorer, features)
    }

    /// What the gate says, by the calibrated scorer's answers.
    pub(super) fn verdicts(&self, Answers { logits, scores }: Answers) -> Result<Verdicts> {
        let calibration = self.calibration().ok_or(Error::NotCalibrated)?;
        let (classes, temperature) = (self.classes(), calibration.temperature);
        let mut verdicts = Verdicts::default();
        match &calibration.per_class {
            None => {
                verdicts.accepted =
                    scores.iter().map(|&score| u8::from(score <= calibration.threshold)).collect();
                verdicts.p_values = scores
                    .iter()
                    .map(|&score| calibration.conformal.p_value(score) as f32)
                    .collect();
            }
            Some(per_class) => {
                for (&score, row) in scores.iter().zip(logits.chunks_exact(classes)) {
                    let first = verdicts.class_set.len();
                    let mut largest = 0.0_f64;
                    for p_value in per_class.p_values(score, row, temperature) {
                        verdicts.class_set.push(u8::from(p_value > calibration.alpha + 1e-12));
                        largest = largest.max(p_value);
                    }
                    verdicts
                        .accepted
                        .push(verdicts.class_set[first..].iter().copied().max().unwrap_or(0));
                    verdicts.p_values.push(largest as f32);
                }
            }
        }
        Ok(Verdicts {
            prediction: Prediction::new(logits, classes, temperature),
            scores,
            ..verdicts
        })
    }

    pub(super) fn evaluation_question(
        &self,
        mut id: Vec<f32>,
        labels: &[f64],
        ood: &[f32],
        scorer: &ScorerOptions,
    ) -> Result<(Question, Known)> {
        let scorer = self.resolve(scorer)?;
        let (width, classes) = (self.width(), self.classes());
        let labels =
            check_labelled(&id, labels, width, classes).map_err(|error| within("id", error))?;
        check_features(ood, width).map_err(|error| within("ood", error))?;
        id.extend_from_slice(ood);
        Ok((self.question(scorer, id)?, Known { labels, temperature: self.temperature() }))
    }

    /// By the answers to known rows and, after them, unknown ones.
    pub(super) fn evaluation(
        &self,
        Known { labels, temperature }: Known,
        Answers { mut logits, scores }: Answers,
    ) -> Result<Evaluation> {
        let classes = self.classes();
        let (id_scores, ood_scores) = scores.split_at(labels.len());
        let [id_scores, ood_scores] = [id_scores, ood_scores].map(metrics::wide);
        logits.truncate(labels.len() * classes);
        let prediction = Prediction::new(logits, classes, temperature);
        let hits = prediction
            .class_index
            .iter()
            .zip(&labels)
            .filter(|(class, label)| class == label)
            .count();
        let said = &prediction.class_index;
        let count = |of: &[u32]| {
            let mut counts = vec![0.0; classes];
            of.iter().for_each(|&class| counts[class as usize] += 1.0);
            counts
        };
        let right: Vec<u32> = said
            .iter()
            .zip(&labels)
            .filter(|(said, label)| said == label)
            .map(|(&c, _)| c)
            .collect();
        let (right, of_class, taken) = (count(&right), count(&labels), count(said));
        let shares = |of: &[f64]| right.iter().zip(of).map(|(right, all)| right / all).collect();
        Ok(Evaluation {
            confusion: match classes <= MOST_CONFUSED {
                true => metrics::confusion(said, &labels, classes),
                false => Vec::new(),
            },
            recall: shares(&of_class),
            precision: shares(&taken),
            roc: metrics::roc(&id_scores, &ood_scores)?,
            accuracy: hits as f64 / labels.len() as f64,
            ece: metrics::ece(&prediction.probabilities, &labels, ECE_BINS)?,
            auroc: metrics::auroc(&id_scores, &ood_scores)?,
            aupr_out: metrics::aupr_out(&id_scores, &ood_scores)?,
            aupr_in: metrics::aupr_in(&id_scores, &ood_scores)?,
            fpr95: metrics::fpr_at_tpr(&id_scores, &ood_scores, 0.95)?,
        })
    }
}
