//! How large parameters and moments can have become: a bound that grows by what each update can add
//! at most. As long as it is far from where `f32` ends, an update cannot diverge, and nothing need
//! be copied before it or looked at after it.

use crate::{
    engine::State,
    numeric::quads::{LANES, change_by},
    optim::Update,
};

/// No value of the state is larger.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    parameter: f64,
    first: f64,
    second: f64,
}

impl Bounds {
    /// Of a state as it is.
    pub fn of(state: &State) -> Self {
        let moment = |index: usize| state.moments.get(index).map_or(0.0, |moment| largest(moment));
        Self { parameter: largest(&state.parameters), first: moment(0), second: moment(1) }
    }

    /// After an update by gradients of which none is larger than `gradient`.
    pub fn after(self, update: &Update, gradient: f64) -> Self {
        let Self { parameter, first, second } = self;
        match *update {
            Update::Sgd { learning_rate, momentum, weight_decay, .. } => {
                let gradient = gradient + f64::from(weight_decay) * parameter;
                let first = f64::from(momentum) * first + gradient;
                // Nesterov takes both.
                let step = f64::from(learning_rate) * (first + gradient);
                Self { parameter: parameter + step, first, second }
            }
            Update::AdamW { rate, epsilon, decay, .. } => {
                let first = larger(first, gradient);
                let step = f64::from(rate) * first / f64::from(epsilon);
                let parameter = f64::from(decay).abs() * parameter + step;
                Self { parameter, first, second: larger(second, gradient * gradient) }
            }
        }
    }

    /// Whether nothing can have diverged ([`crate::engine::Totals::diverged`]), with room for what
    /// rounding adds.
    pub fn are_safe(&self) -> bool {
        let Self { parameter, first, second } = *self;
        // NaN is not.
        parameter < 2_f64.powi(63) && first < 2_f64.powi(126) && second < 2_f64.powi(126)
    }
}

/// Whether a state has diverged. A first moment that is not finite leaves its mark on the
/// parameters in the same step.
pub fn has_diverged(state: &State) -> bool {
    let Bounds { parameter, second, .. } = Bounds::of(state);
    !(parameter < 2_f64.powi(64) && second.is_finite())
}

/// The largest absolute value; NaN where there is one.
#[inline(never)]
pub fn largest(row: &[f32]) -> f64 {
    // Of the bits without the sign, where NaN is above all numbers: there is SIMD for this maximum,
    // and not for one of `f32`.
    let larger = |a: u32, b: f32| a.max(b.to_bits() & 0x7FFF_FFFF);
    let (quads, rest) = row.as_chunks::<LANES>();
    let mut lanes = [0; LANES];
    quads.iter().for_each(|quad| change_by(&mut lanes, quad, larger));
    let bits = rest.iter().fold(lanes.into_iter().fold(0, u32::max), |a, &b| larger(a, b));
    f32::from_bits(bits).into()
}

/// NaN where either is.
fn larger(a: f64, b: f64) -> f64 {
    if a >= b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::cpu::update::apply, numeric::random::Random, optim::Optimizer};

    #[test]
    fn nothing_outgrows_its_bound() {
        let sgd = |momentum, nesterov, weight_decay| Optimizer::Sgd {
            learning_rate: 0.3,
            momentum,
            nesterov,
            weight_decay,
        };
        let adamw = |weight_decay| Optimizer::AdamW {
            learning_rate: 0.3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay,
        };
        let mut random = Random::new(5);
        for optimizer in [
            sgd(0.0, false, 0.0),
            sgd(0.9, false, 0.1),
            sgd(0.9, true, 0.0),
            adamw(0.0),
            adamw(0.5),
        ] {
            let moments = vec![vec![0.0; 40]; optimizer.moments()];
            let mut state = State { parameters: vec![0.5; 40], moments };
            let mut bounds = Bounds::of(&state);
            for step in 1..200 {
                let scale = 10_f32.powf(10.0 * random.unit() - 5.0);
                let gradient: Vec<f32> = (0..40).map(|_| scale * (random.unit() - 0.5)).collect();
                let update = optimizer.update(step, optimizer.learning_rate());
                bounds = bounds.after(&update, largest(&gradient));
                apply(&update, &mut state, &gradient);
                let Bounds { parameter, first, second } = Bounds::of(&state);
                // Rounding may add a little.
                let holds = |value: f64, bound: f64| value <= bound * (1.0 + 1e-4);
                assert!(holds(parameter, bounds.parameter), "{optimizer:?}, step {step}");
                assert!(holds(first, bounds.first) && holds(second, bounds.second), "{step}");
            }
        }
    }

    #[test]
    fn the_largest_is_found_whatever_it_is() {
        for (value, expected) in [(-3.0, 3.0), (f32::NEG_INFINITY, f64::INFINITY), (2.5, 2.5)] {
            let mut row = [0.5; 19];
            row[17] = value;
            assert_eq!(largest(&row), expected);
            row[3] = -f32::NAN;
            assert!(largest(&row).is_nan());
        }
        assert_eq!(largest(&[]), 0.0);
    }
}
