//! The gradient of a layer's parameters with the optimiser's update in its epilogue.

use cubecl::prelude::*;

use super::{
    layout::Shape,
    linear::{Vector4, source},
    tile::{GATHERING, GradientTile},
    totals::add,
};

/// Which update rule the kernel is built for: [`crate::optim::Update`], and what of it saves work
/// when known early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    /// SGD without momentum: no moments.
    Plain,
    /// SGD with momentum: one moment.
    Momentum { nesterov: bool },
    /// AdamW: two moments.
    AdamW,
}

/// The numbers of [`crate::optim::Update`]; each rule reads its own.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub(super) struct Numbers {
    /// `learning_rate` or `rate`.
    pub rate: f32,
    /// `momentum` or `1 - beta1`.
    pub first: f32,
    /// `beta2`.
    pub second: f32,
    /// `1 - beta2`.
    pub complement: f32,
    /// `epsilon`.
    pub epsilon: f32,
    /// `weight_decay` or `decay`.
    pub decay: f32,
    /// `root`.
    pub root: f32,
}

/// Threads of [`layer`] that share nothing.
pub(super) fn threads(shape: &Shape, tile: &GradientTile, total: bool) -> usize {
    tile.count(shape) + shape.outputs4 + usize::from(total)
}

/// Workgroups of [`layer`] whose threads share tiles.
pub(super) fn groups(shape: &Shape, tile: &GradientTile, total: bool) -> usize {
    let [weight, bias] =
        [tile.count(shape), shape.outputs4].map(|tiles| tiles.div_ceil(tile.width()));
    weight + bias + usize::from(total)
}

