//! The training rows nearest to a row, by inner product, searched exactly and block by block:
//! nothing of size rows x rows exists.

use super::pieces::rows_of_piece;
use crate::{
    Result,
    engine::{Chain, Engine, Products, Then},
    numeric::{
        row::{dot, squared_distance},
        sort,
    },
    ood::fitted_arrays::transposed,
    pace::wait,
};

/// Training rows of one product.
pub const BLOCK: usize = 4096;

/// The same where rows are compared with one another, each pair of blocks once: smaller blocks spare
/// more of the second half, and ask an engine for more products, of which a GPU reads back each.
const OWN_BLOCK: usize = 1024;

/// Most products that are read at once, if they are those of several blocks.
const NUMBERS: usize = 1 << 22;

/// Rows to search in.
pub struct Bank<M> {
    blocks: Vec<M>,
    width: usize,
    count: usize,
}

/// A training row and the inner product that it was found by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Inner product with the row searched for.
    pub product: f32,
    /// Number of the training row.
    pub row: usize,
}

#[maybe_async::maybe_async]
impl<M> Bank<M> {
    /// Puts `[count, width]` on the engine.
    pub fn new<E: Engine<Matrix = M>>(engine: &mut E, rows: &[f32], width: usize) -> Result<Self> {
        let mut bank = Self { blocks: Vec::new(), width, count: 0 };
        for block in rows.chunks(BLOCK * width) {
            bank.add(engine, block.to_vec())?;
        }
        Ok(bank)
    }

    /// Adds a block behind full ones.
    pub fn add<E: Engine<Matrix = M>>(&mut self, engine: &mut E, rows: Vec<f32>) -> Result<()> {
        self.count += rows.len() / self.width;
        self.blocks.push(engine.bank(rows, self.width)?);
        Ok(())
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.count
    }

    /// For each row of `[rows, width]` the `k` bank rows of largest inner product, largest first;
    /// all there are if fewer. `without[row]`, where given, is left out: the row itself, when it is
    /// one of the bank's.
    pub async fn nearest<E: Engine<Matrix = M>>(
        &self,
        engine: &mut E,
        rows: &[f32],
        k: usize,
        without: &[Option<u32>],
    ) -> Result<Vec<Vec<Neighbour>>> {
        let count = rows.len() / self.width;
        let mut searches = searches(count, k, without);
        let mut chains = Vec::new();
        self.chain(rows, k, &mut chains);
        let at_once = (NUMBERS / (count * BLOCK).max(1)).max(1);
        let mut block = 0;
        for chains in chains.chunks(at_once) {
            for products in engine.products(chains).await? {
                self.search(block, &products, &mut searches);
                block += 1;
            }
        }
        Ok(searches.into_iter().map(Search::finish).collect())
    }

    /// Adds the products of `[rows, width]` that [`Self::nearest_by`] takes.
    pub fn chain<'a>(&'a self, rows: &'a [f32], k: usize, chains: &mut Vec<Chain<'a, M>>) {
        for matrix in &self.blocks {
            // One may be left out.
            chains.push(Chain { left: rows, matrix, then: Then::Largest(k + 1) });
        }
    }

    /// [`Self::nearest`] by the next of these products, of which as many rows are searched for.
    pub fn nearest_by(
        &self,
        products: &mut Products,
        rows: usize,
        k: usize,
        without: &[Option<u32>],
    ) -> Vec<Vec<Neighbour>> {
        let mut searches = searches(rows, k, without);
        for index in 0..self.blocks.len() {
            self.search(index, &products.next().unwrap_or_default(), &mut searches);
        }
        searches.into_iter().map(Search::finish).collect()
    }

    fn search(&self, block: usize, [products, columns]: &[Vec<f32>; 2], searches: &mut [Search]) {
        let first = block * BLOCK;
        let width = BLOCK.min(self.count - first);
        if columns.is_empty() {
            for (search, products) in searches.iter_mut().zip(products.chunks_exact(width)) {
                search.add(first, products);
            }
            return;
        }
        let found = columns.len() / searches.len().max(1);
        for ((search, products), columns) in
            searches.iter_mut().zip(products.chunks(found)).zip(columns.chunks(found))
        {
            let columns = columns.iter().map(|&column| column as usize);
            let found = products.iter().zip(columns).filter(|&(_, column)| column < width);
            found.for_each(|(&product, column)| search.take(first + column, product));
        }
    }
}

#[maybe_async::maybe_async]
impl<M> Bank<M> {
    /// The rows themselves, `[count, width]`.
    pub async fn rows<E: Engine<Matrix = M>>(&self, engine: &mut E) -> Result<Vec<f32>> {
        let mut rows = Vec::with_capacity(self.count * self.width);
        for (index, block) in self.blocks.iter().enumerate() {
            let columns = transposed(engine, block, self.width).await?;
            let count = BLOCK.min(self.count - index * BLOCK);
            rows.extend((0..count).flat_map(|row| columns[row..].iter().step_by(count)));
        }
        Ok(rows)
    }
}

