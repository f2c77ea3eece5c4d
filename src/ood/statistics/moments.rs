//! Means and covariances of rows with classes.
//!
//! Sums run in `f64`. The scatter of a block of rows about their means is a product of `f32`
//! matrices on the engine, of numbers that are divided by their root mean square first, so that no
//! scale of the features overflows; blocks add up in `f64`. Nothing is larger than a block or width
//! x width.

use nalgebra::{DMatrix, DVector};

use super::{pieces, shaped::Shaped};
use crate::{
    Result,
    engine::{Engine, check_square, check_table},
    numeric::{
        quads::change_by,
        row::{TILE, into_columns, squared_distance_to_mean},
    },
    pace::Pace,
};

/// Rows of one product: large enough that its cost is the product's, small enough that sums in
/// `f32` lose little.
const BLOCK: usize = 1024;

/// The same on an engine that waits for each product, and whose threads share each sum.
const AWAITED_BLOCK: usize = 2048;

/// Columns of a covariance that are made together, where that takes the thread.
const STRIP: usize = 256;

/// First and second moments.
pub struct Moments {
    /// Length of a row.
    pub width: usize,
    /// Features that the rows are made of: as many, unless the rows are coordinates in a subspace.
    pub features: usize,
    /// Rows of each class.
    pub counts: Vec<usize>,
    /// Mean of each class, `[classes, width]`; zeros for a class without rows.
    pub means: Vec<f64>,
    /// Mean of all rows, `[width]`.
    pub mean: Vec<f64>,
    /// Covariance about the rows' own class means, divided by the number of rows.
    pub within: DMatrix<f64>,
}

impl Moments {
    /// Of rows with a class for each; there is at least one.
    pub async fn new(
        engine: &mut impl Engine,
        rows: &Shaped<'_>,
        labels: &[u32],
        classes: usize,
    ) -> Result<Self> {
        let width = rows.width();
        check_table(classes, width)?;
        check_square(width)?;
        let pace = engine.pace();
        let mut counts = vec![0; classes];
        let mut means = vec![0.0; classes * width];
        let mut made = Vec::new();
        for (block, labels) in labels.chunks(BLOCK).enumerate() {
            for (row, &label) in (block * BLOCK..).zip(labels) {
                let class = label as usize;
                counts[class] += 1;
                let row = rows.row(row, &mut made);
                change_by(&mut means[class * width..][..width], row, |sum, x| sum + f64::from(x));
            }
            pace.piece().await;
        }
        let mut mean = vec![0.0; width];
        for (sums, &count) in means.chunks_exact_mut(width).zip(&counts) {
            mean.iter_mut().zip(sums.iter()).for_each(|(all, sum)| *all += sum);
            sums.iter_mut().for_each(|sum| *sum /= count.max(1) as f64);
        }
        mean.iter_mut().for_each(|sum| *sum /= labels.len() as f64);
        let within = scatter(engine, rows, &means, Some(labels)).await?;
        Ok(Self { width, features: width, counts, means, mean, within })
    }

    /// Covariance about the mean, divided by the number of rows: that within the classes,
    /// [`Self::within`], plus that of their means.
    pub async fn total(&self, within: DMatrix<f64>, pace: &Pace) -> DMatrix<f64> {
        let mut total = within;
        let rows = self.counts.iter().sum::<usize>() as f64;
        for (class_mean, &count) in self.means.chunks_exact(self.width).zip(&self.counts) {
            let offset = DVector::from_iterator(
                self.width,
                class_mean.iter().zip(&self.mean).map(|(m, all)| m - all),
            );
            total.syger(count as f64 / rows, &offset, &offset, 1.0);
            pace.piece().await;
        }
        total.fill_upper_triangle_with_lower_triangle();
        total
    }

    /// The classes that have rows.
    pub fn present(&self) -> Vec<usize> {
        (0..self.counts.len()).filter(|&class| self.counts[class] > 0).collect()
    }
}

