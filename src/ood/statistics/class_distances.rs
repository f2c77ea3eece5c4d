//! Squared Mahalanobis distances to class means under one covariance.

use std::borrow::Cow;

use nalgebra::DMatrix;

use super::{covariance::Whitening, moments::Moments};
use crate::{
    Result,
    engine::{Engine, check_table},
    numeric::row::{dot, squared_distance},
    ood::FittedArrays,
};

/// Training rows at a time.
const CHUNK: usize = 1024;

/// Squared Mahalanobis distances to class means under one covariance.
pub struct ClassDistances<M> {
    whitening: Whitening<M>,
    width: usize,
    /// Classes that have rows.
    classes: Vec<usize>,
    /// Their whitened means, `[classes, width]`, here and on the engine.
    means: Vec<f32>,
    matrix: M,
    /// Squared lengths of the whitened means.
    squares: Vec<f32>,
    /// What each distance is multiplied by; 1 unless [`Self::scaled`].
    factors: Vec<f32>,
}

#[maybe_async::maybe_async]
impl<M> ClassDistances<M> {
    /// To the means of the classes that have rows, under the covariance within them; see
    /// [`Whitening::new`] for the ridge.
    pub async fn new<E: Engine<Matrix = M>>(
        engine: &mut E,
        moments: &Moments,
        ridge: f64,
    ) -> Result<Self> {
        // Where every class has one row, only the spread of all rows says what is far.
        let alone = moments.counts.iter().all(|&count| count < 2);
        let covariance =
            if alone { Cow::Owned(moments.total()) } else { Cow::Borrowed(&moments.within) };
        let classes = moments.present();
        let means = classes
            .iter()
            .flat_map(|&class| &moments.means[class * moments.width..][..moments.width])
            .copied()
            .collect();
        Self::to(engine, moments, &covariance, ridge, classes, means).await
    }

    /// To the mean of all rows, as of a single class numbered 0, under their covariance.
    pub async fn to_mean<E: Engine<Matrix = M>>(
        engine: &mut E,
        moments: &Moments,
        ridge: f64,
    ) -> Result<Self> {
        Self::to(engine, moments, &moments.total(), ridge, vec![0], moments.mean.clone()).await
    }

    async fn to<E: Engine<Matrix = M>>(
        engine: &mut E,
        moments: &Moments,
        covariance: &DMatrix<f64>,
        ridge: f64,
        classes: Vec<usize>,
        means: Vec<f64>,
    ) -> Result<Self> {
        let &Moments { width, features, ref mean, .. } = moments;
        let whitening = Whitening::new(engine, covariance, ridge, mean, features).await?;
        let means =
            whitening.apply(engine, &means.iter().map(|&x| x as f32).collect::<Vec<_>>()).await?;
        let matrix = engine.matrix(means.clone(), width)?;
        let squares = means.chunks_exact(width).map(|mean| dot(mean, mean)).collect();
        let factors = vec![1.0; classes.len()];
        Ok(Self { whitening, width, classes, means, matrix, squares, factors })
    }

    /// The same with the distance to each class multiplied by its factor.
    pub fn scaled(mut self, factor: impl Fn(usize) -> f32) -> Self {
        self.factors = self.classes.iter().map(|&class| factor(class)).collect();
        self
    }

    /// For each row, the distance to the nearest class.
    pub async fn nearest<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        rows: &[f32],
    ) -> Result<Vec<f32>> {
        let whitened = self.whitening.apply(engine, rows).await?;
        let products = engine.product(&whitened, &self.matrix).await?;
        let rows = whitened.chunks_exact(self.width).zip(products.chunks_exact(self.classes.len()));
        let nearest = rows.map(|(row, products)| {
            let square = dot(row, row);
            let least = |position: usize| {
                self.factors[position] * self.about(square, products[position], position)
            };
            let best = (0..products.len())
                .map(|position| (least(position), position))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            // The difference of products finds the class; the distance itself it would round away
            // where means lie far apart.
            best.map_or(0.0, |(_, position)| self.factors[position] * self.distance(row, position))
        });
        Ok(nearest.collect())
    }

    /// Distance of each training row to its own class, without a factor.
    pub async fn own<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        rows: &[f32],
        labels: &[u32],
    ) -> Result<Vec<f32>> {
        let mut own = Vec::with_capacity(labels.len());
        for (rows, labels) in rows.chunks(CHUNK * self.width).zip(labels.chunks(CHUNK)) {
            let whitened = self.whitening.apply(engine, rows).await?;
            let rows = whitened.chunks_exact(self.width).zip(labels);
            own.extend(rows.map(|(row, &label)| self.distance(row, self.position(label))));
        }
        Ok(own)
    }

    /// [`Self::nearest`] for the training rows themselves, each as if it had not been among them:
    /// its class's mean and the covariance are corrected for it in closed form (Sherman and
    /// Morrison). Infinite for a row that is all there is of its class, when that is the only
    /// class.
    pub async fn nearest_without_itself<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        rows: &[f32],
        labels: &[u32],
        counts: &[usize],
    ) -> Result<Vec<f32>> {
        check_table(self.classes.len(), self.classes.len())?;
        let total = counts.iter().sum::<usize>() as f32;
        let among_means = engine.product(&self.means, &self.matrix).await?;
        let mut nearest = Vec::with_capacity(labels.len());
        for (rows, labels) in rows.chunks(CHUNK * self.width).zip(labels.chunks(CHUNK)) {
            let whitened = self.whitening.apply(engine, rows).await?;
            let products = engine.product(&whitened, &self.matrix).await?;
            for ((row, products), &label) in whitened
                .chunks_exact(self.width)
                .zip(products.chunks_exact(self.classes.len()))
                .zip(labels)
            {
                let own = self.position(label);
                let (square, own_distance) = (dot(row, row), self.distance(row, own));
                let count = counts[label as usize] as f32;
                let grows = if count < 2.0 { 0.0 } else { count / (count - 1.0) };
                let weight = grows / total;
                let kept = (1.0 - weight * own_distance).max(1e-6);
                let distance = |position: usize| match position == own {
                    true if count < 2.0 => f32::INFINITY,
                    true => grows * grows * own_distance / kept,
                    false => {
                        // (x - other mean) . (x - own mean), from products that are there already.
                        let between = among_means[position * self.classes.len() + own];
                        let cross = square - products[position] - products[own] + between;
                        self.about(square, products[position], position)
                            + weight / kept * cross * cross
                    }
                };
                let least =
                    (0..products.len()).map(|position| self.factors[position] * distance(position));
                nearest.push(least.fold(f32::INFINITY, f32::min));
            }
        }
        Ok(nearest)
    }

    /// Adds the whitening, the whitened means `[classes, width]`, and a factor for each.
    pub async fn arrays<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        out: &mut FittedArrays,
    ) -> Result<()> {
        self.whitening.arrays(engine, out).await?;
        out.array(&self.means);
        out.array(&self.factors);
        Ok(())
    }

    fn position(&self, label: u32) -> usize {
        self.classes.partition_point(|&class| class < label as usize)
    }

    /// The squared distance from products, which rounds where it is small beside the lengths.
    fn about(&self, square: f32, product: f32, position: usize) -> f32 {
        (square - 2.0 * product + self.squares[position]).max(0.0)
    }

    fn distance(&self, whitened: &[f32], position: usize) -> f32 {
        squared_distance(whitened, &self.means[position * self.width..][..self.width])
    }
}
