//! Rows as the head sees them: what every scorer works on.

use crate::{engine::Outputs, numeric::row};

/// Some rows, what the head makes of them, and which of them are training rows.
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    /// The head's features, `[rows, *]`.
    pub features: &'a [f32],
    /// The last layer's inputs, `[rows, width]`: the features themselves for a linear head.
    pub inputs: &'a [f32],
    /// Length of one of them.
    pub width: usize,
    /// Raw logits, `[rows, classes]`.
    pub logits: &'a [f32],
    /// Number of logits of a row.
    pub classes: usize,
    /// For each row the number of the training row that it is, if it is one: a search among the
    /// training rows leaves it out. Empty where no row is one.
    pub own: &'a [Option<u32>],
}

impl<'a> Batch<'a> {
    /// What the head answered for `features`; there is at least one row.
    pub fn new(features: &'a [f32], outputs: &'a Outputs, classes: usize) -> Self {
        let inputs = outputs.penultimate.as_deref().unwrap_or(features);
        let width = inputs.len() / (outputs.logits.len() / classes);
        Self { features, inputs, width, logits: &outputs.logits, classes, own: &[] }
    }

    /// The same rows, some of which are training rows.
    pub fn with_own(self, own: &'a [Option<u32>]) -> Self {
        Self { own, ..self }
    }

    /// Some of the rows.
    pub fn rows(&self, rows: std::ops::Range<usize>) -> Self {
        let part = |values: &'a [f32], width: usize| &values[rows.start * width..rows.end * width];
        Self {
            features: part(self.features, self.features.len() / self.count()),
            inputs: part(self.inputs, self.width),
            logits: part(self.logits, self.classes),
            own: self.own.get(rows.clone()).unwrap_or_default(),
            ..*self
        }
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.logits.len() / self.classes
    }

    /// The last layer's inputs, row by row.
    pub fn inputs(&self) -> std::slice::ChunksExact<'a, f32> {
        self.inputs.chunks_exact(self.width)
    }

    /// The logits, row by row.
    pub fn logits(&self) -> std::slice::ChunksExact<'a, f32> {
        self.logits.chunks_exact(self.classes)
    }

    /// Each row's class, the first of equals.
    pub fn predictions(&self) -> impl Iterator<Item = usize> {
        self.logits().map(row::argmax)
    }
}
