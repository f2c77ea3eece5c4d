//! Which rows are dropped where more come than a head is to remember.

use super::split::members;
use crate::numeric::sort;

/// How many rows a head remembers. `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Rows of each class, and examples of the unknown.
    pub per_class: Option<usize>,
    /// Rows of each group in each class, where groups were named.
    pub per_group: Option<usize>,
}

impl Limits {
    /// Numbers of the rows that stay, ascending. Of each group in a class the newest `per_group`
    /// do. Of a class that has more than `per_class` then, the oldest row of its largest group is
    /// dropped until it has not: groups stay as even as they can be. Without groups the newest
    /// stay.
    ///
    /// Which rows stay depends on their order, classes and groups alone, never on scores: dropping
    /// the odd ones would make a threshold too low for rows as they come.
    pub fn kept(&self, labels: &[u32], groups: Option<&[u64]>) -> Vec<u32> {
        let count = labels.len();
        let mut of_class = vec![Vec::new(); labels.iter().max().map_or(0, |&l| l as usize + 1)];
        let class = |row: u32| labels[row as usize] as usize;
        // How many rows of its class and group are newer than a row.
        let mut newer = vec![0; of_class.len()];
        for rows in members(groups.unwrap_or(&vec![0; count])) {
            rows.iter().for_each(|&row| newer[class(row)] = 0);
            for row in rows.into_iter().rev() {
                let class = class(row);
                let rank = newer[class];
                newer[class] += 1;
                if groups.is_none() || self.per_group.is_none_or(|most| rank < most as u64) {
                    of_class[class].push(rank << 32 | (count as u64 - 1 - u64::from(row)));
                }
            }
        }
        let mut kept = Vec::new();
        for mut keys in of_class {
            sort::sort(&mut keys);
            keys.truncate(self.per_class.unwrap_or(keys.len()));
            kept.extend(keys.iter().map(|&key| (count - 1 - sort::row(key)) as u64));
        }
        sort::sort(&mut kept);
        kept.into_iter().map(|row| row as u32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(per_class: usize, per_group: usize, labels: &[u32], groups: &[u64]) -> Vec<u32> {
        let some = |limit: usize| (limit > 0).then_some(limit);
        let limits = Limits { per_class: some(per_class), per_group: some(per_group) };
        limits.kept(labels, (!groups.is_empty()).then_some(groups))
    }

    #[test]
    fn the_newest_stay() {
        assert_eq!(kept(0, 0, &[0, 1, 0], &[]), [0, 1, 2]);
        assert_eq!(kept(2, 0, &[0, 0, 1, 0, 0], &[]), [2, 3, 4]);
        assert_eq!(kept(0, 1, &[0, 0, 1, 0, 0], &[]), [0, 1, 2, 3, 4]);
        assert_eq!(kept(3, 3, &[], &[]), [0; 0]);
    }

    #[test]
    fn groups_stay_even() {
        let labels = [0; 7];
        let groups = [1, 1, 1, 1, 2, 2, 3];
        assert_eq!(kept(0, 2, &labels, &groups), [2, 3, 4, 5, 6]);
        assert_eq!(kept(5, 0, &labels, &groups), [2, 3, 4, 5, 6]);
        // Two groups of two are over by one: the oldest row of them goes.
        assert_eq!(kept(4, 0, &labels, &groups), [3, 4, 5, 6]);
        assert_eq!(kept(1, 0, &labels, &groups), [6]);
    }

    #[test]
    fn a_group_counts_within_its_class() {
        assert_eq!(kept(0, 1, &[0, 1, 0, 1], &[5, 5, 5, 5]), [2, 3]);
    }
}
