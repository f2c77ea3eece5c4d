//! Split-conformal p-values (Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World",
//! 2005): with n calibration scores, `p = (1 + #{calibration score >= score}) / (n + 1)`. For a row
//! that is exchangeable with them, whatever the scorer, the probability of `p <= alpha` is at most
//! alpha. The promise is over all classes together, not for each.

use super::student;
use crate::{
    Error, Result,
    numeric::{format::number, sort},
};

/// How calibration scores turn a new score into a p-value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// By counting: scores of rows that nothing was fitted to.
    #[default]
    Counted,
    /// By counting, interpolated between neighbouring scores: scores of rows that were left out by
    /// turns.
    Interpolated,
    /// From mean and deviation of the scores, as if they were normal (Student's t): too few to
    /// count.
    Parametric,
}

/// Calibration scores, which turn a new score into a p-value.
#[derive(Clone, Debug, PartialEq)]
pub struct Conformal {
    /// Ascending.
    scores: Vec<f32>,
    kind: Kind,
}

impl Conformal {
    /// Keeps the scores of in-distribution rows; there must be at least one.
    pub fn new(scores: Vec<f32>, kind: Kind) -> Self {
        Self { scores: sort::sorted(&scores), kind }
    }

    /// The scores, ascending.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// How they are used.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Calibration rows.
    pub fn rows(&self) -> usize {
        self.scores.len()
    }

    /// In `(0, 1]`; `(1 + #{calibration score >= score}) / (n + 1)` where scores are counted.
    pub fn p_value(&self, score: f32) -> f64 {
        // A row without a score is infinitely far.
        let score = if score.is_nan() { f32::INFINITY } else { score };
        let rows = self.scores.len();
        let below = self.scores.partition_point(|&calibrated| calibrated < score);
        let counted = |below: f64| (rows as f64 + 1.0 - below) / (rows as f64 + 1.0);
        match self.kind {
            Kind::Counted => counted(below as f64),
            // Between the last score below and the first that is not: n of them make n + 1 steps.
            Kind::Interpolated if 0 < below && below < rows => {
                let (low, high) =
                    (f64::from(self.scores[below - 1]), f64::from(self.scores[below]));
                let part = (f64::from(score) - low) / (high - low);
                counted(below as f64 + if part.is_finite() { part } else { 0.0 })
            }
            Kind::Interpolated => counted(below as f64),
            Kind::Parametric => {
                let (mean, spread, degrees) = self.normal();
                let distance = f64::from(score) - mean;
                match spread > 0.0 {
                    true => 1.0 - student::cumulative(distance / spread, degrees),
                    false if distance > 0.0 => 0.0,
                    false => 1.0,
                }
            }
        }
    }

    /// The score above which those rows lie whose p-value is at most `alpha`; infinite when there
    /// are too few calibration rows for any p-value to be that small.
    pub fn threshold(&self, alpha: f64) -> f32 {
        let rows = self.scores.len();
        // p <= alpha where fewer than `rejecting` calibration scores are as large. The product may
        // fall short of a whole number by a rounding: 0.29 * 100 is 28.999999999999996.
        let rejecting = alpha * (rows + 1) as f64 + 1e-9;
        match self.kind {
            Kind::Parametric => {
                let (mean, spread, degrees) = self.normal();
                (mean + student::quantile(1.0 - alpha, degrees) * spread) as f32
            }
            _ if rejecting < 1.0 => f32::INFINITY,
            Kind::Counted => self.scores[rows - (rejecting.floor() as usize).min(rows)],
            Kind::Interpolated => {
                let position = ((rows + 1) as f64 - rejecting).max(1.0);
                let below = (position.floor() as usize).min(rows);
                let above = (below + 1).min(rows);
                let (low, high) =
                    (f64::from(self.scores[below - 1]), f64::from(self.scores[above - 1]));
                let part = position - below as f64;
                // A row without a score, infinitely far, has no middle.
                if part == 0.0 || low == high {
                    low as f32
                } else {
                    (low + part * (high - low)) as f32
                }
            }
        }
    }

    /// Of a parametric one, mean and deviation of a new score.
    #[cfg(feature = "files")]
    pub(crate) fn location(&self) -> (f64, f64) {
        let (mean, spread, _) = self.normal();
        (mean, spread)
    }

    /// Of a parametric one, the p-value of a score so many deviations above the mean.
    #[cfg(feature = "files")]
    pub(crate) fn tail(&self, deviations: f64) -> f64 {
        1.0 - student::cumulative(deviations, self.normal().2)
    }

