//! A head as a [`Snapshot`], and back.

use std::rc::Rc;

use super::Head;
use crate::{
    Result,
    calibration::seen::SeenRows,
    engine::Engine,
    input_map::InputMap,
    loss::Loss,
    ood::fitting::FittedScorers,
    snapshot::{self, Meta, Snapshot, in_file, refusal},
    training::{
        memory::Memory,
        rows::{Rows, check_features},
    },
};

#[maybe_async::maybe_async]
impl<E: Engine> Head<E> {
    /// All that the head is.
    pub async fn snapshot(&mut self) -> Result<Snapshot> {
        let state = self.state().await?;
        let rows = self.rows();
        Ok(Snapshot {
            meta: self.meta(),
            state,
            input: self.input_arrays(),
            features: rows.map(|rows| rows.features.to_vec()).unwrap_or_default(),
            labels: rows.map(|rows| rows.labels.to_vec()).unwrap_or_default(),
            groups: self.groups(),
            weights: self.weights(),
            unknown: self.memory.unknown().features.to_vec(),
            ids: self.ids(),
            seen: self.seen.fingerprints(),
            scores: self.calibration_scores(),
            score_labels: self.calibration_labels(),
        })
    }

    /// See [`Snapshot::input`].
    pub fn input_arrays(&self) -> Vec<f32> {
        self.input.as_ref().map(|input| input.arrays()).unwrap_or_default()
    }

    /// See [`Snapshot::groups`].
    pub fn groups(&self) -> Vec<u64> {
        self.rows()
            .and_then(|rows| rows.groups.as_ref())
            .map(|groups| groups.to_vec())
            .unwrap_or_default()
    }

    /// See [`Snapshot::weights`].
    pub fn weights(&self) -> Vec<f32> {
        self.rows()
            .and_then(|rows| rows.weights.as_ref())
            .map(|weights| weights.to_vec())
            .unwrap_or_default()
    }

    /// See [`Snapshot::ids`].
    pub fn ids(&self) -> Vec<u32> {
        let ids = [self.memory.ids(), &self.memory.unknown().ids].concat();
        if self.counts_from_0() { Vec::new() } else { ids }
    }

    /// Whether ids are those that a new head's rows would get.
    fn counts_from_0(&self) -> bool {
        let ids = self.memory.ids().iter().chain(&self.memory.unknown().ids);
        let count = ids.clone().count();
        self.memory.next() as usize == count && ids.zip(0..).all(|(&id, number)| id == number)
    }

    /// See [`Snapshot::scores`].
    pub fn calibration_scores(&self) -> Vec<f32> {
        let Some(calibration) = self.calibration() else { return Vec::new() };
        calibration
            .per_class
            .as_ref()
            .map_or(calibration.conformal.scores(), |per_class| &per_class.scores)
            .to_vec()
    }

    /// See [`Snapshot::score_labels`].
    pub fn calibration_labels(&self) -> Vec<u32> {
        let per_class = self.calibration().and_then(|calibration| calibration.per_class.as_ref());
        per_class.map(|per_class| per_class.labels.clone()).unwrap_or_default()
    }

    /// The part of a snapshot that is not an array.
    pub fn meta(&self) -> Meta {
        Meta {
            options: self.config().into(),
            steps: self.steps() as f64,
            selected: self.selected,
            fit: self.fitted_with.as_ref().map(Into::into),
            next_id: (!self.counts_from_0()).then(|| self.memory.next().into()),
            without_rows: self.rows().is_none()
                && self.calibration().is_some_and(|calibration| calibration.scorer.compares()),
            tau_by_classes: self.config.tau_by_classes,
            dropped: self.memory.dropped() as f64,
            calibration: self.calibration().map(Into::into),
        }
    }

    /// Parameters, then each of the optimiser's moments.
    pub async fn state(&mut self) -> Result<Vec<f32>> {
        self.trainer.state().await
    }

