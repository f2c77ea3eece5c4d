//! Coordinates in the span of the training rows, where these are fewer than features.
//!
//! All rows and class means lie in that span. Outside of it a covariance is zero, and with a ridge
//! a multiple of the identity: of what a row has there, only the length counts. So a row becomes
//! its coordinates in an orthonormal basis of the span and the length of the rest, `rank + 1`
//! numbers between which distances to training rows and their means are what they were, and
//! covariances are of that size.

use super::pieces;
use crate::{
    Result,
    engine::{Chain, Engine, Then},
    numeric::{
        quads::{change, change_by},
        row::{dot, norm},
    },
    ood::fitted_arrays::{FittedArrays, transposed},
    pace::wait,
};

/// Rows that are made orthonormal together: between blocks products on the engine, within them row
/// by row.
const BLOCK: usize = 32;

/// Rows that get their coordinates together.
const CHUNK: usize = 1024;

/// A row whose distance from the span of those before is below this share of the longest row gives
/// no direction: rounding would. What is lost with it is within the rounding of all coordinates.
const TOLERANCE: f64 = 3e-6;

/// Directions of rows of which at least this share was left are as orthogonal to the earlier ones
/// as rounding lets them be.
const CLEAR: f64 = 0.25;

/// Of a direction, of length 1, so much is left at least by a second pass.
const MOSTLY: f64 = 0.5;

/// An orthonormal basis of the span of rows about their mean.
pub struct Subspace<M> {
    centre: Vec<f32>,
    basis: Basis<M>,
}

/// Orthonormal rows `[rank, width]`, and the same `[width, rank]`.
struct Basis<M> {
    rows: M,
    columns: M,
    rank: usize,
}

impl<M> Subspace<M> {
    /// Of `[rows, width]`; there is at least one row.
    pub async fn new<E: Engine<Matrix = M>>(
        engine: &mut E,
        rows: &[f32],
        width: usize,
    ) -> Result<Self> {
        let centre = mean(rows, width);
        let offsets = about(rows, &centre);
        let longest = offsets.chunks_exact(width).map(norm).fold(0.0, f64::max);
        let mut directions = Vec::with_capacity(rows.len());
        let mut basis = None;
        for block in offsets.chunks(BLOCK * width) {
            let lengths: Vec<f64> = block.chunks_exact(width).map(norm).collect();
            let mut block = wait!(without(engine, block.to_vec(), basis.as_ref()))?;
            let left = orthonormalise(&mut block, width, TOLERANCE * longest);
            if block.is_empty() {
                continue;
            }
            if left.iter().zip(&lengths).any(|(left, length)| *left < CLEAR * length) {
                // Once more: what rounding left of the earlier directions was small beside the
                // rows, but not beside what is left of them. A direction that is mostly that is
                // none: one that is not orthogonal spoils all that follow it.
                block = wait!(without(engine, block, basis.as_ref()))?;
                orthonormalise(&mut block, width, MOSTLY);
                if block.is_empty() {
                    continue;
                }
            }
            directions.append(&mut block);
            basis = Some(Basis::new(engine, &directions, width)?);
            engine.pace().piece().await;
        }
        let basis = match basis {
            Some(basis) => basis,
            // Rows that are all alike span nothing, and any direction does.
            None => {
                let mut direction = vec![0.0; width];
                direction[0] = 1.0;
                Basis::new(engine, &direction, width)?
            }
        };
        Ok(Self { centre, basis })
    }

    /// Numbers that a row becomes.
    pub fn width(&self) -> usize {
        self.basis.rank + 1
    }

    /// Of rows that span it, `[rows, rank + 1]`: nothing of them is outside.
    pub async fn of_its_rows<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        rows: &[f32],
    ) -> Result<Vec<f32>> {
        let (offsets, rank) = (about(rows, &self.centre), self.basis.rank);
        let width = self.centre.len();
        let coordinates = pieces::product(engine, &offsets, width, &self.basis.rows, rank).await?;
        let rows = coordinates.chunks_exact(rank);
        Ok(rows.flat_map(|row| row.iter().copied().chain([0.0])).collect())
    }
}

#[maybe_async::maybe_async]
impl<M> Subspace<M> {
    /// Of `[rows, width]`, `[rows, rank + 1]`: the coordinates, and the length of the rest.
    pub async fn apply<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        rows: &[f32],
    ) -> Result<Vec<f32>> {
        let (width, rank) = (self.centre.len(), self.basis.rank);
        let mut all = Vec::with_capacity(rows.len() / width * (rank + 1));
        for rows in rows.chunks(CHUNK * width) {
            let offsets = about(rows, &self.centre);
            let (coordinates, rest) = self.basis.parts(engine, offsets).await?;
            for (coordinates, rest) in coordinates.chunks_exact(rank).zip(rest.chunks_exact(width))
            {
                all.extend_from_slice(coordinates);
                all.push(norm(rest) as f32);
            }
        }
        Ok(all)
    }

    /// Adds the centre, and the basis `[width, rank]`.
    pub async fn arrays<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        out: &mut FittedArrays,
    ) -> Result<()> {
        let width = self.centre.len();
        out.array(&self.centre);
        out.arrays.push(transposed(engine, &self.basis.rows, width).await?);
        Ok(())
    }
}

