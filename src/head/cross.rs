//! Calibration without giving rows away: the rows that the head remembers are left out by turns,
//! heads like it are trained on the others, and what they say of the rows left out sets temperature
//! and threshold.
//!
//! A [`CrossCalibration`] is a small state machine that its caller drives, so that a page can
//! breathe and stop it.

use std::rc::Rc;

use super::{
    FitRows, Head, HeadFit,
    answers::{Answering, Question},
    calibrate::{Conclusion, Scored, Settings},
    fit::UNNAMED_GROUPS,
};
use crate::{
    Error, Result,
    calibration::{Calibration, CalibrationOptions, Method, joined},
    config::{self, ClassWeights, FitConfig, FitOptions},
    engine::{Engine, State},
    ood::{
        Fitted,
        auto::base_temperature,
        statistics::{pieces, standard::Standard},
    },
    pace::paced,
    training::{
        dual::{DualFit, Start},
        outlier,
        plan::Plan,
        rows::Rows,
        sessions::look_grouped,
        split,
        weights::row_weights,
    },
};

/// Rows left out after which no further turn is made: more would change the threshold by less than
/// chance does.
const ENOUGH: usize = 2000;

/// From so many features on, the heads of turns with fewer rows are trained in the dual form. With
/// fewer it saves little, and what AdamW adds to weights outside of the rows' span, at random but
/// for a new row, is missed.
const MANY_FEATURES: usize = 256;

/// How a refusal of too few rows ends, where they are the head's own.
const TEACH_MORE: &str = "; teach it more rows, take a larger alpha, or ask for a provisional threshold (provisional: true)";

/// A calibration under way for a head.
pub struct CrossCalibration<E: Engine> {
    settings: Settings,
    rows: Rows,
    /// Rows left out, turn by turn; the last comes first.
    folds: Vec<Vec<u32>>,
    turn: Option<Turn<E>>,
    turns: usize,
    /// Logits are those of each turn's head divided by its own base temperature.
    scored: Scored,
    /// What the head makes of its own rows, before the first turn.
    preparing: Option<Answering<E::Matrix>>,
    /// For "auto": mean and deviation of the head's unsureness over its training rows.
    standard: Option<Standard>,
    warning: Option<String>,
    /// After the last turn.
    conclusion: Option<Conclusion>,
}

/// How a turn's head is trained.
enum Training<E: Engine> {
    /// Like any other.
    Plain(Box<HeadFit<E>>),
    /// On fewer rows than features.
    Dual(Box<DualFit>),
    Done,
}

/// One head of the others' rows, and the rows that it is asked about.
struct Turn<E: Engine> {
    head: Head<E>,
    fit: Training<E>,
    left_out: Rows,
    /// What it says of them.
    asking: Option<Answering<E::Matrix>>,
}

#[maybe_async::maybe_async]
impl<E: Engine> CrossCalibration<E> {
    /// Checks the options, and that the head remembers enough rows.
    pub async fn new(
        head: &mut Head<E>,
        options: &CalibrationOptions,
        groups: Option<&[f64]>,
    ) -> Result<Self> {
        let settings = head.settings(options)?;
        let folds = options.folds.map(|folds| config::folds(Some(folds), 2.0)).transpose()?;
        let Some(rows) = head.rows().cloned() else {
            return Err(Error::TooFewRows(
                "calibrate() without rows takes those that the head remembers, and it remembers none: call fit, or fitScorers after a \
                 trainStep loop, first, or give held-out rows"
                    .into(),
            ));
        };
        let rows = rows.grouped(groups)?;
        let classes = head.classes();
        let groups = rows.groups.as_deref().map(Vec::as_slice);
        let mut folds = split::folds(&rows.labels, groups, classes, folds);
        let left_out: usize = folds.iter().map(Vec::len).sum();
        if groups.is_some() && left_out == 0 {
            return Err(Error::TooFewRows(
                "every class has rows of a single group: what a new group will look like cannot be told from one; record each class at \
                 least twice"
                    .into(),
            ));
        }
        settings.check(left_out, TEACH_MORE)?;
        let never = classes_never_left_out(&rows, &folds, classes);
        let single = (never > 0).then(|| match groups {
            Some(_) => format!("{never} classes have rows of a single group: nothing is promised for new groups of theirs"),
            None => format!("{never} classes have a single row, and nothing is promised for them"),
        });
        // Beside a row that is far out all others look like copies of one another.
        let unnamed = outlier::told(&rows, head.memory().ids()).or_else(|| {
            (groups.is_none() && look_grouped(&rows, classes)).then(|| UNNAMED_GROUPS.to_string())
        });
        // By which turn's end enough rows have been left out.
        let mut sum = 0;
        let turns = folds.iter().take_while(|fold| {
            let goes_on = sum < ENOUGH;
            sum += fold.len();
            goes_on
        });
        folds.truncate(turns.count());
        folds.reverse();

        // Any row will do: what is wanted is what its answer is made from.
        let question = head.question(settings.scorer, vec![0.0; head.width()])?;
        let preparing = Some(head.begin_answer(question).await?);
        let scored = Scored {
            scores: Vec::new(),
            logits: Vec::new(),
            labels: Vec::new(),
            parts: Vec::new(),
            base: 1.0,
            factor: 1.0,
        };
        Ok(Self {
            settings,
            rows,
            folds,
            turn: None,
            turns: 0,
            scored,
            preparing,
            standard: None,
            warning: joined([single, unnamed]),
            conclusion: None,
        })
    }

