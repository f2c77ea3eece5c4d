//! The gradient of a layer's parameters with the optimiser's update in its epilogue, and the
//! running totals.

use cubecl::prelude::*;

use super::{
    layout::{Shape, Tile},
    linear::{Vector4, source},
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

/// Threads of [`layer`].
pub(super) fn threads(shape: &Shape, tile: &Tile, total: bool) -> usize {
    tiles(shape, tile) + shape.outputs4 + usize::from(total)
}

/// Tiles of a layer's weight.
fn tiles(shape: &Shape, tile: &Tile) -> usize {
    shape.outputs4.div_ceil(tile.gradient_outputs4) * shape.inputs4.div_ceil(tile.gradient_inputs4)
}

/// One update of a layer: `dW = gradient^T input`, `db = sum of gradient`, then the rule, in place.
///
/// `gradient` is `[rows, 4 outputs4]`, `input` `[*, 4 inputs4]`, gathered as in
/// [`super::linear::forward`]. `state` holds the parameters and then the moments, `length4` vectors
/// each. Threads: first one per tile of the weight; then one per vector of the bias; and, where
/// `total`, one more that adds the batch's `results` to `totals` ([`add`]).
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
    #[comptime] tile: Tile,
    #[comptime] length4: usize,
    #[comptime] rule: Rule,
    #[comptime] gather: bool,
    #[comptime] total: bool,
) {
    let tiles = comptime!(tiles(&shape, &tile));
    let position = ABSOLUTE_POS;
    if position < tiles {
        let (outputs, inputs) = comptime!((tile.gradient_outputs4, tile.gradient_inputs4));
        // A thread's columns lie a stride apart, so that neighbouring threads load neighbouring
        // vectors.
        let stride = comptime!(shape.inputs4.div_ceil(inputs));
        let column = position % stride;
        let group = position / stride * outputs;
        let mut sums = Sequence::<RuntimeCell<Vector4>>::new();
        #[unroll]
        for _ in 0..comptime!(4 * outputs * inputs) {
            sums.push(RuntimeCell::<Vector4>::new(Vector4::new(0.0)));
        }
        // Past the end, the last vector once more: its results are not stored.
        let mut columns = Sequence::<usize>::new();
        #[unroll]
        for t in 0..inputs {
            columns.push(min(column + t * stride, comptime!(shape.inputs4 - 1)));
        }
        let mut groups = Sequence::<usize>::new();
        #[unroll]
        for i in 0..outputs {
            groups.push(min(group + i, comptime!(shape.outputs4 - 1)));
        }
        for r in 0..rows as usize {
            let row = source(order, first, r, gather) * shape.inputs4;
            let mut x = Sequence::<Vector4>::new();
            #[unroll]
            for t in 0..inputs {
                x.push(input[row + columns[t]]);
            }
            #[unroll]
            for i in 0..outputs {
                let g = gradient[r * shape.outputs4 + groups[i]];
                #[unroll]
                for j in 0..4usize {
                    #[unroll]
                    for t in 0..inputs {
                        let sum = &sums[(i * 4 + j) * inputs + t];
                        sum.store(sum.read() + x[t] * Vector4::new(g.extract(j)));
                    }
                }
            }
        }
        #[unroll]
        for i in 0..outputs {
            #[unroll]
            for t in 0..inputs {
                if group + i < shape.outputs4 && column + t * stride < shape.inputs4 {
                    #[unroll]
                    for j in 0..4usize {
                        let at = shape.weight4 + (groups[i] * 4 + j) * shape.inputs4 + columns[t];
                        apply(
                            state,
                            totals,
                            at,
                            sums[(i * 4 + j) * inputs + t].read(),
                            &numbers,
                            length4,
                            rule,
                        );
                    }
                }
            }
        }
    } else if position < comptime!(tiles + shape.outputs4) {
        let group = position - tiles;
        let mut sum = Vector4::new(0.0);
        for r in 0..rows as usize {
            sum += gradient[r * shape.outputs4 + group];
        }
        apply(state, totals, shape.bias4 + group, sum, &numbers, length4, rule);
    } else if comptime!(total) {
        if position == comptime!(tiles + shape.outputs4) {
            add(results, totals, rows, keep);
        }
    }
}

/// Adds a batch's results to the totals; one thread.
#[cube(launch_unchecked)]
pub(super) fn total(results: &[f32], totals: &mut [f32], rows: u32, keep: u32) {
    if ABSOLUTE_POS == 0 {
        add(results, totals, rows, keep);
    }
}

/// `totals = keep * totals + [sum of losses, ., hits]`, and the last as it is ([`note`]). Each sum runs in order, so it is the same
/// in every run; the second value is the losses' running compensation (Kahan), without which an
/// epoch's sum would lose the last digits.
#[cube]
fn add(results: &[f32], totals: &mut [f32], rows: u32, keep: u32) {
    let mut loss = select(keep == 1, totals[0], 0.0);
    let mut compensation = select(keep == 1, totals[1], 0.0);
    let mut hits = select(keep == 1, totals[2], 0.0);
    for r in 0..rows as usize {
        let term = results[r * 2] - compensation;
        let sum = loss + term;
        compensation = (sum - loss) - term;
        loss = sum;
        hits += results[r * 2 + 1];
    }
    totals[0] = loss;
    totals[1] = compensation;
    totals[2] = hits;
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
