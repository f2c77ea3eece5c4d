//! Squared Mahalanobis distances to class means under one covariance.

use std::borrow::Cow;

use nalgebra::DMatrix;

use super::{covariance::Whitening, moments::Moments, pieces};
use crate::{
    Result,
    engine::{Chain, Engine, Products, Then, check_table},
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
    /// What each distance is multiplied by; 1 unless [`Self::corrected`].
    factors: Vec<f32>,
    /// What the error of each mean adds to distances to it; 0 unless [`Self::corrected`].
    errors: Vec<f32>,
}

/// Distances to the nearest class, `[rows]`.
#[derive(Default)]
pub struct Nearest {
    /// As they are.
    pub plain: Vec<f32>,
    /// With each class's factor; another class may be the nearest then.
    pub scaled: Vec<f32>,
}

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
        let covariance = if alone {
            Cow::Owned(moments.total(moments.within.clone(), &engine.pace()).await)
        } else {
            Cow::Borrowed(&moments.within)
        };
        let classes = moments.present();
        let means = classes
            .iter()
            .flat_map(|&class| &moments.means[class * moments.width..][..moments.width])
            .copied()
            .collect();
        Self::to(engine, moments, &covariance, ridge, classes, means).await
    }

    /// To the mean of all rows, as of a single class numbered 0, under their covariance, which takes
    /// the place of that within the classes.
    pub async fn to_mean<E: Engine<Matrix = M>>(
        engine: &mut E,
        moments: &mut Moments,
        ridge: f64,
    ) -> Result<Self> {
        let within = std::mem::replace(&mut moments.within, DMatrix::zeros(0, 0));
        let total = moments.total(within, &engine.pace()).await;
        Self::to(engine, moments, &total, ridge, vec![0], moments.mean.clone()).await
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
            whitening.spread(engine, &means.iter().map(|&x| x as f32).collect::<Vec<_>>()).await?;
        let matrix = engine.matrix(means.clone(), width)?;
        let squares = means.chunks_exact(width).map(|mean| dot(mean, mean)).collect();
        let factors = vec![1.0; classes.len()];
        let errors = vec![0.0; classes.len()];
        Ok(Self { whitening, width, classes, means, matrix, squares, factors, errors })
    }

    /// The same, less what the error of a mean of few rows adds: the class's spread, its rows' mean
    /// squared distance to their mean, over their number. Scaled ones are in units of the spread.
    pub fn corrected(mut self, spreads: &[f64], counts: &[usize]) -> Self {
        let rows = counts.iter().sum();
        for (position, &class) in self.classes.iter().enumerate() {
            let spread = spreads[class];
            self.factors[position] = if spread > 0.0 { (1.0 / spread) as f32 } else { 1.0 };
            // Of a single class the distance is the one to the mean of all rows, to the last digit.
            if counts[class] < rows {
                self.errors[position] = (spread / counts[class] as f64) as f32;
            }
        }
        self
    }

    /// Training rows as [`Self::own`] and [`Self::nearest_without_itself`] take them.
    pub async fn whitened<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        rows: &[f32],
    ) -> Result<Vec<f32>> {
        self.whitening.spread(engine, rows).await
    }

    /// Distance of each whitened training row to its own class, without a factor.
    pub fn own(&self, whitened: &[f32], labels: &[u32]) -> Vec<f32> {
        let rows = whitened.chunks_exact(self.width).zip(labels);
        rows.map(|(row, &label)| self.distance(row, self.position(label))).collect()
    }

    /// [`Self::nearest`] for the training rows themselves, each as if it had not been among them:
    /// its class's mean and the covariance are corrected for it in closed form (Sherman and
    /// Morrison). Infinite for a row that is all there is of its class, when that is the only
    /// class.
    pub async fn nearest_without_itself<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        whitened: &[f32],
        labels: &[u32],
        counts: &[usize],
    ) -> Result<Nearest> {
        check_table(self.classes.len(), self.classes.len())?;
        let total = counts.iter().sum::<usize>() as f32;
        let (width, classes) = (self.width, self.classes.len());
        let among_means =
            pieces::product(engine, &self.means, width, &self.matrix, classes).await?;
        let mut nearest = Nearest::default();
        for (whitened, labels) in whitened.chunks(CHUNK * width).zip(labels.chunks(CHUNK)) {
            let products = pieces::product(engine, whitened, width, &self.matrix, classes).await?;
            for ((row, products), &label) in
                whitened.chunks_exact(width).zip(products.chunks_exact(classes)).zip(labels)
            {
                let own = self.position(label);
                let (square, own_distance) = (dot(row, row), self.distance(row, own));
                let count = counts[label as usize] as f32;
                let grows = if count < 2.0 { 0.0 } else { count / (count - 1.0) };
                let weight = grows / total;
                let kept = (1.0 - weight * own_distance).max(1e-6);
                let distance = |position: usize| match position == own {
                    true if count < 2.0 => f32::INFINITY,
                    true => grows * grows * own_distance / kept - grows * self.errors[own],
                    false => {
                        // (x - other mean) . (x - own mean), from products that are there already.
                        let between = among_means[position * classes + own];
                        let cross = square - products[position] - products[own] + between;
                        self.about(square, products[position], position)
                            + weight / kept * cross * cross
                    }
                };
                let (mut plain, mut scaled) = (f32::INFINITY, f32::INFINITY);
                for (position, factor) in self.factors.iter().enumerate() {
                    let distance = distance(position);
                    plain = plain.min(distance);
                    scaled = scaled.min(factor * distance);
                }
                nearest.plain.push(plain);
                nearest.scaled.push(scaled);
            }
        }
        Ok(nearest)
    }

    fn position(&self, label: u32) -> usize {
        self.classes.partition_point(|&class| class < label as usize)
    }

    /// The squared distance from products, which rounds where it is small beside the lengths.
    fn about(&self, square: f32, product: f32, position: usize) -> f32 {
        (square - 2.0 * product + self.squares[position]).max(0.0) - self.errors[position]
    }

    fn distance(&self, whitened: &[f32], position: usize) -> f32 {
        squared_distance(whitened, &self.means[position * self.width..][..self.width])
    }
}

