//! A head as a [`Snapshot`], and back.

use std::rc::Rc;

use super::Head;
use crate::{
    Result,
    calibration::seen::SeenRows,
    engine::Engine,
    input_map::InputMap,
    ood::fitting::FittedScorers,
    snapshot::{self, FitMeta, Meta, Snapshot, in_file, refusal},
    training::rows::Rows,
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
            fit: self.fitted_with.map(Into::into),
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
        let Snapshot { meta, state, input, features, labels, groups, seen, scores, score_labels } =
            snapshot;
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
                if !groups.is_empty() && groups.len() != rows.count() {
                    return Err(refusal(
                        "training groups",
                        format!("one for each of {} rows", rows.count()),
                        groups.len(),
                    ));
                }
                Some(Rows { groups: (!groups.is_empty()).then(|| Rc::new(groups)), ..rows })
            }
        };
        let fitted_with = meta.fit.map(FitMeta::check).transpose().map_err(in_file)?;
        let classes = self.classes();
        let calibration = meta
            .calibration
            .map(|meta| snapshot::calibration(meta, scores, score_labels, classes))
            .transpose()?;
        if rows.is_none()
            && calibration.as_ref().is_some_and(|calibration| calibration.scorer.compares())
        {
            return Err(refusal("calibration", "training rows for its scorer beside it", "none"));
        }

        self.trainer.restore(&state, meta.steps as u64)?;
        self.set_input((!input.is_empty()).then(|| InputMap::from_arrays(&input)));
        self.seen = SeenRows::from_fingerprints(seen);
        self.scorers = FittedScorers::new(rows);
        self.selected = meta.selected;
        self.fitted_with = fitted_with;
        self.calibration = calibration;
        Ok(())
    }
}
