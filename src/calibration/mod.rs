//! A gate's calibration from in-distribution rows: a softmax temperature, conformal p-values with their threshold, and what may be wrong
//! with the rows that it was made from.

pub mod conformal;
pub mod seen;
pub mod temperature;

use self::conformal::Conformal;
use crate::{
    numeric::format::number,
    ood::{Scorer, ScorerOptions},
};

/// A calibration of a head as it was when it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The score that the threshold is for.
    pub scorer: Scorer,
    /// The same as it would be asked for, with "auto" replaced by what it stood for.
    pub options: ScorerOptions,
    /// Promised share of in-distribution rows that are rejected.
    pub alpha: f64,
    /// A row is rejected when its score is above this.
    pub threshold: f32,
    /// Softmax temperature that fits the calibration rows best.
    pub temperature: f64,
    /// Expected calibration error of the calibration rows at temperature 1, 15 bins.
    pub ece_before: f64,
    /// The same at `temperature`.
    pub ece_after: f64,
    /// Why the promise may not hold.
    pub warning: Option<String>,
    /// The calibration rows' scores.
    pub conformal: Conformal,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_rows_and_training_rows_are_warned_of() {
        assert_eq!(warning(19, 0, 0.05), None);
        assert!(warning(18, 0, 0.05).is_some_and(|text| text.contains("18") && text.contains("19")));
        assert!(warning(1000, 3, 0.05).is_some_and(|text| text.contains("3 of the 1000")));
    }
}
