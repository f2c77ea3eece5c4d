//! Parts of the rows by seed: held-out rows, and classes left out by turns.

use crate::numeric::{random::Random, sort};

/// Rows to learn from and rows held out: the same share of every class, by seed; a class keeps at
/// least one row to learn from.
pub fn stratified(labels: &[u32], classes: usize, seed: u64, share: f64) -> (Vec<u32>, Vec<u32>) {
    let mut by_class = vec![Vec::new(); classes];
    let mut random = Random::new(seed);
    let (mut kept, mut held_out) = (Vec::new(), Vec::new());
    for (row, &label) in labels.iter().enumerate() {
        by_class[label as usize].push(row as u32);
    }
    // What rounding takes from one class the next one gives, so that the whole share comes out
    // right. A row that a class does not give, because it is its last one, is not taken from
    // another.
    let mut owed = 0.0;
    for mut rows in by_class {
        random.shuffle(&mut rows);
        owed += rows.len() as f64 * share;
        let due = owed.round().max(0.0);
        owed -= due;
        let take = (due as usize).min(rows.len().saturating_sub(1));
        held_out.extend_from_slice(&rows[..take]);
        kept.extend_from_slice(&rows[take..]);
    }
    (kept, held_out)
}

/// The same by whole groups: held out are groups, by seed, that bring the classes nearest to their
/// shares; each class keeps a group to learn from.
pub fn grouped(
    labels: &[u32],
    groups: &[u64],
    classes: usize,
    seed: u64,
    share: f64,
) -> (Vec<u32>, Vec<u32>) {
    let mut members = members(groups);
    Random::new(seed).shuffle(&mut members);
    let (mut left, mut due) = (vec![0.0; classes], vec![0.0; classes]);
    labels.iter().for_each(|&label| left[label as usize] += 1.0);
    due.iter_mut().zip(&left).for_each(|(due, rows)| *due = rows * share);
    let (mut kept, mut held_out) = (Vec::new(), Vec::new());
    for rows in members {
        let mut counts = vec![0.0; classes];
        rows.iter().for_each(|&row| counts[labels[row as usize] as usize] += 1.0);
        let present = || (0..classes).filter(|&class| counts[class] > 0.0);
        let is_last = present().any(|class| left[class] <= counts[class]);
        let gain: f64 =
            present().map(|class| due[class].abs() - (due[class] - counts[class]).abs()).sum();
        if gain > 0.0 && !is_last {
            present().for_each(|class| {
                due[class] -= counts[class];
                left[class] -= counts[class];
            });
            held_out.extend(rows);
        } else {
            kept.extend(rows);
        }
    }
    (kept, held_out)
}

/// Most folds of a cross-validation.
const FOLDS: usize = 5;

/// Rows to leave out by turns. By whole groups where there are any: as many folds as the fewest
/// groups of any class, between 2 and 5; the only group of a class is never left out. Else
/// contiguous runs of each class in the order given, so that rows which were taken one after the
/// other, and may be alike, are left out together; the only row of a class never is.
pub fn folds(
    labels: &[u32],
    groups: Option<&[u64]>,
    classes: usize,
    most: Option<usize>,
) -> Vec<Vec<u32>> {
    let mut of_class = vec![Vec::new(); classes];
    labels.iter().zip(0..).for_each(|(&label, row)| of_class[label as usize].push(row));
    let mut folds = match groups {
        Some(groups) => grouped_folds(&of_class, &dense(groups), most),
        None => ungrouped_folds(&of_class, most.unwrap_or(FOLDS)),
    };
    folds.retain(|fold| !fold.is_empty());
    folds
}

fn ungrouped_folds(of_class: &[Vec<u32>], count: usize) -> Vec<Vec<u32>> {
    let mut folds = vec![Vec::new(); count];
    for (class, rows) in of_class.iter().enumerate().filter(|(_, rows)| rows.len() > 1) {
        // Classes of fewer rows than folds begin at different ones.
        for (run, rows) in balanced(rows, count).into_iter().enumerate() {
            folds[(class + run) % count].extend(rows);
        }
    }
    folds
}

