//! Loss, hit and gradient of each row of logits in one pass over the batch: the formulas of
//! [`crate::loss`], in f32.
//!
//! Where the host computes in f64, differences are taken first and sums over all other classes are
//! kept apart from the largest one's share, so that what is small stays exact.

use cubecl::prelude::*;

use super::linear::source;

/// Which loss the kernel is built for. Its constants are run-time arguments: heads that differ in
/// them share the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    LogitNorm,
    CrossEntropy,
}

/// Added to the norm of the logits.
const EPSILON: f32 = crate::loss::logit_norm::EPSILON as f32;

/// For each batch row: `results[2 r] = loss`, `results[2 r + 1] = 1` where the first largest logit
/// is the label's, else 0; and where `learn`, the row of logits is replaced by `scale` times the
/// loss's gradient. Where `weighted`, loss and gradient are multiplied by the row's weight.
///
/// `logits` is `[rows, stride]`, of which the first `classes` columns count and are written; `tau`
/// is LogitNorm's. One thread: one row.
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
) {
    let row = ABSOLUTE_POS;
    if row < rows as usize {
        let number = source(order, first, row, true);
        let label = labels[number] as usize;
        let mut weight = 1.0f32;
        if comptime!(weighted) {
            weight = weights[number];
        }
        let start = row * stride;

        let mut largest = logits[start];
        let mut best = 0usize;
        let mut peak = largest.abs();
        for c in 1..classes {
            let f = logits[start + c];
            best = select(f > largest, c, best);
            largest = max(largest, f);
            peak = max(peak, f.abs());
        }
        let own = logits[start + label];

        let mut loss = f32::ln(f32::cast_from(classes));
        // Gradient: c -> outer (p_c - target_c - f_c along).
        let mut outer = 0.0f32;
        let mut along = 0.0f32;
        let mut rest = 0.0f32;
        // Exponents are differences to the largest logit times this.
        let mut factor = 1.0f32;
        match comptime!(kind) {
            Kind::LogitNorm => {
                if peak > 0.0 {
                    let mut squares = 0.0f32;
                    for c in 0..classes {
                        // Divided first: the square of a large logit would overflow.
                        let f = logits[start + c] / peak;
                        squares += f * f;
                    }
                    let root = squares.sqrt();
                    let guarded = peak * root + EPSILON;
                    factor = 1.0 / (guarded * tau);
                    // The logits' mean under p, over the peak, without the largest one's part.
                    let mut mean = 0.0f32;
                    // How far their plain mean lies below the largest one, over the peak.
                    let mut below = 0.0f32;
                    for c in 0..classes {
                        let f = logits[start + c];
                        let e = select(c == best, 0.0, ((f - largest) * factor).exp());
                        rest += e;
                        mean += e * (f / peak);
                        below += (largest - f) / peak;
                    }
                    let share = 1.0 / (1.0 + rest);
                    let (top, mine) = (largest / peak, own / peak);
                    // fhat . e, in the form that does not cancel when the label takes almost all.
                    let inner = select(
                        label == best,
                        share * (mean - rest * mine),
                        share * (mean + top) - mine,
                    );
                    // Smoothing moves its share of the target from the label to that mean.
                    let gap = largest - own;
                    let moved = smoothing * (below / f32::cast_from(classes) - gap / peak);
                    along = (inner + moved) / root / guarded;
                    outer = scale * weight * factor;
                    loss = (gap + peak * moved) * factor + ln_1p(rest);
                }
            }
            Kind::CrossEntropy => {
                let mut below = 0.0f32;
                for c in 0..classes {
                    let difference = logits[start + c] - largest;
                    rest += select(c == best, 0.0, difference.exp());
                    below -= difference;
                }
                outer = scale * weight;
                let mean = below / f32::cast_from(classes);
                loss = (1.0 - smoothing) * (largest - own) + smoothing * mean + ln_1p(rest);
            }
        }
        results[row * 2] = loss * weight;
        results[row * 2 + 1] = select(best == label, 1.0, 0.0);

        if comptime!(learn) {
            let share = 1.0 / (1.0 + rest);
            for c in 0..classes {
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

/// `ln(1 + x)` for `x >= 0`, exact for small `x` too.
#[cube]
fn ln_1p(x: f32) -> f32 {
    select(x < 1e-3, x * (1.0 - x * (0.5 - x * 0.333_333_34)), (1.0 + x).ln())
}
