//! What a head says of some rows: its logits, and a scorer's scores. At once, or in pieces that a
//! caller drives, so that a page can breathe while thousands of rows are compared.

use std::rc::Rc;

use super::Head;
use crate::{
    Result,
    architecture::Architecture,
    calibration::learnt::{Learnt, Told},
    engine::{Engine, Spec},
    input_map::InputMap,
    ood::{
        Scorer,
        fitting::{Asked, FittedScorers, Model},
        statistics::{pieces, standard::Standard},
    },
    pace::{Pace, Paced, paced},
    training::rows::check_features,
};

/// A question about some rows: [`Asked`].
pub(super) struct Question {
    /// None where logits alone are wanted.
    pub(super) scorer: Option<Scorer>,
    pub(super) features: Rc<Vec<f32>>,
    /// Among these the rows are looked for, if they may be training rows.
    pub(super) among: Option<Learnt>,
    pub(super) standard: Option<Standard>,
}

impl Question {
    /// About checked rows that are no training rows.
    pub(super) fn of(scorer: Option<Scorer>, features: Rc<Vec<f32>>) -> Self {
        Self { scorer, features, among: None, standard: None }
    }
}

/// What a head says of some rows.
#[derive(Default)]
pub(super) struct Answers {
    /// Raw logits, `[rows, classes]`.
    pub(super) logits: Vec<f32>,
    /// Scores, `[rows]`; none where no scorer was asked.
    pub(super) scores: Vec<f32>,
    /// What a caller should know of rows that were looked for.
    pub(super) warning: Option<String>,
}

/// Answers that are being made.
pub(super) enum Answering<M> {
    /// All at once, when somebody waits for them.
    AtOnce(Question),
    /// In pieces, beside the head: what it had made of its training rows comes back at the end.
    InPieces(Paced<(FittedScorers<M>, Result<Answers>)>),
    Done,
}

/// A copy of a head as scorers see it, to be asked in pieces.
struct Beside<E: Engine> {
    engine: E,
    architecture: Architecture,
    input: Option<Rc<InputMap>>,
    seed: u64,
    scorers: FittedScorers<E::Matrix>,
}

impl<E: Engine> Beside<E> {
    async fn answer(
        mut self,
        question: Question,
        pace: Pace,
    ) -> (FittedScorers<E::Matrix>, Result<Answers>) {
        self.engine.set_pace(pace);
        let Self { engine, architecture, input, seed, scorers } = &mut self;
        let model = Model { engine, architecture, input: input.as_deref(), seed: *seed };
        let answers = answer(model, scorers, &question).await;
        (self.scorers, answers)
    }
}

async fn answer<E: Engine>(
    mut model: Model<'_, E>,
    scorers: &mut FittedScorers<E::Matrix>,
    question: &Question,
) -> Result<Answers> {
    let Question { scorer, features, among, standard } = question;
    let pace = model.engine.pace();
    let Told { own, warning } = match among {
        Some(learnt) => learnt.look_for(features, model.architecture.features(), &pace).await,
        None => Told::default(),
    };
    let outputs = pieces::forward(model.engine, model.architecture, features).await?;
    let mut scores = Vec::new();
    if let Some(scorer) = scorer {
        let asked = Asked { scorer, features, own: &own, standard: *standard };
        scores = scorers.scores(model.again(), &asked, &outputs).await?;
    }
    Ok(Answers { logits: outputs.logits, scores, warning })
}

impl<E: Engine> Head<E> {
    /// A question about rows that are no training rows, which it checks.
    pub(super) fn question(&self, scorer: Option<Scorer>, features: Vec<f32>) -> Result<Question> {
        check_features(&features, self.width())?;
        Ok(Question::of(scorer, Rc::new(features)))
    }
}

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// Answers at once.
    pub(super) async fn answer(&mut self, question: &Question) -> Result<Answers> {
        let (model, scorers) = self.model();
        paced!(answer(model, scorers, question))
    }

    /// Begins to answer: in pieces, if it will take longer than one. The head is not to be changed
    /// before the end.
    pub(super) async fn begin_answer(
        &mut self,
        question: Question,
    ) -> Result<Answering<E::Matrix>> {
        let width = self.width();
        let rows = question.features.len() / width;
        let is_one_piece = question.among.is_none()
            && self.scorers.is_one_piece::<E>(question.scorer.as_ref(), rows, width);
        if is_one_piece {
            return Ok(Answering::AtOnce(question));
        }
        let parameters = self.engine().state().await?.parameters;
        let spec = Spec { moments: 0, ..self.config.spec() };
        let mut engine = self.engine().beside(spec, parameters)?;
        engine.set_input(self.input.clone());
        let (architecture, input) = (self.config.architecture.clone(), self.input.clone());
        let scorers = std::mem::replace(&mut self.scorers, FittedScorers::of(&self.memory));
        let work = Beside { engine, architecture, input, seed: self.config.seed, scorers };
        Ok(Answering::InPieces(Paced::new(|pace| work.answer(question, pace))))
    }

    /// Goes on for a turn; the answers, at the end.
    pub(super) async fn go_on(
        &mut self,
        answering: &mut Answering<E::Matrix>,
    ) -> Result<Option<Answers>> {
        let answers = match answering {
            Answering::AtOnce(question) => self.answer(question).await,
            Answering::InPieces(work) => {
                let Some((scorers, answers)) = work.go_on().await else { return Ok(None) };
                self.scorers = scorers;
                answers
            }
            Answering::Done => Ok(Answers::default()),
        };
        *answering = Answering::Done;
        answers.map(Some)
    }
}
