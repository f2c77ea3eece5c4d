//! A fitted scorer as plain numbers: what its graph in a file is made of. Whoever writes the file
//! has no engine, and could not make the statistics anew.

use crate::{
    Result,
    engine::Engine,
    numeric::row::{TILE, into_columns},
};

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

/// Which training rows go along with a scorer that searches among them: their numbers, ascending;
/// none where all that the scorer has go along.
pub type Kept<'a> = Option<&'a [usize]>;

impl FittedArrays {
    /// Adds a copy of an array.
    // Once for all scorers: each would have the copying to itself.
    #[inline(never)]
    pub fn array(&mut self, values: &[f32]) {
        self.arrays.push(values.to_vec());
    }

    /// Adds numbers.
    #[inline(never)]
    pub fn numbers(&mut self, values: &[f64]) {
        self.numbers.extend_from_slice(values);
    }

    /// Adds how many neighbours count, and the rows that are kept of `[rows, width]`, one for each
    /// training row: as many neighbours of them as `k` are of all, rounded up.
    #[inline(never)]
    pub fn bank(&mut self, k: usize, rows: &[f32], width: usize, kept: Kept) {
        let Some(kept) = kept else {
            self.numbers(&[k as f64]);
            return self.array(rows);
        };
        let share = k as f64 * kept.len() as f64 / (rows.len() / width) as f64;
        self.numbers(&[share.ceil()]);
        self.arrays.push(picked(rows, width, kept));
    }
}

/// Some of `[rows, width]`.
pub fn picked(rows: &[f32], width: usize, numbers: &[usize]) -> Vec<f32> {
    let mut picked = Vec::with_capacity(numbers.len() * width);
    for &row in numbers {
        picked.extend_from_slice(&rows[row * width..][..width]);
    }
    picked
}

/// A matrix of the engine's, `[rows, width]`, as `[width, rows]`. Where it lies on a device: engines
/// answer products alone, and one with the identity is exact.
#[maybe_async::maybe_async]
pub async fn transposed<E: Engine>(
    engine: &mut E,
    matrix: &E::Matrix,
    width: usize,
) -> Result<Vec<f32>> {
    if let Some(values) = E::values(matrix) {
        let mut columns = vec![0.0; values.len()];
        for (tile, rows) in values.chunks(TILE * width).enumerate() {
            into_columns(rows, width, &mut columns[tile * TILE..], values.len() / width);
        }
        return Ok(columns);
    }
    let mut columns = Vec::new();
    for first in (0..width).step_by(BLOCK) {
        let count = BLOCK.min(width - first);
        let mut identity = vec![0.0; count * width];
        identity[first..].iter_mut().step_by(width + 1).for_each(|x| *x = 1.0);
        columns.extend(engine.product(&identity, matrix).await?);
    }
    Ok(columns)
}
