//! Matrix products on slices, by panels: eight columns of the right factor at a time are copied
//! into the order that the kernel reads, and meet a block of the left factor's rows while both are
//! in the caches. Sums are taken in the same order on every machine.

use std::{array, cell::RefCell, ops::Range};

use super::{
    kernel::{self, COLUMNS, ROWS},
    lanes::Lanes,
};
use crate::numeric::quads::add_rows;

/// Terms that the kernel adds up in registers. A panel of this depth takes 16 KiB and four rows 8
/// KiB: both fit a first-level cache. 256 and 1024 take within 5 % of the same time.
const DEPTH: usize = 512;
/// Rows of the left factor that share a panel: 256 KiB at full depth, which fits a second-level
/// cache. With 64 the copying shows (3 %), 256 gain less than 2 %.
const BLOCK: usize = 128;
/// Up to so many rows are multiplied without a panel, whose copying they would not pay for.
const FEW: usize = 5;

/// A matrix seen in a slice, row-major or transposed.
#[derive(Clone, Copy)]
pub struct View<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    is_transposed: bool,
    /// Of a right factor: for each panel of columns, how many terms there are before nothing but
    /// zeros follows. Empty where that is not known.
    reach: &'a [usize],
}

impl<'a> View<'a> {
    /// A row-major matrix `[rows, columns]` at the start of `values`.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self { values: &values[..rows * columns], rows, columns, is_transposed: false, reach: &[] }
    }

    /// The same numbers, `[columns, rows]`.
    pub fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows, is_transposed: !self.is_transposed, ..self }
    }

    /// The same, as a right factor of which [`reach`] is known.
    pub fn reaching(self, reach: &'a [usize]) -> Self {
        Self { reach, ..self }
    }

    /// The part of some terms of these columns that is not known to be zero.
    fn terms(self, columns: &Range<usize>, depths: &Range<usize>) -> Range<usize> {
        let reach = self.reach.get(columns.start / COLUMNS).copied().unwrap_or(usize::MAX);
        depths.start..reach.clamp(depths.start, depths.end)
    }

    /// Part of a line as it lies in memory: of a row, or of a column when transposed.
    fn line(self, line: usize, part: Range<usize>) -> &'a [f32] {
        let length = if self.is_transposed { self.rows } else { self.columns };
        &self.values[line * length..][..length][part]
    }
}

/// For each panel of a right factor's columns, given as rows `[columns, width]`, the number of terms
/// up to the last that is not zero: half of them in a triangle's, whose other half costs nothing.
#[inline(never)]
pub fn reach(rows: &[f32], width: usize) -> Vec<usize> {
    let reach = |row: &[f32]| row.iter().rposition(|&x| x != 0.0).map_or(0, |last| last + 1);
    rows.chunks(COLUMNS * width)
        .map(|panel| panel.chunks_exact(width).map(reach).max().unwrap_or(0))
        .collect()
}

/// Copies of parts of the factors. They are kept from call to call: 272 KiB at most.
struct Scratch {
    left: Vec<f32>,
    panel: Vec<Lanes>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = const { RefCell::new(Scratch { left: Vec::new(), panel: Vec::new() }) };
}

/// `output = left right + keep output`, with `left` `[m, k]`, `right` `[k, n]` and `output` `[m,
/// n]` row-major. `keep` is 0 or 1.
pub fn multiply(left: View, right: View, keep: f32, output: &mut [f32]) {
    let (m, k, n) = (left.rows, left.columns, right.columns);
    assert!(k == right.rows && output.len() == m * n, "shapes do not fit");
    if k == 0 && keep == 0.0 {
        output.fill(0.0);
    }
    if output.is_empty() {
        return;
    }
    SCRATCH.with_borrow_mut(|scratch| {
        for depths in parts(k, DEPTH) {
            for rows in parts(m, BLOCK) {
                let output = &mut output[rows.start * n..rows.end * n];
                let add = keep != 0.0 || depths.start > 0;
                let left = Rows::new(left, rows, depths.clone(), &mut scratch.left);
                Part { left, right, depths: depths.clone(), add }
                    .multiply(&mut scratch.panel, output);
            }
        }
    });
}

