//! How parameters lie on the device: every row of four values or a multiple, so that kernels load
//! vectors of four only.
//!
//! A layer from `inputs` to `outputs` is a weight `[4 outputs4, 4 inputs4]` row-major and a bias
//! `[4 outputs4]`, where `inputs4` and `outputs4` count vectors, rounded up. The values that
//! rounding adds are zeros and stay zeros: their inputs are zero, so are their gradients, and no
//! update rule moves a zero without a gradient.

use std::borrow::Cow;

use crate::architecture::{Architecture, Layer};

/// One layer in vectors of four. A compile-time argument of the kernels: they are specialised to
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    /// Vectors in one input row.
    pub inputs4: usize,
    /// Vectors in one output row.
    pub outputs4: usize,
    /// Where the weight starts, in vectors.
    pub weight4: usize,
    /// Where the bias starts, in vectors.
    pub bias4: usize,
}

impl Shape {
    /// A layer that lies alone in its buffer.
    pub fn alone(inputs: usize, outputs: usize) -> Self {
        Self::after(0, inputs, outputs)
    }

    /// A layer that starts at vector `weight4`.
    fn after(weight4: usize, inputs: usize, outputs: usize) -> Self {
        let (inputs4, outputs4) = (inputs.div_ceil(4), outputs.div_ceil(4));
        Self { inputs4, outputs4, weight4, bias4: weight4 + 4 * outputs4 * inputs4 }
    }

    /// The vector behind it.
    pub fn end4(&self) -> usize {
        self.bias4 + self.outputs4
    }
}

/// All layers, and the way between the host's array and the device's.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub shapes: Vec<Shape>,
    layers: Vec<Layer>,
    /// Values of one padded array.
    pub length: usize,
}

impl Layout {
    pub fn new(architecture: &Architecture) -> Self {
        let layers = architecture.layers();
        let mut next4 = 0;
        let shapes = layers
            .iter()
            .map(|layer| {
                let shape = Shape::after(next4, layer.inputs, layer.outputs);
                next4 = shape.end4();
                shape
            })
            .collect();
        Self { shapes, layers, length: 4 * next4 }
    }

    /// Appends an array of [`Architecture`]'s layout in the padded one.
    pub fn pack(&self, values: &[f32], packed: &mut Vec<f32>) {
        let start = packed.len();
        packed.resize(start + self.length, 0.0);
        let packed = &mut packed[start..];
        for (layer, shape) in self.layers.iter().zip(&self.shapes) {
            let rows = values[layer.weight.clone()].chunks_exact(layer.inputs);
            for (row, target) in
                rows.zip(packed[4 * shape.weight4..].chunks_exact_mut(4 * shape.inputs4))
            {
                target[..layer.inputs].copy_from_slice(row);
            }
            packed[4 * shape.bias4..][..layer.outputs].copy_from_slice(&values[layer.bias.clone()]);
        }
    }

    /// The inverse of [`Layout::pack`] for one array.
    pub fn unpack(&self, packed: &[f32]) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.layers.last().map_or(0, |layer| layer.bias.end));
        for (layer, shape) in self.layers.iter().zip(&self.shapes) {
            for row in
                packed[4 * shape.weight4..].chunks_exact(4 * shape.inputs4).take(layer.outputs)
            {
                values.extend_from_slice(&row[..layer.inputs]);
            }
            values.extend_from_slice(&packed[4 * shape.bias4..][..layer.outputs]);
        }
        values
    }
}

/// Rows of `width` values with zeros up to the next multiple of four; a vector itself when nothing
/// is missing.
pub(super) fn pad_rows<'a>(rows: impl Into<Cow<'a, [f32]>>, width: usize) -> Vec<f32> {
    let rows = rows.into();
    let padded = width.next_multiple_of(4);
    if padded == width {
        return rows.into_owned();
    }
    let mut out = Vec::with_capacity(rows.len() / width * padded);
    for row in rows.chunks_exact(width) {
        out.extend_from_slice(row);
        out.resize(out.len() + padded - width, 0.0);
    }
    out
}

/// The inverse of [`pad_rows`].
pub(super) fn unpad_rows(rows: Vec<f32>, width: usize) -> Vec<f32> {
    let padded = width.next_multiple_of(4);
    if padded == width {
        return rows;
    }
    rows.chunks_exact(padded).flat_map(|row| &row[..width]).copied().collect()
}
