//! How far confidence is from accuracy, as few rows can tell: the posterior mean of a bin's gap
//! (after Ji et al., "Active Bayesian Assessment of Black-Box Classifiers", AAAI 2021).
//!
//! ```text
//! theta_b ~ Beta(m c_b, m (1 - c_b))    accuracy in bin b, of mean confidence c_b
//! gap_b   = E |theta_b - c_b|, given r of n rows right: Beta(m c_b + r, m (1 - c_b) + n - r)
//! m       = min(20, v / s^2 - 1)        v mean of c_b (1 - c_b); s^2 variance of theta_b - c_b, by
//!                                       its moments less their standard error
//! ```
//!
//! The gap that n rows show is mostly their chance while n is small: a bin with one row shows a gap
//! of 0.2 or 0.8 however well the head is calibrated. A prior that such rows cannot move far says
//! more of new ones; rows that are much further off than chance explains weaken it.

use super::student::incomplete_beta;
use crate::metrics::Bin;

/// Rows that the prior is worth at most and at least.
const PRIOR_ROWS: [f64; 2] = [0.5, 20.0];

/// Keeps both parameters above 0.
const EDGE: f64 = 1e-9;

/// The calibration error that is to be expected of new rows, by the bins of those that there are.
pub fn expected_error(bins: &[Bin]) -> f64 {
    let bins: Vec<Counted> = bins.iter().filter(|bin| bin.rows > 0.0).map(Counted::new).collect();
    let prior = prior_rows(&bins);
    let rows: f64 = bins.iter().map(|bin| bin.rows).sum();
    bins.iter().map(|bin| bin.rows * bin.expected_gap(prior)).sum::<f64>() / rows
}

/// A bin with rows.
struct Counted {
    rows: f64,
    right: f64,
    /// The mean.
    confidence: f64,
}

impl Counted {
    fn new(bin: &Bin) -> Self {
        let confidence = (bin.confidence / bin.rows).clamp(EDGE, 1.0 - EDGE);
        Self { rows: bin.rows, right: bin.right, confidence }
    }

    fn expected_gap(&self, prior: f64) -> f64 {
        let c = self.confidence;
        let (a, b) = (prior * c + self.right, prior * (1.0 - c) + self.rows - self.right);
        let mean = a / (a + b);
        let [below, moment] = [a, a + 1.0].map(|a| incomplete_beta(a, b, c));
        (c * (2.0 * below - 1.0) + mean * (1.0 - 2.0 * moment)).max(0.0)
    }
}

/// Rows that the prior is worth.
fn prior_rows(bins: &[Counted]) -> f64 {
    let (mut excess, mut noise, mut chance) = (0.0, 0.0, 0.0);
    for Counted { rows, right, confidence: c } in bins {
        let variance = c * (1.0 - c);
        // n gap^2 of a calibrated bin has the mean v and this variance.
        excess += (right - rows * c).powi(2) / rows - variance;
        noise += 2.0 * variance.powi(2) + variance * (1.0 - 6.0 * variance) / rows;
        chance += rows * variance;
    }
    let [least, most] = PRIOR_ROWS;
    // Both times the number of rows.
    let beyond_chance = excess - noise.max(0.0).sqrt();
    if beyond_chance <= 0.0 { most } else { (chance / beyond_chance - 1.0).clamp(least, most) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    #[test]
    fn gaps_are_those_of_the_beta_distribution() {
        // scipy.integrate.quad of |theta - c| times scipy.stats.beta(a, b).pdf
        for (rows, right, confidence, gap) in [
            (1.0, 1.0, 0.8, 0.068185554),
            (10.0, 5.0, 0.7, 0.087340732),
            (300.0, 290.0, 0.98, 0.013017860),
        ] {
            let got = Counted { rows, right, confidence }.expected_gap(20.0);
            assert!((got - gap).abs() < 1e-6, "{rows} {right} {confidence}: {got}");
        }
    }

    fn bin(rows: f64, right: f64, confidence: f64) -> Bin {
        Bin { rows, right, confidence: rows * confidence }
    }

    #[test]
    fn certain_bins_and_empty_ones_are_numbers() {
        for (rows, right, confidence) in [(5.0, 5.0, 1.0), (5.0, 0.0, 0.0), (1e6, 9e5, 0.9)] {
            let error = expected_error(&[bin(rows, right, confidence), Bin::default()]);
            assert!((0.0..0.01).contains(&error), "{rows} {right} {confidence}: {error}");
        }
        let error = expected_error(&[bin(1e5, 5e4, 0.9)]);
        assert!((error - 0.4).abs() < 1e-3, "{error}");
        // Certain, and wrong.
        let error = expected_error(&[bin(20.0, 0.0, 1.0)]);
        assert!(error > 0.8, "{error}");
    }

    /// Draws rows with confidences from 0.4 to 1 that are right `less` less often than they say,
    /// and answers the calibration error: as counted, and as expected.
    fn simulated(rows: usize, less: f32) -> [f64; 2] {
        let mut random = Random::new(rows as u64);
        let mut sums = [0.0; 2];
        for _ in 0..200 {
            let mut bins = vec![Bin::default(); 15];
            for _ in 0..rows {
                let confidence = 0.4 + 0.6 * random.unit();
                let bin = &mut bins[(confidence * 15.0) as usize % 15];
                bin.rows += 1.0;
                bin.right += f64::from(u8::from(random.unit() < confidence - less));
                bin.confidence += f64::from(confidence);
            }
            let counted = bins.iter().map(|bin| (bin.right - bin.confidence).abs()).sum::<f64>();
            sums[0] += counted / rows as f64 / 200.0;
            sums[1] += expected_error(&bins) / 200.0;
        }
        sums
    }

    #[test]
    fn the_chance_of_few_rows_is_no_error() {
        for rows in [25, 50, 100, 500, 5000] {
            let [counted, expected] = simulated(rows, 0.05);
            assert!((expected - 0.05).abs() < 0.04, "{rows} rows: {expected}");
            assert!(rows > 50 || counted > 0.12, "{rows} rows: {counted}");
        }
    }

    #[test]
    fn an_error_beyond_chance_shows() {
        for (rows, tolerance) in [(25, 0.06), (100, 0.04), (1000, 0.01)] {
            let [_, expected] = simulated(rows, 0.3);
            assert!((expected - 0.3).abs() < tolerance, "{rows} rows: {expected}");
        }
    }
}
