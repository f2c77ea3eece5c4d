//! Energies of changed last layers: what [`super::react`], [`super::dice`], [`super::ash`] and
//! [`super::scale`] have in common.

use super::{
    Batch, FittedArrays, energy, fitted_arrays::transposed, statistics::training::Training,
};
use crate::{
    Error, Result,
    engine::Engine,
    error::Mismatch,
    numeric::{format::Shown, sort},
};

/// A last layer on the engine, as it is or changed.
pub struct LastLayer<M> {
    weight: M,
    bias: Vec<f32>,
    bytes: usize,
}

#[maybe_async::maybe_async]
impl<M> LastLayer<M> {
    /// With this weight, `[classes, width]`, and the head's own bias.
    pub fn new<E: Engine<Matrix = M>>(
        engine: &mut E,
        training: &Training,
        weight: Vec<f32>,
    ) -> Result<Self> {
        let bytes = size_of_val(weight.as_slice());
        Ok(Self {
            weight: engine.matrix(weight, training.width())?,
            bias: training.bias.clone(),
            bytes,
        })
    }

    /// Adds the weight, `[width, classes]`.
    pub async fn arrays<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        out: &mut FittedArrays,
    ) -> Result<()> {
        let width = self.bytes / size_of::<f32>() / self.bias.len();
        out.arrays.push(transposed(engine, &self.weight, width).await?);
        Ok(())
    }

    /// Memory that it holds.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Energy at temperature 1 of each of its outputs for `inputs`, `[rows, width]`.
    pub async fn energies<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        inputs: &[f32],
    ) -> Result<Vec<f32>> {
        let mut logits = engine.product(inputs, &self.weight).await?;
        let mut scratch = vec![0.0; self.bias.len()];
        let rows = logits.chunks_exact_mut(self.bias.len()).map(|row| {
            row.iter_mut().zip(&self.bias).for_each(|(f, bias)| *f += bias);
            energy::row(row, 1.0, &mut scratch)
        });
        Ok(rows.collect())
    }
}

/// How many of `width` inputs remain when the lowest `percentile` per cent are cut.
pub fn kept(width: usize, percentile: f64) -> usize {
    // To even, as numpy and PyTorch round.
    width - (width as f64 * percentile / 100.0).round_ties_even() as usize
}

/// The sum of a row and the sum of its `kept` largest values.
pub fn sums(row: &[f32], kept: usize, scratch: &mut Vec<f32>) -> (f32, f32) {
    scratch.clear();
    scratch.extend_from_slice(row);
    let all = row.iter().sum();
    (all, sort::largest(scratch, kept).iter().sum())
}

/// `e^(all / kept)`; 1 for a row of zeros, which has no ratio.
pub fn sharpening((all, kept): (f32, f32)) -> f32 {
    if kept > 0.0 { (all / kept).exp() } else { 1.0 }
}

/// Refuses rows with negative values for a scorer whose formula has no meaning for them.
pub fn check_not_negative(scorer: &str, batch: &Batch) -> Result<()> {
    let Some(index) = batch.inputs.iter().position(|&x| x < 0.0) else { return Ok(()) };
    let (row, column) = (index / batch.width, index % batch.width);
    Err(Error::InvalidFeatures(Mismatch::new(
        format!("features, row {row}"),
        format!("last-layer inputs of at least 0, as a ReLU leaves them, for the scorer {scorer}"),
        format!("{} in column {column}", batch.inputs[index].shown()),
    )))
}
