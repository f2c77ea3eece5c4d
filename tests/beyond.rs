//! Rows whose numbers leave `f32` on their way through a head: infinitely far for every scorer, and
//! never accepted.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    calibration::CalibrationOptions,
    config::{FitOptions, HeadOptions},
    engine::cpu::CpuEngine,
    head::{FitRows, HeadFit},
    numeric::random::Random,
    ood::{ScorerName, ScorerOptions},
};
use pollster::block_on;
use support::heads::{self, Head, sized};

const WIDTH: usize = 6;
const CLASSES: usize = 3;

/// Rows about a centre for each class, none of them negative, and their classes.
fn rows(seed: u64, count: usize) -> (Vec<f32>, Vec<f64>) {
    let mut random = Random::new(seed);
    let labels: Vec<usize> = (0..count).map(|row| row % CLASSES).collect();
    let features = labels.iter().flat_map(|&label| {
        (0..WIDTH)
            .map(|column| f32::from(u8::from(column % CLASSES == label)) + 0.5 * random.unit())
            .collect::<Vec<_>>()
    });
    (features.collect(), labels.iter().map(|&label| label as f64).collect())
}

fn trained(hidden: &[f64], standardize: bool) -> Head {
    let mut head = heads::head(HeadOptions {
        hidden: hidden.to_vec(),
        standardize: Some(standardize),
        ..sized(WIDTH, CLASSES)
    });
    let (features, labels) = rows(1, 60);
    let config = FitOptions { epochs: Some(20.0), ..FitOptions::default() }.check().unwrap();
    heads::fit(&mut head, features, &labels, config, false);
    head
}

/// Fill values, and rows whose products have both signs.
fn huge_rows() -> Vec<[f32; WIDTH]> {
    let max = f32::MAX;
    vec![
        [max; WIDTH],
        [-max; WIDTH],
        [max, -max, max, -max, max, -max],
        [-max, -max, -max, max, max, max],
        [1e36; WIDTH],
        [-1e36, 1e36, -1e36, 1e36, -1e36, 1e36],
        [0.5, 0.5, max, 0.5, 0.5, 0.5],
        [0.5, 0.5, 0.5, -max, 0.5, 0.5],
    ]
}

fn heads_and_names() -> Vec<(&'static str, Head)> {
    vec![
        ("linear", trained(&[], true)),
        ("linear, features as they come", trained(&[], false)),
        ("one hidden layer", trained(&[256.0], true)),
        ("one hidden layer, features as they come", trained(&[256.0], false)),
        ("two hidden layers", trained(&[64.0, 32.0], true)),
    ]
}

fn score(head: &mut Head, rows: &[f32], name: ScorerName) -> Result<Vec<f32>, &'static str> {
    block_on(head.ood_score(rows, &ScorerOptions::from(name))).map_err(|error| error.code())
}

#[test]
fn rows_without_a_finite_answer_are_infinitely_far_for_every_scorer() {
    let (known, _) = rows(2, 2);
    let mut without = 0;
    for (what, mut head) in heads_and_names() {
        for row in huge_rows() {
            let outputs = block_on(head.forward(&row)).unwrap();
            let z = outputs.penultimate.clone().unwrap_or_default();
            let is_finite = outputs.logits.iter().chain(&z).all(|x| x.is_finite());
            without += usize::from(!is_finite);
            for name in ScorerName::ALL {
                let batch = [&known[..WIDTH], &row, &known[WIDTH..]].concat();
                let case = format!("{what}, {name:?}, {row:?}");
                match score(&mut head, &batch, name) {
                    Ok(scores) => {
                        let alone = score(&mut head, &known, name).unwrap();
                        assert_eq!([scores[0], scores[2]], alone[..], "{case}");
                        let far = scores[1];
                        assert!(far.is_finite() || far == f32::INFINITY, "{case}: {far}");
                        assert!(is_finite || far == f32::INFINITY, "{case}: {far}");
                    }
                    // Of a head without hidden layers alone, and before anything is computed.
                    Err(code) => {
                        assert!(matches!(name, ScorerName::Ash | ScorerName::Scale), "{case}");
                        assert!(z.is_empty() && row.iter().any(|&x| x < 0.0), "{case}: {code}");
                    }
                }
            }
        }
    }
    assert!(without >= 20, "only {without} rows overflow");
}

#[test]
fn the_gate_rejects_them_and_no_probability_is_nan() {
    let (features, labels) = rows(3, 60);
    for (what, mut head) in heads_and_names() {
        for name in ScorerName::ALL {
            for per_class in [false, true] {
                let options =
                    CalibrationOptions { per_class, ..CalibrationOptions::from(name).at(0.2) };
                block_on(head.calibrate(&features, &labels, &options)).unwrap();
                for row in huge_rows() {
                    let case = format!("{what}, {name:?}, by class: {per_class}, {row:?}");
                    let Ok(verdicts) = block_on(head.gate(&row)) else {
                        assert!(matches!(name, ScorerName::Ash | ScorerName::Scale), "{case}");
                        continue;
                    };
                    let sum: f32 = verdicts.prediction.probabilities.iter().sum();
                    assert!((sum - 1.0).abs() < 1e-5, "{case}: {sum}");
                    if verdicts.scores[0] == f32::INFINITY {
                        assert_eq!(verdicts.accepted, [0], "{case}");
                        assert!(verdicts.p_values[0] <= 0.2, "{case}: {}", verdicts.p_values[0]);
                        assert!(verdicts.class_set.iter().all(|&class| class == 0), "{case}");
                    }
                }
            }
        }
    }
}

#[test]
fn they_do_not_calibrate() {
    let (mut features, labels) = rows(4, 60);
    let mut head = trained(&[16.0], true);
    for provisional in [false, true] {
        features[7 * WIDTH..8 * WIDTH].fill(f32::MAX);
        let options =
            CalibrationOptions { provisional, ..CalibrationOptions::from(ScorerName::Auto) };
        let error = block_on(head.calibrate(&features, &labels, &options)).unwrap_err();
        assert_eq!(error.code(), "not-finite");
        assert!(error.to_string().contains("1 of 60 rows"), "{error}");
    }
    // Rows that a fit measures with do not undo it.
    let config = FitOptions { epochs: Some(3.0), ..FitOptions::default() }.check().unwrap();
    let with = FitRows { validation: Some((features, labels)), ..FitRows::default() };
    let (features, labels) = rows(5, 60);
    let mut fit = head.begin_fit(features, &labels, config, with).unwrap();
    let ended = |head: &mut Head, fit: &mut HeadFit<CpuEngine>| {
        while !head.run_fit(fit, 8).unwrap() {}
        block_on(head.end_epoch(fit, false)).unwrap().last
    };
    while !ended(&mut head, &mut fit) {}
    assert!(fit.warning().unwrap().starts_with("not calibrated: features"), "{:?}", fit.warning());
    assert!(head.calibration().is_none());
}
