//! Eigenvectors of a symmetric matrix in `f64`, in pieces: Householder's reduction to a tridiagonal
//! matrix and the QL algorithm with implicit shifts (Golub and Van Loan, "Matrix Computations",
//! sections 8.3.1 and 8.3.3). A library's would hold a page's thread for seconds.

use nalgebra::DMatrix;

use crate::{
    numeric::{quads::change_by, row::wide_dot},
    pace::Pace,
};

/// Shifts for an eigenvalue before giving up; two are usual.
const SHIFTS: usize = 60;

/// Rotations that are collected before they are applied: to a few columns after the other, which
/// stay in the cache meanwhile.
const COLLECTED: usize = 1 << 13;

/// Columns that they are applied to at a time.
const COLUMNS: usize = 64;

/// Eigenvalues, in no order, and their eigenvectors, of length 1, one after the other.
pub struct Eigen {
    pub values: Vec<f64>,
    pub vectors: Vec<f64>,
}

/// A plane rotation of rows `row` and `row + 1`.
struct Rotation {
    row: usize,
    cosine: f64,
    sine: f64,
}

impl Eigen {
    /// Of a symmetric matrix, unless it holds what is not finite.
    pub async fn new(symmetric: &DMatrix<f64>, pace: &Pace) -> Option<Self> {
        let side = symmetric.nrows();
        let (mut values, mut beside, mut vectors) = tridiagonal(symmetric, pace).await;
        let mut rotations = Vec::with_capacity(COLLECTED + side);
        for start in 0..side {
            for shift in 0.. {
                let end = block_end(&values, &beside, start);
                if end == start {
                    break;
                }
                if shift == SHIFTS {
                    return None;
                }
                sweep(&mut values, &mut beside, start, end, &mut rotations);
                if rotations.len() >= COLLECTED {
                    rotate(&mut vectors, side, &rotations, pace).await;
                    rotations.clear();
                }
            }
        }
        rotate(&mut vectors, side, &rotations, pace).await;
        let is_finite = values.iter().chain(&vectors).all(|x| x.is_finite());
        is_finite.then_some(Self { values, vectors })
    }
}

/// `T = Q^T A Q` by its diagonal and what stands beside it, `beside[i] = T[i + 1][i]`, and `Q^T`,
/// row-major.
async fn tridiagonal(symmetric: &DMatrix<f64>, pace: &Pace) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let side = symmetric.nrows();
    // The lower triangle, row-major: the upper one column by column.
    let mut a = symmetric.as_slice().to_vec();
    let [mut beside, mut weights, mut p] = [vec![0.0; side], vec![0.0; side], vec![0.0; side]];
    for last in (1..side).rev() {
        let (above, rest) = a.split_at_mut(last * side);
        let (v, p) = (&mut rest[..last], &mut p[..last]);
        if v[..last - 1].iter().all(|&x| x == 0.0) {
            beside[last - 1] = v[last - 1];
            v.fill(0.0);
            continue;
        }
        // In range: a covariance of f32 is below 1e77.
        let square = wide_dot(v, v);
        let length = -square.sqrt().copysign(v[last - 1]);
        // Half the square of v, once it reflects the row onto its last axis.
        let half = square - v[last - 1] * length;
        beside[last - 1] = length;
        v[last - 1] -= length;
        weights[last] = 1.0 / half;
        p.fill(0.0);
        for (row, values) in above.chunks_exact(side).enumerate() {
            p[row] += wide_dot(&values[..=row], &v[..=row]);
            add(&mut p[..row], v[row], &values[..row]);
        }
        p.iter_mut().for_each(|x| *x /= half);
        let along = wide_dot(p, v) / (2.0 * half);
        add(p, -along, v);
        for (row, values) in above.chunks_exact_mut(side).enumerate() {
            add(&mut values[..=row], -v[row], &p[..=row]);
            add(&mut values[..=row], -p[row], &v[..=row]);
        }
        pace.piece().await;
    }
    let diagonal = a.iter().step_by(side + 1).copied().collect();
    let mut q = vec![0.0; side * side];
    q.iter_mut().step_by(side + 1).for_each(|x| *x = 1.0);
    for (last, &weight) in weights.iter().enumerate().skip(1) {
        let v = &a[last * side..][..last];
        for row in q.chunks_exact_mut(side).take(last) {
            let along = weight * wide_dot(&row[..last], v);
            add(&mut row[..last], -along, v);
        }
        pace.piece().await;
    }
    (diagonal, beside, q)
}

/// The last place of the block from `start` on beside whose diagonal nothing is negligible.
fn block_end(values: &[f64], beside: &[f64], start: usize) -> usize {
    let is_end = |&place: &usize| {
        let size = values[place].abs() + values[place + 1].abs();
        let is_beside = beside[place].abs() > f64::EPSILON * size;
        // Also where it is NaN.
        !is_beside
    };
    (start..values.len() - 1).find(is_end).unwrap_or(values.len() - 1)
}

