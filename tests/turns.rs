//! What a turn of a calibration from a head's own rows learns, and what it is asked: turns of few rows
//! of a class, of rows that are the same, of rows on both sides, of a fit that was stopped.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    calibration::CalibrationOptions, config::FitOptions, head::FitRows, numeric::random::Random,
    ood::ScorerName,
};
use pollster::block_on;
use support::{
    heads::{Head, head, sized},
    newcomer::*,
};

/// Rows around normal corners, far apart in many features, class by class in rounds.
fn apart(seed: u64, each: usize, width: usize) -> (Vec<f32>, Vec<f64>) {
    let mut corners = Random::new(7);
    let corners: Vec<f32> = (0..CLASSES * width).map(|_| 3.0 * noise(&mut corners)).collect();
    let mut random = Random::new(seed);
    let labels: Vec<f64> = (0..each * CLASSES).map(|row| (row % CLASSES) as f64).collect();
    let corner = |label: f64| &corners[label as usize * width..][..width];
    let features = labels.iter().flat_map(|&label| corner(label).to_vec());
    (features.map(|x| x + noise(&mut random)).collect(), labels)
}

/// The mean share of new rows of known classes that are rejected by gates from few rows, at alpha
/// 5 %; `change` makes a head's rows and groups of those drawn.
fn rejected_apart(
    each: usize,
    folds: Option<f64>,
    change: impl Fn(Vec<f32>, Vec<f64>) -> (Vec<f32>, Vec<f64>, Option<Vec<f64>>),
) -> f64 {
    const WIDTH: usize = 32;
    const SEEDS: u64 = 8;
    let mean = (1..=SEEDS).map(|seed| {
        let (features, labels) = apart(seed, each, WIDTH);
        let (features, labels, groups) = change(features, labels);
        let mut head = head(sized(WIDTH, CLASSES));
        let with = FitRows { groups, ..FitRows::default() };
        fit(&mut head, &features, &labels, FitOptions::default(), with);
        let options = CalibrationOptions { folds, ..ScorerName::Auto.into() };
        cross(&mut head, &options).unwrap();
        rejected(&mut head, &apart(100 + seed, 60, WIDTH).0)
    });
    mean.sum::<f64>() / SEEDS as f64
}

#[test]
fn a_turn_that_keeps_five_rows_of_a_class_sets_no_other_threshold() {
    // Five neighbours count: where a turn keeps five rows of a class, a row of it has four.
    let sessions = |features, labels: Vec<f64>| {
        let groups = (0..labels.len()).map(|row| (row / (5 * CLASSES)) as f64).collect();
        (features, labels, Some(groups))
    };
    let plain = |features, labels| (features, labels, None);
    for (what, share) in [
        ("two sessions of five", rejected_apart(10, None, sessions)),
        ("two turns", rejected_apart(10, Some(2.0), plain)),
        ("six rows a class", rejected_apart(6, None, plain)),
        ("seven", rejected_apart(7, None, plain)),
    ] {
        println!("{what}: {:.1} % rejected", 100.0 * share);
        assert!(share < 0.1, "{what}: {share}");
    }
}

#[test]
fn the_same_rows_once_more_change_no_promise() {
    for copies in [2, 3] {
        let share = rejected_apart(10, None, |features, labels| {
            (features.repeat(copies), labels.repeat(copies), None)
        });
        println!("{copies} copies: {:.1} % rejected", 100.0 * share);
        assert!(share < 0.07, "{copies} copies: {share}");
    }
}

#[test]
fn a_class_of_one_row_given_twice_is_never_left_out() {
    let mut random = Random::new(13);
    let (features, labels) = rows(&mut random, 20, &EVEN);
    let kept: Vec<usize> =
        (0..labels.len()).filter(|row| row % CLASSES > 0 || *row < CLASSES).chain([0]).collect();
    let row = |&row: &usize| &features[row * FEATURES..][..FEATURES];
    let features: Vec<f32> = kept.iter().flat_map(row).copied().collect();
    let labels: Vec<f64> = kept.iter().map(|&row| labels[row]).collect();
    let mut head = trained(&features, &labels, None);
    cross(&mut head, &ScorerName::Auto.into()).unwrap();
    let calibration = head.calibration().unwrap();
    assert_eq!(calibration.conformal.rows(), 20 * (CLASSES - 1));
    assert!(calibration.warning.as_deref().is_some_and(|told| told.contains("a single row")));
}