#[maybe_async::maybe_async]
impl<M> ClassDistances<M> {
    /// For each row, the distance to the nearest class.
    pub async fn nearest<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        rows: &[f32],
    ) -> Result<Nearest> {
        Ok(self.nearest_by(&mut engine.products(&[self.chain(&self.offsets(rows))]).await?))
    }

    /// What [`Self::chain`] takes of `[rows, width]`.
    pub fn offsets(&self, rows: &[f32]) -> Vec<f32> {
        self.whitening.offsets(rows)
    }

    /// The products that the distances are made of. A single class needs no search for the nearest.
    pub fn chain<'a>(&'a self, offsets: &'a [f32]) -> Chain<'a, M> {
        let then = if self.classes.len() > 1 { Then::Product(&self.matrix) } else { Then::Nothing };
        self.whitening.chain(offsets, then)
    }

    /// [`Self::nearest`] by the next of these products.
    pub fn nearest_by(&self, products: &mut Products) -> Nearest {
        let [whitened, products] = products.next().unwrap_or_default();
        let mut nearest = Nearest::default();
        let mut products = products.chunks_exact(self.classes.len());
        for row in whitened.chunks_exact(self.width) {
            let products = products.next().unwrap_or(&[0.0]);
            let square = dot(row, row);
            // The difference of products finds the class; the distance itself it would round away
            // where means lie far apart.
            let (mut plain, mut scaled) = ((f32::INFINITY, 0), (f32::INFINITY, 0));
            for (position, (&product, factor)) in products.iter().zip(&self.factors).enumerate() {
                let about = self.about(square, product, position);
                plain = if about < plain.0 { (about, position) } else { plain };
                let about = factor * about;
                scaled = if about < scaled.0 { (about, position) } else { scaled };
            }
            let distance = |position| self.distance(row, position) - self.errors[position];
            let own = distance(plain.1);
            nearest.plain.push(own);
            let other = if scaled.1 == plain.1 { own } else { distance(scaled.1) };
            nearest.scaled.push(self.factors[scaled.1] * other);
        }
        nearest
    }

    /// Adds the whitening, the whitened means `[classes, width]`, and a factor and an error for each.
    pub async fn arrays<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        out: &mut FittedArrays,
    ) -> Result<()> {
        self.whitening.arrays(engine, out).await?;
        out.array(&self.means);
        out.array(&self.factors);
        out.array(&self.errors);
        Ok(())
    }
}
