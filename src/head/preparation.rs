//! What a fit makes of its rows before the first update, beside the head: it checks and parts them,
//! and puts together what the head will remember. In pieces that a caller drives; a head whose fit
//! ends before its rows are prepared is as it was.

use std::ops::Range;

use super::{
    fit::{FitRows, Remember, UNNAMED_GROUPS},
    within,
};
use crate::{
    Error, Result,
    calibration::{joined, seen::SeenRows},
    config::HeadConfig,
    error::Mismatch,
    numeric::format::quoted,
    pace::Pace,
    training::{memory::Memory, outlier, rows::Rows, sessions::Likeness, split},
};

/// What a fit of the head's own rows says of a validationSplit.
const STAYED: &str = "rows held out stay remembered, and do not calibrate: calibrate() does";

fn nothing_remembered() -> Error {
    Error::TooFewRows(
        "fit() learns what the head remembers, and it remembers none: addRows first".into(),
    )
}

/// Rows that a caller gives.
pub(super) enum Given {
    /// `[rows, features]`, and one class per row.
    All(Vec<f32>, Vec<f64>),
    /// Some of checked rows.
    Some(Rows, Vec<u32>),
}

/// A fit's rows.
pub(super) struct Prepared {
    pub(super) learnt: Rows,
    pub(super) held_out: Option<Rows>,
    /// Whether those calibrate: not where they were the head's own, and stay so.
    pub(super) calibrates: bool,
    /// What the head will remember.
    pub(super) memory: Memory,
    /// Fingerprints of the rows that it will have learnt from.
    pub(super) seen: SeenRows,
    /// What is to be said of rows that were parted as if they had nothing to do with one another.
    pub(super) grouped: Option<String>,
    pub(super) warning: Option<String>,
}

/// What it takes of a head.
pub(super) struct Preparation {
    pub(super) config: HeadConfig,
    pub(super) memory: Memory,
    pub(super) seen: SeenRows,
    /// Whether the head has made an update.
    pub(super) has_learnt: bool,
}

impl Preparation {
    /// A fit of these rows, or of those that the head remembers.
    pub(super) async fn of(
        self,
        given: Option<Given>,
        share: f64,
        with: FitRows,
        pace: Pace,
    ) -> Result<Prepared> {
        let Self { config, .. } = &self;
        let (width, classes) = (config.architecture.features(), config.architecture.classes());
        let is_own = given.is_none();
        let rows = match given {
            None => self.memory.known().cloned().ok_or_else(nothing_remembered)?,
            Some(Given::All(features, labels)) => Rows::check(features, &labels, width, classes)?
                .grouped(with.groups.as_deref())?
                .weighted(with.weights.as_deref())?,
            Some(Given::Some(rows, numbers)) => rows.pick_in_pieces(&numbers, &pace).await,
        };
        pace.piece().await;
        // In the order in which they came, which parting them loses.
        let mut is_grouped = false;
        if share > 0.0 && rows.groups.is_none() && !is_own {
            rows.make_columns(&pace).await;
            let mut likeness = Likeness::new(&rows, classes);
            while likeness.compare_class(&rows) {
                pace.piece().await;
            }
            is_grouped = likeness.of_groups(&rows);
        }
        // Only what is learnt from is remembered: a held-out row must not find itself among the
        // training rows.
        let count = rows.count();
        let (numbers, others) = self.split(&rows, share)?;
        let is_parted = !others.is_empty();
        let (learnt, held_out) = if is_parted {
            let mut parting = rows.part(&numbers, &others);
            pace.each(count, width, &mut |moves| parting.go_on(moves.len())).await;
            let [learnt, held_out] = parting.finish();
            (learnt, Some(held_out))
        } else {
            let check = |(features, labels): (Vec<f32>, Vec<f64>)| {
                Rows::check(features, &labels, width, classes)
                    .map_err(|error| within("options.validation", error))
            };
            (rows, with.validation.map(check).transpose()?)
        };
        let calibrates = held_out.is_some() && !(is_own && is_parted);

        let mut memory = self.memory.clone();
        let (learnt, parted) = if is_own {
            let stayed = is_parted.then(|| STAYED.to_string());
            (learnt, stayed)
        } else {
            match with.remember {
                Remember::Replace => {
                    self.check_all_classes(&learnt)?;
                    memory.replace(learnt, &numbers, count)?;
                }
                Remember::Add => memory.add_new(learnt, &pace).await?,
            }
            let dropped = memory.keep_within(&config.memory);
            let dropped = (dropped > 0)
                .then(|| format!("{dropped} rows were dropped, not learnt: options.memory"));
            (memory.known().cloned().ok_or_else(nothing_remembered)?, dropped)
        };
        let mut seen = self.seen.clone();
        let note = &mut |rows| seen.insert_all(some(&learnt.features, width, &rows), width);
        pace.each(learnt.count(), width, note).await;
        if config.standardize {
            learnt.make_columns(&pace).await;
        }
        let all = memory.known().filter(|_| with.part_of.is_none());
        let mut outlying = None;
        if let Some(all) = all {
            outlying = outlier::told(all, memory.ids(), &pace).await;
        }
        let without = all.and_then(|_| self.without_rows(&memory));
        let same = all.filter(|all| are_the_same(all)).map(|_| {
            "all rows are the same: nothing can be learnt from them; look at what makes the features"
                .to_string()
        });
        // Beside such a row all others look like copies of one another.
        let grouped = (is_grouped && outlying.is_none()).then(|| UNNAMED_GROUPS.to_string());
        let warning = joined([parted, without, same, outlying]);
        Ok(Prepared { learnt, held_out, calibrates, memory, seen, grouped, warning })
    }

