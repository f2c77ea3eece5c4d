//! The update rules.

use crate::{
    engine::State,
    numeric::quads::{change_by, change_by_two},
    optim::Update,
};

/// Parameters that are updated together, in several passes: they and their moments stay in a
/// first-level cache.
const BLOCK: usize = 1024;

/// Applies `update` with the gradient.
pub fn apply(update: &Update, state: &mut State, gradient: &[f32]) {
    let blocks = state.parameters.chunks_mut(BLOCK).zip(gradient.chunks(BLOCK));
    match (*update, state.moments.as_mut_slice()) {
        (Update::Sgd { learning_rate, weight_decay, .. }, []) => {
            for (p, g) in blocks {
                change_by(p, g, |p, g| p - learning_rate * (g + weight_decay * p));
            }
        }
        (Update::Sgd { learning_rate, momentum, nesterov, weight_decay }, [velocity, ..]) => {
            // Nesterov looks one momentum ahead: g + momentum v instead of v.
            let (of_gradient, of_velocity) = if nesterov { (1.0, momentum) } else { (0.0, 1.0) };
            let with_decay = |p: f32, g: f32| g + weight_decay * p;
            for ((p, g), v) in blocks.zip(velocity.chunks_mut(BLOCK)) {
                change_by_two(v, g, p, |v, g, p| momentum * v + with_decay(p, g));
                change_by_two(p, g, v, |p, g, v| {
                    p - learning_rate * (of_gradient * with_decay(p, g) + of_velocity * v)
                });
            }
        }
        (
            Update::AdamW { rate, complement1, beta2, complement2, epsilon, decay, root },
            [first, second, ..],
        ) => {
            let moments = first.chunks_mut(BLOCK).zip(second.chunks_mut(BLOCK));
            for ((p, g), (m, v)) in blocks.zip(moments) {
                change_by(m, g, |m, g| m + complement1 * (g - m));
                change_by(v, g, |v, g| beta2 * v + complement2 * g * g);
                change_by_two(p, m, v, |p, m, v| {
                    decay * p - rate * m / (v.sqrt() * root + epsilon)
                });
            }
        }
        (Update::AdamW { .. }, _) => {
            debug_assert!(false, "AdamW keeps two moments: Optimizer::moments")
        }
    }
}
