//! Cholesky factors in `f64`, and their inverses, row by row, so that a large one can be made in
//! pieces.

use nalgebra::DMatrix;

use crate::{
    numeric::{
        quads::{change, change_by},
        row::wide_dot,
    },
    pace::Pace,
};

/// Multiply-adds between two stops: a few milliseconds.
const PIECE: usize = 1 << 22;

/// The factor `L` of a symmetric `L L^T`, row-major with zeros above the diagonal, unless there is
/// none.
pub async fn factor(symmetric: &DMatrix<f64>, pace: &Pace) -> Option<Vec<f64>> {
    let side = symmetric.nrows();
    let mut lower = vec![0.0; side * side];
    let mut done = 0;
    for row in 0..side {
        let (above, rest) = lower.split_at_mut(row * side);
        let own = &mut rest[..=row];
        for column in 0..row {
            let other = &above[column * side..][..=column];
            let left = symmetric[(row, column)] - wide_dot(&own[..column], &other[..column]);
            own[column] = left / other[column];
        }
        let left = symmetric[(row, row)] - wide_dot(&own[..row], &own[..row]);
        // Also where it is NaN.
        if !(left > 0.0 && left.is_finite()) {
            return None;
        }
        own[row] = left.sqrt();
        done += row * row / 2;
        if done > PIECE {
            done = 0;
            pace.piece().await;
        }
    }
    Some(lower)
}

/// `2 sum ln L_ii`: the logarithm of the determinant of `L L^T`.
pub fn log_determinant(lower: &[f64], side: usize) -> f64 {
    2.0 * lower.iter().step_by(side + 1).map(|x| x.ln()).sum::<f64>()
}

/// The inverse of a lower triangle, both row-major.
pub async fn inverse(lower: &[f64], side: usize, pace: &Pace) -> Vec<f32> {
    // Of the inverse each row is made of the ones above it, which are summed in `f64`.
    let mut rows = vec![0.0; side * side];
    let mut done = 0;
    for row in 0..side {
        let (above, rest) = rows.split_at_mut(row * side);
        let (own, factors) = (&mut rest[..=row], &lower[row * side..][..=row]);
        own[row] = 1.0;
        for (column, above) in above.chunks_exact(side).enumerate() {
            let factor = factors[column];
            if factor != 0.0 {
                change_by(&mut own[..=column], &above[..=column], |x, above| x - factor * above);
            }
        }
        change(own, |x| x / factors[row]);
        done += row * row / 2;
        if done > PIECE {
            done = 0;
            pace.piece().await;
        }
    }
    rows.into_iter().map(|x| x as f32).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "this is how a test fails")]
mod tests {
    use nalgebra::Cholesky;

    use super::*;
    use crate::{numeric::random::Random, pace::finish};

    #[test]
    fn they_are_the_librarys() {
        for side in [1, 2, 7, 90] {
            let mut random = Random::new(side as u64);
            let rows = DMatrix::from_fn(2 * side, side, |_, column| {
                f64::from(random.unit() - 0.5) / (1.0 + column as f64)
            });
            let symmetric = rows.tr_mul(&rows);
            let expected = Cholesky::new(symmetric.clone()).unwrap();
            let pace = Pace::unbroken();
            let lower = finish(factor(&symmetric, &pace)).unwrap();
            let inverted = finish(inverse(&lower, side, &pace));
            let exact = expected.l().try_inverse().unwrap();
            let largest = exact.abs().max();
            for (index, (found, inverted)) in lower.iter().zip(&inverted).enumerate() {
                let (row, column) = (index / side, index % side);
                assert!((found - expected.l()[(row, column)]).abs() < 1e-12);
                assert!((f64::from(*inverted) - exact[(row, column)]).abs() < 1e-6 * largest);
            }
            let determinant = expected.determinant().ln();
            assert!((log_determinant(&lower, side) - determinant).abs() < 1e-9 * side as f64);
        }
    }

    #[test]
    fn what_is_no_covariance_has_none() {
        let pace = Pace::unbroken();
        assert!(finish(factor(&(DMatrix::identity(5, 5) * -1.0), &pace)).is_none());
        assert!(finish(factor(&DMatrix::from_element(5, 5, f64::NAN), &pace)).is_none());
        assert!(finish(factor(&DMatrix::from_element(5, 5, 1.0), &pace)).is_none());
    }
}
