//! Chooses the scorer that "auto" stands for, from in-distribution rows alone: classes are left out
//! by turns, a head like the caller's is trained on the rest, and each candidate is asked to tell
//! the classes left out from held-out rows of the others.
//!
//! The combination of [`crate::ood::auto`] keeps its place unless a single scorer tells them apart
//! far better, by 5 points of AUROC, and better in *every* turn: what classes left out say of a
//! scorer and what it gains on rows of unknown classes hardly agree, so that smaller gains are as
//! often losses (`docs/ood.md`).
//!
//! A [`Selection`] is a small state machine that its caller drives, so that a page can breathe and
//! stop it.

use std::rc::Rc;

use super::{
    FitRows, Head, HeadFit,
    answers::{Answering, Question},
    calls::{Call, Outcome},
};
use crate::{
    Error, Result,
    config::{self, FitOptions, HeadConfig},
    engine::Engine,
    error::Mismatch,
    metrics,
    numeric::{format::number, random::Random},
    ood::ScorerName,
    training::{rows::Rows, split},
};

/// What is compared when the caller names no candidates: scorers that work on any features and cost
/// little.
const CANDIDATES: [ScorerName; 8] = [
    ScorerName::Auto,
    ScorerName::Gen,
    ScorerName::MaxLogit,
    ScorerName::MaxCosine,
    ScorerName::Knn,
    ScorerName::Mahalanobis,
    ScorerName::Rmd,
    ScorerName::Fdbd,
];

/// Parts into which the classes are divided when nobody says.
const FOLDS: f64 = 3.0;

/// Gain in AUROC on the mean of the turns for which a single scorer replaces the combination.
const MARGIN: f64 = 0.05;

/// Standard errors of the mean gain that it must come to.
const ERRORS: f64 = 3.0;

/// Share of the known rows that a turn holds out to be told from the unknown ones.
const HELD_OUT: f64 = 0.2;

/// Rows of either side that a turn scores at most: the AUROC's own error is then about a point.
const SCORED: usize = 1000;

/// A selection under way for a head.
pub struct Selection<E: Engine> {
    candidates: Vec<ScorerName>,
    rows: Rows,
    /// Classes left out, turn by turn; the last comes first.
    left_out: Vec<Vec<u32>>,
    turn: Option<Turn<E>>,
    /// AUROC of each candidate, turn by turn.
    aurocs: Vec<Vec<f64>>,
}

/// One small head and what it is asked.
struct Turn<E: Engine> {
    head: Head<E>,
    fit: Training<E>,
    /// Rows of known classes, so many, and then of the others.
    known: usize,
    asked: Rc<Vec<f32>>,
    /// What a candidate says of them.
    asking: Option<Answering<E::Matrix>>,
    aurocs: Vec<f64>,
}

/// How far its training has come.
enum Training<E: Engine> {
    /// Its rows are prepared.
    Begins(Box<Call<E>>),
    Goes(Box<HeadFit<E>>),
    Done,
}

/// What a selection came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    /// What "auto" stands for from now on; [`ScorerName::Auto`] is the combination.
    pub scorer: ScorerName,
    /// Each candidate's mean AUROC for the classes left out.
    pub auroc: Vec<(ScorerName, f64)>,
    /// Why the combination keeps its place, where another candidate did better on the mean.
    pub reason: Option<String>,
}

#[maybe_async::maybe_async]
impl<E: Engine> Selection<E> {
    /// Checks `[rows, features]` and a class for each; at least two classes must have rows.
    pub fn new(
        head: &mut Head<E>,
        features: Vec<f32>,
        labels: &[f64],
        candidates: Option<Vec<ScorerName>>,
        folds: Option<f64>,
    ) -> Result<Self> {
        let candidates = candidates.unwrap_or_else(|| CANDIDATES.to_vec());
        if candidates.is_empty() {
            return Err(Error::InvalidOption(Mismatch::new(
                "options.candidates",
                "at least one scorer",
                "none",
            )));
        }
        let folds = config::folds(folds, FOLDS)?;
        let rows = head.check_rows(features, labels)?;
        let mut classes = classes_of(rows.labels.iter().copied(), head.classes());
        if classes.len() < 2 {
            let expected = "rows of at least 2 classes, to leave some out";
            return Err(Error::InvalidLabels(Mismatch::new(
                "labels",
                expected,
                format!("{} class", classes.len()),
            )));
        }
        Random::new(head.config.seed).shuffle(&mut classes);
        let left_out = split::balanced(&classes, folds).into_iter().rev().collect();
        Ok(Self { candidates, rows, left_out, turn: None, aurocs: Vec::new() })
    }

