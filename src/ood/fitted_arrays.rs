//! A fitted scorer as plain numbers: what its graph in a file is made of. Whoever writes the file
//! has no engine, and could not make the statistics anew.

use crate::{Result, engine::Engine};

/// Rows of the identity in one product.
const BLOCK: usize = 256;

/// What a graph needs of a fitted scorer beside the head's weights and the scorer's parameters.
/// Each scorer says in which order; those that need nothing leave it empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FittedArrays {
    /// Numbers and means in double precision.
    pub numbers: Vec<f64>,
    /// Everything else.
    pub arrays: Vec<Vec<f32>>,
}

/// Which of the training rows go along with a scorer that searches among them.
pub struct Kept<'a> {
    /// Their numbers, ascending; none where all that the scorer has go along.
    pub rows: Option<&'a [usize]>,
}

impl Kept<'_> {
    /// The kept ones of `[rows, width]`, all of the training rows.
    pub fn of(&self, rows: &[f32], width: usize) -> Vec<f32> {
        match self.rows {
            None => rows.to_vec(),
            Some(kept) => {
                kept.iter().flat_map(|&row| &rows[row * width..][..width]).copied().collect()
            }
        }
    }

    /// As many of the kept rows as `k` are of `count` training rows, at least one.
    pub fn share(&self, k: usize, count: usize) -> usize {
        match self.rows {
            None => k,
            Some(kept) => (k as u64 * kept.len() as u64).div_ceil(count as u64) as usize,
        }
    }
}

/// A matrix of the engine's, `[rows, width]`, as `[width, rows]`: engines answer products alone,
/// and one with the identity is exact.
#[maybe_async::maybe_async]
pub async fn transposed<E: Engine>(
    engine: &mut E,
    matrix: &E::Matrix,
    width: usize,
) -> Result<Vec<f32>> {
    let mut columns = Vec::new();
    for first in (0..width).step_by(BLOCK) {
        let count = BLOCK.min(width - first);
        let mut identity = vec![0.0; count * width];
        identity[first..].iter_mut().step_by(width + 1).for_each(|x| *x = 1.0);
        columns.extend(engine.product(&identity, matrix).await?);
    }
    Ok(columns)
}
