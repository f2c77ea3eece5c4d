//! The crate as Rust programs use it: a head whose methods answer at once, and scores, temperature
//! and threshold over slices.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    CpuHead, Error,
    calibration::temperature::{PRIOR, fit_temperature},
    config::{FitOptions, HeadOptions},
    files::onnx::Layout,
    head::export::ExportOptions,
    native::slices,
    numeric::random::Random,
    ood::{Needs, ScorerName, ScorerOptions, auto::base_temperature},
};

const FEATURES: usize = 4;
const CLASSES: [&str; 3] = ["oak", "elm", "ash"];

/// Rows around a corner for each class.
fn rows(count: usize, seed: u64) -> (Vec<f32>, Vec<u32>) {
    let mut random = Random::new(seed);
    let labels: Vec<u32> = (0..count as u32).map(|row| row % CLASSES.len() as u32).collect();
    let features = labels
        .iter()
        .flat_map(|&label| {
            let row: Vec<f32> = (0..FEATURES as u32)
                .map(|i| random.unit() + if i == label { 3.0 } else { 0.0 })
                .collect();
            row
        })
        .collect();
    (features, labels)
}

fn trained() -> CpuHead {
    let mut head = CpuHead::new(HeadOptions::new(FEATURES, CLASSES)).unwrap();
    let (features, labels) = rows(120, 1);
    let report = head.fit(&features, &labels, FitOptions::default()).unwrap();
    assert!(report.epochs.last().unwrap().last);
    assert_eq!(report.warning, None);
    head
}

#[test]
fn a_gate_made_here_is_the_same_from_a_file() {
    let mut head = trained();
    head.calibrate_own(&ScorerName::Auto.into()).unwrap();
    let mut questions = rows(30, 2).0;
    questions.extend([9.0; FEATURES]);
    let verdicts = head.gate(&questions).unwrap();
    assert_eq!(verdicts.accepted[30], 0, "a stranger is accepted");
    assert!(verdicts.accepted[..30].iter().filter(|&&accepted| accepted == 1).count() > 20);

    let mut again = CpuHead::load(&head.save().unwrap()).unwrap();
    assert_eq!(again.classes(), CLASSES);
    assert_eq!(again.features(), FEATURES);
    assert_eq!(again.gate(&questions).unwrap(), verdicts);
    assert_eq!(again.calibration(), head.calibration());

    let options = ExportOptions { include_training_rows: true, bank: None };
    assert!(head.export_onnx(options, Layout::default()).unwrap().len() > 1000);
}

#[test]
fn a_last_layer_from_elsewhere_scores_with_its_own_training_rows() {
    let mut original = trained();
    let (features, labels) = rows(120, 1);
    let logits = original.forward(&features).unwrap().logits;
    let parameters = pollster::block_on(original.head().parameters()).unwrap();
    let (weights, bias) = parameters.split_at(FEATURES * CLASSES.len());

    let mut head = CpuHead::from_linear(weights, bias, CLASSES).unwrap();
    let same = head.forward(&features).unwrap().logits;
    let expected: Vec<f64> = logits.iter().copied().map(f64::from).collect();
    let tolerance = support::Tolerance { absolute: 1e-4, relative: 1e-4 };
    support::assert_close("logits", &same, &expected, tolerance);

    let knn = ScorerOptions::from(ScorerName::Knn).with("k", 5.0);
    let refused = head.ood_score(&features, &knn).unwrap_err();
    assert_eq!(refused, Error::ScorerNotFitted("knn"));
    head.fit_scorers(&features, &labels).unwrap();
    let (known, unknown) = (rows(60, 5), [vec![9.0; FEATURES], vec![-5.0; FEATURES]].concat());
    for scorer in [knn.clone(), ScorerName::Mahalanobis.into(), ScorerName::Auto.into()] {
        let evaluation = head.evaluate(&known.0, &known.1, &unknown, &scorer).unwrap();
        assert!(evaluation.auroc > 0.99, "{}: {}", scorer.name.as_str(), evaluation.auroc);
    }
    head.calibrate(&known.0, &known.1, &knn.into()).unwrap();
    assert_eq!(head.gate(&unknown).unwrap().accepted, [0, 0]);
}

