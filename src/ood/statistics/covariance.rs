//! Linear maps that turn a covariance into the identity, so that a Mahalanobis distance is a
//! Euclidean one.

use nalgebra::{Cholesky, DMatrix};

use super::blocked::inverse_factor;
use crate::{
    Error, Result,
    engine::Engine,
    error::Mismatch,
    numeric::format::number,
    ood::fitted_arrays::{FittedArrays, transposed},
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

#[maybe_async::maybe_async]
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
            let with_ridge = covariance + DMatrix::identity(width, width) * (ridge * unit);
            if let Some((inverse, log_determinant)) = inverse_factor(engine, &with_ridge).await? {
                let inverse = engine.matrix(inverse, width)?;
                return Ok(Self { centre: means, inverse, log_determinant });
            }
        }
        let mut ridge = ridge;
        let factor = loop {
            let identity = DMatrix::identity(width, width);
            let with_ridge =
                if unit == 0.0 { identity } else { covariance + identity * (ridge * unit) };
            match Cholesky::new(with_ridge) {
                Some(factor) => break factor.unpack(),
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
        let log_determinant = 2.0 * factor.diagonal().iter().map(|x| x.ln()).sum::<f64>();
        let inverse = engine.matrix(inverse(&factor), width)?;
        Ok(Self { centre: means, inverse, log_determinant })
    }

    /// Of the covariance with its ridge.
    pub fn log_determinant(&self) -> f64 {
        self.log_determinant
    }

    /// Of `[rows, width]`.
    pub async fn apply<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        rows: &[f32],
    ) -> Result<Vec<f32>> {
        // The difference first: far from the origin the product would lose what distinguishes the
        // rows.
        let mut offsets = Vec::with_capacity(rows.len());
        for row in rows.chunks_exact(self.centre.len()) {
            offsets.extend(row.iter().zip(&self.centre).map(|(x, c)| x - c));
        }
        engine.product(&offsets, &self.inverse).await
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

/// The inverse of a lower triangle, row-major. Column by column from the diagonal down: a third of
/// what solving for every column from the top would cost.
pub(super) fn inverse(lower: &DMatrix<f64>) -> Vec<f32> {
    let width = lower.nrows();
    let mut inverse = vec![0.0; width * width];
    let mut solution = vec![0.0; width];
    for column in 0..width {
        solution[column..].fill(0.0);
        solution[column] = 1.0;
        for row in column..width {
            let below = &lower.as_slice()[row * width..][row..width];
            let value = solution[row] / below[0];
            inverse[row * width + column] = value as f32;
            solution[row + 1..].iter_mut().zip(&below[1..]).for_each(|(x, l)| *x -= value * l);
        }
    }
    inverse
}
