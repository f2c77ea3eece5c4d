//! Functions of one row that losses and scores share. Sums run in eight lanes, which the compiler
//! turns into SIMD.

use std::{
    iter::Sum,
    ops::{Add, AddAssign},
};

use super::quads::change;

const LANES: usize = 8;

/// In double precision.
const WIDE: usize = 4;

/// Numbers that sums are made of, of either precision.
trait Float: Copy + Default + Add<Output = Self> + AddAssign + Sum {}

impl Float for f32 {}
impl Float for f64 {}

/// The largest value; negative infinity for an empty row.
pub fn max(row: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, x);
        }
    }
    lanes.iter().chain(rest).copied().fold(f32::NEG_INFINITY, larger)
}

/// Whether no value is NaN or an infinity.
#[inline(never)]
pub fn all_finite(row: &[f32]) -> bool {
    // Either makes the sum NaN, and zeros add up to zero.
    sum(row, |x| x * 0.0) == 0.0
}

/// ReLU, in place. What is not finite becomes NaN and is not cut to zero, which would hide it from
/// the layers behind.
#[inline(never)]
pub fn rectify(row: &mut [f32]) {
    change(row, |x| x.max(0.0) + x * 0.0);
}

/// The position of the largest value, the first of equals; 0 for an empty row.
pub fn argmax(row: &[f32]) -> usize {
    let largest = max(row);
    row.iter().position(|&x| x == largest).unwrap_or(0)
}

/// The sum of `f(x)` over the row.
#[inline(always)]
pub fn sum(row: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    in_lanes::<LANES, _>(row, f)
}

/// The sum in double precision.
pub fn wide_sum(row: &[f32]) -> f64 {
    in_lanes::<WIDE, _>(row, f64::from)
}

/// The inner product of two rows of one length.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    of_pairs::<LANES, _, _, _>(a, b, |x, y| x * y)
}

/// The inner product of two rows of one length in double precision.
pub fn wide_dot<T: Copy + Into<f64>>(a: &[T], b: &[T]) -> f64 {
    of_pairs::<WIDE, _, _, _>(a, b, |x, y| x.into() * y.into())
}

/// The squared Euclidean distance of two rows of one length.
pub fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    of_pairs::<LANES, _, _, _>(a, b, |x, y| (x - y) * (x - y))
}

/// Squared Euclidean distance of a row to a mean.
pub fn squared_distance_to_mean(row: &[f32], mean: &[f64]) -> f64 {
    of_pairs::<WIDE, _, _, _>(row, mean, |x, m| (f64::from(x) - m).powi(2))
}

/// The sum of `f(x)`, in lanes.
#[inline(always)]
fn in_lanes<const N: usize, S: Float>(row: &[f32], f: impl Fn(f32) -> S) -> S {
    let (chunks, rest) = row.as_chunks::<N>();
    let mut lanes = [S::default(); N];
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += f(x);
        }
    }
    lanes.into_iter().sum::<S>() + rest.iter().map(|&x| f(x)).sum::<S>()
}

/// The sum of `f(x, y)` over two rows of one length, in lanes.
#[inline(always)]
fn of_pairs<const N: usize, A: Copy, B: Copy, S: Float>(
    a: &[A],
    b: &[B],
    f: impl Fn(A, B) -> S,
) -> S {
    let (left, left_rest) = a.as_chunks::<N>();
    let (right, right_rest) = b.as_chunks::<N>();
    let mut lanes = [S::default(); N];
    for (x, y) in left.iter().zip(right) {
        for lane in 0..N {
            lanes[lane] += f(x[lane], y[lane]);
        }
    }
    let rest = left_rest.iter().zip(right_rest).map(|(&x, &y)| f(x, y));
    lanes.into_iter().sum::<S>() + rest.sum::<S>()
}

/// Euclidean norm. Squares of `f32` can overflow `f32` but not `f64`.
pub fn norm(row: &[f32]) -> f64 {
    wide_dot(row, row).sqrt()
}

