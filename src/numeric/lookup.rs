//! Finds rows among others that are the same, or as good as: a quantised backbone gives one input
//! slightly other features in a batch of another size.
//!
//! Rows are sorted by their product with one vector w. Since `|w x - w y| <= |w| |x - y|`, whatever
//! lies near a row has a product near its own: only those few are compared with it, number by
//! number.

use std::ops::Range;

use super::{
    columns::Columns,
    random::Random,
    row::{norm, squared_distance, wide_dot},
    sort,
};

/// Share of a row's length within which another is as good as the same: some units in the last
/// place of `f32`, summed up by a network.
const NEAR: f64 = 1e-5;

/// The same in units of the rows' own spread: where all lie far from the origin, close together,
/// the length says nothing.
const NEAR_OF_SPREAD: f64 = 1e-4;

/// Rows to find others among.
pub struct Lookup<'a> {
    rows: &'a [f32],
    width: usize,
    /// w, and its length.
    direction: Vec<f32>,
    length: f64,
    /// [`sort::key`]s of products and row numbers, ascending.
    sorted: Vec<u64>,
    /// No distance above this is near.
    nearest: f64,
}

/// A row that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub row: u32,
    /// Whether every value is the same.
    pub is_same: bool,
}

impl<'a> Lookup<'a> {
    /// Among `[rows, width]`.
    pub fn new(rows: &'a [f32], width: usize) -> Self {
        let mut lookup = Self::none(rows, width, Columns::of(rows, width).spread());
        lookup.add(0..rows.len() / width);
        lookup.close();
        lookup
    }

    /// Among none as yet of these rows, of which [`Columns::spread`] is known.
    pub fn none(rows: &'a [f32], width: usize, spread: f64) -> Self {
        let mut random = Random::new(width as u64);
        // No two alike, so that sparse rows of ones differ too.
        let direction: Vec<f32> = (0..width).map(|_| random.unit() - 0.5).collect();
        let length = norm(&direction);
        let nearest = NEAR_OF_SPREAD * spread;
        Self { rows, width, direction, length, sorted: Vec::new(), nearest }
    }

    /// Adds some of the rows.
    pub fn add(&mut self, range: Range<usize>) {
        let of = |row: usize| &self.rows[row * self.width..][..self.width];
        let keys = range.map(|row| sort::key(self.product(of(row)), row as u32));
        let keys: Vec<u64> = keys.collect();
        self.sorted.extend(keys);
    }

    /// To be called when all are added.
    pub fn close(&mut self) {
        sort::sort(&mut self.sorted);
    }

    /// The row that is the same as this one, the first of several; else the nearest of those that
    /// are as good as the same.
    pub fn find(&self, row: &[f32]) -> Option<Found> {
        let near = (NEAR * norm(row)).min(self.nearest);
        let product = self.product(row);
        // Products are rounded to single precision.
        let slack = (self.length * near + 1e-6 * f64::from(product).abs()) as f32;
        let first = self.sorted.partition_point(|&key| sort::value(key) < product - slack);
        let mut best: Option<(f32, u32)> = None;
        for &key in &self.sorted[first..] {
            // Beyond `f32` there may be no difference: not above, then.
            if sort::value(key) > product + slack {
                break;
            }
            let number = sort::row(key);
            let other = &self.rows[number * self.width..][..self.width];
            if row == other {
                return Some(Found { row: number as u32, is_same: true });
            }
            let square = squared_distance(row, other);
            let is_near = f64::from(square) <= near * near;
            if is_near && best.is_none_or(|(least, _)| square < least) {
                best = Some((square, number as u32));
            }
        }
        best.map(|(_, row)| Found { row, is_same: false })
    }

    #[inline(never)]
    fn product(&self, row: &[f32]) -> f32 {
        wide_dot(row, &self.direction) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64, count: usize) -> Vec<f32> {
        let mut random = Random::new(seed);
        (0..count).map(|_| random.unit() - 0.5).collect()
    }

    fn same(row: usize) -> Option<Found> {
        Some(Found { row: row as u32, is_same: true })
    }

    #[test]
    fn rows_are_found_and_others_are_not() {
        let (width, count) = (24, 500);
        for offset in [0.0, 3.0, 1000.0] {
            let rows: Vec<f32> = noise(1, width * count).iter().map(|x| x + offset).collect();
            let others: Vec<f32> = noise(2, width * count).iter().map(|x| x + offset).collect();
            let lookup = Lookup::new(&rows, width);
            for (number, row) in rows.chunks_exact(width).enumerate() {
                assert_eq!(lookup.find(row), same(number), "offset {offset}");
            }
            assert!(others.chunks_exact(width).all(|row| lookup.find(row).is_none()));
        }
    }

    #[test]
    fn rounding_does_not_hide_a_row() {
        let (width, count) = (1280, 200);
        let rows = noise(3, width * count);
        let lookup = Lookup::new(&rows, width);
        for (number, row) in rows.chunks_exact(width).enumerate() {
            for factor in [1.0 + 1e-6, 1.0 - 3e-6] {
                let near: Vec<f32> = row.iter().map(|x| x * factor).collect();
                let expected = Some(Found { row: number as u32, is_same: false });
                assert_eq!(lookup.find(&near), expected, "row {number}");
            }
            let far: Vec<f32> = row.iter().map(|x| x * 1.001).collect();
            assert_eq!(lookup.find(&far), None, "row {number}");
        }
    }

    #[test]
    fn the_first_of_equals_is_found_and_zeros_have_no_neighbours() {
        let rows = [0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 1.0, 2.0, -0.0, 0.0];
        let lookup = Lookup::new(&rows, 2);
        assert_eq!(lookup.find(&[1.0, 2.0]), same(1));
        assert_eq!(lookup.find(&[0.0, 0.0]), same(0));
        assert_eq!(lookup.find(&[1e-30, 0.0]), None);
        assert_eq!(Lookup::new(&[], 3).find(&[1.0, 2.0, 3.0]), None);
    }

    #[test]
    fn numbers_beyond_f32_are_found_by_being_the_same() {
        let rows = [f32::MAX, f32::MAX, -f32::MAX, 1.0, 2.0, 3.0];
        let lookup = Lookup::new(&rows, 3);
        assert_eq!(lookup.find(&rows[..3]), same(0));
        assert_eq!(lookup.find(&rows[3..]), same(1));
        assert_eq!(lookup.find(&[f32::MAX, f32::MAX, f32::MAX]), None);
    }
}
