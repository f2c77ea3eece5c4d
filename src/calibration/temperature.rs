//! Temperature scaling (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017) that n
//! rows cannot make bolder than n rows can be: `T = tau T_0`, with tau minimising
//!
//! ```text
//! sum_i -ln softmax(f_i / (T_0 tau))_(y_i) + (ln tau)^2 / (2 s^2)
//! ```
//!
//! T_0 makes the probabilities depend on the shape of the logits and not on their length; s = 0.5
//! is a prior: without it, rows that are all right, as they usually are when they are few, would
//! ask for T = 0 and name noise with certainty.

use crate::{
    numeric::softmax::Softmax,
    pace::{Pace, finish},
};

/// Steps at most; some thirteen are usual.
const STEPS: usize = 40;

/// A bracket as narrow as this is cut where its ends' slopes say, and no longer in the middle.
const NARROW: f64 = 0.5;

/// A bracket as narrow as this is a temperature: logits are multiplied in single precision.
const EXACT: f64 = 1e-7;

/// Standard deviation of ln tau before any row is seen.
pub const PRIOR: f64 = 0.5;

/// `T = tau base` for logits `[rows, classes]` and their classes. Without a prior, the T that fits
/// them best: the derivative's zero, kept in a bracket, which cannot diverge; where no finite one is
/// best (every row right, or the head no better than chance) it is a million times smaller or
/// larger than `base`.
pub fn fit_temperature(
    logits: &[f32],
    labels: &[u32],
    classes: usize,
    base: f64,
    prior: Option<f64>,
) -> f64 {
    finish(fitted(logits, labels, classes, base, prior, &Pace::unbroken()))
}

/// The same in pieces.
pub(crate) async fn fitted(
    logits: &[f32],
    labels: &[u32],
    classes: usize,
    base: f64,
    prior: Option<f64>,
    pace: &Pace,
) -> f64 {
    let mut scratch = vec![0.0; classes];
    // Of (ln tau)^2 / (2 s^2).
    let curvature = prior.map_or(0.0, |deviation| 1.0 / (deviation * deviation));
    // In ln tau. The slope is below 0 at the lower end and above 0 at the upper one.
    let (mut low, mut high) = (-14.0_f64, 14.0_f64);
    // Slopes there, as far as they are known.
    let [mut at_low, mut at_high, mut last] = [f64::NAN; 3];
    for _ in 0..STEPS {
        // False position (Illinois): an end that stays once more weighs half as much.
        let cut = low + (high - low) * at_low / (at_low - at_high);
        let is_cut = high - low < NARROW && low < cut && cut < high;
        let x = if is_cut { cut } else { 0.5 * (low + high) };
        let inverse = (-x).exp() / base;
        // The derivative by the inverse, times that of the inverse by ln tau.
        let mut sum = 0.0;
        pace.each(labels.len(), classes, &mut |rows| {
            let logits = &logits[rows.start * classes..rows.end * classes];
            sum += slope(logits, &labels[rows], inverse as f32, &mut scratch);
        })
        .await;
        let here = curvature * x - inverse * sum;
        let weight = if is_cut && here * last > 0.0 { 0.5 } else { 1.0 };
        last = here;
        if here < 0.0 {
            (low, at_low, at_high) = (x, here, weight * at_high);
        } else {
            (high, at_high, at_low) = (x, here, weight * at_low);
        }
        if high - low < EXACT {
            break;
        }
    }
    base * (0.5 * (low + high)).exp()
}