    /// Mean, the deviation of a new score from it, and degrees of freedom.
    fn normal(&self) -> (f64, f64, f64) {
        let rows = self.scores.len() as f64;
        let mean = self.scores.iter().map(|&score| f64::from(score)).sum::<f64>() / rows;
        let squares: f64 = self.scores.iter().map(|&score| (f64::from(score) - mean).powi(2)).sum();
        let degrees = (rows - 1.0).max(1.0);
        (mean, (squares / degrees * (1.0 + 1.0 / rows)).sqrt(), degrees)
    }
}

/// Least rows for which a row can be rejected at `alpha`: `1 / alpha - 1`.
pub fn least_rows(alpha: f64) -> usize {
    // 1 / 0.05 - 1 is 19.000000000000004 or 18.99...: not a row more for a rounding.
    (1.0 / alpha - 1.0 - 1e-9).ceil() as usize
}

/// Refuses calibration rows that are too few for `alpha`: with them no row could be rejected, and
/// the gate would stand open.
pub fn check_count(rows: usize, alpha: f64, remedy: &str) -> Result<()> {
    let least = least_rows(alpha);
    if rows >= least {
        return Ok(());
    }
    Err(Error::TooFewRows(format!(
        "{rows} calibration rows are too few for alpha {}, which takes at least {least}: they allow alpha {} and above{remedy}",
        number(alpha),
        number(least_alpha(rows)),
    )))
}

/// The least alpha that so many rows allow, to two digits, rounded up.
fn least_alpha(rows: usize) -> f64 {
    let exact = 1.0 / (rows as f64 + 1.0);
    let digits = 10_f64.powi(1 - exact.log10().floor() as i32);
    (exact * digits - 1e-9).ceil() / digits
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
            let conformal = Conformal::new(
                (0..rows).map(|_| (random.unit() * 30.0).floor()).collect(),
                Kind::Counted,
            );
            for alpha in [0.01, 0.05, 0.1, 0.29, 0.5] {
                let threshold = conformal.threshold(alpha);
                for step in -1..64 {
                    let score = step as f32 * 0.5;
                    let p = conformal.p_value(score);
                    assert_eq!(
                        score > threshold,
                        p <= alpha + 1e-12,
                        "{rows} rows, alpha {alpha}, score {score}, p {p}"
                    );
                }
            }
        }
    }

    #[test]
    fn p_values_are_counts() {
        let conformal = Conformal::new(vec![3.0, 1.0, 2.0, 2.0], Kind::Counted);
        let expected =
            [(0.0, 1.0), (1.0, 1.0), (1.5, 0.8), (2.0, 0.8), (2.5, 0.4), (3.0, 0.4), (4.0, 0.2)];
        for (score, p) in expected {
            assert!((conformal.p_value(score) - p).abs() < 1e-12);
        }
    }

    #[test]
    fn interpolated_p_values_meet_their_threshold() {
        let mut random = Random::new(4);
        for rows in [9, 19, 25, 100, 333] {
            let conformal =
                Conformal::new((0..rows).map(|_| random.unit()).collect(), Kind::Interpolated);
            for alpha in [0.05, 0.1, 0.37] {
                let threshold = conformal.threshold(alpha);
                if rows < least_rows(alpha) {
                    assert_eq!(threshold, f32::INFINITY);
                    continue;
                }
                assert!(
                    (conformal.p_value(threshold) - alpha).abs() < 1e-5,
                    "{rows} rows, alpha {alpha}"
                );
                assert!(
                    conformal.p_value(threshold + 1e-4) <= alpha
                        && conformal.p_value(threshold - 1e-4) > alpha
                );
            }
        }
    }

    #[test]
    fn a_parametric_threshold_is_a_prediction_interval() {
        let conformal = Conformal::new(vec![1.0, 2.0, 3.0, 4.0, 5.0], Kind::Parametric);
        // 3 + t(0.9, 4) sqrt(2.5) sqrt(1 + 1 / 5)
        assert!((conformal.threshold(0.1) - (3.0 + 1.533_206_3 * 1.732_050_8)).abs() < 1e-4);
        assert!((conformal.p_value(conformal.threshold(0.1)) - 0.1).abs() < 1e-5);
        assert_eq!(Conformal::new(vec![2.0; 4], Kind::Parametric).p_value(2.5), 0.0);
    }

    #[test]
    fn too_few_rows_name_the_alpha_that_they_allow() {
        assert_eq!([0.05, 0.1, 0.01, 0.29].map(least_rows), [19, 9, 99, 3]);
        assert!(check_count(19, 0.05, "").is_ok());
        let refusal = check_count(15, 0.05, "").unwrap_err().to_string();
        assert!(
            refusal.contains("15") && refusal.contains("19") && refusal.contains("alpha 0.063"),
            "{refusal}"
        );
    }
}
