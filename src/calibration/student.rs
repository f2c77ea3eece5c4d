//! Student's t distribution: what a threshold from a handful of scores rests on.

/// `P(T <= t)` with `degrees` of freedom, at least 1: the regularised incomplete beta function by
/// its continued fraction (Press et al., "Numerical Recipes", 6.4), to about ten digits.
pub fn cumulative(t: f64, degrees: f64) -> f64 {
    let x = degrees / (degrees + t * t);
    let tail = 0.5 * incomplete_beta(0.5 * degrees, 0.5, x);
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// The t that is not exceeded with probability `share`, in `(0, 1)`.
pub fn quantile(share: f64, degrees: f64) -> f64 {
    let (mut low, mut high) = (-1.0, 1.0);
    while cumulative(low, degrees) > share {
        low *= 2.0;
    }
    while cumulative(high, degrees) < share {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if cumulative(middle, degrees) < share { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// `ln Gamma(x)` for x above 0 (Lanczos).
fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 6] = [
        76.180_091_729_471_46,
        -86.505_320_329_416_77,
        24.014_098_240_830_91,
        -1.231_739_572_450_155,
        0.120_865_097_386_617_9e-2,
        -0.539_523_938_495_3e-5,
    ];
    let shifted = x + 5.5;
    let series = TERMS
        .iter()
        .zip(1..)
        .fold(1.000_000_000_190_015, |sum, (term, n)| sum + term / (x + f64::from(n)));
    (x + 0.5) * shifted.ln() - shifted + (2.506_628_274_631_000_5 * series / x).ln()
}

/// The regularised one, at `x`.
pub(super) fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let front =
        (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    // The fraction converges quickly on the near side.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(a, b, x) / a
    } else {
        1.0 - front * continued_fraction(b, a, 1.0 - x) / b
    }
}

/// By Lentz's method.
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let (mut c, mut d) = (1.0, 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..300 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-12 {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_scipys() {
        // scipy.stats.t.ppf(share, degrees)
        let expected = [
            (0.95, 1.0, 6.313_751_514_675_04),
            (0.95, 5.0, 2.015_048_372_669_16),
            (0.9, 14.0, 1.345_030_374_454_44),
            (0.99, 17.0, 2.566_933_983_724_67),
            (0.05, 9.0, -1.833_112_932_653_63),
        ];
        for (share, degrees, t) in expected {
            assert!(
                (quantile(share, degrees) - t).abs() < 1e-6,
                "{share} {degrees}: {}",
                quantile(share, degrees)
            );
        }
    }

    #[test]
    fn the_distribution_is_symmetric() {
        for t in [0.1, 1.0, 7.0] {
            assert!((cumulative(t, 4.0) + cumulative(-t, 4.0) - 1.0).abs() < 1e-9);
        }
        assert!((cumulative(0.0, 3.0) - 0.5).abs() < 1e-9);
    }
}