#[maybe_async::maybe_async]
impl<M> Basis<M> {
    fn new<E: Engine<Matrix = M>>(engine: &mut E, rows: &[f32], width: usize) -> Result<Self> {
        let rank = rows.len() / width;
        let mut columns = vec![0.0; rows.len()];
        for (place, row) in rows.chunks_exact(width).enumerate() {
            columns[place..].iter_mut().step_by(rank).zip(row).for_each(|(to, &x)| *to = x);
        }
        Ok(Self {
            rows: engine.matrix(rows.to_vec(), width)?,
            columns: engine.matrix(columns, rank)?,
            rank,
        })
    }

    /// Coordinates `[rows, rank]` of `[rows, width]`, and what they leave of the rows. As a
    /// difference of vectors, not of squares, which would leave nothing but rounding of a short
    /// rest.
    async fn parts<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        mut rows: Vec<f32>,
    ) -> Result<(Vec<f32>, Vec<f32>)> {
        let chain = Chain { left: &rows, matrix: &self.rows, then: Then::Product(&self.columns) };
        let [coordinates, within] = engine.products(&[chain]).await?.next().unwrap_or_default();
        rows.iter_mut().zip(&within).for_each(|(x, within)| *x -= within);
        Ok((coordinates, rows))
    }
}

/// What the rows have outside of the span of a basis.
#[maybe_async::maybe_async]
async fn without<E: Engine>(
    engine: &mut E,
    rows: Vec<f32>,
    basis: Option<&Basis<E::Matrix>>,
) -> Result<Vec<f32>> {
    match basis {
        Some(basis) => Ok(basis.parts(engine, rows).await?.1),
        None => Ok(rows),
    }
}

/// Gram and Schmidt's process, leaving out rows of which no more than `least` is left. Answers how
/// much is left of each.
fn orthonormalise(rows: &mut Vec<f32>, width: usize, least: f64) -> Vec<f64> {
    let mut rank = 0;
    let mut left = Vec::with_capacity(rows.len() / width);
    for row in 0..rows.len() / width {
        let (done, rest) = rows.split_at_mut(row * width);
        let row = &mut rest[..width];
        for direction in done[..rank * width].chunks_exact(width) {
            let along = dot(row, direction);
            change_by(row, direction, |x, d| x - along * d);
        }
        let length = norm(row);
        left.push(length);
        if length > least {
            change(row, |x| (f64::from(x) / length) as f32);
            let from = done.len();
            rows.copy_within(from..from + width, rank * width);
            rank += 1;
        }
    }
    rows.truncate(rank * width);
    left
}

fn mean(rows: &[f32], width: usize) -> Vec<f32> {
    let mut sums = vec![0.0; width];
    for row in rows.chunks_exact(width) {
        sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
    }
    let count = (rows.len() / width) as f64;
    sums.into_iter().map(|sum| (sum / count) as f32).collect()
}

fn about(rows: &[f32], centre: &[f32]) -> Vec<f32> {
    let mut offsets = Vec::with_capacity(rows.len());
    for row in rows.chunks_exact(centre.len()) {
        offsets.extend(row.iter().zip(centre).map(|(x, c)| x - c));
    }
    offsets
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
        numeric::{random::Random, row::normalized},
    };

    #[test]
    fn a_basis_of_word_counts_is_orthonormal() {
        // Many rows depend on others: few words, and a rounding's worth is left of most rows.
        let (width, words) = (400, 150);
        let loss = Loss::LogitNorm { tau: 1.0, label_smoothing: 0.0 };
        let spec = Spec { architecture: Architecture::new(1, &[], 1), loss, moments: 0 };
        for seed in 0..20 {
            let mut random = Random::new(seed);
            let mut rows = vec![0.0; 380 * width];
            for row in rows.chunks_exact_mut(width) {
                for _ in 0..9 {
                    // Some words far more often than others.
                    row[(words as f32 * random.unit().powi(3)) as usize] += 1.0;
                }
            }
            let rows = normalized(&rows, width);
            let mut engine = CpuEngine::new(&spec, vec![0.0; 2]);
            let Subspace { basis, .. } =
                block_on(Subspace::new(&mut engine, &rows, width)).unwrap();
            let rank = basis.rank;
            assert!(rank <= words, "seed {seed}: {rank} directions of {words} words");
            let columns = block_on(transposed(&mut engine, &basis.rows, width)).unwrap();
            for one in 0..rank {
                for other in 0..=one {
                    let product: f64 = columns
                        .chunks_exact(rank)
                        .map(|row| f64::from(row[one]) * f64::from(row[other]))
                        .sum();
                    let expected = f64::from(u8::from(one == other));
                    assert!((product - expected).abs() < 1e-3, "{one} {other}: {product}");
                }
            }
        }
    }
}
