//! Numbers within ranges, with a refusal that names the argument, what was expected and what came.

use crate::{Error, Result, error::Mismatch};

/// The largest integer that every smaller one fits beside in an `f64`: `Number.MAX_SAFE_INTEGER`.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// Which numbers an option takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// Above 0.
    Positive,
    /// At least 0.
    NotNegative,
    /// At least 0 and below 1.
    Share,
    /// Above 0 and below 1.
    InnerShare,
    /// Above 0 and below 100, per cent.
    Percent,
}

/// A finite number within the range; it must stay so when it is rounded to `f32`.
pub(crate) fn number(argument: &str, value: f64, range: Range) -> Result<f64> {
    let rounded = value as f32;
    let (fits, expected) = match range {
        // A subnormal's inverse is infinite.
        Range::Positive => (rounded >= f32::MIN_POSITIVE, "a number above 0"),
        Range::NotNegative => (rounded >= 0.0, "a number of at least 0"),
        Range::Share => ((0.0..1.0).contains(&rounded), "a number in [0, 1)"),
        Range::InnerShare => (rounded > 0.0 && rounded < 1.0, "a number in (0, 1)"),
        Range::Percent => (rounded > 0.0 && rounded < 100.0, "a number in (0, 100), per cent"),
    };
    if fits && rounded.is_finite() {
        Ok(value)
    } else {
        Err(Error::InvalidOption(Mismatch::new(argument, expected, value)))
    }
}

/// An integer of at least 1 that fits a 32-bit count.
pub(crate) fn count(argument: &str, value: f64) -> Result<usize> {
    let value = integer(argument, value, 1)?;
    if value > f64::from(u32::MAX) {
        return Err(Error::InvalidOption(Mismatch::new(
            argument,
            format!("an integer of at most {}", u32::MAX),
            value,
        )));
    }
    Ok(value as usize)
}

pub(crate) fn integer(argument: &str, value: f64, least: u32) -> Result<f64> {
    if value >= f64::from(least) && value <= MAX_SAFE_INTEGER && value.fract() == 0.0 {
        Ok(value)
    } else {
        Err(Error::InvalidOption(Mismatch::new(
            argument,
            format!("an integer of at least {least}"),
            value,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_vanish_or_overflow_in_f32_are_refused() {
        assert!(number("x", 1e-50, Range::Positive).is_err());
        assert!(number("x", 1e39, Range::NotNegative).is_err());
        assert!(number("x", 0.999_999_999_9, Range::Share).is_err());
        assert!(number("x", f64::INFINITY, Range::NotNegative).is_err());
    }

    #[test]
    fn a_number_above_0_has_a_finite_inverse() {
        assert!(number("x", 1e-39, Range::Positive).is_err());
        assert!(number("x", 1.2e-38, Range::Positive).is_ok_and(|x| (1.0 / x as f32).is_finite()));
    }
}
