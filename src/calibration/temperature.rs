//! Temperature scaling (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017): the T that minimises the negative
//! log-likelihood of `softmax(f / T)` on held-out rows. It is convex in 1/T, so a bisection of its derivative finds it and cannot diverge.

use crate::numeric::softmax::{Softmax, power};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

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
}
