//! A batch whose rows are combinations of rows.

use crate::engine::VARIATION;

/// What a batch's gradients make of all rows: each batch row, varied by others where there are any,
/// is a combination of them.
pub struct Combined<'a> {
    batch: &'a [u32],
    others: &'a [u32],
    /// Rows with a factor other than 0, and room for the factors.
    rows: Vec<u32>,
    factors: Vec<f32>,
}

impl<'a> Combined<'a> {
    /// Of a batch, and as many others or none, of so many rows.
    pub fn new(batch: &'a [u32], others: &'a [u32], count: usize) -> Self {
        let mut rows = [batch, others].concat();
        // Where these name rows twice: each row once.
        if !others.is_empty() && rows.len() > count {
            rows = (0..count as u32).collect();
        }
        let factors = vec![0.0; rows.len()];
        Self { batch, others, rows, factors }
    }

    /// The rows, and the factor of each, for the gradients with respect to a class's logits.
    pub fn of(&mut self, delta: &[f32]) -> (&[u32], &[f32]) {
        let Self { batch, others, rows, factors } = self;
        let count = batch.len();
        let is_listed = rows.len() == count + others.len();
        factors.fill(0.0);
        let mut add = |place: usize, row: u32, factor: f32| {
            factors[if is_listed { place } else { row as usize }] += factor;
        };
        for (place, (&row, &delta)) in batch.iter().zip(delta).enumerate() {
            add(place, row, delta);
            let next = (place + 1) % count;
            if let Some(&other) = others.get(next) {
                add(next, batch[next], VARIATION * delta);
                add(count + next, other, -VARIATION * delta);
            }
        }
        (rows, factors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_varied_row_is_a_combination_of_rows() {
        // x_0 = r_2 + (r_1 - r_2) / 2, x_1 = r_1 + (r_2 - r_0) / 2
        let (batch, others, delta) = ([2, 1], [0, 2], [10.0, 100.0]);
        // Each row once where there are few, as they come where there are many.
        for (count, expected) in [(3, 3), (6, 4)] {
            let mut combined = Combined::new(&batch, &others, count);
            let (rows, factors) = combined.of(&delta);
            let mut sums = [0.0; 3];
            rows.iter().zip(factors).for_each(|(&row, factor)| sums[row as usize] += factor);
            assert_eq!((sums, rows.len()), ([-50.0, 105.0, 55.0], expected));
        }
        let mut plain = Combined::new(&batch, &[], 6);
        assert_eq!(plain.of(&delta), (batch.as_slice(), delta.as_slice()));
    }
}
