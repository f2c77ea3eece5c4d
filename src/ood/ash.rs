//! ASH (Djurisic et al., "Extremely Simple Activation Shaping for Out-of-Distribution Detection",
//! ICLR 2023; pytorch-ood `ASH`, OpenOOD `ash_postprocessor`): the energy after pruning the last
//! layer's inputs to the largest of each row.
//!
//! ```text
//! "p": the others are 0   "b": and each of the n kept is sum(z)/n   "s": as "p", times exp(sum(z) / sum(kept))
//! ```
//!
//! Needs inputs that a ReLU leaves: signed ones are refused, for the ratio of sums would mean
//! nothing. Collapses on heads whose inputs are not sparse. An energy at temperature 1: see
//! [`super::energy`] for LogitNorm.

use super::{
    Batch, Parameter, Values,
    last_layer::{LastLayer, check_not_negative, kept, sharpening, sums},
    parameters::Kind,
    scoring::Scoring,
    statistics::Context,
};
use crate::{Result, engine::Engine, numeric::sort, pace::paced, range::Range};

/// Its parameters.
pub const PARAMETERS: &[Parameter] = &[
    Parameter::number(
        "percentile",
        Range::Percent,
        65.0,
        "Inputs below it are pruned, per cent in (0, 100); default 65.",
    ),
    Parameter {
        name: "variant",
        kind: Kind::Choice(&["s", "p", "b"]),
        about: "What becomes of the kept inputs: \"s\" (default) scales, \"p\" keeps, \"b\" makes them alike.",
    },
];

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

#[maybe_async::maybe_async(AFIT)]
impl<E: Engine> Scoring<E> for Ash<E::Matrix> {
    async fn fit(context: &mut Context<'_, E>, values: &Values) -> Result<Self> {
        let training = paced!(context.training())?;
        check_not_negative("ash", &training.batch())?;
        let variant = match values.choice("variant") {
            "p" => Variant::Prune,
            "b" => Variant::Binarise,
            _ => Variant::Scale,
        };
        let layer = LastLayer::new(context.engine, &training, training.weight.clone())?;
        Ok(Self { kept: kept(training.width(), values.wide("percentile")), variant, layer })
    }

    async fn scores(&self, engine: &mut E, batch: &Batch<'_>) -> Result<Vec<f32>> {
        check_not_negative("ash", batch)?;
        let mut shaped = batch.inputs.to_vec();
        let mut scratch = Vec::new();
        for row in shaped.chunks_exact_mut(batch.width) {
            let (all, largest) = sums(row, self.kept, &mut scratch);
            let ascending = sort::ascending(row);
            // Split by position, so that exactly `kept` of equal ones remain.
            let (cut, keep) = ascending.split_at(row.len() - self.kept);
            cut.iter().for_each(|&input| row[input] = 0.0);
            match self.variant {
                Variant::Prune => {}
                Variant::Binarise => {
                    keep.iter().for_each(|&input| row[input] = all / self.kept as f32)
                }
                Variant::Scale => {
                    keep.iter().for_each(|&input| row[input] *= sharpening((all, largest)))
                }
            }
        }
        self.layer.energies(engine, &shaped).await
    }

    fn bytes(&self) -> usize {
        self.layer.bytes()
    }
}
