//! Calibration without giving rows away: the rows that the head remembers are left out by turns,
//! heads like it are trained on the others, and what they say of the rows left out sets temperature
//! and threshold.
//!
//! A [`CrossCalibration`] is a small state machine that its caller drives, so that a page can
//! breathe and stop it.

use super::{
    FitRows, Head, HeadFit,
    answers::Question,
    asking::Asking,
    calibrate::{Conclusion, Scored, Settings},
    calls::{Call, Outcome},
    fit::{PartOf, UNNAMED_GROUPS},
};
use crate::{
    Error, Result,
    calibration::{Calibration, CalibrationOptions, Method, joined},
    config::{self, ClassWeights, FitConfig, FitOptions},
    engine::{Engine, State},
    ood::{Fitted, statistics::standard::Standard},
    pace::Paced,
    training::{
        copies::Copies,
        dual::{DualFit, Start},
        outlier,
        plan::Plan,
        rows::Rows,
        sessions::Likeness,
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
    /// Of each row the first that is the same.
    first: Vec<u32>,
    /// Rows left out, turn by turn; the last comes first.
    folds: Vec<Vec<u32>>,
    turn: Option<Turn<E>>,
    turns: usize,
    /// Logits are those of each turn's head divided by its own base temperature.
    scored: Scored,
    /// What is to be said of the rows as they are.
    looking: Option<Paced<Option<String>>>,
    /// What the head makes of its own rows, before the first turn.
    preparing: Option<Asking<E>>,
    /// For "auto": mean and deviation of the head's unsureness over its training rows.
    standard: Option<Standard>,
    warning: Option<String>,
    /// After the last turn.
    conclusion: Option<Conclusion>,
}

/// Whether a row is far out, or rows look like groups, if nobody named any: then of so many classes.
fn look(
    rows: Rows,
    ids: Vec<u32>,
    firsts: Vec<u32>,
    classes: Option<usize>,
) -> Paced<Option<String>> {
    Paced::new(|pace| async move {
        let outlying = outlier::told(&rows, &ids, &pace).await;
        // Beside a row that is far out all others look like copies of one another.
        let (None, Some(classes)) = (&outlying, classes) else { return outlying };
        // Those that are the same are left out together, and look like groups.
        let rows = if firsts.len() < rows.count() { rows.pick(&firsts) } else { rows };
        let mut likeness = Likeness::new(&rows, classes);
        while likeness.compare_class(&rows) {
            pace.piece().await;
        }
        likeness.of_groups(&rows).then(|| UNNAMED_GROUPS.to_string())
    })
}

/// How a turn's head is trained.
enum Training<E: Engine> {
    /// Its rows are prepared.
    Begins(Box<Call<E>>),
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
    asking: Option<Asking<E>>,
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
        let unknown = &head.memory().unknown().features;
        let copies = Copies::of(&rows.features, unknown, rows.width);
        // The same row twice is left out together, and says no more than once.
        let firsts = copies.firsts();
        let labels: Vec<u32> = firsts.iter().map(|&row| rows.labels[row as usize]).collect();
        let of_firsts =
            groups.map(|all| firsts.iter().map(|&row| all[row as usize]).collect::<Vec<_>>());
        let mut folds = split::folds(&labels, of_firsts.as_deref(), classes, folds);
        for fold in &mut folds {
            fold.iter_mut().for_each(|place| *place = firsts[*place as usize]);
            fold.retain(|row| copies.contradicted.binary_search(row).is_err());
        }
        folds.retain(|fold| !fold.is_empty());
        let left_out: usize = folds.iter().map(Vec::len).sum();
        if groups.is_some() && left_out == 0 {
            return Err(Error::TooFewRows(
                "every class has rows of a single group: what a new group will look like cannot be told from one; record each class at \
                 least twice"
                    .into(),
            ));
        }
        if left_out == 0 {
            return Err(Error::TooFewRows(
                "every class has a single row, and one that is left out must leave another: teach each class at least two".into(),
            ));
        }
        settings.check(left_out, TEACH_MORE)?;
        let never = classes_never_left_out(&rows, &folds, classes);
        let single = (never > 0).then(|| match groups {
            Some(_) => format!("{never} classes have rows of a single group: nothing is promised for new groups of theirs"),
            None => format!("{never} classes have a single row, and nothing is promised for them"),
        });
        let contradicted = copies.contradicted.first().map(|&row| {
            format!(
                "{} of the rows with a class are examples of the unknown, too (the first has id {}): they calibrate nothing; remove \
                 them from one side",
                copies.contradicted.len(),
                head.memory().ids()[row as usize],
            )
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
        let question = head.question(Some(settings.scorer), vec![0.0; head.width()])?;
        let preparing = Some(Asking::new(head, question).await?);
        let ids = head.memory().ids().to_vec();
        let looking = look(rows.clone(), ids, firsts, groups.is_none().then_some(classes));
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
            first: copies.first,
            looking: Some(looking),
            folds,
            turn: None,
            turns: 0,
            scored,
            preparing,
            standard: None,
            warning: joined([single, contradicted]),
            conclusion: None,
        })
    }

    /// Makes up to `batches` updates of a turn's head, or goes on to ask it about the rows left out. True
    /// when nothing is left to do.
    pub async fn run(&mut self, head: &mut Head<E>, batches: usize) -> Result<bool> {
        if let Some(looking) = &mut self.looking {
            if let Some(told) = looking.run() {
                self.warning = joined([self.warning.take(), told]);
                self.looking = None;
            }
            return Ok(false);
        }
        if let Some(preparing) = &mut self.preparing {
            if let Some((_, temperature)) = preparing.go_on(head).await? {
                self.preparing = None;
                self.scored.factor = temperature;
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
            self.turn = Some(self.begin(head, &left_out)?);
            return Ok(false);
        };
        match &mut turn.fit {
            Training::Begins(call) => {
                if let Some(Outcome::Fit(fit)) = turn.head.go_on_with(call).await? {
                    let (config, _) = head.trained_as()?;
                    turn.fit = match turn.head.dual_fit(config, fit.plan).await? {
                        Some(dual) => Training::Dual(Box::new(dual)),
                        None => Training::Plain(fit),
                    };
                }
            }
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
    fn begin(&self, head: &mut Head<E>, left_out: &[u32]) -> Result<Turn<E>> {
        let mut learns = vec![true; self.rows.count()];
        left_out.iter().for_each(|&row| learns[row as usize] = false);
        let is_learnt = |row: &u32| learns[self.first[*row as usize] as usize];
        let learnt: Vec<u32> = (0..self.rows.count() as u32).filter(is_learnt).collect();
        let config = head.config.clone();
        let mut other =
            Head::new(head.engine().beside(config.spec(), config.initial_parameters())?, config);
        let (config, class_weights) = head.trained_as()?;
        let unknown = &head.memory.unknown().features;
        if !unknown.is_empty() {
            other.add_unknown(unknown)?;
        }
        let rows = Rows { groups: None, ..self.rows.clone() };
        let part_of = Some(PartOf { rows: self.rows.count(), updates: head.steps() });
        let fit = other.prepare_fit_of_some(
            (rows, learnt),
            config.without_validation(),
            FitRows { class_weights, part_of, ..FitRows::default() },
        );
        let fit = Training::Begins(Box::new(fit));
        Ok(Turn { head: other, fit, left_out: self.rows.pick(left_out), asking: None })
    }

    /// Asks a trained head about the rows that it has not seen.
    async fn score(&mut self) -> Result<()> {
        let Some(Turn { head, left_out, asking, .. }) = &mut self.turn else { return Ok(()) };
        let asking = match asking {
            Some(asking) => asking,
            None => {
                let (features, standard) = (left_out.features.clone(), self.standard);
                let (all, left) = (self.rows.count(), left_out.count());
                let scorer = Some(self.settings.scorer.for_part(all - left, all));
                let question = Question { standard, ..Question::of(scorer, features) };
                asking.insert(Asking::new(head, question).await?)
            }
        };
        let Some((answers, temperature)) = asking.go_on(head).await? else { return Ok(()) };
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

    /// How the head was trained.
    fn trained_as(&self) -> Result<(FitConfig, ClassWeights)> {
        match &self.fitted_with {
            Some((config, class_weights)) => Ok((*config, class_weights.clone())),
            None => Ok((FitOptions::default().check()?, ClassWeights::default())),
        }
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