    /// What is to be said where nothing is remembered of a class.
    fn without_rows(&self, memory: &Memory) -> Option<String> {
        let counts = memory.per_class(self.config.architecture.classes());
        let class = counts.iter().position(|&count| count == 0)?;
        Some(format!("not learnt for want of rows: {}", quoted(&self.config.classes[class])))
    }

    /// Refuses rows in the place of which a class would have none any more.
    fn check_all_classes(&self, rows: &Rows) -> Result<()> {
        let classes = self.config.architecture.classes();
        let Some(before) = self.memory.known().filter(|_| self.has_learnt) else { return Ok(()) };
        let now = rows.per_class(classes);
        let gone = before.per_class(classes).iter().zip(&now).position(|(&b, &n)| b > 0 && n == 0);
        let Some(class) = gone else { return Ok(()) };
        Err(Error::InvalidLabels(Mismatch::new(
            "labels",
            "rows of every class that the head has learnt: with remember: \"add\" the rows before stay; removeRows or removeClass \
             forgets them",
            format!("none of {}", quoted(&self.config.classes[class])),
        )))
    }

    /// Rows to learn from and rows held out.
    fn split(&self, rows: &Rows, share: f64) -> Result<(Vec<u32>, Vec<u32>)> {
        let (classes, seed) = (self.config.architecture.classes(), self.config.seed);
        if share == 0.0 {
            return Ok(((0..rows.count() as u32).collect(), Vec::new()));
        }
        let (learnt, held_out) = match &rows.groups {
            Some(groups) => split::grouped(&rows.labels, groups, classes, seed, share),
            None => split::stratified(&rows.labels, classes, seed, share),
        };
        if held_out.is_empty() {
            let parts = if rows.groups.is_some() { "groups" } else { "rows" };
            let expected =
                format!("a share that leaves {parts} on both sides of {} rows", rows.count());
            return Err(Error::InvalidOption(Mismatch::new(
                "options.validationSplit",
                expected,
                share,
            )));
        }
        Ok((learnt, held_out))
    }
}

/// Whether there are several rows, each like the first.
fn are_the_same(rows: &Rows) -> bool {
    let first = rows.row(0);
    rows.count() > 1 && rows.features.chunks_exact(rows.width).all(|row| row == first)
}

/// Some of `[rows, width]`.
fn some<'a>(features: &'a [f32], width: usize, rows: &Range<usize>) -> &'a [f32] {
    &features[rows.start * width..rows.end * width]
}
