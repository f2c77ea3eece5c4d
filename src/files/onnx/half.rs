//! Numbers of 16 bits, IEEE 754's binary16: 11 digits where float32 has 24.

/// The power of two by which a matrix is divided before it is rounded, so that its largest numbers
/// take all digits whatever their size; none where that does not fit float32, or all are 0.
pub fn unit(values: &[f32]) -> Option<f32> {
    let largest = values.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let unit = f32::from_bits(largest.to_bits() & 0x7F80_0000);
    (unit.is_normal() && largest.is_finite()).then_some(unit)
}

/// The nearest half to a number of at most 2, ties to even.
pub fn bits(value: f32) -> u16 {
    let sign = (value.to_bits() >> 16) as u16 & 0x8000;
    let size = value.abs();
    // Below 2^-14 the last digit that is kept stays where it is.
    let exponent = ((size.to_bits() >> 23) as i32 - 127).max(-14);
    let digits = (size / 2.0_f32.powi(exponent - 10)).round_ties_even() as i32;
    // The first of eleven digits counts as one of the exponent.
    sign | ((exponent + 14) * 1024 + digits) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number that the bits stand for.
    fn value(bits: u16) -> f32 {
        let (exponent, digits) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
        let size = match exponent {
            0 => digits * 2.0_f32.powi(-24),
            _ => (1024.0 + digits) * 2.0_f32.powi(exponent - 25),
        };
        if bits >> 15 == 1 { -size } else { size }
    }

    #[test]
    fn every_half_is_its_own_nearest() {
        for half in 0..=0x4000 {
            assert_eq!(bits(value(half)), half);
            assert_eq!(bits(-value(half)), half | 0x8000);
        }
    }

    #[test]
    fn what_lies_between_two_goes_to_the_nearer_one() {
        for half in 0..0x4000_u16 {
            let (low, high) = (value(half), value(half + 1));
            assert_eq!(bits(low + 0.4 * (high - low)), half);
            assert_eq!(bits(low + 0.6 * (high - low)), half + 1);
            assert_eq!(bits(0.5 * (low + high)) & 1, 0);
        }
    }

    #[test]
    fn a_unit_is_a_power_of_two_at_most_the_largest() {
        assert_eq!(unit(&[0.3, -5.0]), Some(4.0));
        assert_eq!(unit(&[1e30]).map(|unit| 1e30 / unit < 2.0), Some(true));
        assert_eq!([unit(&[0.0]), unit(&[f32::INFINITY]), unit(&[1e-40])], [None; 3]);
    }
}
