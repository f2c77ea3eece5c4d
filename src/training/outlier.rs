//! Does a row lie so far from all others that it alone decides how features are scaled: a sensor's
//! glitch, a wrong unit?

use super::rows::Rows;
use crate::{
    numeric::{format::number, row::squared_distance, sort},
    pace::Pace,
};

/// So many times as far from the middle as the usual row. Rows of tables, sensors and networks reach
/// 15 (`docs/training.md`).
const FAR: f32 = 100.0;

/// Rows whose medians are the middle.
const SAMPLED: usize = 128;

/// Fewer rows say nothing of what is usual.
const LEAST: usize = 8;

/// What is to be said of such rows, if there are any.
pub async fn told(rows: &Rows, ids: &[u32], pace: &Pace) -> Option<String> {
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
    let mut middle = Vec::with_capacity(rows.width);
    pace.each(rows.width, sample.len(), &mut |columns| middle.extend(columns.map(median))).await;
    let mut squares = Vec::with_capacity(count);
    let square = |row: usize| squared_distance(rows.row(row), &middle);
    pace.each(count, rows.width, &mut |range| squares.extend(range.map(square))).await;
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
