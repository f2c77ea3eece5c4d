//! Rows as the head sees them: what every scorer works on.

use crate::{engine::Outputs, math};

/// Rows and what the head makes of them.
#[derive(Clone, Copy)]
pub struct View<'a> {
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
}

impl<'a> View<'a> {
    /// What the head answered for `features`; there is at least one row.
    pub fn new(features: &'a [f32], outputs: &'a Outputs, classes: usize) -> Self {
        let inputs = outputs.penultimate.as_deref().unwrap_or(features);
        Self { features, inputs, width: inputs.len() / (outputs.logits.len() / classes), logits: &outputs.logits, classes }
    }

    /// Some of the rows.
    pub fn rows(&self, rows: std::ops::Range<usize>) -> Self {
        let part = |values: &'a [f32], width: usize| &values[rows.start * width..rows.end * width];
        Self {
            features: part(self.features, self.features.len() / self.count()),
            inputs: part(self.inputs, self.width),
            logits: part(self.logits, self.classes),
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
        self.logits().map(math::argmax)
    }
}

/// Rows at unit length; a row of zeros stays one.
pub fn normalized(rows: &[f32], width: usize) -> Vec<f32> {
    let mut unit = Vec::with_capacity(rows.len());
    for row in rows.chunks_exact(width) {
        let norm = math::norm(row);
        let factor = if norm > 0.0 { 1.0 / norm } else { 0.0 };
        unit.extend(row.iter().map(|&x| (f64::from(x) * factor) as f32));
    }
    unit
}
