//! Does a row lie so far from all others that it alone decides how features are scaled: a sensor's
//! glitch, a wrong unit?

use super::rows::Rows;
use crate::numeric::{format::number, row::squared_distance, sort};

/// So many times as far from the middle as the usual row. Rows of tables, sensors and networks reach
/// 15 (`docs/training.md`).
const FAR: f32 = 100.0;

/// Rows whose medians are the middle.
const SAMPLED: usize = 128;

/// Fewer rows say nothing of what is usual.
const LEAST: usize = 8;

/// What is to be said of such rows, if there are any.
pub fn told(rows: &Rows, ids: &[u32]) -> Option<String> {
    let count = rows.count();
    if count < LEAST {
        return None;
    }
    let sample: Vec<usize> = (0..count).step_by(count.div_ceil(SAMPLED)).collect();
    let median = |column: usize| {
        let mut values: Vec<f32> = sample.iter().map(|&row| rows.row(row)[column]).collect();
        let middle = values.len() / 2;
        sort::select(&mut values, middle).0
    };
    let middle: Vec<f32> = (0..rows.width).map(median).collect();
    let squares: Vec<f32> =
        rows.features.chunks_exact(rows.width).map(|row| squared_distance(row, &middle)).collect();
    let usual = sort::select(&mut squares.clone(), count / 2).0;
    let far = FAR * FAR * usual;
    let outlying = || (0..count).filter(|&row| far > 0.0 && squares[row] > far);
    let first = outlying().next()?;
    Some(format!(
        "the row with id {} lies {} times as far from the middle of all rows as most do ({} such): it alone decides how features \
         are scaled; if it is a fault, remove it and fit again",
        ids[first],
        number(f64::from((squares[first] / usual).sqrt())),
        outlying().count(),
    ))
}
