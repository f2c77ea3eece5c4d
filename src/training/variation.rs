//! Rows varied as rows of one class vary.
//!
//! ```text
//! x'_i = x_i + s (x_j - x_o)   x_j the next row of the batch, x_o another of the class of x_j, s = 1/2
//! ```
//!
//! Whatever class a row is of, it might have come out a little differently, in the ways in which rows
//! of any class do. A head that learns from x' does not take a row's chance for its class; the
//! spread within a class is half as large again. `docs/training.md` has what it gives.

/// For each of these rows another of its class: the one after it in their order, which is random; of
/// the last, the first. (The one before it is often x_i itself, which would then only be drawn towards
/// x_j.) Labels are those of all rows.
pub fn others(labels: &[u32], rows: &[u32]) -> Vec<u32> {
    let classes = labels.iter().max().map_or(0, |&label| label as usize + 1);
    let mut after = vec![0; classes];
    let class = |row: u32| labels[row as usize] as usize;
    rows.iter().rev().for_each(|&row| after[class(row)] = row);
    let mut others = rows.to_vec();
    for other in others.iter_mut().rev() {
        let row = *other;
        *other = std::mem::replace(&mut after[class(row)], row);
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_row_of_the_same_class() {
        assert_eq!(others(&[2, 0, 2, 5, 0, 2], &[5, 3, 1, 0, 4, 2]), [0, 3, 4, 2, 1, 5]);
        assert_eq!(others(&[0, 0], &[1]), [1]);
        assert!(others(&[], &[]).is_empty());
    }
}
