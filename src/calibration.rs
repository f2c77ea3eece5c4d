//! Temperature and conformal threshold from held-out in-distribution rows.
//!
//! *Temperature* (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017) is the T that minimises the negative
//! log-likelihood of `softmax(f / T)`. It is convex in 1/T, so a bisection of its derivative finds it and cannot diverge.
//!
//! *Split-conformal p-values* (Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005): with n calibration
//! scores, `p = (1 + #{calibration score >= score}) / (n + 1)`. For a row that is exchangeable with them, whatever the scorer,
//! the probability of `p <= alpha` is at most alpha. The promise is over all classes together, not for each.

use crate::{
    math::{Softmax, power},
    order,
    shown::number,
};

/// Halvings of the bracket, which is 12 powers of ten wide: the temperature is right to six digits.
const HALVINGS: usize = 44;

/// The softmax temperature that fits `logits` `[rows, classes]` to `labels` `[rows]` best. Where no finite one does (every
/// row right, or the head no better than chance) it is where the likelihood stops changing in `f32`, at most six powers of ten from
/// the logits' own spread.
pub fn fit_temperature(logits: &[f32], labels: &[u32], classes: usize) -> f64 {
    let spread = spread(logits, classes);
    if spread == 0.0 {
        return 1.0;
    }
    let mut scratch = vec![0.0; classes];
    let (mut low, mut high) = (-6.0_f64, 6.0_f64);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        // In powers of ten of the inverse temperature, in units of the spread.
        let inverse = power(10.0, middle) / spread;
        if slope(logits, labels, inverse as f32, &mut scratch) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    spread / power(10.0, 0.5 * (low + high))
}

/// Root mean square distance of the logits from their row's mean.
fn spread(logits: &[f32], classes: usize) -> f64 {
    let squares: f64 = logits
        .chunks_exact(classes)
        .map(|row| {
            let mean = row.iter().map(|&f| f64::from(f)).sum::<f64>() / classes as f64;
            row.iter().map(|&f| (f64::from(f) - mean).powi(2)).sum::<f64>()
        })
        .sum();
    (squares / logits.len() as f64).sqrt()
}

/// Derivative of the summed negative log-likelihood by the inverse temperature: `sum (sum_k p_k f_k) - f_y`.
fn slope(logits: &[f32], labels: &[u32], inverse: f32, scratch: &mut [f32]) -> f64 {
    let rows = logits.chunks_exact(scratch.len()).zip(labels);
    rows.map(|(row, &label)| {
        let parts = Softmax::new(row, inverse, scratch);
        // Both as distances from the largest logit: a constant added to a row changes nothing.
        let below = |f: f32| f64::from(f) - f64::from(parts.max);
        let mean: f64 = scratch.iter().zip(row).map(|(&share, &f)| f64::from(share) * below(f)).sum();
        mean * f64::from(parts.inverse_sum()) - below(row[label as usize])
    })
    .sum()
}

/// Calibration scores, which turn a new score into a p-value.
#[derive(Clone, Debug, PartialEq)]
pub struct Conformal {
    /// Ascending.
    scores: Vec<f32>,
}

impl Conformal {
    /// Keeps the scores of held-out in-distribution rows; there must be at least one.
    pub fn new(scores: Vec<f32>) -> Self {
        Self { scores: order::sorted(&scores) }
    }

    /// The scores, ascending.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// Calibration rows.
    pub fn rows(&self) -> usize {
        self.scores.len()
    }

    /// `(1 + #{calibration score >= score}) / (n + 1)`, in `(0, 1]`.
    pub fn p_value(&self, score: f32) -> f64 {
        let below = self.scores.partition_point(|&calibrated| calibrated < score);
        (1 + self.scores.len() - below) as f64 / (self.scores.len() + 1) as f64
    }

    /// The score above which exactly those rows lie whose p-value is at most `alpha`; infinite when there are too few
    /// calibration rows for any p-value to be that small.
    pub fn threshold(&self, alpha: f64) -> f32 {
        let rows = self.scores.len();
        // p <= alpha where fewer than `rejecting` calibration scores are as large. The product may fall short of a whole
        // number by a rounding: 0.29 * 100 is 28.999999999999996.
        let rejecting = (alpha * (rows + 1) as f64 + 1e-9).floor() as usize;
        match rejecting {
            0 => f32::INFINITY,
            _ => self.scores[rows - rejecting.min(rows)],
        }
    }
}

/// Why the promise of a calibration with so many rows, of which so many were also trained on, may not hold.
pub fn warning(rows: usize, trained_on: usize, alpha: f64) -> Option<String> {
    if trained_on > 0 {
        return Some(format!(
            "{trained_on} of the {rows} calibration rows were used in training: their scores are too low, and more than alpha of new rows will be rejected"
        ));
    }
    let least = (1.0 / alpha - 1.0).ceil() as u64;
    ((rows as u64) < least)
        .then(|| format!("{rows} calibration rows are too few for alpha {}: below {least} no row can be rejected", number(alpha)))
}

/// Fingerprints of rows that a head was trained on, to notice when they are used for calibration.
///
/// Bounded: of a very long training loop it knows the latest rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenRows {
    fingerprints: Vec<u64>,
    next: usize,
}

impl SeenRows {
    /// Rows that are remembered: half a megabyte.
    const CAPACITY: usize = 1 << 16;

    /// Remembers a row.
    pub fn insert(&mut self, row: &[f32]) {
        let fingerprint = fingerprint(row);
        match self.fingerprints.get_mut(self.next) {
            Some(oldest) => *oldest = fingerprint,
            None => self.fingerprints.push(fingerprint),
        }
        self.next = (self.next + 1) % Self::CAPACITY;
    }

