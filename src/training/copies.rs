//! Rows that are the same as others: as calibration rows they would be found among those that a turn
//! learns from, and look too familiar.

use crate::numeric::{
    fingerprint::{fingerprints, key},
    row::split,
    sort,
};

/// Columns by which rows are told apart at first: most differ there.
const START: usize = 8;

/// Which rows are the same as which.
pub struct Copies {
    /// For each row the first that is the same; itself, if none before it is.
    pub first: Vec<u32>,
    /// Rows that are examples of what is none of the classes, too, and all that are the same.
    pub contradicted: Vec<u32>,
}

impl Copies {
    /// Among rows with a class, and between these and examples of the unknown, `[rows, width]`
    /// each.
    pub fn of(known: &[f32], unknown: &[f32], width: usize) -> Self {
        let count = known.len() / width;
        let rows = [split(known, width), split(unknown, width)].concat();
        let everything: Vec<u32> = (0..rows.len() as u32).collect();
        let alike = runs(&keys(&rows, &everything, width.min(START)));
        let mut first = everything;
        for pair in keys(&rows, &alike, width).windows(2) {
            let [earlier, later] = [pair[0], pair[1]].map(sort::row);
            if pair[0] >> 32 == pair[1] >> 32 && rows[earlier] == rows[later] {
                first[later] = first[earlier];
            }
        }
        let mut shared = vec![false; count];
        for &row in &first[count..] {
            if let Some(shared) = shared.get_mut(row as usize) {
                *shared = true;
            }
        }
        first.truncate(count);
        let is_shared = |row: &u32| shared[first[*row as usize] as usize];
        let contradicted = (0..count as u32).filter(is_shared).collect();
        Self { first, contradicted }
    }

    /// The first of each that are the same, and all others.
    pub fn firsts(&self) -> Vec<u32> {
        (0..).zip(&self.first).filter(|&(row, &first)| row == first).map(|(row, _)| row).collect()
    }
}

/// Keys of these rows by their first columns, sorted; rows of one key by their number.
fn keys(rows: &[&[f32]], numbers: &[u32], columns: usize) -> Vec<u64> {
    let chosen: Vec<&[f32]> = numbers.iter().map(|&number| rows[number as usize]).collect();
    let prints = fingerprints(&chosen, columns);
    let keyed = prints.into_iter().zip(numbers);
    let mut keys: Vec<u64> = keyed.map(|(print, &number)| key(print, number)).collect();
    sort::sort(&mut keys);
    keys
}

/// The rows that share their key with others.
fn runs(keys: &[u64]) -> Vec<u32> {
    let is_alike = |one: Option<&u64>, key: u64| one.is_some_and(|one| one >> 32 == key >> 32);
    let shares = |place: &usize| {
        let key = keys[*place];
        is_alike(keys.get(place + 1), key)
            || place.checked_sub(1).is_some_and(|before| is_alike(keys.get(before), key))
    };
    (0..keys.len()).filter(shares).map(|place| sort::row(keys[place]) as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_same_is_found() {
        for width in [1, 3, 20] {
            let row = |number: usize| (0..width).map(move |column| (number * 31 + column) as f32);
            let rows = |numbers: &[usize]| numbers.iter().flat_map(|&n| row(n)).collect::<Vec<_>>();
            let copies = Copies::of(&rows(&[4, 5, 4, 6, 5, 4, 7]), &rows(&[8, 5, 9, 9, 7]), width);
            assert_eq!(copies.first, [0, 1, 0, 3, 1, 0, 6]);
            assert_eq!(copies.contradicted, [1, 4, 6]);
            let none = Copies::of(&rows(&[1, 2]), &[], width);
            assert_eq!((none.first, none.contradicted), (vec![0, 1], vec![]));
        }
    }

    #[test]
    fn rows_that_begin_alike_are_told_apart() {
        let width = 12;
        let rows: Vec<f32> = (0..40 * width)
            .map(|x| if x % width < 9 { 0.0 } else { (x / width / 2) as f32 })
            .collect();
        let first: Vec<u32> = (0..40).map(|row| row / 2 * 2).collect();
        assert_eq!(Copies::of(&rows, &[], width).first, first);
    }
}
