//! The map that brings features as they come, shifted, scaled, or measured in mixed units, to
//! what a head trains well on.
//!
//! ```text
//! x'_j = A (x_j - m_j) a_j / g + A / sqrt(d),   A = sqrt(2),   g^2 = sum_j (a_j s_j)^2
//! ```
//!
//! m and s are mean and deviation of the first rows that train, d is the number of features. A fit
//! of rows for which it would be quite another one, a feature that was constant or a sensor that
//! failed at first, takes it anew. Centred rows have root mean square length A, and a constant
//! vector as long stands for the mean direction that embeddings have: it gives the bias as much
//! weight as a row. a_j is 1 / s_j where features have units of their own (the upper quartile of s
//! is more than ten times the lower one, or, of at most 32 features, the greatest more than ten
//! times the least); min(1, 3 median s / s_j) where a few outweigh all others ((sum s^2)^2 / sum s^4
//! below min(d / 5, 10)); else 1: the features of a network keep their proportions. The study behind
//! it: `docs/training.md`.

use crate::{
    architecture::{Architecture, Layer},
    numeric::{columns::Columns, quads::change_by_two},
};

/// A.
const LENGTH: f64 = std::f64::consts::SQRT_2;

/// Rows for which a feature's scale is another one by more than this factor, or lies off by more
/// than so many deviations, ask for another map.
const APART: f32 = 10.0;

/// A fixed affine map of each feature.
#[derive(Clone, Debug, PartialEq)]
pub struct InputMap {
    /// m.
    shift: Vec<f32>,
    /// A a / g.
    scale: Vec<f32>,
    /// A / sqrt(d).
    constant: f32,
}

impl InputMap {
    /// From rows `[rows, width]`; none where they are all alike, and say nothing of what is near.
    pub fn fit(rows: &[f32], width: usize) -> Option<Self> {
        Self::of(&Columns::of(rows, width))
    }

    /// The same from the rows' columns.
    pub fn of(columns: &Columns) -> Option<Self> {
        let width = columns.means.len();
        let (means, deviations) = (&columns.means, &columns.deviations);
        let is_live = |column: usize| columns.is_live(column);
        let [_, _, median, _, most] = columns.quartiles();
        if most == 0.0 {
            return None;
        }
        let have_units = columns.have_units();
        let is_uneven = columns.is_uneven();
        let factor = |column: usize| match deviations[column] {
            _ if !is_live(column) && have_units => 0.0,
            s if have_units => 1.0 / s,
            s if is_uneven && s > 0.0 => (3.0 * median / s).min(1.0),
            _ => 1.0,
        };
        let factors: Vec<f64> = (0..width).map(factor).collect();
        let length =
            factors.iter().zip(deviations).map(|(a, s)| (a * s).powi(2)).sum::<f64>().sqrt();
        let scale: Vec<f32> = factors.iter().map(|a| (LENGTH * a / length) as f32).collect();
        let is_usable = length.is_finite()
            && scale.iter().all(|scale| scale.is_finite())
            && scale.iter().any(|&scale| scale > 0.0);
        let shift = means.iter().map(|&mean| mean as f32).collect();
        is_usable.then_some(Self { shift, scale, constant: constant(width) })
    }

    /// Whether it is another map than `earlier` where that matters: a feature that was constant
    /// varies now, or its scale or its mean is another one by more than ten times, or deviations.
    pub fn departs_from(&self, earlier: &Self) -> bool {
        let features =
            self.scale.iter().zip(&self.shift).zip(earlier.scale.iter().zip(&earlier.shift));
        let mut live = features.filter(|((now, _), _)| **now > 0.0);
        live.any(|((now, mean), (then, before))| {
            let is_alike = APART * then > *now && APART * now > *then;
            !is_alike || (mean - before).abs() * now > APART * self.constant
        })
    }

    /// From its arrays, m and then A a / g, as [`InputMap::arrays`] gives them; there is at least
    /// one feature.
    pub fn from_arrays(arrays: &[f32]) -> Self {
        let (shift, scale) = arrays.split_at(arrays.len() / 2);
        Self { shift: shift.to_vec(), scale: scale.to_vec(), constant: constant(shift.len()) }
    }

    /// What [`InputMap::from_arrays`] takes.
    pub fn arrays(&self) -> Vec<f32> {
        [self.shift.as_slice(), &self.scale].concat()
    }

    /// m.
    pub fn shift(&self) -> &[f32] {
        &self.shift
    }

    /// A a / g.
    pub fn scale(&self) -> &[f32] {
        &self.scale
    }

    /// A / sqrt(d).
    pub fn constant(&self) -> f32 {
        self.constant
    }

    /// Maps `[rows, width]` in place. The difference first: far from the origin a product would
    /// lose what distinguishes rows.
    pub fn apply(&self, rows: &mut [f32]) {
        for row in rows.chunks_exact_mut(self.shift.len()) {
            change_by_two(row, &self.shift, &self.scale, |x, shift, scale| {
                (x - shift) * scale + self.constant
            });
        }
    }

    /// A copy of `[rows, width]`, mapped.
    pub fn mapped(&self, rows: &[f32]) -> Vec<f32> {
        let mut mapped = rows.to_vec();
        self.apply(&mut mapped);
        mapped
    }

    /// Parameters whose first layer takes features as they come, from those of a head behind this
    /// map: `W a` and `b + W (c - a m)`.
    pub fn folded(&self, parameters: &[f32], architecture: &Architecture) -> Vec<f32> {
        let mut folded = parameters.to_vec();
        let Some(Layer { inputs, weight, bias, .. }) = architecture.layers().into_iter().next()
        else {
            return folded;
        };
        for (output, row) in parameters[weight.clone()].chunks_exact(inputs).enumerate() {
            let mut sum = f64::from(parameters[bias.start + output]);
            for (column, &w) in row.iter().enumerate() {
                let (w, scale, shift) =
                    (f64::from(w), f64::from(self.scale[column]), f64::from(self.shift[column]));
                folded[weight.start + output * inputs + column] = (w * scale) as f32;
                sum += w * (f64::from(self.constant) - scale * shift);
            }
            folded[bias.start + output] = sum as f32;
        }
        folded
    }
}

