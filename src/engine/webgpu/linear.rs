//! Matrix products of a linear layer: outputs from inputs, and gradients of inputs from gradients
//! of outputs; and the same two products with other matrices.
//!
//! Each thread keeps a tile of results in registers and walks the shared dimension, or its part of
//! it, with vector loads ([`Tile`]). A layer's widths are compile-time constants, so the compiler
//! sees every stride; those of a matrix that products are made with are not, for a kernel for each
//! would take longer to compile than to run. Nor is the number of rows, so that a short last batch
//! runs the same kernel.
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

/// Where a matrix lies that rows are multiplied with, in vectors.
#[derive(CubeType, Clone, Copy)]
struct Place {
    /// Of a row of the matrix, so many from its start on.
    inputs4: usize,
    /// A quarter of the matrix's rows.
    outputs4: usize,
    /// From one row to the next.
    stride4: usize,
    start4: usize,
}

/// That of a layer, or what numbers say.
#[cube]
fn place(inputs4: u32, outputs4: u32, stride4: u32, #[comptime] fixed: Option<Shape>) -> Place {
    Place {
        inputs4: given(inputs4, comptime!(fixed.map(|shape| shape.inputs4))),
        outputs4: given(outputs4, comptime!(fixed.map(|shape| shape.outputs4))),
        stride4: given(stride4, comptime!(fixed.map(|shape| shape.inputs4))),
        start4: comptime!(fixed.map_or(0, |shape| shape.weight4)).runtime(),
    }
}

/// A number, or the constant that it is known to be.
#[cube]
fn given(number: u32, #[comptime] known: Option<usize>) -> usize {
    if comptime!(known.is_some()) {
        comptime!(known.unwrap_or_default()).runtime()
    } else {
        number as usize
    }
}

/// Of a layer, the bias of a vector of outputs.
#[cube]
fn bias(state: &[Vector4], output4: usize, #[comptime] fixed: Option<Shape>) -> Vector4 {
    if comptime!(fixed.is_some()) {
        state[comptime!(fixed.map_or(0, |shape| shape.bias4)) + output4]
    } else {
        Vector4::new(0.0)
    }
}

