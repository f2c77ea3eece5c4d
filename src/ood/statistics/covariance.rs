//! Linear maps that turn a covariance into the identity, so that a Mahalanobis distance is a
//! Euclidean one.

use nalgebra::DMatrix;

use super::{blocked::inverse_factor, pieces, triangle};
use crate::{
    Error, Result,
    engine::{Chain, Engine, Then},
    error::Mismatch,
    numeric::{format::number, quads::change_by},
    ood::fitted_arrays::{FittedArrays, transposed},
    pace::wait,
};

/// From this side on a factor is made in blocks, where its ridge allows that.
const LARGE: usize = 256;

/// The least ridge with which numbers of single precision lose nothing that matters.
const STRONG: f64 = 1.0;

/// `x -> L^-1 (x - centre)` with `L L^T` the covariance plus a ridge.
pub struct Whitening<M> {
    centre: Vec<f32>,
    inverse: M,
    log_determinant: f64,
}

impl<M> Whitening<M> {
    /// `ridge` is in units of the covariance's mean diagonal over so many `features`, so that it
    /// means the same at every scale of the features and in every subspace.
    ///
    /// A covariance of zeros, which says nothing of distances, counts as the identity. Where
    /// rounding leaves no factor (fewer rows than features and hardly any ridge), the ridge grows
    /// by powers of ten until there is one.
    pub async fn new<E: Engine<Matrix = M>>(
        engine: &mut E,
        covariance: &DMatrix<f64>,
        ridge: f64,
        centre: &[f64],
        features: usize,
    ) -> Result<Self> {
        let width = centre.len();
        let unit = covariance.trace() / features as f64;
        let means = centre.iter().map(|&x| x as f32).collect();
        if width >= LARGE && ridge >= STRONG && unit > 0.0 {
            let found = inverse_factor(engine, covariance, ridge * unit).await?;
            if let Some((inverse, log_determinant)) = found {
                return Ok(Self { centre: means, inverse, log_determinant });
            }
        }
        let mut ridge = ridge;
        let factor = loop {
            let mut with_ridge = covariance.clone();
            // Of zeros, the identity.
            let added = if unit == 0.0 { 1.0 } else { ridge * unit };
            (0..width).for_each(|i| with_ridge[(i, i)] += added);
            match triangle::factor(&with_ridge, &engine.pace()).await {
                Some(factor) => break factor,
                None if ridge < 1.0 => ridge = (10.0 * ridge).max(1e-7),
                None => {
                    let expected = "features whose covariance fits 64-bit numbers";
                    return Err(Error::NotFinite(Mismatch::new(
                        "features",
                        expected,
                        format!("a variance of {}", number(unit)),
                    )));
                }
            }
        };
        let inverse = triangle::inverse(&factor, width, &engine.pace()).await;
        let inverse = engine.matrix(inverse, width)?;
        Ok(Self {
            centre: means,
            inverse,
            log_determinant: triangle::log_determinant(&factor, width),
        })
    }

    /// [`Self::apply`] in pieces.
    pub async fn spread<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        rows: &[f32],
    ) -> Result<Vec<f32>> {
        let width = self.centre.len();
        // Half of the triangle's numbers are zero.
        let at_a_time = pieces::rows_of_piece::<E>(width, width.div_ceil(2));
        let mut all = Vec::with_capacity(rows.len());
        for rows in rows.chunks(at_a_time * width) {
            all.append(&mut wait!(self.apply(engine, rows))?);
            engine.pace().piece().await;
        }
        Ok(all)
    }
}

#[maybe_async::maybe_async]
impl<M> Whitening<M> {
    /// Of the covariance with its ridge.
    pub fn log_determinant(&self) -> f64 {
        self.log_determinant
    }

    /// What the rows' product is made of. The difference first: far from the origin the product
    /// would lose what distinguishes the rows.
    pub fn offsets(&self, rows: &[f32]) -> Vec<f32> {
        let mut offsets = rows.to_vec();
        for row in offsets.chunks_exact_mut(self.centre.len()) {
            change_by(row, &self.centre, |x, c| x - c);
        }
        offsets
    }

    /// Makes whitened rows of [`Self::offsets`].
    pub fn chain<'a>(&'a self, offsets: &'a [f32], then: Then<'a, M>) -> Chain<'a, M> {
        Chain { left: offsets, matrix: &self.inverse, then }
    }

    /// Of `[rows, width]`.
    pub async fn apply<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        rows: &[f32],
    ) -> Result<Vec<f32>> {
        engine.product(&self.offsets(rows), &self.inverse).await
    }

    /// Adds the centre, and `(L^-1)^T`, `[width, width]`.
    pub async fn arrays<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        out: &mut FittedArrays,
    ) -> Result<()> {
        out.array(&self.centre);
        out.arrays.push(transposed(engine, &self.inverse, self.centre.len()).await?);
        Ok(())
    }
}