#[test]
fn scores_over_slices_are_the_heads() {
    let mut head = trained();
    let questions = rows(20, 3).0;
    let logits = head.forward(&questions).unwrap().logits;
    for name in ScorerName::ALL.into_iter().filter(|name| name.needs() == Needs::Answer) {
        let scorer = ScorerOptions::from(name);
        let inputs = (name == ScorerName::GradNorm).then_some(questions.as_slice());
        let scores = slices::scores(&scorer, &logits, inputs, CLASSES.len()).unwrap();
        assert_eq!(scores, head.ood_score(&questions, &scorer).unwrap(), "{}", name.as_str());
    }
}

#[test]
fn temperature_and_threshold_over_slices_are_the_calibrations() {
    let mut head = trained();
    let (held_out, labels) = rows(90, 4);
    let logits = head.forward(&held_out).unwrap().logits;
    let temperature = slices::temperature(&logits, &labels, 3).unwrap();
    let base = base_temperature(&logits, 3);
    assert_eq!(temperature, fit_temperature(&logits, &labels, 3, base, Some(PRIOR)));
    let scores = slices::scores(&ScorerName::Gen.into(), &logits, None, 3).unwrap();
    let gate = slices::conformal(scores).unwrap();
    let calibration = head.calibrate(&held_out, &labels, &ScorerName::Gen.into()).unwrap();
    assert_eq!(calibration.temperature, temperature);
    assert_eq!(calibration.threshold, gate.threshold(0.05));
}

#[test]
fn what_is_wrong_is_named() {
    let message = |error: Error| error.to_string();
    let msp = ScorerName::Msp.into();
    for (expected, got) in [
        ("logits: expected [rows, 3]", slices::scores(&msp, &[1.0; 4], None, 3).unwrap_err()),
        ("logits: expected [rows, 3]", slices::scores(&msp, &[], None, 3).unwrap_err()),
        ("logits: expected [rows, 0]", slices::scores(&msp, &[1.0; 4], None, 0).unwrap_err()),
        (
            "scorer: expected a scorer of the logits",
            slices::scores(&ScorerName::Knn.into(), &[1.0; 3], None, 3).unwrap_err(),
        ),
        (
            "inputs: expected those of the last layer",
            slices::scores(&ScorerName::GradNorm.into(), &[1.0; 3], None, 3).unwrap_err(),
        ),
        (
            "inputs: expected as many numbers",
            slices::scores(&msp, &[1.0; 6], Some(&[1.0; 3]), 3).unwrap_err(),
        ),
        ("labels: expected one for each", slices::temperature(&[1.0; 6], &[0], 3).unwrap_err()),
        ("labels[1]: expected a class", slices::temperature(&[1.0; 6], &[0, 3], 3).unwrap_err()),
        (
            "logits[0]: expected a finite",
            slices::temperature(&[f32::NAN, 1.0, 1.0], &[0], 3).unwrap_err(),
        ),
        ("at least one held-out score", slices::conformal(Vec::new()).unwrap_err()),
        ("scores[0]: expected a score", slices::conformal(vec![f32::NAN]).unwrap_err()),
        (
            "weights and bias: expected [classes, features]",
            CpuHead::from_linear(&[1.0; 7], &[0.0; 3], CLASSES).err().unwrap(),
        ),
        ("file", CpuHead::load(b"no head").err().unwrap()),
    ] {
        let got = message(got);
        assert!(got.contains(expected), "{got}");
    }
    let mut head = trained();
    assert!(matches!(head.gate(&[0.0; FEATURES]), Err(Error::NotCalibrated)));
    assert!(matches!(
        head.fit(&[0.0; 5], &[0], FitOptions::default()),
        Err(Error::InvalidFeatures(_))
    ));
    assert!(head.predict(&[0.0; FEATURES]).is_ok(), "the head goes on");
}
