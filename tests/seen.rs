//! Calibration rows that were trained on: noticed, and left out of their own neighbourhood, and no
//! others taken for them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    calibration::CalibrationOptions,
    config::HeadOptions,
    numeric::{lookup::Lookup, random::Random, sort::sorted},
    ood::{ScorerName, ScorerOptions},
};
use pollster::block_on;
use support::heads::{self, Head, sized};

fn head(width: usize) -> Head {
    heads::head(HeadOptions { standardize: Some(false), ..sized(width, 2) })
}

fn noise(seed: u64, count: usize) -> Vec<f32> {
    let mut random = Random::new(seed);
    (0..count).map(|_| random.unit() - 0.5).collect()
}

/// Rows of zeros with eight ones each.
fn sparse(seed: u64, count: usize, width: usize) -> Vec<f32> {
    let mut random = Random::new(seed);
    let mut rows = vec![0.0; count * width];
    for row in rows.chunks_exact_mut(width) {
        (0..8).for_each(|_| row[(random.unit() * width as f32) as usize] = 1.0);
    }
    rows
}

fn nearest() -> CalibrationOptions {
    CalibrationOptions::from(ScorerOptions::from(ScorerName::Knn).with("k", 1.0)).at(0.5)
}

fn labels(count: usize) -> Vec<f64> {
    (0..count).map(|row| (row % 2) as f64).collect()
}

#[test]
fn sparse_rows_are_not_taken_for_one_another() {
    let (width, count) = (2000, 60);
    let mut head = head(width);
    block_on(head.train_step(sparse(1, count, width), &labels(count), None)).unwrap();
    head.fit_scorers(sparse(1, count, width), &labels(count)).unwrap();
    let held = sparse(2, count, width);
    let scorer = ScorerOptions::from(ScorerName::Knn).with("k", 1.0);
    let scores = block_on(head.ood_score(&held, &scorer)).unwrap();
    let calibration = block_on(head.calibrate(&held, &labels(count), &nearest())).unwrap();
    assert_eq!(calibration.warning, None);
    // No neighbour was left out.
    assert_eq!(calibration.conformal.scores(), sorted(&scores));
}

#[test]
fn rows_that_rounding_has_changed_are_noticed_and_do_not_find_themselves() {
    let (width, count) = (64, 100);
    let features = noise(3, width * count);
    for (factor, said) in [
        (1.0, "100 of the 100 calibration rows were used in training:"),
        (1.0 + 1e-6, "100 of the 100 calibration rows were used in training but for rounding:"),
    ] {
        let mut head = head(width);
        head.fit_scorers(features.clone(), &labels(count)).unwrap();
        let again: Vec<f32> = features.iter().map(|x| x * factor).collect();
        let calibration = block_on(head.calibrate(&again, &labels(count), &nearest())).unwrap();
        assert!(calibration.threshold > 0.5, "{factor}: {}", calibration.threshold);
        let warning = calibration.warning.as_deref().unwrap();
        assert!(warning.starts_with(said), "{warning}");
    }
}

#[test]
fn the_warning_counts_each_kind() {
    let (width, count) = (32, 40);
    let features = noise(4, width * count);
    let mut head = head(width);
    head.fit_scorers(features.clone(), &labels(count)).unwrap();
    let mut held = noise(5, width * count);
    held[..3 * width].copy_from_slice(&features[..3 * width]);
    held[3 * width..5 * width]
        .iter_mut()
        .zip(&features[7 * width..])
        .for_each(|(x, known)| *x = known * (1.0 - 1e-6));
    let calibration = block_on(head.calibrate(&held, &labels(count), &nearest())).unwrap();
    let warning = calibration.warning.as_deref().unwrap();
    let said = "5 of the 40 calibration rows were used in training (2 of them but for rounding):";
    assert!(warning.starts_with(said), "{warning}");
}

#[test]
fn rows_of_steps_are_known_without_being_remembered() {
    let (width, count) = (16, 40);
    let features = noise(6, width * count);
    let mut head = head(width);
    block_on(head.train_step(features.clone(), &labels(count), None)).unwrap();
    let options = CalibrationOptions::from(ScorerName::Msp);
    let calibration = block_on(head.calibrate(&features, &labels(count), &options)).unwrap();
    let warning = calibration.warning.as_deref().unwrap();
    assert!(warning.starts_with("40 of the 40 calibration rows"), "{warning}");
}

/// A search that compared each row with each took minutes here.
#[test]
fn many_rows_are_found_in_no_time() {
    let (width, count) = (200, 20_000);
    for rows in [sparse(7, count, width), noise(8, width * count), vec![0.25; width * count]] {
        let started = std::time::Instant::now();
        let lookup = Lookup::new(&rows, width);
        let found = rows.chunks_exact(width).filter(|row| lookup.find(row).is_some()).count();
        assert_eq!(found, count);
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
        println!("{:?}", started.elapsed());
    }
}
