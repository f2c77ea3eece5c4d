//! Training that diverges is noticed, named and undone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

mod support;

use oodgate::{
    Error,
    config::{FitOptions, HeadOptions, LossOptions, OptimizerOptions},
    engine::cpu::CpuEngine,
    head::{FitRows, HeadFit},
    numeric::random::Random,
};
use pollster::block_on;
use support::heads::{self, Head, sized};

const WIDTH: usize = 8;
const CLASSES: usize = 3;

fn rows(count: usize, scale: f32) -> (Vec<f32>, Vec<f64>) {
    let mut random = Random::new(1);
    let features = (0..count * WIDTH).map(|_| scale * (random.unit() - 0.5)).collect();
    (features, (0..count).map(|row| (row % CLASSES) as f64).collect())
}

fn sgd(learning_rate: f64, momentum: f64) -> OptimizerOptions {
    OptimizerOptions::Sgd {
        learning_rate: Some(learning_rate),
        momentum: Some(momentum),
        nesterov: None,
        weight_decay: None,
    }
}

fn adamw(learning_rate: f64) -> OptimizerOptions {
    OptimizerOptions::AdamW {
        learning_rate: Some(learning_rate),
        beta1: None,
        beta2: None,
        epsilon: None,
        weight_decay: None,
    }
}

fn head(hidden: &[f64], loss: LossOptions, optimizer: OptimizerOptions) -> Head {
    heads::head(HeadOptions {
        hidden: hidden.to_vec(),
        loss: Some(loss),
        optimizer: Some(optimizer),
        ..sized(WIDTH, CLASSES)
    })
}

fn every_kind(learning_rate: f64) -> Vec<Head> {
    let mut all = Vec::new();
    for hidden in [&[][..], &[16.0], &[16.0, 8.0]] {
        for loss in [
            LossOptions::LogitNorm { tau: None, label_smoothing: None },
            LossOptions::CrossEntropy { label_smoothing: None },
        ] {
            for optimizer in
                [sgd(learning_rate, 0.0), sgd(learning_rate, 0.9), adamw(learning_rate)]
            {
                all.push(head(hidden, loss.clone(), optimizer));
            }
        }
    }
    all
}

/// All that a head answers with: logits, by way of the map before the first layer, and its state.
fn is(head: &mut Head) -> (Vec<f32>, Vec<f32>, u64) {
    let logits = block_on(head.forward(&rows(4, 1.0).0)).unwrap().logits;
    (logits, block_on(head.state()).unwrap(), head.steps())
}

fn check(error: &Error, learning_rate: &str) {
    let text = error.to_string();
    assert_eq!(error.code(), "not-finite", "{text}");
    assert!(text.starts_with("learningRate") && text.contains(learning_rate), "{text}");
}

#[test]
fn a_step_that_diverges_is_undone() {
    let (features, labels) = rows(30, 1.0);
    for mut head in every_kind(0.05) {
        for untrained in [true, false] {
            let before = is(&mut head);
            let error =
                block_on(head.train_step(features.clone(), &labels, Some(1e30))).unwrap_err();
            check(&error, "1e30");
            assert_eq!(is(&mut head), before, "untrained: {untrained}");
            block_on(head.train_step(features.clone(), &labels, None)).unwrap();
        }
    }
}

#[test]
fn a_step_on_numbers_too_large_is_undone() {
    let (features, labels) = rows(30, 1.0);
    for mut head in every_kind(0.05) {
        block_on(head.train_step(features.clone(), &labels, None)).unwrap();
        let before = is(&mut head);
        let huge = features.iter().map(|x| x * 3e38 * 2.0).collect();
        check(&block_on(head.train_step(huge, &labels, None)).unwrap_err(), "0.05");
        assert_eq!(is(&mut head), before);
    }
}

fn fitted(head: &mut Head, options: &FitOptions, report: bool) -> Result<usize, Error> {
    let (features, labels) = rows(40, 1.0);
    let config = options.clone().check().unwrap();
    let mut fit: HeadFit<CpuEngine> =
        head.begin_fit(features, &labels, config, FitRows::default())?;
    for epochs in 1.. {
        while !head.run_fit(&mut fit, 4)? {}
        if block_on(head.end_epoch(&mut fit, report))?.last {
            return Ok(epochs);
        }
    }
    panic!("a fit without an end")
}

#[test]
fn a_fit_that_diverges_leaves_the_head_as_it_was() {
    for report in [false, true] {
        for patience in [None, Some(2.0)] {
            for mut head in every_kind(1e30) {
                let before = is(&mut head);
                let options = FitOptions {
                    epochs: Some(3.0),
                    validation_split: patience.map(|_| 0.25),
                    patience,
                    ..FitOptions::default()
                };
                check(&fitted(&mut head, &options, report).unwrap_err(), "1e30");
                assert_eq!(is(&mut head), before);
                assert!(head.calibration().is_none());
            }
        }
    }
}

#[test]
fn a_fit_that_diverges_late_keeps_finite_weights() {
    // The weights grow by a factor a step: ridge regression with a step far too long.
    let optimizer = OptimizerOptions::Sgd {
        learning_rate: Some(30.0),
        momentum: Some(0.0),
        nesterov: None,
        weight_decay: Some(0.5),
    };
    let loss = LossOptions::CrossEntropy { label_smoothing: None };
    let options =
        FitOptions { epochs: Some(60.0), batch_size: Some(40.0), ..FitOptions::default() };
    let mut reported = head(&[], loss.clone(), optimizer.clone());
    check(&fitted(&mut reported, &options, true).unwrap_err(), "30");
    let (logits, state, steps) = is(&mut reported);
    assert!(logits.iter().chain(&state).all(|x| x.is_finite()));
    assert!((10..60).contains(&steps), "{steps}");

    // Nobody listens, and nothing is read before the end.
    let mut silent = head(&[], loss, optimizer);
    check(&fitted(&mut silent, &options, false).unwrap_err(), "30");
    let (logits, state, steps) = is(&mut silent);
    assert!(logits.iter().chain(&state).all(|x| x.is_finite()));
    assert!((10..60).contains(&steps), "{steps}");
}

#[test]
fn weights_that_a_stopped_fit_spoilt_are_not_kept() {
    let mut head =
        head(&[16.0], LossOptions::LogitNorm { tau: None, label_smoothing: None }, sgd(1e30, 0.9));
    let before = is(&mut head);
    let (features, labels) = rows(40, 1.0);
    let config = FitOptions { batch_size: Some(4.0), ..FitOptions::default() }.check().unwrap();
    let mut fit = head.begin_fit(features.clone(), &labels, config, FitRows::default()).unwrap();
    head.run_fit(&mut fit, 5).unwrap();
    drop(fit);
    check(&block_on(head.train_step(features.clone(), &labels, Some(0.01))).unwrap_err(), "0.01");
    let after = is(&mut head);
    assert_eq!((after.1, after.2), (before.1, before.2));
    block_on(head.train_step(features, &labels, Some(0.01))).unwrap();
}