/// `output[r] = input[source(r)] W^T + b`, with negative values cut to zero where `relu`: all but
/// those that are not finite, which a row cannot be allowed to lose ([`crate::ood::finite`]).
///
/// `input` is `[*, 4 inputs4]`, `output` `[rows, 4 outputs4]`. `source(r)` is `order[first + r]`
/// where `gather`, else `r`. W and b are the layer whose shape is `fixed`; without one there is no b,
/// and the rows of W lie `stride4` vectors from one another. `tile.split` threads: `tile.rows` rows
/// by `tile.outputs4` vectors of outputs; neighbouring tiles share their rows.
#[cube(launch_unchecked)]
pub(super) fn forward(
    input: &[Vector4],
    order: &[u32],
    state: &[Vector4],
    output: &mut [Vector4],
    rows: u32,
    first: u32,
    inputs4: u32,
    outputs4: u32,
    stride4: u32,
    #[comptime] fixed: Option<Shape>,
    #[comptime] tile: Tile,
    #[comptime] gather: bool,
    #[comptime] relu: bool,
) {
    let rows = rows as usize;
    let matrix = place(inputs4, outputs4, stride4, fixed);
    let outputs4 = matrix.outputs4;
    let across = outputs4.div_ceil(tile.outputs4);
    let position = ABSOLUTE_POS / tile.split;
    let group = position % across * tile.outputs4;
    let top = position / across * tile.rows;
    if comptime!(tile.split == 1) {
        if top < rows {
            let sums = sums(input, order, state, rows, first, group, top, 0, matrix, tile, gather);
            #[unroll]
            for i in 0..tile.rows {
                #[unroll]
                for t in 0..tile.outputs4 {
                    if top + i < rows && group + t < outputs4 {
                        let sum = vector(&sums, i, t, tile) + bias(state, group + t, fixed);
                        output[(top + i) * outputs4 + group + t] = cut(sum, relu);
                    }
                }
            }
        }
    } else {
        let unit = UNIT_POS as usize;
        let lane = unit % tile.split;
        let sums = sums(input, order, state, rows, first, group, top, lane, matrix, tile, gather);
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
            if v < vectors && row < rows && column < outputs4 {
                let mut sum = bias(state, column, fixed);
                for part in 0..tile.split {
                    sum += parts[v * SHARING + start + part];
                }
                output[row * outputs4 + column] = cut(sum, relu);
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
    matrix: Place,
    #[comptime] tile: Tile,
    #[comptime] gather: bool,
) -> Sequence<RuntimeCell<f32>> {
    let columns = comptime!(4 * tile.outputs4);
    let mut starts = Sequence::<usize>::new();
    let mut sums = Sequence::<RuntimeCell<f32>>::new();
    #[unroll]
    for i in 0..tile.rows {
        starts.push(source(order, first, min(top + i, rows - 1), gather) * matrix.inputs4);
        #[unroll]
        for _ in 0..columns {
            sums.push(RuntimeCell::<f32>::new(0.0));
        }
    }
    let mut weights = Sequence::<usize>::new();
    #[unroll]
    for t in 0..tile.outputs4 {
        let within = min(group + t, matrix.outputs4 - 1);
        weights.push(matrix.start4 + within * 4 * matrix.stride4);
    }
    for k in range_stepped(lane, matrix.inputs4, tile.split) {
        let mut w = Sequence::<Vector4>::new();
        #[unroll]
        for j in 0..columns {
            w.push(state[weights[comptime!(j / 4)] + comptime!(j % 4) * matrix.stride4 + k]);
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

/// `result[r] = left[r] W`. Of the layer whose shape is `fixed`, the way back through it and the ReLU
/// before it: where its input was not positive, 0.
///
/// `left` is `[rows, 4 outputs4]`; `input`, where it counts, and `result` are `[rows, 4 inputs4]`.
/// Without a layer the rows of W lie `stride4` vectors from one another, and those of `result`
/// `result_stride4`, the first of them at `first4`. One thread: `tile_rows` rows by one vector.
#[cube(launch_unchecked)]
pub(super) fn backward(
    left: &[Vector4],
    state: &[Vector4],
    input: &[Vector4],
    result: &mut [Vector4],
    rows: u32,
    inputs4: u32,
    outputs4: u32,
    stride4: u32,
    first4: u32,
    result_stride4: u32,
    #[comptime] fixed: Option<Shape>,
    #[comptime] tile_rows: usize,
) {
    let rows = rows as usize;
    let matrix = place(inputs4, outputs4, stride4, fixed);
    let first4 = given(first4, comptime!(fixed.map(|_| 0)));
    let result_stride4 = given(result_stride4, comptime!(fixed.map(|shape| shape.inputs4)));
    let group = ABSOLUTE_POS % matrix.inputs4;
    let top = ABSOLUTE_POS / matrix.inputs4 * tile_rows;
    if top < rows {
        let mut starts = Sequence::<usize>::new();
        let mut sums = Sequence::<RuntimeCell<Vector4>>::new();
        #[unroll]
        for i in 0..tile_rows {
            starts.push(min(top + i, rows - 1) * matrix.outputs4);
            sums.push(RuntimeCell::<Vector4>::new(Vector4::new(0.0)));
        }
        for c in 0..matrix.outputs4 {
            let weight = matrix.start4 + c * 4 * matrix.stride4 + group;
            let mut w = Sequence::<Vector4>::new();
            #[unroll]
            for j in 0..4usize {
                w.push(state[weight + j * matrix.stride4]);
            }
            #[unroll]
            for i in 0..tile_rows {
                let g = left[starts[i] + c];
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
                let at = first4 + (top + i) * result_stride4 + group;
                let sum = sums[i].read();
                if comptime!(fixed.is_some()) {
                    let x = input[at];
                    let mut masked = Vector4::new(0.0);
                    #[unroll]
                    for j in 0..4usize {
                        masked.insert(j, select(x.extract(j) > 0.0, sum.extract(j), 0.0));
                    }
                    result[at] = masked;
                } else {
                    result[at] = sum;
                }
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
