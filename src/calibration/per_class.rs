//! Label-conditional p-values (Vovk, "Conditional validity of inductive conformal predictors",
//! 2012): the promise holds for each class.
//!
//! ```text
//! A(x, k) = s(x) + w (ln p_max - ln p_k),   p_k(x) = (1 + #{calibration row i of class k: A(x_i, k) >= A(x, k)}) / (n_k + 1)
//! ```
//!
//! s is the score and p the head's probabilities: a class that the head thinks unlikely must make
//! up for it by familiarity. w is the deviation of s over the calibration rows, so that a nat
//! weighs as much as a deviation. A row may be each class with p_k > alpha; where there is none it
//! is rejected. A class with fewer than 1/alpha - 1 calibration rows takes the scores of all of
//! them.

use super::conformal::{Conformal, Kind, least_rows};
use crate::numeric::row::max;

/// A calibration's scores by class.
#[derive(Clone, Debug, PartialEq)]
pub struct PerClass {
    /// A of each calibration row for its own class, and that class.
    pub scores: Vec<f32>,
    /// See `scores`.
    pub labels: Vec<u32>,
    /// w.
    pub weight: f64,
    all: Conformal,
    classes: Vec<Option<Conformal>>,
}

impl PerClass {
    /// From scores as [`PerClass::conditional`] makes them.
    pub fn new(
        scores: Vec<f32>,
        labels: Vec<u32>,
        weight: f64,
        classes: usize,
        alpha: f64,
        kind: Kind,
    ) -> Self {
        let mut of_class = vec![Vec::new(); classes];
        scores
            .iter()
            .zip(&labels)
            .for_each(|(&score, &label)| of_class[label as usize].push(score));
        let enough = |scores: Vec<f32>| {
            (scores.len() >= least_rows(alpha)).then(|| Conformal::new(scores, kind))
        };
        let all = Conformal::new(scores.clone(), kind);
        Self { scores, labels, weight, all, classes: of_class.into_iter().map(enough).collect() }
    }

    /// A(x, k) of one row from its score and logits at the calibrated temperature.
    pub fn conditional(
        score: f32,
        logits: &[f32],
        class: usize,
        temperature: f64,
        weight: f64,
    ) -> f32 {
        if !score.is_finite() {
            // Its logits may be no numbers either.
            return f32::INFINITY;
        }
        let behind = (f64::from(max(logits)) - f64::from(logits[class])) / temperature;
        (f64::from(score) + weight * behind) as f32
    }

    /// p_k of one row for every class k.
    pub fn p_values(
        &self,
        score: f32,
        logits: &[f32],
        temperature: f64,
    ) -> impl Iterator<Item = f64> {
        let of = move |(class, own): (usize, &Option<Conformal>)| {
            own.as_ref().unwrap_or(&self.all).p_value(Self::conditional(
                score,
                logits,
                class,
                temperature,
                self.weight,
            ))
        };
        self.classes.iter().enumerate().map(of)
    }

    /// The largest A that each class accepts.
    pub fn thresholds(&self, alpha: f64) -> Vec<f32> {
        self.classes.iter().map(|own| own.as_ref().unwrap_or(&self.all).threshold(alpha)).collect()
    }

    /// The calibration scores that each class is compared with.
    #[cfg(feature = "files")]
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Conformal> {
        self.classes.iter().map(|own| own.as_ref().unwrap_or(&self.all))
    }

    /// Classes with too few rows of their own.
    pub fn pooled(&self) -> usize {
        self.classes.iter().filter(|own| own.is_none()).count()
    }
}
