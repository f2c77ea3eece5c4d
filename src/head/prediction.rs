//! Classes and probabilities from logits.

use std::ops::Range;

use crate::{
    numeric::{row::all_finite, softmax::Softmax},
    pace::{self, Pace},
};

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
    pub fn new(logits: Vec<f32>, classes: usize, temperature: f64) -> Self {
        pace::finish(Self::in_pieces(logits, classes, temperature, &Pace::unbroken()))
    }

    /// The same in pieces.
    pub(super) async fn in_pieces(
        mut logits: Vec<f32>,
        classes: usize,
        temperature: f64,
        pace: &Pace,
    ) -> Self {
        let count = logits.len() / classes;
        let mut prediction = Self::default();
        let factor = (1.0 / temperature) as f32;
        let mut copy = vec![0.0; classes];
        let mut go_on = |rows: Range<usize>| {
            prediction.add(
                &mut logits[rows.start * classes..rows.end * classes],
                &mut copy,
                factor,
            );
        };
        pace.each(count, classes, &mut go_on).await;
        prediction.probabilities = logits;
        prediction
    }

    /// Puts probabilities in the place of some rows' logits.
    fn add(&mut self, logits: &mut [f32], copy: &mut [f32], factor: f32) {
        let classes = copy.len();
        for row in logits.chunks_exact_mut(classes) {
            if !all_finite(row) {
                // Numbers beyond `f32` on the way: nothing speaks for one class more than another.
                let share = 1.0 / classes as f32;
                row.fill(share);
                self.class_index.push(0);
                self.probability.push(share);
                continue;
            }
            copy.copy_from_slice(row);
            let parts = Softmax::new(copy, factor, row);
            let inverse_sum = parts.inverse_sum();
            row.iter_mut().for_each(|p| *p *= inverse_sum);
            self.class_index.push(parts.argmax as u32);
            self.probability.push(inverse_sum);
        }
    }
}
