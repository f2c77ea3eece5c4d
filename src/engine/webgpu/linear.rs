//! Matrix products of a linear layer: outputs from inputs, and gradients of inputs from gradients
//! of outputs.
//!
//! Each thread keeps a tile of results in registers and walks the shared dimension, or its part of
//! it, with vector loads ([`Tile`]). Widths are compile-time constants, so the compiler sees every
//! stride; the number of rows is not, so that a short last batch runs the same kernel.
//!
//! Tiles are sequences of cells, which become one variable each, and not arrays: a local array's
//! elements live in memory.

use cubecl::prelude::*;

use super::{
    layout::Shape,
    tile::{SHARING, Tile},
};

/// Four neighbouring values of a row.
pub(super) type Vector4 = Vector<f32, Const<4>>;

/// `output[r] = input[source(r)] W^T + b`, with negative values cut to zero where `relu`: all but
/// those that are not finite, which a row cannot be allowed to lose ([`crate::ood::finite`]).
///
/// `input` is `[*, 4 inputs4]`, `output` `[rows, 4 outputs4]`. `source(r)` is `order[first + r]`
/// where `gather`, else `r`. `tile.split` threads: `tile.rows` rows by `tile.outputs4` vectors of
/// outputs; neighbouring tiles share their rows.
#[cube(launch_unchecked)]
pub(super) fn forward(
    input: &[Vector4],
    order: &[u32],
    state: &[Vector4],
    output: &mut [Vector4],
    rows: u32,
    first: u32,
    #[comptime] shape: Shape,
    #[comptime] tile: Tile,
    #[comptime] gather: bool,
    #[comptime] relu: bool,
) {
    let rows = rows as usize;
    let across = comptime!(shape.outputs4.div_ceil(tile.outputs4));
    let position = ABSOLUTE_POS / tile.split;
    let group = position % across * tile.outputs4;
    let top = position / across * tile.rows;
    if comptime!(tile.split == 1) {
        if top < rows {
            let sums = sums(input, order, state, rows, first, group, top, 0, shape, tile, gather);
            #[unroll]
            for i in 0..tile.rows {
                #[unroll]
                for t in 0..tile.outputs4 {
                    if top + i < rows && group + t < shape.outputs4 {
                        let sum = vector(&sums, i, t, tile) + state[shape.bias4 + group + t];
                        output[(top + i) * shape.outputs4 + group + t] = cut(sum, relu);
                    }
                }
            }
        }
    } else {
        let unit = UNIT_POS as usize;
        let lane = unit % tile.split;
        let sums = sums(input, order, state, rows, first, group, top, lane, shape, tile, gather);
        let vectors = comptime!(tile.rows * tile.outputs4);
        let mut parts = Shared::<[Vector4]>::new_slice(comptime!(vectors * SHARING));
        #[unroll]
        for v in 0..vectors {
            let (i, t) = comptime!((v / tile.outputs4, v % tile.outputs4));
            parts[comptime!(v * SHARING) + unit] = vector(&sums, i, t, tile);
        }
        sync_cube();
        let start = unit - lane;
        #[unroll]
        for round in 0..comptime!(vectors.div_ceil(tile.split)) {
            let v = comptime!(round * tile.split) + lane;
            let (row, column) = (top + v / tile.outputs4, group + v % tile.outputs4);
            if v < vectors && row < rows && column < shape.outputs4 {
                let mut sum = state[shape.bias4 + column];
                for part in 0..tile.split {
                    sum += parts[v * SHARING + start + part];
                }
                output[row * shape.outputs4 + column] = cut(sum, relu);
            }
        }
    }
}

/// The dot products of [`forward`] from input vector `lane` on, every `tile.split`th: row by row,
/// `4 tile.outputs4` each. Rows and outputs past the end are the last ones once more.
#[cube]
fn sums(
    input: &[Vector4],
    order: &[u32],
    state: &[Vector4],
    rows: usize,
    first: u32,
    group: usize,
    top: usize,
    lane: usize,
    #[comptime] shape: Shape,
    #[comptime] tile: Tile,
    #[comptime] gather: bool,
) -> Sequence<RuntimeCell<f32>> {
    let columns = comptime!(4 * tile.outputs4);
    let mut starts = Sequence::<usize>::new();
    let mut sums = Sequence::<RuntimeCell<f32>>::new();
    #[unroll]
    for i in 0..tile.rows {
        starts.push(source(order, first, min(top + i, rows - 1), gather) * shape.inputs4);
        #[unroll]
        for _ in 0..columns {
            sums.push(RuntimeCell::<f32>::new(0.0));
        }
    }
    let mut weights = Sequence::<usize>::new();
    #[unroll]
    for t in 0..tile.outputs4 {
        let within = min(group + t, comptime!(shape.outputs4 - 1));
        weights.push(shape.weight4 + within * comptime!(4 * shape.inputs4));
    }
    for k in range_stepped(lane, shape.inputs4, tile.split) {
        let mut w = Sequence::<Vector4>::new();
        #[unroll]
        for j in 0..columns {
            w.push(state[weights[comptime!(j / 4)] + comptime!(j % 4) * shape.inputs4 + k]);
        }
        #[unroll]
        for i in 0..tile.rows {
            let x = input[starts[i] + k];
            #[unroll]
            for j in 0..columns {
                let sum = &sums[i * columns + j];
                sum.store(sum.read() + x.dot(w[j]));
            }
        }
    }
    sums
}