/// Derivative of the summed negative log-likelihood by the inverse temperature: `sum (sum_k p_k
/// f_k) - f_y`.
fn slope(logits: &[f32], labels: &[u32], inverse: f32, scratch: &mut [f32]) -> f64 {
    let rows = logits.chunks_exact(scratch.len()).zip(labels);
    rows.map(|(row, &label)| {
        let parts = Softmax::new(row, inverse, scratch);
        // Both as distances from the largest logit: a constant added to a row changes nothing.
        let below = |f: f32| f64::from(f) - f64::from(parts.max);
        let mean: f64 =
            scratch.iter().zip(row).map(|(&share, &f)| f64::from(share) * below(f)).sum();
        mean * f64::from(parts.inverse_sum()) - below(row[label as usize])
    })
    .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        numeric::{random::Random, row},
        ood::auto::base_temperature,
    };

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
    fn few_rows_without_a_mistake_do_not_ask_for_certainty() {
        let (logits, _) = calibrated(20, 5);
        let right: Vec<u32> = logits.chunks(5).map(|row| row::argmax(row) as u32).collect();
        let base = base_temperature(&logits, 5);
        let factor = |logits: &[f32], labels: &[u32]| {
            fit_temperature(logits, labels, 5, base, Some(PRIOR)) / base
        };
        let of_few = factor(&logits, &right);
        assert!((0.2..1.0).contains(&of_few), "{of_few}");
        // A hundred times as many may say more.
        let of_many = factor(&logits.repeat(100), &right.repeat(100));
        assert!(of_many < 0.5 * of_few, "{of_many}");
        // All wrong: no better than chance, and no infinite temperature.
        let wrong: Vec<u32> = right.iter().map(|class| (class + 1) % 5).collect();
        assert!((1.0..10.0).contains(&factor(&logits, &wrong)));
    }

    #[test]
    fn the_temperature_is_that_of_a_bisection() {
        let (logits, labels) = calibrated(200, 5);
        let right: Vec<u32> = logits.chunks(5).map(|row| row::argmax(row) as u32).collect();
        let wrong: Vec<u32> = right.iter().map(|class| (class + 1) % 5).collect();
        for (labels, prior) in [
            (&labels, Some(PRIOR)),
            (&labels, None),
            (&right, Some(PRIOR)),
            (&right, None),
            (&wrong, Some(PRIOR)),
            (&wrong, None),
        ] {
            for base in [1e-3, 1.0, 40.0] {
                let curvature = prior.map_or(0.0, |deviation| 1.0 / (deviation * deviation));
                let (mut low, mut high) = (-14.0_f64, 14.0_f64);
                for _ in 0..40 {
                    let x = 0.5 * (low + high);
                    let inverse = (-x).exp() / base;
                    let slope = slope(&logits, labels, inverse as f32, &mut [0.0; 5]);
                    let ends = if curvature * x < inverse * slope { &mut low } else { &mut high };
                    *ends = x;
                }
                let expected = base * (0.5 * (low + high)).exp();
                let found = fit_temperature(&logits, labels, 5, base, prior);
                assert!((found / expected - 1.0).abs() < 1e-6, "{found} {expected}");
            }
        }
    }

    #[test]
    fn many_rows_outweigh_the_prior() {
        let (logits, labels) = calibrated(20_000, 5);
        let base = base_temperature(&logits, 5);
        assert!((fit_temperature(&logits, &labels, 5, base, Some(PRIOR)) - 1.0).abs() < 0.03);
    }

    #[test]
    fn the_temperature_of_calibrated_logits_is_one() {
        let (logits, labels) = calibrated(20_000, 5);
        assert!((fit_temperature(&logits, &labels, 5, 1.0, None) - 1.0).abs() < 0.03);
    }

    #[test]
    fn the_temperature_follows_the_scale_of_the_logits() {
        let (logits, labels) = calibrated(2000, 5);
        let base = fit_temperature(&logits, &labels, 5, 1.0, None);
        for scale in [1e-3_f32, 25.0, 1e6] {
            let scaled: Vec<f32> = logits.iter().map(|f| f * scale).collect();
            let ratio = fit_temperature(&scaled, &labels, 5, base_temperature(&scaled, 5), None)
                / (base * f64::from(scale));
            assert!((ratio - 1.0).abs() < 1e-4, "{ratio}");
        }
    }

    #[test]
    fn the_temperature_is_finite_where_no_best_one_is() {
        for labels in [[0_u32, 1], [1, 0]] {
            let temperature = fit_temperature(&[3.0, 1.0, -1.0, 4.0], &labels, 2, 1.0, None);
            assert!(temperature.is_finite() && temperature > 0.0);
        }
        for (logits, labels, classes) in [(&[2.0, 2.0], &[0][..], 2), (&[2.0, 7.0], &[0, 0], 1)] {
            assert_eq!(base_temperature(logits, classes), 1.0);
            assert!(
                (fit_temperature(logits, labels, classes, 1.0, Some(PRIOR)) - 1.0).abs() < 1e-6
            );
        }
    }
}
