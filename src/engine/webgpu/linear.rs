//! Matrix products of a linear layer: outputs from inputs, and gradients of inputs from gradients of outputs.
//!
//! Each thread keeps a tile of results in registers and walks the shared dimension with vector loads; there is no shared
//! memory and no barrier. Widths are compile-time constants, so the compiler sees every stride; the number of rows is not,
//! so that a short last batch runs the same kernel.

use cubecl::prelude::*;

use super::layout::Shape;

/// Four neighbouring values of a row.
pub(super) type Vector4 = Vector<f32, Const<4>>;

/// Rows of one tile.
pub(super) const ROWS: usize = 4;

/// `output[r] = input[source(r)] W^T + b`, with negative values cut to zero where `relu`.
///
/// `input` is `[*, 4 inputs4]`, `output` `[rows, 4 outputs4]`. `source(r)` is `order[first + r]` where `gather`, else `r`.
/// One thread: [`ROWS`] rows by four outputs; neighbours share their rows.
#[cube(launch_unchecked)]
pub(super) fn forward(
    input: &[Vector4],
    order: &[u32],
    state: &[Vector4],
    output: &mut [Vector4],
    rows: u32,
    first: u32,
    #[comptime] shape: Shape,
    #[comptime] gather: bool,
    #[comptime] relu: bool,
) {
    let rows = rows as usize;
    let group = ABSOLUTE_POS % shape.outputs4;
    let top = ABSOLUTE_POS / shape.outputs4 * ROWS;
    if top < rows {
        let mut starts = Sequence::<usize>::new();
        let mut sums = Sequence::<RuntimeCell<f32>>::new();
        #[unroll]
        for i in 0..ROWS {
            // Past the end, the last row once more: its results are not stored.
            let row = select(top + i < rows, top + i, rows - 1);
            starts.push(source(order, first, row, gather) * shape.inputs4);
            #[unroll]
            for _ in 0..4 {
                sums.push(RuntimeCell::<f32>::new(0.0));
            }
        }
        let weight = shape.weight4 + group * comptime!(4 * shape.inputs4);
        for k in 0..shape.inputs4 {
            let mut w = Sequence::<Vector4>::new();
            #[unroll]
            for j in 0..4 {
                w.push(state[weight + j * shape.inputs4 + k]);
            }
            #[unroll]
            for i in 0..ROWS {
                let x = input[starts[i] + k];
                #[unroll]
                for j in 0..4 {
                    let sum = &sums[i * 4 + j];
                    sum.store(sum.read() + x.dot(w[j]));
                }
            }
        }
        let bias = state[shape.bias4 + group];
        #[unroll]
        for i in 0..ROWS {
            if top + i < rows {
                let mut sum = Vector4::new(0.0);
                #[unroll]
                for j in 0..4 {
                    sum.insert(j, sums[i * 4 + j].read());
                }
                sum += bias;
                if comptime!(relu) {
                    sum = max(sum, Vector4::new(0.0));
                }
                output[(top + i) * shape.outputs4 + group] = sum;
            }
        }
    }
}

/// `result[r] = gradient[r] W` where the layer's input was positive, else 0: back through a layer and the ReLU before it.
///
/// `gradient` is `[rows, 4 outputs4]`, `input` and `result` `[rows, 4 inputs4]`. One thread: [`ROWS`] rows by four inputs.
#[cube(launch_unchecked)]
pub(super) fn backward(
    gradient: &[Vector4],
    state: &[Vector4],
    input: &[Vector4],
    result: &mut [Vector4],
    rows: u32,
    #[comptime] shape: Shape,
) {
    let rows = rows as usize;
    let group = ABSOLUTE_POS % shape.inputs4;
    let top = ABSOLUTE_POS / shape.inputs4 * ROWS;
    if top < rows {
        let mut starts = Sequence::<usize>::new();
        let mut sums = Sequence::<RuntimeCell<Vector4>>::new();
        #[unroll]
        for i in 0..ROWS {
            starts.push(select(top + i < rows, top + i, rows - 1) * shape.outputs4);
            sums.push(RuntimeCell::<Vector4>::new(Vector4::new(0.0)));
        }
        for c in 0..shape.outputs4 {
            let weight = shape.weight4 + c * comptime!(4 * shape.inputs4) + group;
            let mut w = Sequence::<Vector4>::new();
            #[unroll]
            for j in 0..4 {
                w.push(state[weight + j * shape.inputs4]);
            }
            #[unroll]
            for i in 0..ROWS {
                let g = gradient[starts[i] + c];
                #[unroll]
                for j in 0..4usize {
                    let sum = &sums[i];
                    sum.store(sum.read() + w[j] * Vector4::new(g.extract(j)));
                }
            }
        }
        #[unroll]
        for i in 0..ROWS {
            if top + i < rows {
                let at = (top + i) * shape.inputs4 + group;
                let x = input[at];
                let mut masked = Vector4::new(0.0);
                #[unroll]
                for j in 0..4usize {
                    masked.insert(j, select(x.extract(j) > 0.0, sums[i].read().extract(j), 0.0));
                }
                result[at] = masked;
            }
        }
    }
}

/// The data row of batch row `row`.
#[cube]
pub(super) fn source(order: &[u32], first: u32, row: usize, #[comptime] gather: bool) -> usize {
    if comptime!(gather) { order[first as usize + row] as usize } else { row }
}
