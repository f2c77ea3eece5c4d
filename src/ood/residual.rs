//! Distance from the principal subspace of the training rows (the residual of ViM alone: Wang et al., CVPR 2022; OpenOOD
//! `residual_postprocessor`).
//!
//! ```text
//! o = -W^+ b,   R = eigenvectors of 1/n sum_i (z_i - o)(z_i - o)^T but for the `dimensions` largest,   score = |R^T (z - o)|
//! ```
//!
//! o is the point that the last layer maps to 0, or comes nearest to. Needs features that fill fewer dimensions than they have.

use nalgebra::{DMatrix, SymmetricEigen};

use super::{View, moments::scatter, options::refusal, training::Training};
use crate::{Error, Result, engine::Engine, error::Mismatch, math, order};

/// Eigenvalues below this share of the largest count as 0 in the pseudo-inverse.
const RANK: f64 = 1e-12;

/// Rotations per eigenvalue before giving up; two or three are usual.
const ROTATIONS: usize = 100;

/// Fitted to training rows.
pub struct Residual<M> {
    origin: Vec<f64>,
    /// The last eigenvectors, `[width - dimensions, width]`.
    complement: M,
    rest: usize,
}

#[maybe_async::maybe_async]
impl<M> Residual<M> {
    /// Fits.
    pub async fn new<E: Engine<Matrix = M>>(engine: &mut E, training: &Training, dimensions: Option<usize>) -> Result<Self> {
        let width = training.width();
        if width < 2 {
            return Err(refusal("name", "a scorer that works with a single feature", "vim or residual"));
        }
        let dimensions = dimensions.unwrap_or(width / 2);
        if dimensions >= width {
            return Err(refusal("dimensions", format!("at most {}, one less than the features", width - 1), dimensions));
        }
        let origin = origin(training)?;
        let covariance = scatter(engine, training.view().inputs, width, |_| &origin).await?;
        let eigen = decompose(covariance)?;
        let ascending = order::ascending(&eigen.eigenvalues.iter().map(|&value| value as f32).collect::<Vec<_>>());
        let rest = width - dimensions;
        let vectors = ascending[..rest]
            .iter()
            .flat_map(|&column| eigen.eigenvectors.column(column).iter().map(|&x| x as f32).collect::<Vec<_>>());
        let complement = engine.matrix(vectors.collect(), width)?;
        Ok(Self { origin, complement, rest })
    }

    /// Scores, `[rows]`.
    pub async fn scores<E: Engine<Matrix = M>>(&self, engine: &mut E, view: &View<'_>) -> Result<Vec<f32>> {
        let from_origin = view.inputs.iter().zip(self.origin.iter().cycle()).map(|(&x, o)| (f64::from(x) - o) as f32);
        let residuals = engine.product(&from_origin.collect::<Vec<_>>(), &self.complement).await?;
        Ok(residuals.chunks_exact(self.rest).map(|row| math::norm(row) as f32).collect())
    }
}

/// `-W^+ b`, by the smaller of the two Gram matrices: `W^+ = W^T (W W^T)^+ = (W^T W)^+ W^T`.
fn origin(training: &Training) -> Result<Vec<f64>> {
    let (classes, width) = (training.classes(), training.width());
    let weight = DMatrix::from_row_iterator(classes, width, training.weight.iter().map(|&w| f64::from(w)));
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
        Error::NotFinite(Mismatch::new("features", "features whose covariance has eigenvectors", "none were found"))
    })
}