#[test]
fn a_row_that_is_also_an_example_of_the_unknown_spoils_no_gate() {
    let mut random = Random::new(11);
    let (features, labels) = rows(&mut random, 20, &EVEN);
    let mut head = trained(&features, &labels, None);
    cross(&mut head, &ScorerName::Auto.into()).unwrap();
    head.add_unknown(&features[..FEATURES]).unwrap();
    cross(&mut head, &ScorerName::Auto.into()).unwrap();
    let calibration = head.calibration().unwrap();
    let warning = calibration.warning.clone().unwrap();
    assert!(warning.starts_with("1 of the rows") && warning.contains("id 0"), "{warning}");
    assert_eq!(calibration.conformal.rows(), 20 * CLASSES - 1);
    assert!(rejected(&mut head, &rows(&mut random, 60, &EVEN).0) < 0.12);
    assert_eq!(rejected(&mut head, &unknown(&mut random, 100)), 1.0);
    // Near the example, and the example itself.
    let example = unknown(&mut random, 1);
    head.add_unknown(&example).unwrap();
    let scores = block_on(head.ood_score(&example, &ScorerName::Auto.into())).unwrap();
    assert!(scores[0].is_finite() && scores[0] > 0.0, "{scores:?}");
    let held_out = [rows(&mut random, 20, &EVEN).0, example].concat();
    let labels: Vec<f64> = (0..20 * CLASSES + 1).map(|row| (row % CLASSES) as f64).collect();
    let options = CalibrationOptions::from(ScorerName::Auto);
    assert!(block_on(head.calibrate(&held_out, &labels, &options)).is_ok());
}

#[test]
fn a_calibration_repeats_the_epochs_that_were_made() {
    let mut random = Random::new(12);
    let (features, labels) = rows(&mut random, 20, &EVEN);
    let mut head = head(sized(FEATURES, CLASSES));
    let options = FitOptions { epochs: Some(1e9), ..FitOptions::default() }.check().unwrap();
    let mut fit = head.begin_fit(features, &labels, options, FitRows::default()).unwrap();
    for _ in 0..40 {
        while !head.run_fit(&mut fit, 50).unwrap() {}
        assert!(!block_on(head.end_epoch(&mut fit, false)).unwrap().last);
    }
    // Somebody stops it. With all epochs this would take days.
    head.end_fit(&fit).unwrap();
    cross(&mut head, &ScorerName::Auto.into()).unwrap();
    assert!(rejected(&mut head, &rows(&mut random, 60, &EVEN).0) < 0.15);
}

#[test]
fn a_later_fit_that_is_stopped_at_once_leaves_turns_that_know_as_much_as_the_head() {
    const WIDTH: usize = 32;
    let (features, labels) = apart(1, 20, WIDTH);
    let mut head = head(sized(WIDTH, CLASSES));
    fit(&mut head, &features, &labels, FitOptions::default(), FitRows::default());
    let threshold = |head: &mut Head| {
        cross(head, &ScorerName::MaxLogit.into()).unwrap();
        head.calibration().unwrap().threshold
    };
    let before = threshold(&mut head);
    let options = FitOptions::default().check().unwrap();
    for updates in [0, 1] {
        let with = FitRows::default();
        let mut stopped = head.begin_fit(features.clone(), &labels, options, with).unwrap();
        head.run_fit(&mut stopped, updates).unwrap();
        head.end_fit(&stopped).unwrap();
        let after = threshold(&mut head);
        println!("{updates} updates: {before} {after}");
        assert!((after - before).abs() < 0.1 * before.abs(), "{updates}: {before} {after}");
    }
}

#[test]
fn scorers_of_few_rows_set_no_open_gate_in_silence() {
    const WIDTH: usize = 32;
    let by = |name: ScorerName, each: usize| {
        let (features, labels) = apart(1, each, WIDTH);
        let mut head = head(sized(WIDTH, CLASSES));
        fit(&mut head, &features, &labels, FitOptions::default(), FitRows::default());
        cross(&mut head, &name.into()).unwrap();
        let calibration = head.calibration().unwrap();
        let (threshold, warning) = (calibration.threshold, calibration.warning.clone());
        let (features, labels) = apart(101, 60, WIDTH);
        let held_out =
            block_on(head.calibrate(&features, &labels, &name.into())).unwrap().threshold;
        (threshold, held_out, warning.unwrap_or_default())
    };
    // 50 neighbours of 250 rows are 40 of the 200 that a turn learns: rows of the same class.
    let (own, held_out, warning) = by(ScorerName::Knn, 50);
    assert!((own - held_out).abs() < 0.1, "{own} {held_out}");
    assert_eq!(warning, "");
    for (name, each, words) in [
        (ScorerName::Knn, 20, "5 classes have fewer rows"),
        (ScorerName::Mahalanobis, 8, "40 rows of 32 numbers"),
        (ScorerName::Rmd, 8, "40 rows of 32 numbers"),
    ] {
        let warning = by(name, each).2;
        assert!(warning.contains(words), "{name:?}: {warning}");
    }
    assert_eq!(by(ScorerName::Mahalanobis, 20).2, "");
}
