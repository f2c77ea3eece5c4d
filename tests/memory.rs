//! What a head takes beside its rows while it learns and calibrates, counted at the allocator.

#![allow(clippy::unwrap_used, reason = "this is how a test fails")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use oodgate::{
    config::{FitOptions, HeadOptions},
    numeric::random::Random,
    ood::ScorerName,
};
use pollster::block_on;

#[path = "support/heads.rs"]
mod heads;

use heads::{fit, head};

/// Bytes that are in use, and the most that were.
static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: all work is the system's allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(now, Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const WIDTH: usize = 128;
const CLASSES: usize = 4;

fn rows(count: usize, seed: u64) -> (Vec<f32>, Vec<f64>) {
    let mut random = Random::new(seed);
    let centre =
        |row: usize, column: usize| if column % CLASSES == row % CLASSES { 0.4 } else { 0.0 };
    let value = |index: usize| random.unit() - 0.5 + centre(index / WIDTH, index % WIDTH);
    let features = (0..count * WIDTH).map(value).collect();
    (features, (0..count).map(|row| (row % CLASSES) as f64).collect())
}

/// The most bytes that were in use while something was done, beside those before, in units of so
/// many.
fn peak(of: usize, work: impl FnOnce()) -> f64 {
    let before = NOW.load(Relaxed);
    PEAK.store(before, Relaxed);
    work();
    (PEAK.load(Relaxed) - before) as f64 / of as f64
}

/// One test: others at the same time would be counted, too.
#[test]
fn rows_are_there_once() {
    let count = 60_000;
    let bytes = count * WIDTH * size_of::<f32>();
    let names = (0..CLASSES).map(|class| class.to_string());
    let one_epoch = |validation_split| {
        FitOptions { epochs: Some(1.0), validation_split, ..FitOptions::default() }.check().unwrap()
    };
    let (mut calibrated, mut parted) =
        (head(HeadOptions::new(WIDTH, names.clone())), head(HeadOptions::new(WIDTH, names)));
    let (features, labels) = rows(count, 1);
    let held_out = rows(500, 2);

    // The rows themselves are there before.
    let beside = peak(bytes, || {
        fit(&mut calibrated, features, &labels, one_epoch(None), true);
        let options = ScorerName::Auto.into();
        block_on(calibrated.calibrate(&held_out.0, &held_out.1, &options)).unwrap();
    });
    assert!(beside < 0.6, "fit and calibrate take {beside} times the rows beside them");

    let (features, labels) = rows(count, 3);
    let beside =
        peak(bytes, || drop(fit(&mut parted, features, &labels, one_epoch(Some(0.01)), true)));
    assert!(beside < 0.6, "a fit that holds rows out takes {beside} times the rows beside them");
}