/// One update of a layer: `dW = gradient^T input`, `db = sum of gradient`, then the rule, in place.
///
/// `gradient` is `[rows, 4 outputs4]`, `input` `[*, 4 inputs4]`, gathered as in
/// [`super::linear::forward`]. `state` holds the parameters and then the moments, `length4` vectors
/// each. First come the tiles of the weight; then the vectors of the bias; and, where `total`, the
/// batch's `results` are added to `totals` ([`add`]).
#[allow(
    clippy::collapsible_if,
    reason = "a compile-time condition removes its branch only where it stands alone"
)]
#[cube(launch_unchecked)]
pub(super) fn layer(
    state: &mut [Vector4],
    input: &[Vector4],
    order: &[u32],
    gradient: &[Vector4],
    results: &[f32],
    totals: &mut [f32],
    rows: u32,
    first: u32,
    keep: u32,
    numbers: Numbers,
    #[comptime] shape: Shape,
    #[comptime] tile: GradientTile,
    #[comptime] length4: usize,
    #[comptime] rule: Rule,
    #[comptime] gather: bool,
    #[comptime] total: bool,
) {
    let tiles = comptime!(tile.count(&shape));
    // A thread's columns lie a stride apart, so that neighbouring threads load neighbouring
    // vectors.
    let stride = comptime!(shape.inputs4.div_ceil(tile.inputs4));
    if comptime!(tile.split == 1) {
        let position = ABSOLUTE_POS;
        if position < tiles {
            let (column, group) = (position % stride, position / stride * tile.outputs4);
            let sums =
                sums(input, order, gradient, rows, first, column, group, 0, shape, tile, gather);
            #[unroll]
            for i in 0..tile.outputs4 {
                #[unroll]
                for t in 0..tile.inputs4 {
                    if group + i < shape.outputs4 && column + t * stride < shape.inputs4 {
                        let at = shape.weight4
                            + (group + i) * comptime!(4 * shape.inputs4)
                            + column
                            + t * stride;
                        #[unroll]
                        for j in 0..4usize {
                            let sum = sums[(i * tile.inputs4 + t) * 4 + j].read();
                            let at = at + j * shape.inputs4;
                            apply(state, totals, at, sum, &numbers, length4, rule);
                        }
                    }
                }
            }
        } else if position < comptime!(tiles + shape.outputs4) {
            let group = position - tiles;
            let sum = column_sum(gradient, rows, group, 0, shape, tile);
            apply(state, totals, shape.bias4 + group, sum, &numbers, length4, rule);
        } else if comptime!(total) {
            if position == comptime!(tiles + shape.outputs4) {
                add(results, totals, rows, keep, 1usize);
            }
        }
    } else {
        let width = comptime!(tile.width());
        let weight_groups = comptime!(tiles.div_ceil(width));
        let bias_groups = comptime!(shape.outputs4.div_ceil(width));
        let unit = UNIT_POS as usize;
        let (lane, part) = (unit % width, unit / width);
        // A barrier has to be reached by a whole workgroup: what divides it stands inside.
        if CUBE_POS < weight_groups {
            let place = CUBE_POS * width + lane;
            let position = min(place, comptime!(tiles - 1));
            let (column, group) = (position % stride, position / stride * tile.outputs4);
            let sums =
                sums(input, order, gradient, rows, first, column, group, part, shape, tile, gather);
            let mut parts = Shared::<[Vector4]>::new_slice(comptime!(4 * GATHERING));
            #[unroll]
            for i in 0..tile.outputs4 {
                #[unroll]
                for t in 0..tile.inputs4 {
                    #[unroll]
                    for j in 0..4usize {
                        parts[comptime!(j * GATHERING) + unit] =
                            sums[(i * tile.inputs4 + t) * 4 + j].read();
                    }
                    sync_cube();
                    if part < 4
                        && place < tiles
                        && group + i < shape.outputs4
                        && column + t * stride < shape.inputs4
                    {
                        let mut sum = Vector4::new(0.0);
                        for other in 0..tile.split {
                            sum += parts[part * GATHERING + other * width + lane];
                        }
                        let at = shape.weight4
                            + ((group + i) * 4 + part) * shape.inputs4
                            + column
                            + t * stride;
                        apply(state, totals, at, sum, &numbers, length4, rule);
                    }
                    sync_cube();
                }
            }
        } else if CUBE_POS < comptime!(weight_groups + bias_groups) {
            let place = (CUBE_POS - weight_groups) * width + lane;
            let group = min(place, comptime!(shape.outputs4 - 1));
            let mut parts = Shared::<[Vector4]>::new_slice(GATHERING);
            parts[unit] = column_sum(gradient, rows, group, part, shape, tile);
            sync_cube();
            if part == 0 && place < shape.outputs4 {
                let mut sum = Vector4::new(0.0);
                for other in 0..tile.split {
                    sum += parts[other * width + lane];
                }
                apply(state, totals, shape.bias4 + group, sum, &numbers, length4, rule);
            }
        } else if comptime!(total) {
            add(results, totals, rows, keep, GATHERING);
        }
    }
}

/// The sums of a tile of `dW` over the batch's rows from `part` on, every `tile.split`th: four
/// vectors of inputs for each of the tile's vectors of outputs and of inputs, in this order. What
/// lies past the end is the last vector once more.
#[cube]
fn sums(
    input: &[Vector4],
    order: &[u32],
    gradient: &[Vector4],
    rows: u32,
    first: u32,
    column: usize,
    group: usize,
    part: usize,
    #[comptime] shape: Shape,
    #[comptime] tile: GradientTile,
    #[comptime] gather: bool,
) -> Sequence<RuntimeCell<Vector4>> {
    let stride = comptime!(shape.inputs4.div_ceil(tile.inputs4));
    let mut sums = Sequence::<RuntimeCell<Vector4>>::new();
    #[unroll]
    for _ in 0..comptime!(4 * tile.outputs4 * tile.inputs4) {
        sums.push(RuntimeCell::<Vector4>::new(Vector4::new(0.0)));
    }
    let mut columns = Sequence::<usize>::new();
    #[unroll]
    for t in 0..tile.inputs4 {
        columns.push(min(column + t * stride, comptime!(shape.inputs4 - 1)));
    }
    let mut groups = Sequence::<usize>::new();
    #[unroll]
    for i in 0..tile.outputs4 {
        groups.push(min(group + i, comptime!(shape.outputs4 - 1)));
    }
    for r in range_stepped(part, rows as usize, tile.split) {
        let row = source(order, first, r, gather) * shape.inputs4;
        let mut x = Sequence::<Vector4>::new();
        #[unroll]
        for t in 0..tile.inputs4 {
            x.push(input[row + columns[t]]);
        }
        #[unroll]
        for i in 0..tile.outputs4 {
            let g = gradient[r * shape.outputs4 + groups[i]];
            #[unroll]
            for j in 0..4usize {
                #[unroll]
                for t in 0..tile.inputs4 {
                    let sum = &sums[(i * tile.inputs4 + t) * 4 + j];
                    sum.store(sum.read() + x[t] * Vector4::new(g.extract(j)));
                }
            }
        }
    }
    sums
}

