//! Affine maps of the features, taken from the training rows, in front of the head.
//!
//! ```text
//! m_j, s_j  mean and deviation of feature j, d features
//! a_j       1: features keep their units
//!           1 / s_j: each has its own
//!           min(1, 3 median(s) / s_j): none outweighs the others
//! g         root mean square length of the rows a (x - m)
//! x'_j      A a_j (x_j - m_j) / g + A / sqrt(d),   A = sqrt(2)
//! ```
//!
//! So rows have a mean squared length of 4, half of it in a constant vector.
//!
//! The rule gives each feature its own unit where the upper quartile of s exceeds ten times the
//! lower, or, of at most 32 features, the greatest ten times the least; else it caps where the effective number of features, (sum s^2)^2 / sum s^4, is below 10
//! and below d / 5; else features keep their units.

/// Which map.
#[derive(Clone, Copy, PartialEq)]
pub enum Map {
    /// Features as they come.
    None,
    /// One scale for all; the mean stays.
    Scaled,
    /// One scale for all, about the mean.
    Centred,
    /// Each feature by its own deviation, about its mean.
    Standardised,
    /// The rule, with the constant.
    Rule,
}

/// Mean squared length of the mapped rows.
const SQUARED_LENGTH: f64 = 4.0;

/// A deviation that is no more than rounding of the mean in 32 bits.
const ROUNDING: f64 = 2.5e-7;

/// `x' = (x - shift) * scale`.
pub struct InputMap {
    shift: Vec<f64>,
    scale: Vec<f64>,
}

impl InputMap {
    /// Of `[rows, width]`.
    pub fn new(map: Map, rows: &[f32], width: usize) -> Self {
        let (means, deviations) = moments(rows, width);
        let weights = match map {
            Map::Standardised => own_units(&deviations),
            Map::Rule => rule(&deviations),
            _ => vec![1.0; width],
        };
        let length = |values: &[f64]| -> f64 {
            values.iter().zip(&weights).map(|(x, weight)| (x * weight).powi(2)).sum::<f64>().sqrt()
        };
        let (spread, offset) = (length(&deviations), length(&means));
        let of_length = |length: f64| -> Vec<f64> {
            weights.iter().map(|weight| weight * SQUARED_LENGTH.sqrt() / length).collect()
        };
        match map {
            Map::None => Self { shift: vec![0.0; width], scale: weights },
            Map::Scaled => Self { shift: vec![0.0; width], scale: of_length(spread.hypot(offset)) },
            Map::Centred | Map::Standardised => Self { shift: means, scale: of_length(spread) },
            Map::Rule => {
                let scale = of_length(spread * 2f64.sqrt());
                let constant = (SQUARED_LENGTH / 2.0 / width as f64).sqrt();
                let shift = |(mean, scale): (&f64, &f64)| mean - constant / scale;
                Self { shift: means.iter().zip(&scale).map(shift).collect(), scale }
            }
        }
    }

    /// Of `[rows, width]`.
    pub fn apply(&self, rows: &[f32]) -> Vec<f32> {
        let mapped = |row: &[f32]| -> Vec<f32> {
            let constants = self.shift.iter().zip(&self.scale);
            let each = row.iter().zip(constants);
            each.map(|(&x, (shift, scale))| ((f64::from(x) - shift) * scale) as f32).collect()
        };
        rows.chunks_exact(self.shift.len()).flat_map(mapped).collect()
    }
}

/// Mean and deviation of each feature; a deviation that is rounding counts as none.
fn moments(rows: &[f32], width: usize) -> (Vec<f64>, Vec<f64>) {
    let count = (rows.len() / width) as f64;
    let mut means = vec![0.0; width];
    for row in rows.chunks_exact(width) {
        means.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x) / count);
    }
    let mut squares = vec![0.0; width];
    for row in rows.chunks_exact(width) {
        let offsets = row.iter().zip(&means).map(|(&x, mean)| f64::from(x) - mean);
        squares.iter_mut().zip(offsets).for_each(|(sum, offset)| *sum += offset * offset / count);
    }
    let deviation = |(square, mean): (&f64, &f64)| {
        if square.sqrt() > ROUNDING * mean.abs() { square.sqrt() } else { 0.0 }
    };
    let deviations = squares.iter().zip(&means).map(deviation).collect();
    (means, deviations)
}

/// A feature that does not vary weighs as one of the usual deviation would.
fn own_units(deviations: &[f64]) -> Vec<f64> {
    let usual = quantile(deviations, 0.5);
    deviations.iter().map(|&s| 1.0 / if s > 0.0 { s } else { usual }).collect()
}

fn rule(deviations: &[f64]) -> Vec<f64> {
    let apart = |low, high| quantile(deviations, high) > 10.0 * quantile(deviations, low);
    if apart(0.25, 0.75) || deviations.len() <= 32 && apart(0.0, 1.0) {
        return own_units(deviations);
    }
    let squares: f64 = deviations.iter().map(|s| s * s).sum();
    let effective = squares * squares / deviations.iter().map(|s| s.powi(4)).sum::<f64>();
    if effective < (deviations.len() as f64 / 5.0).min(10.0) {
        let most = 3.0 * quantile(deviations, 0.5);
        return deviations.iter().map(|s| 1f64.min(most / s)).collect();
    }
    vec![1.0; deviations.len()]
}

/// Of the features that vary.
fn quantile(deviations: &[f64], share: f64) -> f64 {
    let mut varying: Vec<f64> = deviations.iter().copied().filter(|&s| s > 0.0).collect();
    varying.sort_by(f64::total_cmp);
    varying[((varying.len() - 1) as f64 * share).round() as usize]
}
