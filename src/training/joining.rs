//! Rows that join others, but for those that are there already, some steps at a time.

use std::{ops::Range, rc::Rc};

use super::rows::Rows;
use crate::numeric::{
    fingerprint::{fingerprints, key},
    sort,
};

/// What a pass over all rows makes.
#[derive(Clone, Copy, Debug)]
pub enum Pass {
    /// A key of each row.
    Keys,
    /// Which of the others are new.
    News,
    /// All rows in their new place.
    Copy,
}

impl Pass {
    /// One after the other.
    pub const ALL: [Self; 3] = [Self::Keys, Self::News, Self::Copy];
}

/// Rows that are joining others. Numbers count those that were there, and then the others.
pub struct Joining {
    known: Rows,
    others: Rows,
    /// Parts of fingerprints, each with the number of its row.
    keys: Vec<u64>,
    /// Of the others, and how many of them are.
    is_new: Vec<bool>,
    new: usize,
    features: Vec<f32>,
}

impl Joining {
    /// Of these rows, which stay as they are, and others.
    pub fn new(known: Rows, others: Rows) -> Self {
        let new = others.count();
        let is_new = vec![true; new];
        Self { known, others, keys: Vec::new(), is_new, new, features: Vec::new() }
    }

    /// Number of all rows.
    pub fn count(&self) -> usize {
        self.known.count() + self.others.count()
    }

    /// Takes some of them through a pass. Each takes all, in their order.
    pub fn go_on(&mut self, pass: Pass, range: Range<usize>) {
        let is_first = range.start == 0;
        match pass {
            Pass::Keys => {
                let rows: Vec<&[f32]> = range.clone().map(|number| self.row(number)).collect();
                let found = fingerprints(&rows, self.known.width);
                let keyed = found.into_iter().zip(range.start as u32..);
                self.keys.extend(keyed.map(|(print, number)| key(print, number)));
            }
            Pass::News => {
                if is_first {
                    sort::sort(&mut self.keys);
                }
                for place in range {
                    let number = sort::row(self.keys[place]);
                    if let Some(other) = number.checked_sub(self.known.count())
                        && self.is_there(place)
                    {
                        self.is_new[other] = false;
                        self.new -= 1;
                    }
                }
            }
            Pass::Copy if self.as_they_lie().is_some() => {}
            Pass::Copy => {
                let Self { known, others, is_new, features, .. } = self;
                let before = known.count();
                if is_first {
                    features.reserve_exact((before + self.new) * known.width);
                }
                for number in range {
                    match number.checked_sub(before) {
                        None => features.extend_from_slice(known.row(number)),
                        Some(other) if is_new[other] => {
                            features.extend_from_slice(others.row(other));
                        }
                        Some(_) => {}
                    }
                }
            }
        }
    }

    /// How many of the others are new, after their pass.
    pub fn new_ones(&self) -> usize {
        self.new
    }

    /// The joined rows, after all passes. Of those whose groups are not named, `ids` numbers all.
    pub fn finish(self, ids: &[u32]) -> Rows {
        let new: Vec<u32> =
            (0..self.others.count() as u32).filter(|&other| self.is_new[other as usize]).collect();
        let new = self.others.pick_beside(&new);
        let features = self.as_they_lie().unwrap_or(Rc::new(self.features));
        let mut all = self.known;
        all.append_beside(&new, ids);
        Rows { features, ..all }
    }

    /// The features of all, where nothing is to be copied.
    fn as_they_lie(&self) -> Option<Rc<Vec<f32>>> {
        let Self { known, others, new, .. } = self;
        match (known.count(), others.count() - new) {
            _ if *new == 0 => Some(known.features.clone()),
            (0, 0) => Some(others.features.clone()),
            _ => None,
        }
    }

    /// Whether, of the row of the key at a place, an equal one of the same class stands before.
    fn is_there(&self, place: usize) -> bool {
        let key = self.keys[place];
        let number = sort::row(key);
        let alike = self.keys[..place].iter().rev().take_while(|&other| other >> 32 == key >> 32);
        alike.map(|&other| sort::row(other)).any(|other| {
            let pairs = self.row(other).iter().zip(self.row(number));
            self.label(other) == self.label(number)
                && pairs.into_iter().all(|(x, y)| x.to_bits() == y.to_bits())
        })
    }

    fn row(&self, number: usize) -> &[f32] {
        match number.checked_sub(self.known.count()) {
            None => self.known.row(number),
            Some(other) => self.others.row(other),
        }
    }

    fn label(&self, number: usize) -> u32 {
        match number.checked_sub(self.known.count()) {
            None => self.known.labels[number],
            Some(other) => self.others.labels[other],
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "this is how a test fails")]
mod tests {
    use super::*;

    /// Rows of few values and classes, so that many are the same.
    fn rows(count: usize, seed: usize) -> Rows {
        let features = (0..count * 2).map(|x| ((x * seed + x / 3) % 3) as f32).collect();
        let labels: Vec<f64> = (0..count).map(|row| (row * seed / 2 % 2) as f64).collect();
        let groups: Vec<f64> = (0..count).map(|row| row as f64).collect();
        Rows::check(features, &labels, 2, 2).unwrap().grouped(Some(&groups)).unwrap()
    }

    #[test]
    fn rows_join_once() {
        for (before, count) in [(0, 1), (0, 12), (5, 9), (30, 7), (7, 30)] {
            let known = if before == 0 { Rows::none(2) } else { rows(before, 5) };
            let others = rows(count, 7);
            let of = |rows: &Rows, row: usize| (rows.labels[row], rows.row(row).to_vec());
            let mut expected: Vec<_> = (0..before).map(|row| of(&known, row)).collect();
            let mut groups = known.groups.as_deref().cloned().unwrap_or_default();
            for row in 0..count {
                let new = of(&others, row);
                if !expected.contains(&new) {
                    expected.push(new);
                    groups.push(others.groups.as_ref().unwrap()[row]);
                }
            }
            let mut joining = Joining::new(known.clone(), others);
            for pass in Pass::ALL {
                for first in (0..joining.count()).step_by(4) {
                    joining.go_on(pass, first..joining.count().min(first + 4));
                }
            }
            assert_eq!(joining.new_ones(), expected.len() - before);
            let all = joining.finish(&vec![0; expected.len()]);
            assert_eq!(all.groups.as_deref(), Some(&groups));
            let found: Vec<_> = (0..all.count()).map(|row| of(&all, row)).collect();
            assert_eq!(found, expected);
            assert_eq!(all.features.len(), 2 * expected.len());
        }
    }
}
