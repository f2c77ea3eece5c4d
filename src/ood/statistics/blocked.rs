//! The inverse of a covariance's Cholesky factor, block by block: what a factorisation does most of
//! runs as products of `f32` matrices on the engine, where the inverse is and stays.
//!
//! Row of blocks by row of blocks, with X the inverse so far and S the Schur complement:
//!
//! ```text
//! L_i = A_i X^T     S = A_ii - L_i L_i^T = D D^T     X_i = [-D^-1 L_i X, D^-1]
//! ```
//!
//! For covariances with a ridge that keeps their condition low; a block's own factor is made in
//! `f64`.

use nalgebra::DMatrix;

use super::triangle;
use crate::{Result, engine::Engine, pace::wait};

/// Rows of a block.
const BLOCK: usize = 128;

/// `L^-1` as a factor of products, and `ln det` of the symmetric `covariance` with a ridge on its
/// diagonal; nothing where it has no factor.
pub async fn inverse_factor<E: Engine>(
    engine: &mut E,
    covariance: &DMatrix<f64>,
    ridge: f64,
) -> Result<Option<(E::Matrix, f64)>> {
    let side = covariance.nrows();
    let mut inverse = engine.inverse(side)?;
    let mut log_determinant = 0.0;
    let pace = engine.pace();
    for start in (0..side).step_by(BLOCK) {
        let size = BLOCK.min(side - start);
        let mut schur = covariance.view((start, start), (size, size)).into_owned();
        (0..size).for_each(|i| schur[(i, i)] += ridge);
        if start > 0 {
            // Its rows, which are columns too, as they lie in memory.
            let block = covariance.view((0, start), (start, size));
            let block = block.iter().map(|&x| x as f32).collect();
            let gram = wait!(engine.gram(&mut inverse, block))?;
            for (i, gram) in gram.chunks_exact(size).enumerate() {
                for (j, square) in gram.iter().enumerate().take(i + 1) {
                    schur[(i, j)] -= square;
                }
            }
            pace.piece().await;
        }
        let Some(factor) = triangle::factor(&schur, &pace).await else { return Ok(None) };
        log_determinant += triangle::log_determinant(&factor, size);
        let own = triangle::inverse(&factor, size, &pace).await;
        pace.piece().await;
        engine.extend(&mut inverse, &own, size)?;
        pace.piece().await;
    }
    Ok(Some((engine.whole(inverse)?, log_determinant)))
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

    fn engine() -> CpuEngine {
        let architecture = Architecture::new(1, &[], 1);
        let loss = Loss::LogitNorm { tau: 1.0, label_smoothing: 0.0 };
        CpuEngine::new(&Spec { architecture, loss, moments: 0 }, vec![0.0; 2])
    }

    #[test]
    fn it_is_the_inverse_of_the_factor() {
        // A few directions hold nearly all of the variance, as in features of a network.
        for (side, ridge) in [(5, 1.0), (BLOCK, 1.0), (3 * BLOCK + 17, 1.0), (300, 3.0)] {
            let mut random = Random::new(side as u64);
            let rows = DMatrix::from_fn(2 * side, side, |_, column| {
                f64::from(random.unit() - 0.5) * 30.0 / (1.0 + column as f64)
            });
            let mut covariance = rows.tr_mul(&rows) / rows.nrows() as f64;
            let unit = covariance.trace() / side as f64;
            covariance += DMatrix::identity(side, side) * (ridge * unit);
            let (found, log_determinant) =
                block_on(async { inverse_factor(&mut engine(), &covariance, 0.0).await })
                    .unwrap()
                    .unwrap();
            let pace = engine().pace();
            let factor = block_on(triangle::factor(&covariance, &pace)).unwrap();
            let expected = block_on(triangle::inverse(&factor, side, &pace));
            let largest = expected.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            let found = CpuEngine::values(&found).unwrap();
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 2e-6 * largest, "{side}: {found} {expected}");
            }
            let exact = triangle::log_determinant(&factor, side);
            assert!((log_determinant - exact).abs() < 1e-5 * side as f64);
        }
    }

    #[test]
    fn what_is_no_covariance_has_none() {
        let matrix = DMatrix::identity(2 * BLOCK, 2 * BLOCK) * -1.0;
        assert!(
            block_on(async { inverse_factor(&mut engine(), &matrix, 0.0).await })
                .unwrap()
                .is_none()
        );
    }
}