/// For each of `[rows, width]` the `k` nearest of the others, the nearest first. Of the products of
/// two rows, which are the same both ways, each is made once.
pub async fn among_themselves<E: Engine>(
    engine: &mut E,
    rows: &[f32],
    width: usize,
    k: usize,
) -> Result<Vec<Vec<Neighbour>>> {
    let half_squares: Vec<f32> = rows.chunks_exact(width).map(|row| 0.5 * dot(row, row)).collect();
    let mut searches: Vec<Search> =
        (0..half_squares.len()).map(|row| Search::new(k, Some(row))).collect();
    for (index, block) in rows.chunks(OWN_BLOCK * width).enumerate() {
        let first = index * OWN_BLOCK;
        let end = first + block.len() / width;
        let matrix = engine.matrix(block.to_vec(), width)?;
        for (number, others) in rows.chunks(OWN_BLOCK * width).enumerate().skip(index) {
            let mut row = number * OWN_BLOCK;
            let at_a_time = rows_of_piece::<E>(width, end - first);
            for others in others.chunks(at_a_time * width) {
                let products = wait!(engine.product(others, &matrix))?;
                for products in products.chunks_exact(end - first) {
                    for (other, &product) in (first..).zip(products) {
                        searches[row].offer(other, product - half_squares[other]);
                        if row >= end {
                            searches[other].offer(row, product - half_squares[row]);
                        }
                    }
                    row += 1;
                }
                engine.pace().piece().await;
            }
        }
    }
    Ok(searches.into_iter().map(Search::finish).collect())
}

/// Rows with one more value each. With half a bank row's squared length taken off, the largest
/// inner product belongs to the nearest row.
pub fn extended(rows: &[f32], width: usize, value: impl Fn(&[f32]) -> f32) -> Vec<f32> {
    let mut all = Vec::with_capacity(rows.len() + rows.len() / width);
    for row in rows.chunks_exact(width) {
        all.extend_from_slice(row);
        all.push(value(row));
    }
    all
}

/// Euclidean distance of `row` to the farthest of its neighbours among `rows`. From the rows
/// themselves: 2 - 2 u.v loses half the digits of a small distance.
pub fn farthest(row: &[f32], found: &[Neighbour], rows: &[f32]) -> f32 {
    let square = |other: usize| squared_distance(row, &rows[other * row.len()..][..row.len()]);
    // NaN, where numbers beyond `f32` came up, outlasts every distance.
    let farther = |far: f32, square: f32| if square <= far { far } else { square };
    found.iter().map(|neighbour| square(neighbour.row)).fold(0.0, farther).sqrt()
}

fn searches(rows: usize, k: usize, without: &[Option<u32>]) -> Vec<Search> {
    let without = |row: usize| without.get(row).copied().flatten().map(|row| row as usize);
    (0..rows).map(|row| Search::new(k, without(row))).collect()
}

/// The best rows so far.
struct Search {
    k: usize,
    without: Option<usize>,
    /// [`sort::key`]s of products and rows, these counted downwards: of equal ones the first is
    /// nearest, as it is in an ONNX graph.
    found: Vec<u64>,
    /// No row below this can be among the best; NaN as long as any can.
    least: f32,
}

impl Search {
    fn new(k: usize, without: Option<usize>) -> Self {
        Self { k, without, found: Vec::new(), least: f32::NAN }
    }

    fn add(&mut self, first: usize, products: &[f32]) {
        (first..).zip(products).for_each(|(row, &product)| self.offer(row, product));
    }

    /// Rows come in ascending order: of equal ones the first is kept.
    #[inline]
    fn offer(&mut self, row: usize, product: f32) {
        let is_behind = product <= self.least;
        if !is_behind {
            self.take(row, product);
            // Sorted out in batches: one pass over 2 k costs as much as k insertions.
            if self.found.len() >= 2 * self.k + 16 {
                self.shrink();
            }
        }
    }

    /// Rows in any order.
    #[inline]
    fn take(&mut self, row: usize, product: f32) {
        if self.without != Some(row) {
            // What is beyond `f32` counts as one of the best, so that it is noticed: left out, it
            // would leave a row without neighbours, at a distance of nothing.
            let product = if product.abs() < f32::MAX { product } else { f32::INFINITY };
            self.found.push(sort::key(product, !(row as u32)));
        }
    }

    fn shrink(&mut self) {
        if self.found.len() > self.k {
            sort::sort(&mut self.found);
            self.found.drain(..self.found.len() - self.k);
            self.least = sort::value(self.found[0]);
        }
    }

    fn finish(mut self) -> Vec<Neighbour> {
        self.shrink();
        sort::sort(&mut self.found);
        self.found
            .iter()
            .rev()
            .map(|&key| Neighbour { product: sort::value(key), row: !(key as u32) as usize })
            .collect()
    }
}