/// Euclidean distance of a row to a mean.
pub fn distance_to_mean(row: &[f32], mean: &[f64]) -> f64 {
    squared_distance_to_mean(row, mean).sqrt()
}

/// The rows of `[rows, width]`.
#[inline(never)]
pub fn split(rows: &[f32], width: usize) -> Vec<&[f32]> {
    rows.chunks_exact(width).collect()
}

/// Rows at unit length; a row of zeros stays one.
pub fn normalized(rows: &[f32], width: usize) -> Vec<f32> {
    let mut unit = Vec::with_capacity(rows.len());
    for row in rows.chunks_exact(width) {
        let norm = norm(row);
        let factor = if norm > 0.0 { 1.0 / norm } else { 0.0 };
        unit.extend(row.iter().map(|&x| (f64::from(x) * factor) as f32));
    }
    unit
}

/// Rows that are turned into columns together: a cache line of each column.
pub const TILE: usize = 16;

/// Puts `[rows, width]` into columns that lie `stride` numbers apart, from the first place on. A few
/// rows at a time, or each number is fetched with a line of others for itself.
#[inline(never)]
pub fn into_columns(rows: &[f32], width: usize, columns: &mut [f32], stride: usize) {
    for column in 0..width {
        let places = columns[column * stride..].iter_mut();
        places.zip(rows[column..].iter().step_by(width)).for_each(|(place, &x)| *place = x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equals_is_the_argmax() {
        assert_eq!(argmax(&[1.0, 3.0, 3.0, 2.0]), 1);
        assert_eq!(argmax(&[0.0; 20]), 0);
        assert_eq!(argmax(&[]), 0);
    }

    #[test]
    fn sums_in_double_precision_are_those_of_a_plain_loop() {
        for length in 0..12 {
            let row: Vec<f32> = (0..length).map(|i| 1e30 * (i as f32 - 3.7)).collect();
            let mean: Vec<f64> = (0..length).map(|i| 1e29 * f64::from(i)).collect();
            let wide: Vec<f64> = row.iter().map(|&x| x.into()).collect();
            let near = |found: f64, terms: &mut dyn Iterator<Item = f64>| {
                let (sum, size) =
                    terms.fold((0.0, 0.0), |(sum, size), x: f64| (sum + x, size + x.abs()));
                assert!((found - sum).abs() <= 1e-14 * size, "{length}: {found} {sum}");
            };
            near(wide_sum(&row), &mut wide.iter().copied());
            near(wide_dot(&wide, &mean), &mut wide.iter().zip(&mean).map(|(x, m)| x * m));
            near(norm(&row).powi(2), &mut wide.iter().map(|x| x * x));
            let mut offsets = wide.iter().zip(&mean).map(|(x, m)| (x - m).powi(2));
            near(squared_distance_to_mean(&row, &mean), &mut offsets);
        }
    }

    #[test]
    fn what_is_not_finite_is_noticed_and_survives_a_relu() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for at in 0..19 {
                let mut row = [-f32::MAX; 19];
                assert!(all_finite(&row));
                row[at] = bad;
                assert!(!all_finite(&row));
                rectify(&mut row);
                assert!(row.iter().enumerate().all(|(i, x)| (i == at) == x.is_nan()));
            }
        }
        let mut row = [-1.0, -0.0, 0.0, 2.0, f32::MAX];
        rectify(&mut row);
        assert_eq!(row, [0.0, 0.0, 0.0, 2.0, f32::MAX]);
    }

    #[test]
    fn sums_do_not_depend_on_where_lanes_end() {
        for length in 0..40 {
            let row: Vec<f32> = (0..length).map(|i| i as f32).collect();
            assert_eq!(sum(&row, |x| x), (length * (length - 1) / 2) as f32);
            assert_eq!(dot(&row, &vec![2.0; row.len()]), (length * (length - 1)) as f32);
            assert_eq!(squared_distance(&row, &vec![0.0; row.len()]), dot(&row, &row));
        }
    }
}
