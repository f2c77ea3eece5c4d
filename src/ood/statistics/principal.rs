//! Principal directions of the training rows about the point that the last layer maps to 0: what
//! [`super::super::residual`] and [`super::super::vim`] cut at different numbers of dimensions.

use nalgebra::DMatrix;

use super::{eigen::Eigen, moments::scatter, shaped::Shaped, training::Training};
use crate::{Error, Result, engine::Engine, error::Mismatch, numeric::sort, pace::Pace};

/// Eigenvalues below this share of the largest count as 0 in the pseudo-inverse.
const RANK: f64 = 1e-12;

/// Eigenvectors of `1/n sum_i (z_i - o)(z_i - o)^T`.
pub struct Principal {
    /// `o = -W^+ b`, `[width]`.
    pub origin: Vec<f64>,
    /// The eigenvectors in ascending order of their eigenvalues, `[width, width]`.
    pub vectors: Vec<f32>,
}

impl Principal {
    /// Of the last layer's inputs; there are at least two.
    pub async fn new(engine: &mut impl Engine, training: &Training) -> Result<Self> {
        let pace = engine.pace();
        let origin = origin(training, &pace).await?;
        let rows = Shaped::plain(training.batch().inputs, training.width());
        let covariance = scatter(engine, &rows, &origin, None).await?;
        let Eigen { values, vectors } = decompose(&covariance, &pace).await?;
        let ascending =
            sort::ascending(&values.iter().map(|&value| value as f32).collect::<Vec<_>>());
        let vector = |place: usize| &vectors[place * values.len()..][..values.len()];
        let vectors = ascending.into_iter().flat_map(vector).map(|&x| x as f32).collect();
        Ok(Self { origin, vectors })
    }
}

impl Principal {
    /// `z - o` for rows of inputs.
    pub fn from_origin(&self, inputs: &[f32]) -> Vec<f32> {
        let origin = self.origin.iter().cycle();
        inputs.iter().zip(origin).map(|(&x, o)| (f64::from(x) - o) as f32).collect()
    }
}

/// `-W^+ b`, by the smaller of the two Gram matrices: `W^+ = W^T (W W^T)^+ = (W^T W)^+ W^T`.
async fn origin(training: &Training, pace: &Pace) -> Result<Vec<f64>> {
    let (classes, width) = (training.classes(), training.width());
    let weight =
        DMatrix::from_row_iterator(classes, width, training.weight.iter().map(|&w| f64::from(w)));
    let bias = DMatrix::from_iterator(classes, 1, training.bias.iter().map(|&b| f64::from(b)));
    let is_wide = classes <= width;
    let (gram, right) = match is_wide {
        true => (&weight * weight.transpose(), bias),
        false => (weight.tr_mul(&weight), weight.tr_mul(&bias)),
    };
    let solution = pseudo_solve(&gram, &right, pace).await?;
    let origin = if is_wide { weight.tr_mul(&solution) } else { solution };
    Ok(origin.iter().map(|x| -x).collect())
}

/// `G^+ b`.
async fn pseudo_solve(gram: &DMatrix<f64>, b: &DMatrix<f64>, pace: &Pace) -> Result<DMatrix<f64>> {
    let Eigen { values, vectors } = decompose(gram, pace).await?;
    let least = RANK * values.iter().copied().fold(0.0, f64::max);
    let mut solution = DMatrix::zeros(b.nrows(), 1);
    for (&value, vector) in values.iter().zip(vectors.chunks_exact(values.len())) {
        if value > least {
            let along = vector.iter().zip(b).map(|(v, b)| v * b).sum::<f64>() / value;
            solution.iter_mut().zip(vector).for_each(|(x, v)| *x += along * v);
        }
    }
    Ok(solution)
}

async fn decompose(symmetric: &DMatrix<f64>, pace: &Pace) -> Result<Eigen> {
    Eigen::new(symmetric, pace).await.ok_or_else(|| {
        Error::NotFinite(Mismatch::new(
            "features",
            "features whose covariance has eigenvectors",
            "none were found",
        ))
    })
}
