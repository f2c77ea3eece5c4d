//! A copy of a matrix in bytes, a quarter of its size, by which the rows are found that may have the
//! largest products with a single row: for one row at a time, reading the matrix is what takes long.
//!
//! Every row is rounded to 127 steps either way, and how far off that is is known, so that the
//! product of the rounded rows is within `(|x| + |e_x|) |e_y| + |e_x| |y|` of the exact one (Cauchy
//! and Schwarz), e the errors. Of the rows that may be among the largest the products are made from
//! the matrix itself. The last column, which may be of another size, is taken as it is.

use std::ops::RangeInclusive;

use super::{bounds::largest, lanes::product_of_bytes};
use crate::numeric::{
    quads::{change_by, change_by_two},
    row::{all_finite, dot, norm},
    sort::select,
};

/// Numbers of a matrix from which on it does not lie in a processor's caches.
const LEAST: usize = 1 << 18;

/// Share of the lengths' product by which sums in `f32` may be off.
const ROUNDING: f32 = 1e-5;

/// Products of lengths that no sum overflows, and of which none that matters rounds to nothing.
const FIT: RangeInclusive<f32> = 1e-25..=1e30;

/// Steps from zero to the largest number of a row.
const STEPS: f32 = 127.0;

/// Bytes that are multiplied side by side.
const SIDE_BY_SIDE: usize = 16;

/// Rows of a matrix in bytes.
pub struct Coarse {
    /// Each row's, all but its last number, filled up with zeros.
    bytes: Vec<[i8; SIDE_BY_SIDE]>,
    lines: Vec<Line>,
    longest: f32,
}

/// What is known of a row.
struct Line {
    /// Of a step.
    scale: f32,
    /// Euclidean length of all but the last number, and of what the bytes are off by.
    length: f32,
    error: f32,
    last: f32,
}

impl Coarse {
    /// Of a large matrix `[rows, width]` of finite numbers.
    pub fn of(values: &[f32], width: usize) -> Option<Self> {
        if values.len() < LEAST || width < 2 * SIDE_BY_SIDE || !all_finite(values) {
            return None;
        }
        let rows = values.len() / width;
        let mut bytes = Vec::with_capacity(rows * (width - 1).div_ceil(SIDE_BY_SIDE));
        let lines: Vec<Line> =
            values.chunks_exact(width).map(|row| Line::of(row, &mut bytes)).collect();
        let longest = lines.iter().map(|line| line.length).fold(0.0, f32::max);
        Some(Self { bytes, lines, longest })
    }

    /// Of the products of a row with the matrix that this is of, some that hold the `k` largest, and
    /// their columns. Nothing where numbers are too large, or too small, for that.
    pub fn largest(&self, values: &[f32], row: &[f32], k: usize) -> Option<[Vec<f32>; 2]> {
        let rows = self.lines.len();
        let mut bytes = Vec::new();
        let own = Line::of(row, &mut bytes);
        let is_fit = FIT.contains(&(own.length * self.longest)) && own.last.abs() <= *FIT.end();
        if k >= rows || !is_fit {
            return None;
        }
        let (mut least, mut most) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        for (line, packed) in self.lines.iter().zip(self.bytes.chunks_exact(bytes.len())) {
            let product = product_of_bytes(&bytes, packed) as f32;
            let about = own.scale * line.scale * product + own.last * line.last;
            let length = own.length + own.error;
            let off = length * line.error
                + own.error * line.length
                + ROUNDING * (length * line.length + (own.last * line.last).abs());
            least.push(about - off);
            most.push(about + off);
        }
        let (least, _) = select(&mut least, rows - k);
        let (mut products, mut columns) = (Vec::new(), Vec::new());
        for (column, _) in most.iter().enumerate().filter(|&(_, &most)| most >= least) {
            products.push(dot(row, &values[column * row.len()..][..row.len()]));
            columns.push(column as f32);
        }
        Some([products, columns])
    }
}