    /// Makes up to `batches` updates of a small head, or goes on with one candidate's
    /// scores. True when nothing is left to do.
    pub async fn run(&mut self, head: &mut Head<E>, batches: usize) -> Result<bool> {
        let Some(turn) = &mut self.turn else {
            let Some(left_out) = self.left_out.pop() else { return Ok(true) };
            self.turn = Some(self.begin(head, &left_out)?);
            return Ok(false);
        };
        match &mut turn.fit {
            Training::Begins(call) => {
                if let Some(Outcome::Fit(fit)) = turn.head.go_on_with(call).await? {
                    turn.fit = Training::Goes(fit);
                }
            }
            Training::Goes(fit) => {
                let epoch_is_over = turn.head.run_fit(fit, batches)?;
                // Or a GPU's queue would take in whole epochs while the page thinks each turn quick.
                turn.head.engine().follow().await?;
                if epoch_is_over && turn.head.end_epoch(fit, false).await?.last {
                    turn.fit = Training::Done;
                }
            }
            Training::Done => match self.candidates.get(turn.aurocs.len()) {
                Some(&candidate) => turn.ask(candidate).await?,
                None => self.aurocs.extend(self.turn.take().map(|turn| turn.aurocs)),
            },
        }
        Ok(false)
    }

    /// Sets the scorer that "auto" resolves to.
    pub fn finish(self, head: &mut Head<E>) -> Result<Selected> {
        let turns = self.aurocs.len().max(1) as f64;
        let mean =
            |candidate: usize| self.aurocs.iter().map(|turn| turn[candidate]).sum::<f64>() / turns;
        let combination =
            self.candidates.iter().position(|candidate| *candidate == ScorerName::Auto);
        let eligible = |&candidate: &usize| {
            combination.is_none_or(|auto| {
                let gains = self.aurocs.iter().map(|turn| turn[candidate] - turn[auto]);
                auto == candidate || is_better(&gains.collect::<Vec<_>>())
            })
        };
        // The first of equals.
        let better = |&a: &usize, &b: &usize| mean(a).total_cmp(&mean(b)).then(b.cmp(&a));
        let all = || 0..self.candidates.len();
        let best = all().filter(eligible).max_by(better);
        let scorer = best.map_or(ScorerName::Auto, |best| self.candidates[best]);
        let ahead = all().max_by(better).filter(|&ahead| Some(ahead) != best);
        let reason = ahead.map(|ahead| {
            let gain = combination.map_or(0.0, |auto| mean(ahead) - mean(auto));
            // Not by `{}`: a float's own formatting is 20 kB of code.
            format!(
                "\"auto\" stays the combination: {} gains {} points of AUROC on the mean of {} turns; it is replaced for 5 points, 3 \
                 standard errors, and a gain in every turn",
                self.candidates[ahead].as_str(),
                number((1000.0 * gain).round() / 10.0),
                self.aurocs.len(),
            )
        });
        head.selected = (scorer != ScorerName::Auto).then_some(scorer);
        // Only now: a selection that was refused or stopped must leave the head's scores as they
        // were. What was selected needs rows.
        if head.rows().is_none() {
            let mut memory = head.memory.clone();
            memory.take_place(self.rows)?;
            head.remember(memory);
        }
        let auroc = self.candidates.iter().enumerate().map(|(index, &name)| (name, mean(index)));
        Ok(Selected { scorer, auroc: auroc.collect(), reason })
    }

