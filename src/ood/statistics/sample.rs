//! Some of the training rows, that stand for all where neighbours are looked for.

use crate::numeric::{random::Random, sort};

/// Most training rows that neighbours are looked for among, drawn alike from every class, and most
/// numbers in them: more change no score that matters (`docs/ood-study.md`), and each is compared
/// with every other and with every row that is asked about.
const BANK: usize = 4096;
const BANK_NUMBERS: usize = 2048 * 1280;

/// Most rows of the bank where rows have so many features.
pub(crate) fn bank_rows(features: usize) -> usize {
    (BANK_NUMBERS / features).clamp(1, BANK)
}

/// Numbers of at most `most` rows, ascending: the same share of every class, by seed.
pub(crate) fn stratified(labels: &[u32], most: usize, seed: u64) -> Vec<usize> {
    if labels.len() <= most {
        return (0..labels.len()).collect();
    }
    let mut by_class = vec![Vec::new(); labels.iter().max().map_or(0, |&label| label as usize + 1)];
    labels.iter().zip(0..).for_each(|(&label, row)| by_class[label as usize].push(row));
    let mut random = Random::new(seed);
    let mut ranked = Vec::with_capacity(labels.len());
    for mut rows in by_class {
        random.shuffle(&mut rows);
        let count = rows.len() as f32;
        // Spread over (0, 1): cutting the whole list anywhere takes the same share of every class.
        ranked.extend(
            rows.into_iter()
                .zip(0..)
                .map(|(row, place)| sort::key((place as f32 + random.unit()) / count, row)),
        );
    }
    sort::sort(&mut ranked);
    let mut is_chosen = vec![false; labels.len()];
    ranked[..most].iter().for_each(|&key| is_chosen[sort::row(key)] = true);
    (0..labels.len()).filter(|&row| is_chosen[row]).collect()
}
