//! The exponential and the softmax, exact where one class takes almost all.

use std::array;

use super::{
    quads::LANES,
    row::{argmax, max, sum},
};

/// `e^x` to 2 ulp for any `x` up to 88; 0 below the smallest normal result; NaN for NaN, which must
/// not pass for a certain answer.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let [value] = exponentials([x]);
    value
}

/// [`exp`] of each.
///
/// The standard library's is a call per element; this one has no branch, and takes each step for all
/// of them, which the compiler turns into SIMD. Range reduction and polynomial: Cephes `expf`
/// (Moshier).
#[inline(always)]
fn exponentials<const N: usize>(x: [f32; N]) -> [f32; N] {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    const MIN: f32 = -87.336_54;
    const POLYNOMIAL: [f32; 5] = [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    let clamped = x.map(|x| if x < MIN { MIN } else { x });
    // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer.
    let shifted = clamped.map(|x| x * std::f32::consts::LOG2_E + 12_582_912.0);
    let n = shifted.map(|x| x - 12_582_912.0);
    let r: [f32; N] = array::from_fn(|i| clamped[i] - n[i] * LN2_HIGH - n[i] * LN2_LOW);
    let mut p = [1.987_569_2e-4; N];
    for coefficient in POLYNOMIAL {
        p = array::from_fn(|i| p[i] * r[i] + coefficient);
    }
    let values: [f32; N] = array::from_fn(|i| p[i] * r[i] * r[i] + r[i] + 1.0);
    // The low bits of `shifted` hold n: moved into the exponent they make 2^n.
    let scales = shifted.map(|x| f32::from_bits((x.to_bits() << 23).wrapping_add(0x3F80_0000)));
    array::from_fn(|i| if x[i] < MIN { 0.0 } else { values[i] * scales[i] })
}

/// `base^exponent` of a base of at least 0, to 1e-13 where the result is not far from 1. The
/// standard library's, exact to the last bit, takes a kilobyte more.
pub fn power(base: f64, exponent: f64) -> f64 {
    (exponent * base.ln()).exp()
}

/// The parts of a softmax over `factor * row`, kept apart so that nothing cancels when one class
/// takes almost all.
pub struct Softmax {
    /// Position of the largest value, the first of equals.
    pub argmax: usize,
    /// The largest value of the row itself, before the factor.
    pub max: f32,
    /// `sum_k e^(factor row_k - max)` over every class but `argmax`, whose own term is 1.
    pub rest: f32,
}

impl Softmax {
    /// Writes `e^(factor row_k - max)` to `exponentials`. `factor` must be positive.
    pub fn new(row: &[f32], factor: f32, exponentials: &mut [f32]) -> Self {
        let argmax = argmax(row);
        let largest = row[argmax];
        // The difference first: factor * x alone may overflow.
        let of = |x: f32| (x - largest) * factor;
        let (quads, rest) = exponentials.as_chunks_mut::<LANES>();
        let (quads_of_row, rest_of_row) = row.as_chunks::<LANES>();
        for (out, quad) in quads.iter_mut().zip(quads_of_row) {
            *out = self::exponentials(quad.map(of));
        }
        rest.iter_mut().zip(rest_of_row).for_each(|(out, &x)| *out = exp(of(x)));
        exponentials[argmax] = 0.0;
        let rest = sum(exponentials, |x| x);
        exponentials[argmax] = 1.0;
        Self { argmax, max: largest, rest }
    }

    /// `ln sum_k e^(factor row_k)` less the largest term: exact even when it is far below 1.
    pub fn log_excess(&self) -> f32 {
        self.rest.ln_1p()
    }

    /// Factor that turns the exponentials into probabilities.
    pub fn inverse_sum(&self) -> f32 {
        1.0 / (1.0 + self.rest)
    }
}

/// `ln softmax(factor * row)` in double precision, for what [`Softmax`] in single would round away.
pub fn log_softmax(row: &[f32], factor: f64) -> Vec<f64> {
    let largest = f64::from(max(row));
    let shifted: Vec<f64> = row.iter().map(|&x| (f64::from(x) - largest) * factor).collect();
    let log_sum = shifted.iter().map(|x| x.exp()).sum::<f64>().ln();
    shifted.into_iter().map(|x| x - log_sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_the_standard_library() {
        let mut worst: f64 = 0.0;
        for i in -8_700_000..=8_800_000_i32 {
            let x = i as f32 * 1e-5;
            let exact = f64::from(x).exp();
            worst = worst.max((f64::from(exp(x)) - exact).abs() / exact);
        }
        assert!(worst < 2.0 * f64::from(f32::EPSILON), "relative error {worst}");
    }

    #[test]
    fn exp_of_very_negative_numbers_is_zero() {
        for x in [-87.4, -1e3, -1e30, f32::NEG_INFINITY] {
            assert_eq!(exp(x), 0.0);
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn softmax_keeps_tiny_remainders() {
        let mut exponentials = [0.0; 3];
        let parts = Softmax::new(&[0.0, -30.0, -30.0], 1.0, &mut exponentials);
        assert!((parts.log_excess() / (2.0 * (-30.0_f32).exp()) - 1.0).abs() < 1e-6);
    }
}