    /// A small head on the classes that stay, with held-out rows of these and all rows of the
    /// others.
    fn begin(&self, head: &mut Head<E>, left_out: &[u32]) -> Result<Turn<E>> {
        let config = &head.config;
        let mut random = Random::new(config.seed);
        let stays = |row: &u32| !left_out.contains(&self.rows.labels[*row as usize]);
        let (staying, mut unknown): (Vec<u32>, Vec<u32>) =
            (0..self.rows.count() as u32).partition(stays);
        let labels = staying.iter().map(|&row| self.rows.labels[row as usize]);
        let present = classes_of(labels, config.architecture.classes());
        let class_of = |row: u32| {
            present.partition_point(|&class| class < self.rows.labels[row as usize]) as u32
        };
        let labels: Vec<u32> = staying.iter().map(|&row| class_of(row)).collect();
        let (learnt, mut held_out) =
            split::stratified(&labels, present.len(), config.seed, HELD_OUT);
        if held_out.is_empty() {
            let expected = "more rows of each class, to hold some out";
            return Err(Error::InvalidLabels(Mismatch::new(
                "labels",
                expected,
                format!("{} rows", self.rows.count()),
            )));
        }
        random.shuffle(&mut held_out);
        held_out.truncate(SCORED);
        random.shuffle(&mut unknown);
        unknown.truncate(SCORED);

        let config = HeadConfig {
            architecture: config.architecture.with_classes(present.len()),
            classes: present.iter().map(u32::to_string).collect(),
            ..config.clone()
        };
        let engine = head.engine().beside(config.spec(), config.initial_parameters())?;
        let mut small = Head::new(engine, config);
        let options = FitOptions::default();
        let of_all =
            |rows: &[u32]| rows.iter().map(|&row| staying[row as usize]).collect::<Vec<_>>();
        let labels = (0..self.rows.count() as u32).map(class_of).collect();
        let rows = Rows { labels: Rc::new(labels), ..self.rows.clone() };
        let some = (rows, of_all(&learnt));
        let fit = small.prepare_fit_of_some(some, options.check()?, FitRows::default());
        let fit = Training::Begins(Box::new(fit));
        let known = held_out.len();
        let asked = self.pick(&[of_all(&held_out), unknown].concat());
        Ok(Turn { head: small, fit, known, asked, asking: None, aurocs: Vec::new() })
    }

    fn pick(&self, rows: &[u32]) -> Rc<Vec<f32>> {
        self.rows.pick(rows).features
    }
}

#[maybe_async::maybe_async]
impl<E: Engine> Turn<E> {
    /// Goes on to score the rows by a candidate.
    async fn ask(&mut self, candidate: ScorerName) -> Result<()> {
        let answering = match &mut self.asking {
            Some(answering) => answering,
            None => {
                let scorer = self.head.resolve(&candidate.into())?;
                let question = Question::of(Some(scorer), self.asked.clone());
                self.asking.insert(self.head.begin_answer(question).await?)
            }
        };
        let Some(answers) = self.head.go_on(answering).await? else { return Ok(()) };
        let scores = metrics::wide(&answers.scores);
        let (known, unknown) = scores.split_at(self.known);
        self.aurocs.push(metrics::auroc(known, unknown)?);
        self.asking = None;
        Ok(())
    }
}

/// Whether gains in AUROC, one a turn, are enough to replace the combination.
fn is_better(gains: &[f64]) -> bool {
    let turns = gains.len() as f64;
    let mean = gains.iter().sum::<f64>() / turns;
    let squares: f64 = gains.iter().map(|gain| (gain - mean).powi(2)).sum();
    let error = (squares / (turns - 1.0).max(1.0) / turns).sqrt();
    gains.iter().all(|&gain| gain > 0.0) && mean >= MARGIN.max(ERRORS * error)
}

/// The classes that occur, ascending.
fn classes_of(labels: impl Iterator<Item = u32>, classes: usize) -> Vec<u32> {
    let mut occurs = vec![false; classes];
    labels.for_each(|label| occurs[label as usize] = true);
    (0..classes as u32).filter(|&class| occurs[class as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::is_better;

    #[test]
    fn only_a_large_and_steady_gain_replaces_the_combination() {
        assert!(is_better(&[0.08, 0.09, 0.1]));
        assert!(!is_better(&[0.02, 0.03, 0.04]), "small");
        assert!(!is_better(&[0.3, 0.2, -0.01]), "lost in one turn");
        assert!(!is_better(&[0.3, 0.01, 0.02]), "less than three standard errors");
    }
}