/// `0..length` in parts of about one size, none longer than `most`, all but the last a multiple of
/// four long, as `most` is.
fn parts(length: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let count = length.div_ceil(most).max(1);
    let size = length.div_ceil(count).next_multiple_of(4).max(4);
    (0..length).step_by(size).map(move |start| start..length.min(start + size))
}

/// Some rows of the left factor, of which `depths` take part.
struct Rows<'a> {
    values: &'a [f32],
    count: usize,
    stride: usize,
    depths: Range<usize>,
}

impl<'a> Rows<'a> {
    /// Row-major rows are read in place: the kernel is as fast on them as on copies.
    fn new(
        matrix: View<'a>,
        rows: Range<usize>,
        depths: Range<usize>,
        copy: &'a mut Vec<f32>,
    ) -> Self {
        let (count, depth, stride) = (rows.len(), depths.len(), matrix.columns);
        if !matrix.is_transposed {
            return Self {
                values: &matrix.values[rows.start * stride..rows.end * stride],
                count,
                stride,
                depths,
            };
        }
        copy.resize(count * depth, 0.0);
        for (first, copy) in (0..count).step_by(4).zip(copy.chunks_mut(4 * depth)) {
            let part = rows.start + first..rows.end.min(rows.start + first + 4);
            for k in (0..depth).step_by(4) {
                // What stands in for missing lines and lanes goes nowhere.
                let lines = array::from_fn(|i| {
                    Lanes::first(
                        matrix.line((depths.start + k + i).min(depths.end - 1), part.clone()),
                    )
                });
                let width = (depth - k).min(4);
                for (row, lanes) in copy.chunks_exact_mut(depth).zip(Lanes::transposed(lines)) {
                    kernel::store(&[lanes], false, &mut row[k..k + width]);
                }
            }
        }
        Self { values: copy, count, stride: depth, depths: 0..depth }
    }

    fn get(&self, row: usize) -> &'a [f32] {
        &self.values[row * self.stride..][..self.stride][self.depths.clone()]
    }
}

/// A product of some rows over some depths.
struct Part<'a> {
    left: Rows<'a>,
    right: View<'a>,
    depths: Range<usize>,
    /// To what is in the output already.
    add: bool,
}

