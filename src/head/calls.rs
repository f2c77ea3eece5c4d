//! Calls that go through many rows, or compare them with the training rows, in pieces that a caller
//! drives.

use std::rc::Rc;

use super::{
    Evaluation, Explanation, FitRows, Head, HeadFit, Prediction, Verdicts,
    answers::{Answering, Answers, Question},
    calibrate::{Conclusion, HeldOut},
    fit::Beginning,
    verdicts::Known,
};
use crate::{
    Result,
    calibration::{Calibration, CalibrationOptions},
    config::FitConfig,
    engine::Engine,
    ood::{ScorerName, ScorerOptions},
    pace::Paced,
    training::rows::Rows,
};

/// Rows that are explained at a time.
const EXPLAINED: usize = 4;

/// A call under way.
pub struct Call<E: Engine> {
    work: Work<E>,
    then: Then,
}

/// What goes on in pieces.
enum Work<E: Engine> {
    Answers(Answering<E::Matrix>),
    Fit(Beginning),
    Calibration(Conclusion),
    /// What is made of answers.
    Outcome(Paced<Result<Outcome<E>>>),
}

/// What its answers are for.
enum Then {
    Logits,
    Predict,
    Score,
    Gate,
    Explain { features: Vec<f32>, k: Option<f64>, made: Explanation },
    Evaluate(Known),
    Calibrate(HeldOut),
}