/// Vector `t` of row `i` of a tile's [`sums`].
#[cube]
fn vector(
    sums: &Sequence<RuntimeCell<f32>>,
    #[comptime] i: usize,
    #[comptime] t: usize,
    #[comptime] tile: Tile,
) -> Vector4 {
    let start = comptime!((i * tile.outputs4 + t) * 4);
    let mut vector = Vector4::new(0.0);
    #[unroll]
    for j in 0..4usize {
        vector.insert(j, sums[start + j].read());
    }
    vector
}

/// Each value [`rectified`] where `relu`.
#[cube]
fn cut(values: Vector4, #[comptime] relu: bool) -> Vector4 {
    let mut values = values;
    if comptime!(relu) {
        #[unroll]
        for j in 0..4usize {
            values.insert(j, rectified(values.extract(j)));
        }
    }
    values
}

/// `result[r] = gradient[r] W` where the layer's input was positive, else 0: back through a layer
/// and the ReLU before it.
///
/// `gradient` is `[rows, 4 outputs4]`, `input` and `result` `[rows, 4 inputs4]`. One thread:
/// `tile_rows` rows by one vector.
#[cube(launch_unchecked)]
pub(super) fn backward(
    gradient: &[Vector4],
    state: &[Vector4],
    input: &[Vector4],
    result: &mut [Vector4],
    rows: u32,
    #[comptime] shape: Shape,
    #[comptime] tile_rows: usize,
) {
    let rows = rows as usize;
    let group = ABSOLUTE_POS % shape.inputs4;
    let top = ABSOLUTE_POS / shape.inputs4 * tile_rows;
    if top < rows {
        let mut starts = Sequence::<usize>::new();
        let mut sums = Sequence::<RuntimeCell<Vector4>>::new();
        #[unroll]
        for i in 0..tile_rows {
            starts.push(min(top + i, rows - 1) * shape.outputs4);
            sums.push(RuntimeCell::<Vector4>::new(Vector4::new(0.0)));
        }
        for c in 0..shape.outputs4 {
            let weight = shape.weight4 + c * comptime!(4 * shape.inputs4) + group;
            let mut w = Sequence::<Vector4>::new();
            #[unroll]
            for j in 0..4usize {
                w.push(state[weight + j * shape.inputs4]);
            }
            #[unroll]
            for i in 0..tile_rows {
                let g = gradient[starts[i] + c];
                let sum = &sums[i];
                #[unroll]
                for j in 0..4usize {
                    sum.store(sum.read() + w[j] * Vector4::new(g.extract(j)));
                }
            }
        }
        #[unroll]
        for i in 0..tile_rows {
            if top + i < rows {
                let at = (top + i) * shape.inputs4 + group;
                let (x, sum) = (input[at], sums[i].read());
                let mut masked = Vector4::new(0.0);
                #[unroll]
                for j in 0..4usize {
                    masked.insert(j, select(x.extract(j) > 0.0, sum.extract(j), 0.0));
                }
                result[at] = masked;
            }
        }
    }
}

/// ReLU that keeps what is not finite. Told by its bits: a shader's compiler may take for granted
/// that every number is finite, and `max` may drop a NaN.
#[cube]
fn rectified(x: f32) -> f32 {
    let is_finite = (u32::reinterpret(x) & 0x7F80_0000) != 0x7F80_0000;
    select(is_finite, max(x, 0.0), x)
}

/// The data row of batch row `row`.
#[cube]
pub(super) fn source(order: &[u32], first: u32, row: usize, #[comptime] gather: bool) -> usize {
    if comptime!(gather) { order[first as usize + row] as usize } else { row }
}
