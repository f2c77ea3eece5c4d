//! Rows that numbers beyond `f32` kept from an answer. A fill value of 1e36 among the features can
//! overflow in any product on the way, and what is left of it may look like anything: a minus
//! infinity like the most familiar of rows. Such a row is infinitely far, whatever the scorer.

use super::Batch;
use crate::numeric::row::all_finite;

/// The rows of a batch that the head has a finite answer for: those that scorers see.
pub struct FiniteRows<'a> {
    all: Batch<'a>,
    /// Those rows alone, where they are not all.
    picked: Option<Picked>,
}

/// Some rows of a batch.
struct Picked {
    rows: Vec<usize>,
    features: Vec<f32>,
    inputs: Vec<f32>,
    logits: Vec<f32>,
    own: Vec<Option<u32>>,
}

impl<'a> FiniteRows<'a> {
    /// Of these rows.
    pub fn of(all: Batch<'a>) -> Self {
        // A linear head's inputs are its features, and these have been checked.
        let is_linear = std::ptr::eq(all.inputs, all.features);
        if all_finite(all.logits) && (is_linear || all_finite(all.inputs)) {
            return Self { all, picked: None };
        }
        let answers = all.inputs().zip(all.logits());
        let rows: Vec<usize> = answers
            .enumerate()
            .filter(|(_, (inputs, logits))| all_finite(inputs) && all_finite(logits))
            .map(|(row, _)| row)
            .collect();
        let pick = |values: &[f32]| {
            let width = values.len() / all.count();
            rows.iter().flat_map(|row| &values[row * width..][..width]).copied().collect()
        };
        let (features, inputs, logits) = (pick(all.features), pick(all.inputs), pick(all.logits));
        let own = rows.iter().map(|&row| all.own.get(row).copied().flatten()).collect();
        Self { all, picked: Some(Picked { rows, features, inputs, logits, own }) }
    }

    /// Those rows; there may be none.
    pub fn batch(&self) -> Batch<'_> {
        match &self.picked {
            None => self.all,
            Some(Picked { features, inputs, logits, own, .. }) => {
                Batch { features, inputs, logits, own, ..self.all }
            }
        }
    }

    /// Scores of all rows from those of [`FiniteRows::batch`]: infinite for the others, and where a
    /// score is not finite itself.
    pub fn complete(&self, mut scores: Vec<f32>) -> Vec<f32> {
        scores
            .iter_mut()
            .filter(|score| !score.is_finite())
            .for_each(|score| *score = f32::INFINITY);
        let Some(Picked { rows, .. }) = &self.picked else { return scores };
        let mut all = vec![f32::INFINITY; self.all.count()];
        rows.iter().zip(scores).for_each(|(&row, score)| all[row] = score);
        all
    }
}