    /// Becomes the head of a snapshot whose options this head was created with; nothing of the head
    /// before is left. A snapshot that does not fit changes nothing.
    pub fn restore(&mut self, snapshot: Snapshot) -> Result<()> {
        let Snapshot {
            meta,
            state,
            input,
            features,
            labels,
            groups,
            weights,
            unknown,
            ids,
            seen,
            scores,
            score_labels,
        } = snapshot;
        let length = Snapshot::state_length(&self.config);
        if state.len() != length {
            return Err(refusal("state", format!("{length} numbers"), state.len()));
        }
        if state.iter().any(|x| !x.is_finite()) {
            return Err(refusal("state", "finite numbers", "NaN or an infinity"));
        }
        if !(input.is_empty() || input.len() == 2 * self.width())
            || input.iter().any(|x| !x.is_finite())
        {
            return Err(refusal(
                "input",
                format!("{} finite numbers, or none", 2 * self.width()),
                input.len(),
            ));
        }
        if !(meta.steps >= 0.0 && meta.steps <= 2_f64.powi(53) && meta.steps.fract() == 0.0) {
            return Err(refusal("steps", "an integer of at least 0", meta.steps));
        }
        let rows = match features.len() {
            0 => None,
            _ => {
                let numbers: Vec<f64> = labels.iter().copied().map(f64::from).collect();
                let rows = Rows::check(features, &numbers, self.width(), self.classes())
                    .map_err(in_file)?;
                for (part, count) in [("groups", groups.len()), ("weights", weights.len())] {
                    if count != 0 && count != rows.count() {
                        return Err(refusal(
                            &format!("training {part}"),
                            format!("one for each of {} rows", rows.count()),
                            count,
                        ));
                    }
                }
                let wide: Vec<f64> = weights.iter().copied().map(f64::from).collect();
                let rows = rows
                    .weighted((!wide.is_empty()).then_some(wide.as_slice()))
                    .map_err(in_file)?;
                Some(Rows { groups: (!groups.is_empty()).then(|| Rc::new(groups)), ..rows })
            }
        };
        if !unknown.is_empty() {
            check_features(&unknown, self.width()).map_err(in_file)?;
        }
        if !(meta.dropped >= 0.0 && meta.dropped <= 2_f64.powi(53) && meta.dropped.fract() == 0.0) {
            return Err(refusal("dropped", "an integer of at least 0", meta.dropped));
        }
        let memory = self.memory_of(rows, unknown, ids, meta.next_id)?;
        let memory = memory.after_dropping(meta.dropped as u64);
        let classes = self.classes();
        let fitted_with = meta.fit.map(|fit| fit.check(classes)).transpose().map_err(in_file)?;
        let calibration = meta
            .calibration
            .map(|meta| snapshot::calibration(meta, scores, score_labels, classes))
            .transpose()?;
        if memory.known().is_none()
            && !meta.without_rows
            && calibration.as_ref().is_some_and(|calibration| calibration.scorer.compares())
        {
            return Err(refusal("calibration", "training rows for its scorer beside it", "none"));
        }

        self.trainer.restore(&state, meta.steps as u64)?;
        self.set_input((!input.is_empty()).then(|| Rc::new(InputMap::from_arrays(&input))));
        self.seen = SeenRows::from_fingerprints(seen);
        self.scorers = FittedScorers::of(&memory);
        self.memory = memory;
        self.revision = self.revision.wrapping_add(1);
        self.config.tau_by_classes =
            meta.tau_by_classes && matches!(self.config.loss, Loss::LogitNorm { .. });
        self.selected = meta.selected;
        self.fitted_with = fitted_with;
        self.calibration = calibration.map(Rc::new);
        Ok(())
    }
}

impl<E: Engine> Head<E> {
    /// What a snapshot remembers.
    fn memory_of(
        &self,
        rows: Option<Rows>,
        unknown: Vec<f32>,
        ids: Vec<u32>,
        next: Option<f64>,
    ) -> Result<Memory> {
        let width = self.width();
        let count = rows.as_ref().map_or(0, Rows::count) + unknown.len() / width;
        let ids = if ids.is_empty() { (0..count as u32).collect() } else { ids };
        let next = next.unwrap_or(count as f64);
        if !(next >= 0.0 && next <= f64::from(u32::MAX) && next.fract() == 0.0) {
            return Err(refusal("nextId", "an integer of at least 0, below 2^32", next));
        }
        // Whole numbers: those with a point would bring their formatting, 8 kB.
        let (given, next) = (ids.len(), next as u32);
        Memory::restored(rows, unknown, ids, next, width).ok_or_else(|| {
            refusal(
                "training ids",
                format!("a different one below {next} for each of {count} rows"),
                given,
            )
        })
    }
}