impl InputMap {
    /// The other way round: parameters for a head behind this map from those of one that takes
    /// features as they come. A feature that the map leaves out counts as constant.
    pub fn unfolded(&self, parameters: &[f32], architecture: &Architecture) -> Vec<f32> {
        let mut unfolded = parameters.to_vec();
        let Some(Layer { inputs, weight, bias, .. }) = architecture.layers().into_iter().next()
        else {
            return unfolded;
        };
        for (output, row) in parameters[weight.clone()].chunks_exact(inputs).enumerate() {
            let mut sum = f64::from(parameters[bias.start + output]);
            for (column, &w) in row.iter().enumerate() {
                let (w, scale, shift) =
                    (f64::from(w), f64::from(self.scale[column]), f64::from(self.shift[column]));
                let behind = if scale == 0.0 { 0.0 } else { w / scale };
                unfolded[weight.start + output * inputs + column] = behind as f32;
                sum += w * shift - behind * f64::from(self.constant);
            }
            unfolded[bias.start + output] = sum as f32;
        }
        unfolded
    }
}

fn constant(width: usize) -> f32 {
    (LENGTH / (width as f64).sqrt()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    fn rows(count: usize, width: usize, make: impl Fn(usize, f32) -> f32) -> Vec<f32> {
        let mut random = Random::new(2);
        (0..count * width).map(|index| make(index % width, random.unit())).collect()
    }

    fn mapped(rows: &[f32], width: usize) -> Vec<f32> {
        InputMap::fit(rows, width).unwrap().mapped(rows)
    }

    #[test]
    fn shifts_and_scales_do_not_matter() {
        let plain = rows(50, 8, |column, x| x * (1.0 + 0.1 * column as f32));
        let expected = mapped(&plain, 8);
        let length = (expected.iter().map(|x| x * x).sum::<f32>() / 50.0).sqrt();
        assert!((length - 2.0).abs() < 1e-3, "{length}");
        for change in [|x: f32| x + 1000.0, |x: f32| x * 1e-3, |x: f32| 1e6 * x - 5.0] {
            let changed: Vec<f32> = plain.iter().map(|&x| change(x)).collect();
            for (a, b) in mapped(&changed, 8).iter().zip(&expected) {
                assert!((a - b).abs() < 2e-3, "{a} {b}");
            }
        }
    }

    #[test]
    fn mixed_units_are_made_alike_and_constants_left_out() {
        let units = [1e-3, 1.0, 1e5, 7.0, 3e-2, 0.0, 4e3, 20.0];
        let table = rows(40, 8, |column, x| units[column] * x + 3.0);
        let map = InputMap::fit(&table, 8).unwrap();
        assert_eq!(map.scale()[5], 0.0);
        let Columns { deviations, .. } = Columns::of(&map.mapped(&table), 8);
        assert!(
            deviations
                .iter()
                .enumerate()
                .all(|(column, s)| column == 5 || (s / deviations[0] - 1.0).abs() < 1e-2),
            "{deviations:?}"
        );
        assert_eq!(InputMap::fit(&[3.0; 24], 8), None);
    }

    #[test]
    fn few_features_have_units_of_their_own() {
        // As those of a penguin: bill and flipper in millimetres, the body in grams.
        let units = [5.4, 2.0, 14.0, 800.0];
        let table = rows(60, 4, |column, x| units[column] * x + 50.0);
        let Columns { deviations, .. } = Columns::of(&mapped(&table, 4), 4);
        assert!(
            deviations.iter().all(|s| (s / deviations[0] - 1.0).abs() < 1e-2),
            "{deviations:?}"
        );
    }

    #[test]
    fn a_network_s_features_keep_their_proportions_beside_one_that_hardly_varies() {
        // A dead unit that half precision gives a few numbers of 6e-8.
        let embedding = rows(200, 48, |column, x| match column {
            7 if x > 0.98 => 6e-8,
            7 => 0.0,
            _ => (x - 0.5) * (1.0 + 0.02 * column as f32),
        });
        let map = InputMap::fit(&embedding, 48).unwrap();
        assert!(map.scale().iter().all(|scale| scale == &map.scale()[0]), "{:?}", map.scale());
    }

    #[test]
    fn a_folded_layer_takes_features_as_they_come() {
        let architecture = Architecture::new(3, &[4], 2);
        let parameters = architecture.initial_parameters(5);
        let data = rows(20, 3, |column, x| x * 10.0 + column as f32);
        let map = InputMap::fit(&data, 3).unwrap();
        let folded = map.folded(&parameters, &architecture);
        let first = &architecture.layers()[0];
        let output = |parameters: &[f32], x: &[f32]| -> Vec<f32> {
            let rows = parameters[first.weight.clone()].chunks(3);
            rows.zip(&parameters[first.bias.clone()])
                .map(|(w, b)| b + w.iter().zip(x).map(|(w, x)| w * x).sum::<f32>())
                .collect()
        };
        for row in data.chunks(3) {
            for (a, b) in output(&folded, row).iter().zip(output(&parameters, &map.mapped(row))) {
                assert!((a - b).abs() < 1e-4, "{a} {b}");
            }
        }
        assert_eq!(folded[first.bias.end..], parameters[first.bias.end..]);
        assert_eq!(InputMap::from_arrays(&map.arrays()), map);
    }
}
