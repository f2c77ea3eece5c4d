//! Loss, hit and gradient of each row of logits in one pass over the batch: the formulas of
//! [`crate::loss`], in f32.
//!
//! Where the host computes in f64, differences are taken first and sums over all other classes are
//! kept apart from the largest one's share, so that what is small stays exact.

use cubecl::prelude::*;

use super::{linear::source, tile::SHARING};

/// Which loss the kernel is built for. Its constants are run-time arguments: heads that differ in
/// them share the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    LogitNorm,
    CrossEntropy,
}

/// Added to the norm of the logits.
const EPSILON: f32 = crate::loss::logit_norm::EPSILON as f32;

/// Threads that share a row: none on a CPU that plays a GPU, where each barrier costs more than it
/// saves.
pub(super) fn lanes(classes: usize, software: bool) -> usize {
    if software { 1 } else { classes.next_power_of_two().min(32) }
}

/// For each batch row: `results[2 r] = loss`, `results[2 r + 1] = 1` where the first largest logit
/// is the label's, else 0; and where `learn`, the row of logits is replaced by `scale` times the
/// loss's gradient. Where `weighted`, loss and gradient are multiplied by the row's weight.
///
/// `logits` is `[rows, stride]`, of which the first `classes` columns count and are written; `tau`
/// is LogitNorm's. `lanes` threads, all of one workgroup: one row, of which each walks its classes.
#[cube(launch_unchecked)]
pub(super) fn rows(
    logits: &mut [f32],
    labels: &[u32],
    weights: &[f32],
    order: &[u32],
    results: &mut [f32],
    rows: u32,
    first: u32,
    scale: f32,
    tau: f32,
    smoothing: f32,
    #[comptime] classes: usize,
    #[comptime] stride: usize,
    #[comptime] kind: Kind,
    #[comptime] weighted: bool,
    #[comptime] learn: bool,
    #[comptime] lanes: usize,
) {
    // Past the end, the last row once more: nothing of it is stored.
    let place = ABSOLUTE_POS / lanes;
    let row = min(place, rows as usize - 1);
    let lane = ABSOLUTE_POS % lanes;
    let number = source(order, first, row, true);
    let label = labels[number] as usize;
    let mut weight = 1.0f32;
    if comptime!(weighted) {
        weight = weights[number];
    }
    let start = row * stride;
    let own = logits[start + label];

    // A lane without a class of its own takes the first.
    let mut best = select(lane < classes, lane, 0);
    let mut largest = logits[start + best];
    let mut peak = largest.abs();
    for c in range_stepped(lane + lanes, classes, lanes) {
        let f = logits[start + c];
        best = select(f > largest, c, best);
        largest = max(largest, f);
        peak = max(peak, f.abs());
    }
    if comptime!(lanes > 1) {
        let mut tops = Shared::<[f32]>::new_slice(SHARING);
        let mut peaks = Shared::<[f32]>::new_slice(SHARING);
        let mut places = Shared::<[u32]>::new_slice(SHARING);
        let unit = UNIT_POS as usize;
        tops[unit] = largest;
        peaks[unit] = peak;
        places[unit] = best as u32;
        sync_cube();
        for other in unit - lane..unit - lane + lanes {
            let (top, at) = (tops[other], places[other] as usize);
            // The first of equals, as in one walk over all classes.
            let is_first = top > largest || (top == largest && at < best);
            best = select(is_first, at, best);
            largest = max(largest, top);
            peak = max(peak, peaks[other]);
        }
    }

    let mut loss = f32::ln(f32::cast_from(classes));
    // Gradient: c -> outer (p_c - target_c - f_c along).
    let mut outer = scale * weight;
    let mut along = 0.0f32;
    let mut rest = 0.0f32;
    // Exponents are differences to the largest logit times this.
    let mut factor = 1.0f32;
    match comptime!(kind) {
        Kind::LogitNorm => {
            // Without a logit that is not zero there is no direction.
            let is_some = peak > 0.0;
            let peak = select(is_some, peak, 1.0);
            let mut squares = 0.0f32;
            for c in range_stepped(lane, classes, lanes) {
                // Divided first: the square of a large logit would overflow.
                let f = logits[start + c] / peak;
                squares += f * f;
            }
            let root = select(is_some, sum(squares, lane, lanes).sqrt(), 1.0);
            let guarded = peak * root + EPSILON;
            factor = select(is_some, 1.0 / (guarded * tau), 1.0);
            // The logits' mean under p, over the peak, without the largest one's part.
            let mut mean = 0.0f32;
            // How far their plain mean lies below the largest one, over the peak.
            let mut below = 0.0f32;
            for c in range_stepped(lane, classes, lanes) {
                let f = logits[start + c];
                let e = select(c == best, 0.0, ((f - largest) * factor).exp());
                rest += e;
                mean += e * (f / peak);
                below += (largest - f) / peak;
            }
            rest = sum(rest, lane, lanes);
            mean = sum(mean, lane, lanes);
            below = sum(below, lane, lanes);
            let share = 1.0 / (1.0 + rest);
            let (top, mine) = (largest / peak, own / peak);
            // fhat . e, in the form that does not cancel when the label takes almost all.
            let inner =
                select(label == best, share * (mean - rest * mine), share * (mean + top) - mine);
            // Smoothing moves its share of the target from the label to that mean.
            let gap = largest - own;
            let moved = smoothing * (below / f32::cast_from(classes) - gap / peak);
            along = select(is_some, (inner + moved) / root / guarded, 0.0);
            outer = select(is_some, outer * factor, 0.0);
            loss = select(is_some, (gap + peak * moved) * factor + ln_1p(rest), loss);
        }
        Kind::CrossEntropy => {
            let mut below = 0.0f32;
            for c in range_stepped(lane, classes, lanes) {
                let difference = logits[start + c] - largest;
                rest += select(c == best, 0.0, difference.exp());
                below -= difference;
            }
            rest = sum(rest, lane, lanes);
            below = sum(below, lane, lanes);
            let mean = below / f32::cast_from(classes);
            loss = (1.0 - smoothing) * (largest - own) + smoothing * mean + ln_1p(rest);
        }
    }

    if place < rows as usize {
        if lane == 0 {
            results[row * 2] = loss * weight;
            results[row * 2 + 1] = select(best == label, 1.0, 0.0);
        }
        if comptime!(learn) {
            let share = 1.0 / (1.0 + rest);
            for c in range_stepped(lane, classes, lanes) {
                let f = logits[start + c];
                let p = ((f - largest) * factor).exp() * share;
                // p - 1 cancels where the label takes almost all: then the others' share is exact.
                let exact = select(label == best, -rest * share, p - 1.0);
                let spread = smoothing / f32::cast_from(classes);
                let e = select(c == label, exact + smoothing, p) - spread;
                logits[start + c] = outer * (e - f * along);
            }
        }
    }
}

/// The sum of the values of a row's lanes, in their order.
#[cube]
fn sum(value: f32, lane: usize, #[comptime] lanes: usize) -> f32 {
    if comptime!(lanes == 1) {
        value
    } else {
        let mut values = Shared::<[f32]>::new_slice(SHARING);
        let unit = UNIT_POS as usize;
        values[unit] = value;
        sync_cube();
        let mut sum = 0.0f32;
        for other in unit - lane..unit - lane + lanes {
            sum += values[other];
        }
        sum
    }
}

/// `ln(1 + x)` for `x >= 0`, exact for small `x` too.
#[cube]
fn ln_1p(x: f32) -> f32 {
    select(x < 1e-3, x * (1.0 - x * (0.5 - x * 0.333_333_34)), (1.0 + x).ln())
}
