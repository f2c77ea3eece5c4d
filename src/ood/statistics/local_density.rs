//! Local density ratio: the distance to the k-th nearest training row over that of those neighbours
//! themselves (as in the local outlier factor of Breunig et al., "LOF: Identifying Density-Based
//! Local Outliers", SIGMOD 2000). A part of [`crate::ood::auto`].
//!
//! Where the class of the nearest row has fewer rows than k, the distance is that to the last of as
//! many neighbours: the k-th would lie in another class, as far away as classes lie apart, and a row
//! that makes one more would look as familiar as none that was learnt.

use super::neighbours::{Bank, Neighbour, among_themselves, extended, farthest};
use crate::{
    Result,
    engine::{Chain, Engine, Products},
    numeric::row::dot,
    ood::fitted_arrays::{FittedArrays, picked},
    pace::{paced, wait},
};

/// Neighbours.
pub(crate) const K: usize = 5;

/// Share of the mean distance in the bank that is added to the one around a row's neighbours.
pub(crate) const FLOOR: f32 = 0.5;

/// Rows of the bank that are searched for at a time.
const CHUNK: usize = 1024;

/// Fitted to training rows.
pub struct LocalDensity<M> {
    k: usize,
    width: usize,
    rows: Vec<f32>,
    bank: Bank<M>,
    /// The class of each bank row, and how many of them each class has.
    labels: Vec<u32>,
    counts: Vec<usize>,
    /// For each training row, its place in the bank, if it is there.
    places: Vec<Option<u32>>,
    /// For each bank row, the distance to the last of its neighbours that count.
    gaps: Vec<f32>,
    mean_gap: f32,
}

impl<M> LocalDensity<M> {
    /// Of a bank of rows, `[rows, width]`, a class for each, and for each training row its place
    /// there; also answers the score of each bank row, as if it were not one.
    pub async fn new<E: Engine<Matrix = M>>(
        engine: &mut E,
        rows: Vec<f32>,
        labels: Vec<u32>,
        places: Vec<Option<u32>>,
        width: usize,
    ) -> Result<(Self, Vec<f32>)> {
        let half_square = |row: &[f32]| -0.5 * dot(row, row);
        let bank = Bank::new(engine, &extended(&rows, width, half_square), width + 1)?;
        engine.pace().piece().await;
        let count = bank.count();
        let k = K.min(count - 1);
        let mut counts = vec![0; labels.iter().max().map_or(0, |&last| last as usize + 1)];
        labels.iter().for_each(|&label| counts[label as usize] += 1);
        let (gaps, mean_gap) = (Vec::new(), 0.0);
        let mut density = Self { k, width, rows, bank, labels, counts, places, gaps, mean_gap };
        if k == 0 {
            return Ok((density, Vec::new()));
        }
        let neighbours = if E::IS_AWAITED {
            wait!(density.own_neighbours(engine))?
        } else {
            among_themselves(engine, &density.rows, width, k).await?
        };
        engine.pace().piece().await;
        density.gaps = density
            .rows
            .chunks_exact(width)
            .zip(&neighbours)
            .zip(0..)
            .map(|((row, found), place)| density.gap(row, found, Some(place)))
            .collect();
        density.mean_gap =
            (density.gaps.iter().map(|&gap| f64::from(gap)).sum::<f64>() / count as f64) as f32;
        let scores = density
            .gaps
            .iter()
            .zip(&neighbours)
            .map(|(gap, found)| density.ratio(*gap, found))
            .collect();
        Ok((density, scores))
    }
}

