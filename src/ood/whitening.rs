//! Linear maps that turn a covariance into the identity, so that a Mahalanobis distance is a Euclidean one.

use nalgebra::{Cholesky, DMatrix};

use super::moments::Moments;
use crate::{Error, Result, engine::Engine, error::Mismatch, math};

/// `x -> L^-1 (x - centre)` with `L L^T` the covariance plus a ridge.
pub struct Whitening<M> {
    centre: Vec<f64>,
    inverse: M,
}

impl<M> Whitening<M> {
    /// `ridge` is in units of the covariance's mean diagonal, so that it means the same at every scale of the features.
    ///
    /// A covariance of zeros, which says nothing of distances, counts as the identity. Where rounding leaves no factor
    /// (fewer rows than features and hardly any ridge), the ridge grows by powers of ten until there is one.
    pub fn new<E: Engine<Matrix = M>>(engine: &mut E, covariance: &DMatrix<f64>, ridge: f64, centre: &[f64]) -> Result<Self> {
        let width = centre.len();
        let unit = covariance.trace() / width as f64;
        let mut ridge = ridge;
        let factor = loop {
            let identity = DMatrix::identity(width, width);
            let with_ridge = if unit == 0.0 { identity } else { covariance + identity * (ridge * unit) };
            match Cholesky::new(with_ridge) {
                Some(factor) => break factor.unpack(),
                None if ridge < 1.0 => ridge = (10.0 * ridge).max(1e-7),
                None => {
                    let expected = "features whose covariance fits 64-bit numbers";
                    return Err(Error::NotFinite(Mismatch::new("features", expected, format!("a variance of {unit:e}"))));
                }
            }
        };
        let mut inverse = DMatrix::identity(width, width);
        factor.solve_lower_triangular_mut(&mut inverse);
        let rows = (0..width).flat_map(|row| inverse.row(row).iter().map(|&x| x as f32).collect::<Vec<_>>()).collect();
        Ok(Self { centre: centre.to_vec(), inverse: engine.matrix(rows, width)? })
    }

    /// Of `[rows, width]`.
    pub async fn apply<E: Engine<Matrix = M>>(&self, engine: &mut E, rows: &[f32]) -> Result<Vec<f32>> {
        // The difference first, in f64: far from the origin the product would lose what distinguishes the rows.
        let centred = |row: &[f32]| row.iter().zip(&self.centre).map(|(&x, c)| (f64::from(x) - c) as f32).collect::<Vec<_>>();
        let offsets: Vec<f32> = rows.chunks_exact(self.centre.len()).flat_map(centred).collect();
        engine.product(&offsets, &self.inverse).await
    }
}

/// Squared Mahalanobis distances to class means under the shared within-class covariance.
pub struct ClassDistances<M> {
    whitening: Whitening<M>,
    width: usize,
    /// Classes that have rows.
    classes: Vec<usize>,
    /// Their whitened means, `[classes, width]`, here and on the engine.
    means: Vec<f32>,
    matrix: M,
}

impl<M> ClassDistances<M> {
    /// See [`Whitening::new`].
    pub async fn new<E: Engine<Matrix = M>>(engine: &mut E, moments: &Moments, ridge: f64) -> Result<Self> {
        let width = moments.width;
        let whitening = Whitening::new(engine, &moments.within, ridge, &moments.mean)?;
        let classes = moments.present();
        let present = classes.iter().flat_map(|&class| &moments.means[class * width..][..width]);
        let means = whitening.apply(engine, &present.map(|&x| x as f32).collect::<Vec<_>>()).await?;
        let matrix = engine.matrix(means.clone(), width)?;
        Ok(Self { whitening, width, classes, means, matrix })
    }

    /// For each row, `factors[class]` times its distance to the class for which that is least.
    pub async fn nearest<E: Engine<Matrix = M>>(&self, engine: &mut E, rows: &[f32], factors: &[f32]) -> Result<Vec<f32>> {
        let whitened = self.whitening.apply(engine, rows).await?;
        let products = engine.product(&whitened, &self.matrix).await?;
        let squares: Vec<f32> = self.means.chunks_exact(self.width).map(|mean| math::dot(mean, mean)).collect();
        let nearest = whitened.chunks_exact(self.width).zip(products.chunks_exact(self.classes.len())).map(|(row, products)| {
            let square = math::dot(row, row);
            let distance =
                |position: usize| factors[self.classes[position]] * (square - 2.0 * products[position] + squares[position]);
            let best = (0..products.len()).map(|position| (distance(position), position)).min_by(|a, b| a.0.total_cmp(&b.0));
            // The difference of products finds the class; the distance itself it would round away where means lie far apart.
            best.map_or(0.0, |(_, position)| factors[self.classes[position]] * self.distance(row, position))
        });
        Ok(nearest.collect())
    }

    /// Distance of each row to its own class.
    pub async fn own<E: Engine<Matrix = M>>(&self, engine: &mut E, rows: &[f32], labels: &[u32]) -> Result<Vec<f32>> {
        let whitened = self.whitening.apply(engine, rows).await?;
        let own = whitened.chunks_exact(self.width).zip(labels).map(|(row, &label)| {
            let position = self.classes.partition_point(|&class| class < label as usize);
            self.distance(row, position)
        });
        Ok(own.collect())
    }

    fn distance(&self, whitened: &[f32], position: usize) -> f32 {
        math::squared_distance(whitened, &self.means[position * self.width..][..self.width])
    }
}
