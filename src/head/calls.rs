//! Calls that go through many rows, or compare them with the training rows, in pieces that a caller
//! drives.

use super::{
    Evaluation, Explanation, FitRows, Head, HeadFit, Verdicts,
    answers::{Answering, Question},
    calibrate::{Conclusion, HeldOut},
    fit::Beginning,
    verdicts::Known,
};
use crate::{
    Result,
    calibration::CalibrationOptions,
    config::FitConfig,
    engine::Engine,
    ood::{ScorerName, ScorerOptions},
    training::rows::Rows,
};

/// Rows that are explained at a time.
const EXPLAINED: usize = 4;

/// A call under way.
pub struct Call<E: Engine> {
    work: Work<E::Matrix>,
    then: Then,
}

/// What goes on in pieces.
enum Work<M> {
    Answers(Answering<M>),
    Fit(Beginning),
    Calibration(Conclusion),
}

/// What its answers are for.
enum Then {
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
    /// Scores, `[rows]`.
    Scores(Vec<f32>),
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

    /// Begins [`Head::ood_score`].
    pub async fn begin_score(
        &mut self,
        features: Vec<f32>,
        scorer: &ScorerOptions,
    ) -> Result<Call<E>> {
        let question = self.question(self.resolve(scorer)?, features)?;
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
        let question = self.question(scorer, features.clone())?;
        let made = Explanation::default();
        self.begin_call(question, Then::Explain { features, k, made }).await
    }

    /// Begins [`Head::evaluate`].
    pub async fn begin_evaluate(
        &mut self,
        id: Vec<f32>,
        labels: &[f64],
        ood: &[f32],
        scorer: &ScorerOptions,
    ) -> Result<Call<E>> {
        let (question, known) = self.evaluation_question(id, labels, ood, scorer)?;
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
            self.held_out_question(settings, rows.features.to_vec(), rows.labels.to_vec())?;
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
        };
        let Some(answers) = self.go_on(answering).await? else { return Ok(None) };
        Ok(Some(match std::mem::replace(&mut call.then, Then::Score) {
            Then::Score => Outcome::Scores(answers.scores),
            Then::Gate => Outcome::Verdicts(self.verdicts(answers)?),
            Then::Explain { features, k, mut made } => {
                // Each of these few rows is compared with all that is remembered, once more.
                let done = made.parts.first().map_or(0, |(_, part)| part.len()) * self.width();
                let end = features.len().min(done + EXPLAINED * self.width());
                made.append(self.explain(&features[done..end], k).await?);
                if end < features.len() {
                    call.then = Then::Explain { features, k, made };
                    return Ok(None);
                }
                Outcome::Explanation(made)
            }
            Then::Evaluate(known) => Outcome::Evaluation(self.evaluation(known, answers)?),
            Then::Calibrate(held_out) => {
                call.work = Work::Calibration(self.conclusion(held_out, answers)?);
                return Ok(None);
            }
        }))
    }
}
