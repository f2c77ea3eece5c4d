//! Classes and probabilities from logits.

use crate::numeric::{row::all_finite, softmax::Softmax};

/// Classes and their probabilities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// The most probable class of each row, the first of equals, `[rows]`.
    pub class_index: Vec<u32>,
    /// Its probability, `[rows]`.
    pub probability: Vec<f32>,
    /// All of them, `[rows, classes]`.
    pub probabilities: Vec<f32>,
}

impl Prediction {
    /// `softmax(f / temperature)` of logits `[rows, classes]`; all classes alike where they are not
    /// finite.
    pub fn new(mut logits: Vec<f32>, classes: usize, temperature: f64) -> Self {
        let mut prediction = Self::default();
        let factor = (1.0 / temperature) as f32;
        let mut copy = vec![0.0; classes];
        for row in logits.chunks_exact_mut(classes) {
            if !all_finite(row) {
                // Numbers beyond `f32` on the way: nothing speaks for one class more than another.
                let share = 1.0 / classes as f32;
                row.fill(share);
                prediction.class_index.push(0);
                prediction.probability.push(share);
                continue;
            }
            copy.copy_from_slice(row);
            let parts = Softmax::new(&copy, factor, row);
            let inverse_sum = parts.inverse_sum();
            row.iter_mut().for_each(|p| *p *= inverse_sum);
            prediction.class_index.push(parts.argmax as u32);
            prediction.probability.push(inverse_sum);
        }
        prediction.probabilities = logits;
        prediction
    }
}
