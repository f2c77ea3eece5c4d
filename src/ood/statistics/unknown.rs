//! How much a row resembles examples of what is none of the classes: a part of
//! [`crate::ood::auto`] where there are such examples.
//!
//! ```text
//! K = ln(distance to the nearest training row / distance to the nearest example), at most ln 1000
//! L = w . (u - m)      ridge discriminant of the training rows and the examples, both sides alike
//! part = max(z_K - 1, 0) + max(z_L - 2, 0)
//! ```
//!
//! z is in deviations over the training rows, each left out of what it is compared with. The part
//! is never below 0, and nothing to a row that does not resemble the examples: it raises scores,
//! and a threshold from known rows keeps its promise. w minimises the squared error for the targets
//! -1 and 1 with a ridge of 0.1 of the mean variance; leaving a row out is a closed form.

use nalgebra::DMatrix;

use super::{
    neighbours::{Bank, extended, farthest},
    pieces,
    standard::Standard,
    triangle,
};
use crate::{
    Result,
    engine::{Chain, Engine, Products},
    numeric::row::{dot, squared_distance},
    ood::fitted_arrays::{FittedArrays, picked},
    pace::{paced, wait},
};

/// Deviations from which on nearness to an example, and the side of the discriminant, count.
pub(crate) const NEARER: f64 = 1.0;
pub(crate) const BEYOND: f64 = 2.0;

/// K is no more than this, however near an example is, and no less: a thousand times as near.
pub(crate) const MOST: f32 = 6.907_755_4;

/// Ridge of the discriminant, in units of the mean variance.
const RIDGE: f64 = 0.1;

/// Rows of either side that the discriminant is made from, spread over all: a matrix of as many
/// rows and columns is factored.
const SAMPLED: usize = 512;

/// Training rows searched for at a time.
const CHUNK: usize = 256;

/// Fitted to training rows and examples.
pub struct Unknown<M> {
    compared: Compared<M>,
    nearer: Standard,
    discriminant: Vec<f32>,
    centre: Vec<f32>,
    beyond: Standard,
}

/// What rows are compared with.
struct Compared<M> {
    width: usize,
    known: Side<M>,
    examples: Side<M>,
}

/// Rows to search in.
struct Side<M> {
    rows: Vec<f32>,
    bank: Bank<M>,
}

impl<M> Side<M> {
    fn new<E: Engine<Matrix = M>>(engine: &mut E, rows: Vec<f32>, width: usize) -> Result<Self> {
        let half_square = |row: &[f32]| -0.5 * dot(row, row);
        let bank = Bank::new(engine, &extended(&rows, width, half_square), width + 1)?;
        Ok(Self { rows, bank })
    }

    /// The distance of each of `[rows, width]` to the nearest, `without[row]` left out; infinite
    /// where there is none. By the next of these products.
    fn distances(
        &self,
        products: &mut Products,
        rows: &[f32],
        width: usize,
        without: &[Option<u32>],
    ) -> Vec<f32> {
        let found = self.bank.nearest_by(products, rows.len() / width, 1, without);
        let distance = |(row, found): (&[f32], &Vec<_>)| match found.is_empty() {
            true => f32::INFINITY,
            false => farthest(row, found, &self.rows),
        };
        rows.chunks_exact(width).zip(&found).map(distance).collect()
    }
}

impl<M> Compared<M> {
    fn searched(&self, rows: &[f32]) -> Vec<f32> {
        extended(rows, self.width, |_| 1.0)
    }

    fn chain<'a>(&'a self, searched: &'a [f32], chains: &mut Vec<Chain<'a, M>>) {
        self.known.bank.chain(searched, 1, chains);
        self.examples.bank.chain(searched, 1, chains);
    }

    /// K of each of `[rows, width]`, by the next of these products.
    fn ratios(&self, products: &mut Products, rows: &[f32], without: &[Option<u32>]) -> Vec<f32> {
        let own = self.known.distances(products, rows, self.width, without);
        let theirs = self.examples.distances(products, rows, self.width, &[]);
        own.iter().zip(&theirs).map(|(&own, &theirs)| ratio(own, theirs)).collect()
    }
}