/// `1/n sum_i (x_i - c_i) (x_i - c_i)^T` of n rows. Their centres c are `[classes, width]` by the
/// rows' labels, or, without labels, one for all.
pub async fn scatter<E: Engine>(
    engine: &mut E,
    rows: &Shaped<'_>,
    centres: &[f64],
    labels: Option<&[u32]>,
) -> Result<DMatrix<f64>> {
    let (count, width) = (rows.count(), rows.width());
    check_square(width)?;
    let centre = |row: usize| {
        let class = labels.map_or(0, |labels| labels[row] as usize);
        &centres[class * width..][..width]
    };
    let pace = engine.pace();
    let (mut made, mut squares) = (Vec::new(), 0.0);
    for start in (0..count).step_by(BLOCK) {
        for row in start..count.min(start + BLOCK) {
            squares += squared_distance_to_mean(rows.row(row, &mut made), centre(row));
        }
        pace.piece().await;
    }
    let scale = (squares / (count * width) as f64).sqrt();
    if scale == 0.0 {
        return Ok(DMatrix::zeros(width, width));
    }
    let inverse = 1.0 / scale;
    let mut sum = DMatrix::zeros(width, width);
    let (block, at_a_time) = if E::IS_AWAITED { (AWAITED_BLOCK, width) } else { (BLOCK, STRIP) };
    let block = block.min(count);
    let mut transposed = vec![0.0; width * block];
    let mut tile = Vec::with_capacity(width * TILE);
    for start in (0..count).step_by(block) {
        transposed.fill(0.0);
        let end = count.min(start + block);
        for first in (start..end).step_by(TILE) {
            tile.clear();
            for row in first..end.min(first + TILE) {
                let offsets = rows.row(row, &mut made).iter().zip(centre(row));
                tile.extend(offsets.map(|(&x, c)| ((f64::from(x) - c) * inverse) as f32));
            }
            into_columns(&tile, width, &mut transposed[first - start..], block);
        }
        pace.piece().await;
        // Of both halves of a symmetric product only the lower one, strip by strip.
        for first in (0..width).step_by(at_a_time) {
            let below = &transposed[first * block..];
            let matrix = engine.matrix(below.to_vec(), block)?;
            let strip = &below[..below.len().min(at_a_time * block)];
            let columns = width - first;
            let product = pieces::product(engine, strip, block, &matrix, columns).await?;
            for (column, product) in product.chunks_exact(columns).enumerate() {
                let mut column = sum.column_mut(first + column);
                let column = column.iter_mut().skip(first);
                column.zip(product).for_each(|(sum, &x)| *sum += f64::from(x));
            }
        }
    }
    sum.fill_upper_triangle_with_lower_triangle();
    sum *= scale * scale / count as f64;
    Ok(sum)
}

#[cfg(all(test, feature = "cpu"))]
#[allow(clippy::unwrap_used, reason = "this is how a test fails")]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::{
        architecture::Architecture,
        engine::{Spec, cpu::CpuEngine},
        loss::Loss,
        numeric::random::Random,
    };

    #[test]
    fn a_scatter_of_several_strips_is_symmetric_and_right() {
        let (rows, width) = (12, 2 * STRIP + 5);
        let mut random = Random::new(1);
        let values: Vec<f32> = (0..rows * width).map(|_| random.unit() - 0.3).collect();
        let architecture = Architecture::new(1, &[], 1);
        let spec = Spec {
            architecture,
            loss: Loss::LogitNorm { tau: 1.0, label_smoothing: 0.0 },
            moments: 0,
        };
        let mut engine = CpuEngine::new(&spec, vec![0.0; 2]);
        let centre: Vec<f64> = (0..width).map(|column| column as f64 / width as f64).collect();
        let found =
            block_on(scatter(&mut engine, &Shaped::plain(&values, width), &centre, None)).unwrap();
        let offset =
            |row: usize, column: usize| f64::from(values[row * width + column]) - centre[column];
        for (a, b) in [(0, 0), (3, STRIP + 1), (STRIP - 1, STRIP), (2 * STRIP + 1, 7), (90, 80)] {
            let expected: f64 =
                (0..rows).map(|row| offset(row, a) * offset(row, b)).sum::<f64>() / rows as f64;
            assert!((found[(a, b)] - expected).abs() < 1e-6, "{a} {b}");
            assert_eq!(found[(a, b)], found[(b, a)]);
        }
    }
}