/// What a call came to.
pub enum Outcome<E: Engine> {
    /// A fit whose rows are prepared.
    Fit(Box<HeadFit<E>>),
    /// Logits, `[rows, classes]`, or scores, `[rows]`.
    Numbers(Vec<f32>),
    /// Classes and probabilities.
    Prediction(Prediction),
    /// The gate's.
    Verdicts(Verdicts),
    /// Why.
    Explanation(Explanation),
    /// How well a head does.
    Evaluation(Evaluation),
    /// The head is calibrated.
    Calibrated,
}

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    async fn begin_call(&mut self, question: Question, then: Then) -> Result<Call<E>> {
        Ok(Call { work: Work::Answers(self.begin_answer(question).await?), then })
    }

    /// Begins the logits of [`Head::forward`].
    pub async fn begin_logits(&mut self, features: Vec<f32>) -> Result<Call<E>> {
        let question = self.question(None, features)?;
        self.begin_call(question, Then::Logits).await
    }

    /// Begins [`Head::predict`].
    pub async fn begin_predict(&mut self, features: Vec<f32>) -> Result<Call<E>> {
        let question = self.question(None, features)?;
        self.begin_call(question, Then::Predict).await
    }

    /// Begins [`Head::ood_score`].
    pub async fn begin_score(
        &mut self,
        features: Vec<f32>,
        scorer: &ScorerOptions,
    ) -> Result<Call<E>> {
        let question = self.question(Some(self.resolve(scorer)?), features)?;
        self.begin_call(question, Then::Score).await
    }

    /// Begins [`Head::gate`].
    pub async fn begin_gate(&mut self, features: Vec<f32>) -> Result<Call<E>> {
        let question = self.gate_question(features)?;
        self.begin_call(question, Then::Gate).await
    }

    /// Begins [`Head::explain`].
    pub async fn begin_explain(&mut self, features: Vec<f32>, k: Option<f64>) -> Result<Call<E>> {
        self.check_explanation(&features, k)?;
        // Its distances are those of "auto", whatever scorer is explained.
        let scorer = match self.rows() {
            Some(_) => ScorerOptions::from(ScorerName::Auto).check()?,
            None => self.explained()?,
        };
        let question = self.question(Some(scorer), features.clone())?;
        let made = Explanation::default();
        self.begin_call(question, Then::Explain { features, k, made }).await
    }

    /// Begins [`Head::evaluate`]: the first so many numbers are those of known rows.
    pub async fn begin_evaluate(
        &mut self,
        features: Vec<f32>,
        known: usize,
        labels: &[f64],
        scorer: &ScorerOptions,
    ) -> Result<Call<E>> {
        let (question, known) = self.evaluation_question(features, known, labels, scorer)?;
        self.begin_call(question, Then::Evaluate(known)).await
    }

    /// Begins [`Head::calibrate`].
    pub async fn begin_calibrate(
        &mut self,
        features: Vec<f32>,
        labels: &[f64],
        options: &CalibrationOptions,
    ) -> Result<Call<E>> {
        let (question, held_out) = self.calibration_question(features, labels, options)?;
        self.begin_call(question, Then::Calibrate(held_out)).await
    }

    /// Begins to calibrate with checked rows that a fit held out.
    pub(super) async fn begin_calibrate_with(&mut self, rows: &Rows) -> Result<Call<E>> {
        let settings = self.settings(&ScorerName::Auto.into())?;
        let (question, held_out) =
            self.held_out_question(settings, rows.features.clone(), rows.labels.to_vec());
        self.begin_call(question, Then::Calibrate(held_out)).await
    }

    /// Begins [`Head::begin_fit`].
    pub fn prepare_fit(
        &mut self,
        features: Vec<f32>,
        labels: Vec<f64>,
        config: FitConfig,
        with: FitRows,
    ) -> Call<E> {
        Call { work: Work::Fit(self.fit_of(features, labels, config, with)), then: Then::Score }
    }

    /// The same of some of checked rows.
    pub(super) fn prepare_fit_of_some(
        &mut self,
        some: (Rows, Vec<u32>),
        config: FitConfig,
        with: FitRows,
    ) -> Call<E> {
        Call { work: Work::Fit(self.fit_of_some(some, config, with)), then: Then::Score }
    }

    /// Begins [`Head::begin_refit`].
    pub fn prepare_refit(&mut self, config: FitConfig, with: FitRows) -> Call<E> {
        Call { work: Work::Fit(self.refit_of(config, with)), then: Then::Score }
    }

    /// Goes on for a turn; what it came to, at the end.
    pub async fn go_on_with(&mut self, call: &mut Call<E>) -> Result<Option<Outcome<E>>> {
        let answering = match &mut call.work {
            Work::Answers(answering) => answering,
            Work::Fit(beginning) => {
                let begun = self.go_on_beginning(beginning)?;
                return Ok(begun.map(|fit| Outcome::Fit(Box::new(fit))));
            }
            Work::Calibration(conclusion) => {
                if !conclusion.run() {
                    return Ok(None);
                }
                conclusion.end(self)?;
                return Ok(Some(Outcome::Calibrated));
            }
            Work::Outcome(work) => return work.run().transpose(),
        };
        let Some(answers) = self.go_on(answering).await? else { return Ok(None) };
        let made = match std::mem::replace(&mut call.then, Then::Score) {
            Then::Logits => return Ok(Some(Outcome::Numbers(answers.logits))),
            Then::Score => return Ok(Some(Outcome::Numbers(answers.scores))),
            Then::Explain { features, k, mut made } => {
                // Each of these few rows is compared with all that is remembered, once more.
                let done = made.parts.first().map_or(0, |(_, part)| part.len()) * self.width();
                let end = features.len().min(done + EXPLAINED * self.width());
                made.append(self.explain(&features[done..end], k).await?);
                if end == features.len() {
                    return Ok(Some(Outcome::Explanation(made)));
                }
                call.then = Then::Explain { features, k, made };
                return Ok(None);
            }
            Then::Calibrate(held_out) => {
                call.work = Work::Calibration(self.conclusion(held_out, answers)?);
                return Ok(None);
            }
            Then::Predict => Made::Prediction(self.temperature()),
            Then::Gate => Made::Verdicts(self.calibrated()?),
            Then::Evaluate(known) => Made::Evaluation(known),
        };
        let mut work = made.of(answers, self.classes());
        let outcome = work.run();
        call.work = Work::Outcome(work);
        outcome.transpose()
    }
}

/// What is made of answers in pieces, and by what.
enum Made {
    Prediction(f64),
    Verdicts(Rc<Calibration>),
    Evaluation(Known),
}

impl Made {
    fn of<E: Engine>(self, answers: Answers, classes: usize) -> Paced<Result<Outcome<E>>> {
        Paced::new(|pace| async move {
            Ok(match self {
                Self::Prediction(temperature) => {
                    let logits = answers.logits;
                    let made = Prediction::in_pieces(logits, classes, temperature, &pace).await;
                    Outcome::Prediction(made)
                }
                Self::Verdicts(calibration) => {
                    Outcome::Verdicts(calibration.verdicts(classes, answers, pace).await)
                }
                Self::Evaluation(known) => {
                    Outcome::Evaluation(known.evaluation(classes, answers, pace).await?)
                }
            })
        })
    }
}