impl<M> Unknown<M> {
    /// Of training rows, some of which may stand for all, and examples, `[rows, width]` each, in
    /// the form in which rows are compared.
    pub async fn new<E: Engine<Matrix = M>>(
        engine: &mut E,
        known: Vec<f32>,
        examples: Vec<f32>,
        width: usize,
    ) -> Result<Self> {
        let (sides, centre) = centred(&spread(&known, width), &spread(&examples, width), width);
        let (discriminant, left_out) = discriminant(engine, &sides, width).await?;
        let known = Side::new(engine, known, width)?;
        let examples = Side::new(engine, examples, width)?;
        let compared = Compared { width, known, examples };
        let known = &compared.known;
        let mut nearer = Vec::with_capacity(known.bank.count());
        let itself: Vec<Option<u32>> = (0..known.bank.count() as u32).map(Some).collect();
        for (rows, itself) in known.rows.chunks(CHUNK * width).zip(itself.chunks(CHUNK)) {
            let (searched, mut chains) = (compared.searched(rows), Vec::new());
            compared.chain(&searched, &mut chains);
            let mut products = wait!(engine.products(&chains))?;
            nearer.append(&mut compared.ratios(&mut products, rows, itself));
            engine.pace().piece().await;
        }
        Ok(Self {
            nearer: Standard::of(&nearer),
            beyond: Standard::of(&left_out),
            compared,
            discriminant,
            centre,
        })
    }

    /// `[rows, width]` as they are searched for.
    pub fn searched(&self, rows: &[f32]) -> Vec<f32> {
        self.compared.searched(rows)
    }

    /// Adds the products that [`Self::scores`] takes, of rows that are [`Self::searched`].
    pub fn chain<'a>(&'a self, searched: &'a [f32], chains: &mut Vec<Chain<'a, M>>) {
        self.compared.chain(searched, chains);
    }

    /// The part of each of `[rows, width]`, at least 0, by the next of these products.
    /// `without[row]`, where given, is the training row that it is.
    pub fn scores(
        &self,
        products: &mut Products,
        rows: &[f32],
        without: &[Option<u32>],
    ) -> Vec<f64> {
        let ratios = self.compared.ratios(products, rows, without).into_iter();
        let sides = rows.chunks_exact(self.compared.width).map(|row| self.side(row));
        let part = |(ratio, side): (f32, f32)| {
            let nearer = self.nearer.apply_widely(ratio.clamp(-MOST, MOST));
            let nearer = (nearer - NEARER).max(0.0);
            nearer + (self.beyond.apply_widely(side) - BEYOND).max(0.0)
        };
        ratios.zip(sides).map(part).collect()
    }
}

#[maybe_async::maybe_async]
impl<M> Unknown<M> {
    /// The same with other training rows.
    pub async fn among<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        places: &[usize],
    ) -> Result<Self> {
        let Compared { width, ref known, ref examples } = self.compared;
        let known = picked(&known.rows, width, places);
        paced!(Self::new(engine, known, examples.rows.clone(), width))
    }

    /// Adds mean and inverse deviation of K and L, the examples, w and m.
    pub fn arrays(&self, out: &mut FittedArrays) {
        self.nearer.wide_numbers(out);
        self.beyond.wide_numbers(out);
        out.array(&self.compared.examples.rows);
        out.array(&self.discriminant);
        out.array(&self.centre);
    }

    fn side(&self, row: &[f32]) -> f32 {
        let offsets = row.iter().zip(&self.centre).map(|(x, c)| x - c);
        offsets.zip(&self.discriminant).map(|(x, w)| x * w).sum()
    }
}

/// K: how much nearer the example is than the training row. 0 where a row is both.
fn ratio(own: f32, theirs: f32) -> f32 {
    if own == theirs { 0.0 } else { own.ln() - theirs.ln() }
}