/// The sum of a vector of outputs' gradient over the same rows.
#[cube]
fn column_sum(
    gradient: &[Vector4],
    rows: u32,
    group: usize,
    part: usize,
    #[comptime] shape: Shape,
    #[comptime] tile: GradientTile,
) -> Vector4 {
    let mut sum = Vector4::new(0.0);
    for r in range_stepped(part, rows as usize, tile.split) {
        sum += gradient[r * shape.outputs4 + group];
    }
    sum
}

/// `to = from`, both `length4` vectors, unless the totals say that the state has diverged.
#[allow(clippy::collapsible_if, reason = "the kernel language has no conditions that stop early")]
#[cube(launch_unchecked)]
pub(super) fn copy(
    from: &[Vector4],
    totals: &[f32],
    to: &mut [Vector4],
    #[comptime] length4: usize,
) {
    let position = ABSOLUTE_POS;
    if position < length4 {
        if totals[3] == 0.0 {
            to[position] = from[position];
        }
    }
}

/// The bits of 2^64, whose square is beyond `f32`; those of larger numbers and NaN are larger.
const SQUARELESS: u32 = 0x5F80_0000;

/// The bits of infinity.
const INFINITE: u32 = 0x7F80_0000;

/// Sets the last of the totals where a value is as large as `limit` says
/// ([`crate::engine::Totals::diverged`]); threads that write there write the same. By its bits: a
/// shader's compiler may take for granted that every number is finite.
#[cube]
fn note(values: Vector4, totals: &mut [f32], #[comptime] limit: u32) {
    #[unroll]
    for j in 0..4usize {
        let bits = u32::reinterpret(values.extract(j)) & 0x7FFF_FFFF;
        if bits >= limit {
            totals[3] = 1.0;
        }
    }
}

/// Applies `rule` with gradient `g` to the parameters at `at`, and notes whether they diverged.
#[cube]
fn apply(
    state: &mut [Vector4],
    totals: &mut [f32],
    at: usize,
    g: Vector4,
    numbers: &Numbers,
    #[comptime] length4: usize,
    #[comptime] rule: Rule,
) {
    let p = state[at];
    match comptime!(rule) {
        Rule::Plain => {
            let g = g + p * Vector4::new(numbers.decay);
            state[at] = p - g * Vector4::new(numbers.rate);
        }
        Rule::Momentum { nesterov } => {
            let momentum = Vector4::new(numbers.first);
            let g = g + p * Vector4::new(numbers.decay);
            let v = state[at + length4] * momentum + g;
            state[at + length4] = v;
            let step = if comptime!(nesterov) { g + v * momentum } else { v };
            state[at] = p - step * Vector4::new(numbers.rate);
        }
        Rule::AdamW => {
            let m = state[at + length4];
            let m = m + (g - m) * Vector4::new(numbers.first);
            let v = state[at + comptime!(2 * length4)] * Vector4::new(numbers.second)
                + g * g * Vector4::new(numbers.complement);
            state[at + length4] = m;
            state[at + comptime!(2 * length4)] = v;
            note(v, totals, INFINITE);
            let scale = v.sqrt() * Vector4::new(numbers.root) + Vector4::new(numbers.epsilon);
            state[at] = p * Vector4::new(numbers.decay) - m * Vector4::new(numbers.rate) / scale;
        }
    }
    note(state[at], totals, SQUARELESS);
}