    /// What [`SeenRows::from_fingerprints`] takes: a number for each row, the oldest first.
    pub fn fingerprints(&self) -> Vec<u64> {
        let (newest, oldest) = self.fingerprints.split_at(self.next.min(self.fingerprints.len()));
        [oldest, newest].concat()
    }

    /// Remembers rows by their numbers; of too many, the last ones.
    pub fn from_fingerprints(mut fingerprints: Vec<u64>) -> Self {
        fingerprints.drain(..fingerprints.len().saturating_sub(Self::CAPACITY));
        let next = fingerprints.len() % Self::CAPACITY;
        Self { fingerprints, next }
    }

    /// How many of `[rows, width]` are remembered.
    pub fn count(&self, features: &[f32], width: usize) -> usize {
        let mut known = self.fingerprints.clone();
        order::sort(&mut known);
        features.chunks_exact(width).filter(|row| known.binary_search(&fingerprint(row)).is_ok()).count()
    }
}

/// FNV-1a over up to 32 values spread over the row: rows of real features that agree in these agree in all.
pub(crate) fn fingerprint(row: &[f32]) -> u64 {
    let values = row.iter().step_by(row.len().div_ceil(32));
    values.fold(0xCBF2_9CE4_8422_2325, |hash, x| (hash ^ u64::from(x.to_bits())).wrapping_mul(0x0000_0100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Labels drawn from `softmax(logits)` itself, so that the right temperature is 1.
    fn calibrated(rows: usize, classes: usize) -> (Vec<f32>, Vec<u32>) {
        let mut random = Random::new(3);
        let logits: Vec<f32> = (0..rows * classes).map(|_| 6.0 * random.unit()).collect();
        let labels = logits
            .chunks(classes)
            .map(|row| {
                let mut left = random.unit() * row.iter().map(|f| f.exp()).sum::<f32>();
                row.iter()
                    .position(|f| {
                        left -= f.exp();
                        left <= 0.0
                    })
                    .unwrap_or(classes - 1) as u32
            })
            .collect();
        (logits, labels)
    }

    #[test]
    fn the_temperature_of_calibrated_logits_is_one() {
        let (logits, labels) = calibrated(20_000, 5);
        assert!((fit_temperature(&logits, &labels, 5) - 1.0).abs() < 0.03);
    }

    #[test]
    fn the_temperature_follows_the_scale_of_the_logits() {
        let (logits, labels) = calibrated(2000, 5);
        let base = fit_temperature(&logits, &labels, 5);
        for scale in [1e-3_f32, 25.0, 1e6] {
            let scaled: Vec<f32> = logits.iter().map(|f| f * scale).collect();
            let ratio = fit_temperature(&scaled, &labels, 5) / (base * f64::from(scale));
            assert!((ratio - 1.0).abs() < 1e-4, "{ratio}");
        }
    }

    #[test]
    fn the_temperature_is_finite_where_no_best_one_is() {
        for labels in [[0_u32, 1], [1, 0]] {
            let temperature = fit_temperature(&[3.0, 1.0, -1.0, 4.0], &labels, 2);
            assert!(temperature.is_finite() && temperature > 0.0);
        }
        assert_eq!(fit_temperature(&[2.0, 2.0], &[0], 2), 1.0);
        assert_eq!(fit_temperature(&[2.0, 7.0], &[0, 0], 1), 1.0);
    }

    #[test]
    fn a_row_is_above_the_threshold_exactly_when_its_p_value_is_at_most_alpha() {
        let mut random = Random::new(9);
        for rows in [1, 5, 19, 20, 99, 100, 1000] {
            // Few different values: ties.
            let conformal = Conformal::new((0..rows).map(|_| (random.unit() * 30.0).floor()).collect());
            for alpha in [0.01, 0.05, 0.1, 0.29, 0.5] {
                let threshold = conformal.threshold(alpha);
                for step in -1..64 {
                    let score = step as f32 * 0.5;
                    let p = conformal.p_value(score);
                    assert_eq!(score > threshold, p <= alpha + 1e-12, "{rows} rows, alpha {alpha}, score {score}, p {p}");
                }
            }
        }
    }

    #[test]
    fn p_values_are_counts() {
        let conformal = Conformal::new(vec![3.0, 1.0, 2.0, 2.0]);
        let expected = [(0.0, 1.0), (1.0, 1.0), (1.5, 0.8), (2.0, 0.8), (2.5, 0.4), (3.0, 0.4), (4.0, 0.2)];
        for (score, p) in expected {
            assert!((conformal.p_value(score) - p).abs() < 1e-12);
        }
    }

    #[test]
    fn too_few_rows_and_training_rows_are_warned_of() {
        assert_eq!(warning(19, 0, 0.05), None);
        assert!(warning(18, 0, 0.05).is_some_and(|text| text.contains("18") && text.contains("19")));
        assert!(warning(1000, 3, 0.05).is_some_and(|text| text.contains("3 of the 1000")));
    }

    #[test]
    fn seen_rows_are_known_and_the_oldest_forgotten() {
        let row = |n: usize| [n as f32, 0.5, -1.0];
        let mut seen = SeenRows::default();
        for n in 0..SeenRows::CAPACITY + 10 {
            seen.insert(&row(n));
        }
        let count = |n: usize| seen.count(&row(n), 3);
        assert_eq!((count(9), count(10), count(SeenRows::CAPACITY + 9), count(SeenRows::CAPACITY + 10)), (0, 1, 1, 0));
    }
}
