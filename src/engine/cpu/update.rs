//! The update rules.

use std::array;

use crate::{
    engine::State,
    numeric::quads::{LANES, change_by, change_by_two},
    optim::Update,
};

/// Applies `update` with the gradient.
pub fn apply(update: &Update, state: &mut State, gradient: &[f32]) {
    let parameters = &mut state.parameters;
    match (*update, state.moments.as_mut_slice()) {
        (Update::Sgd { learning_rate, weight_decay, .. }, []) => {
            change_by(parameters, gradient, |p, g| p - learning_rate * (g + weight_decay * p));
        }
        (Update::Sgd { learning_rate, momentum, nesterov, weight_decay }, [velocity, ..]) => {
            // Nesterov looks one momentum ahead: g + momentum v instead of v.
            let (of_gradient, of_velocity) = if nesterov { (1.0, momentum) } else { (0.0, 1.0) };
            let with_decay = |p: f32, g: f32| g + weight_decay * p;
            change_by_two(velocity, gradient, parameters, |v, g, p| {
                momentum * v + with_decay(p, g)
            });
            change_by_two(parameters, gradient, velocity, |p, g, v| {
                p - learning_rate * (of_gradient * with_decay(p, g) + of_velocity * v)
            });
        }
        (
            Update::AdamW { rate, complement1, beta2, complement2, epsilon, decay, root },
            [first, second, ..],
        ) => {
            let (p, rest_of_p) = parameters.as_chunks_mut::<LANES>();
            let (g, rest_of_g) = gradient.as_chunks::<LANES>();
            let (m, rest_of_m) = first.as_chunks_mut::<LANES>();
            let (v, rest_of_v) = second.as_chunks_mut::<LANES>();
            let rule = AdamW { rate, complement1, beta2, complement2, epsilon, decay, root };
            for (((p, g), m), v) in p.iter_mut().zip(g).zip(m).zip(v) {
                rule.apply(p, g, m, v);
            }
            let (p, g) = (rest_of_p.as_chunks_mut::<1>().0, rest_of_g.as_chunks::<1>().0);
            let (m, v) = (rest_of_m.as_chunks_mut::<1>().0, rest_of_v.as_chunks_mut::<1>().0);
            for (((p, g), m), v) in p.iter_mut().zip(g).zip(m).zip(v) {
                rule.apply(p, g, m, v);
            }
        }
        (Update::AdamW { .. }, _) => {
            debug_assert!(false, "AdamW keeps two moments: Optimizer::moments")
        }
    }
}

/// [`Update::AdamW`].
struct AdamW {
    rate: f32,
    complement1: f32,
    beta2: f32,
    complement2: f32,
    epsilon: f32,
    decay: f32,
    root: f32,
}

impl AdamW {
    /// For parameters, by their gradient and moments.
    #[inline(always)]
    fn apply<const N: usize>(
        &self,
        p: &mut [f32; N],
        g: &[f32; N],
        m: &mut [f32; N],
        v: &mut [f32; N],
    ) {
        let first: [f32; N] = array::from_fn(|i| m[i] + self.complement1 * (g[i] - m[i]));
        let second: [f32; N] =
            array::from_fn(|i| self.beta2 * v[i] + self.complement2 * g[i] * g[i]);
        *p = array::from_fn(|i| {
            let step = self.rate * first[i] / (second[i].sqrt() * self.root + self.epsilon);
            self.decay * p[i] - step
        });
        (*m, *v) = (first, second);
    }
}