#[maybe_async::maybe_async]
impl<M> LocalDensity<M> {
    /// The neighbours of the bank's rows, by an engine that answers with the nearest alone.
    async fn own_neighbours<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
    ) -> Result<Vec<Vec<Neighbour>>> {
        let itself: Vec<Option<u32>> = (0..self.bank.count() as u32).map(Some).collect();
        let mut all = Vec::with_capacity(itself.len());
        for (rows, itself) in self.rows.chunks(CHUNK * self.width).zip(itself.chunks(CHUNK)) {
            all.extend(self.bank.nearest(engine, &self.searched(rows), self.k, itself).await?);
        }
        Ok(all)
    }

    /// Adds the products that [`Self::scores`] takes, of rows that are [`Self::searched`].
    pub fn chain<'a>(&'a self, searched: &'a [f32], chains: &mut Vec<Chain<'a, M>>) {
        if self.k > 0 {
            self.bank.chain(searched, self.k, chains);
        }
    }

    /// `[rows, width]` as they are searched for.
    pub fn searched(&self, rows: &[f32]) -> Vec<f32> {
        extended(rows, self.width, |_| 1.0)
    }

    /// Scores, `[rows]`, by the next of these products. Neighbours leave out `without[row]`, where
    /// given.
    pub fn scores(
        &self,
        products: &mut Products,
        rows: &[f32],
        without: &[Option<u32>],
    ) -> Vec<f32> {
        let count = rows.len() / self.width;
        if self.k == 0 {
            return vec![0.0; count];
        }
        let itself = self.places(without);
        let neighbours = self.bank.nearest_by(products, count, self.k, &itself);
        let itself = itself.into_iter().chain(std::iter::repeat(None));
        rows.chunks_exact(self.width)
            .zip(&neighbours)
            .zip(itself)
            .map(|((row, found), itself)| self.ratio(self.gap(row, found, itself), found))
            .collect()
    }

    /// Places in the bank of those of these training rows that are there.
    pub fn kept(&self, kept: &[usize]) -> Vec<usize> {
        kept.iter().filter_map(|&row| self.places[row]).map(|place| place as usize).collect()
    }

    /// Of some of the bank's rows alone; see [`Self::new`].
    pub async fn among<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        places: &[usize],
    ) -> Result<(Self, Vec<f32>)> {
        let rows = picked(&self.rows, self.width, places);
        let labels = places.iter().map(|&place| self.labels[place]).collect();
        paced!(Self::new(engine, rows, labels, Vec::new(), self.width))
    }

    /// Adds the mean gap, and the bank's rows, their gaps, and of each how many neighbours count for
    /// a row that it is nearest to; none where all do.
    pub fn arrays(&self, out: &mut FittedArrays) {
        out.numbers(&[self.mean_gap.into()]);
        out.array(&self.rows);
        out.array(&self.gaps);
        let counts = (0..self.labels.len()).map(|place| self.counted(place, None) as f32);
        let counts: Vec<f32> = counts.collect();
        let is_any_short = counts.iter().any(|&count| count < self.k as f32);
        out.array(if is_any_short { &counts } else { &[] });
    }

    /// Places in the bank of training rows, of those that are there.
    pub fn places(&self, rows: &[Option<u32>]) -> Vec<Option<u32>> {
        rows.iter().map(|row| row.and_then(|row| self.places[row as usize])).collect()
    }

    /// The distance to the last of these neighbours that count, where `itself` is left out.
    fn gap(&self, row: &[f32], found: &[Neighbour], itself: Option<u32>) -> f32 {
        let counted = found.first().map_or(0, |nearest| self.counted(nearest.row, itself));
        farthest(row, &found[..counted.min(found.len())], &self.rows)
    }

    /// How many neighbours count for a row that this one is nearest to: no more than there are rows
    /// of its class beside `itself`.
    fn counted(&self, nearest: usize, itself: Option<u32>) -> usize {
        let class = self.labels[nearest];
        let is_own = itself.is_some_and(|place| self.labels[place as usize] == class);
        (self.counts[class as usize] - usize::from(is_own)).min(self.k)
    }

    fn ratio(&self, gap: f32, found: &[Neighbour]) -> f32 {
        let theirs: f32 = found.iter().map(|neighbour| self.gaps[neighbour.row]).sum();
        gap / (theirs / found.len().max(1) as f32 + FLOOR * self.mean_gap).max(f32::MIN_POSITIVE)
    }
}
