//! A head as a [`Snapshot`], and back.

use super::Head;
use crate::{
    Result,
    calibration::seen::SeenRows,
    engine::Engine,
    ood::fitting::FittedScorers,
    snapshot::{self, Meta, Snapshot, in_file, refusal},
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
            features: rows.map(|rows| rows.features.to_vec()).unwrap_or_default(),
            labels: rows.map(|rows| rows.labels.to_vec()).unwrap_or_default(),
            seen: self.seen.fingerprints(),
            scores: self.calibration().map(|calibration| calibration.conformal.scores().to_vec()).unwrap_or_default(),
        })
    }

    /// The part of a snapshot that is not an array.
    pub fn meta(&self) -> Meta {
        Meta {
            options: self.config().into(),
            steps: self.steps() as f64,
            selected: self.selected,
            calibration: self.calibration().map(Into::into),
        }
    }

    /// Parameters, then each of the optimiser's moments.
    pub async fn state(&mut self) -> Result<Vec<f32>> {
        self.trainer.state().await
    }

    /// Becomes the head of a snapshot whose options this head was created with; nothing of the head before is left. A snapshot that does
    /// not fit changes nothing.
    pub fn restore(&mut self, snapshot: Snapshot) -> Result<()> {
        let Snapshot { meta, state, features, labels, seen, scores } = snapshot;
        let length = Snapshot::state_length(&self.config);
        if state.len() != length {
            return Err(refusal("state", format!("{length} numbers"), state.len()));
        }
        if state.iter().any(|x| !x.is_finite()) {
            return Err(refusal("state", "finite numbers", "NaN or an infinity"));
        }
        if !(meta.steps >= 0.0 && meta.steps <= 2_f64.powi(53) && meta.steps.fract() == 0.0) {
            return Err(refusal("steps", "an integer of at least 0", meta.steps));
        }
        let rows = match features.len() {
            0 => None,
            _ => {
                let numbers: Vec<f64> = labels.iter().copied().map(f64::from).collect();
                Some(Rows::check(features, &numbers, self.width(), self.classes()).map_err(in_file)?)
            }
        };
        let calibration = meta.calibration.map(|meta| snapshot::calibration(meta, scores)).transpose()?;
        if rows.is_none() && calibration.as_ref().is_some_and(|calibration| calibration.scorer.compares()) {
            return Err(refusal("calibration", "training rows for its scorer beside it", "none"));
        }

        self.trainer.restore(&state, meta.steps as u64)?;
        self.seen = SeenRows::from_fingerprints(seen);
        self.scorers = FittedScorers::new(rows);
        self.selected = meta.selected;
        self.calibration = calibration;
        Ok(())
    }
}