impl Part<'_> {
    /// A function of its own: with more around it, the kernel's sums lose their registers.
    #[inline(never)]
    fn multiply(&self, panel: &mut Vec<Lanes>, output: &mut [f32]) {
        if self.left.count <= FEW {
            return self.multiply_few(output);
        }
        panel.resize(panel.len().max(self.depths.len() * COLUMNS / 4), Lanes::splat(0.0));
        for first in (0..self.right.columns).step_by(COLUMNS) {
            let columns = first..self.right.columns.min(first + COLUMNS);
            match columns.len() {
                ..=4 => self.multiply_panel::<1>(columns, panel, output),
                _ => self.multiply_panel::<2>(columns, panel, output),
            }
        }
    }

    /// Up to `4 V` columns of the product.
    fn multiply_panel<const V: usize>(
        &self,
        columns: Range<usize>,
        panel: &mut [Lanes],
        output: &mut [f32],
    ) {
        let (n, last) = (self.right.columns, self.left.count - 1);
        let terms = self.right.terms(&columns, &self.depths);
        if terms.is_empty() && self.add {
            return;
        }
        // The kernel stops at the panel's end.
        let panel = &mut panel.as_chunks_mut::<V>().0[..terms.len()];
        if self.right.is_transposed {
            self.pack_columns(columns.clone(), terms, panel);
        } else {
            self.pack_rows(columns.clone(), terms, panel);
        }
        for (first, output) in (0..).step_by(ROWS).zip(output.chunks_mut(ROWS * n)) {
            // Where rows are missing, the last one stands in: its sums are dropped.
            let tile = kernel::tile(array::from_fn(|i| self.left.get(last.min(first + i))), panel);
            for (sums, output) in tile.iter().zip(output.chunks_exact_mut(n)) {
                kernel::store(sums, self.add, &mut output[columns.clone()]);
            }
        }
    }

    /// Fills a panel from a row-major factor.
    fn pack_rows<const V: usize>(
        &self,
        columns: Range<usize>,
        terms: Range<usize>,
        panel: &mut [[Lanes; V]],
    ) {
        let n = self.right.columns;
        let values = &self.right.values[terms.start * n..terms.end * n];
        for (lanes, row) in panel.iter_mut().zip(values.chunks_exact(n)) {
            let row = &row[columns.clone()];
            *lanes = array::from_fn(|v| Lanes::first(&row[4 * v..]));
        }
    }

    /// Fills a panel from a transposed factor, whose columns lie in memory one after the other.
    fn pack_columns<const V: usize>(
        &self,
        columns: Range<usize>,
        terms: Range<usize>,
        panel: &mut [[Lanes; V]],
    ) {
        let (quads, tail) = panel.as_chunks_mut::<4>();
        for v in 0..V {
            // Where columns are missing, the last one stands in: its sums are dropped.
            let lines: [&[f32]; 4] = array::from_fn(|i| {
                let column = columns.start + 4 * v + i;
                self.right.line(column.min(columns.end - 1), terms.clone())
            });
            let [a, b, c, d] = lines.map(|line| line.as_chunks::<4>().0);
            for ((((quad, a), b), c), d) in quads.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                let lanes = Lanes::transposed([a, b, c, d].map(Lanes::load));
                for (target, lanes) in quad.iter_mut().zip(lanes) {
                    target[v] = lanes;
                }
            }
            let [a, b, c, d] = lines.map(|line| line.as_chunks::<4>().1);
            for ((((target, &a), &b), &c), &d) in tail.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                target[v] = Lanes::load(&[a, b, c, d]);
            }
        }
    }

    /// The product without panels. The rows go inside, so that a large right factor comes from
    /// memory once.
    fn multiply_few(&self, output: &mut [f32]) {
        let (n, depths) = (self.right.columns, &self.depths);
        if self.right.is_transposed {
            for first in (0..n).step_by(4) {
                let terms = self.right.terms(&(first..n), depths);
                let lines =
                    array::from_fn(|i| self.right.line((first + i).min(n - 1), terms.clone()));
                for (row, output) in output.chunks_exact_mut(n).enumerate() {
                    let sums = kernel::dots(&self.left.get(row)[..terms.len()], lines);
                    kernel::store(&[sums], self.add, &mut output[first..n.min(first + 4)]);
                }
            }
            return;
        }
        if !self.add {
            output.fill(0.0);
        }
        for k in (0..depths.len()).step_by(4) {
            for (row, output) in output.chunks_exact_mut(n).enumerate() {
                let left = &self.left.get(row)[k..];
                let line = |i: usize| self.right.line(depths.start + k + i, 0..n);
                add_rows(output, line, &left[..left.len().min(4)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    fn numbers(count: usize, random: &mut Random) -> Vec<f32> {
        (0..count).map(|_| random.unit() - 0.5).collect()
    }

    /// The numbers as they would lie in memory if a matrix `[rows, columns]` were transposed.
    fn turned(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
        (0..columns)
            .flat_map(|column| (0..rows).map(move |row| values[row * columns + column]))
            .collect()
    }

    /// All transpositions and both `keep`, against sums in f64.
    fn check(m: usize, k: usize, n: usize) {
        let mut random = Random::new((m * 1_000_000 + k * 1000 + n) as u64);
        let [left, right, before] = [m * k, k * n, m * n].map(|count| numbers(count, &mut random));
        let (left_turned, right_turned) = (turned(&left, m, k), turned(&right, k, n));
        let product = |row: usize, column: usize| -> f64 {
            (0..k)
                .map(|depth| {
                    f64::from(left[row * k + depth]) * f64::from(right[depth * n + column])
                })
                .sum()
        };
        let products: Vec<f64> = (0..m * n).map(|index| product(index / n, index % n)).collect();
        for (a, left) in [View::new(&left, m, k), View::new(&left_turned, k, m).transposed()]
            .into_iter()
            .enumerate()
        {
            for (b, right) in [View::new(&right, k, n), View::new(&right_turned, n, k).transposed()]
                .into_iter()
                .enumerate()
            {
                for keep in [0.0, 1.0] {
                    // What is not kept must not be read.
                    let mut output =
                        if keep == 0.0 { vec![f32::NAN; m * n] } else { before.clone() };
                    multiply(left, right, keep, &mut output);
                    for (index, (&found, product)) in output.iter().zip(&products).enumerate() {
                        let expected = product + f64::from(keep * before[index]);
                        let error = (f64::from(found) - expected).abs();
                        assert!(
                            error <= 1e-6 * (k as f64).sqrt().max(1.0),
                            "{m} {k} {n}, {a} {b} {keep}: {index} is off by {error}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn small_products() {
        for m in 0..10 {
            for k in 0..10 {
                (0..18).for_each(|n| check(m, k, n));
            }
        }
    }

    #[test]
    fn products_around_the_block_sizes() {
        for m in [1, FEW, FEW + 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 2] {
            for k in [3, DEPTH - 1, DEPTH, DEPTH + 1, 2 * DEPTH + 6] {
                [1, 5, COLUMNS, 3 * COLUMNS + 2].into_iter().for_each(|n| check(m, k, n));
            }
        }
    }

    #[test]
    fn zeros_at_the_ends_of_columns_change_nothing() {
        let mut random = Random::new(3);
        for (k, n) in [(2 * DEPTH + 6, 2 * DEPTH + 6), (DEPTH, 21), (30, 40)] {
            // A triangle, and a column of zeros.
            let mut columns = numbers(n * k, &mut random);
            for (column, values) in columns.chunks_mut(k).enumerate() {
                values[(column + 1).min(k)..].fill(0.0);
                if column == 3 {
                    values.fill(0.0);
                }
            }
            let reach = reach(&columns, k);
            assert_eq!(reach.len(), n.div_ceil(COLUMNS));
            let right = View::new(&columns, n, k).transposed();
            for m in [1, FEW, 20] {
                let left = numbers(m * k, &mut random);
                let left = View::new(&left, m, k);
                for keep in [0.0, 1.0] {
                    let mut outputs = [numbers(m * n, &mut Random::new(4)), Vec::new()];
                    outputs[1] = outputs[0].clone();
                    multiply(left, right, keep, &mut outputs[0]);
                    multiply(left, right.reaching(&reach), keep, &mut outputs[1]);
                    for (a, b) in outputs[0].iter().zip(&outputs[1]) {
                        assert!((a - b).abs() < 1e-4, "{m} {k} {n} {keep}: {a} {b}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_not_finite_stays_in_its_row_and_column() {
        let (m, k, n) = (6, 7, 11);
        let mut left = vec![1.0; m * k];
        let mut right = vec![1.0; k * n];
        left[4 * k + 2] = f32::INFINITY;
        right[3 * n + 9] = f32::NAN;
        let mut output = vec![0.0; m * n];
        multiply(View::new(&left, m, k), View::new(&right, k, n), 0.0, &mut output);
        for (index, value) in output.into_iter().enumerate() {
            assert_eq!(value == 7.0, index / n != 4 && index % n != 9, "{index}: {value}");
        }
    }
}