    /// Makes up to `batches` updates of a turn's head, or goes on to ask it about the rows left out. True
    /// when nothing is left to do.
    pub async fn run(&mut self, head: &mut Head<E>, batches: usize) -> Result<bool> {
        if let Some(preparing) = &mut self.preparing {
            if head.go_on(preparing).await?.is_some() {
                self.preparing = None;
                self.scored.factor = head.base_temperature().await?;
                if let Fitted::Auto(auto) = head.fitted(&self.settings.scorer).await?.as_ref() {
                    self.standard = Some(auto.standard());
                }
            }
            return Ok(false);
        }
        let Some(turn) = &mut self.turn else {
            let Some(left_out) = self.folds.pop() else {
                return Ok(self.conclusion(head.classes()).run());
            };
            self.turn = Some(self.begin(head, left_out).await?);
            return Ok(false);
        };
        match &mut turn.fit {
            Training::Plain(fit) => {
                let epoch_is_over = turn.head.run_fit(fit, batches)?;
                // Or a GPU's queue would take in whole epochs while the page thinks each turn
                // quick.
                turn.head.engine().follow().await?;
                if epoch_is_over && turn.head.end_epoch(fit, false).await?.last {
                    turn.fit = Training::Done;
                }
            }
            Training::Dual(fit) => {
                if fit.run(batches)
                    && let Training::Dual(fit) = std::mem::replace(&mut turn.fit, Training::Done)
                {
                    turn.head.take_weights(fit.parameters())?;
                }
            }
            Training::Done => self.score().await?,
        }
        Ok(false)
    }

    /// Calibrates the head.
    pub fn finish(mut self, head: &mut Head<E>) -> Result<&Calibration> {
        self.conclusion(head.classes()).end(head)
    }

    /// What is made of the scored rows.
    fn conclusion(&mut self, classes: usize) -> &mut Conclusion {
        let Self { settings, scored, warning, conclusion, .. } = self;
        conclusion.get_or_insert_with(|| {
            let (settings, scored) = (settings.clone(), std::mem::take(scored));
            Conclusion::new(settings, scored, classes, Method::Cross, warning.take())
        })
    }

    /// A head for all rows but these.
    async fn begin(&self, head: &mut Head<E>, left_out: Vec<u32>) -> Result<Turn<E>> {
        let mut learns = vec![true; self.rows.count()];
        left_out.iter().for_each(|&row| learns[row as usize] = false);
        let learnt: Vec<u32> =
            (0..self.rows.count() as u32).filter(|&row| learns[row as usize]).collect();
        let config = head.config.clone();
        let mut other =
            Head::new(head.engine().beside(config.spec(), config.initial_parameters())?, config);
        let rows = self.rows.pick(&learnt);
        let labels: Vec<f64> = rows.labels.iter().copied().map(f64::from).collect();
        let (config, class_weights) = match &head.fitted_with {
            Some((config, class_weights)) => (*config, class_weights.clone()),
            None => (FitOptions::default().check()?, ClassWeights::default()),
        };
        let weights = rows.weights.as_ref();
        let weights = weights.map(|weights| weights.iter().copied().map(f64::from).collect());
        let unknown = &head.memory.unknown().features;
        if !unknown.is_empty() {
            other.add_unknown(unknown)?;
        }
        let fit = other.begin_fit(
            Rc::unwrap_or_clone(rows.features),
            &labels,
            config.without_validation(),
            FitRows {
                weights,
                class_weights,
                part_of: Some(self.rows.count()),
                ..FitRows::default()
            },
        )?;
        let fit = match other.dual_fit(config, fit.plan).await? {
            Some(dual) => Training::Dual(Box::new(dual)),
            None => Training::Plain(Box::new(fit)),
        };
        Ok(Turn { head: other, fit, left_out: self.rows.pick(&left_out), asking: None })
    }