impl Line {
    /// Of a row, whose bytes it adds.
    fn of(row: &[f32], bytes: &mut Vec<[i8; SIDE_BY_SIDE]>) -> Self {
        let (last, row) = row.split_last().map_or((0.0, row), |(&last, row)| (last, row));
        let scale = largest(row) as f32 / STEPS;
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        // In steps.
        let mut off = [0.0; SIDE_BY_SIDE];
        for part in row.chunks(SIDE_BY_SIDE) {
            let mut exact = [0.0; SIDE_BY_SIDE];
            change_by(&mut exact[..part.len()], part, |_, x| x * inverse);
            let rounded = exact.map(f32::round_ties_even);
            change_by_two(&mut off, &exact, &rounded, |off, exact, rounded| {
                off + (exact - rounded) * (exact - rounded)
            });
            bytes.push(rounded.map(|step| step as i32 as i8));
        }
        let error = scale * (off.iter().sum::<f32>().sqrt() + ROUNDING * STEPS);
        Self { scale, length: norm(row) as f32, error, last }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    const WIDTH: usize = 301;

    /// Rows of a dozen groups, with a last column of another size.
    fn rows(seed: u64, count: usize, scale: f32) -> Vec<f32> {
        let (mut random, mut centres) = (Random::new(seed), Random::new(1));
        let centres: Vec<f32> = (0..12 * WIDTH).map(|_| centres.unit() - 0.4).collect();
        let mut rows = Vec::with_capacity(count * WIDTH);
        for row in 0..count {
            let centre = &centres[row % 12 * WIDTH..][..WIDTH];
            rows.extend(centre.iter().map(|x| scale * (x + 0.3 * (random.unit() - 0.5).powi(3))));
            rows[row * WIDTH + WIDTH - 1] *= 50.0;
        }
        rows
    }

    #[test]
    fn the_largest_products_are_among_those_found() {
        let count = 1000;
        for scale in [1.0, 1e-12, 1e8] {
            let mut values = rows(2, count, scale);
            // Copies, a row of zeros, and one number that outweighs a row.
            values.copy_within(..5 * WIDTH, 700 * WIDTH);
            values[800 * WIDTH..801 * WIDTH].fill(0.0);
            values[900 * WIDTH + 7] *= 100.0;
            let coarse = Coarse::of(&values, WIDTH);
            for (number, row) in rows(3, 30, scale).chunks_exact(WIDTH).enumerate() {
                let exact: Vec<f32> =
                    values.chunks_exact(WIDTH).map(|other| dot(row, other)).collect();
                for k in [1, 6, 51] {
                    let found = coarse.as_ref().and_then(|coarse| coarse.largest(&values, row, k));
                    let Some([products, columns]) = found else { panic!("{scale}: nothing") };
                    let (least, _) = select(&mut exact.clone(), count - k);
                    for (column, &product) in exact.iter().enumerate() {
                        let place = columns.iter().position(|&at| at as usize == column);
                        assert!(product < least || place.is_some(), "{scale} {number} {k}");
                        place.into_iter().for_each(|at| assert_eq!(products[at], product));
                    }
                    assert!(columns.len() < count / 2, "{} of {count} for {k}", columns.len());
                }
            }
        }
    }

    #[test]
    fn numbers_beyond_f32_are_left_to_others() {
        let mut values = rows(2, 1000, 1.0);
        let mut row = rows(3, 1, 1.0);
        let coarse = Coarse::of(&values, WIDTH);
        let of = |row: &[f32], k| coarse.as_ref().and_then(|c| c.largest(&values, row, k));
        assert!(of(&row, 5).is_some());
        assert!(of(&row, 1000).is_none());
        let small: Vec<f32> = row.iter().map(|x| 1e-30 * x).collect();
        assert!(of(&small, 5).is_none());
        for number in [1e32, f32::INFINITY, f32::NAN] {
            row[3] = number;
            assert!(of(&row, 5).is_none(), "{number}");
        }
        values[5] = f32::NAN;
        assert!(Coarse::of(&values, WIDTH).is_none());
        assert!(Coarse::of(&values[..9 * WIDTH], WIDTH).is_none());
    }
}