/// At most [`SAMPLED`] rows, evenly spread.
fn spread(rows: &[f32], width: usize) -> Vec<f32> {
    let count = rows.len() / width;
    let taken = count.min(SAMPLED);
    (0..taken).flat_map(|place| &rows[place * count / taken * width..][..width]).copied().collect()
}

/// Rows about the middle between the two sides' means, and that middle.
fn centred(known: &[f32], examples: &[f32], width: usize) -> ([Vec<f32>; 2], Vec<f32>) {
    let mean = |rows: &[f32]| {
        let mut mean = vec![0.0; width];
        for row in rows.chunks_exact(width) {
            mean.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
        }
        let count = (rows.len() / width) as f64;
        mean.into_iter().map(move |sum: f64| sum / count).collect::<Vec<_>>()
    };
    let middle: Vec<f32> = mean(known)
        .iter()
        .zip(mean(examples))
        .map(|(known, example)| ((known + example) / 2.0) as f32)
        .collect();
    let about = |rows: &[f32]| {
        let offsets = |row: &[f32]| row.iter().zip(&middle).map(|(x, m)| x - m).collect::<Vec<_>>();
        rows.chunks_exact(width).flat_map(offsets).collect()
    };
    ([about(known), about(examples)], middle)
}

/// w, and the discriminant of each known row without that row. In the space of the rows: with K
/// their inner products, and each side weighing one half, the coefficients are those of (K + ridge
/// / weight)^-1 y, and a row left out has y_i - coefficient_i / inverse_ii.
async fn discriminant(
    engine: &mut impl Engine,
    [known, examples]: &[Vec<f32>; 2],
    width: usize,
) -> Result<(Vec<f32>, Vec<f32>)> {
    let (count, others) = (known.len() / width, examples.len() / width);
    let rows = [known.as_slice(), examples].concat();
    let origin = vec![0.0; width];
    let spread = |rows: &[f32]| {
        let squares = rows.chunks_exact(width).map(|row| squared_distance(row, &origin));
        squares.map(f64::from).sum::<f64>() / (rows.len() / width) as f64
    };
    let variance = (spread(known) + spread(examples)) / 2.0 / width as f64;
    if variance == 0.0 {
        return Ok((vec![0.0; width], vec![0.0; count]));
    }
    let matrix = engine.matrix(rows.clone(), width)?;
    let all = count + others;
    let products = pieces::product(engine, &rows, width, &matrix, all).await?;
    let mut kernel = DMatrix::from_iterator(all, all, products.iter().copied().map(f64::from));
    for row in 0..all {
        let side = if row < count { count } else { others };
        kernel[(row, row)] += 2.0 * RIDGE * variance * side as f64;
    }
    let target = |row: usize| if row < count { -1.0 } else { 1.0 };
    // The ridge keeps it far from singular.
    let pace = engine.pace();
    let Some(factor) = triangle::factor(&kernel, &pace).await else {
        return Ok((vec![0.0; width], vec![0.0; count]));
    };
    // Of L L^T, by L^-1: coefficients L^-T L^-1 y, and the squares of a column for the diagonal.
    let inverse = triangle::inverse(&factor, all, &pace).await;
    let (mut coefficients, mut diagonal) = (vec![0.0; all], vec![0.0; all]);
    for (end, row) in inverse.chunks_exact(all).enumerate() {
        let row = || row[..=end].iter().map(|&x| f64::from(x)).enumerate();
        let along: f64 = row().map(|(column, x)| x * target(column)).sum();
        for (column, x) in row() {
            coefficients[column] += x * along;
            diagonal[column] += x * x;
        }
    }
    let mut direction = vec![0.0; width];
    for (row, &coefficient) in rows.chunks_exact(width).zip(&coefficients) {
        direction.iter_mut().zip(row).for_each(|(w, &x)| *w += coefficient * f64::from(x));
    }
    let left_out = |row: usize| (target(row) - coefficients[row] / diagonal[row]) as f32;
    Ok((direction.iter().map(|&w| w as f32).collect(), (0..count).map(left_out).collect()))
}
