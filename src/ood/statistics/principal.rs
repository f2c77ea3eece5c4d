//! Principal directions of the training rows about the point that the last layer maps to 0: what
//! [`super::super::residual`] and [`super::super::vim`] cut at different numbers of dimensions.

use nalgebra::{DMatrix, SymmetricEigen};

use super::{moments::scatter, shaped::Shaped, training::Training};
use crate::{Error, Result, engine::Engine, error::Mismatch, numeric::sort, pace::paced};

/// Eigenvalues below this share of the largest count as 0 in the pseudo-inverse.
const RANK: f64 = 1e-12;

/// Rotations per eigenvalue before giving up; two or three are usual.
const ROTATIONS: usize = 100;

/// Eigenvectors of `1/n sum_i (z_i - o)(z_i - o)^T`.
pub struct Principal {
    /// `o = -W^+ b`, `[width]`.
    pub origin: Vec<f64>,
    /// The eigenvectors in ascending order of their eigenvalues, `[width, width]`.
    pub vectors: Vec<f32>,
}

#[maybe_async::maybe_async]
impl Principal {
    /// Of the last layer's inputs; there are at least two.
    pub async fn new(engine: &mut impl Engine, training: &Training) -> Result<Self> {
        let origin = origin(training)?;
        let rows = Shaped::plain(training.batch().inputs, training.width());
        let covariance = paced!(scatter(engine, &rows, &origin, None))?;
        let eigen = decompose(covariance)?;
        let ascending = sort::ascending(
            &eigen.eigenvalues.iter().map(|&value| value as f32).collect::<Vec<_>>(),
        );
        let mut vectors = Vec::with_capacity(eigen.eigenvectors.len());
        for column in ascending {
            vectors.extend(eigen.eigenvectors.column(column).iter().map(|&x| x as f32));
        }
        Ok(Self { origin, vectors })
    }
}

/// `-W^+ b`, by the smaller of the two Gram matrices: `W^+ = W^T (W W^T)^+ = (W^T W)^+ W^T`.
fn origin(training: &Training) -> Result<Vec<f64>> {
    let (classes, width) = (training.classes(), training.width());
    let weight =
        DMatrix::from_row_iterator(classes, width, training.weight.iter().map(|&w| f64::from(w)));
    let bias = DMatrix::from_iterator(classes, 1, training.bias.iter().map(|&b| f64::from(b)));
    let origin = if classes <= width {
        weight.tr_mul(&(pseudo_inverse(&weight * weight.transpose())? * bias))
    } else {
        pseudo_inverse(weight.tr_mul(&weight))? * weight.tr_mul(&bias)
    };
    Ok(origin.iter().map(|x| -x).collect())
}

fn pseudo_inverse(gram: DMatrix<f64>) -> Result<DMatrix<f64>> {
    let eigen = decompose(gram)?;
    let least = RANK * eigen.eigenvalues.max();
    let inverse = eigen.eigenvalues.map(|value| if value > least { 1.0 / value } else { 0.0 });
    Ok(&eigen.eigenvectors * DMatrix::from_diagonal(&inverse) * eigen.eigenvectors.transpose())
}

fn decompose(symmetric: DMatrix<f64>) -> Result<SymmetricEigen<f64, nalgebra::Dyn>> {
    let size = symmetric.nrows();
    SymmetricEigen::try_new(symmetric, f64::EPSILON, ROTATIONS * size).ok_or_else(|| {
        Error::NotFinite(Mismatch::new(
            "features",
            "features whose covariance has eigenvectors",
            "none were found",
        ))
    })
}
