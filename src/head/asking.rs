//! A head that is asked about some rows, and then about those that it remembers: a cross-calibration
//! takes its logits in units of what they are for these.

use super::{
    Head,
    answers::{Answering, Answers, Question},
};
use crate::{Result, engine::Engine, ood::auto::base_temperature};

/// A head's answers to a question, and then to its own rows.
pub(super) struct Asking<E: Engine> {
    answering: Answering<E::Matrix>,
    /// To the question, while it answers to its own rows.
    answers: Option<Answers>,
}

#[maybe_async::maybe_async]
impl<E: Engine> Asking<E> {
    /// Begins with the question.
    pub(super) async fn new(head: &mut Head<E>, question: Question) -> Result<Self> {
        Ok(Self { answering: head.begin_answer(question).await?, answers: None })
    }

    /// Goes on for a turn: the answers to the question, at the end, and the [`base_temperature`] of
    /// the rows that the head remembers.
    pub(super) async fn go_on(&mut self, head: &mut Head<E>) -> Result<Option<(Answers, f64)>> {
        let Some(answers) = head.go_on(&mut self.answering).await? else { return Ok(None) };
        let classes = head.classes();
        if let Some(first) = self.answers.take() {
            return Ok(Some((first, base_temperature(&answers.logits, classes))));
        }
        if let Some(logits) = head.scorers.own_logits() {
            return Ok(Some((answers, base_temperature(logits, classes))));
        }
        let Some(rows) = head.rows() else { return Ok(Some((answers, 1.0))) };
        let question = Question::of(None, rows.features.clone());
        self.answering = head.begin_answer(question).await?;
        self.answers = Some(answers);
        Ok(None)
    }
}