    /// Asks a trained head about the rows that it has not seen.
    async fn score(&mut self) -> Result<()> {
        let Some(Turn { head, left_out, asking, .. }) = &mut self.turn else { return Ok(()) };
        let answering = match asking {
            Some(answering) => answering,
            None => {
                let features = Rc::unwrap_or_clone(std::mem::take(&mut left_out.features));
                let question = head.question(self.settings.scorer, features)?;
                let question = Question { standard: self.standard, ..question };
                asking.insert(head.begin_answer(question).await?)
            }
        };
        let Some(answers) = head.go_on(answering).await? else { return Ok(()) };
        let temperature = head.base_temperature().await?;
        self.scored.scores.extend(answers.scores);
        self.scored
            .logits
            .extend(answers.logits.iter().map(|&f| (f64::from(f) / temperature) as f32));
        self.scored.labels.extend_from_slice(&left_out.labels);
        self.scored.parts.extend(std::iter::repeat_n(self.turns, left_out.count()));
        self.turns += 1;
        self.turn = None;
        Ok(())
    }
}

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// [`base_temperature`] of the rows that it remembers.
    async fn base_temperature(&mut self) -> Result<f64> {
        if let Some(logits) = self.scorers.own_logits() {
            return Ok(base_temperature(logits, self.classes()));
        }
        let Some(rows) = self.rows().cloned() else { return Ok(1.0) };
        let architecture = self.config.architecture.clone();
        let outputs = paced!(pieces::forward(self.engine(), &architecture, &rows.features))?;
        Ok(base_temperature(&outputs.logits, architecture.classes()))
    }

    /// A fit of the remembered rows in the dual form, where there is one.
    async fn dual_fit(&mut self, config: FitConfig, plan: Plan) -> Result<Option<DualFit>> {
        let Some(rows) = self.rows().cloned() else { return Ok(None) };
        let (count, width) = (rows.count(), rows.width);
        let is_linear = self.config.architecture.hidden().is_empty();
        if count >= width || width < MANY_FEATURES || !is_linear {
            return Ok(None);
        }
        let weights = match &self.fitted_with {
            Some((_, weights)) => row_weights(&rows, weights, self.classes())?,
            None => None,
        };
        let logits = self.engine().forward(&rows.features).await?.logits;
        let start = Start {
            rows: match &self.input {
                Some(map) => map.mapped(&rows.features),
                None => rows.features.to_vec(),
            },
            labels: &rows.labels,
            weights,
            parameters: self.engine().state().await?.parameters,
            logits,
            plan,
        };
        let (rule, seed) = ((self.config.loss, self.config.optimizer), self.config.seed);
        DualFit::new(self.engine(), start, rule, config, seed).await
    }

    /// Takes parameters in the place of its own.
    fn take_weights(&mut self, parameters: Vec<f32>) -> Result<()> {
        let moments = vec![vec![0.0; parameters.len()]; self.config.optimizer.moments()];
        self.engine().set_state(&State { parameters, moments })?;
        self.invalidate_weights();
        Ok(())
    }
}

/// Classes that have rows of which none is ever left out.
fn classes_never_left_out(rows: &Rows, folds: &[Vec<u32>], classes: usize) -> usize {
    let (mut occurs, mut is_left_out) = (vec![false; classes], vec![false; classes]);
    rows.labels.iter().for_each(|&label| occurs[label as usize] = true);
    folds.iter().flatten().for_each(|&row| is_left_out[rows.labels[row as usize] as usize] = true);
    (0..classes).filter(|&class| occurs[class] && !is_left_out[class]).count()
}
