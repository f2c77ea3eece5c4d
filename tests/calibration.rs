//! Temperature and conformal p-values against scipy and plain counting
//! (`tests/golden/calibration.py`), and the gate's promise on a trained head.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    calibration::{
        CalibrationOptions,
        conformal::{Conformal, Kind},
        temperature::fit_temperature,
    },
    config::{FitOptions, HeadOptions},
    head::cross::CrossCalibration,
    metrics,
    numeric::random::Random,
    ood::{ScorerName, auto::base_temperature},
};
use pollster::block_on;
use serde::Deserialize;
use support::{Tolerance, assert_close, golden, heads};

#[derive(Deserialize)]
struct File {
    temperatures: Vec<TemperatureCase>,
    conformal: Vec<ConformalCase>,
}

#[derive(Deserialize)]
struct TemperatureCase {
    name: String,
    classes: usize,
    logits: Vec<f32>,
    labels: Vec<u32>,
    temperature: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConformalCase {
    name: String,
    scores: Vec<f32>,
    probes: Vec<f32>,
    p_values: Vec<f64>,
    alphas: Vec<f64>,
    rejected: Vec<u8>,
}

#[test]
fn temperatures_agree_with_scipys_search() {
    let file: File = golden("calibration.json");
    for case in &file.temperatures {
        let temperature = fit_temperature(
            &case.logits,
            &case.labels,
            case.classes,
            base_temperature(&case.logits, case.classes),
            None,
        );
        // The slope is summed from f32 exponentials; at the minimum the loss is flat to second
        // order.
        assert_close(
            &case.name,
            &[temperature],
            &[case.temperature],
            Tolerance { absolute: 0.0, relative: 2e-5 },
        );
    }
}

#[test]
fn p_values_and_thresholds_agree_with_counting() {
    let file: File = golden("calibration.json");
    for case in &file.conformal {
        let conformal = Conformal::new(case.scores.clone(), Kind::Counted);
        let p_values: Vec<f64> =
            case.probes.iter().map(|&probe| conformal.p_value(probe)).collect();
        assert_close(
            &case.name,
            &p_values,
            &case.p_values,
            Tolerance { absolute: 1e-12, relative: 0.0 },
        );
        for (&alpha, rejected) in case.alphas.iter().zip(case.rejected.chunks(case.probes.len())) {
            let threshold = conformal.threshold(alpha);
            let actual: Vec<u8> =
                case.probes.iter().map(|&probe| u8::from(probe > threshold)).collect();
            assert_eq!(actual, rejected, "{}, alpha {alpha}", case.name);
        }
    }
}

/// Rows of noise around one of three corners.
fn rows(random: &mut Random, count: usize) -> (Vec<f32>, Vec<f64>) {
    let labels: Vec<f64> = (0..count).map(|_| f64::from((random.unit() * 3.0).floor())).collect();
    let features = labels
        .iter()
        .flat_map(|&label| [0.0, 1.0, 2.0].map(|corner| if corner == label { 1.0 } else { 0.0 }))
        .map(|corner: f32| corner + 2.0 * random.unit() - 1.0)
        .collect();
    (features, labels)
}

#[test]
fn the_share_rejected_is_alpha_on_average() {
    let mut random = Random::new(21);
    let options = HeadOptions {
        features: 3.0,
        classes: ["a", "b", "c"].map(String::from).to_vec(),
        ..HeadOptions::default()
    };
    let mut head = heads::head(options);
    for _ in 0..50 {
        let (features, labels) = rows(&mut random, 60);
        block_on(head.train_step(features, &labels, None)).unwrap();
    }
    const REPEATS: u32 = 200;
    let mut rejected = 0.0;
    for _ in 0..REPEATS {
        let (features, labels) = rows(&mut random, 39);
        let calibration = block_on(head.calibrate(
            &features,
            &labels,
            &CalibrationOptions::from(ScorerName::Auto).at(0.1),
        ))
        .unwrap();
        assert_eq!(calibration.warning, None);
        let verdicts = block_on(head.gate(&rows(&mut random, 100).0)).unwrap();
        rejected +=
            verdicts.accepted.iter().filter(|&&accepted| accepted == 0).count() as f64 / 100.0;
    }
    // 4 of the 40 ranks are rejected: alpha exactly, in expectation. The spread over calibration
    // sets is 4.7 points.
    let share = rejected / f64::from(REPEATS);
    assert!((share - 0.1).abs() < 0.015, "{share}");
}

#[test]
fn the_error_that_few_rows_say_is_that_of_new_ones() {
    const REPEATS: usize = 20;
    let mut random = Random::new(8);
    let (mut said, mut measured) = (0.0, 0.0);
    for seed in 0..REPEATS {
        let mut head = heads::head(HeadOptions { seed: Some(seed as f64), ..heads::sized(3, 3) });
        let (features, labels) = rows(&mut random, 30);
        heads::fit(&mut head, features, &labels, FitOptions::default().check().unwrap(), false);
        let options = CalibrationOptions::from(ScorerName::Auto).at(0.1);
        let mut cross = block_on(CrossCalibration::new(&mut head, &options, None)).unwrap();
        while !block_on(cross.run(&mut head, 1000)).unwrap() {}
        said += cross.finish(&mut head).unwrap().ece_after / REPEATS as f64;
        let (features, labels) = rows(&mut random, 2000);
        let labels: Vec<u32> = labels.iter().map(|&label| label as u32).collect();
        let probabilities = block_on(head.predict(&features)).unwrap().probabilities;
        measured += metrics::ece(&probabilities, &labels, 15).unwrap() / REPEATS as f64;
    }
    assert!((said - measured).abs() < 0.02, "{said} said, {measured} measured");
}
