//! Mean and deviation of each feature.

use super::{
    quads::{change_by, change_by_two},
    sort,
};

/// Features whose deviation is below this share of their mean are constant but for rounding.
const CONSTANT: f64 = 2.5e-7;

/// Units are mixed where deviations are so many times apart: the quartiles; of so few features as
/// a network seldom gives, the least and the greatest.
const MIXED: f64 = 10.0;
const FEW: usize = 32;

/// Of the columns of some rows.
#[derive(Debug)]
pub struct Columns {
    /// `[width]`.
    pub means: Vec<f64>,
    /// `[width]`.
    pub deviations: Vec<f64>,
}

/// What a pass over the rows makes.
#[derive(Clone, Copy, Debug)]
pub enum Pass {
    /// Their means.
    Means,
    /// Deviations from these.
    Deviations,
}

impl Pass {
    /// One after the other.
    pub const BOTH: [Self; 2] = [Self::Means, Self::Deviations];
}

impl Columns {
    /// Of `[rows, width]`, in two passes; there is at least one row.
    pub fn of(rows: &[f32], width: usize) -> Self {
        let mut columns = Self::none(width);
        for pass in Pass::BOTH {
            columns.add(pass, rows);
            columns.close(pass, rows.len() / width);
        }
        columns
    }

    /// Of no rows yet. [`Columns::add`] takes all of them in one pass, [`Columns::close`] ends it,
    /// and so in the other.
    pub fn none(width: usize) -> Self {
        Self { means: vec![0.0; width], deviations: vec![0.0; width] }
    }

    /// Adds some rows to the sums of a pass.
    #[inline(never)]
    pub fn add(&mut self, pass: Pass, rows: &[f32]) {
        let Self { means, deviations } = self;
        for row in rows.chunks_exact(means.len()) {
            match pass {
                Pass::Means => {
                    change_by(means, row, |sum, x| sum + f64::from(x));
                }
                Pass::Deviations => change_by_two(deviations, row, means, |sum, x, mean| {
                    sum + (f64::from(x) - mean).powi(2)
                }),
            }
        }
    }

    /// Ends a pass over so many rows.
    #[inline(never)]
    pub fn close(&mut self, pass: Pass, count: usize) {
        let count = count as f64;
        match pass {
            Pass::Means => self.means.iter_mut().for_each(|sum| *sum /= count),
            Pass::Deviations => {
                self.deviations.iter_mut().for_each(|sum| *sum = (*sum / count).sqrt());
            }
        }
    }

    /// Whether a feature varies.
    pub fn is_live(&self, column: usize) -> bool {
        self.deviations[column] > CONSTANT * self.means[column].abs()
    }

    /// The least deviation of the features that vary, its three quartiles, and the greatest; zeros
    /// where no feature varies.
    pub fn quartiles(&self) -> [f64; 5] {
        let live = (0..self.means.len()).filter(|&column| self.is_live(column));
        let deviations: Vec<f64> = live.map(|column| self.deviations[column]).collect();
        let sorted = sort::sorted_wide(&deviations);
        let last = sorted.len().saturating_sub(1);
        std::array::from_fn(|part| sorted.get(part * last / 4).copied().unwrap_or(0.0))
    }

    /// Whether features have units of their own: their deviations are too far apart to be a
    /// network's. On embeddings quartiles are 1.3 to 8 times apart, and the deviations of a few
    /// dozen principal components at most 4.
    pub fn have_units(&self) -> bool {
        let [least, lower, _, upper, most] = self.quartiles();
        upper > MIXED * lower || self.means.len() <= FEW && most > MIXED * least
    }

    /// `(sum v)^2 / sum v^2`, the effective number of features with variances v. On a network's
    /// features it is above 100, on tables of mixed units below 3.
    pub fn effective(&self) -> f64 {
        let variances = || {
            (0..self.means.len())
                .filter(|&column| self.is_live(column))
                .map(|column| self.deviations[column].powi(2))
        };
        let (sum, squares) = (variances().sum::<f64>(), variances().map(|v| v * v).sum::<f64>());
        sum / squares * sum
    }

    /// Whether a few features outweigh all others: their effective number is below a fifth of their
    /// number and below 10.
    pub fn is_uneven(&self) -> bool {
        self.effective() < (self.means.len() as f64 / 5.0).min(10.0)
    }

    /// Length of the mean in root mean square distances of the rows from it.
    pub fn offset(&self) -> f64 {
        length(&self.means) / self.spread()
    }

    /// Root mean square distance of the rows to their mean.
    pub fn spread(&self) -> f64 {
        length(&self.deviations)
    }
}

fn length(values: &[f64]) -> f64 {
    values.iter().map(|x| x * x).sum::<f64>().sqrt()
}
