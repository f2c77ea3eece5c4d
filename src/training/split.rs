//! Parts of the rows by seed: held-out rows, and classes left out by turns.

use crate::numeric::random::Random;

/// Rows to learn from and rows held out: the same share of every class, by seed; a class keeps at least one row to learn from.
pub fn stratified(labels: &[u32], classes: usize, seed: u64, share: f64) -> (Vec<u32>, Vec<u32>) {
    let mut by_class = vec![Vec::new(); classes];
    let mut random = Random::new(seed);
    let (mut kept, mut held_out) = (Vec::new(), Vec::new());
    for (row, &label) in labels.iter().enumerate() {
        by_class[label as usize].push(row as u32);
    }
    // What rounding takes from one class the next one gives, so that the whole share comes out right. A row that a class does not give,
    // because it is its last one, is not taken from another.
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

/// `parts` runs of `items`, whose lengths differ by at most one; fewer if there are fewer items.
pub fn balanced<T: Clone>(items: &[T], parts: usize) -> Vec<Vec<T>> {
    let parts = parts.min(items.len());
    (0..parts).map(|part| items[part * items.len() / parts..(part + 1) * items.len() / parts].to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held_out(counts: &[usize], share: f64) -> Vec<usize> {
        let labels: Vec<u32> = counts.iter().zip(0..).flat_map(|(&count, class)| vec![class; count]).collect();
        let (kept, held_out) = stratified(&labels, counts.len(), 3, share);
        assert_eq!(kept.len() + held_out.len(), labels.len());
        (0..counts.len() as u32).map(|class| held_out.iter().filter(|&&row| labels[row as usize] == class).count()).collect()
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
}