/// `groups` are numbered from 0.
fn grouped_folds(of_class: &[Vec<u32>], groups: &[u32], most: Option<usize>) -> Vec<Vec<u32>> {
    let group = |row: u32| groups[row as usize] as usize;
    let count = groups.iter().map(|&group| group as usize + 1).max().unwrap_or(0);
    // Rows of each group in each class.
    let sizes: Vec<Vec<u32>> = of_class
        .iter()
        .map(|rows| {
            let mut sizes = vec![0; count];
            rows.iter().for_each(|&row| sizes[group(row)] += 1);
            sizes
        })
        .collect();
    let present = |sizes: &[u32]| sizes.iter().filter(|&&size| size > 0).count();
    let fewest = sizes.iter().map(|sizes| present(sizes)).filter(|&count| count > 1).min();
    let Some(fewest) = fewest else { return Vec::new() };
    let fold_count = most.unwrap_or(FOLDS).min(fewest.max(2));

    // A group goes where its first class puts it, whatever other classes it has rows of.
    let mut homes: Vec<Option<usize>> = vec![None; count];
    for (class, sizes) in sizes.iter().enumerate().filter(|(_, sizes)| present(sizes) > 1) {
        let mut taken = vec![0; fold_count];
        for (group, &size) in sizes.iter().enumerate() {
            homes[group].into_iter().for_each(|home| taken[home] += size);
        }
        // The largest first, each to the fold that has fewest rows of this class.
        let largest =
            sort::ascending(&sizes.iter().map(|&size| -(size as f32)).collect::<Vec<_>>());
        for group in largest.into_iter().filter(|&group| sizes[group] > 0) {
            if homes[group].is_none() {
                let places =
                    (0..fold_count).min_by_key(|&fold| (taken[fold], (fold + class) % fold_count));
                let home = places.unwrap_or(0);
                taken[home] += sizes[group];
                homes[group] = Some(home);
            }
        }
    }
    let mut folds = vec![Vec::new(); fold_count];
    for rows in of_class {
        // The only group of a class always trains.
        let is_single = rows.iter().all(|&row| group(row) == group(rows[0]));
        for &row in rows.iter().filter(|_| !is_single) {
            homes[group(row)].into_iter().for_each(|home| folds[home].push(row));
        }
    }
    folds
}

/// The rows of each group, in the order in which groups appear.
pub fn members(groups: &[u64]) -> Vec<Vec<u32>> {
    let mut members: Vec<Vec<u32>> = Vec::new();
    for (group, row) in dense(groups).into_iter().zip(0..) {
        if group as usize == members.len() {
            members.push(Vec::new());
        }
        members[group as usize].push(row);
    }
    members
}

/// The groups numbered from 0, in the order in which they appear.
fn dense(groups: &[u64]) -> Vec<u32> {
    let mut values = groups.to_vec();
    sort::sort(&mut values);
    values.dedup();
    let mut numbers = vec![None; values.len()];
    let mut next = 0;
    groups
        .iter()
        .map(|group| {
            let place = values.partition_point(|value| value < group);
            *numbers[place].get_or_insert_with(|| {
                next += 1;
                next - 1
            })
        })
        .collect()
}

