//! Split-conformal p-values (Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005): with n calibration scores,
//! `p = (1 + #{calibration score >= score}) / (n + 1)`. For a row that is exchangeable with them, whatever the scorer, the probability of
//! `p <= alpha` is at most alpha. The promise is over all classes together, not for each.

use crate::numeric::sort;

/// Calibration scores, which turn a new score into a p-value.
#[derive(Clone, Debug, PartialEq)]
pub struct Conformal {
    /// Ascending.
    scores: Vec<f32>,
}

impl Conformal {
    /// Keeps the scores of held-out in-distribution rows; there must be at least one.
    pub fn new(scores: Vec<f32>) -> Self {
        Self { scores: sort::sorted(&scores) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

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
}
