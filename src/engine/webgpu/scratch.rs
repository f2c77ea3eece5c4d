//! Memory that a batch's kernels share.

use cubecl::server::Handle;

use super::WebGpuEngine;
use crate::Result;

/// What a batch leaves between kernels.
pub(super) struct Scratch {
    pub(super) rows: usize,
    /// Each layer's outputs, `[rows, 4 outputs4]`; the last is logits and then their gradient.
    pub(super) outputs: Vec<Handle>,
    /// Gradients of the hidden layers' outputs, shaped like them.
    pub(super) gradients: Vec<Handle>,
    /// Loss and hit of each row.
    pub(super) results: Handle,
    /// The batch's rows, where they were varied: `[rows, 4 inputs4]`.
    pub(super) varied: Option<Handle>,
}

impl WebGpuEngine {
    /// Scratch memory for a batch, kept for the next one.
    pub(super) fn scratch(&mut self, rows: usize) -> Result<Scratch> {
        match self.scratch.take() {
            Some(scratch) if scratch.rows >= rows => Ok(scratch),
            _ => self.reserve(rows),
        }
    }

    pub(super) fn reserve(&self, rows: usize) -> Result<Scratch> {
        let mut outputs = Vec::with_capacity(self.layout.shapes.len());
        let mut gradients = Vec::new();
        for (i, shape) in self.layout.shapes.iter().enumerate() {
            let length = rows * 4 * shape.outputs4;
            self.gpu.fits("a batch's activations", length)?;
            outputs.push(self.gpu.reserve(length));
            if i + 1 < self.layout.shapes.len() {
                gradients.push(self.gpu.reserve(length));
            }
        }
        Ok(Scratch { rows, outputs, gradients, results: self.gpu.reserve(2 * rows), varied: None })
    }

    /// Room for the rows of the scratch's batch as they are varied.
    pub(super) fn room_to_vary(&self, scratch: &mut Scratch) -> Result<Handle> {
        if let Some(varied) = &scratch.varied {
            return Ok(varied.clone());
        }
        let length = scratch.rows * 4 * self.layout.shapes[0].inputs4;
        self.gpu.fits("a batch's rows", length)?;
        Ok(scratch.varied.insert(self.gpu.reserve(length)).clone())
    }
}