/// A QL step with Wilkinson's shift on the block `start..=end`.
fn sweep(
    values: &mut [f64],
    beside: &mut [f64],
    start: usize,
    end: usize,
    rotations: &mut Vec<Rotation>,
) {
    let ratio = (values[start + 1] - values[start]) / (2.0 * beside[start]);
    let shift = values[start] - beside[start] / (ratio + ratio.hypot(1.0).copysign(ratio));
    let mut g = values[end] - shift;
    let (mut cosine, mut sine, mut moved) = (1.0, 1.0, 0.0);
    for row in (start..end).rev() {
        let (f, b) = (sine * beside[row], cosine * beside[row]);
        let length = f.hypot(g);
        beside[row + 1] = length;
        if length == 0.0 {
            // The block falls apart here.
            values[row + 1] -= moved;
            beside[end] = 0.0;
            return;
        }
        (sine, cosine) = (f / length, g / length);
        g = values[row + 1] - moved;
        let r = (values[row] - g) * sine + 2.0 * cosine * b;
        moved = sine * r;
        values[row + 1] = g + moved;
        g = cosine * r - b;
        rotations.push(Rotation { row, cosine, sine });
    }
    values[start] -= moved;
    beside[start] = g;
    beside[end] = 0.0;
}

/// Applies rotations to the rows of a square matrix.
async fn rotate(matrix: &mut [f64], side: usize, rotations: &[Rotation], pace: &Pace) {
    for first in (0..side).step_by(COLUMNS) {
        let columns = first..side.min(first + COLUMNS);
        for &Rotation { row, cosine, sine } in rotations {
            let (upper, lower) = matrix[row * side..][..2 * side].split_at_mut(side);
            for (x, y) in upper[columns.clone()].iter_mut().zip(&mut lower[columns.clone()]) {
                (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
            }
        }
        pace.piece().await;
    }
}

fn add(to: &mut [f64], factor: f64, values: &[f64]) {
    change_by(to, values, |x, value| x + factor * value);
}

#[cfg(test)]
mod tests {
    use nalgebra::SymmetricEigen;

    use super::*;
    use crate::{numeric::random::Random, pace};

    fn eigen(symmetric: &DMatrix<f64>) -> Option<Eigen> {
        pace::finish(Eigen::new(symmetric, &Pace::unbroken()))
    }

    /// `X^T D X` of noise.
    fn scatter(side: usize, rank: usize, scale: f64) -> DMatrix<f64> {
        let mut random = Random::new(side as u64);
        let x = DMatrix::from_fn(rank, side, |_, column| {
            scale * f64::from(random.unit() - 0.5) * 0.9_f64.powi(column as i32)
        });
        x.tr_mul(&x)
    }

    #[test]
    fn eigenvectors_are_those_of_a_library() {
        let cases = [
            scatter(1, 1, 1.0),
            scatter(2, 5, 1.0),
            scatter(40, 90, 1.0),
            // Fewer rows than features: an eigenvalue that comes many times.
            scatter(60, 7, 1.0),
            scatter(25, 50, 1e-38),
            scatter(25, 50, 1e38),
            DMatrix::identity(9, 9),
            DMatrix::zeros(4, 4),
            DMatrix::from_diagonal(&nalgebra::DVector::from_fn(30, |i, _| (i % 4) as f64)),
        ];
        for matrix in cases {
            let side = matrix.nrows();
            let found = eigen(&matrix).expect("eigenvectors");
            let size = matrix.amax().max(f64::MIN_POSITIVE);
            let vectors = DMatrix::from_row_slice(side, side, &found.vectors);
            let apart = (&vectors * vectors.transpose() - DMatrix::identity(side, side)).amax();
            assert!(apart < 1e-13 * side as f64, "{side}: not orthogonal by {apart}");
            let diagonal = DMatrix::from_diagonal(&found.values.clone().into());
            let back = vectors.tr_mul(&(diagonal * &vectors));
            let off = (back - &matrix).amax() / size;
            assert!(off < 1e-13 * side as f64, "{side}: off by {off}");
            let mut values = found.values;
            let mut expected = SymmetricEigen::new(matrix / size).eigenvalues.as_slice().to_vec();
            values.sort_by(f64::total_cmp);
            expected.sort_by(f64::total_cmp);
            for (value, expected) in values.iter().zip(&expected) {
                assert!((value / size - expected).abs() < 1e-13 * side as f64);
            }
        }
    }

    #[test]
    fn what_is_not_finite_has_none() {
        for bad in [f64::NAN, f64::INFINITY] {
            let mut matrix = scatter(6, 9, 1.0);
            (matrix[(4, 2)], matrix[(2, 4)]) = (bad, bad);
            assert!(eigen(&matrix).is_none());
        }
    }
}
