//! ASH (Djurisic et al., "Extremely Simple Activation Shaping for Out-of-Distribution Detection", ICLR 2023; pytorch-ood `ASH`,
//! OpenOOD `ash_postprocessor`): the energy after pruning the last layer's inputs to the largest of each row.
//!
//! ```text
//! "p": the others are 0   "b": and each of the n kept is sum(z)/n   "s": as "p", times exp(sum(z) / sum(kept))
//! ```
//!
//! Needs inputs that a ReLU leaves: signed ones are refused, for the ratio of sums would mean nothing. Collapses on heads whose
//! inputs are not sparse. An energy at temperature 1: see [`super::energy`] for LogitNorm.

use super::{
    View,
    last_layer::{LastLayer, check_not_negative, kept, sharpening, sums},
    training::Training,
};
use crate::{Result, engine::Engine, order};

/// What becomes of the kept inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// ASH-P: they stay.
    Prune,
    /// ASH-B: they share the row's sum.
    Binarise,
    /// ASH-S: they grow with what was cut.
    Scale,
}

/// Fitted to training rows.
pub struct Ash<M> {
    kept: usize,
    variant: Variant,
    layer: LastLayer<M>,
}

#[maybe_async::maybe_async]
impl<M> Ash<M> {
    /// Fits.
    pub fn new<E: Engine<Matrix = M>>(engine: &mut E, training: &Training, percentile: f64, variant: Variant) -> Result<Self> {
        check_not_negative("ash", &training.view())?;
        let layer = LastLayer::new(engine, training, training.weight.clone())?;
        Ok(Self { kept: kept(training.width(), percentile), variant, layer })
    }

    /// Scores, `[rows]`.
    pub async fn scores<E: Engine<Matrix = M>>(&self, engine: &mut E, view: &View<'_>) -> Result<Vec<f32>> {
        check_not_negative("ash", view)?;
        let mut shaped = view.inputs.to_vec();
        let mut scratch = Vec::new();
        for row in shaped.chunks_exact_mut(view.width) {
            let (all, largest) = sums(row, self.kept, &mut scratch);
            let ascending = order::ascending(row);
            // Split by position, so that exactly `kept` of equal ones remain.
            let (cut, keep) = ascending.split_at(row.len() - self.kept);
            cut.iter().for_each(|&input| row[input] = 0.0);
            match self.variant {
                Variant::Prune => {}
                Variant::Binarise => keep.iter().for_each(|&input| row[input] = all / self.kept as f32),
                Variant::Scale => keep.iter().for_each(|&input| row[input] *= sharpening((all, largest))),
            }
        }
        self.layer.energies(engine, &shaped).await
    }
}
