//! The update rules as one fused loop over the parameters.

use crate::{engine::State, optim::Update};

/// Applies `update` with the gradient.
pub fn apply(update: &Update, state: &mut State, gradient: &[f32]) {
    let parameters = &mut state.parameters;
    match (*update, state.moments.as_mut_slice()) {
        (Update::Sgd { learning_rate, weight_decay, .. }, []) => {
            for (p, &g) in parameters.iter_mut().zip(gradient) {
                *p -= learning_rate * (g + weight_decay * *p);
            }
        }
        (Update::Sgd { learning_rate, momentum, nesterov, weight_decay }, [velocity, ..]) => {
            // Nesterov looks one momentum ahead: g + momentum v instead of v.
            let (of_gradient, of_velocity) = if nesterov { (1.0, momentum) } else { (0.0, 1.0) };
            for ((p, &g), v) in parameters.iter_mut().zip(gradient).zip(velocity) {
                let g = g + weight_decay * *p;
                *v = momentum * *v + g;
                *p -= learning_rate * (of_gradient * g + of_velocity * *v);
            }
        }
        (
            Update::AdamW { rate, complement1, beta2, complement2, epsilon, decay, root },
            [first, second, ..],
        ) => {
            for (((p, &g), m), v) in parameters.iter_mut().zip(gradient).zip(first).zip(second) {
                *m += complement1 * (g - *m);
                *v = beta2 * *v + complement2 * g * g;
                *p = decay * *p - rate * *m / (v.sqrt() * root + epsilon);
            }
        }
        (Update::AdamW { .. }, _) => {
            debug_assert!(false, "AdamW keeps two moments: Optimizer::moments")
        }
    }
}