/// `parts` runs of `items`, whose lengths differ by at most one; fewer if there are fewer items.
pub fn balanced<T: Clone>(items: &[T], parts: usize) -> Vec<Vec<T>> {
    let parts = parts.min(items.len());
    (0..parts)
        .map(|part| items[part * items.len() / parts..(part + 1) * items.len() / parts].to_vec())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held_out(counts: &[usize], share: f64) -> Vec<usize> {
        let labels: Vec<u32> =
            counts.iter().zip(0..).flat_map(|(&count, class)| vec![class; count]).collect();
        let (kept, held_out) = stratified(&labels, counts.len(), 3, share);
        assert_eq!(kept.len() + held_out.len(), labels.len());
        (0..counts.len() as u32)
            .map(|class| held_out.iter().filter(|&&row| labels[row as usize] == class).count())
            .collect()
    }

    #[test]
    fn every_class_gives_its_own_share() {
        let singletons = |count: usize, last: usize| [vec![1; count], vec![last]].concat();
        assert_eq!(held_out(&singletons(50, 20), 0.2)[50], 4);
        assert_eq!(held_out(&singletons(10, 12), 0.5)[10], 6);
        assert_eq!(held_out(&[10, 10, 10], 0.25).iter().sum::<usize>(), 8);
        assert_eq!(held_out(&[2; 40], 0.1).iter().sum::<usize>(), 8);
        assert_eq!(held_out(&[5, 5], 0.0), [0, 0]);
    }

    #[test]
    fn parts_are_balanced() {
        for (items, parts) in [(4, 3), (5, 4), (7, 7), (10, 3), (2, 5), (150, 3)] {
            let divided = balanced(&(0..items).collect::<Vec<_>>(), parts);
            assert_eq!(divided.len(), parts.min(items));
            let lengths = || divided.iter().map(Vec::len);
            assert!(lengths().max().unwrap_or(0) - lengths().min().unwrap_or(0) <= 1);
            assert_eq!(divided.concat(), (0..items).collect::<Vec<_>>());
        }
    }

    /// Classes 0, 1, ... with so many groups of so many rows.
    fn sessions(shape: &[(usize, usize)]) -> (Vec<u32>, Vec<u64>) {
        let rows = shape.iter().zip(0..).flat_map(|(&(groups, rows), class)| {
            (0..groups as u64)
                .flat_map(move |group| vec![(class, 100 * u64::from(class) + group); rows])
        });
        rows.unzip()
    }

    #[test]
    fn groups_are_never_parted() {
        let (labels, groups) = sessions(&[(4, 25), (3, 7), (1, 9), (6, 2)]);
        let (kept, held_out) = grouped(&labels, &groups, 4, 5, 0.3);
        let of = |rows: &[u32]| {
            rows.iter().map(|&row| groups[row as usize]).collect::<std::collections::BTreeSet<_>>()
        };
        assert!(of(&kept).is_disjoint(&of(&held_out)) && !held_out.is_empty());
        assert!((0..4).all(|class| kept.iter().any(|&row| labels[row as usize] == class)));

        let divided = folds(&labels, Some(&groups), 4, None);
        assert_eq!(divided.len(), 3);
        for (one, fold) in divided.iter().enumerate() {
            assert!(divided[one + 1..].iter().all(|other| of(fold).is_disjoint(&of(other))));
        }
        // All rows but those of the class with a single group.
        assert_eq!(divided.iter().map(Vec::len).sum::<usize>(), 100 + 21 + 12);
    }

    #[test]
    fn a_group_of_several_classes_stays_together() {
        let labels = [0, 1].repeat(30);
        let groups: Vec<u64> = (0..60).map(|row| row / 12).collect();
        let divided = folds(&labels, Some(&groups), 2, None);
        assert_eq!(divided.concat().len(), 60);
        for fold in &divided {
            for &row in fold {
                assert_eq!(
                    fold.iter()
                        .filter(|&&other| groups[other as usize] == groups[row as usize])
                        .count(),
                    12
                );
            }
        }
    }

    #[test]
    fn folds_without_groups_are_runs_of_each_class() {
        let labels: Vec<u32> = [vec![0; 10], vec![1; 3], vec![2]].concat();
        let divided = folds(&labels, None, 3, None);
        assert_eq!(divided.len(), 5);
        assert!(divided.iter().any(|fold| fold.starts_with(&[0, 1])));
        let mut all = divided.concat();
        all.sort_unstable();
        assert_eq!(all, (0..13).collect::<Vec<u32>>());
        assert_eq!(folds(&[0, 0], None, 1, None).concat().len(), 2);
        assert!(folds(&[0, 1, 2], None, 3, None).is_empty());
    }
}
