//! The running totals of an epoch: see [`crate::engine::Totals`].

use cubecl::prelude::*;

/// Adds a batch's results to the totals; one workgroup of `lanes` threads.
#[cube(launch_unchecked)]
pub(super) fn total(
    results: &[f32],
    totals: &mut [f32],
    rows: u32,
    keep: u32,
    #[comptime] lanes: usize,
) {
    add(results, totals, rows, keep, lanes);
}

/// `totals = keep * totals + [sum of losses, ., hits]`, and the last as it is ([`super::update`]).
/// Each sum runs in a fixed order, so it is the same in every run; the second value is the losses'
/// running compensation (Kahan), without which an epoch's sum would lose the last digits.
#[cube]
pub(super) fn add(
    results: &[f32],
    totals: &mut [f32],
    rows: u32,
    keep: u32,
    #[comptime] lanes: usize,
) {
    let loss = RuntimeCell::<f32>::new(select(keep == 1, totals[0], 0.0));
    let compensation = RuntimeCell::<f32>::new(select(keep == 1, totals[1], 0.0));
    let hits = RuntimeCell::<f32>::new(select(keep == 1, totals[2], 0.0));
    if comptime!(lanes == 1) {
        for r in 0..rows as usize {
            accumulate(&loss, &compensation, &hits, results[r * 2], results[r * 2 + 1]);
        }
        store(totals, &loss, &compensation, &hits);
    } else {
        let unit = UNIT_POS as usize;
        let mut own_loss = 0.0f32;
        let mut own_hits = 0.0f32;
        for r in range_stepped(unit, rows as usize, lanes) {
            own_loss += results[r * 2];
            own_hits += results[r * 2 + 1];
        }
        let mut losses = Shared::<[f32]>::new_slice(lanes);
        let mut counts = Shared::<[f32]>::new_slice(lanes);
        losses[unit] = own_loss;
        counts[unit] = own_hits;
        sync_cube();
        if unit == 0 {
            for lane in 0..min(rows as usize, lanes) {
                accumulate(&loss, &compensation, &hits, losses[lane], counts[lane]);
            }
            store(totals, &loss, &compensation, &hits);
        }
    }
}

#[cube]
fn accumulate(
    loss: &RuntimeCell<f32>,
    compensation: &RuntimeCell<f32>,
    hits: &RuntimeCell<f32>,
    more_loss: f32,
    more_hits: f32,
) {
    let term = more_loss - compensation.read();
    let sum = loss.read() + term;
    compensation.store((sum - loss.read()) - term);
    loss.store(sum);
    hits.store(hits.read() + more_hits);
}

#[cube]
fn store(
    totals: &mut [f32],
    loss: &RuntimeCell<f32>,
    compensation: &RuntimeCell<f32>,
    hits: &RuntimeCell<f32>,
) {
    totals[0] = loss.read();
    totals[1] = compensation.read();
    totals[2] = hits.read();
}
