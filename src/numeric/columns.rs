//! Mean and deviation of each feature.

/// Features whose deviation is below this share of their mean are constant but for rounding.
const CONSTANT: f64 = 2.5e-7;

/// Of the columns of some rows.
#[derive(Debug)]
pub struct Columns {
    /// `[width]`.
    pub means: Vec<f64>,
    /// `[width]`.
    pub deviations: Vec<f64>,
}

impl Columns {
    /// Of `[rows, width]`, in two passes; there is at least one row.
    pub fn of(rows: &[f32], width: usize) -> Self {
        let count = (rows.len() / width) as f64;
        let (mut means, mut squares) = (vec![0.0; width], vec![0.0; width]);
        for row in rows.chunks_exact(width) {
            means.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
        }
        means.iter_mut().for_each(|sum| *sum /= count);
        for row in rows.chunks_exact(width) {
            squares
                .iter_mut()
                .zip(row.iter().zip(&means))
                .for_each(|(sum, (&x, mean))| *sum += (f64::from(x) - mean).powi(2));
        }
        Self { means, deviations: squares.into_iter().map(|sum| (sum / count).sqrt()).collect() }
    }

    /// Whether a feature varies.
    pub fn is_live(&self, column: usize) -> bool {
        self.deviations[column] > CONSTANT * self.means[column].abs()
    }

    /// Whether a few features outweigh all others: `(sum v)^2 / sum v^2`, the effective number of
    /// features with variances v, is below a fifth of their number and below 10. On a network's
    /// features it is above 100, on tables of mixed units below 3.
    pub fn is_uneven(&self) -> bool {
        let variances = || {
            (0..self.means.len())
                .filter(|&column| self.is_live(column))
                .map(|column| self.deviations[column].powi(2))
        };
        let (sum, squares) = (variances().sum::<f64>(), variances().map(|v| v * v).sum::<f64>());
        sum / squares * sum < (self.means.len() as f64 / 5.0).min(10.0)
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
